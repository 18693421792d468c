"""SIGTERM under load: what runs is finished and acknowledged, the rest goes to others at once, nothing takes too long.

Exact by counting: a stage's processes together must have finished every message of its stream once, no fewer (lost)
and no more (a finished one that came again).
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import nats
import psutil
import pytest
from seis.control.v1 import control_pb2 as pb
from seis.control.v1 import control_pb2_grpc
from seisbus.client import AsyncClient
from seisbus.local.stack import LocalStack, local_stack
from support.waiting import eventually

pytestmark = pytest.mark.long

_DRAIN_SECONDS = 10.0
_IN_FLIGHT = 10
_STREAMS = {"indexer": "SEIS_PLAN", "fetcher": "SEIS_FETCH", "windower": "SEIS_WINDOW", "writer": "SEIS_WRITE"}
_CONSUMERS = {"indexer": "plan", "fetcher": "fetch-local", "windower": "window-cut", "writer": "write-store"}


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
    environment = {
        "SEISBUS_CONCURRENCY": "16",
        "SEISBUS_DRAIN_SECONDS": str(_DRAIN_SECONDS),
        "SEISBUS_OPEN_TASKS": "16",
    }
    async with (
        local_stack(folder, s3_root=archive, extra_env=environment) as stack,
        AsyncClient(stack.control_address) as client,
    ):
        assert (await client.wait((await client.sync_index("local")).id)).state == "completed"
        yield stack, client


def job(number: int) -> dict[str, Any]:
    """An hour of all channels; another one each time."""
    start = f"2011-03-11T{number % 20:02d}:00:00"
    end = f"2011-03-11T{number % 20 + 1:02d}:00:00"
    return {"name": f"load {number}", "archive": "local", "windows": {"absolute": [{"start": start, "end": end}]}}


async def surface(stack: LocalStack, service: str, call: str) -> Any:
    """A call of a service's control surface."""
    (address,) = stack.state().health[service]
    requests = {"GetStatus": pb.GetStatusRequest, "Pause": pb.PauseRequest, "Resume": pb.ResumeRequest}
    async with grpc.aio.insecure_channel(address) as channel:
        stub = control_pb2_grpc.WorkerServiceStub(channel)
        return await getattr(stub, call)(requests[call](), wait_for_ready=True, timeout=30)


async def strike(stack: LocalStack, client: AsyncClient, service: str, number: int) -> list[str]:
    """One SIGTERM with at least ten messages in flight; the jobs that were the load."""
    stream, consumer = _STREAMS[service], _CONSUMERS[service]
    if service == "indexer":  # planning waits for outcomes, so that its messages are long
        await surface(stack, "fetcher", "Pause")
    await surface(stack, service, "Pause")
    jobs = [(await client.submit(job(12 * number + n))).id for n in range(12 if service == "indexer" else 1)]
    connection = await nats.connect(stack.servers.nats.url)
    try:

        async def enough_waits() -> bool:
            return (await connection.jetstream().consumer_info(stream, consumer)).num_pending >= _IN_FLIGHT + 2

        await eventually(enough_waits, timeout=60)
    finally:
        await connection.close()
    (status,) = [status for status in stack.services() if status.service == service]
    assert status.pid is not None
    await surface(stack, service, "Resume")

    async def in_flight() -> bool:
        return int((await surface(stack, service, "GetStatus")).in_progress) >= _IN_FLIGHT

    await eventually(in_flight, timeout=20, interval=0.005)
    began = time.monotonic()
    os.kill(status.pid, signal.SIGTERM)
    await eventually(lambda: not psutil.pid_exists(status.pid or 0), timeout=_DRAIN_SECONDS + 10)
    assert time.monotonic() - began < _DRAIN_SECONDS + 10
    if service == "indexer":
        await surface(stack, "fetcher", "Resume")
    return jobs


async def finished(stack: LocalStack, service: str) -> int:
    """Messages that all processes of a service have finished so far."""
    left = re.findall(rf"{service} has left, (\d+) messages done", await asyncio.to_thread(stack.log_path.read_text))
    return sum(map(int, left)) + int((await surface(stack, service, "GetStatus")).done)


async def published(stack: LocalStack, stream: str) -> int:
    """Messages that a stream ever took."""
    connection = await nats.connect(stack.servers.nats.url)
    try:
        return int((await connection.jetstream().stream_info(stream)).state.last_seq)
    finally:
        await connection.close()


async def drains(folder: Path, archive: Path, service: str, times: int) -> None:
    async with running(folder, archive) as (stack, client):
        load: list[str] = []
        for number in range(times):
            load += await strike(stack, client, service, number)
        for identity in load:
            done = await client.wait(identity)
            assert done.state == "completed", done.error
            assert done.ledger.balanced
            assert done.ledger.failed == 0
        assert stack.restarts() == times

        async def each_once() -> None:
            assert await finished(stack, service) == await published(stack, _STREAMS[service])

        await eventually(lambda: _true(each_once()), timeout=15)


async def _true(check: Any) -> bool:
    await check
    return True


@pytest.mark.parametrize("service", list(_STREAMS))
async def test_a_drain_loses_and_repeats_nothing(service: str, tmp_path: Path, archive: Path) -> None:
    await drains(tmp_path / "stack", archive, service, times=2)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("service", list(_STREAMS))
async def test_twenty_drains_lose_and_repeat_nothing(service: str, tmp_path: Path, archive: Path) -> None:
    await drains(tmp_path / "stack", archive, service, times=20)


async def test_control_leaves_in_time_while_it_is_watched(tmp_path: Path, archive: Path) -> None:
    async with running(tmp_path / "stack", archive) as (stack, client):
        await surface(stack, "writer", "Pause")
        identity = (await client.submit(job(0))).id
        watchers = [asyncio.create_task(client.wait(identity)) for _ in range(_IN_FLIGHT)]
        (status,) = [status for status in stack.services() if status.service == "control"]
        began = time.monotonic()
        os.kill(status.pid or 0, signal.SIGTERM)
        await eventually(lambda: not psutil.pid_exists(status.pid or 0), timeout=_DRAIN_SECONDS + 10)
        assert time.monotonic() - began < _DRAIN_SECONDS
        await surface(stack, "writer", "Resume")
        for done in await asyncio.gather(*watchers):
            assert done.ledger.balanced
