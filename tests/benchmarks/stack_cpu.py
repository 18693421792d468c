"""Measure the CPU of every process of the stack for windows of an hour at 100 Hz, in one run on loopback.

Three kinds of jobs take turns: windows kept as the archive's records, windows stored as float64, and Seismograms of
three components. Each job has a new day, so that nothing is known of its objects. CPU comes from the kernel's counters,
by process; S3 and the proxy before it are listed apart from the other servers. Figures are medians of the rounds. The
plain loop does the same windows of the first day.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from seisbus.client import AsyncClient
from seisbus.local.stack import local_stack
from seisbus.testing.make import make_archive
from seisbus.testing.spec import ArchiveSpec, RateShare

from .usage import idle, measured

SERVICES: Final = ("control", "indexer", "fetcher", "windower", "writer")
SERVERS: Final = ("nats-server", "secantusd")
S3: Final = "rclone"
SEED: Final = 1
CHANNELS: Final = 120
ROUNDS: Final = int(os.environ.get("SEISBUS_BENCH_ROUNDS", "3"))
KINDS: Final[dict[str, dict[str, Any]]] = {
    "records": {},
    "float64": {"output": {"encoding": "float64"}},
    "Seismograms": {"components": 3},
}
FIRST_DAY: Final = date(2011, 3, 11)
SPEC: Final = ArchiveSpec(
    seed=SEED,
    days=tuple(FIRST_DAY + timedelta(days=n) for n in range(ROUNDS * len(KINDS) + 1)),
    channels=CHANNELS,
    mix=(RateShare(100, "H", 1.0),),
    templates=6,
    hours=(5.0, 8.0),
    real=False,
    event_traces=3,
)


@dataclass(frozen=True, slots=True)
class Job:
    """CPU ms per window by process, for one job."""

    kind: str
    saved: int
    seconds: float
    cpu: dict[str, float]

    def total(self, names: tuple[str, ...]) -> float:
        """CPU ms per window of these processes together."""
        return sum(self.cpu.get(name, 0.0) for name in names)


async def run_job(client: AsyncClient, kind: str, day: date) -> Job:
    """Run one job of a kind over a day of which nothing is known."""
    start = f"{day}T05:47:11.3"
    window = {"start": start, "end": f"{day}T06:47:11.3"}
    await idle()
    with measured() as usage:
        job = await client.submit({"archive": "local", "windows": {"absolute": [window]}, **KINDS[kind]})
        job = await client.wait(job.id)
    ledger = job.progress.ledger
    expected = CHANNELS // (3 if kind == "Seismograms" else 1)
    if ledger.saved != expected:
        reasons = await client.reasons(job.id)
        raise AssertionError(f"{expected} windows should have been saved: {ledger}, {reasons}")
    seconds = (job.close_time_ns - job.submit_time_ns) / 1e9
    return Job(kind, ledger.saved, seconds, {n: 1e3 * s / ledger.saved for n, s in usage.cpu.items()})


async def plain_loop(environment: Mapping[str, str], work: Path) -> dict[str, float]:
    """CPU ms a window of the plain loop and of the database that it writes to."""
    begin = datetime.fromisoformat(f"{FIRST_DAY}T05:47:11.3+00:00").timestamp()
    program, out = Path(__file__).with_name("plain_loop.py"), work / "plain.bin"
    where = (environment["SEISBUS_ARCHIVE_LOCAL_ENDPOINT"], environment["SEISBUS_MONGODB_URI"])
    await idle()
    with measured() as usage:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(program),
            *where,
            str(out),
            str(begin),
            str(begin + 3600),
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
    answer = json.loads(said.splitlines()[-1])
    if answer["saved"] < CHANNELS:
        raise AssertionError(f"the plain loop should have saved {CHANNELS} windows: {answer}")
    servers = {name: usage.cpu.get(name, 0.0) for name in (*SERVERS, S3)}
    own = usage.total_cpu() - sum(servers.values()) - sum(usage.cpu.get(name, 0.0) for name in SERVICES)
    return {n: round(1e3 * s / CHANNELS, 2) for n, s in {"loop": own, **servers}.items()}


async def measure(root: Path, work: Path) -> tuple[list[Job], dict[str, float]]:
    """Run all jobs, after a first one in which every process does its first work, and the plain loop."""
    jobs: list[Job] = []
    async with local_stack(work / "stack", s3_root=root) as stack, AsyncClient(stack.control_address) as client:
        await client.wait((await client.sync_index("local")).id)  # Seismograms need station metadata for their axes
        for n, day in enumerate(SPEC.days):
            job = await run_job(client, list(KINDS)[max(n - 1, 0) % len(KINDS)], day)
            if n:
                jobs.append(job)
        loop = await plain_loop(stack.environment, work)
    return jobs, loop


def figures_of(jobs: list[Job]) -> dict[str, Any]:
    """Medians by kind, and the ratios of Seismograms."""
    found: dict[str, Any] = {}
    for kind in KINDS:
        own = [job for job in jobs if job.kind == kind]
        names = (*SERVICES, *SERVERS, S3)
        found[kind] = {n: round(float(np.median([job.cpu.get(n, 0.0) for job in own])), 2) for n in names}
        for name, chosen in (("services", SERVICES), ("servers", SERVERS)):
            found[kind][name] = round(float(np.median([job.total(chosen) for job in own])), 2)
        found[kind]["wall"] = round(float(np.median([1e3 * job.seconds / job.saved for job in own])), 2)
    for kind in ("records", "float64"):
        found[f"Seismogram over {kind}"] = round(found["Seismograms"]["services"] / found[kind]["services"], 2)
    return found


def report(figures: dict[str, Any]) -> Table:
    """The figures as a table."""
    table = Table(title=f"CPU ms a window of 1 h at 100 Hz, {CHANNELS} objects a job, medians of {ROUNDS}")
    for column in ("", *SERVICES, "services", "NATS", "database", "both", "S3", "wall"):
        table.add_column(column, justify="right")
    for kind in KINDS:
        names = (*SERVICES, "services", *SERVERS, "servers", S3, "wall")
        table.add_row(kind, *(f"{figures[kind][name]:.2f}" for name in names))
    return table


def main() -> dict[str, Any]:
    """Make the archive, run the jobs, print the table; the figures by name."""
    cache = (
        Path(os.environ.get("SEISBUS_BENCH_CACHE", Path.home() / ".cache" / "seisbus"))
        / "archives"
        / f"stack_cpu_{ROUNDS}"
    )
    make_archive(cache, SPEC)
    with tempfile.TemporaryDirectory() as folder:
        jobs, loop = asyncio.run(measure(cache, Path(folder)))
    figures = figures_of(jobs) | {"plain loop": loop}
    console = Console(width=150)
    console.print(report(figures))
    console.print(f"The plain loop: {loop['loop']:.2f} ms of its own, {loop['secantusd']:.2f} ms of the database.")
    for kind in ("records", "float64"):
        ratio = figures[f"Seismogram over {kind}"]
        console.print(f"A Seismogram takes {ratio:.2f} times the services' CPU of one channel stored as {kind}.")
    return figures
