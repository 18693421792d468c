"""Misfit jobs: measurements are kept."""

from __future__ import annotations

from typing import Final

from ...app import Service, WriterContext
from ...bus.topology import consumer_of
from ...model.kinds.misfit import KEEP, MisfitJob
from ..kind import WriterKind
from ..measurements import MeasurementWriter

# So many measurements are committed at once, each in a transaction.
STATIONS_AT_ONCE: Final = 8


class MisfitWriter(WriterKind[MisfitJob]):
    """Measurements of stations."""

    async def service(self, context: WriterContext) -> Service:
        """A worker on measurements."""
        handle = MeasurementWriter(context).handle
        return Service([context.worker(consumer_of(KEEP), handle, slots=STATIONS_AT_ONCE)])


KIND: Final = MisfitWriter()
