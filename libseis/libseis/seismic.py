"""The names of mspasspy.ccore.seismic: data objects, ensembles, their vectors and enumerations."""

from .coreseismogram import _CoreSeismogram
from .coretimeseries import _CoreTimeSeries
from .doublevector import DoubleVector
from .enums import TimeReferenceType
from .members import SeismogramVector, TimeSeriesVector
from .seismogram import Seismogram
from .seismogramensemble import CoreSeismogramEnsemble, SeismogramEnsemble
from .slowness import SlownessVector
from .timebase import _BasicTimeSeries
from .timeseries import TimeSeries
from .timeseriesensemble import CoreTimeSeriesEnsemble, TimeSeriesEnsemble

__all__ = [
    "CoreSeismogramEnsemble",
    "CoreTimeSeriesEnsemble",
    "DoubleVector",
    "Seismogram",
    "SeismogramEnsemble",
    "SeismogramVector",
    "SlownessVector",
    "TimeReferenceType",
    "TimeSeries",
    "TimeSeriesEnsemble",
    "TimeSeriesVector",
    "_BasicTimeSeries",
    "_CoreSeismogram",
    "_CoreTimeSeries",
]
