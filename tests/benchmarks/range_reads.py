"""Compare ways to get one-hour windows from day files, in one run over an emulated network.

`python -m tests.benchmarks.range_reads network|limit|local|many`: the scenarios. Every figure of Seisbus is end to end:
from Submit to the job closed, through bus, ledger and store. JSON, tables and a picture go to results/.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from rich.console import Console

from .range_report import picture, report, verdicts
from .range_ways import EVENT, OTHER, SCENARIOS, SERVICES, Scenario, Way, obspy_cpu, own_bytes, running

SEED: Final = {name: scenario.spec.seed for name, scenario in SCENARIOS.items()}


async def measure(scenario: Scenario, folder: Path, archives: Path) -> tuple[list[Way], dict[str, float], list[str]]:
    """Measure all ways. Returns them, other figures, and what could not be measured."""
    notes: list[str] = []
    async with running(scenario, folder, archives) as bench:
        keys = list(bench.sizes)
        own, own_other = [await asyncio.to_thread(own_bytes, bench.bucket, keys, w) for w in (EVENT, OTHER)]
        listing = await bench.know_day()
        ways = [await bench.ours("Seisbus, cold", EVENT, own)]
        if scenario.warm:
            ways.append(await bench.ours("Seisbus, same window again", EVENT, own))
            ways.append(await bench.ours("Seisbus, other window, no build", OTHER, own_other))
            bench.network.unlimited = "SEISBUS_BENCH_FAST_BUILD" in os.environ
            if bench.network.unlimited:
                notes.append("index build ran without the line's limits, to save time: its wall time is not the line's")
            ways.append(await bench.build())
            bench.network.unlimited = False
            ways.append(await bench.ours("Seisbus, warm: other window after build", OTHER, own_other))
        if scenario.loops:
            peer = await bench.seisfetch(EVENT, own)
            if isinstance(peer, Way):
                ways.append(peer)
            else:
                notes.append(peer)
            ways.append(await bench.loop(16, EVENT, own))
            ways.append(await bench.loop(1, EVENT, own))
        figures = {
            "objects": len(keys),
            "listing_seconds": listing,
            "mean_object_mb": sum(bench.sizes.values()) / len(keys) / 1e6,
            "own_mb": sum(own.values()) / 1e6,
            "own_other_mb": sum(own_other.values()) / 1e6,
        }
        if scenario.line.total:
            figures["own_seconds"] = sum(own.values()) * 8 / scenario.line.total
            figures["own_other_seconds"] = sum(own_other.values()) * 8 / scenario.line.total
        if scenario.name == "local":
            figures["obspy_cpu"] = await asyncio.to_thread(obspy_cpu, bench.bucket, keys)
    return ways, figures, notes


def run(name: str) -> dict[str, object]:
    """Run one scenario: print it, draw it and return its figures."""
    scenario = SCENARIOS[name]
    if share := os.environ.get("SEISBUS_BENCH_SHARE"):  # a smaller one for a first look
        scenario = replace(
            scenario, spec=replace(scenario.spec, channels=max(12, int(scenario.spec.channels * float(share))))
        )
    archives = Path(os.environ.get("SEISBUS_BENCH_CACHE", Path.home() / ".cache" / "seisbus")) / "archives"
    if share:
        archives = archives.with_name(f"archives-{share}")
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        ways, figures, notes = asyncio.run(measure(scenario, Path(folder), archives))
    console = Console(width=190)
    console.print(report(scenario, ways, figures))
    lines = verdicts(scenario, ways, figures)
    for text in (*lines, *notes):
        console.print(text, highlight=False)
    for way in ways:
        if way.name.startswith("Seisbus"):
            own = {n: round(way.cpu.get(n, 0.0), 1) for n in SERVICES}
            peaks = {n: round(way.peak_mb.get(n, 0.0)) for n in SERVICES}
            console.print(f"{way.name}: CPU s {own}, peak MB {peaks}", highlight=False)
    console.print(f"the whole scenario took {time.perf_counter() - begun:.0f} s")
    results = Path(__file__).with_name("results")
    results.mkdir(exist_ok=True)
    found = {"ways": [asdict(way) for way in ways], "figures": figures, "verdicts": lines, "notes": notes}
    (results / f"range_reads_{name}.json").write_text(json.dumps(found, indent=2))
    picture(scenario, ways, results / f"range_reads_{name}.png")
    return found


def main(names: Sequence[str] = ()) -> dict[str, object]:
    """Run the named scenarios, or all."""
    return {name: run(name) for name in names or SCENARIOS}


if __name__ == "__main__":
    main(sys.argv[1:])
