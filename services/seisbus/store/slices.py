"""Long answers in slices, each of which the database gives at once.

The embedded server reads, sorts and holds the whole answer of a query before it gives the first document, under a lock
that everybody waits for; a limit does not shorten that. So nothing asks for all waveforms of a job: queries are bounded
to spans of start times with about a thousand waveforms each, as the job's summary counts them, or, where documents have
hashes for ids, to ranges of these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from cachetools import LRUCache

from libseis.isotime import DAY_NS

from ..model.outcome import Fate
from .client import Store, translated
from .collections import JOB, WAVEFORMS, Collection
from .documents import Document, JobDocument, ObjectId
from .summaries import summary

D = TypeVar("D", bound=Mapping[str, Any])

AT_ONCE: Final = 1000
"""Documents that a slice is meant to have: some 0.1 s of the embedded server."""

Days = Mapping[int, int]
"""Saved windows by the day that they start in, nanoseconds since 1970."""

_IDS: Final = 1 << 96
# The part of all hashes that is asked for first; it doubles or halves by what is found.
_FIRST: Final = _IDS >> 10
# Closed jobs whose days are remembered, a few kilobytes each.
_KNOWN: Final = 64
_known: WeakKeyDictionary[Store, LRUCache[tuple[str, int], Days]] = WeakKeyDictionary()


async def days_of(store: Store, job: JobDocument) -> Days:
    """How many windows a job saved, by day."""
    known = _known.setdefault(store, LRUCache(_KNOWN))
    key = (job["_id"], job.get("closed_ns", 0))
    if (days := known.get(key)) is not None:
        return days
    found = Counter[int]()
    for (_, day_ns, fate, _), count in (await summary(store, job, rows=True)).rows.items():
        if fate == Fate.SAVED:
            found[day_ns] += count
    if key[1] and not job.get("open"):
        known[key] = found
    return found


def spans(days: Iterable[Days], at_once: int = AT_ONCE) -> list[Document]:
    """Bounds of `starttime` (epoch seconds) that together leave nothing out, in order, with few waveforms each.

    A waveform starts in or after the window that it is of, so what the days do not tell is in one of them too.
    """
    total = Counter[int]()
    for counts in days:
        total.update(counts)
    edges: list[float] = []
    held = 0
    for day_ns in sorted(total):
        count = total[day_ns]
        if held and held + count > at_once:
            edges.append(day_ns / 1e9)
            held = 0
        parts = -(-count // at_once)
        edges += [(day_ns + DAY_NS * part // parts) / 1e9 for part in range(1, parts)]
        held = held + count if parts < 2 else count // parts
    bounds: list[Document] = []
    for low, high in zip([None, *edges], [*edges, None], strict=True):
        bounds.append(({} if low is None else {"$gte": low}) | ({} if high is None else {"$lt": high}))
    return bounds


async def spans_of(store: Store, jobs: Sequence[JobDocument]) -> list[Document]:
    """As `spans`, of what these jobs have saved."""
    return spans([await days_of(store, job) for job in jobs])


async def waveforms_of(store: Store, job: str, fields: Mapping[str, int]) -> AsyncIterator[Document]:
    """These fields of all waveforms that a job stored, in no order."""
    for bounds in await _spans_of_job(store, job):
        for name in WAVEFORMS:
            for document in await store.database[name].find(bounded({"job": job}, bounds), fields).to_list():
                yield document


async def remove_waveforms(store: Store, job: str) -> None:
    """Delete the documents of all waveforms that a job stored."""
    for bounds in await _spans_of_job(store, job):
        for name in WAVEFORMS:
            await store[name].delete_many(bounded({"job": job}, bounds))


async def _spans_of_job(store: Store, job: str) -> list[Document]:
    found = await store[JOB].find_one({"_id": job})
    return [{}] if found is None else await spans_of(store, [found])


def bounded(where: Mapping[str, Any], bounds: Mapping[str, Any]) -> Document:
    """A query with bounds of `starttime` beside those that it has."""
    mine: Document = dict(where.get("starttime", {}))
    for sign, value in bounds.items():
        mine[sign] = value if sign not in mine else max(mine[sign], value) if sign == "$gte" else min(mine[sign], value)
    return {**where, "starttime": mine} if mine else dict(where)


async def by_hash(
    store: Store, collection: Collection[D], job: str, after: ObjectId | None = None
) -> AsyncIterator[list[D]]:
    """Documents of a job whose `_id`s are hashes, from `after` on and in order of `_id`, some at a time.

    The collection needs an index of job and _id. Documents of older versions, whose ids are texts, come first; with
    `after` they are left out.
    """
    with translated():
        if after is None and (old := await store[collection].find({"job": job, "_id": {"$gte": ""}}).to_list()):
            yield sorted(old, key=_identity)
        low, width = 0 if after is None else int(str(after), 16), _FIRST
        while low < _IDS:
            bounds = {"$gte": _hash(low), "$lte": _hash(min(low + width, _IDS) - 1)}
            found = await store[collection].find({"job": job, "_id": bounds}).to_list()
            if found:
                yield sorted(found, key=_identity)
            low += width
            if len(found) < AT_ONCE // 4:
                width *= 2
            elif len(found) > AT_ONCE:
                width = max(width // 2, 1)


def _identity(document: Mapping[str, Any]) -> Any:
    return document["_id"]


def _hash(number: int) -> ObjectId:
    return ObjectId(f"{number:024x}")
