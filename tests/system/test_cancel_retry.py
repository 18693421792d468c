"""Cancel and retry: what had no outcome becomes cancelled, what is chosen is planned again, what was is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pymongo
import pytest

from seisbus.client import ClientError, Job
from seisbus.model.outcome import Fate
from seisbus.store.packing import expand_all
from support.chaos import JOB, End, impatient_system, settled_end, small_archive, until_empty
from support.shapes import check_documents
from support.system import System
from support.waiting import eventually

# 288 windows a channel, most of them dead: the archive has data of 3.5 hours
_TILES = {"archive": "local", "windows": {"tile": {"start": "2011-03-11", "end": "2011-03-12", "length": "5min"}}}


@pytest.fixture(scope="module")
async def disturbed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    """A stack with an archive of its own, which holds at most four tasks of a job on the bus."""
    archive = small_archive(tmp_path_factory.mktemp("archive"))
    folder = tmp_path_factory.mktemp("retry")
    async with impatient_system(folder, archive, environment={"SEISBUS_OPEN_TASKS": "4"}) as system:
        yield system
        check_documents(system.stack.environment)


@pytest.fixture(scope="module")
async def undisturbed(disturbed: System) -> End:
    return await settled_end(disturbed, await disturbed.run(JOB))


async def test_what_is_cancelled_before_anything_was_fetched_is_done_by_a_retry(
    disturbed: System, undisturbed: End
) -> None:
    await disturbed.stack.hold("fetcher")
    job = await disturbed.client.submit({**JOB, "select": {"chan": "B*"}})
    await planned(disturbed, job)
    await disturbed.client.cancel(job.id)
    cancelled = await disturbed.client.wait(job.id)
    assert cancelled.state == "cancelled"
    assert cancelled.ledger.cancelled == cancelled.ledger.planned > 0
    await until_empty(disturbed.stack, job.id)
    with pytest.raises(ClientError, match="already"):
        await disturbed.client.cancel(job.id)

    await disturbed.client.retry(job.id)
    with pytest.raises(ClientError, match="wait for it or cancel it"):
        await disturbed.client.retry(job.id)
    await disturbed.stack.release("fetcher")
    done = await disturbed.client.wait(job.id)

    assert (done.state, done.ledger.cancelled) == ("completed", 0)
    assert await settled_end(disturbed, done) == {k: v for k, v in undisturbed.items() if k[0].split(".")[-1][0] == "B"}
    kept = superseded(disturbed, job)
    # what was planned when it was cancelled is kept as it was; the rest of the plan was made by the retry
    assert len(kept) == cancelled.ledger.planned
    assert {(o["fate"], o["reason"]) for o in kept} == {("cancelled", "cancelled")}


async def test_a_job_cancelled_in_the_middle_of_its_plan_adds_up_and_is_finished_by_a_retry(disturbed: System) -> None:
    whole = await disturbed.run(_TILES)
    job = await disturbed.client.submit(_TILES)
    # the ledger tells of it later, when a job as small as this may be done
    await eventually(lambda: outcomes(disturbed, job), interval=0.005)
    await disturbed.stack.hold("writer")  # with what it has in hand
    await disturbed.client.cancel(job.id)
    await disturbed.stack.release("writer")
    cancelled = await disturbed.client.wait(job.id)
    assert (cancelled.state, cancelled.ledger.balanced) == ("cancelled", True)
    assert cancelled.ledger.cancelled > 0
    await disturbed.stored(cancelled)

    await disturbed.client.retry(job.id, [Fate.CANCELLED])
    done = await disturbed.client.wait(job.id)
    assert (done.state, done.ledger) == ("completed", whole.ledger)
    assert await settled_end(disturbed, done) == await settled_end(disturbed, whole)


async def test_a_retry_by_fate_and_reason_finds_the_object_that_came_later(disturbed: System, undisturbed: End) -> None:
    stored = [path for path in disturbed.buckets.rglob("*BH*") if path.is_file() and path.stat().st_size]
    (taken, *_) = sorted(stored)
    aside = taken.rename(disturbed.buckets / "aside")
    select = {"net": taken.name[:2], "sta": taken.name[2:7].strip("_"), "chan": taken.name[7:10]}
    job = await disturbed.run({**JOB, "select": select})
    mine = await settled_end(disturbed, job)
    assert job.ledger.missing == len(mine) == 2
    assert {reason for _, reason, _ in mine.values()} == {"no_such_key"}

    # nothing has that reason: the job opens and closes again with the same ledger
    await disturbed.client.retry(job.id, [Fate.MISSING], "not_listed")
    assert (await disturbed.client.wait(job.id)).ledger == job.ledger
    assert superseded(disturbed, job) == []

    aside.rename(taken)
    again = await eventually(lambda: retried(disturbed, job), timeout=20)
    assert await settled_end(disturbed, again) == {k: v for k, v in undisturbed.items() if k in mine}
    assert again.ledger.saved >= 1
    kept = superseded(disturbed, job)
    assert {(o["fate"], o["reason"]) for o in kept} == {("missing", "no_such_key")}
    assert {o["window"] for o in kept} == {o.window async for o in disturbed.client.outcomes(job.id)}

    with pytest.raises(ClientError, match="never retried"):
        await disturbed.client.retry(job.id, [Fate.SAVED])


async def retried(system: System, job: Job) -> Job | None:
    """The job retried and closed, if the archive (whose server sees its folder with a delay) had the object."""
    await system.client.retry(job.id, [Fate.MISSING], "no_such_key")
    done = await system.client.wait(job.id)
    return None if done.ledger.missing else done


async def planned(system: System, job: Job) -> None:
    """Wait until some of the job is planned."""

    async def some() -> bool:
        return (await system.client.job(job.id)).ledger.planned > 0

    await eventually(some)


def superseded(system: System, job: Job) -> list[dict[str, Any]]:
    """What the job's retries replaced."""
    return outcomes(system, job, "outcome_superseded")


def outcomes(system: System, job: Job, collection: str = "outcome") -> list[dict[str, Any]]:
    """What the job's windows came to, a mapping a window."""
    environment = system.stack.environment
    with pymongo.MongoClient[dict[str, Any]](environment["SEISBUS_MONGODB_URI"]) as client:
        found = client[environment["SEISBUS_DATABASE"]][collection]
        documents = list(found.find({"_id": {"$regex": f"^{job.id}\\."}}))
    return [{**outcome, "window": outcome["_id"]} for outcome in expand_all(documents)]
