"""Compare the main job in the five services with the plain loop, on the same bucket, in one run, on loopback."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from seisbus.client import AsyncClient
from seisbus.local.stack import local_stack
from seisbus.testing.make import make_archive
from seisbus.testing.spec import Preset, preset

from .usage import Usage, idle, measured

START, END = 1299822483.2, 1299826083.2  # 100 s to 3700 s after the origin of the Tohoku earthquake
SEED: Final = 1  # of the preset
SERVICES = ("control", "indexer", "fetcher", "windower", "writer")


@dataclass(frozen=True, slots=True)
class Way:
    """One way of doing the job: wall seconds, what was saved, what it used."""

    name: str
    seconds: float
    saved: int
    usage: Usage


async def run(root: Path, work: Path) -> tuple[float, Way, Way]:
    """Seconds to start the stack, Seisbus's way, the plain loop's way."""
    begun = time.perf_counter()
    async with local_stack(work / "stack", s3_root=root) as stack, AsyncClient(stack.control_address) as client:
        started = time.perf_counter() - begun
        await idle()
        with measured() as usage:
            begun = time.perf_counter()
            job = await client.submit({"archive": "local", "windows": {"absolute": [{"start": START, "end": END}]}})
            job = await client.wait(job.id)
            seconds = time.perf_counter() - begun
        ours = Way("Seisbus", seconds, job.progress.ledger.saved, usage)
        environment = stack.environment
        with measured() as usage:
            loop = await asyncio.to_thread(
                subprocess.run,
                [
                    sys.executable, str(Path(__file__).with_name("plain_loop.py")),
                    environment["SEISBUS_ARCHIVE_LOCAL_ENDPOINT"], environment["SEISBUS_MONGODB_URI"],
                    str(work / "plain.bin"), str(START), str(END),
                ],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
        answer = json.loads(loop.stdout.splitlines()[-1])
        theirs = Way("plain loop", answer["seconds"], answer["saved"], usage)
    return started, ours, theirs


def report(started: float, ours: Way, theirs: Way, files: int) -> Table:
    """The two ways side by side."""
    table = Table(
        title=f"One day of {files} files, one-hour windows, local network (stack start {started:.1f} s apart)"
    )
    for column in ("", "wall s", "saved", "CPU s of the work", "CPU s of S3, NATS, MongoDB", "peak MB of any process"):
        table.add_column(column, justify="right")
    for way in (ours, theirs):
        servers = way.usage.total_cpu("nats-server", "secantusd", "rclone")
        work = way.usage.total_cpu() - servers
        peak = max((p for n, p in way.usage.peak.items() if n not in ("nats-server", "secantusd", "rclone")), default=0)
        table.add_row(
            way.name, f"{way.seconds:.2f}", str(way.saved), f"{work:.2f}", f"{servers:.2f}", f"{peak / 1e6:.0f}"
        )
    table.add_section()
    table.add_row("ratio", f"{ours.seconds / theirs.seconds:.2f}", "", "", "", "")
    return table


def main() -> dict[str, float]:
    """Make the bucket, run both ways, print the table; the figures by name."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "archive")
        manifest = make_archive(root, preset(Preset.DEMO))
        started, ours, theirs = asyncio.run(run(root, Path(folder)))
    Console().print(report(started, ours, theirs, len(manifest.files)))
    by_service = {name: round(ours.usage.cpu.get(name, 0.0), 2) for name in SERVICES}
    Console().print(f"CPU seconds by service: {by_service}")
    return {"wall_ratio": ours.seconds / theirs.seconds, "seisbus_s": ours.seconds, "plain_loop_s": theirs.seconds}
