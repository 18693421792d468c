"""Index jobs: each page of keys is a task, and the planning process does it itself."""

from __future__ import annotations

from typing import Final

from ...archive.definition import ArchiveDefinition
from ...errors import UserError
from ...model.kinds.index import IndexJob
from ...store.jobs import add_counts
from ...store.settle import Settlement, settle
from ...store.tasks import Cursor, OpenTask
from .. import sync
from ..kind import Chunk, IndexerKind, Planning, Tasks, archive_of


class IndexPlanner(IndexerKind[IndexJob]):
    """An archive's index keys, events and stations."""

    in_place = True

    async def tasks(self, planning: Planning[IndexJob], cursor: Cursor) -> Tasks:
        """One task per page of keys."""
        archive, number = archive_of(planning), 0
        async for keys in sync.pages(planning.context, archive):
            if number >= cursor.offset:
                yield Chunk(Cursor(0, number + 1), [sync.page_task(planning.id, archive, number, keys)])
            number += 1
        if not number:
            await nothing_to_read(planning, archive)

    async def send(self, planning: Planning[IndexJob], open_task: OpenTask, *, patient: bool = False) -> None:
        """Read the page and settle its keys."""
        task = open_task.task
        windows = await sync.read_page(planning.context, archive_of(planning), task)
        attempt = int(planning.job["attempt"])
        result = await settle(planning.store, [Settlement(task.job, task.id, attempt, 0, 1, windows)])
        await add_counts(planning.store, task.job, result.fates[task.job], 0)
        await planning.note([window.detail for window in windows if window.detail])
        await planning.announce()


async def nothing_to_read(planning: Planning[IndexJob], archive: ArchiveDefinition) -> None:
    """Say why nothing was read: UserError if the archive should have something, otherwise a note on the job."""
    prefixes = sync.prefixes(archive)
    if archive.name == "local":
        raise UserError(
            "The archive local is empty: it has no index, no catalog and no stations. `seisbus archive make` fills it "
            "with made-up data, `seisbus archive make --from-folder FOLDER` with your own miniSEED files; then run "
            "`seisbus index sync local` again."
        )
    if prefixes:
        raise UserError(
            f"The archive {archive.name} has no object below {' or '.join(prefixes)} in the bucket {archive.bucket}; "
            "correct the bucket or the prefixes in its definition."
        )
    sentence = f"The archive {archive.name} has no index, catalog or stations to read; jobs list its days themselves."
    await planning.note([sentence])


KIND: Final = IndexPlanner()
