"""Misfit jobs: one task per station and event, sent to the fetchers, which gather the data to compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from libseis.codes import Channel, ChannelFilter

from ...errors import UserError
from ...model.kinds.misfit import MisfitJob
from ...model.task import Window
from ...planning.datasets import StationKey, station_keys
from ...store.client import Store
from ...store.jobs import get_job
from ...store.outcomes import each_outcome
from ..items import ItemsPlanner, keys_of_stored
from ..kind import Planning

# Where an object was never read, the codes of its entry are still a selection with wildcards.
_WILD = frozenset("*?,")


class MisfitPlanner(ItemsPlanner[MisfitJob]):
    """Stations to measure."""

    async def items(self, planning: Planning[MisfitJob]) -> Sequence[Window]:
        """The stations of stored waveforms. If a whole job is measured, also the stations of which it could store
        nothing."""
        observed, wanted = planning.spec.misfit.observed, planning.spec.select.filter
        if observed.tag:
            keys = await keys_of_stored(planning, station_keys)
        else:
            keys = await _planned_stations(planning.store, observed.job, wanted)
        return [key.item(planning.id) for key in keys]


async def _planned_stations(store: Store, job: str, wanted: ChannelFilter) -> list[StationKey]:
    """The stations of each event that a window job looked for, whether it could store something or not."""
    found = await get_job(store, job)
    keys: set[StationKey] = set()
    async for outcome in each_outcome(store, found):
        channel = Channel.parse(outcome["channel"])
        if channel.sta and _WILD.isdisjoint(channel.net + channel.sta) and wanted.touches(channel):
            keys.add(StationKey(str(outcome["event"]), channel.net, channel.sta))
    if not keys:
        raise UserError(f"No window of job {job} is of a channel that select names; widen it.")
    return sorted(keys, key=lambda key: key.place)


KIND: Final = MisfitPlanner()
