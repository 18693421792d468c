"""Supervision of child processes, the merged log, and the orderly end by a signal, on real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from seisbus.backoff import Backoff
from seisbus.local import StackInterrupted, embedded_servers, interruptible
from seisbus.local.logs import MergedLog
from seisbus.local.process import Child
from seisbus.local.supervisor import Supervisor
from support.waiting import eventually

QUICK = Backoff(first=0.01, most=0.04)
FOREVER = "import signal; print('up', flush=True); signal.pause()"
DEAF = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\nwhile True: signal.pause()"
)


async def spawn(program: str, log: MergedLog) -> Child:
    child = await Child.spawn("program", (sys.executable, "-c", program), env=os.environ)
    log.follow("program", child.stdout)
    return child


async def kill_and_await_successor(supervisor: Supervisor) -> None:
    restarts = supervisor.restarts
    killed = supervisor.kill()
    assert killed is not None
    await eventually(lambda: supervisor.restarts == restarts + 1 and supervisor.pid not in (None, killed))


def test_backoff_doubles_up_to_its_limit() -> None:
    backoff = Backoff(first=1, most=6)
    assert [backoff.delay(deaths) for deaths in (1, 2, 3, 4, 500)] == [1, 2, 4, 6, 6]


async def test_a_killed_process_is_started_again_and_counted(tmp_path: Path) -> None:
    log = MergedLog(tmp_path / "log", console=None)
    supervisor = Supervisor(lambda: spawn(FOREVER, log), lambda line: log.write("program", line), QUICK)
    await supervisor.start()
    first = supervisor.pid
    for _ in range(3):
        await kill_and_await_successor(supervisor)
    assert supervisor.pid != first

    last = supervisor.pid
    await supervisor.stop(timedelta(seconds=5))
    assert last is not None
    assert not psutil.pid_exists(last)
    assert supervisor.restarts == 3
    await log.close()
    assert log.path.read_text().count("ended with code -9") == 3


async def test_a_held_process_stays_down_until_restarted(tmp_path: Path) -> None:
    log = MergedLog(tmp_path / "log", console=None)
    supervisor = Supervisor(lambda: spawn(FOREVER, log), lambda line: log.write("program", line), QUICK)
    await supervisor.start()
    await supervisor.hold()
    with pytest.raises(AssertionError):
        await eventually(lambda: supervisor.pid, timeout=10 * QUICK.most)
    await supervisor.restart()
    assert supervisor.pid is not None
    await supervisor.stop(timedelta(seconds=5))
    await log.close()


async def test_a_process_that_ignores_sigterm_is_killed_after_the_drain(tmp_path: Path) -> None:
    log = MergedLog(tmp_path / "log", console=None)
    child = await spawn(DEAF, log)
    await eventually(lambda: "up" in log.path.read_text())
    await child.stop(timedelta(milliseconds=200))
    assert child.returncode == -signal.SIGKILL
    await log.close()


async def test_the_log_keeps_lines_whole_and_the_last_words(tmp_path: Path) -> None:
    log = MergedLog(tmp_path / "log", console=None)
    long = "import sys; print('x' * 200_000); sys.stderr.write('no newline at the end')"
    child = await spawn(long, log)
    assert await child.wait() == 0
    assert (await log.tail("program")).splitlines() == ["x" * 200_000, "no newline at the end"]
    await log.close()
    assert [line.split(" | ")[0].split()[-1] for line in log.path.read_text().splitlines()] == ["program"] * 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_servers_in_order_and_says_which_it_was(tmp_path: Path, number: signal.Signals) -> None:
    async def run() -> None:
        async with interruptible(), embedded_servers(tmp_path, mongodb=False) as servers:
            pids.append(servers.nats.pid)
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()

    pids: list[int] = []
    usual = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(StackInterrupted) as stopped:
            await asyncio.create_task(run())
    finally:
        signal.signal(signal.SIGINT, usual)
    assert stopped.value.exit_code == 128 + number
    assert not psutil.pid_exists(pids[0])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the always full device /dev/full")
async def test_a_full_disk_under_the_log_does_not_stop_a_process(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to("/dev/full")
    log = MergedLog(tmp_path / "log", console=None)
    child = await spawn("for n in range(20_000): print('line', n)", log)
    async with asyncio.timeout(20):
        assert await child.wait() == 0
    assert (await log.tail("program")).endswith("line 19999")
    await log.close()
