"""The five services as child processes: their names, addresses and environment.

They are started by module name; this module does not import their code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from seisbus.local.logs import MergedLog
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


@dataclass(frozen=True, slots=True)
class Replica:
    """One process of a service; its ports stay the same through restarts.

    control_port: of the gRPC front door; None for other services.
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

    def environment(self) -> dict[str, str]:
        """Variables of this process in addition to the stack's environment."""
        own = {"SEISBUS_HEALTH_ADDRESS": self.health_address}
        if self.control_port is not None:
            own["SEISBUS_CONTROL_ADDRESS"] = f"{LOOPBACK}:{self.control_port}"
        return own

    async def ready(self) -> bool:
        """Probe: every port of the process accepts connections."""
        ports = (self.health_port, self.control_port)
        return all([await accepts(port) for port in ports if port is not None])


async def run_module(name: str, module: str, environment: Mapping[str, str], log: MergedLog) -> Child:
    """Start `python -m module`, its output copied to `log` under `name`."""
    child = await Child.spawn(name, (sys.executable, "-m", module), env={**os.environ, **_defaults(), **environment})
    log.follow(name, child.stdout)
    return child


def _defaults() -> dict[str, str]:
    """Variables that processes on this machine need, in place of those of the user's shell."""
    bypass = ",".join(filter(None, (os.environ.get("no_proxy", os.environ.get("NO_PROXY")), LOOPBACK)))
    return {
        "PYTHONUNBUFFERED": "1",  # so that the log has the last lines of a killed process
        "no_proxy": bypass,  # S3 and gRPC clients obey a proxy of the environment even towards loopback
        "NO_PROXY": bypass,
    }
