"""Processes that load in common what they have in common: children of who asked for them, each with its own streams."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from seisbus.held import HELD
from seisbus.local.logs import MergedLog
from seisbus.local.nursing import Nursery
from seisbus.local.services import Early
from support.waiting import eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="subreapers are Linux's")

# what a service does at its start, and what it sees of itself
_PROBE = """
import os, signal, sys
from seisbus.held import held
loaded = "seisbus.app.lifecycle" in sys.modules
held()
print(os.environ["WORD"], os.getppid(), loaded, flush=True)
if os.environ["WORD"] == "stay":
    signal.pause()
sys.exit(3)
"""


def environment(folder: Path) -> dict[str, str]:
    (folder / "probe.py").write_text(_PROBE)
    return {**os.environ, "PYTHONPATH": str(folder), HELD: "1"}


async def test_processes_of_a_nursery_are_children_like_others(tmp_path: Path) -> None:
    children = await Nursery().started({"one": "probe", "two": "probe", "three": "probe"}, environment(tmp_path))
    assert len({child.pid for child in children.values()}) == 3
    assert {psutil.Process(child.pid).ppid() for child in children.values()} == {os.getpid()}

    for name, word in (("two", "go"), ("one", "stay"), ("three", "stay")):
        children[name].release({"WORD": word})
        assert (await children[name].stdout.readline()).decode().split() == [word, str(os.getpid()), "True"]
    assert [word for word in psutil.Process(children["one"].pid).cmdline() if word] == [sys.executable, "-m", "probe"]

    assert await children["two"].wait() == 3
    children["one"].kill()
    assert await children["one"].wait() == -signal.SIGKILL
    await children["three"].stop(timedelta(seconds=10))
    assert children["three"].returncode == -signal.SIGTERM
    assert await children["three"].stdout.read() == b""


async def test_who_gives_up_ends_them_all(tmp_path: Path) -> None:
    children = await Nursery().started({"one": "probe", "two": "probe"}, environment(tmp_path))
    children["one"].kill()
    assert await children["one"].wait() == -signal.SIGKILL
    children["one"].release({"WORD": "never"})  # it has ended, which its supervisor sees

    early = Early()
    early.begin({"three": "probe"}, environment(tmp_path))
    await early.end()
    children["two"].kill()
    await children["two"].wait()
    assert not [p for p in psutil.Process().children(recursive=True) if "probe" in " ".join(p.cmdline())]


async def test_without_its_nursery_a_process_starts_alone(tmp_path: Path) -> None:
    nursery = Nursery()
    coming = asyncio.create_task(nursery.started({"one": "probe"}, environment(tmp_path)))

    def ended() -> bool:
        nursery.end()
        return coming.done()

    await eventually(ended)
    assert await coming == {}

    log = MergedLog(tmp_path / "log", console=None)
    child = await Early().run_module("one", "probe", {"PYTHONPATH": str(tmp_path), "WORD": "go"}, log)
    assert await child.wait() == 3
    assert (await log.tail("one")).split() == ["go", str(os.getpid()), "False"]
    await log.close()


def test_a_loop_of_uvloop_has_them_too(tmp_path: Path) -> None:
    program = (
        "import uvloop; from seisbus.local.nursing import Nursery\n"
        "async def main():\n"
        f"    children = await Nursery().started({{'one': 'probe'}}, {environment(tmp_path)!r})\n"
        "    children['one'].release({'WORD': 'go'})\n"
        "    print(await children['one'].wait())\n"
        "uvloop.run(main())"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "3"
