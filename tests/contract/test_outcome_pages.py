"""Pages of a job's outcomes: all of them, in order, from anywhere in the plan, without reading what stands before."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo import monitoring

from libseis.codes import Channel
from seisbus.model.ids import new_job_id, outcome_id, task_id, window_id
from seisbus.model.outcome import Fate, JobState
from seisbus.model.task import Window
from seisbus.store import collections as c
from seisbus.store.client import Store
from seisbus.store.documents import Document, OutcomeDocument
from seisbus.store.outcomes import OutcomeFilter, outcomes
from seisbus.store.packing import End, expand_all, pack_outcomes
from seisbus.store.pages import PageRequest
from seisbus.store.summaries import delta, recount, summary
from seisbus.store.tasks import reopen_for_retry
from support.answers import Answers

DAY_NS = 86_400 * 10**9
FIRST = 19_000
DEAD = End(Fate.DEAD, "gap", "A gap.")
ENDS = (End(Fate.SAVED, pieces=1), DEAD, End(Fate.SAVED, pieces=1), End(Fate.MISSING, "not_listed"))


def settled(job: str, shard: int, number: int, windows: int) -> OutcomeDocument:
    """The outcomes of one channel on one day."""
    channel, length = Channel("CI", f"S{number}", "", "BHZ"), DAY_NS // windows
    begin = (FIRST + shard) * DAY_NS
    ends = []
    for n in range(windows):
        start, end = begin + n * length, begin + (n + 1) * length
        kind = ENDS[(n + number) % 4] if shard % 3 else ENDS[0]
        ends.append((Window(window_id(job, str(channel), start, end, ""), channel, start, end, False), kind))
    task = task_id(job, shard, number)
    return pack_outcomes(outcome_id(task, 0), job, task, 0, 1, ends)


async def made(store: Store, shards: int, tasks: int, windows: int) -> tuple[Document, list[OutcomeDocument]]:
    """A closed job with its counts, and its outcome documents in the order of the plan."""
    job = new_job_id()
    documents = [settled(job, shard, number, windows) for shard in range(shards) for number in range(tasks)]
    await store[c.OUTCOME].insert_many(random.Random(1).sample(documents, len(documents)))
    await store[c.SUMMARY].insert_many(delta(documents))
    document: Any = {"_id": job, "state": JobState.COMPLETED.value, "summed": True, "attempt": 1, "retry": None}
    await store[c.JOB].insert_one(document)
    return document, documents


@pytest.fixture
async def store(mongodb_uri: str, mongodb_database: str) -> AsyncIterator[Store]:
    async with await Store.connect(mongodb_uri, mongodb_database) as opened:
        await opened.ensure_indexes()
        yield opened


async def ids(store: Store, job: Any, wanted: OutcomeFilter, size: int, skip: int = 0) -> list[str]:
    """Ids of all outcomes, page by page."""
    found: list[str] = []
    token = ""
    while True:
        page = await outcomes(store, job, wanted, PageRequest(size, token, skip=skip))
        found += [row["_id"] for row in page.documents]
        if not (token := page.next_token):
            return found
        assert len(page.documents) == size


def whole_days(first: int, last: int) -> dict[str, int]:
    return {"start_ns": (FIRST + first) * DAY_NS, "end_ns": (FIRST + last) * DAY_NS}


@pytest.mark.parametrize("counted", [True, False], ids=["of a job that is counted by blocks", "of an older one"])
@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"fates": frozenset({Fate.DEAD, Fate.MISSING})},
        {"reason": "gap"},
        {"channel": "CI.S3..BHZ"},
        whole_days(2, 6),
        {"start_ns": (FIRST + 1) * DAY_NS + DAY_NS // 3, "end_ns": (FIRST + 5) * DAY_NS + 1},
        {"fates": frozenset({Fate.DEAD}), **whole_days(1, 5)},
        {"reason": "none has it"},
    ],
    ids=["all", "fates", "reason", "channel", "days", "span", "fate and days", "nothing"],
)
async def test_pages_hold_what_is_wanted_from_anywhere(store: Store, wanted: dict[str, Any], counted: bool) -> None:
    job, documents = await made(store, 8, 6, 12)
    if not counted:
        await store[c.SUMMARY].update_many({"job": job["_id"]}, {"$unset": {"blocks": ""}})
    chosen = OutcomeFilter(**wanted)
    expected = [row["_id"] for row in expand_all(documents) if chosen.has(row)]
    for size, skip in ((1000, 0), (7, 0), (50, 1), (50, 71), (11, 143), (1000, len(expected)), (9, len(expected) + 5)):
        assert await ids(store, job, chosen, size, skip) == expected[skip:], (size, skip)


async def test_a_block_with_many_windows_is_read_in_parts(store: Store) -> None:
    job, documents = await made(store, 1, 30, 1440)
    expected = [row["_id"] for row in expand_all(documents)]
    assert await ids(store, job, OutcomeFilter(), 10_000) == expected
    assert await ids(store, job, OutcomeFilter(), 100, len(expected) - 250) == expected[-250:]


async def test_a_page_deep_in_a_large_job_reads_no_more_than_in_a_small_one(
    mongodb_uri: str, mongodb_database: str
) -> None:
    answers = Answers()
    monitoring.register(answers)
    async with await Store.connect(mongodb_uri, mongodb_database) as store:
        await store.ensure_indexes()
        small, large = await made(store, 3, 5, 24), await made(store, 60, 5, 24)
        for (job, documents), skip in ((small, 0), (small, 150), (large, 0), (large, 3_000), (large, 7_100)):
            answers.of.clear()
            page = await outcomes(store, job, OutcomeFilter(), PageRequest(50, skip=skip))
            expected = [row["_id"] for row in expand_all(documents)][skip : skip + 50]
            assert [row["_id"] for row in page.documents] == expected
            # the summary, and the outcomes of the day or the two days that the page is in
            assert len(answers.of) <= 3 and 0 < answers.number(c.OUTCOME) <= 10, (job, skip)


class Filters(monitoring.CommandListener):
    """The fields by which outcomes are searched."""

    def __init__(self) -> None:
        self.fields: list[set[str]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Note the filter of a search."""
        if event.command.get("find") == str(c.OUTCOME):
            self.fields.append(set(event.command["filter"]))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to note."""


@pytest.mark.parametrize(
    "wanted", [{"channel": "CI.S3..BHZ", **whole_days(7, 8)}, {"channel": "CI.S3..BHZ"}, {"reason": "gap"}]
)
async def test_documents_are_chosen_by_the_index_alone(
    mongodb_uri: str, mongodb_database: str, wanted: dict[str, Any]
) -> None:
    """With another field, the embedded database reads the whole collection for each part of a job."""
    filters = Filters()
    monitoring.register(filters)
    async with await Store.connect(mongodb_uri, mongodb_database) as store:
        await store.ensure_indexes()
        job, documents = await made(store, 8, 6, 12)
        filters.fields.clear()
        chosen = OutcomeFilter(**wanted)
        assert await ids(store, job, chosen, 1000) == [row["_id"] for row in expand_all(documents) if chosen.has(row)]
        assert filters.fields and all(fields == {"job", "_id"} for fields in filters.fields)


async def test_blocks_agree_with_outcomes_after_a_retry(store: Store) -> None:
    job, _ = await made(store, 4, 5, 12)
    asked: Any = {**job, "attempt": 2, "retry": {"fates": [Fate.DEAD.value], "reason": ""}}
    assert await reopen_for_retry(store, asked) > 0
    found, true = await summary(store, asked, blocks=True), await recount(store, job["_id"])
    assert found.blocks == true.blocks
    assert sum(true.blocks.values()) == sum(true.reasons.values()) > 0
    left = await ids(store, asked, OutcomeFilter(), 40)
    assert left == [row["_id"] for row in expand_all(await in_order(store, job["_id"]))]
    assert await ids(store, asked, OutcomeFilter(frozenset({Fate.DEAD})), 40) == []


async def in_order(store: Store, job: str) -> list[Any]:
    return await store[c.OUTCOME].find({"job": job}).sort("_id", 1).to_list()
