"""The loop of every service that looks whether its servers work, by real work, and says so in health."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..deadlines import LOOK_EVERY_SECONDS
from ..errors import UnavailableError
from .health import HealthServer

if TYPE_CHECKING:
    from .lifecycle import Context


async def watch_hops(context: Context, health: HealthServer) -> None:
    """Look at MongoDB and NATS until cancelled; not ready while one of them, or an archive, does not answer."""
    while True:
        try:
            await context.store.look()
        except UnavailableError as error:
            context.hops.failed("MongoDB", error.message)
        else:
            context.hops.answered("MongoDB")
        if context.bus.away:
            context.hops.failed("NATS", context.bus.away)
        else:
            context.hops.answered("NATS")
        await health.ready(not context.hops.sentence())
        await asyncio.sleep(LOOK_EVERY_SECONDS)
