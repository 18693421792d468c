"""The wheels alone, in an environment that has nothing else: what they bring, and the client on a running stack."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.chaos import impatient_system, small_archive

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
import libseis, seisbus.client
from seisbus.client import Client
client = Client(sys.argv[1])
assert "local" in [archive.name for archive in client.archives()]
job = client.wait(client.submit(sys.argv[2]).id)
assert job.ledger.saved, job.ledger
ensemble = client.read(job=job.id)
assert len(ensemble.member) == job.ledger.saved and all(d.live and d.npts for d in ensemble.member)
print(job.id)
"""
JOB = """
archive: local
select: {chan: "LH?"}
windows:
  absolute: [{start: 2011-03-11T05:48:03.2, end: 2011-03-11T05:58:03.2}]
"""


async def run(*command: str | Path, folder: Path, **variables: str) -> str:
    """What a command prints on both streams; it must succeed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SEISBUS_", "PYTHON"))}
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=folder, env=environment | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    told = (await process.communicate())[0].decode()
    assert process.returncode == 0, told
    return told


@pytest.mark.long
async def test_the_wheels_alone_give_a_client_that_runs_a_job(tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    await run(sys.executable, ROOT / "deploy/dist", "build", dist, folder=ROOT)
    await run(sys.executable, "-m", "venv", "light", folder=tmp_path)
    python = tmp_path / "light/bin/python"
    lock = (ROOT / "requirements/lock.txt").read_text().splitlines()
    pins = [line.removesuffix("\\") for line in lock if "==" in line[:60]]
    (tmp_path / "pins.txt").write_text("\n".join(pins) + "\n")
    await run(python, "-m", "pip", "install", "--constraint", "pins.txt", *dist.glob("*.whl"), folder=tmp_path)
    packages = (await run(python, "-m", "pip", "freeze", "--all", folder=tmp_path)).lower()
    for heavy in ("obspy", "scipy", "matplotlib", "pyarrow", "pymongo", "nats-py", "aiobotocore"):
        assert f"\n{heavy}==" not in packages
    (tmp_path / "job.yaml").write_text(JOB)
    command = python.with_name("seisbus")
    assert "jobs" in await run(command, "--help", folder=tmp_path)
    async with impatient_system(tmp_path / "stack", small_archive(tmp_path / "archive")) as system:
        address = system.stack.control_address
        job = (await run(python, "-c", PROGRAM, address, "job.yaml", folder=tmp_path)).strip()
        for arguments in (["jobs"], ["show", job], ["events", "local"], ["get", "stored.mseed", "--job", job]):
            told = await run(command, "--address", address, *arguments, folder=tmp_path, COLUMNS="200")
            assert arguments[0] != "jobs" or job in told
        assert (tmp_path / "stored.mseed").stat().st_size
        refused = await asyncio.create_subprocess_exec(
            command, "--address", address, "plot", "picture.png", "--job", job,
            cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        _, errors = await refused.communicate()
    assert refused.returncode == 2
    assert errors.decode() == "matplotlib is not installed; get what this needs with: pip install 'seisbus[plot]'\n"
