"""Words are settled: those that begin with "late" are dead until the job is retried."""

from __future__ import annotations

from typing import Final

from seisbus.app import Service, WriterContext
from seisbus.bus import Delivery
from seisbus.bus.codec import decode_build
from seisbus.bus.topology import consumer_of
from seisbus.model.outcome import Fate
from seisbus.store.settled import SettledWindow
from seisbus.writer.kind import WriterKind
from seisbus.writer.ledger_item import dead_item, settle_alone

from .model import SAY, ToyJob


class ToyWriter(WriterKind[ToyJob]):
    """A worker on words."""

    async def service(self, context: WriterContext) -> Service:
        """One, as many as the queue allows."""

        async def handle(delivery: Delivery) -> None:
            order = decode_build(delivery.body)
            word = order.window.subject.text
            if word.startswith("late") and order.attempt == 1:
                entry = dead_item(order, "too_early", [f"{word} comes later."], {"word": word})
            else:
                entry = SettledWindow(order.window, Fate.SAVED, detail=f"said {word}")
            await settle_alone(context, order, entry)

        return Service([context.worker(consumer_of(SAY), handle, slots=4)])


KIND: Final = ToyWriter()
