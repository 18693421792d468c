"""The names of mspasspy.ccore.utility: Metadata, errors, logs and history."""

from libseis.enums import AtomicType, ErrorSeverity, MDDefFormat, MDtype, ProcessingStatus
from libseis.errors import MsPASSError, error_says_data_bad, error_severity, error_severity_string
from libseis.objects.dmatrix import dmatrix
from libseis.objects.errorlogger import ErrorLogger
from libseis.objects.history import ProcessingHistory
from libseis.objects.logdata import LogData
from libseis.objects.metadata import Metadata
from libseis.objects.nodedata import NodeData
from libseis.objects.spherical import SphericalCoordinate

from .antelope_pf import AntelopePf, pfread
from .history_graph import algorithm_history, algorithm_outputs
from .metadata_definitions import MetadataDefinitions
from .metadata_list import Metadata_typedef, copy_selected_metadata, get_mdlist

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
