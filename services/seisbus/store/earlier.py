"""What earlier jobs have saved with the same recipe, so that a later one need not make it again.

A window's id and its wf documents' ids are hashes of job, channel, span and event, so what an earlier job has of a
thousand windows is one query by `_id`; nothing is asked where the earlier job has no data of that time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..model.ids import document_id, window_id
from ..model.task import Existing
from . import collections as c
from .client import Store, translated
from .documents import ObjectId

_BATCH = 1000
# A start of a waveform is a float, and within its window.
_MARGIN_S = 1.0

Span = tuple[str, int, int, str]
"""Channel, start_ns, end_ns and event of a window."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A job that saved something: its id, and the least and the largest start of its waveforms, epoch seconds."""

    job: str
    first: float
    last: float

    def may_have(self, window: Span) -> bool:
        """Whether a waveform of this window would lie among those that it saved."""
        _, start_ns, end_ns, _ = window
        return end_ns / 1e9 >= self.first - _MARGIN_S and start_ns / 1e9 <= self.last + _MARGIN_S


async def earlier_jobs(store: Store, recipe: str, but: str = "") -> list[Earlier]:
    """Jobs with this recipe that have saved waveforms, newest first, without `but` and those that are being removed."""
    found: list[Earlier] = []
    with translated():
        jobs = await store[c.JOB].find({"recipe": recipe, "purged_by": {"$exists": False}}, {"_id": 1}).to_list()
        for job in sorted((document["_id"] for document in jobs if document["_id"] != but), reverse=True):
            ends = [
                document["starttime"]
                for direction in (1, -1)
                for name in c.WAVEFORMS
                async for document in store[name]
                .find({"job": job}, {"starttime": 1})
                .sort([("job", direction), ("starttime", direction)])
                .limit(1)
            ]
            if ends:
                found.append(Earlier(job, min(ends), max(ends)))
    return found


async def saved_by(store: Store, earlier: Iterable[Earlier], windows: Sequence[Span]) -> dict[int, Existing]:
    """Which of these windows were saved, by their number; of several jobs the first counts."""
    found: dict[int, Existing] = {}
    for one in earlier:
        wanted = [n for n, window in enumerate(windows) if n not in found and one.may_have(window)]
        for at in range(0, len(wanted), _BATCH):
            ids = {ObjectId(document_id(window_id(one.job, *windows[n]), "0")): n for n in wanted[at : at + _BATCH]}
            with translated():
                for name in c.WAVEFORMS:
                    async for document in store[name].find({"_id": {"$in": list(ids)}}, {"pieces": 1}):
                        found[ids[document["_id"]]] = Existing(one.job, document.get("pieces", 1))
    return found


async def point_to(store: Store, job: str, other: str) -> bool:
    """Have a job say that it points to what another one stored, so that no purge takes that away; False where the
    other is gone or being removed.

    Says it first and looks then; a purge marks first and looks then, so one of them sees the other.
    """
    with translated():
        await store[c.JOB].update_one({"_id": job}, {"$addToSet": {"points_to": other}})
        there = await store[c.JOB].find_one({"_id": other, "purged_by": {"$exists": False}}, {"_id": 1})
        if there is None:
            await store[c.JOB].update_one({"_id": job}, {"$pull": {"points_to": other}})
    return there is not None


async def share(store: Store, job: str, waveforms: Sequence[str]) -> bool:
    """Have waveforms (hex `_id`s) say that they are also those of `job`; whether all of them are there."""
    ids, there = [ObjectId(waveform) for waveform in waveforms], 0
    with translated():
        for name in c.WAVEFORMS:
            if there < len(ids):
                result = await store[name].update_many({"_id": {"$in": ids}}, {"$addToSet": {"shared_by": job}})
                there += result.matched_count
    return there == len(ids)


async def unshare(store: Store, job: str) -> None:
    """Undo `share` for all waveforms of other jobs, when the job is removed."""
    with translated():
        found = await store[c.JOB].find_one({"_id": job}, {"points_to": 1})
        if found is not None and found.get("points_to"):
            for name in c.WAVEFORMS:
                await store[name].update_many({"shared_by": job}, {"$pull": {"shared_by": job}})


async def pointing_jobs(store: Store, job: str) -> list[tuple[str, str]]:
    """Jobs that point to what `job` stored, each with the purge that removes it, "" where none does."""
    with translated():
        found = store[c.JOB].find({"points_to": job}, {"purged_by": 1})
        return [(document["_id"], document.get("purged_by", "")) async for document in found]
