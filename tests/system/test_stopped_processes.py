"""Every command while any process of the stack stands still (SIGSTOP): an answer within ten seconds that names who.

What was said is printed (`pytest -s`), so that it can be quoted.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from seisbus.client import Job
from seisbus.local import EmbeddedServers, Patience, embedded_servers
from support.chaos import JOB, impatient_system, paused, small_archive
from support.command import seisbus
from support.system import System
from support.waiting import eventually

pytestmark = pytest.mark.long  # three of the servers are in test_stopped_servers.py

# What a command is allowed, which is what this file is about: `seisbus` of a user who sees nothing for longer leaves.
TEN_SECONDS = 10.0
SERVERS = ("mongodb", "nats", "s3")
SERVICES = ("indexer", "fetcher", "windower", "writer")
# How each is named by who answers at all; and those for whom the fetcher must be kept from finishing first.
NAMES = {
    "control": "No connection to Seisbus control at",
    "mongodb": "MongoDB has not answered since",
    "nats": "NATS has not answered since",
    "s3": "S3 local has not answered since",
    "sink": "Sink s3://sink/files/ has not answered since",
    **{service: f"The {service} has not been heard of since" for service in SERVICES},
}
WATCHED = {**NAMES, "control": "Waiting for Seisbus control"}
# What the doctor finds itself.
DOCTOR = {"control": "wrong control", "mongodb": "wrong MongoDB", "nats": "wrong NATS", "s3": "wrong S3",
          "sink": "s3://sink/files does not answer within",
          **{service: f"wrong {service}" for service in SERVICES}}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stopping:
    """A system with a bucket for its files, and a job that is done."""

    system: System
    sink: EmbeddedServers
    done: Job

    def pid(self, name: str) -> int:
        """The process of a server or a service."""
        if name == "sink":
            return self.sink.server("s3").handle.pid
        if name in SERVERS:
            return self.system.stack.servers.server(name).handle.pid
        (pid,) = (s.pid for s in self.system.stack.services() if s.service == name)
        assert pid is not None
        return pid


@pytest.fixture(scope="module")
async def stopping(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stopping]:
    keys = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    folder = tmp_path_factory.mktemp("processes")
    (folder / "buckets" / "sink").mkdir(parents=True)
    patience = Patience(limit=600, most=600)  # the stack would replace a server that stands still for longer
    async with embedded_servers(folder / "sink", nats=False, mongodb=False, s3_root=folder / "buckets") as sink:
        environment = {
            "SEISBUS_SINK": "s3://sink/files",
            "SEISBUS_SINK_ENDPOINT": sink.s3.url,
            **keys,
        }
        archive = small_archive(folder / "archive")
        async with impatient_system(folder / "stack", archive, patience=patience, environment=environment) as running:
            with pytest.MonkeyPatch.context() as patch:  # for the doctor, which looks with the caller's own keys
                for key, value in keys.items():
                    patch.setenv(key, value)
                yield Stopping(running, sink, await running.run(JOB))


@contextlib.asynccontextmanager
async def open_job(stopping: Stopping, name: str) -> AsyncIterator[tuple[Job, list[str], asyncio.Task[Job]]]:
    """A job that waits for a process that stands still; what its watcher hears, and the task of that.

    What has to do with its data is stopped before; what merely answers, while its fetcher is kept from ending it.
    """
    system = stopping.system
    heard: list[str] = []
    pid = stopping.pid(name)
    data = name in ("s3", "sink", *SERVICES)
    try:
        async with contextlib.nullcontext() if data else paused(system.stack, "fetcher"):
            if data:
                os.kill(pid, signal.SIGSTOP)
            job = await system.client.submit(JOB)
            waiting = asyncio.create_task(system.client.wait(job.id, heard.append))
            if not data:
                await eventually(lambda: _planned(system, job))
                os.kill(pid, signal.SIGSTOP)
            yield job, heard, waiting
            os.kill(pid, signal.SIGCONT)
    finally:
        os.kill(pid, signal.SIGCONT)


async def _planned(system: System, job: Job) -> bool:
    return (await system.client.job(job.id)).progress.planning_done


async def said_by(stopping: Stopping, home: Path, *arguments: str) -> str:
    """All words of a command, which come within ten seconds of its start and are no traceback."""
    stack = stopping.system.stack
    began = time.monotonic()
    code, output, errors = await seisbus(
        home, stack.control_address, "--data-dir", str(stack.servers.folder), *arguments
    )
    seconds = time.monotonic() - began
    print(f"\n$ seisbus {' '.join(arguments)}   # exit code {code}, {seconds:.1f} s\n{output}{errors}")
    assert seconds < TEN_SECONDS
    assert "Traceback" not in output + errors
    assert "unexpected" not in output + errors
    assert output + errors
    return output + errors


@pytest.mark.parametrize("name", NAMES)
async def test_every_command_answers_and_names_who_stands_still(name: str, stopping: Stopping, tmp_path: Path) -> None:
    file = str(tmp_path / "out.mseed")
    async with open_job(stopping, name) as (job, heard, waiting):
        began = time.monotonic()
        asked = asyncio.create_task(said_by(stopping, tmp_path, "jobs"))  # at once, when nobody may know yet
        await eventually(lambda: any(WATCHED[name] in line for line in heard), 60)
        print(f"\n{name}: the watcher heard after {time.monotonic() - began:.1f} s: {heard}")
        await asked
        for command in ("jobs", f"explain {job.id}"):
            assert NAMES[name] in await said_by(stopping, tmp_path, *command.split()), command
        assert DOCTOR[name] in await said_by(stopping, tmp_path, "doctor")
        gets = f"get {file} --job {stopping.done.id}"
        for command in (f"show {stopping.done.id}", f"outcomes {job.id}", gets, f"retry --no-wait {job.id}",
                        "deadletters list", "purge --dry-run --older-than 90d"):  # fmt: skip
            said = await said_by(stopping, tmp_path, *command.split())
            if name in ("control", "mongodb"):
                assert NAMES[name] in said, command
            if name == "sink" and command is gets:
                assert "Sink s3://sink/files/" in said
        assert not waiting.done()
    done = await asyncio.wait_for(waiting, 120)
    print(f"{name}: in the end the watcher had heard {heard}")
    assert done.ledger.counts() == stopping.done.ledger.counts()
    assert await said_by(stopping, tmp_path, "jobs")
