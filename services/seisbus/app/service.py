"""Put a service together: workers and loops for each kind of job."""

from __future__ import annotations

import contextlib
import gc
import importlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from ..bus import Worker
from .context import S, ServiceContext


@dataclass(slots=True)
class Service:
    """The parts of a service: workers, background loops, a function to call after the drain, and modules that the first
    message needs. These are imported when the service is ready, so that its start does not wait for them."""

    workers: Sequence[Worker] = ()
    loops: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    on_drained: Callable[[], Awaitable[None]] | None = None
    wanted: Sequence[str] = ()


def bring_in(modules: Sequence[str]) -> None:
    """Import these modules; one that is not installed is left to the message that needs it, which says so.

    What is loaded stays, so the garbage collector need not look at it again.
    """
    for name in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()


class ServiceKind(Generic[S]):
    """The part of a service for one kind of job: workers on the kind's queues, and background loops."""

    async def service(self, context: ServiceContext[S]) -> Service:
        """Make the part of the service for the kind."""
        return Service()


async def service_of(context: ServiceContext[S], kinds: Mapping[str, ServiceKind[S]]) -> Service:
    """Make the service for all these kinds."""
    parts = [await kinds[name].service(context) for name in sorted(kinds)]
    drained: list[Callable[[], Awaitable[None]]] = [part.on_drained for part in parts if part.on_drained is not None]

    async def on_drained() -> None:
        for end in drained:
            await end()

    return Service(
        workers=[worker for part in parts for worker in part.workers],
        loops=[loop for part in parts for loop in part.loops],
        on_drained=on_drained,
        wanted=[name for part in parts for name in part.wanted],
    )
