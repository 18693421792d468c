"""Watching goes on through kills of control, NATS, the database and the whole stack, and ends with the job."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from seisbus.client import AsyncClient
from seisbus.local.folder import running_stack
from support.chaos import JOB, impatient_system, paused, small_archive
from support.waiting import eventually


async def watcher(folder: Path, job: Path, log: Path) -> asyncio.subprocess.Process:
    """`seisbus submit` that finds the stack by its folder, as a user in another terminal."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SEISBUS_")} | {"COLUMNS": "300"}
    with log.open("wb") as output:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "seisbus.cli", "--data-dir", str(folder), "submit", str(job),
            stdout=output, stderr=output, env=environment,
        )  # fmt: skip


def job_file(folder: Path) -> Path:
    path = folder / "job.yaml"
    spans = "".join(f"    - {{start: '{s['start']}', end: '{s['end']}'}}\n" for s in JOB["windows"]["absolute"])
    path.write_text(f"archive: local\nwindows:\n  absolute:\n{spans}")
    return path


async def test_submit_goes_on_through_kills_of_every_server(tmp_path: Path) -> None:
    folder = tmp_path / "stack"
    log = tmp_path / "submit.log"
    async with impatient_system(folder, small_archive(tmp_path / "archive")) as system:
        heard: list[str] = []
        async with paused(system.stack, "fetcher"):
            process = await watcher(folder, job_file(tmp_path), log)
            await eventually(lambda: "is submitted" in log.read_text())
            (job,) = [found for found in await system.client.jobs() if found.kind == "window"]
            waiting = asyncio.create_task(system.client.wait(job.id, heard.append))
            await system.stack.hold("control")
            await eventually(lambda: "Waiting for Seisbus control" in log.read_text())
            await system.stack.release("control")
            await eventually(lambda: "is watched again" in log.read_text(), 60)
            await system.stack.restart_server("nats")
            await system.stack.hold_server("mongodb")
            await eventually(lambda: "Waiting: MongoDB" in log.read_text(), 60)
            await system.stack.restart_server("mongodb")
            await eventually(lambda: log.read_text().count("is watched again") == 2, 60)
        assert await asyncio.wait_for(process.wait(), 120) == 0, log.read_text()
        done = await asyncio.wait_for(waiting, 60)
        await system.stored(done)
    print(log.read_text())
    assert any("MongoDB" in line for line in heard)  # the blocking client's and this one's repeats may differ
    assert log.read_text().count("Waiting for Seisbus control") <= 2  # once, and again when it changed


async def up(folder: Path, root: Path, extra: Mapping[str, str], port: int = 0) -> asyncio.subprocess.Process:
    """`seisbus up` as a process group of its own, ready."""
    with (folder.parent / "up.log").open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "seisbus.cli", "--data-dir", str(folder), "up", "--s3-root", str(root),
            "--port", str(port),
            stdout=output, stderr=output, env={**os.environ, **extra}, start_new_session=True,
        )  # fmt: skip

    def ready() -> bool:
        found = running_stack(folder)
        return found is not None and found.pid == process.pid

    await eventually(ready, 90)
    return process


async def test_a_stack_that_comes_back_on_another_port_is_followed(tmp_path: Path) -> None:
    folder, log = tmp_path / "stack", tmp_path / "submit.log"
    root = small_archive(tmp_path / "archive")
    stack = await up(folder, root, {"SEISBUS_ACK_WAIT_SECONDS": "2"})
    try:
        first = running_stack(folder)
        assert first is not None
        async with AsyncClient(first.control_address) as client:
            await client.wait((await client.sync_index("local")).id)
        process = await watcher(folder, job_file(tmp_path), log)
        await eventually(lambda: "is submitted" in log.read_text())
        os.kill(stack.pid, signal.SIGKILL)  # its guard ends what it started
        await stack.wait()
        await eventually(lambda: "Waiting for Seisbus control" in log.read_text() or process.returncode is not None, 60)
        if process.returncode is not None:
            pytest.fail(f"it ended before the stack was killed: {log.read_text()}")
        stack = await up(folder, root, {"SEISBUS_ACK_WAIT_SECONDS": "2"})
        second = running_stack(folder)
        assert second is not None
        print(first.control_address, "->", second.control_address)
        assert await asyncio.wait_for(process.wait(), 120) == 0, log.read_text()
        print(log.read_text())
        assert "is watched again" in log.read_text()
    finally:
        if stack.returncode is None:
            stack.terminate()
            await asyncio.wait_for(stack.wait(), 60)
