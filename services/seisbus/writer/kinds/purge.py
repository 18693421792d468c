"""Purges: jobs are removed."""

from __future__ import annotations

from typing import Final

from ...app import Service, WriterContext
from ...bus.topology import consumer_of
from ...model.kinds.purge import REMOVE, PurgeJob
from ..kind import WriterKind
from ..purging import Purger

# So few jobs are removed at once, because deleting should not slow down writing.
PURGES_AT_ONCE: Final = 1


class PurgeWriter(WriterKind[PurgeJob]):
    """Jobs to remove."""

    async def service(self, context: WriterContext) -> Service:
        """The purger."""
        return Service([context.worker(consumer_of(REMOVE), Purger(context).handle, slots=PURGES_AT_ONCE)])


KIND: Final = PurgeWriter()
