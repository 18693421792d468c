"""Full streams, a full disk, servers away: services hold and say why, go on by themselves, and lose nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psutil
import pytest

from seisbus.client import Job
from seisbus.local import ServiceName
from seisbus.local.stack import LocalStack
from support.chaos import (
    JOB,
    End,
    bus_of,
    impatient_system,
    paused,
    settled_end,
    small_archive,
    status_of,
    until_holding,
    until_running,
)
from support.system import System
from support.waiting import eventually

pytestmark = pytest.mark.long


# Each work stream behind the fetcher takes a quarter of it: less than the records of the job, more than any message.
_STORE_BYTES = 3_000_000


@pytest.fixture(scope="module")
async def cramped(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    """A stack whose streams are small."""
    archive = small_archive(tmp_path_factory.mktemp("archive"))
    environment = {"SEISBUS_JETSTREAM_BYTES": str(_STORE_BYTES), "SEISBUS_CONCURRENCY": "2"}
    async with impatient_system(tmp_path_factory.mktemp("full"), archive, environment=environment) as system:
        yield system


@pytest.fixture(scope="module")
async def undisturbed(cramped: System) -> End:
    return await settled_end(cramped, await cramped.run(JOB))


async def test_full_streams_hold_everybody_before_them_and_nothing_is_lost(cramped: System, undisturbed: End) -> None:
    async with paused(cramped.stack, "writer"):
        job = await cramped.client.submit(JOB)
        await until_holding(cramped.stack, "windower", "stream is full")
        assert (await status_of(cramped.stack, "windower")).in_progress > 0
    done = await ended(cramped, job)
    await until_running(cramped.stack, "fetcher", "windower", "writer")
    assert await settled_end(cramped, done) == undisturbed


@pytest.mark.skipif(not hasattr(psutil, "RLIMIT_FSIZE"), reason="limits of another process are Linux's")
async def test_a_writer_whose_disk_takes_no_more_bytes_holds_until_it_does(cramped: System, undisturbed: End) -> None:
    await cramped.run(JOB)  # the process has its modules and files open
    (pid,) = (s.pid for s in cramped.stack.services() if s.service is ServiceName.WRITER)
    writer = psutil.Process(pid)
    before = writer.rlimit(psutil.RLIMIT_FSIZE)
    writer.rlimit(psutil.RLIMIT_FSIZE, (0, before[1]))  # no file of it grows: EFBIG, as ENOSPC on a full disk
    try:
        job = await cramped.client.submit(JOB)
        await until_holding(cramped.stack, "writer", "cannot be written")
        assert not (await cramped.client.job(job.id)).state.closed
    finally:
        writer.rlimit(psutil.RLIMIT_FSIZE, before)
    done = await ended(cramped, job)
    await until_running(cramped.stack, "writer")
    assert psutil.pid_exists(writer.pid)
    assert await settled_end(cramped, done) == undisturbed


async def test_s3_away_holds_the_fetcher(cramped: System, undisturbed: End) -> None:
    await cramped.stack.hold_server("s3")
    job = await cramped.client.submit(JOB)
    await until_holding(cramped.stack, "fetcher", "cannot be read")
    await cramped.stack.restart_server("s3")
    done = await ended(cramped, job)
    await until_running(cramped.stack, "fetcher")
    assert await settled_end(cramped, done) == undisturbed


async def test_mongodb_away_holds_the_writer(cramped: System, undisturbed: End) -> None:
    async with paused(cramped.stack, "writer"):
        job = await cramped.client.submit(JOB)
        await waiting(cramped.stack, job, "SEIS_WRITE")
        await cramped.stack.hold_server("mongodb")
    await until_holding(cramped.stack, "writer", "MongoDB")
    await cramped.stack.restart_server("mongodb")
    done = await ended(cramped, job)
    await until_running(cramped.stack, "writer", "indexer")
    assert await settled_end(cramped, done) == undisturbed


async def test_nats_away_holds_all_of_them(cramped: System, undisturbed: End) -> None:
    async with paused(cramped.stack, "windower"):
        job = await cramped.client.submit(JOB)
        await waiting(cramped.stack, job, "SEIS_WINDOW")
    await cramped.stack.hold_server("nats")
    for service in ("indexer", "fetcher", "windower", "writer"):
        await until_holding(cramped.stack, service, "NATS")
    await cramped.stack.restart_server("nats")
    done = await ended(cramped, job)
    await until_running(cramped.stack, "indexer", "fetcher", "windower", "writer")
    assert await settled_end(cramped, done) == undisturbed


async def waiting(stack: LocalStack, job: Job, stream: str) -> None:
    """Wait until messages of the job wait in a stream."""
    async with bus_of(stack) as bus:

        async def some() -> bool:
            return (await bus.pending(job.id))[stream] > 2

        await eventually(some)


async def ended(system: System, job: Job) -> Job:
    """The job, completed with a ledger that adds up."""
    done = await system.client.wait(job.id)
    assert (done.state, done.ledger.balanced) == ("completed", True), (done.error, done.notes)
    return done
