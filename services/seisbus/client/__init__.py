"""The Python client: Client for scripts and notebooks, AsyncClient for programs with a loop of their own.

It needs only the address of control, except to read the bucket of a deployment directly. Pictures are
`seisbus.client.plot`.
"""

from ..errors import ClientError, DatasetError, Failure, UnreachableError, WaveformError
from ..model.misfit_documents import TotalMisfit
from .aio import AsyncClient
from .direct import Direct
from .sync import Client
from .transport import Transport
from .values import (
    Already,
    Archive,
    Availability,
    Datum,
    DeadLetter,
    Estimate,
    History,
    Job,
    Outcome,
    Progress,
    Query,
    Reason,
    SourceObject,
    Stored,
)

__all__ = [
    "Already",
    "Archive",
    "AsyncClient",
    "Availability",
    "Client",
    "ClientError",
    "DatasetError",
    "Datum",
    "DeadLetter",
    "Direct",
    "Estimate",
    "Failure",
    "History",
    "Job",
    "Outcome",
    "Progress",
    "Query",
    "Reason",
    "SourceObject",
    "Stored",
    "TotalMisfit",
    "Transport",
    "UnreachableError",
    "WaveformError",
]
