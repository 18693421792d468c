"""Measure an event file: one object of 4,450 traces, from the submission to all of them saved, on the local stack.

The first job makes every process do its first work; the seconds are the medians of the others.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from seisbus.client import AsyncClient
from seisbus.local.stack import local_stack
from seisbus.testing.make import make_archive
from seisbus.testing.spec import OJAI, ArchiveSpec, RateShare

from .usage import Usage, idle, measured

TRACES: Final = 4450
ROUNDS: Final = 3
PROCESSES: Final = ("control", "indexer", "fetcher", "windower", "writer", "nats-server", "secantusd", "rclone")
SPEC: Final = ArchiveSpec(
    channels=3, mix=(RateShare(1, "L", 1.0),), hours=(5.0, 6.0), real=False, event_traces=TRACES, templates=3
)


async def measure(root: Path, work: Path) -> tuple[list[float], list[Usage]]:
    """Wall seconds and usage of each job but the first."""
    seconds: list[float] = []
    usages: list[Usage] = []
    events = {"catalog": {"start": "2023-01-01", "end": "2024-01-01", "ids": [OJAI.evid]}}
    job_file = {"archive": "local", "inputs": "event_files", "windows": {"events": events}, "existing": "again"}
    async with local_stack(work / "stack", s3_root=root) as stack, AsyncClient(stack.control_address) as client:
        await client.wait((await client.sync_index("local")).id)
        for number in range(ROUNDS + 1):
            await idle()
            with measured() as usage:
                job = await client.submit(job_file)
                job = await client.wait(job.id)
            ledger = job.progress.ledger
            if ledger.saved != TRACES or not ledger.balanced:
                raise AssertionError(f"{TRACES} windows should have been saved: {ledger}")
            if number:
                seconds.append((job.close_time_ns - job.submit_time_ns) / 1e9)
                usages.append(usage)
    return seconds, usages


def main() -> dict[str, Any]:
    """Make the archive, run the jobs, print the table; the figures by name."""
    cache = Path(os.environ.get("SEISBUS_BENCH_CACHE", Path.home() / ".cache" / "seisbus")) / "archives" / "event_files"
    manifest = make_archive(cache, SPEC)
    size = max(event.bytes for event in manifest.events)
    with tempfile.TemporaryDirectory() as folder:
        seconds, usages = asyncio.run(measure(cache, Path(folder)))
    figures: dict[str, Any] = {"seconds": statistics.median(seconds), "traces": TRACES, "megabytes": size / 1e6}
    for name in PROCESSES:
        figures[name] = round(statistics.median(usage.cpu.get(name, 0.0) for usage in usages), 2)
    table = Table(title=f"{TRACES:,} traces of one event file ({size / 1e6:.0f} MB), medians of {ROUNDS}")
    for column in ("", "seconds"):
        table.add_column(column, justify="right")
    table.add_row("submission to end", f"{figures['seconds']:.2f}")
    for name in PROCESSES:
        table.add_row(f"CPU of {name}", f"{figures[name]:.2f}")
    Console().print(table)
    return figures
