"""The names of mspasspy.ccore.seismic: data objects, ensembles, their vectors and enumerations.

The functions of mspasspy.util.seismic, which has the same last name, are here too.
"""

from __future__ import annotations

from libseis.enums import TimeReferenceType
from libseis.mspass.util.seismic import (
    ensemble_time_range,
    has_live_data,
    number_live,
    print_metadata,
    regularize_sampling,
    sort_ensemble,
)
from libseis.objects.coreseismogram import _CoreSeismogram
from libseis.objects.coretimeseries import _CoreTimeSeries
from libseis.objects.datagap import DataGap
from libseis.objects.doublevector import DoubleVector
from libseis.objects.keywords import Keywords
from libseis.objects.members import SeismogramVector, TimeSeriesVector
from libseis.objects.powerspectrum import PowerSpectrum, _BasicSpectrum
from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import CoreSeismogramEnsemble, SeismogramEnsemble
from libseis.objects.slowness import SlownessVector
from libseis.objects.timebase import _BasicTimeSeries
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeseriesensemble import CoreTimeSeriesEnsemble, TimeSeriesEnsemble
from libseis.objects.timeserieswgaps import TimeSeriesWGaps
from libseis.objects.timewindow import TimeWindow

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
    "ensemble_time_range",
    "has_live_data",
    "number_live",
    "print_metadata",
    "regularize_sampling",
    "sort_ensemble",
]
