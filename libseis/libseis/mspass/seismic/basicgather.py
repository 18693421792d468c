"""What the gathers of single channels and of three components share."""

from __future__ import annotations

import copy
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from libseis.enums import ErrorSeverity, TimeReferenceType
from libseis.errors import MsPASSError
from libseis.extras import extra
from libseis.mspass.seismic import arrays
from libseis.mspass.seismic.ensemblearrays import (
    Labels,
    Values,
    extractDataFromMsPassObject,
    extractDataFromOldEnsemble,
    extractMemberMetadataFromOldEnsemble,
    labels_of,
    row_of,
)
from libseis.mspass.seismic.gathertimes import TimedGather
from libseis.objects.errorlogger import ErrorLogger
from libseis.objects.kinds import Ensemble
from libseis.objects.samples import samples

with extra("gather"):
    import pandas as pd

# What a member's row says about its object; the rest is its Metadata.
_OF_OBJECT = frozenset(("is_live", "starttime", "delta", "npts"))


class BasicGather(TimedGather, ABC):
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
        labels = {} if ensemble_metadata is None else labels_of(ensemble_metadata)
        if input_obj is not None:
            if not isinstance(input_obj, self._ensemble_class):
                raise TypeError(
                    f"the input object must be a {self._ensemble_class.__name__}, found {type(input_obj).__name__}"
                )
            if resample:
                self._resample(input_obj, dt)
            if regularize or regularizer is not None:
                self._regularize(input_obj, regularizer)
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

    @abstractmethod
    def _resample(self, ens: Ensemble, dt: float | None) -> None:
        """Bring the members to one sampling interval, in place."""

    @abstractmethod
    def _regularize(self, ens: Ensemble, regularizer: Callable[[Any], Any] | None) -> None:
        """Bring the members to the same times, in place."""

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}: {self.size} members of {self.num_components} component(s) with {self.npts} "
            f"samples at {self.dt()} s in an array of {self.array_type}"
        )

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
        """The indexes in the array of (member, component, sample)."""
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
        table = [*self.member_metadata.to_dict("records"), row_of(mspass_object)]
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


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
