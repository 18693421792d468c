"""The local stack with its real services: found from outside, healed after kills, gone when it ends, used again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import nats
import psutil
import pytest

from seisbus.local import FolderInUseError, ServiceName, StackState, local_stack, running_stack, server_trials
from support.waiting import eventually


async def test_the_stack_starts_heals_ends_and_starts_again(tmp_path: Path) -> None:
    async with local_stack(tmp_path, s3_root=tmp_path / "s3", replicas={"writer": 2}) as stack:
        assert running_stack(tmp_path) == stack.state()
        statuses = stack.services()
        assert [status.service for status in statuses].count(ServiceName.WRITER) == 2
        assert {status.service for status in statuses} == set(ServiceName)

        killed = stack.kill("writer", 1)
        assert killed is not None
        await eventually(lambda: stack.restarts() == 1 and all(status.pid for status in stack.services()))
        assert killed not in [status.pid for status in stack.services()]

        before = stack.servers.nats
        after = await stack.restart_server("nats")
        assert (after.url, after.pid != before.pid) == (before.url, True)

        crashed = stack.servers.mongodb.pid
        os.kill(crashed, signal.SIGKILL)
        await eventually(lambda: stack.servers.mongodb.pid != crashed)

        with pytest.raises(FolderInUseError):
            async with local_stack(tmp_path):
                pass
        pids = [status.pid for status in stack.services()] + [server.handle.pid for server in stack.servers.all()]
        streams = await stream_names(stack.servers.nats.url)
    assert "SEIS_FETCH" in streams
    assert not [pid for pid in pids if pid is not None and psutil.pid_exists(pid)]
    assert running_stack(tmp_path) is None

    async with local_stack(tmp_path) as again:
        assert await stream_names(again.servers.nats.url) == streams


async def stream_names(url: str) -> set[str | None]:
    client = await nats.connect(url)
    try:
        names = {info.config.name for info in await client.jetstream().streams_info()}
        return names - {server_trials.STREAM}  # the watchdog's own, which comes a little later
    finally:
        await client.close()


_PARENT = """
import asyncio, sys
from pathlib import Path
from seisbus.local import StackInterrupted, interruptible, local_stack

async def main(folder):
    async with interruptible(), local_stack(folder, s3_root=folder / "s3"):
        print("ready", flush=True)
        await asyncio.Event().wait()

try:
    asyncio.run(main(Path(sys.argv[1])))
except StackInterrupted as stopped:
    sys.exit(stopped.exit_code)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
@pytest.mark.parametrize(
    ("ending", "children"),
    [
        # while it starts, told by the number of processes: S3, then NATS and MongoDB, topology, services
        (signal.SIGTERM, 1),
        (signal.SIGINT, 3),
        (signal.SIGINT, 4),
        (signal.SIGTERM, 6),
        (signal.SIGKILL, 6),
        # when it is up
        (signal.SIGINT, 8),
        (signal.SIGTERM, 8),
        (signal.SIGKILL, 8),
    ],
)
async def test_nothing_outlives_the_stack(tmp_path: Path, ending: signal.Signals, children: int) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", _PARENT, str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdout is not None
    if children == 8:
        assert await parent.stdout.readline() == b"ready\n"
    process = psutil.Process(parent.pid)
    await eventually(lambda: len(process.children()) >= children, interval=0.005)
    family = process.children(recursive=True)
    assert family

    parent.send_signal(ending)
    status = await parent.wait()

    assert status == (-ending if ending is signal.SIGKILL else 128 + ending)
    await eventually(lambda: not any(member.is_running() for member in family), timeout=5)
    assert running_stack(tmp_path) is None


def test_the_state_file_is_read_back_as_written(tmp_path: Path) -> None:
    state = StackState(1, {"SEISBUS_DATABASE": "x"}, "127.0.0.1:1", {"writer": ("127.0.0.1:2",)}, "log")
    state.write(tmp_path)
    assert json.loads((tmp_path / "stack.json").read_text())["control_address"] == "127.0.0.1:1"
    assert running_stack(tmp_path) is None, "nobody holds the folder"
