"""Jobs: submission, life, cached counters, close. All state changes are compare-and-set on state and attempt."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

from cachetools import LRUCache
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from ..errors import JobFileError, NotFoundError, StateError
from ..model.job import of_type, read_job
from ..model.kind import Job
from ..model.outcome import RETRIABLE, Fate, JobState, Ledger
from .client import Store, translated
from .collections import HISTORY_GLOBAL, JOB, OUTCOME, TASK
from .documents import GlobalHistory, JobChange, JobDocument
from .summaries import fold

J = TypeVar("J", bound=Job)

# So many specifications are kept in memory. They never change, and workers need them for every message, but one may
# have megabytes of events.
_SPECS: LRUCache[tuple[str, int], Job] = LRUCache(16)


async def insert_job(
    store: Store,
    job: str,
    spec: Job,
    request_id: str = "",
    notes: Sequence[str] = (),
    history: GlobalHistory | None = None,
) -> JobDocument:
    """Write a submitted job and, in the same transaction, its history; a repeat of `request_id` returns the job of the
    first."""
    document: JobDocument = {
        "_id": job,
        "name": spec.name,
        "kind": spec.kind,
        "spec": spec.model_dump(mode="json"),
        "state": JobState.SUBMITTED.value,
        "open": True,
        "attempt": 1,
        "submitted_ns": time.time_ns(),
        "closed_ns": 0,
        "planned": 0,
        "planning_done": False,
        "cursor": {"shard": 0, "offset": 0},
        "counts": {fate.value: 0 for fate in Fate},
        "stored_bytes": 0,
        "ledger": None,
        "error": "",
        "notes": list(notes),
        "retry": None,
        "summed": True,
    }
    if spec.recipe_key:
        document["recipe"] = spec.recipe_key
    if request_id:
        document["request_id"] = request_id

    async def work(session: AsyncClientSession) -> None:
        await store[JOB].insert_one(document, session=session)
        if history is not None:
            await store[HISTORY_GLOBAL].insert_one(history, session=session)

    try:
        await store.transact(work)
    except DuplicateKeyError:
        with translated():
            found = await store[JOB].find_one({"request_id": request_id})
        if found is None:
            raise
        return found
    return document


def no_job(job: str) -> NotFoundError:
    """The error for a job that does not exist."""
    return NotFoundError(f"There is no job {job}; `seisbus jobs` lists them.")


async def get_job(store: Store, job: str) -> JobDocument:
    """A job document; NotFoundError if there is no such job."""
    with translated():
        found = await store[JOB].find_one({"_id": job})
    if found is None:
        raise no_job(job)
    return found


async def standing_job(store: Store, job: str) -> JobDocument:
    """A job document; NotFoundError if there is no such job, StateError if a purge is removing it."""
    found = await get_job(store, job)
    if "purged_by" in found:
        raise StateError(f"Job {job} is being removed by the purge {found['purged_by']}; submit it anew.")
    return found


async def job_states(store: Store, jobs: Sequence[str]) -> dict[str, JobState]:
    """The states of those of these jobs that exist."""
    with translated():
        found = store[JOB].find({"_id": {"$in": list(jobs)}}, {"state": 1})
        return {str(document["_id"]): JobState(document["state"]) async for document in found}


async def job_attempt(store: Store, job: str) -> int | None:
    """Current attempt of a job, None when there is no such job."""
    with translated():
        found = await store[JOB].find_one({"_id": job}, {"attempt": 1})
    return None if found is None else int(found["attempt"])


async def job_spec(store: Store, job: str, wanted: type[J]) -> J:
    """The specification of a job that must be of the type `wanted`; NotFoundError when there is no such job."""
    with translated():
        found = await store[JOB].find_one({"_id": job}, {"submitted_ns": 1})
    if found is None:
        raise no_job(job)
    if (spec := _SPECS.get((job, found["submitted_ns"]))) is None:
        spec = spec_of(await get_job(store, job))
    return of_type(spec, wanted)


def spec_of(document: JobDocument) -> Job:
    """The specification of a job; errors are those of `read_job`."""
    key = (document["_id"], document["submitted_ns"])
    if (spec := _SPECS.get(key)) is None:
        spec = _SPECS[key] = read_job(document)
    return spec


async def awaited_job(store: Store, job: JobDocument) -> str:
    """The open job that must be closed before this one is planned; "" when it need not wait."""
    try:
        awaited = spec_of(job).awaits
    except JobFileError:  # this process does not know its kind; the planner will say so
        return ""
    if not awaited:
        return ""
    with translated():
        found = await store[JOB].find_one({"_id": awaited}, {"open": 1})
    return str(found["_id"]) if found is not None and found.get("open") else ""


async def outranking_job(store: Store, job: JobDocument) -> str:
    """An open job of higher priority on the same archive whose plan is not finished, so this one must not be planned
    now; "" if there is no such job."""
    archive, priority = job["spec"].get("archive", ""), job["spec"].get("priority", 0)
    if not archive:
        return ""
    with translated():
        found = await store[JOB].find_one(
            {
                "open": True,
                "state": {"$in": [JobState.SUBMITTED.value, JobState.PLANNING.value]},
                "spec.archive": archive,
                "spec.priority": {"$gt": priority},
            },
            {"_id": 1},
        )
    return "" if found is None else str(found["_id"])


async def open_jobs(store: Store) -> list[JobDocument]:
    """Jobs that are not closed, oldest first."""
    with translated():
        found = await store[JOB].find({"open": True}).to_list()
    return sorted(found, key=lambda document: document["_id"])


async def closed_before(store: Store, moment_ns: int, limit: int) -> list[str]:
    """Ids of at most `limit` jobs that were closed before a moment, oldest first."""
    with translated():
        found = await store[JOB].find({"closed_ns": {"$gt": 0, "$lt": moment_ns}}, {"_id": 1}).to_list()
    return sorted(str(document["_id"]) for document in found)[:limit]


async def update_job(store: Store, job: JobDocument, change: JobChange) -> bool:
    """Set fields if the job still has the attempt and state that it was read with. Returns whether it had."""
    with translated():
        result = await store[JOB].update_one(
            {"_id": job["_id"], "attempt": job["attempt"], "state": job["state"]}, {"$set": dict(change)}
        )
    return result.matched_count == 1


# A job has at most so many notes, because its document is read often, and notes are read by people.
_MOST_NOTES = 50
_MORE_NOTES = "More was odd; logs of windows and services and the outcomes of `seisbus index sync` have all of it."


async def add_notes(store: Store, job: str, sentences: Iterable[str]) -> list[str]:
    """Add what is odd to a job's notes, which users see with the job. Returns the new ones.

    Several writers may add notes at once. Notes beyond 50 become one sentence.
    """
    wanted = list(dict.fromkeys(sentences))
    if not wanted:
        return []
    with translated():
        found = await store[JOB].find_one({"_id": job}, {"notes": 1})
        known = [] if found is None else found.get("notes") or []
        fresh = [sentence for sentence in wanted if sentence not in known]
        room = max(0, _MOST_NOTES - len(known))
        for sentence in [*fresh[:room], *([_MORE_NOTES] if len(fresh) > room else [])]:
            await store[JOB].update_one({"_id": job}, {"$addToSet": {"notes": sentence}})
    return fresh


# What a job was asked for may be megabytes: a file of picks. Who only looks how far it is leaves that out.
_WITHOUT_INPUT: Final = {"spec": 0, "origins": 0, "picks": 0}


async def add_counts(store: Store, job: str, counts: Mapping[str, int], stored_bytes: int) -> JobDocument | None:
    """Add to the cached counters; returns the job without what it was made from. Do not call this in a settling
    transaction, because it would conflict.

    A closed job's fates were counted again when it closed, including late ones.
    """
    fates = {f"counts.{fate}": n for fate, n in counts.items() if n}
    with translated():
        result = await store[JOB].update_one(
            {"_id": job, "open": True}, {"$inc": {**fates, "stored_bytes": stored_bytes}}
        )
        if result.matched_count == 0:
            await store[JOB].update_one({"_id": job}, {"$inc": {"stored_bytes": stored_bytes}})
        return await store[JOB].find_one({"_id": job}, _WITHOUT_INPUT)


async def count_ledger(store: Store, job: str) -> Ledger:
    """The ledger, counted from the task and outcome documents; messages that are delivered twice do not change it."""
    mine = {"job": job}
    held = {"$cond": [{"$isArray": "$windows"}, {"$size": "$windows"}, "$count"]}
    sums = {fate.value: {"$sum": f"$counts.{fate.value}"} for fate in Fate}
    counts: Counter[str] = Counter()
    with translated():
        tasks = await store.database[TASK].aggregate(
            [{"$match": mine}, {"$group": {"_id": None, "planned": {"$sum": held}}}]
        )
        planned = [row["planned"] async for row in tasks]
        # a document of an older version has one fate, others have counts
        found = await store.database[OUTCOME].aggregate(
            [{"$match": mine}, {"$group": {"_id": "$fate", "n": {"$sum": 1}, **sums}}]
        )
        async for row in found:
            counts.update({row["_id"]: row["n"]} if row["_id"] else {fate.value: row[fate.value] for fate in Fate})
    return Ledger(planned=planned[0] if planned else 0, **counts)


async def close_job(store: Store, job: JobDocument, state: JobState, *, error: str = "") -> Ledger | None:
    """Close a job with its recounted ledger. None if the ledger does not add up yet, or if somebody else closed it
    first.

    `error` replaces what the job reports so far.
    """
    ledger = await count_ledger(store, job["_id"])
    if not ledger.balanced:
        return None
    await fold(store, job)
    counts = ledger.counts()
    planned = counts.pop("planned")
    change: JobChange = {
        "state": state.value,
        "closed_ns": time.time_ns(),
        "ledger": {"planned": planned, **counts},
        "planned": planned,
        "counts": counts,
        "error": error or job["error"],
        "summed": True,
    }
    with translated():
        result = await store[JOB].update_one(
            {"_id": job["_id"], "attempt": job["attempt"], "state": job["state"]},
            {"$set": change, "$unset": {"open": ""}},
        )
    return ledger if result.matched_count == 1 else None


async def give_up_job(store: Store, job: str, error: str) -> None:
    """End a job that cannot be planned as failed: at once if every window planned so far has an outcome.

    Otherwise it is stopped like a cancelled one, so that its ledger adds up before the reconciler ends it as failed.
    """
    while True:
        found = await get_job(store, job)
        state = JobState(found["state"])
        if state.closed or state is JobState.CANCELLING:
            return
        if await close_job(store, found, JobState.FAILED, error=error) is not None:
            return
        change: JobChange = {"state": JobState.CANCELLING.value, "attempt": found["attempt"] + 1, "error": error}
        if await update_job(store, found, change):
            return


async def request_cancel(store: Store, job: str) -> JobDocument:
    """Set a job to cancelling under a new attempt; returns the job. StateError if it is closed."""
    while True:
        found = await get_job(store, job)
        state = JobState(found["state"])
        if state.closed:
            raise StateError(f"Job {job} is {state.value} already; there is nothing to cancel.")
        if state is JobState.CANCELLING:
            return found
        if await update_job(store, found, {"state": JobState.CANCELLING.value, "attempt": found["attempt"] + 1}):
            return await get_job(store, job)


async def request_retry(store: Store, job: str, fates: tuple[Fate, ...], reason: str = "") -> JobDocument:
    """Open a closed job again under a new attempt, to plan the windows of `fates` (with `reason`) once more.

    StateError while the job is open; windows that were saved are never planned again.
    """
    wanted = tuple(fate for fate in fates or (Fate.FAILED, Fate.CANCELLED) if fate in RETRIABLE)
    if Fate.SAVED in fates:
        raise StateError("Saved windows are never retried; choose among dead, missing, failed and cancelled.")
    found = await standing_job(store, job)
    if not JobState(found["state"]).closed:
        raise StateError(f"Job {job} is still {found['state']}; wait for it or cancel it, then retry.")
    change: JobChange = {
        "state": JobState.PLANNING.value,
        "attempt": found["attempt"] + 1,
        "open": True,
        "closed_ns": 0,
        "ledger": None,
        "error": "",
        "retry": {"fates": [fate.value for fate in wanted], "reason": reason},
    }
    with translated():
        result = await store[JOB].update_one(
            {"_id": job, "attempt": found["attempt"], "state": found["state"], "purged_by": {"$exists": False}},
            {"$set": change},
        )
    if result.matched_count != 1:
        raise StateError(f"Job {job} changed while it was being retried; look at it and try again.")
    return await get_job(store, job)
