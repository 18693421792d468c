"""`python -m tests.benchmarks [NAME ...]`: run the named benchmarks, or all short ones; results/latest.json keeps them.

A benchmark is a module of this package whose main() prints its table and returns its figures. What one needs is
imported only when it is run.
"""

from __future__ import annotations

import argparse
import importlib
import json
from pathlib import Path

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
)  # only when named


def main() -> None:
    """Run them one after the other; figures of those that are not run stay as they were."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)} (the default); {', '.join(LONG)}"
    )
    parser.add_argument("--windows", type=int, default=1_000_000, help="of many_windows and already; one million")
    parser.add_argument("--channels", type=int, default=60, help="of processing; 60 by default")
    parser.add_argument("--rounds", type=int, default=3, help="of processing, which takes medians; 3 by default")
    arguments = parser.parse_args()
    names = arguments.names or BENCHMARKS
    if unknown := sorted(set(names) - {*BENCHMARKS, *LONG}):
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join((*BENCHMARKS, *LONG))}")
    latest = Path(__file__).with_name("results") / "latest.json"
    latest.parent.mkdir(exist_ok=True)
    figures = json.loads(latest.read_text()) if latest.exists() else {}
    for name in names:
        run = importlib.import_module(f".{name}", __package__).main
        windows, rounds = (arguments.windows,), (arguments.channels, arguments.rounds)
        sizes = {"many_windows": windows, "already": windows, "processing": rounds}
        figures[name] = run(*sizes.get(name, ()))
        latest.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
