"""What every service process is made of: its life, its health surface, its logs."""

from .kinds import ServiceKind, service_of
from .lifecycle import Context, Service, archives_of, run_service
from .logs import configure_logging

__all__ = ["Context", "Service", "ServiceKind", "archives_of", "configure_logging", "run_service", "service_of"]
