"""Kill processes of a local stack at random, digest a job's stored data, and measure times without answers."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import os
import random
import signal
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pymongo

from seisbus.client import AsyncClient, ClientError, Job
from seisbus.local.stack import LocalStack
from support.chaos import status_of, until_empty
from support.system import System
from support.waiting import eventually
from system.plain_reader import outcomes, windows

_SERVERS = ("nats", "mongodb", "s3")
_SLICE_NS = 600 * 10**9  # documents of a job that are read at once


def kill(stack: LocalStack, name: str, index: int = 0) -> bool:
    """Kill (SIGKILL) a process of a service, or a server; the stack starts it again. Returns whether one was
    running."""
    if name not in _SERVERS:
        return stack.kill(name, index) is not None
    try:
        os.kill(stack.servers.server(name).handle.pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def victims(stack: LocalStack, chance: random.Random, count: int) -> list[tuple[str, int]]:
    """What to kill, in order: each process once, as far as `count` allows, then at random."""
    everything = [*[(str(status.service), status.index) for status in stack.services()], *[(s, 0) for s in _SERVERS]]
    order = chance.sample(everything, min(count, len(everything)))
    order += chance.choices(everything, k=count - len(order))
    chance.shuffle(order)
    return order


async def until_all_answer(stack: LocalStack) -> None:
    """Wait until every service is back and control has the database."""

    async def all_answer() -> bool:
        return all([await status_of(stack, status.service, status.index) for status in stack.services()])

    async def jobs_come() -> bool:
        with contextlib.suppress(ClientError):
            async with AsyncClient(stack.control_address) as client:
                await client.jobs(1)
                return True
        return False

    await eventually(all_answer, 120)
    await eventually(jobs_come, 120)


async def run_under_kills(system: System, job: Mapping[str, Any], chance: random.Random, count: int) -> tuple[Job, int]:
    """Run a job under `count` kills, which are spread over the first 60 % of its settled windows. Returns the closed
    job, and how many kills came after it was closed."""
    estimate = await system.client.estimate(job)
    due = sorted(chance.uniform(0, 0.6 * estimate.windows) for _ in range(count))
    order = victims(system.stack, chance, count)
    submitted = await system.client.submit(job)
    late = 0
    async for progress in system.client.watch(submitted.id):
        while due and progress.ledger.settled >= due[0]:
            due.pop(0)
            late += progress.state.closed
            # it may still be down from an earlier kill
            await eventually(partial(kill, system.stack, *order.pop()), 120)
    assert not due
    await until_all_answer(system.stack)
    return await system.client.wait(submitted.id), late


@dataclass
class Silence:
    """What a prober saw: the number of calls, and the longest time in seconds that one waited for an answer or an
    error."""

    calls: int = 0
    refused: int = 0
    longest: float = 0.0


@contextlib.asynccontextmanager
async def probed(stack: LocalStack) -> AsyncIterator[Silence]:
    """During the block, ask for the jobs every second without waiting for the call before, as many users would."""
    seen = Silence()
    started: dict[asyncio.Task[None], float] = {}

    async def ask(client: AsyncClient) -> None:
        begun = time.monotonic()
        try:
            await client.jobs(10)
        except ClientError:
            seen.refused += 1
        finally:  # a call that never came back counts with its time so far
            seen.calls += 1
            seen.longest = max(seen.longest, time.monotonic() - begun)

    async def probe(client: AsyncClient) -> None:
        while True:
            task = asyncio.create_task(ask(client))
            started[task] = time.monotonic()
            task.add_done_callback(lambda done: failures.append(done) if _failed(done) else None)
            task.add_done_callback(lambda done: started.pop(done, None))
            await asyncio.sleep(1)

    failures: list[asyncio.Task[None]] = []
    async with AsyncClient(stack.control_address) as client:
        probing = asyncio.create_task(probe(client))
        try:
            yield seen
        finally:
            probing.cancel()
            for task in tuple(started):
                task.cancel()
            await asyncio.gather(probing, *started, return_exceptions=True)
    for task in failures:
        task.result()


def _failed(task: asyncio.Task[None]) -> bool:
    return not task.cancelled() and task.exception() is not None


@dataclass(frozen=True)
class Digest:
    """How a job's windows ended: the number of each fate, and a hash over fate, reason and stored bytes of each."""

    fates: Counter[str] = field(default_factory=Counter)
    sha256: str = ""


