"""Is a service process there, and what is it doing? `seisbus doctor` and operators' scripts use this."""

from __future__ import annotations

from dataclasses import dataclass

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from seis.control.v1 import control_pb2 as pb
from seis.control.v1 import control_pb2_grpc


@dataclass(frozen=True, slots=True)
class Finding:
    """One process at `address`: whether it answers and is ready, and what it says about itself.

    `state` is running, paused, draining or holding (`holding_for` says for what then); empty if it gave none.
    """

    address: str
    answers: bool
    ready: bool
    state: str = ""
    holding_for: str = ""
    in_progress: int = 0
    done: int = 0
    pid: int = 0
    cpu_seconds: float = 0.0


async def probe(address: str, timeout: float = 3.0) -> Finding:
    """Ask the health and control surface at `address` (host:port), at most `timeout` seconds; never raises."""
    async with grpc.aio.insecure_channel(address) as channel:
        try:
            health = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=timeout)
        except grpc.aio.AioRpcError:
            return Finding(address, answers=False, ready=False)
        ready = health.status == health_pb2.HealthCheckResponse.SERVING
        try:
            status = await control_pb2_grpc.WorkerServiceStub(channel).GetStatus(pb.GetStatusRequest(), timeout=timeout)
        except grpc.aio.AioRpcError:  # control itself has no WorkerService
            return Finding(address, answers=True, ready=ready)
    return Finding(
        address,
        answers=True,
        ready=ready,
        state=status.state,
        holding_for=status.holding_for,
        in_progress=status.in_progress,
        done=status.done,
        pid=status.pid,
        cpu_seconds=status.cpu_seconds,
    )
