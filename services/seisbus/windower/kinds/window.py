"""Window jobs: records are decoded, cut, processed."""

from __future__ import annotations

import asyncio
import contextlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ...app import Service, ServiceKind, WindowerContext
from ...app.normalizing import Normalizer
from ...bus import Delivery
from ...bus.codec import decode_window, encode_outcomes
from ...bus.tags import Tag
from ...bus.topology import consumer_of, subject_of
from ...model.handovers import WindowOrder
from ...model.kinds.window import CUT, STORE
from ...model.normalized import Known
from ...model.task import Recipe
from ...settings import WindowerSettings
from ..cutting import cut_part, holds_floats
from ..packing import Work
from ..pool import pool, threads_of
from ..sensors import cut_sensors
from ..stations import Metadata, Stations, needs_stations

if TYPE_CHECKING:
    from ..processing import Chain

# Steps and station metadata need these. They take a second of CPU with obspy and scipy, so they are imported late.
_HEAVY: Final = (
    "seisbus.windower.processing",
    "libseis.obspy.inventories",
    "libseis.obspy.responses",
    "libseis.signal.operators",
    "libseis.signal.resampling",
    "obspy.io.stationxml.core",
)
# So many messages are taken in advance, so that the CPU does not wait for the bus, but no more bytes than two of the
# largest parts of a task have.
AHEAD: Final = 4
AHEAD_BYTES: Final = 14_000_000
# A message of this size is read only when it is the next for a thread: until then it is in memory once.
LARGE_BYTES: Final = 1_000_000


@lru_cache(maxsize=64)
def _chain(steps: str) -> Chain:
    from ..processing import Chain

    return Chain(json.loads(steps))


def chain_of(recipe: Recipe) -> Chain | None:
    """The job's steps, built once; None if it has no steps."""
    return _chain(json.dumps(recipe.steps)) if recipe.steps else None


class WindowCutter(ServiceKind[WindowerSettings]):
    """Windows of records."""

    async def service(self, context: WindowerContext) -> Service:
        """A worker on records."""
        threads = threads_of(context.settings)
        stations, normalizer = Stations(context), Normalizer(context.store)

        def outcomes_of(order: WindowOrder, metadata: Metadata | None, known: Known | None) -> bytes:
            work = None
            if (chain := chain_of(order.recipe)) is not None:
                stated, notes = (metadata.context, metadata.notes) if metadata else (None, ())
                work = Work(chain, stated, notes, known or Known())
            stated = metadata.context if metadata else None
            if order.recipe.components > 1:
                return encode_outcomes(cut_sensors(order, work, stated, known or Known()))
            return encode_outcomes(cut_part(order, work, stated))

        free = asyncio.Semaphore(threads + 1)  # one is read while the threads work

        async def handle(delivery: Delivery) -> None:
            loop = asyncio.get_running_loop()
            async with free if len(delivery.body) > LARGE_BYTES else contextlib.nullcontext():
                order = decode_window(delivery.body)
                del delivery  # its body, which the order holds again
                needy = needs_stations(order) or holds_floats(order)
                metadata = await stations.metadata_of(order) if needy else None
                wanted = order.recipe.steps or order.recipe.components > 1
                known = await _known(normalizer, order) if wanted else None
                outcomes = await loop.run_in_executor(pool(threads), outcomes_of, order, metadata, known)
            await context.bus.publish(
                subject_of(STORE, order.job),
                outcomes,
                tag=Tag(order.job, order.task, order.attempt, order.part),
                message_id=f"{order.task}/write/{order.part}/{order.attempt}.{order.publication}",
                patient=True,
            )

        size = min(context.settings.bytes_in_flight, AHEAD_BYTES)
        worker = context.worker(consumer_of(CUT), handle, slots=threads + AHEAD, max_bytes=size)
        return Service(workers=[worker], wanted=_HEAVY)


async def _known(normalizer: Normalizer, order: WindowOrder) -> Known:
    """Sources and receivers of the data, if the job has steps or sensors."""
    channels = {window.channel for window in order.windows}
    return await normalizer.known(order.job, channels, {window.event for window in order.windows}, order.attempt)


KIND: Final = WindowCutter()
