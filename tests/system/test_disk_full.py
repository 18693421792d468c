"""The embedded stack on a small file system that fills up in the middle of a job: it holds, says so, and goes on."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from seisbus.local import Patience
from seisbus.local.stack import LocalStack
from support.chaos import JOB, impatient_system, paused, settled_end, small_archive, status_of, until_running
from support.disks import small_disk
from support.waiting import eventually

pytestmark = pytest.mark.long

_SHORT = Patience(every=0.5, limit=3, most=12)
_LEFT = 200_000  # bytes: less than any of the servers wants next


def fill(folder: Path) -> Path:
    """Take all room but a little."""
    filler = folder / "filler"
    with open(filler, "ab") as file:
        while (free := shutil.disk_usage(folder).free) > _LEFT:
            with suppress(OSError):  # the servers take room, too
                os.posix_fallocate(file.fileno(), file.seek(0, 2), max(4096, (free - _LEFT) // 2))
            file.seek(0, 2)
    return filler


async def command(stack: LocalStack, *words: str) -> tuple[int, str]:
    """Exit code and all that the command says; it answers within seconds or this fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "seisbus.cli", "--data-dir", str(stack.servers.folder), *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env={**os.environ, "COLUMNS": "500"},
    )  # fmt: skip
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_a_full_disk_holds_everything_says_where_and_ends_with_the_room(tmp_path: Path) -> None:
    archive = small_archive(tmp_path / "archive")
    with small_disk(tmp_path / "disk", "300m") as disk:
        async with impatient_system(disk / "stack", archive, patience=_SHORT) as system:
            undisturbed = await settled_end(system, await system.run(JOB))
            async with paused(system.stack, "windower"):
                job = await system.client.submit(JOB)
                filler = fill(disk)
            where = f"The disk of {disk}"

            async def held() -> bool:
                return where in (await status_of(system.stack, "windower")).holding_for

            async def database_broken() -> bool:
                try:
                    await system.stack.servers.server("mongodb").work()
                except ValueError:
                    return True
                return False

            await eventually(held, timeout=90)
            await eventually(database_broken, timeout=90)
            for words in (("doctor",), ("explain", job.id), ("jobs",)):
                code, said = await command(system.stack, *words)
                assert code == 1, said
                assert where in said
                assert "MB are wanted" in said
                assert "Traceback" not in said
                assert "unexpected" not in said
            broken = {server.kind: server.handle.pid for server in system.stack.servers.all()}
            filler.unlink()
            done = await system.client.wait(job.id)
            assert (done.state, done.ledger.balanced) == ("completed", True), (done.error, done.notes)
            assert await settled_end(system, done) == undisturbed
            assert system.stack.servers.mongodb.pid != broken["mongodb"]
            await until_running(system.stack, "indexer", "fetcher", "windower", "writer")
            assert where in system.stack.log_path.read_text()
            code, said = await command(system.stack, "doctor")
            assert where not in said
