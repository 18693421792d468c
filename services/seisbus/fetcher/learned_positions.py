"""Writes what reads learned about the places of records to the day files, in batches. Losing some does no harm."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from ..errors import UnavailableError
from ..model.task import ObjectRef
from ..planning.knots import KnotTable
from ..planning.runs import KnownRun
from ..store.client import Store
from ..store.documents import RunOfFile
from ..store.knots import LearnedInRun, LearnedKnots, LearnedRuns, keep_knots, keep_runs

_log = logging.getLogger(__name__)

_FLUSH_SECONDS = 1.0
# Knots of so many objects are held while the store is away; a few hundred bytes each.
_MOST_WAITING = 10_000


class Learned:
    """Gathers knots and writes them once a second."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[LearnedKnots] = []
        self._runs: list[LearnedRuns | LearnedInRun] = []
        self._writing = asyncio.Lock()

    def note(self, ref: ObjectRef, etag: str, knots: KnotTable | None, changed_size: int | None = None) -> None:
        """Remember the knots of an object's version; objects without a day or a version are not remembered.

        `changed_size`: the length of the object, if this is not the version that was planned.
        """
        if knots is not None and etag and ref.day_ns and len(knots.offset):
            self._waiting.append(
                LearnedKnots(ref.archive, ref.day_ns, ref.key, etag, knots.packed(), knots.ordered, changed_size)
            )

    def note_runs(self, ref: ObjectRef, etag: str, size: int, runs: Sequence[KnownRun]) -> None:
        """Remember where the channels of a station's object are."""
        if etag and ref.day_ns and runs:
            found = tuple(_document(run) for run in runs)
            self._runs.append(LearnedRuns(ref.archive, ref.day_ns, ref.key, etag, size, found))

    def note_in_run(self, ref: ObjectRef, etag: str, number: int, knots: KnotTable) -> None:
        """Remember knots of the run with this number of an object whose runs are known."""
        if etag and ref.day_ns and len(knots.offset):
            self._runs.append(LearnedInRun(ref.archive, ref.day_ns, ref.key, etag, number, knots.packed()))

    async def run(self) -> None:
        """Write what was noted, again and again, until cancelled."""
        while True:
            await asyncio.sleep(_FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write what was noted so far. If the store is away, it waits for the next time."""
        try:
            await self.kept()
        except UnavailableError as error:
            _log.info("knots of %d objects are not kept yet: %s", len(self._waiting), error)

    async def kept(self) -> None:
        """Return when everything noted so far is in the store; UnavailableError if the store is away."""
        async with self._writing:
            waiting, self._waiting = self._waiting, []
            runs, self._runs = self._runs, []
            try:
                await keep_knots(self._store, waiting)
                await keep_runs(self._store, runs)
            except UnavailableError:
                self._waiting[:0] = waiting[-_MOST_WAITING:]
                self._runs[:0] = runs[-_MOST_WAITING:]
                raise


def _document(run: KnownRun) -> RunOfFile:
    return {
        "channel": str(run.channel),
        "start": run.start,
        "end": run.end,
        "knots": [run.knots.packed()],
        "ordered": run.knots.ordered,
    }
