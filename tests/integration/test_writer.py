"""The writer's committer on a real database and real files: what one message cannot do to the others."""

from __future__ import annotations

import asyncio
import resource
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from libseis.codes import Channel
from seisbus.app import ServiceContext, WriterContext
from seisbus.bus import Bus, Delivery
from seisbus.bus.codec import encode_outcomes
from seisbus.bus.tags import Tag
from seisbus.errors import UnavailableError
from seisbus.local import ServerHandle
from seisbus.model.handovers import LogLine, OutcomeBatch, Packing, Piece, Severity, WindowOutcome
from seisbus.model.ids import new_job_id, outcome_id, task_id, window_id
from seisbus.model.outcome import Fate
from seisbus.model.task import Recipe, Window
from seisbus.objects import ObjectReader
from seisbus.settings import WriterSettings
from seisbus.store import collections as c
from seisbus.store.client import Store
from seisbus.store.packing import expand_all
from seisbus.writer.commit import Committer
from seisbus.writer.files import WaveformFiles
from support.waiting import eventually

JOB = new_job_id()
_SECOND_NS = 1_000_000_000


@pytest.fixture
async def context(
    nats_server: ServerHandle, mongodb_uri: str, mongodb_database: str, tmp_path: Path
) -> AsyncIterator[WriterContext]:
    async with (
        await Bus.connect(nats_server.url, name="test") as bus,
        await Store.connect(mongodb_uri, mongodb_database) as store,
    ):
        await store.ensure_indexes()
        yield ServiceContext("writer", "boot", WriterSettings(output_root=tmp_path), bus, store, ObjectReader(), {})


@pytest.fixture
async def committer(context: WriterContext) -> AsyncIterator[Committer]:
    made = Committer(context)
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    await made.close()


@dataclass
class Message:
    """A delivery of one saved window, and what was said while it was held."""

    number: int
    log: str = ""
    part_of: int | None = None  # of the two parts of a task
    holds: list[str] = field(default_factory=list)

    @property
    def window(self) -> Window:
        channel = Channel("CI", "ADO", "", "BHZ")
        start, end = self.number * _SECOND_NS, (self.number + 1) * _SECOND_NS
        return Window(window_id(JOB, str(channel), start, end, ""), channel, start, end, True)

    @property
    def outcome(self) -> str:
        return outcome_id(task_id(JOB, 0, self.number), 0)

    def delivery(self) -> Delivery:
        data = bytes([self.number]) * 80
        piece = Piece(self.window.channel, self.window.start_ns, 10, 1, 10, Packing.FLOAT64, data)
        log = (LogLine("test", self.log, Severity.COMPLAINT),) if self.log else ()
        outcome = WindowOutcome(self.window, Fate.SAVED, pieces=(piece,), log=log)
        task, part, parts = task_id(JOB, 0, self.number), 0, 1
        if self.part_of is not None:
            task, part, parts = task_id(JOB, 0, 100), self.part_of, 2
        batch = OutcomeBatch(JOB, task, 1, part, parts, Recipe(), (outcome,))
        return Delivery(Tag(JOB, task, 1), encode_outcomes(batch), 1, self.holds.append)


async def test_a_message_that_cannot_be_stored_fails_alone(context: WriterContext, committer: Committer) -> None:
    messages = [Message(0), Message(1, log="x" * 17_000_000), Message(2)]  # a document holds 16 MB
    ends = await asyncio.gather(*(committer.commit(m.delivery()) for m in messages), return_exceptions=True)
    assert [isinstance(end, PyMongoError) for end in ends] == [False, True, False], ends
    stored = await context.store[c.WF_TIMESERIES].find({"job": JOB}).to_list()
    assert {d["window"] for d in stored} == {messages[0].window.id, messages[2].window.id}
    for document in stored:
        data = await asyncio.to_thread(Path(document["dir"], document["dfile"]).read_bytes)
        number = document["t0_ns"] // _SECOND_NS
        assert data[document["foff"] : document["foff"] + document["nbytes"]] == bytes([number]) * 80


