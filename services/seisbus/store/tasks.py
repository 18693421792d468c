"""Tasks: they are written shard by shard with the plan's cursor, found while they are open, and opened again by a
retry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pymongo import DeleteOne, ReplaceOne, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession

from ..model.outcome import Fate, JobState
from ..model.task import Task
from .client import Store, translated
from .collections import JOB, OUTCOME, OUTCOME_SUPERSEDED, SUMMARY, TASK
from .documents import JobChange, JobDocument, StoredOutcome
from .packing import split_outcomes
from .summaries import taken_out
from .task_documents import task_document, task_value

_BATCH = 500


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task with parts that have no outcomes yet."""

    task: Task
    publication: int
    done: frozenset[int]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a plan has come: shards before `shard` are finished, and `offset` tasks of this one are written."""

    shard: int
    offset: int


class PlanMovedError(Exception):
    """Another planner has moved the cursor, or the job was cancelled, so this planner must stop."""


async def write_tasks(
    store: Store, job: JobDocument, before: Cursor, after: Cursor, tasks: Sequence[Task], *, done: bool = False
) -> None:
    """Insert planned tasks and move the cursor from `before` to `after`, in one transaction.

    `done` marks the plan as finished. If the job is no longer at `before`: PlanMovedError, and nothing is written.
    """

    async def work(session: AsyncClientSession) -> None:
        change: JobChange = {"cursor": {"shard": after.shard, "offset": after.offset}, "state": JobState.PLANNING.value}
        if done:
            change |= {"planning_done": True, "state": JobState.RUNNING.value}
        result = await store[JOB].update_one(
            {
                "_id": job["_id"],
                "attempt": job["attempt"],
                "state": {"$in": [JobState.SUBMITTED.value, JobState.PLANNING.value]},
                "cursor.shard": before.shard,
                "cursor.offset": before.offset,
            },
            {"$set": change, "$inc": {"planned": sum(len(task.windows) for task in tasks)}},
            session=session,
        )
        if result.matched_count != 1:
            raise PlanMovedError(job["_id"])
        if tasks:
            await store[TASK].insert_many([task_document(task) for task in tasks], session=session)

    await store.transact(work)


async def open_tasks(store: Store, job: str) -> list[OpenTask]:
    """All open tasks of a job in planning order. The planner keeps their number small."""
    with translated():
        documents = await store[TASK].find({"job": job, "open": True}).to_list()
    documents.sort(key=lambda document: str(document["_id"]))
    return [OpenTask(task_value(d), int(d["attempt"]), frozenset(d["done"])) for d in documents]


async def open_task_ids(store: Store, job: str) -> set[str]:
    """Ids of all open tasks of a job."""
    with translated():
        return {str(d["_id"]) for d in await store[TASK].find({"job": job, "open": True}, {"_id": 1}).to_list()}


async def get_open_task(store: Store, task: str) -> OpenTask | None:
    """One task, open or not; None when there is no such task."""
    with translated():
        found = await store[TASK].find_one({"_id": task})
    return None if found is None else OpenTask(task_value(found), int(found["attempt"]), frozenset(found["done"]))


async def bump_publications(store: Store, tasks: Iterable[str]) -> None:
    """Count one more publication of each task, so that the bus does not drop the message as a repeat."""
    updates = [UpdateOne({"_id": task}, {"$inc": {"attempt": 1}}) for task in tasks]
    if updates:
        with translated():
            await store[TASK].bulk_write(updates)


async def settled_windows(store: Store, windows: Sequence[str], session: AsyncClientSession | None = None) -> set[str]:
    """Which of these windows have an outcome document of their own, as older versions wrote them."""
    found: set[str] = set()
    with translated():
        for at in range(0, len(windows), _BATCH):
            some = {"$in": list(windows[at : at + _BATCH])}
            found.update([str(d["_id"]) async for d in store[OUTCOME].find({"_id": some}, {"_id": 1}, session=session)])
    return found


async def reopen_for_retry(store: Store, job: JobDocument) -> int:
    """Put aside the outcomes that the job's `retry` names and open their tasks again. Returns how many outcomes were
    moved.

    It works in batches of outcome documents, each in one transaction. After a crash it continues, because outcomes that
    were moved are not found again.
    """
    wish = job["retry"]
    if wish is None:
        return 0
    wanted, reason = {Fate(fate) for fate in wish["fates"]}, wish["reason"]

    def chosen(fate: str, why: str) -> bool:
        return Fate(fate) in wanted and reason in ("", why)

    moved, windows = 0, 0
    batch: list[str] = []
    with translated():
        async for found in store[OUTCOME].find({"job": job["_id"]}, {"fate": 1, "reason": 1, "rows": 1}):
            rows = [("", 0, found["fate"], found.get("reason", ""), 1)] if "fate" in found else found.get("rows", [])
            if count := sum(n for _, _, fate, why, n in rows if chosen(fate, why)):
                batch.append(found["_id"])
                windows += count
            if windows >= _BATCH:
                moved += await _supersede(store, job, batch, chosen)
                batch, windows = [], 0
    return moved + await _supersede(store, job, batch, chosen)


async def _supersede(
    store: Store, job: JobDocument, identities: Sequence[str], chosen: Callable[[str, str], bool]
) -> int:
    """Take chosen windows out of these outcome documents. The document of a part stays, even without windows."""
    if not identities:
        return 0

    async def work(session: AsyncClientSession) -> int:
        kept: list[StoredOutcome] = []
        changes: list[DeleteOne | ReplaceOne[StoredOutcome]] = []
        moved = 0
        parts: dict[str, set[int]] = {}
        for found in await store[OUTCOME].find({"_id": {"$in": list(identities)}}, session=session).to_list():
            if "fate" in found:  # of an older version
                kept.append({**found, "_id": f"{found['_id']}~{found['attempt']}", "window": found["_id"]})
                changes.append(DeleteOne({"_id": found["_id"]}))
                moved += 1
            else:
                gone, rest = split_outcomes(found, chosen, f"{found['_id']}~{job['attempt']}")
                kept.append(gone)
                changes.append(ReplaceOne({"_id": found["_id"]}, rest))
                moved += sum(gone["counts"].values())
            parts.setdefault(found["task"], set()).add(found["part"])
        if not kept:
            return 0
        await store[OUTCOME_SUPERSEDED].insert_many(kept, session=session)
        await store[OUTCOME].bulk_write(changes, session=session)
        await store[SUMMARY].insert_many(taken_out(job["_id"], kept), session=session)
        await store[TASK].bulk_write(
            [
                UpdateOne(
                    {"_id": task},
                    {"$set": {"open": True}, "$inc": {"attempt": 1}, "$pull": {"done": {"$in": sorted(n)}}},
                )
                for task, n in parts.items()
            ],
            session=session,
        )
        return moved

    return await store.transact(work)
