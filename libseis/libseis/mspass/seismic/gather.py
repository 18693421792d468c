"""Ensembles whose members have all the same times, as one array (names of mspasspy.seismic.gather).

The samples have the shape (members, components, npts), or (members, npts, components) if they are not compact. The
Metadata of the members are a table, those of the gather a dict.
"""

from __future__ import annotations

import copy
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from libseis.enums import ErrorSeverity, TimeReferenceType
from libseis.errors import MsPASSError
from libseis.extras import extra
from libseis.mspass.seismic import arrays
from libseis.mspass.seismic.regular import regularize_ensemble, resample_ensemble
from libseis.objects.errorlogger import ErrorLogger
from libseis.objects.kinds import ATOMIC, ENSEMBLES, Ensemble, is_finite_real
from libseis.objects.metadata import Metadata
from libseis.objects.samples import samples
from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import SeismogramEnsemble
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeseriesensemble import TimeSeriesEnsemble

with extra("gather"):
    import pandas as pd

__all__ = [
    "BasicGather",
    "Gather",
    "SeismogramGather",
    "extractDataFromMsPassObject",
    "extractDataFromOldEnsemble",
    "extractMemberMetadataFromOldEnsemble",
    "regularize_ensemble",
    "resample_ensemble",
]

Values = NDArray[np.float64]
Labels = Mapping[str, Any] | Metadata

SHIFT = "starttime_shift"
# what the gather itself says with its Metadata; no member gets it
_OWN = frozenset(("is_live", "is_utc", "dt", SHIFT))
# what a member's row says about its object rather than with its Metadata
_OF_OBJECT = frozenset(("is_live", "starttime", "delta", "npts"))


def extractDataFromMsPassObject(mspass_object: Any) -> Values:
    """Return a copy of the samples of a datum.

    Parameters
    ----------
    mspass_object
        A TimeSeries or Seismogram.

    Returns
    -------
    array of float64
        Shape (npts,) or (3, npts).

    Raises
    ------
    TypeError
        It is something else.
    """
    if not isinstance(mspass_object, ATOMIC):
        raise TypeError(f"a TimeSeries or Seismogram is wanted, found {type(mspass_object).__name__}")
    return np.array(samples(mspass_object))


def _members(ensemble_object: Any) -> list[Any]:
    if not isinstance(ensemble_object, ENSEMBLES):
        raise TypeError(f"a TimeSeriesEnsemble or SeismogramEnsemble is wanted, found {type(ensemble_object).__name__}")
    if len(ensemble_object.member) == 0:
        raise TypeError("the ensemble has no members")
    return list(ensemble_object.member)


def extractDataFromOldEnsemble(ensemble_object: Ensemble) -> Values:
    """Return the samples of an ensemble as one array.

    Parameters
    ----------
    ensemble_object
        An ensemble whose members have the same number of samples.

    Returns
    -------
    array of float64
        Shape (members, components, npts), with one component for a TimeSeriesEnsemble.

    Raises
    ------
    TypeError
        It is something else, or has no members.
    ValueError
        The members have different numbers of samples.
    """
    members = _members(ensemble_object)
    lengths = sorted({member.npts for member in members})
    if len(lengths) > 1:
        raise ValueError(f"all members must have the same number of samples, found {lengths}; see regularize_ensemble")
    return np.stack([np.atleast_2d(samples(member)) for member in members])


def extractMemberMetadataFromOldEnsemble(ensemble_object: Ensemble) -> Any:
    """Return the Metadata of the members of an ensemble as a table.

    Parameters
    ----------
    ensemble_object
        The ensemble.

    Returns
    -------
    pandas.DataFrame
        A row for each member, with its starttime, delta, npts and is_live.

    Raises
    ------
    TypeError
        It is something else, or has no members.
    """
    return pd.DataFrame([_row(member) for member in _members(ensemble_object)])


def _row(d: Any) -> dict[str, Any]:
    return copy.deepcopy(dict(d)) | {"starttime": d.t0, "delta": d.dt, "npts": d.npts, "is_live": d.live}


def _labels(md: Labels | None) -> dict[str, Any]:
    if not isinstance(md, dict | Mapping | Metadata):
        raise TypeError(f"Metadata must be a dict or Metadata, found {type(md).__name__}")
    return copy.deepcopy(dict(md))


