"""Parts of every service process: start and end, connections, health, logs, gRPC access."""

from .context import (
    ControlContext,
    FetcherContext,
    IndexerContext,
    ServiceContext,
    WindowerContext,
    WriterContext,
)
from .lifecycle import archives_of, run_service
from .logs import configure_logging
from .service import Service, ServiceKind, service_of

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
    "configure_logging",
    "run_service",
    "service_of",
]
