"""An archive that does not answer holds its own consumer alone, says so, and loses nothing."""

from __future__ import annotations

import asyncio
import shutil
from importlib import resources
from pathlib import Path
from typing import Any

from seisbus.client import AsyncClient
from seisbus.client.probe import Finding, probe
from seisbus.local.stack import LocalStack, local_stack
from support.chaos import SMALL, small_archive
from support.servers import S3Server
from support.waiting import eventually


def other_archive(s3: S3Server) -> str:
    """The definition of an archive `other` that is laid out as `local`, on another server."""
    packaged = resources.files("seisbus.archive").joinpath("archives.toml").read_text()
    local = packaged.partition("[local]")[2].partition("\n[")[0].partition("\n")[2]
    return f'[other]\nendpoint = "{s3.url}"\n{local}'.replace(f'"{SMALL.bucket}"', '"breaker"')


def job(archive: str) -> dict[str, Any]:
    windows = {"absolute": [{"start": "2011-03-11T06:00:00", "end": "2011-03-11T06:10:00"}]}
    return {"archive": archive, "windows": windows}


async def fetcher(stack: LocalStack) -> Finding:
    (address,) = stack.state().health["fetcher"]
    return await probe(address)


async def test_an_archive_that_is_away_holds_nobody_else(s3_server: S3Server, tmp_path: Path) -> None:
    root = await asyncio.to_thread(small_archive, tmp_path / "b", channels=6, defects=())
    await asyncio.to_thread(shutil.copytree, root / SMALL.bucket, s3_server.root / "breaker")
    definitions = tmp_path / "archives.toml"
    definitions.write_text(other_archive(s3_server))
    environment = {"SEISBUS_ARCHIVES_FILE": str(definitions)}
    async with (
        local_stack(tmp_path / "stack", s3_root=root, extra_env=environment) as stack,
        AsyncClient(stack.control_address) as client,
    ):
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
