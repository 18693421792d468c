"""Compare processing jobs with obspy in a pool of processes, and with the floor: a day of 100 Hz in one-hour tiles.

The steps are demean, detrend, taper, resample to 20 Hz, and the same with removal of the response. Three ways take
turns in one run, on as many processes as there are cores. Seisbus: from the submission to the stored samples, through
all services. obspy: processes that read files without a network and only write files. The floor: decode the files, make
one real FFT of each tile and one back at the length of the result, write.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from libseis.steps import build, pad
from seisbus.client import AsyncClient
from seisbus.local import LocalStack, local_stack, usual_replicas
from seisbus.testing.make import make_archive
from seisbus.testing.spec import ArchiveSpec, RateShare

from . import processing_ways
from .processing_ways import HOUR, Work
from .usage import Usage, idle, measured

CHANNELS: Final = 60
ROUNDS: Final = 3
SERVERS: Final = ("nats-server", "secantusd", "rclone")
SEED: Final = 1
_RATE, _NEW_RATE, _DAY = 100.0, 20.0, 1299801600.0  # 2011-03-11
_FIRST: Final[list[Any]] = ["demean", {"detrend": {"type": "linear"}}, "taper"]
_LAST: Final = {"resample": {"sampling_rate": _NEW_RATE}}


@dataclass(frozen=True, slots=True)
class Scenario:
    """Steps of the job, and seconds around each tile that all ways also process; None means what the steps need."""

    name: str
    steps: tuple[Any, ...]
    pad: float | None = None

    @property
    def response(self) -> bool:
        """Whether the response is removed."""
        return "remove_response" in self.steps

    @property
    def pad_seconds(self) -> float:
        """Seconds around each tile."""
        return pad(build(list(self.steps)), _RATE) if self.pad is None else self.pad


SCENARIOS: Final = (
    Scenario("resampled", (*_FIRST, _LAST)),
    Scenario("response removed", (*_FIRST, "remove_response", _LAST)),
    Scenario("response removed, no pad", (*_FIRST, "remove_response", _LAST), pad=0.0),
)


@dataclass(slots=True)
class Times:
    """Figures of a scenario: wall seconds of each round by way, and the usage of the processes in each Seisbus
    round."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    usage: list[Usage] = field(default_factory=list)

    def median(self, way: str) -> float:
        """The median of a way's rounds."""
        return statistics.median(self.seconds[way])

    def add(self, way: str, seconds: float) -> None:
        """One more round."""
        self.seconds.setdefault(way, []).append(seconds)

    def figures(self, channels: int) -> dict[str, Any]:
        """The figures by name."""
        ours = self.median("seisbus")
        tiles = channels * 24
        names = sorted({name for usage in self.usage for name in usage.cpu})
        cpu = {n: statistics.median(u.cpu.get(n, 0.0) for u in self.usage) for n in names}
        return {
            **{f"{way}_s": [round(one, 2) for one in rounds] for way, rounds in self.seconds.items()},
            "times_faster_than_obspy": round(self.median("obspy") / ours, 2),
            "times_the_floor": round(ours / self.median("floor"), 2),
            "cpu_ms_per_tile": {n: round(1e3 * s / tiles, 2) for n, s in cpu.items() if s > 0.01},
            "windower_peak_mb": round(max(usage.peak.get("windower", 0) for usage in self.usage) / 1e6),
        }


async def _know_stations(stack: LocalStack) -> None:
    """Index the archive's files and station metadata."""
    async with AsyncClient(stack.control_address) as client:
        await client.wait((await client.sync_index("local")).id)


async def _ours(stack: LocalStack, scenario: Scenario, channels: int, times: Times) -> None:
    # with a tag of its own each round's job is a new one, of which no earlier job has anything
    output = {"encoding": "float32", "data_tag": f"round-{len(times.usage)}"}
    job_file: dict[str, Any] = {
        "archive": "local", "select": {"chan": "HH?"}, "steps": list(scenario.steps), "output": output,
        "windows": {"tile": {"start": "2011-03-11", "end": "2011-03-12", "length": "1h"}},
    }  # fmt: skip
    if scenario.pad is not None:
        job_file["pad"] = {"before": scenario.pad, "after": scenario.pad}
    await _quiet()
    async with AsyncClient(stack.control_address) as client:
        with measured() as usage:
            loop = asyncio.get_running_loop()
            begun = loop.time()
            job = await client.submit(job_file)
            job = await client.wait(job.id)
            times.add("seisbus", loop.time() - begun)
    times.usage.append(usage)
    ledger = job.progress.ledger
    if ledger.saved != channels * 24 or not ledger.balanced:
        raise AssertionError(f"not every tile of {scenario.name} was saved: {ledger}")


async def _quiet() -> None:
    """Return when nothing that the way before has left is at work: no process, and no data on their way to the disk."""
    await asyncio.to_thread(os.sync)
    await idle()


async def _other(way: str, root: Path, out: Path, work: Work, channels: int, times: Times) -> None:
    command = processing_ways.arguments(way, root, out, work)
    await _quiet()
    done = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, text=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    if answer["samples"] != channels * 24 * HOUR * work.new_rate:
        raise AssertionError(f"{way} made other samples: {answer}")
    times.add(way, answer["seconds"])


async def run(root: Path, folder: Path, channels: int, rounds: int) -> dict[str, Times]:
    """The times of each scenario."""
    found = {scenario.name: Times() for scenario in SCENARIOS}
    work = Work(_DAY, _NEW_RATE, False, 0.0, "float32", os.cpu_count() or 1)
    async with local_stack(folder / "stack", s3_root=root, replicas=usual_replicas()) as stack:
        await _know_stations(stack)
        for _ in range(rounds):
            for scenario in SCENARIOS:
                times = found[scenario.name]
                mine = replace(work, response=scenario.response, pad=scenario.pad_seconds)
                await _ours(stack, scenario, channels, times)
                await idle()
                for way in processing_ways.WAYS:
                    await _other(way, root, folder / way, mine, channels, times)
    return found


def report(found: dict[str, dict[str, Any]], channels: int) -> Table:
    """The scenarios side by side."""
    table = Table(title=f"A day of {channels} channels at 100 Hz, {24 * channels} one-hour tiles, resampled to 20 Hz")
    columns = ("", "Seisbus s", "obspy s", "floor s", "faster than obspy", "times the floor", "windower peak MB")
    for column in columns:
        table.add_column(column, justify="right")
    for name, figures in found.items():
        medians = [f"{statistics.median(figures[f'{way}_s']):.1f}" for way in ("seisbus", "obspy", "floor")]
        ratios = [str(figures[key]) for key in ("times_faster_than_obspy", "times_the_floor", "windower_peak_mb")]
        table.add_row(name, *medians, *ratios)
    return table


def main(channels: int = CHANNELS, rounds: int = ROUNDS) -> dict[str, Any]:
    """Make the archive, run all ways, print the table; the figures by name."""
    spec = ArchiveSpec(
        seed=SEED, channels=channels, mix=(RateShare(_RATE, "H", 1.0),), templates=6, real=False, event_traces=3
    )
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "archive")
        make_archive(root, spec)
        for way in processing_ways.WAYS:
            Path(folder, way).mkdir()
        found = asyncio.run(run(root, Path(folder), channels, rounds))
    figures = {name: times.figures(channels) for name, times in found.items()}
    Console().print(report(figures, channels))
    for name, one in figures.items():
        Console().print(f"CPU ms a tile, {name}: {one['cpu_ms_per_tile']}")
    return {
        **figures,
        "channels": channels,
    }
