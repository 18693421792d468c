"""The data objects: one class a module, the extension types with their `.pxd` and `.pyi` beside them.

Nothing here knows a format, a file or another library than numpy.
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
