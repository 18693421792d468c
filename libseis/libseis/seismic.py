"""The names of mspasspy.ccore.seismic: data objects, ensembles, their vectors and enumerations.

mspasspy.util.seismic has the same last name; its functions, which stand on these objects, are here too.
"""

from __future__ import annotations

from typing import Any

from .coreseismogram import _CoreSeismogram
from .coretimeseries import _CoreTimeSeries
from .datagap import DataGap
from .doublevector import DoubleVector
from .enums import TimeReferenceType
from .keywords import Keywords
from .members import SeismogramVector, TimeSeriesVector
from .powerspectrum import PowerSpectrum, _BasicSpectrum
from .seismogram import Seismogram
from .seismogramensemble import CoreSeismogramEnsemble, SeismogramEnsemble
from .slowness import SlownessVector
from .timebase import _BasicTimeSeries
from .timeseries import TimeSeries
from .timeseriesensemble import CoreTimeSeriesEnsemble, TimeSeriesEnsemble
from .timeserieswgaps import TimeSeriesWGaps
from .timewindow import TimeWindow

__all__ = [
    "CoreSeismogramEnsemble",
    "CoreTimeSeriesEnsemble",
    "DataGap",
    "DoubleVector",
    "Keywords",
    "PowerSpectrum",
    "Seismogram",
    "SeismogramEnsemble",
    "SeismogramVector",
    "SlownessVector",
    "TimeReferenceType",
    "TimeSeries",
    "TimeSeriesEnsemble",
    "TimeSeriesVector",
    "TimeSeriesWGaps",
    "TimeWindow",
    "_BasicSpectrum",
    "_BasicTimeSeries",
    "_CoreSeismogram",
    "_CoreTimeSeries",
]

_UTILITIES = (
    "ensemble_time_range",
    "has_live_data",
    "number_live",
    "print_metadata",
    "regularize_sampling",
    "sort_ensemble",
)


def __getattr__(name: str) -> Any:
    """The functions of util.seismic, which import this module and so cannot be imported above."""
    if name not in _UTILITIES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .util import seismic

    return getattr(seismic, name)
