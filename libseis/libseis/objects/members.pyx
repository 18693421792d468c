"""TimeSeriesVector and SeismogramVector: the member lists of ensembles. They own their members."""

from libseis.objects.seismogram import Seismogram
from libseis.objects.timeseries import TimeSeries


def rebuild_members(cls, items):
    """A member vector of class `cls` from its pickled members."""
    out = cls.__new__(cls)
    list.extend(out, items)
    return out


class _MemberVector(list):
    """A list of data of one type, which owns its members.

    Data are copied when they come in, so a member belongs to one vector only. An index gives the member itself, and a
    slice gives a vector of copies.

    Parameters
    ----------
    members
        Data to copy.
    """

    __slots__ = ()
    _member_type = None

    def __init__(self, members=(), /):
        list.__init__(self, [self._own(d) for d in members])

    def _check(self, datum):
        if not isinstance(datum, self._member_type):
            raise TypeError(f"a {type(self).__name__} holds {self._member_type.__name__}, not {type(datum).__name__}")
        return datum

    def _own(self, datum):
        return self._member_type(self._check(datum))

    def adopt(self, datum, /):
        """Append a datum without a copy; the caller must not use it afterwards.

        Parameters
        ----------
        datum
            The datum.
        """
        list.append(self, self._check(datum))

    def append(self, datum, /):
        """Append a copy of a datum.

        Parameters
        ----------
        datum
            The datum.
        """
        list.append(self, self._own(datum))

    def extend(self, members, /):
        """Append copies of data.

        Parameters
        ----------
        members
            The data.
        """
        list.extend(self, [self._own(d) for d in members])

    def insert(self, index, datum, /):
        """Insert a copy of a datum before a position.

        Parameters
        ----------
        index
            The position.
        datum
            The datum.
        """
        list.insert(self, index, self._own(datum))

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(list.__getitem__(self, index))
        return list.__getitem__(self, index)

    def __setitem__(self, index, value):
        if isinstance(index, slice):
            value = [self._own(d) for d in value]
        else:
            value = self._own(value)
        list.__setitem__(self, index, value)

    def __iadd__(self, members):
        self.extend(members)
        return self

    def __add__(self, members):
        out = type(self)(self)
        out.extend(members)
        return out

    def __imul__(self, times):
        raise TypeError(f"a {type(self).__name__} cannot be repeated")

    __mul__ = __rmul__ = __imul__

    def copy(self):
        """Return a vector of copies."""
        return type(self)(self)

    def __copy__(self):
        return type(self)(self)

    def __reduce_ex__(self, protocol):
        return rebuild_members, (type(self), list(self))


class TimeSeriesVector(_MemberVector):
    """The members of a TimeSeriesEnsemble."""

    __slots__ = ()
    _member_type = TimeSeries


class SeismogramVector(_MemberVector):
    """The members of a SeismogramEnsemble."""

    __slots__ = ()
    _member_type = Seismogram
