"""The Python client: Client for scripts and notebooks, AsyncClient for programs with their own event loop.

It needs only the address of control, except to read the bucket of a deployment directly. Pictures are in
`seisbus.client.plot`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from libseis.late import late

if TYPE_CHECKING:
    from ..errors import ClientError, DatasetError, FailedJobError, Failure, UnreachableError, WaveformError
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
else:
    # imported only when they are used: `seisbus --help` needs none of these names
    __getattr__ = late(
        __name__,
        {
            "..errors": (
                "ClientError",
                "DatasetError",
                "FailedJobError",
                "Failure",
                "UnreachableError",
                "WaveformError",
            ),
            "..model.misfit_documents": ("TotalMisfit",),
            ".aio": ("AsyncClient",),
            ".direct": ("Direct",),
            ".sync": ("Client",),
            ".transport": ("Transport",),
            ".values": (
                "Already",
                "Archive",
                "Availability",
                "Datum",
                "DeadLetter",
                "Estimate",
                "History",
                "Job",
                "Outcome",
                "Progress",
                "Query",
                "Reason",
                "SourceObject",
                "Stored",
            ),
        },
    )


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


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
    "FailedJobError",
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
