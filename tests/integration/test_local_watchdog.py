"""A server that runs and does no work is replaced, and a job goes on; a slow machine and a sleep are no fault of it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import nats
import psutil
import pytest
from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError

from seisbus import disk_room
from seisbus.local import Patience, embedded_servers
from seisbus.local.process import Child
from seisbus.local.servers import Server
from seisbus.local.supervisor import Supervisor
from seisbus.local.watchdog import Watchdog
from support.chaos import JOB, impatient_system, settled_end, small_archive
from support.disks import small_disk, taken_room
from support.waiting import eventually

SHORT = Patience(every=0.2, limit=2.0, most=4.0)
FOREVER = "import signal; signal.pause()"


async def works(server: Server) -> bool:
    """Whether a server does its work."""
    try:
        await server.work()
    except OSError:
        return False
    return True


async def test_stopped_servers_are_replaced_and_a_job_goes_on(tmp_path: Path) -> None:
    archive = small_archive(tmp_path / "archive")
    async with impatient_system(tmp_path / "stack", archive, patience=SHORT) as system:
        undisturbed = await settled_end(system, await system.run(JOB))
        job = await system.client.submit(JOB)
        for server in system.stack.servers.all():
            stopped = server.handle.pid
            os.kill(stopped, signal.SIGSTOP)  # it keeps its port, and the kernel takes connections for it
            await eventually(lambda server=server, stopped=stopped: server.handle.pid != stopped, timeout=60)
            assert not psutil.pid_exists(stopped)
            await eventually(partial(works, server))
        done = await system.client.wait(job.id)
        assert (done.state, done.ledger.balanced) == ("completed", True)
        assert await settled_end(system, done) == undisturbed
        log = system.stack.log_path.read_text()
    for kind in ("s3", "nats", "mongodb"):
        assert f"{kind:<12} | does no work: it gives no answer for 2 s; it is killed and started again" in log


async def test_each_server_does_the_work_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "s3" / "bucket").mkdir(parents=True)
    async with embedded_servers(tmp_path / "data", s3_root=tmp_path / "s3") as servers:
        for server in servers.all():
            await server.work()
            await server.work()
            await server.kill()
            with pytest.raises(OSError):
                await server.work()


async def test_a_stream_that_refuses_changes_after_a_full_disk_is_seen_until_nats_starts_again(tmp_path: Path) -> None:
    """Its other streams work all the time."""
    (tmp_path / "s3").mkdir()
    with small_disk(tmp_path / "disk", "300m") as disk:
        async with embedded_servers(disk / "data", s3_root=tmp_path / "s3") as servers:
            server = servers.server("nats")
            async with await nats.connect(server.handle.url) as connection:
                js = connection.jetstream()
                await js.add_stream(name="LARGE", subjects=["large"])
                await server.work()
                filler = taken_room(disk, left=8 << 20)
                with pytest.raises((JetStreamError, NatsError)):
                    for _ in range(100):
                        await js.publish("large", bytes(1 << 20))
                filler.unlink()
                with pytest.raises(ValueError, match="no space left"):
                    await server.work()
            await server.kill()
            await server.start()
            await server.work()


async def watched(
    tmp_path: Path, work: Callable[[], object], patience: Patience
) -> tuple[Supervisor, list[str], asyncio.Task[None]]:
    notes: list[str] = []

    async def spawn() -> Child:
        return await Child.spawn("program", (sys.executable, "-c", FOREVER), env=os.environ)

    async def ask() -> None:
        await asyncio.sleep(0)
        work()

    supervisor = Supervisor(spawn, notes.append)
    await supervisor.start()
    dog = Watchdog(supervisor, ask, tmp_path, tmp_path / "its.log", notes.append, patience)
    return supervisor, notes, asyncio.create_task(dog.run())


def refuse() -> None:
    raise ValueError("no")


async def ended(supervisor: Supervisor, dog: asyncio.Task[None]) -> None:
    dog.cancel()
    await asyncio.wait([dog])
    child = supervisor.child
    await supervisor.unwatch()
    if child is not None:
        child.kill()
        await child.wait()


async def test_after_the_third_time_it_says_what_to_do_and_each_time_it_waits_longer(tmp_path: Path) -> None:
    supervisor, notes, dog = await watched(tmp_path, refuse, Patience(every=0.01, limit=1, most=2))
    await eventually(lambda: any("3 times in a row" in note for note in notes), timeout=60)
    await ended(supervisor, dog)
    faults = [note for note in notes if note.startswith("does no work")]
    assert [fault.split(" for ")[1].split(";")[0] for fault in faults[:3]] == ["1 s", "2 s", "2 s"]
    assert "it says 'no'" in faults[0]
    (told,) = [note for note in notes if "in a row" in note and "did no work" in note][:1]
    assert "its.log" in told
    assert "stop the stack and start it again" in told


async def test_on_a_full_disk_it_waits_for_room_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = disk_room.WANTED_FREE
    monkeypatch.setattr(disk_room, "WANTED_FREE", 1 << 62)
    asked = 0

    def count_and_refuse() -> None:
        nonlocal asked
        asked += 1
        raise ValueError("No space left on device")

    supervisor, notes, dog = await watched(tmp_path, count_and_refuse, Patience(every=0.01, limit=1, most=1))
    first = supervisor.pid
    await eventually(lambda: asked > 20, timeout=60)
    assert supervisor.pid == first
    assert len(notes) == 1
    assert f"The disk of {tmp_path} is full" in notes[0]
    assert "are wanted" in notes[0]
    monkeypatch.setattr(disk_room, "WANTED_FREE", wanted)
    await eventually(lambda: supervisor.pid not in (None, first), timeout=60)
    await ended(supervisor, dog)


async def test_a_server_that_cannot_come_up_is_tried_on_and_the_sentence_says_what_to_do(tmp_path: Path) -> None:
    notes: list[str] = []
    async with embedded_servers(tmp_path, mongodb=False) as servers:
        server = servers.server("nats")
        supervisor = Supervisor(server.start, notes.append, advice=f"Look at its log {server.handle.log}.")
        supervisor.adopt(server.child)
        store = tmp_path / "nats" / "jetstream"
        store.rename(tmp_path / "aside")
        store.write_text("a file where the server wants its folder")
        supervisor.kill()
        await eventually(
            lambda: any("did not stay up 3 times in a row. Look at its log" in n for n in notes), timeout=60
        )
        store.unlink()
        (tmp_path / "aside").rename(store)
        await eventually(lambda: supervisor.pid is not None, timeout=60)
        await supervisor.unwatch()
