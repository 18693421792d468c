"""The four kinds of data object as tuples for isinstance and as type aliases; the test for a finite number."""

from __future__ import annotations

import math
import numbers
from typing import Any, TypeAlias, TypeGuard

from libseis.enums import AtomicType
from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import SeismogramEnsemble
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeseriesensemble import TimeSeriesEnsemble

Atomic: TypeAlias = TimeSeries | Seismogram
Ensemble: TypeAlias = TimeSeriesEnsemble | SeismogramEnsemble
Datum: TypeAlias = Atomic | Ensemble

ATOMIC = (TimeSeries, Seismogram)
ENSEMBLES = (TimeSeriesEnsemble, SeismogramEnsemble)
DATA = (*ATOMIC, *ENSEMBLES)


def members_of(ensemble: Ensemble) -> Any:
    """The member vector of an ensemble, for code that handles both kinds of ensemble."""
    return ensemble.member


def is_finite_real(value: object) -> TypeGuard[float]:
    """True for a finite number of any real type, also of numpy; bools are not numbers."""
    return not isinstance(value, bool) and isinstance(value, numbers.Real) and math.isfinite(value)


def atomic_type(d: Atomic) -> AtomicType:
    """The type code of `d` in its processing history."""
    return AtomicType.TIMESERIES if isinstance(d, TimeSeries) else AtomicType.SEISMOGRAM
