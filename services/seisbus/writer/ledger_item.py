"""Settles a message that is one item of a ledger (a dataset, the measurement of a station, a job to purge)."""

from __future__ import annotations

from collections.abc import Sequence

from ..app import WriterContext
from ..bus.snapshot import snapshot
from ..model.handovers import BuildOrder, LogLine, Measurement, Severity
from ..model.ids import document_id
from ..model.outcome import Fate
from ..store.collections import CEMETERY
from ..store.documents import ObjectId, Tombstone
from ..store.jobs import add_counts
from ..store.settle import Settlement, settle
from ..store.settled import SettledWindow
from .documents import item_grave


async def settle_alone(context: WriterContext, message: BuildOrder | Measurement, entry: SettledWindow) -> None:
    """Commit a message's one item, count it and tell watchers; a repeat changes nothing."""
    job = message.job
    result = await settle(context.store, [Settlement(job, message.task, message.attempt, 0, 1, [entry])])
    counted = await add_counts(context.store, job, result.fates[job], result.stored_bytes.get(job, 0))
    if counted is not None:
        await context.bus.publish_snapshot(snapshot(counted))


def dead_item(order: BuildOrder, reason: str, lines: Sequence[str], tombstone: Tombstone) -> SettledWindow:
    """The outcome of a dead item, with the lines of its log; the first line is its detail in the ledger."""
    window = order.window
    identity = ObjectId(document_id(window.id, f"cemetery/{order.attempt}"))
    log = tuple(LogLine("seisbus.writer", line, Severity.INVALID) for line in lines)
    entry = SettledWindow(window, Fate.DEAD, reason, lines[0], [str(identity)])
    entry.add(CEMETERY, item_grave(identity, {"job": order.job, "window": window.id}, reason, log, tombstone))
    return entry