class BasicGather(ABC):
    """What both kinds of gather share.

    A gather is made of an ensemble, of an array with a table, or empty. Dimensions that follow from these need not be
    given; what is given must agree.

    Parameters
    ----------
    capacity
        Number of members to make room for; parts of arrays are of this over `npartitions` members.
    size
        Number of members.
    npts
        Samples of a member.
    num_components
        Components of a member: 1 or 3.
    npartitions
        Number of parts of dask's arrays.
    input_data
        Samples, shape (members, components, npts), or (members, npts, components) if not compact.
    input_obj
        An ensemble; its members are resampled and regularized in place if asked.
    member_metadata
        pandas.DataFrame with a row for each member: starttime, delta, npts, is_live and anything else.
    ensemble_metadata
        Metadata of the gather: is_utc, dt and anything else.
    dt
        Sampling interval in seconds; out of the Metadata by default.
    resample
        True to resample members of an ensemble to `dt`, or to the interval of the first one.
    regularize
        True to cut members of an ensemble to their common time.
    regularizer
        Function of a member that does this instead.
    array_type
        "numpy", "dask" (in parts, which may be larger than memory) or "xarray" (named axes over dask's arrays).
    is_compact
        True to keep the samples of a component together.

    Raises
    ------
    ValueError
        A dimension conflicts with the input, or a number is out of range.
    TypeError
        An argument is something else.
    """

    _ensemble_class: ClassVar[type]
    _components: ClassVar[int]

    def __init__(
        self,
        capacity: int | None = None,
        size: int | None = None,
        npts: int | None = None,
        num_components: int | None = None,
        npartitions: int = 1,
        input_data: Any = None,
        input_obj: Ensemble | None = None,
        member_metadata: Any = None,
        ensemble_metadata: Labels | None = None,
        dt: float | None = None,
        resample: bool = True,
        regularize: bool = False,
        regularizer: Callable[[Any], Any] | None = None,
        array_type: str = "dask",
        is_compact: bool = True,
    ) -> None:
        arrays.check(array_type, npartitions)
        labels = {} if ensemble_metadata is None else _labels(ensemble_metadata)
        if input_obj is not None:
            if not isinstance(input_obj, self._ensemble_class):
                raise TypeError(
                    f"the input object must be a {self._ensemble_class.__name__}, found {type(input_obj).__name__}"
                )
            if resample:
                resample_ensemble(input_obj, dt)
            if regularize or regularizer is not None:
                regularize_ensemble(input_obj, regularizer)
            values = self._laid_out(extractDataFromOldEnsemble(input_obj), is_compact)
            table = extractMemberMetadataFromOldEnsemble(input_obj)
            first = input_obj.member[0]
            own = {"is_live": input_obj.live, "is_utc": first.time_is_UTC(), "dt": first.dt}
            labels = copy.deepcopy(dict(input_obj)) | own | labels
        elif member_metadata is None:
            raise TypeError("member metadata should be given")
        else:
            table = member_metadata.copy()
            if input_data is not None:
                values = input_data
            else:
                rows, length = size or 0, npts or 0
                values = self._laid_out(np.zeros((rows, num_components or self._components, length)), is_compact)
        shape = tuple(values.shape)
        found = {
            "capacity": max(capacity or 0, shape[0]) if input_data is None and input_obj is None else shape[0],
            "size": shape[0],
            "npts": shape[2] if is_compact else shape[1],
            "num_components": shape[1] if is_compact else shape[2],
        }
        asked = {"capacity": capacity, "size": size, "npts": npts, "num_components": num_components}
        for name, value in asked.items():
            if value and value != found[name]:
                raise ValueError(f"{name}={value} conflicts with the value {found[name]} of the input")
        # an empty gather may have others
        if (input_obj is not None or input_data is not None) and found["num_components"] != self._components:
            raise TypeError(
                f"{type(self).__name__} has {self._components} component(s), found {found['num_components']}"
            )
        if "dt" not in labels:
            labels["dt"] = dt if dt is not None or "delta" not in table or not len(table) else table["delta"].iloc[0]
        self.capacity, self.size, self.npts, self.num_components = found.values()
        self.array_type, self.is_compact, self.npartitions = array_type, is_compact, int(npartitions)
        self.is_parallel = array_type != "numpy"
        self.member_metadata = table.reset_index(drop=True)
        self.elog = ErrorLogger()
        self._labels = {"is_live": False, "is_utc": False} | labels
        self._columns: list[Any] | None = None
        self.member_data = arrays.wrap(values, array_type, self.capacity, self.npartitions, is_compact=is_compact)

    @staticmethod
    def _laid_out(values: Values, is_compact: bool) -> Values:
        return values if is_compact else values.transpose(0, 2, 1)

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}: {self.size} members of {self.num_components} component(s) with {self.npts} "
            f"samples at {self.dt()} s in an array of {self.array_type}"
        )

    # samples

    def _check_member(self, j: int) -> None:
        if not 0 <= j < self.size:
            raise MsPASSError(f"the gather has {self.size} members; there is no number {j}", ErrorSeverity.Invalid)

    def _stored(self, j: int) -> Values:
        """The samples of a member, shape (components, npts)."""
        self._check_member(j)
        found = arrays.plain(self.member_data[j])
        return found if self.is_compact else found.T

    @abstractmethod
    def data(self, j: int) -> Values:
        """Return the samples of a member.

        Parameters
        ----------
        j
            Number of the member.

        Returns
        -------
        array of float64
            The samples.
        """

    @abstractmethod
    def member(self, j: int) -> Any:
        """Return a member as a data object.

        Parameters
        ----------
        j
            Number of the member.

        Returns
        -------
        TimeSeries or Seismogram
            The member; changes do not come back.
        """

    def _made(self, kind: Any, j: int) -> Any:
        x = self.data(j)
        row = self.get_metadata(j)
        md = {key: value for key, value in row.items() if key not in _OF_OBJECT and not _is_missing(value)}
        d = kind(self.npts)
        for key, value in md.items():
            d[key] = value
        d.dt = float(self.dt())
        d.tref = TimeReferenceType.UTC if self.time_is_UTC() else TimeReferenceType.Relative
        d.t0 = float(row.get("starttime", 0.0))
        samples(d)[...] = x
        d.live = self.live(j)
        return d

    def _index(self, pos: Sequence[int]) -> tuple[int, int, int]:
        """Member, component and sample as the place in the array."""
        j, component, i = pos if len(pos) == 3 else (pos[0], 0, pos[1])
        return (j, component, i) if self.is_compact else (j, i, component)

    def __getitem__(self, pos: Sequence[int]) -> float:
        return float(arrays.plain(self.member_data[self._index(pos)]))

    def __setitem__(self, pos: Sequence[int], newvalue: float) -> None:
        arrays.put(self.member_data, self._index(pos), newvalue)

    def append(self, mspass_object: Any) -> None:
        """Add a member with its Metadata.

        Parameters
        ----------
        mspass_object
            A datum of the kind of the members, with the same number of samples.

        Raises
        ------
        TypeError
            It is something else.
        ValueError
            It has another number of samples, or another sampling interval.
        """
        x = np.atleast_2d(extractDataFromMsPassObject(mspass_object))
        if x.shape[0] != self.num_components:
            raise TypeError(f"members have {self.num_components} component(s), found {x.shape[0]}")
        if x.shape[1] != self.npts:
            raise ValueError(f"members have {self.npts} samples, found {x.shape[1]}")
        if self.dt() is not None and abs(mspass_object.dt - self.dt()) > 1e-6 * self.dt():
            raise ValueError(f"members have a sampling interval of {self.dt()} s, found {mspass_object.dt} s")
        joined = arrays.join(self.member_data, x if self.is_compact else x.T)
        self.size += 1
        self.capacity = max(self.capacity, self.size)
        self.member_data = arrays.wrap(
            joined, self.array_type, self.capacity, self.npartitions, is_compact=self.is_compact
        )
        table = [*self.member_metadata.to_dict("records"), _row(mspass_object)]
        self.member_metadata = pd.DataFrame(table)
        if self._columns is not None:
            self._columns.append(self.size - 1)

    def subset(self, members: Sequence[int] | int, end: int | None = None) -> Any:
        """Return a gather with some of the members.

        Parameters
        ----------
        members
            Their numbers, in any order; or the first one, with `end`.
        end
            Number after the last one.

        Returns
        -------
        Gather or SeismogramGather
            The new gather.

        Raises
        ------
        MsPASSError
            There is no such member.
        """
        chosen = list(range(members, self.size if end is None else end)) if isinstance(members, int) else list(members)
        for j in chosen:
            self._check_member(j)
        index = np.array(chosen, dtype=np.int64)
        values = arrays.plain(self.member_data)[index] if self.array_type == "numpy" else self.member_data[index]
        made = type(self)(
            input_data=values,
            member_metadata=self.member_metadata.iloc[index],
            ensemble_metadata=self._labels,
            array_type=self.array_type,
            is_compact=self.is_compact,
            npartitions=min(self.npartitions, len(chosen)) or self.npartitions,
        )
        made._columns = [copy.deepcopy(self.column_values()[j]) for j in chosen]
        return made

    # times

    def dt(self) -> Any:
        """Return the sampling interval in seconds."""
        return self._labels["dt"]

    def samprate(self) -> float:
        """Return the samples per second."""
        return float(1.0 / self.dt())

    def starttime(self) -> list[float]:
        """Return the times of the first samples of all members."""
        times: list[float] = self.member_metadata["starttime"].tolist()
        return times

    def time(self, i: int, j: int) -> float:
        """Return the time of a sample.

        Parameters
        ----------
        i
            Number of the member.
        j
            Number of the sample.

        Returns
        -------
        float
            Seconds.
        """
        return float(self.starttime()[i] + self.dt() * j)

    def sample_number(self, time: float, x: Sequence[Any]) -> NDArray[np.int64]:
        """Return the samples nearest to a time.

        Parameters
        ----------
        time
            The time in seconds.
        x
            Column values of the members that are asked.

        Returns
        -------
        array of int64
            Number of the sample of each, half intervals away from zero; it may be outside the data.
        """
        columns, starts = self.column_values(), self.starttime()
        exact = [(time - starts[columns.index(value)]) / self.dt() for value in x]
        return np.array([math.copysign(math.floor(abs(n) + 0.5), n) for n in exact], dtype=np.int64)

    def time_is_UTC(self) -> bool:
        """Return whether times are UTC."""
        return bool(self._labels["is_utc"])

    def time_is_relative(self) -> bool:
        """Return whether times are relative."""
        return not self.time_is_UTC()

    def ator(self, shift: float) -> Any:
        """Make UTC times relative; relative ones are not changed.

        Parameters
        ----------
        shift
            Epoch time that becomes zero.

        Returns
        -------
        BasicGather
            The gather itself.

        Raises
        ------
        ValueError
            `shift` is not a finite number.
        """
        if self.time_is_UTC():
            self._move(-_finite(shift, "ator: the shift"), shift, is_utc=False)
        return self

    def rtoa(self) -> Any:
        """Make relative times UTC again; UTC ones are not changed.

        Returns
        -------
        BasicGather
            The gather itself.

        Raises
        ------
        ValueError
            The Metadata do not say the epoch time of zero (starttime_shift).
        """
        if self.time_is_relative():
            if SHIFT not in self._labels:
                raise ValueError(f"rtoa: the gather does not define {SHIFT}")
            self._move(_finite(self._labels[SHIFT], f"rtoa: {SHIFT}"), 0.0, is_utc=True)
        return self

    def shift(self, timeshift: float) -> Any:
        """Move time zero of relative times.

        Parameters
        ----------
        timeshift
            Seconds.

        Returns
        -------
        BasicGather
            The gather itself.

        Raises
        ------
        ValueError
            The epoch time of zero is not known, or `timeshift` is not a finite number.
        """
        before = self._labels.get(SHIFT, 0.0)
        moved = _finite(timeshift, "shift: the shift")
        return self.rtoa().ator(before + moved)

    def _move(self, seconds: float, shift: float, *, is_utc: bool) -> None:
        self.member_metadata["starttime"] = self.member_metadata["starttime"] + seconds
        self._labels |= {SHIFT: shift, "is_utc": is_utc}

    # Metadata

    def live(self, j: int) -> bool:
        """Return whether a member is live.

        Parameters
        ----------
        j
            Number of the member.

        Returns
        -------
        bool
            The answer.
        """
        return bool(self.member_metadata["is_live"].iloc[j])

    def dead(self, j: int) -> bool:
        """Return whether a member is dead.

        Parameters
        ----------
        j
            Number of the member.

        Returns
        -------
        bool
            The answer.
        """
        return not self.live(j)

    def column_values(self) -> list[Any]:
        """Return what the members are called: their numbers, if nothing else was said."""
        return list(range(self.size)) if self._columns is None else self._columns

    def set_column_values(self, x: list[Any]) -> None:
        """Say what the members are called, such as their distances.

        Parameters
        ----------
        x
            A value for each member.

        Raises
        ------
        TypeError
            It is not a list.
        ValueError
            It has another length.
        """
        if not isinstance(x, list):
            raise TypeError(f"column values must be a list, found {type(x).__name__}")
        if len(x) != self.size:
            raise ValueError(f"the gather has {self.size} members, found {len(x)} column values")
        self._columns = copy.deepcopy(x)

    def get_metadata(self, j: int, return_type: str = "dict") -> Any:
        """Return the Metadata of a member.

        Parameters
        ----------
        j
            Number of the member.
        return_type
            "dict" or "metadata".

        Returns
        -------
        dict or Metadata
            A copy.

        Raises
        ------
        TypeError
            `return_type` has another value.
        """
        found = {key: copy.deepcopy(self.member_metadata[key].iloc[j]) for key in self.member_metadata.columns}
        return _as(found, return_type)

    def set_metadata(self, j: int, md: Labels) -> None:
        """Replace the Metadata of a member.

        Parameters
        ----------
        j
            Number of the member.
        md
            The new ones; what the other members have and they not is missing.
        """
        self._put_row(j, _labels(md))

    def edit_metadata(self, j: int, md: Labels) -> None:
        """Add to the Metadata of a member.

        Parameters
        ----------
        j
            Number of the member.
        md
            Values to add or to change.
        """
        self._put_row(j, self.get_metadata(j) | _labels(md))

    def _put_row(self, j: int, row: dict[str, Any]) -> None:
        table = [self.get_metadata(k) for k in range(len(self.member_metadata))]
        table[j] = row
        names = dict.fromkeys((*self.member_metadata.columns, *row))
        self.member_metadata = pd.DataFrame({name: [r.get(name, np.nan) for r in table] for name in names})

    def ensemble_metadata(self, return_type: str = "dict") -> Any:
        """Return the Metadata of the gather.

        Parameters
        ----------
        return_type
            "dict" for the very ones, "metadata" for a copy.

        Returns
        -------
        dict or Metadata
            The Metadata.

        Raises
        ------
        TypeError
            `return_type` has another value.
        """
        return _as(self._labels, return_type)

    def sync_metadata(self) -> None:
        """Give each member a copy of the Metadata of the gather; is_live, is_utc, dt and starttime_shift stay away."""
        for key, value in self._labels.items():
            if key not in _OWN:
                column = pd.Series([copy.deepcopy(value) for _ in range(len(self.member_metadata))], dtype=object)
                self.member_metadata[key] = column.infer_objects()


