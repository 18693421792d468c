"""The data objects, with one class per module; an extension type has its `.pxd` and `.pyi` files in the same folder.

This package depends on numpy alone, and knows no file formats.
"""

from .datagap import DataGap
from .dmatrix import dmatrix
from .doublevector import DoubleVector
from .errorlogger import ErrorLogger
from .gaplist import GapStatistics
from .history import ProcessingHistory
from .keywords import Keywords
from .logdata import LogData
from .metadata import Metadata
from .powerspectrum import PowerSpectrum
from .seismogram import Seismogram
from .seismogramensemble import SeismogramEnsemble
from .slowness import SlownessVector
from .spherical import SphericalCoordinate
from .timeseries import TimeSeries
from .timeseriesensemble import TimeSeriesEnsemble
from .timewindow import TimeWindow

__all__ = [
    "DataGap",
    "DoubleVector",
    "ErrorLogger",
    "GapStatistics",
    "Keywords",
    "LogData",
    "Metadata",
    "PowerSpectrum",
    "ProcessingHistory",
    "Seismogram",
    "SeismogramEnsemble",
    "SlownessVector",
    "SphericalCoordinate",
    "TimeSeries",
    "TimeSeriesEnsemble",
    "TimeWindow",
    "dmatrix",
]
