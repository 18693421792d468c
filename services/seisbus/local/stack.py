"""The local stack: embedded servers and the five services as processes, supervised, with one log.

It starts the services with the addresses of everything, restarts those that die, and ends all.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from seisbus.errors import SeisbusError
from seisbus.local.folder import StackState
from seisbus.local.logs import MergedLog
from seisbus.local.ports import free_port
from seisbus.local.process import Child, StartError
from seisbus.local.readiness import LOOPBACK, until_ready
from seisbus.local.server_commands import ServerKind, ServerOptions
from seisbus.local.server_trials import end_transactions
from seisbus.local.servers import EmbeddedServers, ServerHandle, embedded_servers
from seisbus.local.services import Early, Replica, ServiceName
from seisbus.local.supervisor import Supervisor
from seisbus.local.watchdog import Patience, Watchdog


class StackInterrupted(SeisbusError):
    """The signal `signal_number` arrived; everything has been stopped by the time this is raised."""

    def __init__(self, signal_number: signal.Signals) -> None:
        super().__init__(f"Stopped by {signal_number.name}; nothing is left running.")
        self.signal_number = signal_number

    @property
    def exit_code(self) -> int:
        """The shell's convention: 128 + the signal's number."""
        return 128 + int(self.signal_number)


_DEATHS_AT_START = 3  # more deaths than a failpoint or a busy machine can cause
_TOPOLOGY_NAME = "topology"
_TOPOLOGY = "seisbus.admin.topology"
# services that use transactions of many documents
_TRANSACTING = (ServiceName.INDEXER, ServiceName.WRITER)
_END_TRANSACTIONS_SECONDS = 2


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One process of a service as it is now; pid None while it is down."""

    service: ServiceName
    index: int
    pid: int | None
    restarts: int
    health_address: str


class LocalStack:
    """A running stack.

    environment: the SEISBUS_ variables with which a client, a command or a service finds this stack.
    """

    def __init__(
        self, servers: EmbeddedServers, replicas: Sequence[Replica], environment: Mapping[str, str], log: MergedLog,
        patience: Patience | None = None, early: Early | None = None,
    ) -> None:  # fmt: skip
        self.servers = servers
        self._early = Early() if early is None else early
        self.environment = dict(environment)
        self.log_path = log.path
        self._log = log
        self._replicas = {(replica.service, replica.index): replica for replica in replicas}
        self._services = {
            key: Supervisor(partial(self._spawn, replica), partial(log.write, replica.name))
            for key, replica in self._replicas.items()
        }
        self._servers = {
            server.kind: Supervisor(server.start, partial(log.write, server.kind), advice=_advice(servers, server.kind))
            for server in servers.all()
        }
        self._watchdogs = [
            Watchdog(
                self._servers[server.kind], server.work, servers.folder, server.handle.log,
                partial(log.write, server.kind), patience,
            )
            for server in servers.all()
        ]  # fmt: skip
        self._watching: list[asyncio.Task[None]] = []

    @property
    def control_address(self) -> str:
        """host:port of the first control service."""
        return self.environment["SEISBUS_CONTROL_ADDRESS"]

    def services(self) -> tuple[ServiceStatus, ...]:
        return tuple(
            ServiceStatus(
                service,
                index,
                self._services[service, index].pid,
                self._services[service, index].restarts,
                replica.health_address,
            )
            for (service, index), replica in self._replicas.items()
        )

    def restarts(self) -> int:
        """Restarts of services so far."""
        return sum(supervisor.restarts for supervisor in self._services.values())

    def kill(self, service: ServiceName | str, index: int = 0) -> int | None:
        """SIGKILL one process of a service, which the supervisor restarts; its id, None if it was down already."""
        return self._services[ServiceName(service), index].kill()

    async def hold(self, service: ServiceName | str, index: int = 0) -> None:
        """SIGKILL one process of a service and leave it down until `release`."""
        await self._services[ServiceName(service), index].hold()

    async def release(self, service: ServiceName | str, index: int = 0) -> None:
        """Start a held process again."""
        await self._services[ServiceName(service), index].restart()

    async def hold_server(self, kind: ServerKind | str) -> None:
        """SIGKILL a server and leave it down until `restart_server`."""
        await self._servers[ServerKind(kind)].hold()

    async def restart_server(self, kind: ServerKind | str) -> ServerHandle:
        """SIGKILL a server if it runs; returns when it is ready again, on the same port and store."""
        await self._servers[ServerKind(kind)].restart()
        return self.servers.server(kind).handle

    async def start(self, start_timeout: timedelta) -> None:
        """Prepare the bus, start the services and wait until each answers. Raises StartError."""
        for server in self.servers.all():
            self._servers[server.kind].adopt(server.child)
        self._watching = [asyncio.create_task(watchdog.run()) for watchdog in self._watchdogs]
        preparation = await self._early.run_module(_TOPOLOGY_NAME, _TOPOLOGY, self.environment, self._log)
        try:
            code = await preparation.wait()
        finally:
            preparation.kill()
        if code != 0:
            raise StartError(_TOPOLOGY_NAME, code, await self._log.tail(_TOPOLOGY_NAME))
        for supervisor in self._services.values():
            await supervisor.start()
        for key, replica in self._replicas.items():
            await self._until_ready(replica, self._services[key], start_timeout)

    async def _until_ready(self, replica: Replica, supervisor: Supervisor, timeout: timedelta) -> None:
        for attempt in range(1, _DEATHS_AT_START + 1):
            child = supervisor.child
            assert child is not None
            if await until_ready(child, replica.ready, timeout):
                return
            if child.returncode is None or attempt == _DEATHS_AT_START:
                raise StartError(replica.name, child.returncode, await self._log.tail(replica.name))
            await supervisor.successor(child)

    async def _spawn(self, replica: Replica) -> Child:
        if replica.service in _TRANSACTING:
            # transactions of a killed predecessor; a server that is away has none, and one that hangs is replaced
            with contextlib.suppress(OSError, EOFError, ValueError):
                async with asyncio.timeout(_END_TRANSACTIONS_SECONDS):
                    await end_transactions(urlsplit(self.servers.mongodb.url).port or 0)
        environment = replica.environment(self.environment)
        return await self._early.run_module(replica.name, replica.module, environment, self._log)

    async def stop(self, drain: timedelta) -> None:
        """End all services at once, and stop restarting the servers, which their owner ends."""
        for task in self._watching:
            task.cancel()
        if self._watching:
            await asyncio.wait(self._watching)
        for supervisor in self._servers.values():
            await supervisor.unwatch()
        await asyncio.gather(*(supervisor.stop(drain) for supervisor in self._services.values()))

    def state(self) -> StackState:
        health: dict[str, tuple[str, ...]] = {}
        for replica in self._replicas.values():
            health[replica.service] = (*health.get(replica.service, ()), replica.health_address)
        return StackState(os.getpid(), self.environment, self.control_address, health, str(self.log_path))


