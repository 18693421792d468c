"""The names of mspasspy.ccore.utility: Metadata, errors, logs and history."""

from .enums import AtomicType, ErrorSeverity, MDDefFormat, MDtype, ProcessingStatus
from .errorlogger import ErrorLogger
from .errors import MsPASSError
from .history import ProcessingHistory
from .logdata import LogData
from .metadata import Metadata
from .nodedata import NodeData

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
]
