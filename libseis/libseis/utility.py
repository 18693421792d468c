"""The names of mspasspy.ccore.utility: Metadata, errors, logs and history."""

from .dmatrix import dmatrix
from .enums import AtomicType, ErrorSeverity, MDDefFormat, MDtype, ProcessingStatus
from .errorlogger import ErrorLogger
from .errors import MsPASSError
from .history import ProcessingHistory
from .history_graph import algorithm_history, algorithm_outputs
from .logdata import LogData
from .metadata import Metadata
from .nodedata import NodeData
from .spherical import SphericalCoordinate

__all__ = [
    "AtomicType",
    "ErrorLogger",
    "ErrorSeverity",
    "LogData",
    "MDDefFormat",
    "MDtype",
    "Metadata",
    "MsPASSError",
    "NodeData",
    "ProcessingHistory",
    "ProcessingStatus",
    "SphericalCoordinate",
    "algorithm_history",
    "algorithm_outputs",
    "dmatrix",
]
