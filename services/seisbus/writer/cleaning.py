"""Deletes objects in the sink that no document names: those that killed writers put and did not commit, and unfinished
uploads.

It looks only at jobs that were closed long enough ago, once each, and only at objects so old that no writer can still
commit them (see `uploads`). Objects of jobs that the database does not know are left alone, because it may be the wrong
database.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from ..app import WriterContext
from ..errors import UnavailableError
from ..objects import Bucket
from ..store.lease import acquire
from ..store.references import jobs_to_clean, named_urls, note_cleaned

_log = logging.getLogger(__name__)

_LEASE = "sink-cleaner"


class Cleaner:
    """Each process has one; a lease lets one of them work."""

    def __init__(self, context: WriterContext, sink: Bucket) -> None:
        self._context = context
        self._sink = sink
        self._orphan_age = timedelta(seconds=context.settings.sink_orphan_seconds)

    async def run(self) -> None:
        """Clean now and then until cancelled. If a server is away, it waits."""
        settings = self._context.settings
        while True:
            try:
                if await self._holds_lease():
                    await self.clean()
            except UnavailableError as error:
                _log.warning("the sink is not cleaned: %s", error)
            await asyncio.sleep(settings.sink_clean_seconds)

    async def _holds_lease(self) -> bool:
        # longer than the pause, so that one writer keeps it; a second one would only do the same work
        seconds = 2 * self._context.settings.sink_clean_seconds
        return await acquire(self._context.store, _LEASE, self._context.boot, seconds) is not None

    async def clean(self) -> int:
        """Clean up the jobs that are due; returns how many objects were deleted."""
        before = datetime.now(UTC) - self._orphan_age
        deleted = 0
        for job, closed_ns in await jobs_to_clean(self._context.store, int(before.timestamp() * 1e9)):
            deleted += await self._clean(job, closed_ns, before)
            if not await self._holds_lease():
                break
        return deleted

    async def _clean(self, job: str, closed_ns: int, before: datetime) -> int:
        named = await named_urls(self._context.store, job)
        folders = tuple(url for url in named if url.endswith("/"))
        orphans, young = [], False
        for prefix in (f"waveforms/{job}/", f"exports/{job}/"):
            await self._sink.abort_uploads(prefix, before)
            async for kept in self._sink.list(prefix):
                url = self._sink.url(kept.key)
                if url in named or url.startswith(folders):
                    continue
                if kept.modified < before:
                    orphans.append(kept.key)
                else:
                    young = True
        await self._sink.delete(orphans)
        if not young:
            await note_cleaned(self._context.store, job, closed_ns)
        if orphans:
            _log.info("job %s: %d objects that no document names were deleted", job, len(orphans))
        return len(orphans)
