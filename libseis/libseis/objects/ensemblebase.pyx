"""EnsembleBase: a group of data of one type with common Metadata."""

import copy as _copy
import operator as _operator

from numpy import bool_ as _bool_

from libseis.objects.shown import ensemble_html, ensemble_text

from cpython.list cimport PyList_Append
from libseis.objects.errorlogger cimport ErrorLogger
from libseis.objects.sampled cimport _SampledSeries


def rebuild_ensemble(cls, values, changed, live, members, elog):
    """An ensemble of class `cls` from its pickled parts."""
    cdef EnsembleBase out = cls()
    if not (isinstance(members, type(out._member)) and (elog is None or isinstance(elog, ErrorLogger))):
        raise TypeError("these are not the parts of a pickled ensemble")
    out._restore_metadata(values, changed)
    out._live, out._member, out._elog = live, members, elog
    return out


cdef class EnsembleBase(Metadata):
    """The common part of both ensembles: `member`, Metadata, and the state live or dead.

    A new ensemble is dead until set_live() finds a live member. `e[key]` is a value of the Metadata, `e[i]` a copy of a
    member, and `e.member[i]` the member itself.

    Parameters
    ----------
    source
        A Metadata, which is copied; an ensemble of the same class, which is copied deeply with its state; or a number
        of members to make room for.
    n
        Number of members to make room for, beside a Metadata.
    """

    def __init__(self, source=None, n=0, /):
        if self._member is None:
            raise TypeError("an ensemble is a TimeSeriesEnsemble or a SeismogramEnsemble")
        if isinstance(source, EnsembleBase):
            if type((<EnsembleBase>source)._member) is not type(self._member):
                raise TypeError(f"{self.__class__.__name__} cannot be a copy of a {source.__class__.__name__}")
            self._copy_ensemble(source)
        elif isinstance(source, (Metadata, dict)):
            self.reserve(n)
            self._copy_metadata(source if isinstance(source, Metadata) else Metadata(source))
        elif source is not None:
            self.reserve(source)

    cdef int _copy_ensemble(self, EnsembleBase source) except -1:
        self._copy_metadata(source)
        self._member = source._member.copy()
        self._live = source._live
        self._elog = None if source._elog is None else (<ErrorLogger>source._elog)._clone()
        return 0

    # ---- members

    @property
    def member(self):
        """The member vector; iterating or indexing it gives the members themselves."""
        return self._member

    @member.setter
    def member(self, members):
        if type(members) is not type(self._member):
            raise TypeError(f"member must be a {type(self._member).__name__}, not {type(members).__name__}; "
                            "member.extend takes any list")
        self._member = members.copy()

    def append(self, datum, /):
        """Append a copy of a datum.

        Parameters
        ----------
        datum
            A datum of the kind that the ensemble holds.
        """
        self._member.append(datum)

    def adopt(self, datum, /):
        """Append a datum without a copy; the caller must not use it afterwards.

        Parameters
        ----------
        datum
            A datum of the kind that the ensemble holds.
        """
        self._member.adopt(datum)

    def reserve(self, n, /):
        """Check a number of members; the list itself grows when it must.

        Parameters
        ----------
        n
            Number of members to expect.

        Raises
        ------
        TypeError
            The number is not an int >= 0.
        """
        if isinstance(n, bool) or not hasattr(n, "__index__") or _operator.index(n) < 0:
            raise TypeError(f"the number of members to make room for must be an int >= 0, not {n!r}")

    def __getitem__(self, key):
        if isinstance(key, slice):
            out = self.__class__(Metadata(self), 0)
            (<EnsembleBase>out)._member = self._member[key]
            (<EnsembleBase>out)._live = self._live
            return out
        if hasattr(key, "__index__"):
            return _copy.copy(self._member[self._position(key)])
        return self._lookup(key)

    def __setitem__(self, key, value):
        if hasattr(key, "__index__"):
            self._member[self._position(key)] = value
        else:
            self._store(key, value)

    def _position(self, key):
        position = _operator.index(key)
        if position < 0:
            raise TypeError("an ensemble index must not be negative; ensemble.member[-1] is the last member")
        if position >= len(self._member):
            raise IndexError(f"the ensemble has {len(self._member)} members; there is no number {position}")
        return position

    # ---- life

    @property
    def live(self):
        """True if the ensemble can be processed. Setting True is the same as set_live()."""
        return self._live

    @live.setter
    def live(self, value):
        if not isinstance(value, (int, float, _bool_)):
            raise TypeError(f"live must be a bool, not {type(value).__name__}")
        if value:
            self.set_live()
        else:
            self._live = False

    def set_live(self):
        """Mark the ensemble live if any member is live, and return whether it is."""
        self._live = self.validate()
        return self._live

    def kill(self):
        """Mark the ensemble dead; members keep their own state."""
        self._live = False

    def dead(self):
        """Return whether the ensemble is dead."""
        return not self._live

    def validate(self):
        """Return whether any member is live."""
        for d in self._member:
            if d.live:
                return True
        return False

    # ---- Metadata of the group

    def update_metadata(self, metadata, /):
        """Set all names of another Metadata on the ensemble; the values of the other win.

        Parameters
        ----------
        metadata
            The other Metadata.

        Raises
        ------
        TypeError
            It is not a Metadata.
        """
        if not isinstance(metadata, (Metadata, dict)):
            raise TypeError(f"update_metadata wants a Metadata, not {type(metadata).__name__}")
        self += metadata

    def sync_metadata(self, keys=()):
        """Copy the ensemble's Metadata to all members, also to dead ones.

        Parameters
        ----------
        keys
            Names that are not copied.
        """
        excluded = set(keys)
        values = {key: value for key, value in self._md.items() if key not in excluded}
        for d in self._member:
            (<Metadata?>d)._merge(values)

    def _get_ensemble_md(self):
        """The ensemble's Metadata alone (a copy)."""
        return Metadata(self)

    # ---- copies, pickles, size

    def __repr__(self):
        return ensemble_text(self)

    def _repr_html_(self):
        return ensemble_html(self)

    def __deepcopy__(self, memo):
        cdef EnsembleBase out = self.__class__.__new__(self.__class__)
        out._copy_metadata_deep(self, memo)
        for d in self._member:
            PyList_Append(out._member, (<_SampledSeries?>d)._deep_copy(memo))
        out._live = self._live
        out._elog = None if self._elog is None else (<ErrorLogger>self._elog)._clone()
        return out

    def __reduce_ex__(self, protocol):
        parts = self.__class__, self._md, self._changed, self._live, self._member, self._elog
        return self._reduced(rebuild_ensemble, parts)

    def __sizeof__(self):
        return (96 + 24 * len(self._md) + 8 * len(self._changed)
                + (0 if self._elog is None else 128 * len(self._elog))
                + sum([d.__sizeof__() for d in self._member]))
