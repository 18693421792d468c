"""The source and the receiver of data of jobs, out of site, channel and source documents, with caches by epoch."""

from __future__ import annotations

from collections.abc import Collection

from cachetools import LRUCache

from libseis.codes import Channel

from ..errors import NotFoundError
from ..model.job import HasSpec
from ..model.normalized import Receiver, Source, receiver_at
from ..store.client import Store
from ..store.jobs import get_job
from ..store.normalized import Station, receivers_of, sources_of
from .events import JobEvents, inline_source

# A station has some dozens of epochs of a few hundred bytes each.
_STATIONS = 4096
_EVENTS = 100_000
_JOBS = 64


class Normalizer:
    """Sources and receivers of the data of jobs.

    `load` reads what is not known yet, once a job and station or event; `receiver` and `source` then answer without the
    database, as often as there are windows.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._jobs: LRUCache[str, _Job] = LRUCache(_JOBS)
        # A job reads stations anew: what an index job brought in since the last one counts.
        self._stations: LRUCache[tuple[str, Station], list[Receiver]] = LRUCache(_STATIONS)
        self._sources: LRUCache[tuple[str, str], Source | None] = LRUCache(_EVENTS)

    async def load(self, job: str, channels: Collection[Channel], events: Collection[str] = ()) -> None:
        """Have what `receiver` and `source` are going to be asked for: stations of channels, and events, of a job.

        Raises
        ------
        UnavailableError
            When the database is away.
        """
        known = await self._job(job)
        stations = {(c.net, c.sta) for c in channels if (job, (c.net, c.sta)) not in self._stations}
        if stations:
            for station, receivers in (await receivers_of(self._store, known.archive, stations)).items():
                self._stations[job, station] = receivers
        wanted = {event for event in events if event and (job, event) not in self._sources}
        if wanted:
            inline = {event: known.inline.get(event) for event in wanted}
            others = [event for event, held in inline.items() if held is None]
            found = await sources_of(self._store, known.archive, others) if others else {}
            for event, held in inline.items():
                self._sources[job, event] = found.get(event) if held is None else inline_source(held)

    def receiver(self, job: str, channel: Channel, first_ns: int, last_ns: int) -> tuple[Receiver | None, str]:
        """The receiver of a channel's datum, and a sentence: why there is none, or what is odd ("" for nothing).

        KeyError where the channel was not loaded.
        """
        receivers = self._stations[job, (channel.net, channel.sta)]
        if not receivers:
            archive = self._jobs[job].archive
            station = f"{channel.net}.{channel.sta}"
            return None, f"The station metadata of archive {archive} that were read do not have {station}."
        return receiver_at(receivers, channel, first_ns, last_ns)

    def source(self, job: str, event: str) -> tuple[Source | None, str]:
        """The source of an event of a job, and a sentence where nothing is known of it; (None, "") without an event.

        KeyError where the event was not loaded.
        """
        if not event:
            return None, ""
        found = self._sources[job, event]
        return found, "" if found is not None else f"Nothing is known of the event {event}."

    async def _job(self, job: str) -> _Job:
        if job not in self._jobs:
            try:
                document: HasSpec = await get_job(self._store, job)
            except NotFoundError:  # it was purged; its messages end without it
                document = {"spec": {}}
            self._jobs[job] = _Job(document)
        return self._jobs[job]


class _Job:
    """What counts of a job: its archive, and the events that stand in it."""

    __slots__ = ("archive", "inline")

    def __init__(self, document: HasSpec) -> None:
        self.archive = str(document["spec"].get("archive") or "")
        self.inline = JobEvents(document)
