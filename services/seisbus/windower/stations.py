"""Station metadata for steps that need it (response removal): StationXML out of the archive, parsed once a station."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cachetools import LRUCache

from ..app import WindowerContext
from ..app.inventories import archived_inventory
from ..model.handovers import WindowOrder

if TYPE_CHECKING:
    from libseis.steps import StepContext

_log = logging.getLogger(__name__)

# Names of the steps that want an inventory.
_NEEDY = frozenset({"remove_response"})
# Stations kept: a plan goes through the channels of a station side by side, and each keeps its responses' spectra.
_STATIONS = 8


def needs_stations(order: WindowOrder) -> bool:
    """Whether a step of the job wants station metadata."""
    return any(not _NEEDY.isdisjoint(step) for step in order.recipe.steps)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What steps need to know of a station, and what could not be read of it."""

    context: StepContext
    notes: tuple[str, ...] = ()


class Stations:
    """Metadata by station; a station without metadata in the archive gets an empty context."""

    def __init__(self, context: WindowerContext) -> None:
        self._context = context
        self._known: LRUCache[tuple[str, int, str, str, str], asyncio.Task[Metadata]] = LRUCache(_STATIONS)

    async def metadata_of(self, order: WindowOrder) -> Metadata:
        """The metadata of the station that an order's windows are of."""
        archive, channel = order.inputs[0].ref.archive, order.windows[0].channel
        # a job reads them anew, and a retry: what was mended at the archive since then counts
        key = (order.job, order.attempt, archive, channel.net, channel.sta)
        if key not in self._known:
            self._known[key] = asyncio.create_task(self._read(*key[2:]))
        try:
            return await asyncio.shield(self._known[key])
        except Exception:
            self._known.pop(key, None)  # the next order asks again
            raise

    async def _read(self, archive: str, net: str, sta: str) -> Metadata:
        from libseis.steps import StepContext

        inventory, notes = await archived_inventory(self._context, archive, net, sta)
        for note in notes:
            _log.warning("%s", note)
        return Metadata(StepContext(inventory), tuple(notes))
