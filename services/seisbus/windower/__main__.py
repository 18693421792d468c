"""`python -m seisbus.windower`: CPU work in a small thread pool, input and output on the event loop."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING

from ..extras import program

with program("windower"):
    from ..app import Context, Service, run_service
    from ..bus import Delivery
    from ..bus.client import Tag
    from ..bus.codec import decode_misfit, decode_window, encode_measurement, encode_outcomes
    from ..bus.topology import window_consumer, write_subject
    from ..model.handovers import WindowOrder
    from ..model.task import Recipe
    from .cutting import Work, cut_part, holds_floats
    from .misfit import measure
    from .stations import Metadata, Stations, needs_stations

if TYPE_CHECKING:
    from .processing import Chain

# Messages taken ahead of the CPU, so that it does not wait for the bus.
_AHEAD = 4


@lru_cache(maxsize=64)
def _chain(steps: str) -> Chain:
    from .processing import Chain  # brings obspy, a second that only jobs with steps pay

    return Chain(json.loads(steps))


def chain_of(recipe: Recipe) -> Chain | None:
    """The job's steps, built once; None when it has none."""
    return _chain(json.dumps(recipe.steps)) if recipe.steps else None


async def build(context: Context) -> Service:
    """The windower's worker."""
    threads = context.settings.concurrency or min(4, os.cpu_count() or 1)
    pool = ThreadPoolExecutor(threads, thread_name_prefix="cut")

    stations = Stations(context)

    def outcomes_of(order: WindowOrder, metadata: Metadata | None) -> bytes:
        work = None
        if (chain := chain_of(order.recipe)) is not None:
            work = Work(chain, metadata.context, metadata.notes) if metadata else Work(chain, None)
        return encode_outcomes(cut_part(order, work, metadata.context if metadata else None))

    async def handle(delivery: Delivery) -> None:
        loop = asyncio.get_running_loop()
        order = decode_window(delivery.body)
        needy = needs_stations(order) or holds_floats(order)
        metadata = await stations.metadata_of(order) if needy else None
        await context.bus.publish(
            write_subject(order.job),
            await loop.run_in_executor(pool, outcomes_of, order, metadata),
            tag=Tag(order.job, order.task, order.attempt, order.part),
            message_id=f"{order.task}/write/{order.part}/{order.attempt}.{order.publication}",
            patient=True,
        )

    async def handle_misfit(delivery: Delivery) -> None:
        loop = asyncio.get_running_loop()
        order = decode_misfit(delivery.body)
        found = await loop.run_in_executor(pool, measure, order)
        await context.bus.publish(
            write_subject(order.job, "misfit"),
            encode_measurement(found),
            tag=Tag(order.job, order.task, order.attempt),
            message_id=f"{order.task}/measured/{order.attempt}.{order.publication}",
            patient=True,
        )

    return Service(
        workers=[
            context.worker(window_consumer(), handle, slots=threads + _AHEAD),
            context.worker(window_consumer("misfit"), handle_misfit, slots=threads),
        ]
    )


if __name__ == "__main__":
    sys.exit(run_service("windower", build))
