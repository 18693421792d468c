"""The names of mspasspy.ccore.utility: Metadata, errors, logs and history."""

from .antelope_pf import AntelopePf, pfread
from .dmatrix import dmatrix
from .enums import AtomicType, ErrorSeverity, MDDefFormat, MDtype, ProcessingStatus
from .errorlogger import ErrorLogger
from .errors import MsPASSError, error_says_data_bad, error_severity, error_severity_string
from .history import ProcessingHistory
from .history_graph import algorithm_history, algorithm_outputs
from .logdata import LogData
from .metadata import Metadata
from .metadata_definitions import MetadataDefinitions
from .metadata_list import Metadata_typedef, copy_selected_metadata, get_mdlist
from .nodedata import NodeData
from .spherical import SphericalCoordinate

__all__ = [
    "AntelopePf",
    "AtomicType",
    "ErrorLogger",
    "ErrorSeverity",
    "LogData",
    "MDDefFormat",
    "MDtype",
    "Metadata",
    "MetadataDefinitions",
    "Metadata_typedef",
    "MsPASSError",
    "NodeData",
    "ProcessingHistory",
    "ProcessingStatus",
    "SphericalCoordinate",
    "algorithm_history",
    "algorithm_outputs",
    "copy_selected_metadata",
    "dmatrix",
    "error_says_data_bad",
    "error_severity",
    "error_severity_string",
    "get_mdlist",
    "pfread",
]
