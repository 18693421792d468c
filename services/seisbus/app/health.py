"""The health and control surface of every service process: grpc.health.v1 and WorkerService on one port."""

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

# What a liveness probe asks: the process runs, whatever NATS and MongoDB do. "" is readiness.
LIVENESS: Final = "liveness"


class WorkerControl(control_pb2_grpc.WorkerServiceServicer):
    """Status, pause, resume and drain of the workers of this process."""

    def __init__(self, service: str, *, drain: Callable[[], None], hops: Hops, output: Path) -> None:
        self._hops = hops
        self._service = service
        self._output = output
        self._drain = drain
        self.workers: Sequence[Worker] = ()

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
        """Whether work is in hand."""
        return any(worker.stats.in_progress for worker in self.workers)

    def waits(self) -> list[Wait]:
        """What this process waits for: servers, else what its workers hold for.

        Whoever reads it has it from the database, which therefore works; and looks at the bus as we do.
        """
        if found := self._hops.own():
            return [wait for wait in found if wait.hop != "MongoDB"]
        waits = []
        for worker in self.workers:
            if worker.holding_for and not worker.holding_for.startswith(("MongoDB", "NATS")):
                archive = worker.name.removeprefix("fetch-")
                alone = archive != worker.name and archive.islower()  # the consumer of one archive
                text = f"The {self._service} holds: {self._with_disk(worker.holding_for)}"
                waits.append(Wait(f"{ARCHIVE_HOP}{archive}" if alone else worker.name, text))
        return waits

    def _with_disk(self, reason: str) -> str:
        return " ".join(filter(None, (reason, lack_of_room(self._output))))

    def _holding_for(self, trouble: str) -> str:
        """What a worker holds for; a full disk shows as an error of whoever writes to it, so that is said with it."""
        holding = next((worker.holding_for for worker in self.workers if worker.holding_for), trouble)
        return self._with_disk(holding) if holding else ""

    async def Pause(self, request: Any, context: Any) -> control_pb2.PauseResponse:
        """Stop taking work; the answer comes once no more is taken."""
        await asyncio.gather(*(worker.pause() for worker in self.workers))
        return control_pb2.PauseResponse()

    async def Resume(self, request: Any, context: Any) -> control_pb2.ResumeResponse:
        """Take work again."""
        for worker in self.workers:
            worker.resume()
        return control_pb2.ResumeResponse()

    async def Drain(self, request: Any, context: Any) -> control_pb2.DrainResponse:
        """Finish and leave, as on SIGTERM."""
        self._drain()
        return control_pb2.DrainResponse()


class HealthServer:
    """Serves health and the control surface at SEISBUS_HEALTH_ADDRESS (port 0 picks a free one).

    Where probes want plain text, the port answers nothing but health, which tells no more than whether work is taken.
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
        """Say that work is taken."""
        await self._health.set("", health_pb2.HealthCheckResponse.SERVING)

    async def ready(self, well: bool) -> None:
        """Say whether work can be done now."""
        status = health_pb2.HealthCheckResponse.SERVING if well else health_pb2.HealthCheckResponse.NOT_SERVING
        await self._health.set("", status)

    async def leaving(self) -> None:
        """Say for good that no work is taken any more."""
        await self._health.enter_graceful_shutdown()
