"""The message bus: JetStream topology, publishing with claims, the worker. Only this package uses nats."""

from .client import Bus
from .login import Login
from .worker import Delivery, Worker, WorkerState

__all__ = ["Bus", "Delivery", "Login", "Worker", "WorkerState"]
