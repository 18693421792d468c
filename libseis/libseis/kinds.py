"""The four kinds of data object as tuples for isinstance and as type aliases; no behaviour."""

from __future__ import annotations

from typing import TypeAlias

from libseis.seismic import Seismogram, SeismogramEnsemble, TimeSeries, TimeSeriesEnsemble
from libseis.utility import AtomicType

Atomic: TypeAlias = TimeSeries | Seismogram
Ensemble: TypeAlias = TimeSeriesEnsemble | SeismogramEnsemble
Datum: TypeAlias = Atomic | Ensemble

ATOMIC = (TimeSeries, Seismogram)
ENSEMBLES = (TimeSeriesEnsemble, SeismogramEnsemble)
DATA = (*ATOMIC, *ENSEMBLES)


def atomic_type(d: Atomic) -> AtomicType:
    """The type code that processing history keeps for `d`."""
    return AtomicType.TIMESERIES if isinstance(d, TimeSeries) else AtomicType.SEISMOGRAM
