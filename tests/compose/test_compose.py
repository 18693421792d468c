"""docker-compose.yml as a user runs it: built, up, the main job through the published port, scaled, hurt, restarted.

Needs a container engine; `make test-compose` finds or starts one. Where no image can be pulled, the override brings up
the same servers out of PyPI.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from seisbus.client import AsyncClient, ClientError, Job, Transport
from seisbus.local.ports import free_port

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1800)]

REPOSITORY = Path(__file__).resolve().parents[2]
SERVICES = ("control", "indexer", "fetcher", "windower", "writer")
MOST_BYTES = 500e6  # of an image, with the base it stands on
_ARCHIVE = "local"
_JOB = {
    "name": "the hour of Tohoku",
    "archive": _ARCHIVE,
    "windows": {
        "events": {
            "list": [{"time": "2011-03-11T05:46:23.2Z", "lat": 38.297, "lon": 142.373, "depth_km": 29}],
            "start": "100s",
            "end": "3700s",
        }
    },
}


@dataclass(frozen=True, slots=True)
class Compose:
    """The project of these tests: its files, its environment, its published port and the address of its page."""

    environment: dict[str, str]
    files: tuple[str, ...]
    secrets: Path
    port: int
    page: str

    def run(self, *arguments: str, timeout: float = 1500) -> str:
        """`docker compose …`; what it printed. Its errors are the test's."""
        command = [_compose(), *(part for file in self.files for part in ("-f", file)), "--profile", "s3", *arguments]
        done = subprocess.run(
            command, cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, timeout=timeout
        )
        assert done.returncode == 0, f"{' '.join(arguments)}: {done.stderr[-3000:]}"
        return done.stdout

    def up(self, *arguments: str) -> None:
        """Bring everything up and wait until it is healthy."""
        self.run("up", "--detach", "--wait", "--wait-timeout", "900", *arguments)

    def containers(self, service: str) -> list[dict[str, Any]]:
        """What the engine says of a service's containers."""
        ids = self.run("ps", "--quiet", service).split()
        shown = subprocess.run(
            ["docker", "inspect", *ids], env=self.environment, capture_output=True, text=True, check=True
        )
        found: list[dict[str, Any]] = json.loads(shown.stdout)
        return found

    def strike(self, service: str, which: int = 0) -> None:
        """SIGKILL a container's process from outside, as the kernel does when memory is short; it is restarted."""
        os.kill(self.containers(service)[which]["State"]["Pid"], signal.SIGKILL)

    def client(self, role: str = "submitter") -> AsyncClient:
        """A client through the published port."""
        return AsyncClient(
            f"localhost:{self.port}", Transport(str(self.secrets / "ca.crt"), self.secrets / f"token-{role}")
        )


def _compose() -> str:
    """Compose's own program, as a wheel or as the engine's plugin."""
    beside = Path(sys.executable).with_name("docker-compose")
    return str(beside) if beside.exists() else (shutil.which("docker-compose") or "docker-compose")


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    """The stack, built and up; gone with its volumes afterwards."""
    if shutil.which("docker") is None or subprocess.run(["docker", "info"], capture_output=True).returncode:
        pytest.skip("no container engine answers here: run `make test-compose`, which says why it has none")
    if os.geteuid() != 0:
        pytest.skip("only root can kill the processes of containers from outside")
    folder = tmp_path_factory.mktemp("compose")
    secrets, buckets = folder / "secrets", folder / "buckets"
    subprocess.run([REPOSITORY / "deploy" / "make-secrets", secrets], check=True, capture_output=True)
    make = ["archive", "make", "--root", str(buckets), "--preset", "demo"]
    subprocess.run([sys.executable, "-m", "seisbus.cli", *make], check=True, capture_output=True)
    port, web_port = free_port(), free_port()
    page = f"https://localhost:{web_port}"
    environment = {
        **os.environ,
        "COMPOSE_PROJECT_NAME": "seisbus-test",
        "SEISBUS_SECRETS": str(secrets),
        "SEISBUS_BUCKETS": str(buckets),
        "SEISBUS_OUTPUT": str(folder / "output"),
        "SEISBUS_PORT": str(port),
        "SEISBUS_WEB_PORT": str(web_port),
        "SEISBUS_WEB_URL": page,
    }
    embedded = ("deploy/docker/compose.embedded.yml",) if os.environ.get("SEISBUS_EMBEDDED") else ()
    found = Compose(environment, ("docker-compose.yml", *embedded), secrets, port, page)
    try:
        if os.environ.get("SEISBUS_TEST_BUILT") != "1":
            found.run("build")
        found.up()
        yield found
    except BaseException:
        print(found.run("ps", "--all"), found.run("logs", "--tail", "40")[-20000:])
        raise
    finally:
        found.run("down", "--volumes", "--timeout", "5")


