"""The five services as child processes: their names, addresses and environment.

They are started by module name; this module does not import their code.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from seisbus.held import HELD
from seisbus.local.logs import MergedLog
from seisbus.local.nursing import Nursery
from seisbus.local.ports import free_port
from seisbus.local.process import Child
from seisbus.local.readiness import LOOPBACK, accepts


class ServiceName(StrEnum):
    """The services; each runs as `python -m seisbus.<name>`."""

    CONTROL = "control"
    INDEXER = "indexer"
    FETCHER = "fetcher"
    WINDOWER = "windower"
    WRITER = "writer"


_THREADS: Final = "SEISBUS_CONCURRENCY"
_CORES: Final = os.cpu_count() or 1
_MOST_THREADS: Final = 4  # of all windowers of a machine


def usual_replicas() -> dict[str, int]:
    """Processes of the services that should have more than one on this machine.

    Two windowers share its cores: the threads of one process wait for each other a quarter of the time, since each
    needs the interpreter between two calls of numpy.
    """
    return {ServiceName.WINDOWER: 2} if _CORES > 1 else {}


@dataclass(frozen=True, slots=True)
class Replica:
    """One process of a service; its ports stay the same through restarts.

    control_port: of the gRPC front door; None for other services. threads: of a windower; 0 for other services.
    """

    service: ServiceName
    index: int
    health_port: int
    control_port: int | None
    threads: int = 0

    @classmethod
    def make(cls, service: ServiceName, index: int, front: int = 0, number: int = 1) -> Replica:
        """`front`: the port of the first control; 0 is any free one. `number`: processes of the service."""
        control_port = None
        if service is ServiceName.CONTROL:
            control_port = front if front and index == 0 else free_port()
        threads = max(1, min(_MOST_THREADS, _CORES) // number) if service is ServiceName.WINDOWER else 0
        return cls(service, index, free_port(), control_port, threads)

    @property
    def name(self) -> str:
        return f"{self.service}-{self.index}"

    @property
    def module(self) -> str:
        return f"seisbus.{self.service}"

    @property
    def health_address(self) -> str:
        return f"{LOOPBACK}:{self.health_port}"

    def environment(self, stack: Mapping[str, str]) -> dict[str, str]:
        """Variables of this process: those of the stack, and its own."""
        own = {**stack, "SEISBUS_HEALTH_ADDRESS": self.health_address}
        if self.control_port is not None:
            own["SEISBUS_CONTROL_ADDRESS"] = f"{LOOPBACK}:{self.control_port}"
        if self.threads and _THREADS not in os.environ:
            own.setdefault(_THREADS, str(self.threads))
        return own

    async def ready(self) -> bool:
        """Probe: every port of the process accepts connections."""
        ports = (self.health_port, self.control_port)
        return all([await accepts(port) for port in ports if port is not None])


async def run_module(name: str, module: str, environment: Mapping[str, str], log: MergedLog) -> Child:
    """Start `python -m module`, its output copied to `log` under `name`."""
    child = await _spawn(name, module, environment)
    log.follow(name, child.stdout)
    return child


async def _spawn(name: str, module: str, environment: Mapping[str, str], *, held: bool = False) -> Child:
    command = (sys.executable, "-m", module)
    return await Child.spawn(name, command, env={**os.environ, **_defaults(), **environment}, held=held)


class Early:
    """Processes that load their code while the servers start; `end` kills those that nobody took."""

    def __init__(self) -> None:
        self._children: dict[str, Child] = {}
        self._loading: asyncio.Task[None] | None = None
        self._nursery = Nursery()

    def begin(self, modules: Mapping[str, str], environment: Mapping[str, str]) -> None:
        """Start `python -m module` for each name, in this order, as soon as the event loop comes to it."""
        self._loading = asyncio.create_task(self._load(modules, environment))

    async def _load(self, modules: Mapping[str, str], environment: Mapping[str, str]) -> None:
        if self._nursery.works():
            variables = {**os.environ, **_defaults(), **environment, HELD: "1"}
            self._children = await self._nursery.started(modules, variables)
            return
        for name, module in modules.items():
            self._children[name] = await _spawn(name, module, environment, held=True)

    async def run_module(self, name: str, module: str, environment: Mapping[str, str], log: MergedLog) -> Child:
        """As `run_module`, with the process that was started early if it still runs."""
        if self._loading is not None:
            await self._loading
        child = self._children.pop(name, None)
        if child is None:
            return await run_module(name, module, environment, log)
        log.follow(name, child.stdout)
        child.release({**_defaults(), **environment})  # one that has ended is started again by its supervisor
        return child

    async def end(self) -> None:
        """Kill what was not taken."""
        if self._loading is not None:
            if not self._nursery.works():
                self._loading.cancel()
            self._nursery.end()
            await asyncio.wait([self._loading])
        for child in self._children.values():
            child.kill()
            await child.wait()


def _defaults() -> dict[str, str]:
    """Variables that processes on this machine need, in place of those of the user's shell."""
    bypass = ",".join(filter(None, (os.environ.get("no_proxy", os.environ.get("NO_PROXY")), LOOPBACK)))
    return {
        "PYTHONUNBUFFERED": "1",  # so that the log has the last lines of a killed process
        "no_proxy": bypass,  # S3 and gRPC clients obey a proxy of the environment even towards loopback
        "NO_PROXY": bypass,
    }
