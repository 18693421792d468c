"""`python -m tests.benchmarks [NAME ...]`: run the named benchmarks, or the usual ones; results/latest.json keeps them.

A benchmark is a module of this package whose main() prints its table and returns its figures, and whose SEED says of
what its data are made (None: it makes none at random). What one needs is imported only when it is run. The machine,
versions and the seed are kept beside the figures. SEISBUS_BENCH_SHARE makes the large ones smaller: the usual ones take
half an hour with 0.2, some hours without it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
from pathlib import Path
from typing import Any

from . import measured
from .machine import described

USUAL = (
    *("opening", "latency", "event_files", "station_days", "stack_cpu", "pick_windows", "main_job", "objects"),
    *("misfit_speed", "check_cpu", "spectra", "range_reads", "processing", "simulation", "replicas"),
)
OTHERS = ("embedded_database", "many_windows", "already", "first_look", "job_sizes", "idle")  # only when named
SHARE = float(os.environ.get("SEISBUS_BENCH_SHARE", 1))
RESULTS = Path(__file__).with_name("results") / "latest.json"


def run(name: str, *arguments: Any) -> dict[str, Any]:
    """Run a benchmark; its figures with what they depend on."""
    module = importlib.import_module(f".{name}", __package__)
    before = described()
    figures: dict[str, Any] = module.main(*arguments)
    return {**figures, "seed": module.SEED, "machine": {**before, "load_after": described()["load"]}}


def main() -> None:
    """Run the named benchmarks one after the other; the kept figures of others stay."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"{', '.join(USUAL)} (the default); {', '.join(OTHERS)}"
    )
    parser.add_argument("--windows", type=int, default=1_000_000, help="of many_windows and already; one million")
    parser.add_argument(
        "--channels", type=int, default=max(6, round(60 * SHARE)), help="of processing; 60 by default, times the share"
    )
    parser.add_argument("--rounds", type=int, default=3, help="of processing, which takes medians; 3 by default")
    parser.add_argument(
        "--scenario", action="append", default=[], metavar="NAME", help="of range_reads; all by default"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file of figures; results/latest.json")
    parser.add_argument("--publish", action="store_true", help="keep the figures in docs/measured, for the pages")
    arguments = parser.parse_args()
    names = arguments.names or USUAL
    if unknown := sorted(set(names) - {*USUAL, *OTHERS}):
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join((*USUAL, *OTHERS))}")
    latest: Path = arguments.results
    latest.parent.mkdir(exist_ok=True)
    windows, rounds = (arguments.windows,), (arguments.channels, arguments.rounds)
    sizes = {"many_windows": windows, "already": windows, "processing": rounds, "range_reads": (arguments.scenario,)}
    for name in names:
        figures = run(name, *sizes.get(name, ()))
        kept = json.loads(latest.read_text()) if latest.exists() else {}
        latest.write_text(json.dumps({**kept, name: figures}, indent=2) + "\n")
        if arguments.publish:
            measured.keep(name, figures)


if __name__ == "__main__":
    main()
