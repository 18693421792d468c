"""Servers that stop answering and keep their sockets open (SIGSTOP): every command says so in time, then all goes on.

What was said is printed (`pytest -s`), so that it can be quoted.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from seisbus.client import ClientError
from seisbus.client.probe import probe
from seisbus.local import Patience
from support.chaos import JOB, impatient_system, paused, small_archive
from support.command import seisbus
from support.system import System
from support.waiting import eventually

# What each server's silence is called, and the service that meets it first.
STOPPED = (("mongodb", "MongoDB has not answered since"), ("nats", "NATS has not answered since"),
           ("s3", "S3 local has not answered since"))  # fmt: skip


@pytest.fixture(scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    folder = tmp_path_factory.mktemp("stopped")
    patience = Patience(limit=600, most=600)  # the stack would replace a server that stands still for longer
    async with impatient_system(folder / "stack", small_archive(folder / "archive"), patience=patience) as running:
        yield running


async def said_by(system: System, home: Path, *arguments: str) -> str:
    """All words of a command, which must come within ten seconds and what a busy machine adds."""
    began = time.monotonic()
    code, output, errors = await asyncio.wait_for(
        seisbus(home, system.stack.control_address, "--data-dir", str(system.stack.servers.folder), *arguments), 30
    )
    print(f"\n$ seisbus {' '.join(arguments)}   # exit code {code}, {time.monotonic() - began:.1f} s\n{output}{errors}")
    assert "Traceback" not in output + errors
    return output + errors


async def stopped(system: System, kind: str, sentence: str, seconds: float, home: Path) -> None:
    undisturbed = await system.run(JOB)
    pid = system.stack.servers.server(kind).handle.pid
    heard: list[str] = []
    async with paused(system.stack, "fetcher"):
        job = await system.client.submit(JOB)
        waiting = asyncio.create_task(system.client.wait(job.id, heard.append))
        await eventually(lambda: _planned(system, job.id))
        began = time.monotonic()
        os.kill(pid, signal.SIGSTOP)
    try:
        service = "fetcher" if kind == "s3" else "control"

        async def known() -> bool:
            (address,) = (s.health_address for s in system.stack.services() if s.service == service)
            found = await probe(address)
            return sentence in found.holding_for and not found.ready

        await eventually(known, timeout=60)
        print(f"\n{kind} is stopped; {service} said so after {time.monotonic() - began:.1f} s")

        async def told() -> bool:  # control hears of it from the service that waits, at most two looks later
            return sentence in await said_by(system, home, "jobs")

        await eventually(told, timeout=20)
        words = {name: await said_by(system, home, *name.split()) for name in ("jobs", f"explain {job.id}", "doctor")}
        for command in ("jobs", f"explain {job.id}"):
            assert sentence in words[command]
        assert sentence in words["doctor"]
        if kind == "mongodb":
            with pytest.raises(ClientError, match=sentence):
                await asyncio.wait_for(system.client.jobs(), 10)
        else:
            assert job.id in words["jobs"]
        await eventually(lambda: any(sentence in line for line in heard))
        await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))  # the pause is what is tested
        assert not waiting.done()
    finally:
        os.kill(pid, signal.SIGCONT)
    done = await asyncio.wait_for(waiting, 120)
    print(f"\nwho waited for the job heard: {heard}")
    assert done.state == "completed", (done.error, done.notes)
    assert done.ledger.counts() == undisturbed.ledger.counts()
    await system.stored(done)
    log = await asyncio.to_thread(Path(system.stack.log_path).read_text)
    lines = [line for line in log.splitlines() if "does not answer" in line or "answers again" in line]
    print("\n".join(["", "the log:", *lines[-14:]]))
    assert any(sentence.split(" has")[0] in line for line in lines)


async def _planned(system: System, job: str) -> bool:
    return (await system.client.job(job)).progress.planning_done


@pytest.mark.parametrize(("kind", "sentence"), STOPPED[:2])  # all three for a minute: below
async def test_a_stopped_server_is_named_and_nothing_is_lost(
    kind: str, sentence: str, system: System, tmp_path: Path
) -> None:
    await stopped(system, kind, sentence, 18, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize(("kind", "sentence"), STOPPED)
async def test_a_minute_of_silence(kind: str, sentence: str, system: System, tmp_path: Path) -> None:
    await stopped(system, kind, sentence, 60, tmp_path)
