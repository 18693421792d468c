"""Measure very many small windows in the local stack beside the plain loop: one-minute tiles of 1 Hz, on loopback.

The archive is made first. The rate is measured from the job's submission to its end, with planning and closing, and,
from the progress of the watched job, for each tenth of the windows. CPU seconds are those of the stack's processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from seisbus.client import AsyncClient
from seisbus.local.stack import local_stack
from seisbus.testing.make import make_archive
from seisbus.testing.spec import TOHOKU, ArchiveSpec, RateShare

from .job_sizes import plain
from .usage import Usage, measured

SEED: Final = 1
WINDOWS = 1_000_000
_A_DAY = 1440
_DAYS = 7
_PLAIN_FILES = 2
_SERVERS = ("nats-server", "secantusd", "rclone")
_STORES = ("mongodb", "nats", "output")
_LOOK_SECONDS = 1.0
_ASK_SECONDS = 5.0
_ANSWERS = ("jobs", "job and reasons (show)", "availability", "watch, first line")


@dataclass(slots=True)
class Run:
    """A job: wall seconds, windows settled by seconds since its submission, resources, bytes on disk."""

    windows: int = 0
    seconds: float = 0.0
    moments: list[tuple[float, int]] = field(default_factory=lambda: [(0.0, 0)])
    usage: Usage = field(default_factory=Usage)
    disk: dict[str, int] = field(default_factory=dict)
    largest_bus: int = 0
    # longest seconds of each answer while the job ran, and once it was closed
    answers: dict[str, list[float]] = field(default_factory=lambda: {name: [0.0, 0.0] for name in _ANSWERS})
    load: tuple[float, float] = (0.0, 0.0)
    plain_per_second: float = 0.0

    def tenths(self) -> list[float]:
        """Windows per second in each tenth of the windows."""
        seconds, settled = zip(*self.moments, strict=True)
        edges = np.interp(np.linspace(0, self.windows, 11), settled, seconds)
        return [self.windows / 10 / max(end - start, 1e-9) for start, end in pairwise(edges.tolist())]


def spec_of(windows: int) -> ArchiveSpec:
    """An archive of 1 Hz channels with at least so many minutes of data."""
    days = tuple(TOHOKU.day + timedelta(days=n) for n in range(_DAYS))
    channels = -(-windows // (_A_DAY * _DAYS))
    mix = (RateShare(1, "L", 1.0),)
    return ArchiveSpec(seed=SEED, days=days, channels=channels, mix=mix, templates=3, event_traces=3, real=False)


def _size(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except FileNotFoundError:  # a server removed it
            continue
    return total


def _some(root: Path, spec: ArchiveSpec) -> list[str]:
    """Keys of some files of the first day, for the plain loop."""
    bucket = root / spec.bucket
    files = sorted(bucket.rglob(f"*{spec.days[0]:%Y%j}.ms"))
    return [file.relative_to(bucket).as_posix() for file in files[:_PLAIN_FILES]]


@contextmanager
def _looking(run: Run, nats: Path) -> Iterator[None]:
    """Keep the bus's largest size."""
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(_LOOK_SECONDS):
            run.largest_bus = max(run.largest_bus, _size(nats))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


async def _ask(run: Run, client: AsyncClient, job: str, when: int) -> None:
    """Ask what `jobs`, `show`, availability and `watch` ask, and keep the longest answers."""

    async def show() -> None:
        await client.job(job)
        await client.reasons(job)

    async def watch() -> None:
        async for _ in client.watch(job):
            return

    for name, answer in zip(_ANSWERS, (client.jobs, show, lambda: client.availability(job), watch), strict=True):
        began = time.perf_counter()
        await answer()
        run.answers[name][when] = max(run.answers[name][when], time.perf_counter() - began)


async def _asking(run: Run, client: AsyncClient, job: str) -> None:
    while True:
        await _ask(run, client, job, 0)
        await asyncio.sleep(_ASK_SECONDS)


