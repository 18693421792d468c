"""Reads long answers in slices, each small enough for one answer of the database.

The embedded server reads, sorts and holds the whole answer of a query before it gives the first document, under a lock
that everybody waits for; a limit does not shorten that. So nothing asks for all waveforms of a job at once. Queries
have bounds: spans of start times with about a thousand waveforms each, as the job's summary counts them, or ranges of
ids, if these are hashes.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
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
# The first range of hashes; later ones are twice or half as large, depending on how many documents are found.
_FIRST: Final = _IDS >> 10
# Closed jobs whose days are remembered, a few kilobytes each. A query by tag reads the days of all jobs with the tag.
_KNOWN: Final = 500
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

    Together they have no gap, so a waveform that starts outside the counted days is in one of them too.
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
    """`spans` for the windows that these jobs have saved."""
    return spans([await days_of(store, job) for job in jobs])


def shares(slices: Sequence[Document], days: Days) -> dict[int, Document]:
    """Which slices a job has a share in, by their number, with the bounds of `starttime` to ask it for.

    A share lasts until the next one begins, and the last one has no end, because a waveform may start days after its
    window does. So the shares of a job leave out nothing that it saved. A job of which no outcome is known is asked
    once, for all times. The first share begins a day early: the first sample of a window may lie half an interval
    before its start.
    """
    if not days:
        return {0: {}}
    edges = [bounds["$lt"] for bounds in slices[:-1]]
    numbers = {bisect_right(edges, (min(days) - DAY_NS) / 1e9)}
    for day_ns in days:
        numbers.update(range(bisect_right(edges, day_ns / 1e9), bisect_left(edges, (day_ns + DAY_NS) / 1e9) + 1))
    found: dict[int, Document] = {}
    for number, following in itertools.pairwise([*sorted(numbers), len(slices)]):
        low = {} if not found else {"$gte": edges[number - 1]}
        found[number] = low if following == len(slices) else low | {"$lt": edges[following - 1]}
    return found


async def shares_of(store: Store, slices: Sequence[Document], job: JobDocument) -> dict[int, Document]:
    """`shares` of a job. An open job has a share in every slice, because it may save more while it is read."""
    return dict(enumerate(slices)) if job.get("open") else shares(slices, await days_of(store, job))


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
    """The query with more bounds of `starttime`."""
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
