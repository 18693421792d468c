"""SIGTERM under load: what runs is finished and acknowledged, the rest goes to others at once, nothing takes too long.

Exact by counting: a stage's processes together must have finished every message of its stream once, no fewer (lost)
and no more (a finished one that came again). A strike counts when the service itself says that it began its drain with
at least ten messages in hand.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import nats
import psutil
import pytest
from nats.js.api import ConsumerInfo, StreamState

from seis.control.v1 import control_pb2 as pb
from seis.control.v1 import control_pb2_grpc
from seisbus.client import AsyncClient, Job
from seisbus.local.stack import LocalStack, local_stack
from support.waiting import eventually

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

_TIMES = 20
_DRAIN_SECONDS = 10.0
# What a supervisor grants (compose: drain and 20 s, Kubernetes: drain and 30 s); this is stricter.
_GRACE_SECONDS = _DRAIN_SECONDS + 5
_IN_FLIGHT = 10
_STREAMS = {"indexer": "SEIS_PLAN", "fetcher": "SEIS_FETCH", "windower": "SEIS_WINDOW", "writer": "SEIS_WRITE"}
_CONSUMERS = {"indexer": "plan", "fetcher": "fetch-local", "windower": "window-cut", "writer": "write-store"}
# Jobs of a load: a plan message is a whole job, the 40 tasks of one travel in 14 bundles, and a writer takes a job's
# messages in one batch.
_JOBS = {"indexer": 24, "fetcher": 3, "windower": 3, "writer": 4}


@pytest.fixture(scope="module")
async def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bucket with a day of 40 channels."""
    root = tmp_path_factory.mktemp("archive")
    make = ["archive", "make", "--root", str(root), "--preset", "demo", "--channels", "40", "--defects", "none"]
    command = [sys.executable, "-m", "seisbus.cli", *make]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    return root


@asynccontextmanager
async def running(folder: Path, archive: Path) -> AsyncIterator[tuple[LocalStack, AsyncClient]]:
    environment = {"SEISBUS_CONCURRENCY": "16", "SEISBUS_DRAIN_SECONDS": str(_DRAIN_SECONDS)}
    async with (
        local_stack(folder, s3_root=archive, extra_env=environment) as stack,
        AsyncClient(stack.control_address) as client,
    ):
        assert (await client.wait((await client.sync_index("local")).id)).state == "completed"
        yield stack, client


def job(number: int, channels: str = "*", *, steps: bool = False) -> dict[str, Any]:
    """An hour of the day, another one each time; with `steps` it takes the windower longer."""
    start = f"2011-03-11T{number % 20:02d}:00:00"
    end = f"2011-03-11T{number % 20 + 1:02d}:00:00"
    windows = {"absolute": [{"start": start, "end": end}]}
    made = {"name": f"load {number}", "archive": "local", "select": {"chan": channels}, "windows": windows}
    return {**made, "steps": [{"filter": {"type": "lowpass", "freq": 1.0}}]} if steps else made


async def surface(stack: LocalStack, service: str, call: str) -> Any:
    """A call of a service's control surface."""
    (address,) = stack.state().health[service]
    requests = {"GetStatus": pb.GetStatusRequest, "Pause": pb.PauseRequest, "Resume": pb.ResumeRequest}
    async with grpc.aio.insecure_channel(address) as channel:
        stub = control_pb2_grpc.WorkerServiceStub(channel)
        return await getattr(stub, call)(requests[call](), wait_for_ready=True, timeout=30)


async def submit_surely(stack: LocalStack, spec: dict[str, Any]) -> str:
    """The id of a job, asked for under one request id until there is an answer."""
    request = pb.SubmitJobRequest(spec=json.dumps(spec), request_id=str(uuid.uuid4()))
    async with grpc.aio.insecure_channel(stack.control_address) as channel:
        stub = control_pb2_grpc.ControlServiceStub(channel)
        while True:
            try:
                response = await stub.SubmitJob(request, wait_for_ready=True, timeout=60)
            except grpc.aio.AioRpcError as error:
                assert error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED), error
                await asyncio.sleep(0.1)
            else:
                return str(response.job.name.rpartition("/")[2])


async def follow(client: AsyncClient, identity: str, number: int, watching: set[int]) -> Job:
    """A job once it is closed; adds `number` to `watching` when the first progress came."""
    async for _ in client.watch(identity):
        watching.add(number)
    return await client.job(identity)


async def consumer(stack: LocalStack, service: str) -> ConsumerInfo:
    async with await nats.connect(stack.servers.nats.url) as connection:
        return await connection.jetstream().consumer_info(_STREAMS[service], _CONSUMERS[service])


async def stream(stack: LocalStack, service: str) -> StreamState:
    async with await nats.connect(stack.servers.nats.url) as connection:
        return (await connection.jetstream().stream_info(_STREAMS[service])).state


