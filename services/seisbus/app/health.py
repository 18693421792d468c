"""The gRPC server of every service process, with grpc.health.v1 and WorkerService on one port."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Self

from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio

from seis.control.v1 import control_pb2, control_pb2_grpc

from ..bus import Worker
from ..disk_room import lack_of_room
from ..settings import ServiceSettings
from ..telemetry.hops import ARCHIVE_HOP, Hops, Wait
from .listening import access_of, grpc_server, listen

# Name for liveness probes: the process runs, even if NATS or MongoDB is away. "" is readiness.
LIVENESS: Final = "liveness"


class WorkerControl(control_pb2_grpc.WorkerServiceServicer):
    """Status, pause, resume and drain of the workers of this process."""

    def __init__(self, service: str, *, drain: Callable[[], None], hops: Hops, output: Path) -> None:
        self._hops = hops
        self._service = service
        self._output = output
        self._drain = drain
        self.workers: Sequence[Worker] = ()
        self._paused = False

    async def begin(self, workers: Sequence[Worker]) -> None:
        """Take the workers of this process before they run. A pause that was asked for during the start holds."""
        self.workers = workers
        if self._paused:
            await self._pause()

    async def _pause(self) -> None:
        await asyncio.gather(*(worker.pause() for worker in self.workers))

    async def GetStatus(self, request: Any, context: Any) -> control_pb2.GetStatusResponse:
        """Sums over the workers, with the worst state of any worker."""
        states = [worker.state.value for worker in self.workers]
        trouble = self._hops.sentence()
        if trouble:
            states.append("holding")
        rank = ("draining", "holding", "paused", "running")
        return control_pb2.GetStatusResponse(
            service=self._service,
            state=next((state for state in rank if state in states), "running"),
            holding_for=self._holding_for(trouble),
            in_progress=sum(len(worker.stats.in_progress) for worker in self.workers),
            done=sum(worker.stats.done for worker in self.workers),
            redelivered=sum(worker.stats.redelivered for worker in self.workers),
            bytes_in_flight=sum(worker.stats.bytes_in_flight for worker in self.workers),
            pid=os.getpid(),
            cpu_seconds=time.process_time(),
        )

    @property
    def busy(self) -> bool:
        """Whether a worker is working on a message."""
        return any(worker.stats.in_progress for worker in self.workers)

    def waits(self) -> list[Wait]:
        """The reason why this process waits: its servers, or else the reason of its workers.

        A reader gets it from the database, so the database works; and a reader checks the bus itself.
        """
        if found := self._hops.own():
            return [wait for wait in found if wait.hop != "MongoDB"]
        waits = []
        for worker in self.workers:
            if worker.holding_for and not worker.holding_for.startswith(("MongoDB", "NATS")):
                archive = worker.name.removeprefix("fetch-")
                alone = archive != worker.name and archive.islower()  # a consumer for one archive
                text = f"The {self._service} holds: {self._with_disk(worker.holding_for)}"
                waits.append(Wait(f"{ARCHIVE_HOP}{archive}" if alone else worker.name, text))
        return waits

    def _with_disk(self, reason: str) -> str:
        return " ".join(filter(None, (reason, lack_of_room(self._output))))

    def _holding_for(self, trouble: str) -> str:
        """The reason why a worker holds, with the full disk if there is one, since errors may come from it."""
        holding = next((worker.holding_for for worker in self.workers if worker.holding_for), trouble)
        return self._with_disk(holding) if holding else ""

    async def Pause(self, request: Any, context: Any) -> control_pb2.PauseResponse:
        """Stop taking work; answers when no more work is taken."""
        self._paused = True
        await self._pause()
        return control_pb2.PauseResponse()

    async def Resume(self, request: Any, context: Any) -> control_pb2.ResumeResponse:
        """Start to take work again."""
        self._paused = False
        for worker in self.workers:
            worker.resume()
        return control_pb2.ResumeResponse()

    async def Drain(self, request: Any, context: Any) -> control_pb2.DrainResponse:
        """Finish the running work and exit, as on SIGTERM."""
        self._drain()
        return control_pb2.DrainResponse()


class HealthServer:
    """Serves health and the control surface at SEISBUS_HEALTH_ADDRESS (port 0 picks a free one).

    If probes need plain text, the port serves only health, which tells only whether work is taken.
    """

    def __init__(self, settings: ServiceSettings, control: WorkerControl) -> None:
        self._settings = settings
        self._health = health_aio.HealthServicer()
        self._server = grpc_server(settings, [access_of(settings)])
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if not settings.health_plaintext:
            control_pb2_grpc.add_WorkerServiceServicer_to_server(control, self._server)

    async def __aenter__(self) -> Self:
        settings = self._settings
        listen(
            self._server,
            settings.health_address,
            settings,
            "SEISBUS_HEALTH_ADDRESS",
            plain=settings.health_plaintext,
        )
        await self._health.set("", health_pb2.HealthCheckResponse.NOT_SERVING)
        await self._health.set(LIVENESS, health_pb2.HealthCheckResponse.SERVING)
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop(grace=1)

    async def serving(self) -> None:
        """Report that work is taken."""
        await self._health.set("", health_pb2.HealthCheckResponse.SERVING)

    async def ready(self, well: bool) -> None:
        """Report whether work can be done now."""
        status = health_pb2.HealthCheckResponse.SERVING if well else health_pb2.HealthCheckResponse.NOT_SERVING
        await self._health.set("", status)

    async def leaving(self) -> None:
        """Report that no work is taken any more, until the process ends."""
        await self._health.enter_graceful_shutdown()
