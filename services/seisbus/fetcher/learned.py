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


class Learned:
    """Gathers knots and writes them once a second."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[LearnedKnots] = []

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
        """Write what is there now."""
        waiting, self._waiting = self._waiting, []
        try:
            await keep_knots(self._store, waiting)
        except UnavailableError as error:
            _log.info("knots of %d objects were not kept: %s", len(waiting), error)
