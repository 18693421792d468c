"""Index jobs: every page of keys is a task that the planning process does itself."""

from __future__ import annotations

from typing import Final

from ...model.kinds.index import IndexJob
from ...store.jobs import add_counts
from ...store.settle import Settlement, settle
from ...store.tasks import Cursor, OpenTask
from .. import sync
from ..kind import IndexerKind, Planning, Tasks, archive_of


class IndexPlanner(IndexerKind[IndexJob]):
    """An archive's index keys, events and stations."""

    in_place = True

    async def tasks(self, planning: Planning[IndexJob], cursor: Cursor) -> Tasks:
        """A page of keys each."""
        archive, number = archive_of(planning), 0
        async for keys in sync.pages(planning.context, archive):
            if number >= cursor.offset:
                yield Cursor(0, number + 1), [sync.page_task(planning.id, archive, number, keys)]
            number += 1

    async def send(self, planning: Planning[IndexJob], open_task: OpenTask, *, patient: bool = False) -> None:
        """Read the page and settle its keys."""
        task = open_task.task
        windows = await sync.read_page(planning.context, archive_of(planning), task)
        attempt = int(planning.job["attempt"])
        result = await settle(planning.store, [Settlement(task.job, task.id, attempt, 0, 1, windows)])
        await add_counts(planning.store, task.job, result.fates[task.job], 0)
        await planning.note([window.detail for window in windows if window.detail])
        await planning.announce()


KIND: Final = IndexPlanner()
