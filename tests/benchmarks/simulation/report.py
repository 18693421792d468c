"""Compare the simulation with measured runs, then run large jobs on 8, 32 and 128 pods, with remedies and without."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from .. import measured
from .jobs import REMEDIES, Large, costs_of, costs_of_records, divided, events, relieved, small, year
from .model import Costs, Deployment, Result, median, simulate

SEED: Final = 3
SEEDS: Final = (SEED, SEED + 1, SEED + 2)
PODS: Final = (8, 32, 128)
TOLERANCE: Final = 0.15
_MOST_REMEDIES: Final = 12
HOURS, MINUTES = "hours with steps", "minutes without steps"


def alone(cases: Mapping[str, Any], job: str) -> Mapping[str, Any]:
    """The measured run with one replica, which gives the service times."""
    return next(c for c in cases.values() if c["job"] == job and c["replicas"] == 1 and c["database_cores"] is None)


def compared(replicas: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Measured runs beside simulated ones; those that gave the service times are marked: they check nothing."""
    cases = replicas["cases"]
    found = []
    for name, case in sorted(cases.items(), key=lambda item: (item[1]["job"], item[1]["replicas"])):
        costs = costs_of(alone(cases, case["job"]))
        n = case["replicas"]
        deployment = Deployment(
            1, n, n, n, cores=replicas["cores"], database_cores=case["database_cores"] or 1.0, machine=replicas["cpus"]
        )
        result = median(costs, deployment, case["tasks"], SEEDS)
        found.append(
            {
                "case": name,
                "job": case["job"],
                "replicas": n,
                "database_cores": case["database_cores"],
                "measured": case["windows_per_s"],
                "simulated": round(result.per_second, 2),
                "ratio": round(result.per_second / case["windows_per_s"], 3),
                "full": case["full"],
                "full_simulated": result.full,
                "gave_service_times": case is alone(cases, case["job"]),
                "machine_was_full": "machine" in case["full"],
            }
        )
    return found


def _days(large: Large, result: Result) -> float:
    return large.tasks * large.costs.windows / result.per_second / 86400


def _row(large: Large, deployment: Deployment, result: Result) -> dict[str, Any]:
    return {
        "pods": deployment.pods,
        "divided": [deployment.indexers, deployment.fetchers, deployment.windowers, deployment.writers],
        "windows_per_s": round(result.per_second, 1),
        "days": round(_days(large, result), 2),
        "full": result.full,
        "use": {name: round(part, 3) for name, part in result.use.items()},
    }


def grown(large: Large) -> dict[str, Any]:
    """A job on each number of pods with the defaults, and then with one remedy after the other until pods are full."""
    found: dict[str, Any] = {"tasks": large.tasks, "simulated": large.simulated, "windows": large.costs.windows}
    found["cpu_ms_per_task"] = {name: round(1e3 * getattr(large.costs, name), 3) for name in _STATIONS}
    for pods in PODS:
        deployment: Deployment | None = divided(large.costs, pods)
        steps: list[dict[str, Any]] = []
        said = "as installed"
        while deployment is not None and len(steps) <= _MOST_REMEDIES:
            result = simulate(large.costs, deployment, large.simulated, SEED)
            steps.append({"change": said, **_row(large, deployment, result), "limits": _limits(deployment)})
            said = REMEDIES.get(result.full, "")
            deployment = relieved(deployment, result.full, large.costs)
        found[str(pods)] = steps
    return found


_STATIONS: Final = ("indexer", "fetcher", "windower", "writer", "nats", "database")


def _limits(d: Deployment) -> dict[str, int]:
    return {
        "open_tasks": d.open_tasks,
        "archive_requests": d.archive_requests,
        "jobs": d.jobs,
        "streams": d.streams,
        "shards": d.shards,
    }


def large_jobs(replicas: Mapping[str, Any], stack_cpu: Mapping[str, Any]) -> list[Large]:
    """The jobs of docs/explanation/scale.md, with the service times that were measured."""
    cases = replicas["cases"]
    hours, minutes = (costs_of(alone(cases, job)) for job in (HOURS, MINUTES))
    records: Costs = costs_of_records(stack_cpu["records"])
    return [year(hours), events(records), small(minutes)]


def report(checks: list[dict[str, Any]], large: Mapping[str, Any], console: Console) -> None:
    """Print both parts as tables."""
    table = Table(title="Throughput measured and simulated, windows/s")
    for column in ("run", "measured", "simulated", "ratio", "full", "full, simulated", ""):
        table.add_column(column)
    for one in checks:
        note = "gave the service times" if one["gave_service_times"] else ""
        table.add_row(
            one["case"], f"{one['measured']:.1f}", f"{one['simulated']:.1f}", f"{one['ratio']:.2f}", one["full"],
            one["full_simulated"], note,
        )  # fmt: skip
    console.print(table)
    for name, job in large.items():
        table = Table(title=f"{name}: {job['tasks']:,} objects, {job['tasks'] * job['windows']:,} windows")
        for column in ("pods", "change", "windows/s", "days", "full"):
            table.add_column(column)
        for pods in PODS:
            for step in job[str(pods)]:
                table.add_row(
                    str(pods), step["change"], f"{step['windows_per_s']:,.0f}", f"{step['days']:.1f}", step["full"]
                )
        console.print(table)


def main() -> dict[str, Any]:
    """Compare, simulate, print; the figures by name."""
    replicas, stack_cpu = measured.read("replicas"), measured.read("stack_cpu")
    begun = time.process_time()
    checks = compared(replicas)
    large = {job.name: grown(job) for job in large_jobs(replicas, stack_cpu)}
    report(checks, large, Console(width=150))
    return {
        "checks": checks,
        "large": large,
        "tolerance": TOLERANCE,
        "seeds": list(SEEDS),
        "cpu_s": round(time.process_time() - begun),
    }
