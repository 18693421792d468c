"""`seisbus demo` as a user runs it: from an empty folder to the picture, again on what is there, and stopped midway."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from seisbus.local import running_stack
from support.waiting import eventually

DEMO = [sys.executable, "-m", "seisbus.cli", "--data-dir"]
LEDGER = re.compile(r"planned (\d+) = saved (\d+) \+ dead (\d+) \+ missing (\d+) \+ failed (\d+) \+ cancelled (\d+)")


def environment() -> dict[str, str]:
    """This process's, without what would lead the demo to another stack."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SEISBUS_")}


def processes_of(folder: Path) -> list[str]:
    """Commands of processes that work in a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = " ".join(process.info["cmdline"] or [])
        if str(folder) in command and process.pid != os.getpid():
            found.append(command)
    return found


@pytest.mark.timeout(280)
def test_the_demo_ends_with_a_ledger_and_pictures_and_runs_again_on_what_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for repeat in range(2):
        ran = subprocess.run(
            [*DEMO, str(folder), "demo", "--preset", "tiny"],
            capture_output=True, text=True, env=environment(), timeout=130, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        found = LEDGER.search(ran.stdout)
        assert found is not None, ran.stdout
        planned, *fates = map(int, found.groups())
        assert planned == sum(fates) >= 12
        assert fates[0] > 0
        assert "39645386" in ran.stdout
        assert "What was saved and where" in ran.stdout
        assert ("index of local" in ran.stdout) == (repeat == 0)
        for name in ("demo.png", "demo-event.png"):
            assert (folder / name).read_bytes().startswith(b"\x89PNG")
        assert f"Picture of the first 12 waveforms: {folder / 'demo.png'}" in ran.stdout
        assert processes_of(folder) == []


@pytest.mark.timeout(120)
async def test_ctrl_c_in_the_middle_leaves_nothing_running(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    demo = await asyncio.create_subprocess_exec(
        *DEMO, str(folder), "demo", "--preset", "tiny",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(), start_new_session=True,
    )  # fmt: skip
    await eventually(lambda: running_stack(folder) is not None or demo.returncode is not None, timeout=80)
    demo.send_signal(signal.SIGINT)
    output, _ = await asyncio.wait_for(demo.communicate(), 30)
    told = output.decode()
    assert demo.returncode == 130, told
    assert "Traceback" not in told
    assert "Stopped by SIGINT; nothing is left running." in told
    assert processes_of(folder) == []
    assert running_stack(folder) is None
    assert json.loads((folder / "archive" / "truth" / "manifest.json").read_text())
