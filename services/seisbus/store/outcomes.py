"""Reads of a job's outcomes: pages with one document per window, and availability by channel and UTC day.

Pages read the job's outcome documents slice by slice, so that no answer needs more memory than one slice. Where the
slices are, and how many outcomes a page leaves out with each, the job's summary says: a page in the middle of a large
job costs what one of a small job costs. Availability reads the summary, and the open tasks of a job that runs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from libseis.codes import Channel
from libseis.isotime import DAY_NS

from ..model.ids import block_ranges, outcome_range
from ..model.outcome import Fate
from . import collections as c
from .client import Store, translated
from .documents import Document, JobDocument, OutcomeRow, StoredOutcome
from .packing import day_of, days_of, expand, expand_all, packed_windows
from .pages import Page, PageRequest, token
from .summaries import summary
from .task_documents import windows_of

_SLICE: Final = 500  # documents read at once; one of a day of one-minute tiles is some 10 KB
# Windows of documents that are read at once: of a thousand channels with hourly tiles a tenth of a day.
_WINDOWS: Final = 20_000


_Kind = tuple[int, str, str]  # day_ns, fate, reason


@dataclass(frozen=True, slots=True)
class OutcomeFilter:
    """Which outcomes: of these fates (none means all), this reason and channel ("" means all), that start in
    [start_ns, end_ns)."""

    fates: frozenset[Fate] = frozenset()
    reason: str = ""
    channel: str = ""
    start_ns: int | None = None
    end_ns: int | None = None

    def has(self, outcome: OutcomeRow) -> bool:
        """Whether an outcome is wanted."""
        return (
            (not self.fates or Fate(outcome["fate"]) in self.fates)
            and (not self.reason or outcome.get("reason") == self.reason)
            and (not self.channel or outcome["channel"] == self.channel)
            and (self.start_ns is None or outcome["start_ns"] >= self.start_ns)
            and (self.end_ns is None or outcome["start_ns"] < self.end_ns)
        )

    def may_have(self, document: StoredOutcome) -> bool:
        """Whether a document may hold such an outcome; its windows are not unpacked."""
        if "fate" in document:
            return self.has(document)
        return any(
            (not self.fates or Fate(fate) in self.fates)
            and (not self.reason or reason == self.reason)
            and (not self.channel or channel == self.channel)
            and (self.start_ns is None or day_ns + DAY_NS > self.start_ns)
            and (self.end_ns is None or day_ns < self.end_ns)
            for channel, day_ns, fate, reason, _ in document["rows"]
        )

    def number_in(self, rows: Counter[_Kind]) -> tuple[int, bool]:
        """The largest possible number of wanted outcomes among these, and whether it is exact."""
        number, exact = 0, not self.channel
        for (day_ns, fate, reason), count in rows.items():
            end_ns = day_ns + DAY_NS
            if (
                (self.fates and Fate(fate) not in self.fates)
                or (self.reason and reason != self.reason)
                or (self.start_ns is not None and end_ns <= self.start_ns)
                or (self.end_ns is not None and day_ns >= self.end_ns)
            ):
                continue
            number += count
            exact = exact and (self.start_ns is None or day_ns >= self.start_ns)
            exact = exact and (self.end_ns is None or end_ns <= self.end_ns)
        return number, exact

    @property
    def query(self) -> Document:
        """The part of the filter for the database, which leaves out documents without the reason or the channel."""
        parts: list[Document] = []
        if self.reason:
            parts.append({"$or": [{"reason": self.reason}, {"kinds.reason": self.reason}]})
        if self.channel:
            parts.append({"$or": [{"channel": self.channel}, {"windows.channels": self.channel}]})
        return {"$and": parts} if parts else {}


async def outcomes(store: Store, job: JobDocument, wanted: OutcomeFilter, request: PageRequest) -> Page[OutcomeRow]:
    """Outcomes of a job, one document per window, in the order of its plan; those of older versions first, in order of
    window id."""
    bounds = (wanted.reason, wanted.channel, wanted.start_ns, wanted.end_ns)
    # older versions wrote only these fields
    scope = ("outcomes", job["_id"], sorted(wanted.fates), *(bounds if any(bounds) else ()))
    after = request.position(*scope)
    limit = request.limit(1000)
    found: list[OutcomeRow] = []
    at: list[list[str | int]] = []
    left = 0 if after else request.skip
    begin = None if after is None else str(after[0])
    for place in await _places(store, job, begin, wanted):
        if left and 0 < place.held <= left:
            left -= place.held
            continue
        async for document in _documents(store, job, place):
            if not wanted.may_have(document):
                continue
            if left and 0 < (held := _number(document, wanted)) <= left:
                left -= held
                continue
            for number, outcome in enumerate(expand(document)):
                if not wanted.has(outcome) or (after and [document["_id"], number] <= after):
                    continue
                if left:
                    left -= 1
                    continue
                if len(found) == limit:
                    return Page(found, token(at[-1], *scope))
                found.append(outcome)
                at.append([document["_id"], number])
    return Page(found)


def _number(document: StoredOutcome, wanted: OutcomeFilter) -> int:
    """How many wanted outcomes a document has; 0 if its windows must be unpacked to know."""
    if "fate" in document:  # of older versions: one window each
        return int(wanted.has(document))
    if wanted != OutcomeFilter(wanted.fates):
        return 0
    return sum(count for fate, count in document["counts"].items() if not wanted.fates or Fate(fate) in wanted.fates)


async def each_outcome(store: Store, job: JobDocument) -> AsyncIterator[OutcomeRow]:
    """All outcomes of a job, in no order."""
    with translated():
        async for document in store[c.OUTCOME].find({"job": job["_id"]}, batch_size=200):
            for outcome in expand(document):
                yield outcome


@dataclass(frozen=True, slots=True)
class _Place:
    """Bounds of `_id`, in order, of documents that may have wanted outcomes. `held` is how many they have, 0 if only
    reading tells."""

    bounds: Sequence[Document]
    held: int = 0


async def _places(store: Store, job: JobDocument, begin: str | None, wanted: OutcomeFilter) -> list[_Place]:
    """The places of a job's wanted outcomes, in order, from the document `begin` on."""
    known = await summary(store, job, blocks=True) if job.get("summed") else None
    # blocks do not count what older versions settled
    if known is None or sum(known.blocks.values()) != sum(known.reasons.values()):
        return [_Place(await _slices(store, job, begin, wanted.query))]
    blocks: defaultdict[str, Counter[_Kind]] = defaultdict(Counter)
    for (block, day_ns, fate, reason), count in known.blocks.items():
        blocks[block][day_ns, fate, reason] = count
    places: list[_Place] = []
    for block in sorted(blocks):
        number, exact = wanted.number_in(blocks[block])
        digits = next(n for n in range(4) if n == 3 or sum(blocks[block].values()) <= _WINDOWS * 10**n)
        ranges = [(low, high) for low, high in block_ranges(job["_id"], block, digits) if begin is None or high > begin]
        if number and ranges:
            bounds = [{"$gte": low if begin is None else max(low, begin), "$lt": high} for low, high in ranges]
            places.append(_Place(bounds, number if exact else 0))
    return places


