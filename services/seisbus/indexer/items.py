"""Jobs that plan a list of items: one task per item, sent to the first queue of the job's kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from libseis.codes import Channel

from ..bus.codec import encode_build
from ..bus.tags import Tag
from ..bus.topology import subject_of
from ..errors import UserError
from ..model.handovers import BuildOrder
from ..model.kind import Job, StoredJob
from ..model.stored_waveforms import components_of, row_channels
from ..model.task import Window
from ..planning.datasets import DatasetKey, StationKey, StoredSpan, plan_items
from ..store.datasets import planned_ids, selected
from ..store.queries import each_waveform, last_sample_ns
from ..store.tasks import Cursor, OpenTask
from .kind import CHUNK, Chunk, IndexerKind, Planning, Tasks

J = TypeVar("J", bound=Job)
S = TypeVar("S", bound=StoredJob)
K = TypeVar("K", DatasetKey, StationKey)

# So many waveforms are looked at before their items are merged with those found so far.
_BATCH = 10_000


class ItemsPlanner(IndexerKind[J]):
    """One kind of such jobs. The workers that take the messages settle each item by itself."""

    async def items(self, planning: Planning[J]) -> Sequence[Window]:
        """The items of the ledger, in the order of their tasks; UserError if there are no items."""
        raise NotImplementedError

    async def tasks(self, planning: Planning[J], cursor: Cursor) -> Tasks:
        """One task per item. Items that have a task already are left out: data stored since a crash must not shift the
        plan."""
        known = await planned_ids(planning.store, planning.id) if cursor.offset else set()
        items = [item for item in await self.items(planning) if item.id not in known]
        offset = cursor.offset
        for start in range(0, len(items), CHUNK):
            tasks = list(plan_items(planning.id, items[start : start + CHUNK], offset))
            offset += len(tasks)
            yield Chunk(Cursor(0, offset), tasks)

    async def send(self, planning: Planning[J], open_task: OpenTask, *, patient: bool = False) -> None:
        """Send each task as one message."""
        task, attempt = open_task.task, int(planning.job["attempt"])
        await planning.context.bus.publish(
            subject_of(planning.spec.queues[0], task.job),
            encode_build(BuildOrder(task.job, task.id, attempt, open_task.publication, task.windows[0])),
            tag=Tag(task.job, task.id, attempt),
            message_id=f"{task.id}/build/{attempt}.{open_task.publication}",
            patient=patient,
        )


async def keys_of_stored(planning: Planning[S], keys_of: Callable[[Sequence[StoredSpan]], Iterable[K]]) -> list[K]:
    """The keys of all items that the stored waveforms of a job make, in order; UserError when there are none."""
    keys: set[K] = set()
    batch: list[StoredSpan] = []
    async for document in each_waveform(planning.store, selected(planning.spec)):
        event = str(document.get("event") or "")
        channels = [Channel.of_document(document)] if components_of(document) == 1 else row_channels(document)
        span = int(document["t0_ns"]), last_sample_ns(document)
        batch += [StoredSpan(channel, event, *span) for channel in channels]
        if len(batch) >= _BATCH:
            keys.update(keys_of(batch))
            batch.clear()
    keys.update(keys_of(batch))
    if not keys:
        raise UserError("No stored waveform fits job, tag, event and select; widen them.")
    return sorted(keys, key=lambda key: key.place)