def _advice(servers: EmbeddedServers, kind: ServerKind) -> str:
    return (
        f"Look at its log {servers.server(kind).handle.log} and at the room on the disk of {servers.folder}; "
        f"it goes on being started."
    )


@asynccontextmanager
async def local_stack(
    data_dir: Path,
    *,
    s3_root: Path | None = None,
    replicas: Mapping[ServiceName | str, int] | None = None,
    extra_env: Mapping[str, str] | None = None,
    database: str = "seisbus",
    options: ServerOptions | None = None,
    console: TextIO | None = None,
    start_timeout: timedelta = timedelta(seconds=60),
    drain: timedelta = timedelta(seconds=10),
    patience: Patience | None = None,
    control_port: int = 0,
) -> AsyncIterator[LocalStack]:
    """Run servers and services with the data in `data_dir` until the block ends; a later run continues with them.

    s3_root: folder of buckets, served as archive `local`; None runs no S3 server. replicas: number of processes by
    service, 1 by default. extra_env: variables for every service, which replace ours. console: gets the merged log too.
    patience: how long a server may fail to work before it is replaced. drain: time for services to end their running
    work before SIGKILL. control_port: where control answers; 0 is any free port. Raises FolderInUseError,
    MissingProgramError, StartError; nothing is left running then.
    """
    options = ServerOptions() if options is None else options
    wanted = {ServiceName(name): number for name, number in (replicas or {}).items()}
    async with AsyncExitStack() as cleanup:
        processes = [
            Replica.make(name, index, control_port, wanted.get(name, 1))
            for name in ServiceName
            for index in range(wanted.get(name, 1))
        ]
        early = Early()
        cleanup.push_async_callback(early.end)
        modules = {_TOPOLOGY_NAME: _TOPOLOGY, **{process.name: process.module for process in processes}}
        early.begin(modules, extra_env or {})
        servers = await cleanup.enter_async_context(embedded_servers(data_dir, s3_root=s3_root, options=options))
        log = MergedLog(servers.folder / "logs" / "stack.log", console)
        cleanup.push_async_callback(log.close)
        front = next((process.control_port for process in processes if process.control_port), free_port())
        output = servers.folder / "output"
        output.mkdir(exist_ok=True)
        environment = {
            "SEISBUS_NATS_URL": servers.nats.url,
            "SEISBUS_MONGODB_URI": servers.mongodb.url,
            "SEISBUS_DATABASE": database,
            "SEISBUS_OUTPUT_ROOT": str(output),
            "SEISBUS_CONTROL_ADDRESS": f"{LOOPBACK}:{front}",
            "SEISBUS_JETSTREAM_BYTES": str(options.nats_store),
            # shorter than our patience, so that a service ends by itself before SIGKILL
            "SEISBUS_DRAIN_SECONDS": str(0.8 * drain.total_seconds()),
        }
        if s3_root is not None:
            environment["SEISBUS_ARCHIVE_LOCAL_ENDPOINT"] = servers.s3.url
        stack = LocalStack(servers, processes, {**environment, **(extra_env or {})}, log, patience, early)
        cleanup.push_async_callback(stack.stop, drain)
        await stack.start(start_timeout)
        stack.state().write(servers.folder)
        yield stack


@asynccontextmanager
async def interruptible() -> AsyncIterator[None]:
    """SIGINT and SIGTERM cancel the task of the block and raise StackInterrupted.

    Around `local_stack` in a command: `async with interruptible(), local_stack(…) as stack`. A second signal cuts the
    drain short. Only for the main thread's loop.
    """
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    received: list[signal.Signals] = []

    def interrupt(number: signal.Signals) -> None:
        received.append(number)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt, number)
    try:
        yield
    except asyncio.CancelledError:
        if not received:
            raise
        for _ in received:
            task.uncancel()
        raise StackInterrupted(received[0]) from None
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
