"""What every service process is made of: its life, its health surface, its logs."""

from .context import ServiceContext
from .lifecycle import archives_of, run_service
from .logs import configure_logging
from .service import Service, ServiceKind, service_of

__all__ = [
    "Service",
    "ServiceContext",
    "ServiceKind",
    "archives_of",
    "configure_logging",
    "run_service",
    "service_of",
]
