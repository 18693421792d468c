"""JobBoard: the current attempt of each job, so that a process drops messages of older attempts and notices changes.

It learns attempts from snapshots on the bus and, for a new job, once from the database. After a missed snapshot the
process only does work that the store refuses later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from cachetools import LRUCache

from ..errors import UnavailableError
from .client import Bus

_log = logging.getLogger(__name__)

_REMEMBERED_JOBS = 10_000


class JobBoard:
    """Attempt numbers by job. `lookup` gives a job's attempt from the database, None if there is no such job."""

    def __init__(self, bus: Bus, lookup: Callable[[str], Awaitable[int | None]]) -> None:
        self._bus = bus
        self._lookup = lookup
        self._attempts: LRUCache[str, int] = LRUCache(_REMEMBERED_JOBS)
        self._news = asyncio.Event()
        self._moves: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    async def run(self) -> None:
        """Follow the snapshots of all jobs until cancelled."""
        while True:
            try:
                async for snapshot in self._bus.snapshots():
                    self._note(snapshot.job, snapshot.attempt)
                    if (move := self._moves.pop(snapshot.job, None)) is not None:
                        move.set()
            except UnavailableError as error:
                _log.debug("attempts are learned from the database for now: %s", error)
            await asyncio.sleep(1)

    async def stale(self, job: str, attempt: int) -> bool:
        """Whether a message of `attempt` belongs to an older attempt of the job, or to no job."""
        known = self._attempts.get(job)
        if known is None or known < attempt:
            found = await self._lookup(job)
            if found is None:
                return True
            self._note(job, found)
            known = found
        return attempt < known

    async def superseded(self, job: str, attempt: int) -> None:
        """Return when the bus reports a newer attempt of the job: it was cancelled, or is being retried."""
        while self._attempts.get(job, 0) <= attempt:
            await self._news.wait()

    def move(self, job: str) -> asyncio.Event:
        """An event that the job's next snapshot sets. A snapshot may be lost, so always wait with a timeout."""
        return self._moves.setdefault(job, asyncio.Event())

    def _note(self, job: str, attempt: int) -> None:
        if attempt > self._attempts.get(job, 0):
            news, self._news = self._news, asyncio.Event()
            news.set()
        self._attempts[job] = max(attempt, self._attempts.get(job, 0))
