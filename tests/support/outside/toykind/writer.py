"""Words are settled: those that begin with "late" are dead until the job is retried."""

from __future__ import annotations

from typing import Final

from seisbus.app import WriterContext
from seisbus.model.handovers import BuildOrder
from seisbus.model.outcome import Fate
from seisbus.store.settled import SettledWindow
from seisbus.writer.items import ItemsWriter
from seisbus.writer.ledger_item import dead_item

from .model import ToyJob


class ToyWriter(ItemsWriter[ToyJob]):
    """Says words."""

    job = ToyJob

    async def settled(self, context: WriterContext, spec: ToyJob, order: BuildOrder) -> SettledWindow:
        """One word."""
        word = order.window.subject.text
        if word.startswith("late") and order.attempt == 1:
            return dead_item(order, "too_early", [f"{word} comes later."], {"word": word})
        return SettledWindow(order.window, Fate.SAVED, detail=f"said {word}")


KIND: Final = ToyWriter()
