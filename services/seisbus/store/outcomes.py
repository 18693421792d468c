"""Reads of a job's outcomes: pages in order of window id, and availability by channel and UTC day.

Both walk the job's `_id` range slice by slice: window ids are hashes, so slices of equal width hold about equally
many, and no answer needs more memory than one slice (or one row a channel-day).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Final

from ..model.channel import Channel
from ..model.ids import id_range
from ..model.outcome import Fate
from ..model.task import DAY_NS
from . import collections as c
from .client import Store, translated
from .documents import Document
from .pages import Page, PageRequest, token

_SLICE: Final = 2_000  # outcomes a slice is meant to hold: about 60 ms of the embedded server
_HEX: Final = "0123456789abcdef"


def slices(job: str, planned: int) -> Iterator[tuple[str, str]]:
    """Closed-open ranges of window id that together hold all outcomes of a job of `planned` windows."""
    digits = 0
    while planned > _SLICE * 16**digits and digits < 4:
        digits += 1
    low, high = id_range(job)
    starts = ["".join(prefix) for prefix in product(_HEX, repeat=digits)]
    yield from pairwise([low, *(f"{low}{start}" for start in starts[1:]), high])


async def outcomes(store: Store, job: str, planned: int, fates: frozenset[Fate], request: PageRequest) -> Page:
    """Outcomes of a job in order of window id; no fates means all."""
    scope = ("outcomes", job, sorted(fates))
    after = request.position(*scope)
    limit = request.limit(1000)
    found: list[Document] = []
    for low, high in slices(job, planned):
        if after is not None and high <= after[0]:
            continue
        bounds = {"$gt": after[0]} if after is not None and after[0] >= low else {"$gte": low}
        with translated():
            documents = await store[c.OUTCOME].find({"job": job, "_id": bounds | {"$lt": high}}).to_list()
        documents.sort(key=lambda document: str(document["_id"]))
        found += [d for d in documents if not fates or Fate(d["fate"]) in fates]
        if len(found) > limit:
            return Page(found[:limit], token([found[limit - 1]["_id"]], *scope))
    return Page(found)


async def each_outcome(store: Store, job: str, planned: int) -> AsyncIterator[Document]:
    """All outcomes of a job, in no order."""
    for low, high in slices(job, planned):
        with translated():
            async for document in store[c.OUTCOME].find({"job": job, "_id": {"$gte": low, "$lt": high}}):
                yield document


@dataclass(slots=True)
class Availability:
    """Windows of one channel on one UTC day, by fate, and why some are not saved."""

    planned: int = 0
    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    reasons: set[str] = field(default_factory=set)


async def availability(store: Store, job: str, planned: int) -> list[tuple[Channel, int, Availability]]:
    """Rows (channel, start of the day in ns, counts) in order of channel and day.

    A window belongs to the day it starts in. Windows without an outcome yet count as planned.
    """
    rows: dict[tuple[str, int], Availability] = {}
    async for document in each_outcome(store, job, planned):
        row = rows.setdefault((document["channel"], _day(document["start_ns"])), Availability())
        row.planned += 1
        row.fates[Fate(document["fate"])] += 1
        if document.get("reason"):
            row.reasons.add(document["reason"])
    async for window in _open_windows(store, job):
        rows.setdefault((window["channel"], _day(window["start_ns"])), Availability()).planned += 1
    return sorted(
        ((Channel.parse(channel), day, row) for (channel, day), row in rows.items()),
        key=lambda row: row[:2],
    )


async def _open_windows(store: Store, job: str) -> AsyncIterator[Document]:
    with translated():
        async for task in store[c.TASK].find({"job": job, "open": True}):
            done = set(task["done"])
            for number, (first, count) in enumerate(task["parts"]):
                if number not in done:
                    for window in task["windows"][first : first + count]:
                        yield window


def _day(time_ns: int) -> int:
    return time_ns // DAY_NS * DAY_NS
