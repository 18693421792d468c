"""The five services as child processes: their names, addresses and environment.

They are started by module name and known by nothing else; no code of theirs is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from seisbus.local.logs import MergedLog
from seisbus.local.ports import free_port
from seisbus.local.process import Child
from seisbus.local.readiness import LOOPBACK, Probe, accepts


class ServiceName(StrEnum):
    """The services; each runs as `python -m seisbus.<name>`."""

    CONTROL = "control"
    INDEXER = "indexer"
    FETCHER = "fetcher"
    WINDOWER = "windower"
    WRITER = "writer"


@dataclass(frozen=True, slots=True)
class Replica:
    """One process of a service; its ports stay the same through restarts.

    control_port: of the gRPC front door; None for the services that have none.
    """

    service: ServiceName
    index: int
    health_port: int
    control_port: int | None

    @classmethod
    def make(cls, service: ServiceName, index: int) -> Replica:
        control_port = free_port() if service is ServiceName.CONTROL else None
        return cls(service, index, free_port(), control_port)

    @property
    def name(self) -> str:
        return f"{self.service}-{self.index}"

    @property
    def health_address(self) -> str:
        return f"{LOOPBACK}:{self.health_port}"

    def probes(self) -> tuple[Probe, ...]:
        """It is ready when every port of it takes connections."""
        ports = (self.health_port, self.control_port)
        return tuple(partial(accepts, port) for port in ports if port is not None)

    async def spawn(self, environment: Mapping[str, str], log: MergedLog) -> tuple[Child, asyncio.Task[None]]:
        """Start the process, with its output copied to `log` until it ends."""
