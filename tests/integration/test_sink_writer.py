"""The writer on a bucket and a real database: what it waits for, what it writes anew, and what its cleaner deletes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from libseis.codes import Channel
from seisbus.app import ServiceContext, WriterContext
from seisbus.bus import Bus, Delivery
from seisbus.bus.codec import encode_outcomes
from seisbus.bus.tags import Tag
from seisbus.errors import UnavailableError
from seisbus.local import ServerHandle, embedded_servers
from seisbus.local.servers import Server
from seisbus.model.handovers import OutcomeBatch, Packing, Piece, WindowOutcome
from seisbus.model.ids import new_job_id, outcome_id, task_id, window_id
from seisbus.model.outcome import Fate
from seisbus.model.task import Recipe, Window
from seisbus.objects import Bucket, ObjectReader
from seisbus.settings import WriterSettings
from seisbus.store import collections as c
from seisbus.store.client import Store
from seisbus.store.references import jobs_to_clean
from seisbus.writer.cleaning import Cleaner
from seisbus.writer.commit import Committer
from support.waiting import eventually

DATA = bytes(range(80))


@dataclass(frozen=True, slots=True)
class Sunk:
    """A writer's context with a sink, and the server of the sink."""

    context: WriterContext
    sink: Bucket
    server: Server

    async def keys(self) -> set[str]:
        return {kept.key async for kept in self.sink.list("")}


@asynccontextmanager
async def committing(context: WriterContext) -> AsyncIterator[Committer]:
    committer = Committer(context)
    running = asyncio.create_task(committer.run())
    try:
        yield committer
    finally:
        running.cancel()
        await committer.close()


@pytest.fixture
async def sunk(
    nats_server: ServerHandle,
    mongodb_uri: str,
    mongodb_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Sunk]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    (tmp_path / "buckets" / "sink").mkdir(parents=True)
    settings = WriterSettings(output_root=tmp_path, sink_orphan_seconds=2, sink_clean_seconds=1)
    async with (
        await Bus.connect(nats_server.url, name="test") as bus,
        await Store.connect(mongodb_uri, mongodb_database) as store,
        embedded_servers(tmp_path / "s3", nats=False, mongodb=False, s3_root=tmp_path / "buckets") as servers,
        Bucket("s3://sink/here", servers.s3.url) as sink,
    ):
        await store.ensure_indexes()
        context = ServiceContext("writer", "boot", settings, bus, store, ObjectReader(), {}, sink)
        yield Sunk(context, sink, servers.server("s3"))


def delivery(job: str, number: int = 0) -> Delivery:
    """One saved window."""
    channel = Channel("CI", "ADO", "", "BHZ")
    window = Window(window_id(job, str(channel), number, number + 1, ""), channel, number, number + 1, True)
    piece = Piece(channel, number, 10, 1, 10, Packing.FLOAT64, DATA)
    task = task_id(job, 0, number)
    outcomes = (WindowOutcome(window, Fate.SAVED, pieces=(piece,)),)
    batch = OutcomeBatch(job, task, 1, 0, 1, Recipe(), outcomes)
    return Delivery(Tag(job, task, 1), encode_outcomes(batch), 1, lambda _: None)


async def assert_stored(sunk: Sunk, job: str) -> str:
    """One document, whose bytes are there; their key."""
    (document,) = await sunk.context.store[c.WF_TIMESERIES].find({"job": job}).to_list()
    key = sunk.sink.key(f"{document['dir']}/{document['dfile']}")
    assert key is not None
    assert await sunk.sink.read(key, document["foff"], document["foff"] + document["nbytes"]) == DATA
    return key


async def test_a_window_waits_for_a_sink_that_is_away(sunk: Sunk) -> None:
    job = new_job_id()
    async with committing(sunk.context) as committer:
        await sunk.server.stop()
        with pytest.raises(UnavailableError, match="cannot be written"):
            await committer.commit(delivery(job))
        assert await sunk.context.store[c.OUTCOME].count_documents({"job": job}) == 0
        await sunk.server.start()
        await committer.commit(delivery(job))
    key = await assert_stored(sunk, job)
    assert await sunk.keys() == {key}


async def test_bytes_that_may_be_taken_for_orphans_are_put_again(sunk: Sunk) -> None:
    """Another transaction holds the window for longer than objects without a document are kept."""
    job = new_job_id()
    async with committing(sunk.context) as committer:
        async with sunk.context.store.transaction() as session:
            held = outcome_id(task_id(job, 0, 0), 0)
            await sunk.context.store[c.OUTCOME].insert_one({"_id": held, "job": job}, session=session)
            with pytest.raises(UnavailableError):
                await asyncio.wait_for(committer.commit(delivery(job)), 30)
            await session.abort_transaction()
        (first,) = await sunk.keys()
        await sunk.sink.delete([first])  # as the cleaner may by now
        await asyncio.wait_for(committer.commit(delivery(job)), 30)
    assert await assert_stored(sunk, job) != first


async def test_only_old_objects_of_closed_jobs_that_no_document_names_are_deleted(sunk: Sunk) -> None:
    store, now = sunk.context.store, time.time_ns()
    closed, reopened, unknown, late = (new_job_id() for _ in range(4))
    async with committing(sunk.context) as committer:
        await committer.commit(delivery(closed))
    named = await assert_stored(sunk, closed)
    dataset = f"exports/{closed}/boot-1/mine/sac"
    await store[c.ASDF_DATASET].insert_one({"job": closed, "url": sunk.sink.url(f"{dataset}/")})
    await store[c.JOB].insert_many(
        [
            {"_id": closed, "closed_ns": now, "request_id": closed},
            {"_id": reopened, "closed_ns": 0, "request_id": reopened},
            {"_id": late, "closed_ns": now, "request_id": late},
        ]
    )
    kept = {named, f"{dataset}/a.SAC", f"{dataset}/SHA256SUMS"}
    kept |= {f"waveforms/{reopened}/w", f"waveforms/{unknown}/w"}
    orphans = {f"waveforms/{closed}/orphan", f"exports/{closed}/boot-2/mine/sac/a.SAC", f"waveforms/{late}/orphan"}
    for key in (kept | orphans) - {named}:
        await sunk.sink.put(key, b"x")
    cleaner = Cleaner(sunk.context, sunk.sink)
    assert await cleaner.clean() == 0  # too young
    assert await sunk.keys() == kept | orphans

    async def cleaned() -> bool:
        await cleaner.clean()
        assert await sunk.keys() == kept
        return True

    await eventually(cleaned)
    assert await jobs_to_clean(store, time.time_ns()) == []  # looked through, until a job is closed again
    await sunk.sink.put(f"waveforms/{late}/later", b"x")
    await store[c.JOB].update_one({"_id": late}, {"$set": {"closed_ns": time.time_ns()}})
    await eventually(cleaned)
