"""A service out of what it does for each kind of job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from .lifecycle import Context, Service


class ServiceKind:
    """What one service does for a kind of job: workers on the kind's queues, loops beside them."""

    async def service(self, context: Context) -> Service:
        """The part of the service that is there for the kind."""
        return Service()


async def service_of(context: Context, kinds: Mapping[str, ServiceKind]) -> Service:
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
