"""Tasks: written shard by shard with the plan's cursor, found again while open, opened again by a retry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession

from ..model.outcome import Fate, JobState
from ..model.task import Task
from .client import Store, translated
from .collections import JOB, OUTCOME, OUTCOME_SUPERSEDED, TASK
from .documents import Document, task_document, task_value

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
    """Somebody else moved the plan on, or the job was cancelled; this planner must stop."""


async def write_tasks(
    store: Store, job: Document, before: Cursor, after: Cursor, tasks: Sequence[Task], *, done: bool = False
) -> None:
    """Insert planned tasks and move the cursor from `before` to `after`, in one transaction.

    `done` marks the plan finished. PlanMovedError, and nothing written, when the job is not at `before` any more.
    """

    async def work(session: AsyncClientSession) -> None:
        change: Document = {"cursor": {"shard": after.shard, "offset": after.offset}, "state": JobState.PLANNING.value}
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
    """All open tasks of a job in planning order; there are never more than the flow's bound."""
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
    """Count one more publication of each task, so that the bus does not swallow the message as a repeat."""
    updates = [UpdateOne({"_id": task}, {"$inc": {"attempt": 1}}) for task in tasks]
    if updates:
        with translated():
            await store[TASK].bulk_write(updates)


async def settled_windows(store: Store, windows: Sequence[str]) -> set[str]:
    """Which of these windows have an outcome."""
    found: set[str] = set()
    with translated():
        for at in range(0, len(windows), _BATCH):
            cursor = store[OUTCOME].find({"_id": {"$in": list(windows[at : at + _BATCH])}}, {"_id": 1})
            found.update([document["_id"] async for document in cursor])
    return found


async def reopen_for_retry(store: Store, job: Document) -> int:
    """Supersede the outcomes that the job's `retry` names and open their tasks; how many outcomes moved.

    Works through the job's outcomes in batches, each one transaction; after a crash it goes on where it was, since
    what was moved is not found again.
    """
    wanted = {Fate(fate) for fate in job["retry"]["fates"]}
    reason = job["retry"]["reason"]
    moved = 0
    batch: list[Document] = []
    with translated():
        cursor = store[OUTCOME].find({"job": job["_id"]})
        async for outcome in cursor:
            if Fate(outcome["fate"]) in wanted and reason in ("", outcome["reason"]):
                batch.append(outcome)
            if len(batch) == _BATCH:
                moved += await _supersede(store, batch)
                batch = []
    return moved + await _supersede(store, batch)


async def _supersede(store: Store, outcomes: Sequence[Document]) -> int:
    if not outcomes:
        return 0
    parts: dict[str, set[int]] = {}
    for outcome in outcomes:
        parts.setdefault(outcome["task"], set()).add(outcome["part"])

    async def work(session: AsyncClientSession) -> None:
        replaced = [{**o, "_id": f"{o['_id']}~{o['attempt']}", "window": o["_id"]} for o in outcomes]
        await store[OUTCOME_SUPERSEDED].insert_many(replaced, session=session)
        for outcome in outcomes:
            await store[OUTCOME].delete_one({"_id": outcome["_id"]}, session=session)
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

    await store.transact(work)
    return len(outcomes)
