"""Parts of every service process: start and end, connections, health, logs, gRPC access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from libseis.late import late

if TYPE_CHECKING:
    from .archives import archives_of
    from .context import (
        ControlContext,
        FetcherContext,
        IndexerContext,
        ServiceContext,
        WindowerContext,
        WriterContext,
    )
    from .lifecycle import run_service
    from .service import Service, ServiceKind, service_of
else:
    # imported only when they are used: the topology command needs one of them, and every start of a stack waits for it
    __getattr__ = late(
        __name__,
        {
            ".archives": ("archives_of",),
            ".context": (
                "ControlContext",
                "FetcherContext",
                "IndexerContext",
                "ServiceContext",
                "WindowerContext",
                "WriterContext",
            ),
            ".lifecycle": ("run_service",),
            ".service": ("Service", "ServiceKind", "service_of"),
        },
    )


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = [
    "ControlContext",
    "FetcherContext",
    "IndexerContext",
    "Service",
    "ServiceContext",
    "ServiceKind",
    "WindowerContext",
    "WriterContext",
    "archives_of",
    "run_service",
    "service_of",
]
