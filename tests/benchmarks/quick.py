"""The ratios that matter, in under three minutes on a quiet machine, beside those of the last release.

`make bench-quick`, or `python -m tests.benchmarks.quick [--release]`. Each ratio has both of its sides in one run of a
small edition of a benchmark, so it says more than seconds do on a machine that others use; still, one far from the
release's is a reason to look and no verdict. `--release` keeps what was measured as that of the version in VERSION.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from . import measured
from .machine import described

KEPT: Final = "release"
# Of each benchmark: its small edition.
RUNS: Final[Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]]] = {
    "processing": (("--channels", "6", "--rounds", "1"), {}),
    "latency": ((), {"SEISBUS_BENCH_ROUNDS": "5"}),
    "pick_windows": ((), {"SEISBUS_BENCH_SHARE": "0.005"}),
    "station_days": ((), {"SEISBUS_BENCH_SHARE": "0.1"}),
    "range_reads": (("--scenario", "network"), {"SEISBUS_BENCH_SHARE": "0.085"}),
    "opening": ((), {"SEISBUS_BENCH_ROUNDS": "3"}),
}


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure of a benchmark over its other side; `bound` is what it is meant to be, at most or at least."""

    name: str
    benchmark: str
    of: Callable[[Mapping[str, Any]], float]
    bound: float | None = None
    least: bool = False

    @property
    def wanted(self) -> str:
        """The bound in words."""
        return "" if self.bound is None else f"{'at least' if self.least else 'at most'} {self.bound:g}"


def _over_line(figures: Mapping[str, Any]) -> float:
    network = figures["network"]
    return float(network["ways"][0]["seconds"] / network["figures"]["own_seconds"])


def _than_loop(figures: Mapping[str, Any]) -> float:
    ways = {way["name"]: way for way in figures["network"]["ways"]}
    return float(ways["plain loop"]["seconds"] / ways["Seisbus, cold"]["seconds"])


RATIOS: Final = (
    Ratio("processing: times faster than obspy in a pool", "processing",
          lambda f: f["resampled"]["times_faster_than_obspy"], 4, least=True),
    Ratio("processing: time over the floor (decode, FFT, write)", "processing",
          lambda f: f["resampled"]["times_the_floor"], 2),
    Ratio("with response: times faster than obspy in a pool", "processing",
          lambda f: f["response removed"]["times_faster_than_obspy"], 4, least=True),
    Ratio("with response: time over the floor", "processing",
          lambda f: f["response removed"]["times_the_floor"], 2),
    Ratio("submit to first saved window, over the plain way", "latency", lambda f: f["median"]["saved"] / f["plain"]),
    Ratio("hours over a line, cold: time over their bytes' on it", "range_reads", _over_line, 1.35),
    Ratio("hours over a line, cold: times faster than the plain loop", "range_reads", _than_loop, 25, least=True),
    Ratio("minutes around picks: bytes over their records'", "pick_windows",
          lambda f: f["ours"]["bytes"] / f["own_bytes"], 1.3),
    Ratio("minutes around picks: times faster than 16 threads", "pick_windows",
          lambda f: f["threads_seconds"] / f["ours"]["seconds"], 10, least=True),
    Ratio("3 of 30 channels: part of an object of 6 MB, with a manifest", "station_days",
          lambda f: f["ways"]["manifest alone (cold)"]["bytes"] / f["object_bytes"]),
    Ratio("importing the client: CPU over a bare Python's", "opening",
          lambda f: f["import seisbus.client"]["cpu"] / f["python -c pass"]["cpu"]),
)  # fmt: skip


def ratios_of(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """The ratios of the benchmarks that are there."""
    return {ratio.name: round(ratio.of(figures[ratio.benchmark]), 3) for ratio in RATIOS if ratio.benchmark in figures}


def run() -> dict[str, Any]:
    """Run the small editions, each in a process of its own; their figures by benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder, "results.json")
        for name, (options, environment) in RUNS.items():
            command = [sys.executable, "-m", "tests.benchmarks", name, "--results", str(results), *options]
            done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"{name} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        found: dict[str, Any] = json.loads(results.read_text())
    return found


def report(now: Mapping[str, float], kept: Mapping[str, Any] | None) -> Table:
    """Now and then side by side."""
    last = "last release" if kept is None else kept["version"]
    table = Table(title="Ratios, each with both sides in one run")
    for column in ("", "now", last, "meant to be"):
        table.add_column(column, justify="left" if column in ("", "meant to be") else "right")
    before = {} if kept is None else kept["ratios"]
    for ratio in RATIOS:
        then = before.get(ratio.name)
        table.add_row(ratio.name, f"{now[ratio.name]:.2f}", "" if then is None else f"{then:.2f}", ratio.wanted)
    return table


def main() -> None:
    """Measure, print, and keep with --release."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.quick", description=__doc__)
    parser.add_argument("--release", action="store_true", help="keep the ratios as those of this version")
    arguments = parser.parse_args()
    kept = measured.read(KEPT) if measured.there(KEPT) else None
    begun, machine = time.monotonic(), described()
    now = ratios_of(run())
    console = Console(width=120)
    console.print(report(now, kept))
    if kept is not None:
        then = kept["machine"]
        console.print(f"{kept['version']}: {then['day']}, {then['cpus']} x {then['processor']}, load {then['load']}")
    console.print(f"{time.monotonic() - begun:.0f} s; load before {machine['load']}")
    if arguments.release:
        measured.keep(KEPT, {"version": version("seisbus"), "ratios": now, "machine": machine})
        console.print(f"kept in {measured.path_of(KEPT)}")


if __name__ == "__main__":
    main()