@pytest.fixture(scope="module")
async def indexed(compose: Compose) -> AsyncIterator[Compose]:
    """The stack with the archive's indexes read."""
    async with compose.client() as client:
        done = await client.wait((await client.sync_index(_ARCHIVE)).id)
        assert done.state == "completed", done.error
    yield compose


async def some_saved(client: AsyncClient, job: Job, least: int) -> None:
    """Until a job has settled `least` windows."""
    async for progress in client.watch(job.id):
        if progress.ledger.saved >= least:
            return


def report(what: str, job: Job) -> None:
    print(f"{what}: {job.ledger}")


def test_containers_are_hardened(compose: Compose) -> None:
    for service in (*SERVICES, "web"):
        (found,) = compose.containers(service)
        assert found["State"]["Health"]["Status"] == "healthy"
        assert found["Config"]["User"] == "10001:10001"
        assert found["HostConfig"]["ReadonlyRootfs"]
        assert found["HostConfig"]["CapDrop"] == ["ALL"]
        assert not [v for v in found["Config"]["Env"] if "password" in v.lower() and "_FILE=" not in v]
    look = ["--entrypoint", "/bin/sh", "seisbus/writer", "-c", "command -v gcc cc g++ || true"]
    shown = subprocess.run(
        ["docker", "run", "--rm", *look], env=compose.environment, capture_output=True, text=True, check=True
    )
    assert not shown.stdout


def test_images_are_small(compose: Compose) -> None:
    names = [f"seisbus/{service}" for service in (*SERVICES, "topology", "web")]
    inspect = ["docker", "image", "inspect", "--format", "{{.Size}}", *names]
    done = subprocess.run(inspect, env=compose.environment, capture_output=True, text=True, check=True)
    sizes = dict(zip(names, map(int, done.stdout.split()), strict=True))
    print("images:", ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in sizes.items()))
    assert max(sizes.values()) < MOST_BYTES


async def test_the_main_job_through_the_published_port(indexed: Compose) -> None:
    async with indexed.client() as client:
        done = await client.wait((await client.submit(_JOB)).id)
        report("undisturbed", done)
        assert done.state == "completed"
        assert done.ledger.balanced
        assert done.ledger.saved > 100
        ensemble = await client.read(job=done.id, limit=5)
        assert len(ensemble.member) == 5
        # files are at the path that documents name, outside as inside
        document = (await client.waveforms(job=done.id, limit=1))[0]
        assert os.path.getsize(os.path.join(document["dir"], document["dfile"])) > 0  # noqa: ASYNC240
    async with indexed.client("reader") as client:
        with pytest.raises(ClientError, match="needs a submitter"):
            await client.submit(_JOB)


async def test_the_page_shows_the_job_to_who_has_a_token(indexed: Compose) -> None:
    trusted = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=indexed.secrets / "ca.crt"))
    async with aiohttp.ClientSession(indexed.page, connector=trusted) as browser:
        async with browser.get("/") as answer:
            assert answer.url.path == "/login"
            mark = re.search(r'name="mark" value="([^"]+)"', await answer.text())
            assert mark is not None
        form = {"mark": mark[1], "token": (indexed.secrets / "token-reader").read_text().strip(), "back": "/"}
        async with browser.post("/login", data=form, headers={"Origin": indexed.page}) as answer:
            assert (answer.status, answer.url.path) == (200, "/")
            assert _JOB["name"] in await answer.text()


async def test_scaled_and_killed_mid_job(indexed: Compose) -> None:
    indexed.up("--no-recreate", "--scale", "windower=3", "--scale", "writer=3")
    assert len(indexed.containers("windower")) == len(indexed.containers("writer")) == 3
    async with indexed.client() as client:
        job = await client.submit(_JOB)
        await some_saved(client, job, 1)
        for service, which in (("writer", 1), ("windower", 2), ("fetcher", 0), ("nats", 0), ("writer", 0)):
            indexed.strike(service, which)
            await asyncio.sleep(0.3)
        indexed.strike("mongodb")
        done = await client.wait(job.id)
        report("killed", done)
        assert done.state == "completed"
        first = next(j for j in await client.jobs() if j.kind == "window" and j.id != job.id and j.state == "completed")
        assert done.ledger == first.ledger
    restarts = sum(c["RestartCount"] for s in (*SERVICES, "nats", "mongodb") for c in indexed.containers(s))
    assert restarts >= 6


async def test_the_stack_is_restarted_mid_job(indexed: Compose) -> None:
    async with indexed.client() as client:
        job = await client.submit(_JOB)
        await some_saved(client, job, 1)
    indexed.run("down", "--timeout", "40")
    indexed.up()
    async with indexed.client() as client:
        done = await client.wait(job.id)
        report("restarted", done)
        assert done.state == "completed"
        assert done.ledger.balanced
        assert done.ledger.failed == 0
