"""Counts by channel, day, fate and reason while a job grows: few documents, and the same sums to whoever asks when."""

from __future__ import annotations

import asyncio
from typing import Any

from contract.test_ledger import documents, part_of, planned_job
from seisbus.control.messages import reason_messages
from seisbus.model.outcome import Fate, JobState
from seisbus.store import collections as c
from seisbus.store.client import Store
from seisbus.store.jobs import close_job, get_job, request_retry
from seisbus.store.settle import Settlement, settle
from seisbus.store.settled import SettledWindow
from seisbus.store.summaries import MANY, Summary, compact, fold, pack_rows, summary, unpack_rows
from seisbus.store.tasks import reopen_for_retry

TASKS = 60


async def grown_job(store: Store) -> str:
    """A job of one-window tasks, each settled by itself; every third is dead."""
    job, tasks = await planned_job(store, *[(1, 1)] * TASKS)
    for number, task in enumerate(tasks):
        if number % 3:
            await settle(store, [part_of(task, 0)])
        else:
            ends = [SettledWindow(window, Fate.DEAD, "gap", f"Gap {number}.") for window in task.windows]
            await settle(store, [Settlement(job, task.id, 1, 0, 1, ends)])
    return job


async def counted(store: Store, job: str) -> Summary:
    return await summary(store, await get_job(store, job), rows=True)


def sums(found: Summary) -> tuple[Any, ...]:
    return found.reasons, found.rows


async def test_documents_are_summed_up_and_nothing_else_changes(store: Store) -> None:
    job = await grown_job(store)
    before = await counted(store, job)
    assert before.reasons == {("saved", ""): TASKS * 2 // 3, ("dead", "gap"): TASKS // 3}
    assert len(await documents(store, c.SUMMARY)) == TASKS
    assert await compact(store, job) == 0  # of so few nobody need hear
    assert TASKS < MANY
    assert await compact(store, job, 7) == TASKS
    assert len(await documents(store, c.SUMMARY)) == -(-TASKS // 7)
    after = await counted(store, job)
    assert sums(after) == sums(before)
    assert {m.reason: (m.windows, m.example) for m in reason_messages(after)} == {
        m.reason: (m.windows, m.example) for m in reason_messages(before)
    }
    assert await compact(store, job, 7) == 0  # sums are not summed up again
    assert await close_job(store, await get_job(store, job), JobState.COMPLETED) is not None
    assert sums(await counted(store, job)) == sums(before)
    assert len(await documents(store, c.SUMMARY)) == 1


async def test_a_retry_takes_away_from_sums(store: Store) -> None:
    job = await grown_job(store)
    await compact(store, job, 7)
    assert await close_job(store, await get_job(store, job), JobState.COMPLETED) is not None
    assert await reopen_for_retry(store, await request_retry(store, job, (Fate.DEAD,))) == TASKS // 3
    await compact(store, job, 1)
    assert (await counted(store, job)).reasons == {("saved", ""): TASKS * 2 // 3}


async def test_two_that_sum_up_at_once_and_a_close_count_nothing_twice(store: Store) -> None:
    job = await grown_job(store)
    true = sums(await counted(store, job))
    document = await get_job(store, job)
    readers = [counted(store, job) for _ in range(10)]
    seen = await asyncio.gather(compact(store, job, 5), compact(store, job, 9), fold(store, document), *readers)
    assert all(sums(found) == true for found in seen if isinstance(found, Summary))
    assert sums(await counted(store, job)) == true


async def test_rows_of_older_versions_are_lists(store: Store) -> None:
    job = await grown_job(store)
    true = sums(await counted(store, job))
    for document in await documents(store, c.SUMMARY):
        rows = unpack_rows(document["rows"])
        assert unpack_rows(pack_rows(rows)) == rows
        await store[c.SUMMARY].update_one({"_id": document["_id"]}, {"$set": {"rows": rows}})
    assert sums(await counted(store, job)) == true
    await compact(store, job, 5)
    assert sums(await counted(store, job)) == true
