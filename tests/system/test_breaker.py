"""An archive that does not answer holds its own consumer alone, says so in every command, and loses nothing."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from seisbus.cli.doctor import service_check
from seisbus.client import AsyncClient
from seisbus.client.probe import Finding, probe
from seisbus.local.stack import LocalStack, local_stack
from support.chaos import SMALL, small_archive
from support.command import seisbus
from support.servers import S3Server
from support.waiting import eventually


@dataclass(slots=True)
class Silent:
    """A server that takes connections and never answers; `requests` are what came."""

    url: str = ""
    requests: list[str] = field(default_factory=list)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read until the other side is tired of waiting."""
        try:
            self.requests.append((await reader.readline()).decode())
            await reader.read()
        finally:
            writer.close()


@asynccontextmanager
async def silent_server() -> AsyncIterator[Silent]:
    found = Silent()
    server = await asyncio.start_server(found.take, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield found
    finally:
        server.close()


def definition(name: str, url: str, bucket: str) -> str:
    """The definition of an archive that is laid out as `local`, on another server."""
    packaged = resources.files("seisbus.archive").joinpath("archives.toml").read_text()
    local = packaged.partition("[local]")[2].partition("\n[")[0].partition("\n")[2]
    return f'[{name}]\nendpoint = "{url}"\n{local}\n'.replace(f'"{SMALL.bucket}"', f'"{bucket}"')


def job(archive: str) -> dict[str, Any]:
    windows = {"absolute": [{"start": "2011-03-11T06:00:00", "end": "2011-03-11T06:10:00"}]}
    return {"archive": archive, "windows": windows}


async def fetcher(stack: LocalStack) -> Finding:
    (address,) = stack.state().health["fetcher"]
    return await probe(address)


@pytest.fixture(scope="module")
async def silent() -> AsyncIterator[Silent]:
    async with silent_server() as found:
        yield found


@pytest.fixture(scope="module")
async def stack(
    s3_server: S3Server, silent: Silent, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[LocalStack]:
    folder = tmp_path_factory.mktemp("breaker")
    root = await asyncio.to_thread(small_archive, folder / "b", channels=6, defects=())
    await asyncio.to_thread(shutil.copytree, root / SMALL.bucket, s3_server.root / "breaker")
    definitions = folder / "archives.toml"
    definitions.write_text(definition("other", s3_server.url, "breaker") + definition("silent", silent.url, "none"))
    environment = {"SEISBUS_ARCHIVES_FILE": str(definitions)}
    async with local_stack(folder / "stack", s3_root=root, extra_env=environment) as running:
        yield running


async def test_an_archive_that_is_away_holds_nobody_else(stack: LocalStack) -> None:
    async with AsyncClient(stack.control_address) as client:
        for archive in ("local", "other"):
            synced = await client.wait((await client.sync_index(archive)).id)
            assert synced.state == "completed", synced.error
            assert (await client.wait((await client.submit(job(archive))).id)).ledger.saved == 6
        await stack.hold_server("s3")
        waits = await client.submit(job("local"))

        async def holds() -> bool:
            return (await fetcher(stack)).state == "holding"

        await eventually(holds, timeout=60)
        assert "local" in (await fetcher(stack)).holding_for
        assert (await client.wait((await client.submit(job("other"))).id)).ledger.saved == 6
        assert (await fetcher(stack)).state == "holding"
        assert any("fetcher" in sentence for sentence in await client.explain(waits.id))

        await stack.restart_server("s3")
        done = await client.wait(waits.id)
        assert (done.ledger.planned, done.ledger.saved) == (6, 6)
        assert (await fetcher(stack)).state == "running"


async def test_an_archive_that_never_answers_is_named_by_every_command(
    stack: LocalStack, silent: Silent, tmp_path: Path
) -> None:
    """Within ten seconds, which tests/unit/test_deadlines.py adds up; here the sentence comes after the first tries."""
    wish = tmp_path / "job.yaml"
    wish.write_text(json.dumps(job("silent")))
    place = ("--data-dir", str(stack.servers.folder))

    async def said(*words: str) -> tuple[int, str]:
        code, output, errors = await seisbus(tmp_path, stack.control_address, *place, *words)
        assert "Traceback" not in output + errors
        return code, output + errors

    code, dry = await said("submit", str(wish), "--dry-run")
    assert code == 1, dry
    assert f"The archive silent at {silent.url} cannot be reached" in dry  # which hop
    assert "no answer" in dry  # what was tried
    assert "Check the network, and the endpoint in the definition of the archive." in dry  # what to do
    asked = len(silent.requests)
    assert 0 < asked <= 4, "the index and the listing of the day, at most twice"

    sentence = "S3 silent has not answered since"
    async with AsyncClient(stack.control_address) as client:
        told: asyncio.Queue[str] = asyncio.Queue()
        submitted = await client.submit(job("silent"))
        watching = asyncio.create_task(client.wait(submitted.id, told.put_nowait))
        try:
            while sentence not in (heard := await asyncio.wait_for(told.get(), 60)):
                pass
            assert "tried once" in heard or "tried 2 times" in heard
            assert "nothing is lost, and work goes on when it does" in heard
            assert len(silent.requests) - asked <= 4
            assert sentence in (await said("explain", submitted.id))[1]

            async def doctor_tells() -> bool:  # its check of a process, whose patience with it is short
                (address,) = stack.state().health["indexer"]
                check = await service_check("indexer", address)
                return check.state == "wrong" and sentence in check.text

            await eventually(doctor_tells, timeout=90)
        finally:
            await client.cancel(submitted.id)
        assert (await asyncio.wait_for(watching, 60)).state == "cancelled"