async def run_job(root: Path, work: Path, spec: ArchiveSpec) -> Run:
    """The job from submission to end on a stack of its own."""
    run = Run()
    start, end = spec.days[0], spec.days[-1] + timedelta(days=1)
    tile = {"start": start.isoformat(), "end": end.isoformat(), "length": "1min"}
    job_file = {"archive": "local", "windows": {"tile": tile}}
    async with local_stack(work / "stack", s3_root=root) as stack, AsyncClient(stack.control_address) as client:
        folder = stack.servers.folder
        before = os.getloadavg()[0]
        with measured() as run.usage, _looking(run, folder / "nats"):
            began = time.perf_counter()
            job = await client.submit(job_file)
            asking = asyncio.create_task(_asking(run, client, job.id))
            async for progress in client.watch(job.id):
                run.moments.append((time.perf_counter() - began, progress.ledger.settled))
            run.seconds = time.perf_counter() - began
            asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
        await _ask(run, client, job.id, 1)
        run.load = (before, os.getloadavg()[0])
        ledger = (await client.job(job.id)).progress.ledger
        if not ledger.balanced or ledger.saved != spec.channels * _A_DAY * _DAYS:
            raise AssertionError(f"The ledger is not what the archive holds: {ledger}")
        run.windows = ledger.settled
        run.disk = {name: _size(folder / name) for name in _STORES}
        where = (stack.servers.s3.url, spec.bucket, _some(root, spec), stack.environment["SEISBUS_MONGODB_URI"], work)
        run.plain_per_second = await asyncio.to_thread(plain, *where)
    return run


def figures_of(run: Run) -> dict[str, Any]:
    """What the run gave, by name."""
    cpu = {name: round(1e6 * seconds / run.windows) / 1e3 for name, seconds in sorted(run.usage.cpu.items())}
    return {
        "windows": run.windows,
        "seconds": round(run.seconds, 1),
        "windows_per_s": round(run.windows / run.seconds),
        "plain_loop_windows_per_s": round(run.plain_per_second),
        "windows_per_s_by_tenth": [round(rate) for rate in run.tenths()],
        "cpu_s_per_1000_windows": {name: seconds for name, seconds in cpu.items() if seconds},
        "peak_mb": {name: round(size / 1e6) for name, size in sorted(run.usage.peak.items()) if name in cpu},
        "disk_mb": {name: round(size / 1e6, 1) for name, size in run.disk.items()},
        "largest_bus_mb": round(run.largest_bus / 1e6, 1),
        "longest_answers_s_running_and_closed": {n: [round(s, 3) for s in both] for n, both in run.answers.items()},
        "load_before_and_after": [round(load, 1) for load in run.load],
    }


def report(figures: dict[str, Any]) -> Table:
    """The figures as a table."""
    table = Table(title=f"{figures['windows']:,} one-minute windows of 1 Hz, local stack")
    table.add_column("")
    table.add_column("", justify="right")
    tenths = figures["windows_per_s_by_tenth"]
    rows = {
        "windows/s": f"{figures['windows_per_s']:,} (in {figures['seconds']:,} s)",
        "windows/s of the plain loop": f"{figures['plain_loop_windows_per_s']:,}",
        "by tenth": " ".join(f"{rate:,}" for rate in tenths),
        "CPU s per 1,000 windows": ", ".join(f"{k} {v}" for k, v in figures["cpu_s_per_1000_windows"].items()),
        "peak MB": ", ".join(f"{k} {v}" for k, v in figures["peak_mb"].items()),
        "on disk, MB": ", ".join(f"{k} {v:,}" for k, v in figures["disk_mb"].items()),
        "longest answer s, running and closed": "; ".join(
            f"{name} {running} {closed}"
            for name, (running, closed) in figures["longest_answers_s_running_and_closed"].items()
        ),
        "largest bus, MB": f"{figures['largest_bus_mb']:,}",
        "load before, after": " ".join(str(load) for load in figures["load_before_and_after"]),
    }
    for name, text in rows.items():
        table.add_row(name, text)
    return table


def main(windows: int = WINDOWS) -> dict[str, Any]:
    """Make the archive, run the job, print the table; the figures by name."""
    with tempfile.TemporaryDirectory() as folder:
        root, spec = Path(folder, "archive"), spec_of(windows)
        make_archive(root, spec)
        figures = figures_of(asyncio.run(run_job(root, Path(folder), spec)))
    Console().print(report(figures))
    Console().print_json(data=figures)
    return figures
