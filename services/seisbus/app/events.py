"""Find the events of jobs: inline in the job, in the text of a file, or in an archive's catalog."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..archive.event import Event, EventInputError, EventOrigin
from ..archive.events import from_csv, from_mappings, from_quakeml
from ..model.archivejob import ArchiveJob
from ..model.ids import document_id
from ..model.job import HasSpec
from ..model.normalized import Source
from ..model.windows import EventFilter, EventWindows, InlineEvent
from ..planning.geography import inside
from ..planning.windows import Origin
from ..store.client import Store
from ..store.documents import SourceDocument
from ..store.index import event_by_id, events
from ..store.jobs import get_job
from ..store.normalized import event_name

# Before and after every event.
_EVER_NS = 2**62


async def origins_of(store: Store, spec: ArchiveJob) -> list[Origin]:
    """Origins of a job's events in order of time; a catalog is read as it is in the database now.

    An event of a list without an id gets one made from its values. EventInputError for a text that is not a list of
    events.
    """
    wanted = spec.windows.events
    if wanted is None:
        return []
    if (query := wanted.catalog) is None:
        return _origins(given_events(wanted), wanted.where)
    found = events(
        store,
        spec.archive,
        -_EVER_NS if query.start is None else query.start,
        _EVER_NS if query.end is None else query.end,
        above_magnitude=query.above_magnitude,
        max_magnitude=query.max_magnitude,
        ids=query.ids,
    )
    return _origins([_event_value(event) async for event in found], wanted.where)


def given_events(wanted: EventWindows) -> list[Event]:
    """The events in a job itself; EventInputError for a text that is not a list of events."""
    if wanted.list is not None:
        return [
            Event(
                event.id or _made_id(event), event.time, event.lat, event.lon, event.depth_km, event.mag,
                event.mag_type, EventOrigin.INLINE,
            )
            for event in wanted.list
        ]  # fmt: skip
    # jobs of older versions have the text
    return from_quakeml(wanted.quakeml.encode()) if wanted.quakeml else from_csv((wanted.csv or "").encode())


def _origins(found: Sequence[Event], where: EventFilter | None) -> list[Origin]:
    """The events that pass a filter, in order of time."""
    if where is not None:
        found = [e for e in found if where.depth_and_size(e.depth_km, e.mag, e.mag_type or "")]
        if where.within is not None and found:
            there = inside(where.within, np.array([e.lat for e in found]), np.array([e.lon for e in found]))
            found = [event for event, is_there in zip(found, there, strict=True) if is_there]
    return sorted(Origin(e.time_ns, e.id, e.lat, e.lon, e.depth_km) for e in found)


def _made_id(event: InlineEvent) -> str:
    return _inline([event.model_dump(mode="json")])[0].id


def _inline(items: Iterable[Mapping[str, Any]]) -> list[Event]:
    return from_mappings([{name: v for name, v in item.items() if v not in ("", None)} for item in items])


class JobEvents:
    """The events in a job's document: a list, or the text of a file in jobs of older versions.

    A long list is available quickly, because its entries become events only when they are read.
    """

    def __init__(self, job: HasSpec) -> None:
        events = (job.get("spec", {}).get("windows") or {}).get("events") or {}
        self._listed: dict[str, Mapping[str, Any]] = {}
        self._read: dict[str, Event] = {}
        nameless = []
        for item in events.get("list") or ():
            if item.get("id"):
                self._listed.setdefault(str(item["id"]), item)
            else:
                nameless.append(item)
        found = _inline(nameless)
        if events.get("quakeml"):
            found += from_quakeml(events["quakeml"].encode())
        if events.get("csv"):
            found += from_csv(events["csv"].encode())
        if text := ((job.get("spec", {}).get("windows") or {}).get("picks") or {}).get("quakeml"):
            with contextlib.suppress(EventInputError):  # a file of picks may have no origins
                found += from_quakeml(text.encode())
        for event in found:
            self._read.setdefault(event.id, event)

    def all(self) -> list[Event]:
        """All of them."""
        return [event for name in dict.fromkeys((*self._listed, *self._read)) if (event := self.get(name)) is not None]

    def get(self, event: str) -> Event | None:
        """The event with an id; None if the job does not have it."""
        if event not in self._read and event in self._listed:
            self._read[event] = _inline([self._listed[event]])[0]
        return self._read.get(event)


def inline_source(event: Event) -> Source:
    """The source of an event in a job; the same event has the same id in every job."""
    values = event.id, event.time_ns, event.lat, event.lon, event.depth_km, event.mag, event.mag_type or ""
    return Source(
        source_id=document_id(json.dumps(values), "source"),
        event=event.id,
        lat=event.lat,
        lon=event.lon,
        depth=event.depth_km,
        time_ns=event.time_ns,
        magnitude=event.mag,
        magnitude_type=event.mag_type or "",
    )


async def event_of(store: Store, jobs: Mapping[str, str], event: str) -> Event | None:
    """The event with an id, from the jobs that stored the waveforms (job -> archive): inline in a job, otherwise in a
    catalog."""
    if not event:
        return None
    for job, archive in jobs.items():
        if (found := JobEvents(await get_job(store, job)).get(event)) is not None:
            return found
        if (document := await event_by_id(store, archive, event)) is not None:
            return _event_value(document)
    return None


def _event_value(document: SourceDocument) -> Event:
    return Event(
        id=event_name(document),
        time_ns=document["time_ns"],
        lat=document["lat"],
        lon=document["lon"],
        depth_km=document.get("depth"),
        mag=document.get("mag"),
        mag_type=document.get("mag_type"),
        origin=EventOrigin.CATALOG,
    )
