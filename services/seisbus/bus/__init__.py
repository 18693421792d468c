"""The message bus: JetStream topology, publishing with claims, the worker. Only this package uses nats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from libseis.late import late

if TYPE_CHECKING:
    from .client import Bus
    from .login import Login
    from .worker import Delivery, Worker, WorkerState
else:
    # deploy/make-secrets reads the permissions of users in a Python that has no packages
    __getattr__ = late(
        __name__, {".client": ("Bus",), ".login": ("Login",), ".worker": ("Delivery", "Worker", "WorkerState")}
    )


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = ["Bus", "Delivery", "Login", "Worker", "WorkerState"]