async def checked_digest(system: System, job: Job) -> Digest:
    """The digest of a completed job, after its last message on the bus is gone. Checks that its ledger and documents
    add up."""
    assert (job.state, job.ledger.balanced) == ("completed", True), (job.error, job.notes)
    await until_empty(system.stack, job.id, 120)
    found = await asyncio.to_thread(_digest, system.stack.environment, job.id)
    counts = {fate: count for fate, count in job.ledger.counts().items() if fate != "planned"}
    assert counts == {fate: found.fates[fate] for fate in counts}
    assert job.ledger.planned == found.fates.total()
    assert await system.client.dead_letters(job.id) == []
    return found


def _digest(environment: Mapping[str, str], job: str) -> Digest:
    """Read documents as docs/reference/storage.md describes them, and the files' bytes. Check that every planned window
    has one outcome, and that each piece exists once."""
    scope = {"_id": {"$gte": f"{job}.", "$lt": f"{job}/"}}
    with pymongo.MongoClient[dict[str, Any]](environment["SEISBUS_MONGODB_URI"], timeoutMS=120_000) as mongo:
        database = mongo[environment["SEISBUS_DATABASE"]]
        planned = [w["id"] for task in database["task"].find(scope) for w in windows(job, task["windows"])]
        ended = [outcome for document in database["outcome"].find(scope) for outcome in outcomes(document)]
        pieces = defaultdict(list)
        # while the embedded server reads an answer, all others wait, so answers are kept short
        starts = sorted({outcome["start_ns"] // _SLICE_NS for outcome in ended})
        edges = [None, *((number * _SLICE_NS) / 1e9 for number in starts[1:]), None]
        for low, high in itertools.pairwise(edges):
            bounds = ({} if low is None else {"$gte": low}) | ({} if high is None else {"$lt": high})
            where = {"job": job} | ({"starttime": bounds} if bounds else {})
            for document in (d for name in ("wf_TimeSeries", "wf_Seismogram") for d in database[name].find(where)):
                pieces[document["window"]].append((document["piece"], document["npts"], document["t0_ns"], document))
    assert len(set(planned)) == len(planned)
    assert sorted(planned) == sorted(outcome["_id"] for outcome in ended)
    files: dict[Path, bytes] = {}
    lines = []
    for outcome in ended:
        found = sorted(pieces.pop(outcome["_id"], []), key=lambda piece: int(piece[0]))
        assert [piece[0] for piece in found] == list(range(len(outcome["refs"]) if outcome["fate"] == "saved" else 0))
        stored = [(npts, t0, _sha256(files, document)) for _, npts, t0, document in found]
        where = (outcome["channel"], outcome["start_ns"], outcome["end_ns"], outcome["event"])
        lines.append(repr((where, outcome["fate"], outcome["reason"], stored)))
    assert not pieces, "waveforms of windows that are not saved"
    fates = Counter(outcome["fate"] for outcome in ended)
    return Digest(fates, hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest())


def _sha256(files: dict[Path, bytes], document: Mapping[str, Any]) -> str:
    path = Path(document["dir"], document["dfile"])
    if path not in files:
        files[path] = path.read_bytes()
    first = document["foff"]
    # the document of a raw file has no byte count, but its samples are float64
    count = document.get("nbytes") or 8 * document["npts"]
    data = files[path][first : first + count]
    assert len(data) == count
    return hashlib.sha256(data).hexdigest()
