"""Measure how long the stack, the client and the command line take to start, compared with a Python that does nothing.

`python -m tests.benchmarks opening`. Each is a new process; figures are medians. The stack gets a new folder each time,
so that servers and services make everything anew. CPU seconds are given too, because they depend less on other
programs.
"""

from __future__ import annotations

import os
import resource
import signal
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

SEED: Final = None  # nothing is made at random
_STACKS = int(os.environ.get("SEISBUS_BENCH_ROUNDS", "3"))
_TIMES = 2 * _STACKS + 1
_PYTHON = sys.executable
_SEISBUS = str(Path(sysconfig.get_path("scripts")) / "seisbus")
# most seconds, and the way
_WAYS: dict[str, tuple[float | None, tuple[str, ...]]] = {
    "python -c pass": (None, (_PYTHON, "-c", "pass")),
    "import numpy": (None, (_PYTHON, "-c", "import numpy")),
    "import seisbus.client": (0.3, (_PYTHON, "-c", "from seisbus.client import AsyncClient, Client")),
    "seisbus --help": (0.3, (_SEISBUS, "--help")),
}
_UP_SECONDS = 3.0


def _measured(run: Callable[[], None]) -> tuple[float, float]:
    """Seconds and CPU seconds of `run` and the processes that it waits for."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run()
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _up() -> tuple[float, float]:
    """Seconds from the command `seisbus up` until it says that it answers; CPU seconds to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        stack = subprocess.Popen(
            [_SEISBUS, "--data-dir", folder, "up"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert stack.stdout is not None
        seconds = next(
            (time.perf_counter() - begun for line in stack.stdout if line.startswith("Seisbus answers")), float("inf")
        )
        stack.send_signal(signal.SIGINT)
        stack.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> dict[str, object]:
    """Print the table and return its figures."""
    found: dict[str, tuple[list[tuple[float, float]], float | None]] = {}
    for name, (most, command) in _WAYS.items():
        runs = [_measured(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(_TIMES)]  # noqa: B023
        found[name] = runs, most
    found["seisbus up"] = [_up() for _ in range(_STACKS)], _UP_SECONDS
    table = Table(title="To be there; medians")
    for column in ("", "s", "least", "CPU s", "at most"):
        table.add_column(column, justify="right")
    figures: dict[str, object] = {}
    for name, (runs, most) in found.items():
        seconds, cpu = (statistics.median(values) for values in zip(*runs, strict=True))
        least = min(run[0] for run in runs)
        table.add_row(name, f"{seconds:.2f}", f"{least:.2f}", f"{cpu:.2f}", "" if most is None else f"{most}")
        figures[name] = {"seconds": seconds, "least": least, "cpu": cpu, "at_most": most, "runs": len(runs)}
    Console().print(table)
    return figures


if __name__ == "__main__":
    main()
