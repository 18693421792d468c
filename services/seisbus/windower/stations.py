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

# The steps that want an inventory.
_NEEDY = frozenset({"remove_response"})
# So many stations are kept. Each holds the spectra of its responses; the channels of a station come close together.
_STATIONS = 8


def needs_stations(order: WindowOrder) -> bool:
    """Whether a step of the job needs station metadata."""
    return any(not _NEEDY.isdisjoint(step) for step in order.recipe.steps)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What steps need of a station's metadata, and what could not be read."""

    context: StepContext
    notes: tuple[str, ...] = ()


class Stations:
    """Metadata by station; a station without metadata in the archive gets an empty context."""

    def __init__(self, context: WindowerContext) -> None:
        self._context = context
        self._known: LRUCache[tuple[str, int, str, str, str], asyncio.Task[Metadata]] = LRUCache(_STATIONS)

    async def metadata_of(self, order: WindowOrder) -> Metadata:
        """The metadata of the station of an order's windows."""
        archive, channel = order.inputs[0].ref.archive, order.windows[0].channel
        # each job, and each retry, reads them anew, because they may have been corrected at the archive
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