def _as(values: dict[str, Any], return_type: str) -> Any:
    if return_type not in ("dict", "metadata"):
        raise TypeError(f'return_type must be "dict" or "metadata", found {return_type!r}')
    return values if return_type == "dict" else Metadata(values)


def _finite(value: object, what: str) -> float:
    if not is_finite_real(value):
        raise ValueError(f"{what} must be a finite number of seconds, found {value!r}")
    return float(value)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


class Gather(BasicGather):
    """A gather of single channels: the array face of a TimeSeriesEnsemble. `gather[j, i]` is sample i of member j.

    It is made as BasicGather says.
    """

    _ensemble_class = TimeSeriesEnsemble
    _components = 1

    def data(self, j: int) -> Values:
        """Return the samples of a member.

        Parameters
        ----------
        j
            Number of the member.

        Returns
        -------
        array of float64
            The samples, shape (npts,).

        Raises
        ------
        MsPASSError
            There is no such member.
        """
        row: Values = self._stored(j)[0]
        return row

    def member(self, j: int) -> TimeSeries:
        """Return a member as a TimeSeries.

        Parameters
        ----------
        j
            Number of the member.

        Returns
        -------
        TimeSeries
            The member; changes do not come back.

        Raises
        ------
        MsPASSError
            There is no such member.
        """
        made: TimeSeries = self._made(TimeSeries, j)
        return made


class SeismogramGather(BasicGather):
    """A gather of three components: the array face of a SeismogramEnsemble.

    `gather[j, k, i]` is sample i of component k of member j.

    It is made as BasicGather says.
    """

    _ensemble_class = SeismogramEnsemble
    _components = 3

    def data(self, j: int) -> Values:
        """Return the samples of a member.

        Parameters
        ----------
        j
            Number of the member.

        Returns
        -------
        array of float64
            The samples, shape (3, npts).

        Raises
        ------
        MsPASSError
            There is no such member.
        """
        return self._stored(j)

    def member(self, j: int) -> Seismogram:
        """Return a member as a Seismogram.

        Parameters
        ----------
        j
            Number of the member.

        Returns
        -------
        Seismogram
            The member; changes do not come back.

        Raises
        ------
        MsPASSError
            There is no such member.
        """
        made: Seismogram = self._made(Seismogram, j)
        return made
