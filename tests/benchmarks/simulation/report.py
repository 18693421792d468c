"""Compare the simulation with measured runs, then run large jobs on 8, 32 and 128 pods, with remedies and without."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from .. import measured
from ..range_ways import SCENARIOS
from .jobs import MANY, REMEDIES, Large, costs_of, divided, events, measured_hours, ms_per_window, relieved, year
from .model import Deployment, Result, median, simulate

SEED: Final = 3
SEEDS: Final = (SEED, SEED + 1, SEED + 2)
PODS: Final = (8, 32, 128)
TOLERANCE: Final = 0.15
# Runs of the benchmark, on a quiet machine and on one that others used.
MILLIONS: Final = ("many_windows_quiet", "many_windows")
LINE_CORES: Final = 2
LINE_REQUESTS: Final = 64  # of the archive `local`
_SEARCHED: Final = 2.0  # requests an object; one that is known takes one
_MOST_REMEDIES: Final = 12
_HELPS: Final = 1.02
# Shorter jobs of `replicas` depend on how busy the disk is just then; the simulation has no disk.
_SHORT_SECONDS: Final = 30.0


def _alone(cases: Mapping[str, Any], job: str) -> Mapping[str, Any]:
    """The measured run with one replica, which gives the service times."""
    return next(c for c in cases.values() if c["job"] == job and c["replicas"] == 1 and c["database_cores"] is None)


def _check(
    name: str, run: float, simulated: float, result: Result, *, full: str = "", note: str = ""
) -> dict[str, Any]:
    """A measured run beside a simulated one; one with a note is shown and does not count."""
    return {
        "case": name,
        "measured": run,
        "simulated": round(simulated, 2),
        "ratio": round(simulated / run, 3),
        "full": full,
        "full_simulated": ", ".join(result.all_full),
        "note": note,
    }


def _note(case: Mapping[str, Any], alone: Mapping[str, Any], replicas: Mapping[str, Any]) -> str:
    """Why a run of `replicas` does not count; "" if it does."""
    if case is alone:
        return "gave the service times"
    if case["replicas"] * replicas["cores"] >= replicas["cpus"]:
        return "the quotas of the windowers are the whole machine"
    if min(case["seconds_of_rounds"]) < _SHORT_SECONDS:
        return "a short job, which waits for the disk, too; this is not simulated"
    return ""


def replicas_compared(replicas: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Measured runs of `replicas`; those with one replica gave the service times, so they check nothing."""
    cases = replicas["cases"]
    for name, case in sorted(cases.items(), key=lambda item: (item[1]["job"], item[1]["replicas"])):
        alone = _alone(cases, case["job"])
        costs = costs_of(alone["cpu_ms_per_window"], case["windows"] // case["tasks"])
        n = case["replicas"]
        deployment = Deployment(
            1, n, n, n, cores=replicas["cores"], database_cores=case["database_cores"] or 1.0, machine=replicas["cpus"]
        )
        result = median(costs, deployment, case["tasks"], SEEDS)
        note = _note(case, alone, replicas)
        yield _check(name, case["windows_per_s"], result.windows / result.seconds, result, full=case["full"], note=note)


def million_compared(run: Mapping[str, Any]) -> dict[str, Any]:
    """A run of `many_windows`: one process of each service, no quotas; the CPU is its own, the queues are simulated."""
    costs = costs_of(run["cpu_s_per_1000_windows"], MANY)
    deployment = Deployment(machine=run["machine"]["cpus"])
    result = median(costs, deployment, run["windows"] // MANY, SEEDS)
    before, after = run["load_before_and_after"]
    name = f"{run['windows']:,} minutes (`many_windows`), load {before} before and {after} after"
    return _check(name, run["windows_per_s"], result.windows / result.seconds, result)


def line_compared(network: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Jobs of `range_reads network`: hours of 180 day files over an emulated line; the CPU is the job's own."""
    line = SCENARIOS["network"].line
    assert line.total is not None and line.connection is not None
    for way in network["ways"]:
        if not way["name"].startswith("Seisbus"):
            continue
        tasks, bits = way["saved"], 8e6 * way["megabytes"] / way["saved"]
        costs = costs_of(ms_per_window(way), 1)
        # what an object waits for besides the line: there and back as often as it is asked, and its connection's rate
        trips = max(1, round(way["requests_mean"]) - 1)  # the first two go together
        alone = line.round_trip * trips + bits / line.connection - bits / line.total
        costs = replace(costs, line=bits / line.total, read=alone, trips=trips, archive=0.0)
        result = median(costs, Deployment(machine=LINE_CORES, archive_requests=LINE_REQUESTS), tasks, SEEDS)
        name = f"180 hours over a line (`range_reads`): {way['name'].removeprefix('Seisbus, ')}"
        note = "" if way["requests_mean"] < _SEARCHED else "a search in unknown files, which is not simulated"
        yield _check(name, round(tasks / way["seconds"], 2), result.windows / result.seconds, result, note=note)


def compared() -> list[dict[str, Any]]:
    """All measured runs that are kept, beside the simulated ones."""
    found = list(replicas_compared(measured.read("replicas"))) if measured.there("replicas") else []
    found += [million_compared(measured.read(name)) for name in MILLIONS if measured.there(name)]
    return found + (
        list(line_compared(measured.read("range_reads")["network"])) if measured.there("range_reads") else []
    )


def _hours(large: Large, result: Result) -> float:
    return large.tasks * large.costs.windows / result.per_second / 3600


def _row(large: Large, deployment: Deployment, result: Result) -> dict[str, Any]:
    return {
        "pods": deployment.pods,
        "divided": [deployment.indexers, deployment.fetchers, deployment.windowers, deployment.writers],
        "windows_per_s": round(result.per_second, 1),
        "hours": round(_hours(large, result), 2),
        "full": ", ".join(result.all_full),
        "limits": _limits(deployment),
        "use": {name: round(part, 3) for name, part in result.use.items()},
    }


def grown(large: Large) -> dict[str, Any]:
    """A job on each number of pods with the defaults, and then with one remedy after the other until pods are full."""
    found: dict[str, Any] = {"tasks": large.tasks, "simulated": large.simulated, "windows": large.costs.windows}
    found["cpu_ms_per_task"] = {name: round(1e3 * getattr(large.costs, name), 3) for name in _STATIONS}
    for pods in PODS:
        deployment = divided(large.costs, pods)
        result = simulate(large.costs, deployment, large.simulated, SEED)
        steps = [{"change": "as installed", **_row(large, deployment, result)}]
        while len(steps) <= _MOST_REMEDIES and (better := _better(large, deployment, result)) is not None:
            change, deployment, result = better
            steps.append({"change": change, **_row(large, deployment, result)})
        found[str(pods)] = steps
    return found


def _better(large: Large, deployment: Deployment, before: Result) -> tuple[str, Deployment, Result] | None:
    """The first remedy that helps, or all of them together, what that changed, and how it goes then; None where only
    more pods would help."""
    remedies, together = list[str](), deployment
    for full in before.all_full:
        if (more := relieved(deployment, full, large.costs)) is None:
            continue
        result = simulate(large.costs, more, large.simulated, SEED)
        if result.per_second > _HELPS * before.per_second:
            return REMEDIES[full], more, result
        remedies.append(REMEDIES[full])
        together = relieved(together, full, large.costs) or together
    if len(remedies) > 1:
        result = simulate(large.costs, together, large.simulated, SEED)
        if result.per_second > _HELPS * before.per_second:
            return "; ".join(remedies), together, result
    return None


_STATIONS: Final = ("indexer", "fetcher", "windower", "writer", "nats", "database")


def _limits(d: Deployment) -> dict[str, int]:
    return {
        "open_tasks": d.open_tasks,
        "archive_requests": d.archive_requests,
        "fetches_at_once": d.fetches_at_once,
        "jobs": d.jobs,
        "streams": d.streams,
        "shards": d.shards,
    }


def report(checks: list[dict[str, Any]], large: Mapping[str, Any], console: Console) -> None:
    """Print both parts as tables."""
    table = Table(title="Throughput measured and simulated, windows/s")
    for column in ("run", "measured", "simulated", "ratio", "full", "full, simulated", ""):
        table.add_column(column)
    for one in checks:
        table.add_row(
            one["case"], f"{one['measured']:.1f}", f"{one['simulated']:.1f}", f"{one['ratio']:.2f}", one["full"],
            one["full_simulated"], one["note"],
        )  # fmt: skip
    console.print(table)
    for name, job in large.items():
        table = Table(title=f"{name}: {job['tasks']:,} objects, {job['tasks'] * job['windows']:,} windows")
        for column in ("pods", "change", "windows/s", "hours", "full"):
            table.add_column(column)
        for pods in PODS:
            for step in job[str(pods)]:
                table.add_row(
                    str(pods), step["change"], f"{step['windows_per_s']:,.0f}", f"{step['hours']:.1f}", step["full"]
                )
        console.print(table)


def main() -> dict[str, Any]:
    """Compare, simulate, print; the figures by name."""
    begun = time.process_time()
    checks = compared()
    jobs = (year(measured_hours()), events(measured.read("range_reads")))
    large = {job.name: grown(job) for job in jobs}
    report(checks, large, Console(width=150))
    return {
        "checks": checks,
        "large": large,
        "tolerance": TOLERANCE,
        "seeds": list(SEEDS),
        "cpu_s": round(time.process_time() - begun),
    }
