"""The embedded stack: real servers and the five services as processes on one machine.

Importing this package starts nothing. Clients find a running stack with `running_stack`.
"""

from seisbus.local.folder import FolderInUseError, StackState, running_stack
from seisbus.local.ports import is_free
from seisbus.local.process import MissingProgramError, StartError
from seisbus.local.server_commands import KeyPair, S3Program, ServerKind, ServerOptions
from seisbus.local.servers import EmbeddedServers, ServerHandle, embedded_servers
from seisbus.local.services import ServiceName, usual_replicas
from seisbus.local.stack import LocalStack, ServiceStatus, StackInterrupted, interruptible, local_stack
from seisbus.local.watchdog import Patience

__all__ = [
    "EmbeddedServers",
    "FolderInUseError",
    "KeyPair",
    "LocalStack",
    "MissingProgramError",
    "Patience",
    "S3Program",
    "ServerHandle",
    "ServerKind",
    "ServerOptions",
    "ServiceName",
    "ServiceStatus",
    "StackInterrupted",
    "StackState",
    "StartError",
    "embedded_servers",
    "interruptible",
    "is_free",
    "local_stack",
    "running_stack",
    "usual_replicas",
]
