"""libseis: seismic data objects after the MsPASS design, with the seismology that works on them.

The main names are here; the module names of MsPASS users are libseis.seismic, libseis.utility,
libseis.algorithms and so on, thin faces of the same classes.
"""

from .datagap import DataGap
from .dmatrix import dmatrix
from .doublevector import DoubleVector
from .enums import AtomicType, ErrorSeverity, ProcessingStatus, TimeReferenceType
from .errorlogger import ErrorLogger
from .errors import MsPASSError
from .gaplist import GapFill, GapStatistics
from .history import ProcessingHistory
from .keywords import Keywords
from .logdata import LogData
from .metadata import Metadata
from .seismogram import Seismogram
from .seismogramensemble import SeismogramEnsemble
from .slowness import SlownessVector
from .spherical import SphericalCoordinate
from .timeseries import TimeSeries
from .timeseriesensemble import TimeSeriesEnsemble
from .timewindow import TimeWindow

__all__ = [
    "AtomicType",
    "DataGap",
    "DoubleVector",
    "ErrorLogger",
    "ErrorSeverity",
    "GapFill",
    "GapStatistics",
    "Keywords",
    "LogData",
    "Metadata",
    "MsPASSError",
    "ProcessingHistory",
    "ProcessingStatus",
    "Seismogram",
    "SeismogramEnsemble",
    "SlownessVector",
    "SphericalCoordinate",
    "TimeReferenceType",
    "TimeSeries",
    "TimeSeriesEnsemble",
    "TimeWindow",
    "dmatrix",
]
