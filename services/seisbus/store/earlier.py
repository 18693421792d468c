"""Finds windows that earlier jobs with the same recipe have saved, so that a later job need not make them again.

The ids of a window and of its wf documents are hashes of job, channel, span and event. So one query by `_id` tells
which of a hundred windows an earlier job has. Nothing is asked about times of which that job has no data.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..model.ids import document_id, window_id
from ..model.task import Existing
from . import collections as c
from .client import Store, translated
from .documents import ObjectId
from .packing import day_of
from .slices import bounded, days_of, spans_of

# `_id`s per query. In a query of a hundred the embedded database takes 0.09 ms for each, of five hundred 0.3, of a
# thousand 0.55.
_BATCH = 100

Span = tuple[str, int, int, str]
"""Channel, start_ns, end_ns and event of a window."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A job that saved something: its id, and the days that its saved windows start in, nanoseconds since 1970."""

    job: str
    days: frozenset[int]

    def may_have(self, window: Span) -> bool:
        """Whether it saved windows of that day."""
        _, start_ns, _, _ = window
        return day_of(start_ns) in self.days


async def earlier_jobs(store: Store, recipe: str, but: str = "") -> list[Earlier]:
    """Jobs with this recipe that have saved waveforms, newest first, without `but` and those that are being removed."""
    found: list[Earlier] = []
    with translated():
        jobs = await store[c.JOB].find({"recipe": recipe, "purged_by": {"$exists": False}}).to_list()
        for job in sorted((job for job in jobs if job["_id"] != but), key=lambda job: job["_id"], reverse=True):
            if days := frozenset(await days_of(store, job)):
                found.append(Earlier(job["_id"], days))
    return found


async def saved_by(store: Store, earlier: Iterable[Earlier], windows: Sequence[Span]) -> dict[int, Existing]:
    """Which of these windows were saved, by their number; if several jobs have one, the first job counts."""
    found: dict[int, Existing] = {}
    for one in earlier:
        wanted = [n for n, window in enumerate(windows) if n not in found and one.may_have(window)]
        for at in range(0, len(wanted), _BATCH):
            ids = {ObjectId(document_id(window_id(one.job, *windows[n]), "0")): n for n in wanted[at : at + _BATCH]}
            with translated():
                for name in c.WAVEFORMS:
                    async for document in store[name].find({"_id": {"$in": list(ids)}}, {"pieces": 1}):
                        found[ids.pop(document["_id"])] = Existing(one.job, document.get("pieces", 1))
                    if not ids:
                        break
    return found


async def point_to(store: Store, job: str, other: str) -> bool:
    """Note in a job's document that it points to data of another job, so that a purge does not remove them. False if
    the other job is gone or being removed.

    This writes first and looks then, and so does a purge, so one of them sees the other.
    """
    with translated():
        await store[c.JOB].update_one({"_id": job}, {"$addToSet": {"points_to": other}})
        there = await store[c.JOB].find_one({"_id": other, "purged_by": {"$exists": False}}, {"_id": 1})
        if there is None:
            await store[c.JOB].update_one({"_id": job}, {"$pull": {"points_to": other}})
    return there is not None


async def share(store: Store, job: str, waveforms: Sequence[str]) -> bool:
    """Note on waveforms (hex `_id`s) that they belong to `job` too. Returns whether all of them exist."""
    ids, there = [ObjectId(waveform) for waveform in waveforms], 0
    with translated():
        for name, at in itertools.product(c.WAVEFORMS, range(0, len(ids), _BATCH)):
            if there < len(ids):
                some = {"_id": {"$in": ids[at : at + _BATCH]}}
                result = await store[name].update_many(some, {"$addToSet": {"shared_by": job}})
                there += result.matched_count
    return there == len(ids)


async def unshare(store: Store, job: str) -> None:
    """Undo `share` for all waveforms of other jobs, when the job is removed."""
    with translated():
        found = await store[c.JOB].find_one({"_id": job})
        if found is not None and found.get("points_to"):
            for bounds in await spans_of(store, [found]):
                for name in c.WAVEFORMS:
                    await store[name].update_many(bounded({"shared_by": job}, bounds), {"$pull": {"shared_by": job}})


async def pointing_jobs(store: Store, job: str) -> list[tuple[str, str]]:
    """Jobs that point to data of `job`, each with the purge that is removing it, "" if there is no purge."""
    with translated():
        found = store[c.JOB].find({"points_to": job}, {"purged_by": 1})
        return [(document["_id"], document.get("purged_by", "")) async for document in found]
