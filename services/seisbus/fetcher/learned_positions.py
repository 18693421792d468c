"""What reads learned of where records stand, kept with the day files in batches; losing some does no harm."""

from __future__ import annotations

import asyncio
import logging

from ..errors import UnavailableError
from ..model.task import ObjectRef
from ..planning.knots import KnotTable
from ..store.client import Store
from ..store.knots import LearnedKnots, keep_knots

_log = logging.getLogger(__name__)

_FLUSH_SECONDS = 1.0
# Objects whose knots are held for a store that is away; a few hundred bytes each.
_MOST_WAITING = 10_000


class Learned:
    """Gathers knots and writes them once a second."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[LearnedKnots] = []
        self._writing = asyncio.Lock()

    def note(self, ref: ObjectRef, etag: str, knots: KnotTable | None, changed_size: int | None = None) -> None:
        """Remember the knots of an object's version; objects without a day or a version are not remembered.

        `changed_size`: the length of the object where this is not the version that was planned.
        """
        if knots is not None and etag and ref.day_ns and len(knots.offset):
            self._waiting.append(
                LearnedKnots(ref.archive, ref.day_ns, ref.key, etag, knots.packed(), knots.ordered, changed_size)
            )

    async def run(self) -> None:
        """Write what came, until cancelled."""
        while True:
            await asyncio.sleep(_FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write what is there now; what a store that is away does not take waits for the next time."""
        try:
            await self.kept()
        except UnavailableError as error:
            _log.info("knots of %d objects are not kept yet: %s", len(self._waiting), error)

    async def kept(self) -> None:
        """Return when all that was noted so far is in the store; UnavailableError when that is away."""
        async with self._writing:
            waiting, self._waiting = self._waiting, []
            try:
                await keep_knots(self._store, waiting)
            except UnavailableError:
                self._waiting[:0] = waiting[-_MOST_WAITING:]
                raise