async def test_a_full_batch_is_stored_while_the_one_before_is_settled(
    context: WriterContext, committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seisbus.writer.commit._WINDOWS", 2)
    begun, gate, transact = asyncio.Event(), asyncio.Event(), context.store.transact

    async def held(*arguments: Any) -> Any:
        begun.set()
        await gate.wait()
        return await transact(*arguments)

    def stored() -> int:
        return sum(path.stat().st_size for path in context.settings.output_root.rglob("*.f64"))

    monkeypatch.setattr(context.store, "transact", held)
    commits = [asyncio.create_task(committer.commit(Message(0).delivery()))]
    await begun.wait()
    assert stored() == 80
    commits += [asyncio.create_task(committer.commit(Message(number).delivery())) for number in (1, 2, 3)]
    await eventually(lambda: stored() == 240)  # the last waits for others to come with it
    assert not any(commit.done() for commit in commits)
    assert await context.store[c.WF_TIMESERIES].find_one({"job": JOB}) is None

    gate.set()
    await asyncio.gather(*commits)
    documents = await context.store[c.WF_TIMESERIES].find({"job": JOB}).to_list()
    assert len(documents) == 4
    for document in documents:
        data = await asyncio.to_thread(Path(document["dir"], document["dfile"]).read_bytes)
        number = document["t0_ns"] // _SECOND_NS
        assert data[document["foff"] : document["foff"] + document["nbytes"]] == bytes([number]) * 80


async def test_a_dead_writers_transaction_blocks_its_own_windows_only(
    context: WriterContext, committer: Committer
) -> None:
    locked, free = Message(0), Message(1)
    async with context.store.transaction() as session:
        await context.store[c.OUTCOME].insert_one({"_id": locked.outcome, "job": JOB}, session=session)
        waiting = asyncio.create_task(committer.commit(locked.delivery()))
        await asyncio.wait_for(committer.commit(free.delivery()), 20)
        await asyncio.wait_for(committer.commit(Message(2).delivery()), 20)
        assert not waiting.done()
        await session.abort_transaction()
    await asyncio.wait_for(waiting, 20)
    assert (locked.holds, free.holds) == ([], [])
    outcomes = expand_all(await context.store[c.OUTCOME].find({"job": JOB}).to_list())
    assert [outcome["fate"] for outcome in outcomes] == ["saved"] * 3


async def test_counters_reach_the_job(context: WriterContext, committer: Committer) -> None:
    await context.store[c.JOB].insert_one(
        {"_id": JOB, "open": True, "counts": {"saved": 0}, "stored_bytes": 0, "state": "running", "attempt": 1,
         "planned": 2, "planning_done": True}
    )  # fmt: skip
    await asyncio.gather(*(committer.commit(Message(number).delivery()) for number in (0, 1, 1)))
    await committer.flush_counts()

    async def counted() -> bool:
        found = await context.store[c.JOB].find_one({"_id": JOB})
        assert found is not None
        assert (found["counts"]["saved"], found["stored_bytes"]) == (2, 160)
        return True

    await eventually(counted)


async def test_the_end_of_a_job_is_told_without_a_wait(
    context: WriterContext, committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seisbus.writer.commit._PROGRESS_SECONDS", 3600.0)
    await context.store[c.JOB].insert_one(
        {"_id": JOB, "open": True, "counts": {"saved": 0}, "stored_bytes": 0, "state": "running", "attempt": 1,
         "planned": 9, "planning_done": True}
    )  # fmt: skip
    told: list[int] = []

    async def watch() -> None:
        async for seen in context.bus.snapshots(JOB):
            told.append(seen.saved)

    async def commit(*numbers: int) -> None:
        await asyncio.gather(*(committer.commit(Message(number).delivery()) for number in numbers))

    tasks = [asyncio.create_task(one) for one in (watch(), committer.report())]
    try:
        await commit(0)  # the first is told at once
        await eventually(lambda: told == [1])
        await commit(1)
        await commit(2)
        await commit(3)
        assert told == [1]  # they wait for the end of the interval
        for number in range(4, 9):
            await commit(number)
        await eventually(lambda: told[-1] == 9)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_end_of_a_file_whose_content_is_not_counted_yet_is_told_without_a_wait(
    context: WriterContext, committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seisbus.writer.commit._PROGRESS_SECONDS", 3600.0)
    await context.store.database[c.JOB].insert_one(
        {"_id": JOB, "open": True, "counts": {"saved": 0}, "stored_bytes": 0, "state": "running", "attempt": 1,
         "planned": 1, "planning_done": True}
    )  # fmt: skip
    task = {"_id": task_id(JOB, 0, 100), "job": JOB, "open": True, "count": 2, "template": None, "done": []}
    await context.store.database[c.TASK].insert_one({**task, "parts": [(0, 1), (1, 1)]})
    told: list[int] = []

    async def watch() -> None:
        async for seen in context.bus.snapshots(JOB):
            told.append(seen.saved)

    tasks = [asyncio.create_task(one) for one in (watch(), committer.report())]
    try:
        await committer.commit(Message(0, part_of=0).delivery())
        await eventually(lambda: told == [1])
        await committer.commit(Message(1, part_of=1).delivery())
        await eventually(lambda: told == [1, 2])
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_was_not_made_durable_is_cut_off_and_written_over(tmp_path: Path) -> None:
    files = WaveformFiles(tmp_path, "boot", 1000)
    first = await files.append(JOB, Packing.FLOAT64, b"a" * 8)
    await files.sync()
    await files.append(JOB, Packing.FLOAT64, b"b" * 100)
    path = Path(first.dir, first.dfile)
    await files.roll_back()
    assert await asyncio.to_thread(path.read_bytes) == b"a" * 8
    second = await files.append(JOB, Packing.FLOAT64, b"c" * 8)
    assert (second.dfile, second.foff) == (first.dfile, 8)
    await files.sync()
    assert await asyncio.to_thread(path.read_bytes) == b"a" * 8 + b"c" * 8
    await files.append(JOB, Packing.FLOAT64, b"d" * 1000)
    rotated = await files.append(JOB, Packing.FLOAT64, b"e")
    assert (rotated.dfile != first.dfile, rotated.foff) == (True, 0)
    await files.close()


async def test_thousands_of_pieces_are_written_in_order_and_each_stands_where_it_was_said(tmp_path: Path) -> None:
    files = WaveformFiles(tmp_path, "boot", 10_000_000)
    pieces = [bytes([number % 251]) * (number % 600) for number in range(3000)]
    for begin in (0, 1300):  # the second batch goes on where the first ended
        batch = pieces[begin : begin + 1300] if begin == 0 else pieces[begin:]
        places = [await files.append(JOB, Packing.FLOAT64, piece) for piece in batch]
        await files.sync()
        written = await asyncio.to_thread(Path(places[0].dir, places[0].dfile).read_bytes)
        assert [written[p.foff : p.foff + p.nbytes] for p in places] == batch
    await files.close()


async def test_a_batch_that_the_disk_takes_half_of_is_cut_off_and_written_once_there_is_room(tmp_path: Path) -> None:
    files = WaveformFiles(tmp_path, "boot", 10_000_000)
    first = await files.append(JOB, Packing.FLOAT64, b"a" * 100)
    await files.sync()
    path = Path(first.dir, first.dfile)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
        for _ in range(3):
            await files.append(JOB, Packing.FLOAT64, b"b" * 600)
        with pytest.raises(UnavailableError, match="cannot be written"):
            await files.sync()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    await files.roll_back()
    assert await asyncio.to_thread(path.read_bytes) == b"a" * 100
    again = await files.append(JOB, Packing.FLOAT64, b"b" * 600)
    await files.sync()
    assert (again.dfile, again.foff) == (first.dfile, 100)
    assert await asyncio.to_thread(path.read_bytes) == b"a" * 100 + b"b" * 600
    await files.close()
