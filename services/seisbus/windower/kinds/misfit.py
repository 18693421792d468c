"""Misfit jobs: a station of an event is measured."""

from __future__ import annotations

import asyncio
from typing import Final

from ...app import Service, ServiceKind, WindowerContext
from ...bus import Delivery
from ...bus.codec import decode_misfit, encode_measurement
from ...bus.tags import Tag
from ...bus.topology import consumer_of, subject_of
from ...model.kinds.misfit import KEEP, MEASURE
from ...settings import WindowerSettings
from ..measuring import measure
from ..pool import pool, threads_of


class MisfitMeter(ServiceKind[WindowerSettings]):
    """Measurements."""

    async def service(self, context: WindowerContext) -> Service:
        """A worker on stations."""
        threads = threads_of(context.settings)

        async def handle(delivery: Delivery) -> None:
            loop = asyncio.get_running_loop()
            order = decode_misfit(delivery.body)
            found = await loop.run_in_executor(pool(threads), measure, order)
            await context.bus.publish(
                subject_of(KEEP, order.job),
                encode_measurement(found),
                tag=Tag(order.job, order.task, order.attempt),
                message_id=f"{order.task}/measured/{order.attempt}.{order.publication}",
                patient=True,
            )

        return Service(workers=[context.worker(consumer_of(MEASURE), handle, slots=threads)])


KIND: Final = MisfitMeter()