async def busy(stack: LocalStack, service: str) -> None:
    """Returns when a service has ten messages in hand, or had work and has no more."""
    (address,) = stack.state().health[service]
    async with grpc.aio.insecure_channel(address) as channel, asyncio.timeout(20):
        stub = control_pb2_grpc.WorkerServiceStub(channel)
        before = (await stub.GetStatus(pb.GetStatusRequest())).done
        while True:
            status = await stub.GetStatus(pb.GetStatusRequest())
            if status.in_progress >= _IN_FLIGHT or (status.done > before and not status.in_progress):
                return


async def leaves_in_time(stack: LocalStack, service: str) -> None:
    """SIGTERM, and the process is gone within its grace period."""
    (status,) = [status for status in stack.services() if status.service == service]
    assert status.pid is not None
    began = time.monotonic()
    os.kill(status.pid, signal.SIGTERM)
    await eventually(lambda: not psutil.pid_exists(status.pid or 0), timeout=_GRACE_SECONDS + 30, interval=0.02)
    assert time.monotonic() - began < _GRACE_SECONDS


async def log_of(stack: LocalStack, pattern: str) -> list[int]:
    """The numbers that lines of the stack's log say, in order."""
    return [int(found) for found in re.findall(pattern, await asyncio.to_thread(stack.log_path.read_text))]


async def held(stack: LocalStack, service: str) -> int:
    """Messages that the last drain of a service began with."""
    return (await log_of(stack, rf"{service} drains, (\d+) messages in hand"))[-1]


async def finished(stack: LocalStack, service: str) -> int:
    """Messages that all processes of a service have finished so far."""
    left = await log_of(stack, rf"{service} has left, (\d+) messages done")
    return sum(left) + int((await surface(stack, service, "GetStatus")).done)


async def strike(stack: LocalStack, client: AsyncClient, service: str, number: int) -> list[Job]:
    """One SIGTERM in the middle of a load; the jobs that were it."""
    await surface(stack, service, "Pause")

    async def asks_no_more() -> bool:  # what was asked for before the pause still comes
        return not (await consumer(stack, service)).num_waiting

    await eventually(asks_no_more, timeout=20)
    channels = "*Z" if service == "indexer" else "*"
    load = [job(number + n, channels, steps=service == "windower") for n in range(_JOBS[service])]
    jobs = await asyncio.gather(*(client.submit(one) for one in load))

    async def enough_waits() -> bool:
        return ((await consumer(stack, service)).num_pending or 0) >= 2 * _IN_FLIGHT

    await eventually(enough_waits, timeout=60)
    await asyncio.gather(surface(stack, service, "Resume"), busy(stack, service))
    await leaves_in_time(stack, service)
    return list(jobs)


@pytest.mark.parametrize("service", list(_STREAMS))
async def test_twenty_drains_lose_and_repeat_nothing(service: str, tmp_path: Path, archive: Path) -> None:
    async with running(tmp_path / "stack", archive) as (stack, client):
        load: list[Job] = []
        strikes = full = 0
        while full < _TIMES:
            load += await strike(stack, client, service, strikes)
            strikes += 1
            full += await held(stack, service) >= _IN_FLIGHT
            assert strikes <= 2 * _TIMES, f"only {full} of {strikes} drains began with {_IN_FLIGHT} messages"
        for one in load:
            done = await client.wait(one.id)
            assert done.state == "completed", done.error
            assert done.ledger.balanced
            assert done.ledger.failed == 0
        assert stack.restarts() == strikes

        async def each_once() -> bool:
            state = await stream(stack, service)
            done = await finished(stack, service)
            assert state.messages == 0
            assert done == state.last_seq
            return True

        await eventually(each_once, timeout=15)
        print(f"{service}: {strikes} drains, {full} of them full, {(await stream(stack, service)).last_seq} messages")


async def test_control_leaves_twenty_times_in_the_middle_of_calls(tmp_path: Path, archive: Path) -> None:
    async with running(tmp_path / "stack", archive) as (stack, client):
        await surface(stack, "writer", "Pause")
        watched = await client.submit(job(0))
        watching: set[int] = set()
        watchers = [asyncio.create_task(follow(client, watched.id, n, watching)) for n in range(_IN_FLIGHT)]
        await eventually(lambda: len(watching) == _IN_FLIGHT)
        submitted: list[str] = []
        for number in range(_TIMES):
            calls = [asyncio.create_task(submit_surely(stack, job(number, "*Z"))) for _ in range(_IN_FLIGHT)]
            await leaves_in_time(stack, "control")
            submitted += await asyncio.gather(*calls)
        await surface(stack, "writer", "Resume")
        for done in [*await asyncio.gather(*watchers), *[await client.wait(one) for one in submitted]]:
            assert done.state == "completed", done.error
            assert done.ledger.balanced
        kept = [one.id for one in await client.jobs(0) if one.kind == "window"]
        assert sorted(kept) == sorted([watched.id, *submitted])
        assert stack.restarts() == _TIMES
