"""The ledger's promises against a real database server: first outcome wins, whoever repeats, races or dies."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import ObjectId

from libseis.codes import Channel
from seisbus.control.messages import reason_messages
from seisbus.errors import StateError, UnavailableError
from seisbus.model.ids import document_id, new_job_id, outcome_id, task_id, window_id
from seisbus.model.job import parse_job
from seisbus.model.kinds.window import WindowJob
from seisbus.model.outcome import Fate, JobState
from seisbus.model.task import ObjectRef, Part, Task, Window, WindowTemplate
from seisbus.store import collections as c
from seisbus.store.client import ConflictError, Store
from seisbus.store.deadletters import bury_message
from seisbus.store.jobs import (
    add_counts,
    close_job,
    count_ledger,
    get_job,
    give_up_job,
    insert_job,
    outranking_job,
    request_cancel,
    request_retry,
    update_job,
)
from seisbus.store.lease import acquire, release
from seisbus.store.outcomes import OutcomeFilter, outcomes
from seisbus.store.packing import expand_all
from seisbus.store.pages import PageRequest
from seisbus.store.queries import WaveformFilter, logged_batches, logs
from seisbus.store.settle import Settlement, settle, settle_rest
from seisbus.store.settled import SettledWindow
from seisbus.store.summaries import fold, summary
from seisbus.store.tasks import (
    Cursor,
    PlanMovedError,
    get_open_task,
    open_task_ids,
    open_tasks,
    reopen_for_retry,
    write_tasks,
)

HOUR_NS = 3_600_000_000_000
SPEC = parse_job(
    {"archive": "local", "windows": {"absolute": [{"start": "2011-03-11T05:00:00", "end": "2011-03-11T06:00:00"}]}}
)


def make_task(job: str, number: int, windows: int, parts: int = 1, *, template: WindowTemplate | None = None) -> Task:
    """A task of `windows` hours in `parts` parts of equal length."""
    channel = Channel("CI", f"S{number:03d}", "", "BHZ")
    made = tuple(
        Window(
            window_id(job, str(channel), n * HOUR_NS, (n + 1) * HOUR_NS, ""), channel, n * HOUR_NS, (n + 1) * HOUR_NS,
            True,
        )
        for n in range(windows)
    )  # fmt: skip
    each = windows // parts
    split = tuple(Part(n * each, each) for n in range(parts))
    return Task(task_id(job, 0, number), job, "local", (ObjectRef("local", f"k{number}"),), made, split, template)


async def planned_job(store: Store, *shape: tuple[int, int]) -> tuple[str, list[Task]]:
    """A running job with a task a (windows, parts)."""
    job = new_job_id()
    document = await insert_job(store, job, SPEC)
    tasks = [make_task(job, n, windows, parts) for n, (windows, parts) in enumerate(shape)]
    await write_tasks(store, document, Cursor(0, 0), Cursor(1, 0), tasks, done=True)
    return job, tasks


def ends(windows: Sequence[Window], fate: Fate = Fate.SAVED, value: str = "") -> list[SettledWindow]:
    """Every window with this fate, and a wf or cemetery document that carries `value`."""
    collection = {Fate.SAVED: c.WF_TIMESERIES, Fate.DEAD: c.CEMETERY}.get(fate)
    return [
        SettledWindow(
            window, fate, "" if fate is Fate.SAVED else "why", stored_bytes=10,
            documents=[] if collection is None else [
                (collection, {"_id": ObjectId(document_id(window.id, "0")), "window": window.id, "value": value})
            ],
        )
        for window in windows
    ]  # fmt: skip


def part_of(task: Task, part: int, fate: Fate = Fate.SAVED, value: str = "", attempt: int = 1) -> Settlement:
    run = task.parts[part]
    windows = task.windows[run.first : run.first + run.count]
    return Settlement(task.job, task.id, attempt, part, len(task.parts), ends(windows, fate, value))


async def documents(store: Store, collection: str, **query: Any) -> list[dict[str, Any]]:
    return await store[collection].find(query).to_list()


async def test_only_a_higher_job_of_the_same_archive_that_is_not_planned_yet_outranks(store: Store) -> None:
    def at(priority: int, archive: str = "local") -> WindowJob:
        return SPEC.model_copy(update={"priority": priority, "archive": archive})

    mine = await insert_job(store, new_job_id(), at(1))
    for other in (at(0), at(1), at(2, "scedc")):
        await insert_job(store, new_job_id(), other)
    assert await outranking_job(store, mine) == ""
    higher = await insert_job(store, new_job_id(), at(2))
    assert await outranking_job(store, mine) == higher["_id"]
    await write_tasks(store, higher, Cursor(0, 0), Cursor(0, 1), [make_task(higher["_id"], 0, 1)])
    assert await outranking_job(store, mine) == higher["_id"]
    await write_tasks(store, higher, Cursor(0, 1), Cursor(1, 0), [], done=True)
    assert await outranking_job(store, mine) == ""


async def test_a_repeat_changes_nothing(store: Store) -> None:
    job, (task,) = await planned_job(store, (4, 2))
    first = await settle(store, [part_of(task, 0, value="first")])
    assert first.fates[job] == {"saved": 2}
    assert first.stored_bytes[job] == 20
    assert await open_task_ids(store, job) == {task.id}

    again = await settle(store, [part_of(task, 0, Fate.DEAD), part_of(task, 1, value="second")])
    assert again.fates[job] == {"saved": 2}
    assert await open_task_ids(store, job) == set()
    assert sorted(d["value"] for d in await documents(store, c.WF_TIMESERIES)) == ["first"] * 2 + ["second"] * 2
    assert await documents(store, c.CEMETERY) == []
    assert (await count_ledger(store, job)).counts() | {"planned": 4} == (await count_ledger(store, job)).counts()


async def test_a_window_twice_in_one_batch_ends_once(store: Store) -> None:
    job, (task,) = await planned_job(store, (3, 1))
    result = await settle(store, [part_of(task, 0, value="a"), part_of(task, 0, Fate.DEAD), part_of(task, 0)])
    assert result.fates[job] == {"saved": 3}
    assert [d["value"] for d in await documents(store, c.WF_TIMESERIES)] == ["a"] * 3


async def test_writers_that_race_with_overlapping_batches_settle_each_window_once(store: Store) -> None:
    job, tasks = await planned_job(store, *[(10, 2)] * 12)
    all_parts = [(task, part) for task in tasks for part in range(2)]

    async def writer(name: str, seed: int) -> int:
        mine = random.Random(seed).sample(all_parts, len(all_parts))
        count = 0
        for at in range(0, len(mine), 5):
            batch = [part_of(task, part, value=name) for task, part in mine[at : at + 5]]
            while True:
                try:
                    result = await settle(store, batch)
                    break
                except ConflictError:
                    continue
            count += result.fates[job]["saved"]
        return count

    counts = await asyncio.gather(*(writer(f"w{n}", n) for n in range(4)))
    assert sum(counts) == 120
    found = await documents(store, c.WF_TIMESERIES)
    assert len({d["window"] for d in found}) == len(found) == 120
    assert await open_task_ids(store, job) == set()
    assert (await count_ledger(store, job)).balanced


async def test_a_transaction_that_is_never_ended_is_a_conflict_for_its_windows_only(store: Store) -> None:
    job, (locked, free) = await planned_job(store, (2, 1), (2, 1))
    async with store.transaction() as session:
        await store[c.OUTCOME].insert_one({"_id": outcome_id(locked.id, 0), "job": job}, session=session)
        with pytest.raises(ConflictError):
            await settle(store, [part_of(locked, 0), part_of(free, 0)], once=True)
        assert (await settle(store, [part_of(free, 0)], once=True)).fates[job] == {"saved": 2}
        await session.abort_transaction()
    assert (await settle(store, [part_of(locked, 0), part_of(free, 0)])).fates[job] == {"saved": 2}


@pytest.mark.parametrize("parts_first", [False, True])
@pytest.mark.parametrize("parts", [1, 3])
async def test_what_a_provisional_task_holds_counts_whichever_message_comes_first(
    store: Store, parts_first: bool, parts: int
) -> None:
    job = new_job_id()
    provisional = make_task(job, 0, 1, template=WindowTemplate(None, None, "ev"))
    await write_tasks(store, await insert_job(store, job, SPEC), Cursor(0, 0), Cursor(1, 0), [provisional], done=True)
    found = make_task(job, 1, 6, parts)
    expanded = replace(found, id=provisional.id)
    expansion = Settlement(job, provisional.id, 1, 0, parts, [], (list(expanded.windows), list(expanded.parts)))
    settled = [part_of(expanded, number) for number in range(parts)]

    for settlement in [*settled, expansion] if parts_first else [expansion, *settled]:
        assert await open_task_ids(store, job) == {provisional.id}
        await settle(store, [settlement])
        await settle(store, [settlement])

    assert await open_task_ids(store, job) == set()
    ledger = await count_ledger(store, job)
    assert (ledger.planned, ledger.saved) == (6, 6)


async def test_parts_of_one_task_are_marked_together_and_many_windows_come_back(store: Store) -> None:
    job = new_job_id()
    provisional = make_task(job, 0, 1, template=WindowTemplate(None, None, "ev"))
    await write_tasks(store, await insert_job(store, job, SPEC), Cursor(0, 0), Cursor(1, 0), [provisional], done=True)
    found = make_task(job, 1, 240, 4)
    uneven = tuple(replace(w, end_ns=w.end_ns + n % 7) for n, w in enumerate(found.windows))  # a run each
    windows = tuple(
        replace(w, id=window_id(job, str(w.channel), w.start_ns, w.end_ns, "")) for w in uneven
    )  # as of channels that begin and end at times of their own
    expanded = replace(found, id=provisional.id, windows=windows)
    expansion = Settlement(job, provisional.id, 1, 0, 4, [], (list(windows), list(expanded.parts)))
    await settle(store, [part_of(expanded, 3), part_of(expanded, 1)])
    assert await open_task_ids(store, job) == {provisional.id}
    await settle(store, [part_of(expanded, 0), expansion])
    (open_task,) = await open_tasks(store, job)
    assert (open_task.task.windows, open_task.done) == (windows, {0, 1, 3})
    (document,) = await documents(store, c.TASK, job=job)
    assert isinstance(document["windows"], bytes)
    result = await settle(store, [part_of(expanded, number) for number in range(4)])
    assert result.fates[job] == {"saved": 60}
    assert await open_task_ids(store, job) == set()
    ledger = await count_ledger(store, job)
    assert (ledger.planned, ledger.saved) == (240, 240)


async def test_an_object_that_is_missing_ends_its_provisional_task(store: Store) -> None:
    job = new_job_id()
    provisional = make_task(job, 0, 1, template=WindowTemplate(None, None, "ev"))
    await write_tasks(store, await insert_job(store, job, SPEC), Cursor(0, 0), Cursor(1, 0), [provisional], done=True)
    await settle(store, [part_of(provisional, 0, Fate.MISSING)])
    assert await open_task_ids(store, job) == set()
    assert (await count_ledger(store, job)).missing == 1


async def test_only_one_planner_moves_the_cursor(store: Store) -> None:
    job = new_job_id()
    document = await insert_job(store, job, SPEC)
    tasks = [make_task(job, n, 2) for n in range(4)]

    async def planner() -> bool:
        try:
            await write_tasks(store, document, Cursor(0, 0), Cursor(0, 4), tasks)
        except (PlanMovedError, ConflictError):
            return False
        return True

    assert sum(await asyncio.gather(*(planner() for _ in range(4)))) == 1
    assert len(await documents(store, c.TASK, job=job)) == 4
    assert (await get_job(store, job))["planned"] == 8

    await request_cancel(store, job)
    with pytest.raises(PlanMovedError):
        await write_tasks(store, document, Cursor(0, 4), Cursor(1, 0), [], done=True)


async def test_a_retry_supersedes_what_was_chosen_and_nothing_else(store: Store) -> None:
    job, (one, two) = await planned_job(store, (4, 2), (2, 1))
    await settle(store, [part_of(one, 0), part_of(one, 1, Fate.DEAD), part_of(two, 0, Fate.MISSING)])
    with pytest.raises(StateError):
        await request_retry(store, job, (Fate.MISSING,))
    assert await close_job(store, await get_job(store, job), JobState.COMPLETED) is not None
    with pytest.raises(StateError):
        await request_retry(store, job, (Fate.SAVED,))

    for chosen, reason, moved in (((Fate.MISSING,), "other", 0), ((Fate.MISSING, Fate.DEAD), "why", 4)):
        retry = await request_retry(store, job, chosen, reason)
        assert await reopen_for_retry(store, retry) == moved
        assert await reopen_for_retry(store, retry) == 0  # as after a crash: nothing is moved twice
        if not moved:
            await update_job(store, retry, {"state": "running"})
            assert await close_job(store, await get_job(store, job), JobState.COMPLETED) is not None

    assert await open_task_ids(store, job) == {one.id, two.id}
    reopened = await get_open_task(store, one.id)
    assert reopened is not None
    assert (reopened.publication, reopened.done) == (2, frozenset({0}))
    kept = expand_all(await documents(store, c.OUTCOME_SUPERSEDED))
    assert sorted(o["fate"] for o in kept) == ["dead", "dead", "missing", "missing"]
    assert (await count_ledger(store, job)).counts()["saved"] == 2
    await settle(store, [part_of(one, 1, attempt=3), part_of(two, 0, attempt=3)])
    ledger = await count_ledger(store, job)
    assert (ledger.saved, ledger.balanced) == (6, True)


async def test_a_job_that_cannot_be_planned_fails_with_a_ledger_that_adds_up(store: Store) -> None:
    job = new_job_id()
    await insert_job(store, job, SPEC)
    await give_up_job(store, job, "Nothing matches.")
    found = await get_job(store, job)
    assert (found["state"], found["error"], "open" in found) == ("failed", "Nothing matches.", False)

    job, (task,) = await planned_job(store, (2, 1))
    await give_up_job(store, job, "Day 17 cannot be read.")
    found = await get_job(store, job)
    assert (found["state"], found["attempt"]) == ("cancelling", 2)
    assert await close_job(store, found, JobState.FAILED) is None
    open_task = await get_open_task(store, task.id)
    assert open_task is not None
    await settle_rest(store, [open_task], 2, Fate.CANCELLED, "job_failed", found["error"])
    ledger = await close_job(store, found, JobState.FAILED)
    assert ledger is not None
    assert ledger.cancelled == 2
    assert (await get_job(store, job))["error"] == "Day 17 cannot be read."


async def test_a_dead_letter_is_kept_once_and_fails_what_has_no_outcome(store: Store) -> None:
    job, (task,) = await planned_job(store, (4, 2))
    await settle(store, [replace(part_of(task, 1), windows=part_of(task, 1).windows[:1])])
    about = {"job": job, "task": task.id, "attempt": 1, "subject": "s", "headers": {}, "body": b"\xff",
             "deliveries": 3, "reason": "no"}  # fmt: skip
    for _ in range(2):
        await bury_message(store, identity="x", part=1, stage="SEIS_WINDOW", **about)  # type: ignore[arg-type]
    (letter,) = await documents(store, c.DEAD_LETTER)
    age = datetime.now(UTC) - letter["buried"].replace(tzinfo=UTC)  # the server removes it when this is 90 days
    assert timedelta(seconds=-1) < age < timedelta(minutes=1)
    indexes = (await store[c.DEAD_LETTER].index_information()).values()
    assert [index["expireAfterSeconds"] for index in indexes if "expireAfterSeconds" in index] == [90 * 86_400]
    ledger = await count_ledger(store, job)
    assert (ledger.saved, ledger.failed) == (1, 1)
    assert (await get_job(store, job))["counts"]["failed"] == 1
    await bury_message(store, identity="y", part=0, stage="SEIS_FETCH", **about)  # type: ignore[arg-type]
    failed = [o for o in expand_all(await documents(store, c.OUTCOME)) if o["fate"] == "failed"]
    assert sorted(o["refs"] for o in failed) == [["x"], ["y"], ["y"]]
    assert (await count_ledger(store, job)).balanced


async def test_counters_add_up_from_many_writers(store: Store) -> None:
    job, _ = await planned_job(store, (1, 1))
    await asyncio.gather(*(add_counts(store, job, {"saved": 2, "dead": 1}, 5) for _ in range(20)))
    found = await get_job(store, job)
    assert (found["counts"]["saved"], found["counts"]["dead"], found["stored_bytes"]) == (40, 20, 100)


async def test_a_lease_has_one_holder_and_a_token_that_grows(store: Store) -> None:
    tokens = await asyncio.gather(*(acquire(store, "r", f"h{n}", 60) for n in range(5)))
    (holder,) = (f"h{n}" for n, token in enumerate(tokens) if token is not None)
    (token,) = (token for token in tokens if token is not None)
    assert await acquire(store, "r", holder, 0.05) == token
    await release(store, "r", "somebody else")
    await asyncio.sleep(0.06)  # the lease runs out
    assert await acquire(store, "r", "next", 60) == token + 1
    assert await acquire(store, "r", holder, 60) is None
    await release(store, "r", "next")
    again = await acquire(store, "r", holder, 60)
    assert again is not None
    assert again > token + 1


async def test_saved_windows_whose_logs_say_the_same_have_one_and_each_finds_its_own(store: Store) -> None:
    """Also when some of the windows turn out to be settled already, so that a run begins elsewhere."""
    job, (task,) = await planned_job(store, (60, 1))

    def logged(chosen: range) -> Settlement:
        found = []
        for number in chosen:
            window = task.windows[number]
            piece, log = ObjectId(document_id(window.id, "0")), ObjectId(document_id(window.id, "elog"))
            said = {"logdata": [{"error_message": "early" if number < 40 else "late"}], "wf_TimeSeries_id": piece}
            waveform = {"_id": piece, "job": job, "starttime": window.start_ns / 1e9, "npts": 1, "elog_id": log}
            common = {"job": job, "window": window.id, "attempt": 1}
            found.append(SettledWindow(window, Fate.SAVED, pieces=1, documents=[
                (c.WF_TIMESERIES, {**waveform, **common}), (c.ELOG, {"_id": log, **said, **common}),
            ]))  # fmt: skip
        return Settlement(job, task.id, 1, 0, 1, found)

    await settle(store, [logged(range(10))])
    await settle(store, [logged(range(60))])
    kept = await documents(store, c.ELOG)
    assert sorted(log["count"] for log in kept) == [10, 20, 30]
    pairs = [pair async for pairs in logged_batches(store, WaveformFilter(job=job)) for pair in pairs]
    assert [log[0]["error_message"] for _, log in pairs] == ["early"] * 40 + ["late"] * 20
    rows, following = [], ""
    while following or not rows:
        page = await logs(store, job, PageRequest(7, following))
        rows += [(row["window"], row["wf_TimeSeries_id"]) for row in page.documents]
        following = page.next_token
    waveforms = await documents(store, c.WF_TIMESERIES)
    assert sorted(rows) == sorted((found["window"], found["_id"]) for found in waveforms)


async def test_no_server_is_unavailable_in_a_sentence() -> None:
    with pytest.raises(UnavailableError, match=r"No MongoDB server answers at 127\.0\.0\.1:9") as caught:
        await Store.connect("mongodb://127.0.0.1:9", "x", timeout=0.5)
    assert caught.value.hop == "MongoDB"


async def test_dead_tiles_are_few_documents_and_a_retry_takes_single_windows(store: Store) -> None:
    job, (task,) = await planned_job(store, (40, 1))
    half = [
        SettledWindow(window, Fate.DEAD, "no_data" if n < 30 else "gap", "Nothing.", grave={
            "job": job, "window": window.id, "reason": "no_data" if n < 30 else "gap", "start_ns": window.start_ns,
            "length_ns": HOUR_NS, "logdata": [], "tombstone": {"endtime": window.end_ns / 1e9},
        })
        for n, window in enumerate(task.windows)
    ]  # fmt: skip
    await settle(store, [Settlement(job, task.id, 1, 0, 1, half)])
    assert sorted(d["count"] for d in await documents(store, c.CEMETERY)) == [10, 30]
    assert len(await documents(store, c.OUTCOME)) == 1
    assert await close_job(store, await get_job(store, job), JobState.COMPLETED) is not None
    retry = await request_retry(store, job, (Fate.DEAD,), "gap")
    assert await reopen_for_retry(store, retry) == 10
    found = await summary(store, await get_job(store, job))
    assert found.reasons == {("dead", "no_data"): 30}
    (told,) = reason_messages(found)
    assert (told.windows, told.example) == (30, f"{task.windows[0].channel}: Nothing.")
    # the whole task comes again, twice; the thirty keep their first outcome
    await settle(store, [part_of(task, 0, attempt=2), part_of(task, 0, attempt=2)])
    assert [len(expand_all([d])) for d in await documents(store, c.OUTCOME)] == [30, 10]
    ledger = await count_ledger(store, job)
    assert (ledger.dead, ledger.saved, ledger.balanced) == (30, 10, True)
    assert await open_task_ids(store, job) == set()
    await update_job(store, await get_job(store, job), {"state": "running"})
    assert await fold(store, await get_job(store, job))
    assert (await summary(store, await get_job(store, job))).reasons == {("dead", "no_data"): 30, ("saved", ""): 10}


async def test_tasks_and_outcomes_of_an_older_version_go_on(store: Store) -> None:
    """Its windows are a list, its outcomes a document a window: half settled before the upgrade, half after."""
    job, (task,) = await planned_job(store, (4, 1))
    windows = [
        {"id": w.id, "channel": str(w.channel), "start_ns": w.start_ns, "end_ns": w.end_ns, "inclusive_end": True,
         "event": ""}
        for w in task.windows
    ]  # fmt: skip
    await store[c.TASK].update_one({"_id": task.id}, {"$set": {"windows": windows}, "$unset": {"count": ""}})
    await store[c.JOB].update_one({"_id": job}, {"$unset": {"summed": ""}})
    await store[c.OUTCOME].insert_many(
        {**{k: v for k, v in w.items() if k not in ("id", "inclusive_end")}, "_id": w["id"], "job": job,
         "task": task.id, "part": 0, "attempt": 1, "fate": "dead", "reason": "gap", "detail": "", "refs": []}
        for w in windows[:2]
    )  # fmt: skip
    assert await get_open_task(store, task.id) is not None
    result = await settle(store, [part_of(task, 0)])
    assert result.fates[job] == {"saved": 2}
    ledger = await count_ledger(store, job)
    assert (ledger.planned, ledger.dead, ledger.saved) == (4, 2, 2)
    document = await get_job(store, job)
    assert (await summary(store, document)).reasons == {("dead", "gap"): 2, ("saved", ""): 2}
    page = await outcomes(store, document, OutcomeFilter(), PageRequest())
    assert {o["_id"] for o in page.documents} == {w.id for w in task.windows}
    assert await close_job(store, document, JobState.COMPLETED) is not None
    assert (await summary(store, await get_job(store, job))).reasons == {("dead", "gap"): 2, ("saved", ""): 2}
    retry = await request_retry(store, job, (Fate.DEAD,))
    assert await reopen_for_retry(store, retry) == 2
    await settle(store, [part_of(task, 0, attempt=2)])
    assert (await count_ledger(store, job)).saved == 4
