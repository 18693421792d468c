"""`python -m tests.benchmarks [NAME ...]`: run the named benchmarks, or all short ones; results/latest.json keeps them.

A benchmark is a module of this package whose main() prints its table and returns its figures, and whose SEED says of
what its data are made (None: it makes none at random). What one needs is imported only when it is run. The machine,
versions and the seed are kept beside the figures.
"""

from __future__ import annotations

import argparse
import importlib
import json
from pathlib import Path
from typing import Any

from . import measured
from .machine import described

BENCHMARKS = (
    *("opening", "latency", "pick_windows", "station_days", "main_job"),
    *("objects", "range_reads", "misfit_speed", "check_cpu", "spectra"),
)
LONG = (
    "embedded_database",
    "many_windows",
    "processing",
    "already",
    "event_files",
    "stack_cpu",
    "first_look",
    "job_sizes",
    "idle",
    "replicas",
    "simulation",
)  # only when named
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
        "names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)} (the default); {', '.join(LONG)}"
    )
    parser.add_argument("--windows", type=int, default=1_000_000, help="of many_windows and already; one million")
    parser.add_argument("--channels", type=int, default=60, help="of processing; 60 by default")
    parser.add_argument("--rounds", type=int, default=3, help="of processing, which takes medians; 3 by default")
    parser.add_argument(
        "--scenario", action="append", default=[], metavar="NAME", help="of range_reads; all by default"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file of figures; results/latest.json")
    parser.add_argument("--publish", action="store_true", help="keep the figures in docs/measured, for the pages")
    arguments = parser.parse_args()
    names = arguments.names or BENCHMARKS
    if unknown := sorted(set(names) - {*BENCHMARKS, *LONG}):
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join((*BENCHMARKS, *LONG))}")
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