async def _slices(store: Store, job: JobDocument, begin: str | None, query: Document) -> list[Document]:
    """The same without a summary: by the ids of all documents that match."""
    with translated():
        mine: Document = {"job": job["_id"], **query} | ({} if begin is None else {"_id": {"$gte": begin}})
        ids = sorted([str(found["_id"]) async for found in store[c.OUTCOME].find(mine, {"_id": 1})])
    return [{"$in": ids[first : first + _SLICE]} for first in range(0, len(ids), _SLICE)]


async def _documents(store: Store, job: JobDocument, place: _Place) -> AsyncIterator[StoredOutcome]:
    """The outcome documents of a place, in order of `_id`.

    They are chosen by the index alone. With another field in the filter, SecantusDB reads the whole collection for each
    of the bounds; a page of one channel and day of a million windows took 26 s in this way.
    """
    for bounds in place.bounds:
        with translated():
            found = await store[c.OUTCOME].find({"job": job["_id"], "_id": bounds}).to_list()
        for document in sorted(found, key=lambda document: str(document["_id"])):
            yield document


_NO_FATES: Final = dict.fromkeys(Fate, 0)
_FATES: Final = {fate.value: fate for fate in Fate}


@dataclass(slots=True)
class Availability:
    """Windows of one channel on one UTC day, by fate, and why some are not saved."""

    planned: int = 0
    fates: dict[Fate, int] = field(default_factory=_NO_FATES.copy)
    reasons: set[str] = field(default_factory=set)


async def availability(store: Store, job: JobDocument) -> list[tuple[Channel, int, Availability]]:
    """Rows (channel, start of the day in ns, counts) in order of channel and day, from the job's summary.

    A window belongs to the day it starts in. Windows without an outcome yet count as planned.
    """
    days: defaultdict[str, defaultdict[int, Availability]] = defaultdict(lambda: defaultdict(Availability))
    for (channel, day, fate, reason), count in (await summary(store, job, rows=True)).rows.items():
        row = days[channel][day]
        row.planned += count
        row.fates[_FATES[fate]] += count
        if reason:
            row.reasons.add(reason)
    if job.get("open", True):
        for (channel, day), count in (await _open_windows(store, job)).items():
            days[channel][day].planned += count
    channels = sorted(((Channel.parse(name), of_day) for name, of_day in days.items()), key=lambda each: each[0])
    return [(channel, day, of_day[day]) for channel, of_day in channels for day in sorted(of_day)]


async def _open_windows(store: Store, job: JobDocument) -> Counter[tuple[str, int]]:
    """How many windows of a job have no outcome yet, by channel and start of the day in ns."""
    found: Counter[tuple[str, int]] = Counter()
    with translated():
        async for task in store[c.TASK].find({"job": job["_id"], "open": True}):
            done = set(task["done"])
            parts = [part for number, part in enumerate(task["parts"]) if number not in done]
            windows = task["windows"]
            # a part has all outcomes or none, except after a retry took some, and in tasks of older versions
            if job.get("attempt", 0) == 1 and not isinstance(windows, list):
                packed = packed_windows(windows)
                for first, count in parts:
                    found += days_of(packed, first, count)
                continue
            low, high = outcome_range(task["_id"])
            mine = {"job": job["_id"], "_id": {"$gte": low, "$lt": high}}
            settled = {outcome["_id"] for outcome in expand_all(await store[c.OUTCOME].find(mine).to_list())}
            each = windows_of(task)
            for first, count in parts:
                left = (window for window in each[first : first + count] if window.id not in settled)
                found.update((str(window.channel), day_of(window.start_ns)) for window in left)
    return found
