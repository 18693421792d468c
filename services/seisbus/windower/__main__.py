"""`python -m seisbus.windower`: CPU work in a small thread pool, input and output on the event loop."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING

from ..app import Context, Service, run_service
from ..bus import Delivery
from ..bus.client import Tag
from ..bus.codec import decode_window, encode_outcomes
from ..bus.topology import window_consumer, write_subject
from ..model.task import Recipe
from .cutting import cut_part

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

    def work(body: bytes) -> tuple[str, str, int, int, int, bytes]:
        order = decode_window(body)
        outcomes = encode_outcomes(cut_part(order, chain_of(order.recipe)))
        return order.job, order.task, order.attempt, order.part, order.publication, outcomes

    async def handle(delivery: Delivery) -> None:
        loop = asyncio.get_running_loop()
        job, task, attempt, part, publication, body = await loop.run_in_executor(pool, work, delivery.body)
        await context.bus.publish(
            write_subject(job),
            body,
            tag=Tag(job, task, attempt, part),
            message_id=f"{task}/write/{part}/{attempt}.{publication}",
            patient=True,
        )

    return Service(workers=[context.worker(window_consumer(), handle, slots=threads + _AHEAD)])


if __name__ == "__main__":
    sys.exit(run_service("windower", build))
