"""What every service process is made of: its life, its health surface, its logs."""

from .lifecycle import Context, Service, archives_of, run_service
from .logs import configure_logging

__all__ = ["Context", "Service", "archives_of", "configure_logging", "run_service"]
