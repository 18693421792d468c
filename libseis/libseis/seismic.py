"""The names of mspasspy.ccore.seismic: data objects, ensembles, their vectors and enumerations."""

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
