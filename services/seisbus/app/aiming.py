"""Data for the aims of jobs: travel times, places of stations, and the stations left after thinning a network."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from libseis.codes import Channel, ChannelFilter
from libseis.traveltimes import TravelTimes

from ..model.archivejob import ArchiveJob
from ..model.geography import Extent
from ..model.marks import StationPick
from ..planning.aims import Aims, DayAims, Epochs
from ..planning.corners import some
from ..planning.geography import Place, Station, thinned
from ..planning.pick_aims import PickAims
from ..planning.windows import Origin
from ..store.client import Store
from ..store.normalized import receivers_of


@lru_cache(maxsize=8)
def travel_times(model: str) -> TravelTimes:
    """The travel times of an Earth model, kept in the user's cache folder."""
    return TravelTimes(model, _cache_folder())


def _cache_folder() -> Path | None:
    if stated := os.environ.get("XDG_CACHE_HOME"):
        return Path(stated) / "seisbus" / "traveltimes"
    try:
        return Path.home() / ".cache" / "seisbus" / "traveltimes"
    except RuntimeError:  # the home folder is unknown
        return None


def aims_of(
    spec: ArchiveJob,
    origins: list[Origin],
    stations: Iterable[str] | None = None,
    picks: Sequence[StationPick] = (),
) -> Aims:
    """The aims of a job; `stations` (NET.STA) are those left after thinning. New travel times take a second."""
    events = spec.windows.events
    tables = travel_times(events.model) if events is not None and events.phase else None
    kept = None if stations is None else {station_of(text) for text in stations}
    if spec.windows.picks is not None:
        return PickAims(spec, picks, kept)
    return Aims(spec, origins, tables, kept)


def station_of(text: str) -> Station:
    """Network and station of NET.STA."""
    net, sta = text.split(".")
    return net, sta


class Places:
    """Places of an archive's channels by epoch, from its station metadata."""

    def __init__(self, store: Store, archive: str) -> None:
        self._store = store
        self._archive = archive
        self._stations: dict[Station, Mapping[Channel, Epochs]] = {}

    async def load(self, channels: Collection[Channel]) -> None:
        """Load the epochs for later calls of `epochs`.

        Raises
        ------
        UnavailableError
            When the database is away.
        """
        unknown = {(c.net, c.sta) for c in channels} - self._stations.keys()
        if not unknown:
            return
        for station, receivers in (await receivers_of(self._store, self._archive, unknown)).items():
            self._stations[station] = {
                channel: [(epoch.span, Place(epoch.lat, epoch.lon)) for epoch in epochs]
                for channel, epochs in receivers.items()
            }

    def epochs(self, channel: Channel) -> Epochs:
        """The epochs of a loaded channel; if the channels of its station are not known, the station's epochs."""
        known = self._stations[channel.net, channel.sta]
        if channel in known:
            return known[channel]
        wanted = ChannelFilter(channel.net, channel.sta, channel.loc, channel.chan)
        return next((epochs for other, epochs in sorted(known.items()) if wanted.matches(other)), ())


class Thinning:
    """Thin a network: add its days one after the other, then ask which stations stay."""

    def __init__(self, spacing: Extent) -> None:
        self._spacing = spacing
        self._data: dict[Station, float] = {}
        self._where: dict[Station, Place] = {}
        self.without_place: set[Station] = set()

    def add(self, aimed: DayAims, sizes: Mapping[Channel, int]) -> None:
        """Add a day: its wanted channels, and the bytes that the archive has of each."""
        for channel, place in aimed.places():
            station = channel.net, channel.sta
            self._where.setdefault(station, place)
            self._data[station] = self._data.get(station, 0.0) + sizes[channel]
        self.without_place |= aimed.without_place

    def stations(self) -> list[str]:
        """NET.STA of the stations that stay; stations with more data are preferred."""
        return sorted(f"{net}.{sta}" for net, sta in thinned(self._where, self._data, self._spacing))


def left_out_note(lost: Collection[Station]) -> list[str]:
    """Complaints about stations without a known place, if the place decides; empty if all places are known."""
    if not lost:
        return []
    names = some(f"{net}.{sta}" for net, sta in sorted(lost))
    return [f"The station metadata of the archive do not say where {names} stood then: select leaves them out."]
