"""Find the source and receiver of jobs' data in site, channel and source documents, with caches by epoch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any

from cachetools import LRUCache

from libseis.codes import Channel

from ..errors import NotFoundError
from ..model.job import HasSpec
from ..model.normalized import Known, Receiver, Source, attributes_of
from ..store.client import Store
from ..store.documents import LogEntry, SavedDocument
from ..store.jobs import get_job
from ..store.normalized import Station, receivers_of, sources_of
from ..store.queries import WaveformFilter, last_sample_ns, logged_batches
from .events import JobEvents, inline_source

# A station has some dozens of epochs of a few hundred bytes each.
_STATIONS = 4096
_EVENTS = 100_000
_JOBS = 64
_ANGLES = ("channel_hang", "channel_vang")


class Normalizer:
    """Finds sources and receivers of jobs' data; a process has one of it.

    The stations and events of a job are read once, for all its windows. Another job or a retry reads stations again,
    because an index job may have changed them.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._jobs: LRUCache[str, _Job] = LRUCache(_JOBS)
        self._reading = asyncio.Lock()
        self._stations: LRUCache[tuple[str, int, Station], dict[Channel, list[Receiver]]] = LRUCache(_STATIONS)
        self._sources: LRUCache[tuple[str, str], Source | None] = LRUCache(_EVENTS)

    async def known(
        self, job: str, channels: Collection[Channel], events: Collection[str] = (), attempt: int = 0
    ) -> Known:
        """The known sources and receivers of a job's data.

        Parameters
        ----------
        job : str
            Its id. A job that was purged meanwhile has none.
        channels : collection of Channel
        events : collection of str
            Their ids; blank ones stand for none.
        attempt : int
            Attempt of the job; each attempt reads stations again.

        Returns
        -------
        Known
            With all channels of the channels' stations; later reads of others do not change it.

        Raises
        ------
        UnavailableError
            When the database is away.
        """
        about = await self._job(job)
        stations = {(channel.net, channel.sta) for channel in channels}
        receivers, unread = self._held(job, attempt, stations)
        if unread:
            async with about.reading:  # the parts of a day come together, and one of them reads for all
                receivers, unread = self._held(job, attempt, stations)
                found = await receivers_of(self._store, about.archive, unread)
                for station, its in found.items():
                    self._stations[job, attempt, station] = its
                    receivers |= its
        sources = await self._sources_of(job, about, {event for event in events if event})
        return Known(receivers, sources, about.archive)

    def _held(
        self, job: str, attempt: int, stations: Collection[Station]
    ) -> tuple[dict[Channel, list[Receiver]], set[Station]]:
        """The receivers of stations that were read before, and the other stations."""
        receivers: dict[Channel, list[Receiver]] = {}
        unread: set[Station] = set()
        for station in stations:
            held = self._stations.get((job, attempt, station))
            if held is None:
                unread.add(station)
            else:
                receivers |= held
        return receivers, unread

    async def _sources_of(self, job: str, about: _Job, events: set[str]) -> dict[str, Source]:
        if any((job, event) not in self._sources for event in events):
            async with about.reading:
                await self._read_sources(job, about, events)
        found = {event: self._sources[job, event] for event in events}
        return {event: source for event, source in found.items() if source is not None}

    async def _read_sources(self, job: str, about: _Job, events: set[str]) -> None:
        inline = {event: about.inline.get(event) for event in events if (job, event) not in self._sources}
        others = [event for event, held in inline.items() if held is None]
        of_catalog = await sources_of(self._store, about.archive, others) if others else {}
        for event, held in inline.items():
            self._sources[job, event] = of_catalog.get(event) if held is None else inline_source(held)

    async def _job(self, job: str) -> _Job:
        async with self._reading:
            if job not in self._jobs:
                try:
                    document: HasSpec = await get_job(self._store, job)
                except NotFoundError:
                    document = {"spec": {}}
                self._jobs[job] = _Job(document)
            return self._jobs[job]


async def attached_to(normalizer: Normalizer, documents: Sequence[SavedDocument]) -> list[dict[str, Any]]:
    """The ids and values that readers attach to stored waveforms, as they are known now."""
    by_job: dict[str, list[SavedDocument]] = {}
    for document in documents:
        by_job.setdefault(document["job"], []).append(document)
    known = {
        job: await normalizer.known(job, {Channel.of_document(d) for d in mine}, {d.get("event", "") for d in mine})
        for job, mine in by_job.items()
    }
    found = attributes_of(
        [
            known[d["job"]].normal(_standing(known[d["job"]], d), d.get("event", ""), d["t0_ns"], last_sample_ns(d))
            for d in documents
        ]
    )
    # if steps made the component out of a sensor, its document has its direction
    return [values | _angles(document) for document, values in zip(documents, found, strict=True)]


def _angles(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: document[key] for key in _ANGLES if key in document}


def _standing(known: Known, document: SavedDocument) -> Channel:
    """The channel at the place of a waveform; for a component that steps made, which has a site, its sensor."""
    channel = Channel.of_document(document)
    return known.standing(channel) if "site_id" in document else channel


async def each_attached(
    store: Store, wanted: WaveformFilter, limit: int = 0
) -> AsyncIterator[tuple[SavedDocument, list[LogEntry], dict[str, Any]]]:
    """Stored waveforms by start time, at most `limit` (0 means all): document, error log, attached values."""
    normalizer = Normalizer(store)  # made for this call alone, so that the next call sees changes by index jobs
    async for pairs in logged_batches(store, wanted, limit):
        attached = await attached_to(normalizer, [document for document, _ in pairs])
        for (document, log), values in zip(pairs, attached, strict=True):
            yield document, log, values


class _Job:
    """The values of a job that are needed here, its archive and its inline events, and the lock of those who read
    stations for it."""

    __slots__ = ("archive", "inline", "reading")

    def __init__(self, document: HasSpec) -> None:
        self.archive = str(document.get("spec", {}).get("archive") or "")
        self.inline = JobEvents(document)
        self.reading = asyncio.Lock()
