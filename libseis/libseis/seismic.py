"""The names of mspasspy.ccore.seismic: data objects, ensembles, their vectors and enumerations."""

from .coretimeseries import _CoreTimeSeries
from .doublevector import DoubleVector
from .enums import TimeReferenceType
from .members import TimeSeriesVector
from .timebase import _BasicTimeSeries
from .timeseries import TimeSeries
from .timeseriesensemble import CoreTimeSeriesEnsemble, TimeSeriesEnsemble

__all__ = [
    "CoreTimeSeriesEnsemble",
    "DoubleVector",
    "TimeReferenceType",
    "TimeSeries",
    "TimeSeriesEnsemble",
    "TimeSeriesVector",
    "_BasicTimeSeries",
    "_CoreTimeSeries",
]
