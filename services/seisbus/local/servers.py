"""Run real servers from packages as child processes, on free loopback ports with stores in a data folder.

nats-server with JetStream, a MongoDB-protocol server, an S3 server over a folder. A server may be killed and started
again on the same port and store. The stack restarts servers that die.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from seisbus.local import server_commands
from seisbus.local.folder import held_folder
from seisbus.local.logs import tail_of_file
from seisbus.local.ports import free_port
from seisbus.local.process import Child, StartError
from seisbus.local.readiness import until_ready
from seisbus.local.server_commands import Recipe, ServerKind, ServerOptions
from seisbus.local.server_trials import Work

_PORT_ATTEMPTS = 3  # another process may take a port between our check and the server's bind


@dataclass(frozen=True, slots=True)
class ServerHandle:
    """A server that was ready when this was made; a restart makes a new handle with the same url."""

    kind: ServerKind
    url: str
    pid: int
    log: Path


class Server:
    """One server: its recipe, and its process while it runs."""

    def __init__(self, kind: ServerKind, recipe: Recipe, log: Path, start_timeout: timedelta) -> None:
        self.kind = kind
        self._recipe = recipe
        self._log = log
        self._start_timeout = start_timeout
        self._port: int | None = None
        self._url = ""
        self._drain = timedelta(0)
        self._work: Work | None = None
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The process that was started last; servers from `embedded_servers` always have one."""
        assert self._child is not None
        return self._child

    @property
    def handle(self) -> ServerHandle:
        return ServerHandle(self.kind, self._url, self.child.pid, self._log)

    async def start(self) -> Child:
        """Start it and wait until it is ready; on its former port if it had one. Raises StartError."""
        if self._port is not None:
            return await self._start_on(self._port)
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            try:
                return await self._start_on(free_port())
            except StartError as error:
                if error.returncode is None or attempt == _PORT_ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def _start_on(self, port: int) -> Child:
        launch = self._recipe(port)
        with self._log.open("ab") as output:
            child = await Child.spawn(
                self.kind, launch.command, env={**_environment(), **launch.variables}, output=output
            )
        try:
            if not await until_ready(child, launch.probe, self._start_timeout):
                raise StartError(self.kind, child.returncode, tail_of_file(self._log))
        except BaseException:
            child.kill()
            await child.wait()
            raise
        self._port, self._url, self._drain, self._child = port, launch.url, launch.drain, child
        self._work = launch.work
        return child

    async def work(self) -> None:
        """Do a small real task; raises OSError, EOFError or ValueError if it fails."""
        assert self._work is not None
        await self._work()

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone; nothing if it does not run."""
        if self._child is not None:
            self._child.kill()
            await self._child.wait()

    async def stop(self) -> None:
        if self._child is not None:
            await self._child.stop(self._drain)


class EmbeddedServers:
    """The servers that run in one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._servers: dict[ServerKind, Server] = {}

    def hold(self, server: Server) -> None:
        """Make `server` one of these."""
        self._servers[server.kind] = server

    async def start(self) -> None:
        """Start all side by side. The first error is raised after the others have been stopped."""
        starting = [asyncio.create_task(server.start()) for server in self.all()]
        try:
            await asyncio.gather(*starting)
        finally:
            for task in starting:
                task.cancel()
            await asyncio.gather(*starting, return_exceptions=True)

    def server(self, kind: ServerKind | str) -> Server:
        """Raises KeyError for a server that is not part of this set."""
        return self._servers[ServerKind(kind)]

    def all(self) -> tuple[Server, ...]:
        return tuple(self._servers.values())

    @property
    def nats(self) -> ServerHandle:
        return self.server(ServerKind.NATS).handle

    @property
    def mongodb(self) -> ServerHandle:
        return self.server(ServerKind.MONGODB).handle

    @property
    def s3(self) -> ServerHandle:
        return self.server(ServerKind.S3).handle

    async def kill(self, kind: ServerKind | str) -> None:
        """SIGKILL one server; it stays down until `restart`."""
        await self.server(kind).kill()

    async def restart(self, kind: ServerKind | str) -> ServerHandle:
        """SIGKILL one server if it runs, and start it on the same port and store."""
        server = self.server(kind)
        await server.kill()
        await server.start()
        return server.handle


@asynccontextmanager
async def embedded_servers(
    data_dir: Path,
    *,
    nats: bool = True,
    mongodb: bool = True,
    s3_root: Path | None = None,
    options: ServerOptions | None = None,
) -> AsyncIterator[EmbeddedServers]:
    """Start the wanted servers with stores in `data_dir`, and stop them at the end.

    `s3_root`: the folder whose subfolders are buckets; None starts no S3 server. Logs are in `data_dir`/logs.
    Raises FolderInUseError, MissingProgramError, StartError; after an error nothing runs.
    """
    options = ServerOptions() if options is None else options
    async with AsyncExitStack() as cleanup:
        data_dir = cleanup.enter_context(held_folder(data_dir))
        wanted: list[tuple[ServerKind, Recipe]] = []
        if s3_root is not None:
            wanted.append((ServerKind.S3, partial(server_commands.s3, _made(s3_root), options)))
        if nats:
            wanted.append((ServerKind.NATS, partial(server_commands.nats, _made(data_dir / "nats"), options)))
        if mongodb:
            wanted.append((ServerKind.MONGODB, partial(server_commands.mongodb, _made(data_dir / "mongodb"), options)))
        logs = _made(data_dir / "logs")
        servers = EmbeddedServers(data_dir)
        for kind, recipe in wanted:
            servers.hold(server := Server(kind, recipe, logs / f"{kind}.log", options.start_timeout))
            cleanup.push_async_callback(server.stop)
        await servers.start()
        yield servers


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _environment() -> dict[str, str]:
    """Our environment without variables by which a user configures these programs for other purposes."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("RCLONE_", "WEED_"))}
