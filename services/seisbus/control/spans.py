"""The windows of a job as spans of time, day by day, without channels: what selection checks and estimates need."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

from ..model.job import JobSpec
from ..model.task import DAY_NS
from ..store.client import Store
from ..store.index import events as catalog_events


@dataclass(slots=True)
class DayLoad:
    """What a job wants of one UTC day, a channel: windows that start in it, and nanoseconds of it in some window."""

    windows: float = 0.0
    wanted_ns: float = 0.0

    @property
    def share(self) -> float:
        """Part of the day that is in windows, each instant counted as often as it is wanted."""
        return self.wanted_ns / DAY_NS


@dataclass(slots=True)
class Load:
    """Day (ns since 1970) -> what is wanted of it; `events` is the number of events, 0 without."""

    days: dict[int, DayLoad] = field(default_factory=dict)
    events: int = 0


async def load_of(store: Store, archive: str, spec: JobSpec) -> Load:
    """What a job wants of each day. Catalog events are those that the database knows now."""
    windows = spec.windows
    if windows is None:
        return Load()
    if windows.tile is not None:
        tile = windows.tile
        step = tile.step or tile.length
        count = max(0, (tile.end - tile.start - tile.length) // step + 1)
        days = range(tile.start, tile.end, DAY_NS)
        each = count / len(days)
        return Load({day: DayLoad(each, each * tile.length) for day in days})
    if windows.absolute is not None:
        return add_spans(Load(), ((span.start, span.end) for span in windows.absolute))
    load = Load()
    events = windows.events
    assert events is not None  # the job model allows exactly one kind of windows
    async for origin in _origins(store, archive, spec):
        load.events += 1
        if events.end is not None:
            add_spans(load, [(origin + events.start, origin + events.end)])
    return load


def add_spans(load: Load, spans: Iterable[tuple[int, int]]) -> Load:
    """`load` with spans (start, end in ns) added to the days they touch; a window counts on the day it starts in."""
    for start, end in spans:
        day = start // DAY_NS * DAY_NS
        load.days.setdefault(day, DayLoad()).windows += 1
        while day < end:
            entry = load.days.setdefault(day, DayLoad())
            entry.wanted_ns += min(end, day + DAY_NS) - max(start, day)
            day += DAY_NS
    return load


async def _origins(store: Store, archive: str, spec: JobSpec) -> AsyncIterator[int]:
    events = spec.windows.events if spec.windows else None
    if events is None:
        return
    if events.list is not None:
        for event in events.list:
            yield event.time
    if events.catalog is not None:
        query = events.catalog
        found = catalog_events(
            store,
            archive,
            query.start if query.start is not None else -(2**63),
            query.end if query.end is not None else 2**63 - 1,
            above_magnitude=query.above_magnitude,
            max_magnitude=query.max_magnitude,
            ids=query.ids,
        )
        async for document in found:
            yield document["time_ns"]
