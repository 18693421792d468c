"""Backup and restore as deploy/README.md describes them: MongoDB first, then the files, nothing of NATS.

The database is copied in the middle of a job, the files later, when they hold more than the database knows; then all is
lost. What is restored goes on with an empty NATS, and ends as if nothing had happened.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from seisbus.client import AsyncClient, Job
from seisbus.local.stack import local_stack

_JOB = {
    "archive": "local",
    "windows": {"tile": {"start": "2011-03-11", "end": "2011-03-12", "length": "1h"}},
}


@pytest.fixture(scope="module")
def buckets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bucket with a day of eight channels."""
    root = tmp_path_factory.mktemp("buckets")
    make = ["archive", "make", "--root", str(root), "--preset", "demo", "--channels", "8", "--defects", "none"]
    subprocess.run([sys.executable, "-m", "seisbus.cli", *make], check=True, capture_output=True)
    return root


async def samples(client: AsyncClient, job: Job) -> dict[tuple[str, float], str]:
    """Hash of the samples of every stored window by channel and start."""
    found = {}
    for datum in (await client.read(job=job.id)).member:
        name = ".".join(datum[code] for code in ("net", "sta", "chan"))
        found[name, datum.t0] = hashlib.sha256(datum.data.tobytes()).hexdigest()
    return found


async def some_saved(client: AsyncClient, job: Job, least: int) -> None:
    async for progress in client.watch(job.id):
        if progress.ledger.saved >= least:
            return


@pytest.mark.long
async def test_a_job_goes_on_from_a_backup_with_an_empty_nats(buckets: Path, tmp_path: Path) -> None:
    folder, backup = tmp_path / "stack", tmp_path / "backup"
    few = {"SEISBUS_OPEN_TASKS": "4", "SEISBUS_CONCURRENCY": "2"}  # so that there is a middle of the job
    async with (
        local_stack(folder, s3_root=buckets, extra_env=few) as stack,
        AsyncClient(stack.control_address) as client,
    ):
        assert (await client.wait((await client.sync_index("local")).id)).state == "completed"
        undisturbed = await client.wait((await client.submit(_JOB)).id)
        assert undisturbed.ledger.saved == 8 * 24
        expected = await samples(client, undisturbed)
        job = await client.submit(_JOB)
        await some_saved(client, job, 1)
        await stack.hold("windower")
        await stack.hold_server("mongodb")
        await asyncio.to_thread(shutil.copytree, folder / "mongodb", backup / "mongodb")
        await stack.restart_server("mongodb")
        await stack.release("windower")
        assert (await client.wait(job.id)).ledger == undisturbed.ledger
        await asyncio.to_thread(shutil.copytree, folder / "output", backup / "output")
    await asyncio.to_thread(shutil.rmtree, folder)

    await asyncio.to_thread(shutil.copytree, backup, folder)
    async with local_stack(folder, s3_root=buckets) as stack, AsyncClient(stack.control_address) as client:
        restored = await client.wait(job.id)
        log = await asyncio.to_thread(stack.log_path.read_text)
        assert "have no message on the bus, publishing them again" in log or "it is not being planned" in log
        assert restored.state == "completed"
        assert restored.ledger == undisturbed.ledger
        assert await samples(client, restored) == expected
        assert await samples(client, await client.job(undisturbed.id)) == expected
