"""Builders of data objects for unit tests: live, UTC, with an origin in their history."""

from __future__ import annotations

import numpy as np

from libseis import TimeReferenceType
from libseis.mspass.seismic import Seismogram, SeismogramEnsemble, TimeSeries, TimeSeriesEnsemble
from libseis.mspass.utility import AtomicType

T0 = 1.6e9
"""An epoch time that float64 and nanoseconds both hold exactly."""

CODES = {"net": "XX", "sta": "TEST", "loc": "", "chan": "BHZ"}


def _dress(d, dt: float, t0: float, kind: AtomicType, values: dict[str, object]) -> None:  # type: ignore[no-untyped-def]
    d.dt = dt
    d.tref = TimeReferenceType.UTC
    d.t0 = t0
    d.set_as_origin("test", "0", "0", kind)
    for key, value in (CODES | values).items():
        d[key] = value
    d.set_live()


def time_series(npts: int = 100, dt: float = 0.01, t0: float = T0, data: object = None, **values: object) -> TimeSeries:
    """Samples are 1, 2, 3 ... unless given."""
    d = TimeSeries(npts)
    d.data[:] = np.arange(1.0, npts + 1.0) if data is None else data
    _dress(d, dt, t0, AtomicType.TIMESERIES, values)
    return d


def seismogram(npts: int = 100, dt: float = 0.01, t0: float = T0, data: object = None, **values: object) -> Seismogram:
    """Component k has the samples 1000 k + 1, 2, 3 ... unless given."""
    d = Seismogram(npts)
    if npts:
        rows = 1000.0 * np.arange(3)[:, None] + np.arange(1.0, npts + 1.0)
        d.data[:, :] = rows if data is None else data
    _dress(d, dt, t0, AtomicType.SEISMOGRAM, values)
    return d


def ensemble(*members: TimeSeries | Seismogram, **values: object) -> TimeSeriesEnsemble | SeismogramEnsemble:
    """A live ensemble with copies of the members, which must be of one kind."""
    out = SeismogramEnsemble() if members and isinstance(members[0], Seismogram) else TimeSeriesEnsemble()
    for member in members:
        out.member.append(member)
    for key, value in values.items():
        out[key] = value
    out.set_live()
    return out


def messages(d) -> list[str]:  # type: ignore[no-untyped-def]
    """The texts on an elog."""
    return [entry.message for entry in d.elog.get_error_log()]
