"""A service: its workers and loops, out of what it does for each kind of job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from ..bus import Worker
from .context import S, ServiceContext


@dataclass(slots=True)
class Service:
    """What a service consists of: workers, loops that run beside them, and what to do once they are drained."""

    workers: Sequence[Worker] = ()
    loops: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    on_drained: Callable[[], Awaitable[None]] | None = None


class ServiceKind(Generic[S]):
    """What one service does for a kind of job: workers on the kind's queues, loops beside them."""

    async def service(self, context: ServiceContext[S]) -> Service:
        """The part of the service that is there for the kind."""
        return Service()


async def service_of(context: ServiceContext[S], kinds: Mapping[str, ServiceKind[S]]) -> Service:
    """The service that does what there is to do for all these kinds."""
    parts = [await kinds[name].service(context) for name in sorted(kinds)]
    drained: list[Callable[[], Awaitable[None]]] = [part.on_drained for part in parts if part.on_drained is not None]

    async def on_drained() -> None:
        for end in drained:
            await end()

    return Service(
        workers=[worker for part in parts for worker in part.workers],
        loops=[loop for part in parts for loop in part.loops],
        on_drained=on_drained,
    )
