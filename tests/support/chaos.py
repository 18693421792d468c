"""Support for tests that kill processes, stop servers or fill disks: a small archive, a stack with short timeouts,
comparisons.

A disturbed job is compared window by window with an undisturbed job of the same specification: fate, reason, and the
hash of each piece's samples, which a process without Seisbus reads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc

from seis.control.v1 import control_pb2 as pb
from seis.control.v1 import control_pb2_grpc
from seisbus.bus import Bus
from seisbus.client import AsyncClient, Job
from seisbus.local import Patience, ServiceName
from seisbus.local.stack import LocalStack, local_stack
from seisbus.testing.make import make_archive
from seisbus.testing.spec import ArchiveSpec, Defect, RateShare
from support.stored import PlainJob
from support.system import System
from support.waiting import eventually

# 3.5 h per day; one window of all of it at 100 Hz is 10 MB as float64, too large to travel inline
SMALL = ArchiveSpec(
    channels=12,
    hours=(4.5, 8.0),
    mix=(RateShare(1, "L", 0.25), RateShare(40, "B", 0.5), RateShare(100, "H", 0.25)),
    defects=(Defect.GAP_INSIDE, Defect.MISSING),
    event_traces=6,
    real=False,
)
# Two spans per channel: the hour after an earthquake, and ten minutes for which the archive has no data.
HOUR = {"start": "2011-03-11T05:48:03.2Z", "end": "2011-03-11T06:48:03.2Z"}
NIGHT = {"start": "2011-03-11T01:00:00Z", "end": "2011-03-11T01:10:00Z"}
JOB: dict[str, Any] = {"archive": "local", "windows": {"absolute": [HOUR, NIGHT]}}
# The messages of a crashed worker are delivered again after two seconds instead of thirty.
_IMPATIENT = {"SEISBUS_ACK_WAIT_SECONDS": "2", "SEISBUS_LEASE_SECONDS": "3", "SEISBUS_RECONCILE_SECONDS": "1"}

_CONSUMERS = {"indexer": "plan", "fetcher": "fetch-", "windower": "window-", "writer": "write-"}


def small_archive(root: Path, **changes: Any) -> Path:
    """Make the archive `SMALL`, with changes by field, below `root`; it is the archive `local`."""
    make_archive(root, replace(SMALL, **changes))
    return root


@asynccontextmanager
async def impatient_system(
    folder: Path,
    archive: Path,
    *,
    environment: Mapping[str, str] | None = None,
    replicas: Mapping[str, int] | None = None,
    patience: Patience | None = None,
) -> AsyncIterator[System]:
    """A stack over `archive` with short timeouts, its index synced, and a client."""
    async with (
        local_stack(
            folder,
            s3_root=archive,
            extra_env={**_IMPATIENT, **(environment or {})},
            replicas=replicas,
            patience=patience,
        ) as stack,
        AsyncClient(stack.control_address) as client,
    ):
        system = System(stack, client, archive)
        await system.sync("local")
        yield system


@asynccontextmanager
async def bus_of(stack: LocalStack) -> AsyncIterator[Bus]:
    """A connection to a stack's bus."""
    async with await Bus.connect(stack.servers.nats.url, name="test") as bus:
        yield bus


async def status_of(stack: LocalStack, service: str, index: int = 0) -> pb.GetStatusResponse:
    """The status of one process of a service; AssertionError while it is down, so that `eventually` tries again."""
    (address,) = (s.health_address for s in stack.services() if (s.service, s.index) == (ServiceName(service), index))
    async with grpc.aio.insecure_channel(address) as channel:
        stub = control_pb2_grpc.WorkerServiceStub(channel)
        try:
            return await stub.GetStatus(pb.GetStatusRequest(), timeout=5)
        except grpc.aio.AioRpcError as error:
            raise AssertionError(f"{service} does not answer: {error.code().name}") from None


@asynccontextmanager
async def paused(stack: LocalStack, service: str) -> AsyncIterator[None]:
    """Inside the block a service takes no work, not even messages that it requested before."""
    (address,) = (s.health_address for s in stack.services() if s.service is ServiceName(service))
    async with grpc.aio.insecure_channel(address) as channel:
        stub = control_pb2_grpc.WorkerServiceStub(channel)
        await stub.Pause(pb.PauseRequest(), timeout=5)
        try:
            async with bus_of(stack) as bus:

                async def asks_no_more() -> bool:
                    lag = await bus.consumer_lag()
                    return not any(
                        asking for name, (_, _, asking) in lag.items() if name.startswith(_CONSUMERS[service])
                    )

                await eventually(asks_no_more)
            yield
        finally:
            await stub.Resume(pb.ResumeRequest(), timeout=5)


async def until_holding(stack: LocalStack, service: str, reason: str, timeout: float = 60) -> None:
    """Wait until a service says that it holds, and that `reason` is why."""

    async def holds() -> bool:
        status = await status_of(stack, service)
        assert (status.state, reason in status.holding_for) == ("holding", True), status
        return True

    await eventually(holds, timeout)


async def until_running(stack: LocalStack, *services: str, timeout: float = 60) -> None:
    """Wait until services do not hold any more."""

    async def run() -> bool:
        for service in services:
            status = await status_of(stack, service)
            assert (status.state, status.holding_for) == ("running", ""), status
        return True

    await eventually(run, timeout)


async def until_empty(stack: LocalStack, job: str, timeout: float = 60) -> None:
    """Wait until no message and no claim of a job is on the bus, redeliveries included."""
    async with bus_of(stack) as bus:

        async def empty() -> bool:
            assert sum((await bus.pending(job)).values()) == 0
            return not await bus.claims(job)

        await eventually(empty, timeout)


End = dict[tuple[str, int, int, str], tuple[str, str, tuple[tuple[int, str, float], ...]]]


def end_of(found: PlainJob) -> End:
    """How each window ended: fate and reason, and for each piece its length, the hash of its samples and its start.

    No document exists twice: pieces have different numbers, and there is at most one log and one grave per window.
    """
    for documents in (found.logs, found.buried):
        windows = [document["window"] for document in documents]
        assert len(windows) == len(set(windows))
    end: End = {}
    for outcome in found.outcomes:
        pieces = found.pieces_of(outcome["_id"])
        assert [piece.document["piece"] for piece in pieces] == list(range(len(pieces)))
        identity = (outcome["channel"], outcome["start_ns"], outcome["end_ns"], outcome["event"])
        assert identity not in end
        ends = tuple((piece.npts, piece.sha256, piece.document["starttime"]) for piece in pieces)
        end[identity] = (outcome["fate"], outcome["reason"], ends)
    return end


async def settled_end(system: System, job: Job) -> End:
    """How a closed job's windows ended, after its last message on the bus is gone, so that nothing can change any
    more."""
    await until_empty(system.stack, job.id)
    return end_of(await system.stored(await system.client.job(job.id)))
