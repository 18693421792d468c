"""The jobs that are simulated, and how pods are divided among the services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from .model import Costs, Deployment

# First byte and bytes a second of one request within Amazon's region, by the "Performance guidelines for Amazon S3" and
# "Performance design patterns": 100-200 ms, 85-90 MB/s.
FIRST_BYTE_SECONDS: Final = 0.15
BYTES_PER_SECOND: Final = 85e6
_DAY_BYTES: Final = 8.7e6  # a day of 100 Hz in the archive of `processing`
_HOUR_BYTES: Final = 0.4e6
SERVICES: Final = ("indexer", "fetcher", "windower", "writer")


def costs_of(case: Mapping[str, Any]) -> Costs:
    """The service times of a task, from the CPU of each process in a measured run of `replicas`."""
    windows = case["windows"] // case["tasks"]
    spent = {name: 1e-3 * windows * ms for name, ms in case["cpu_ms_per_window"].items()}
    return Costs(
        windows,
        spent["indexer"],
        spent["fetcher"],
        spent["windower"],
        spent["writer"],
        spent["nats-server"],
        spent["secantusd"],
        archive=spent.get("rclone", 0.0),
    )


def costs_of_records(kind: Mapping[str, float]) -> Costs:
    """The same from a kind of job of `stack_cpu`, one window a task."""
    spent = {name: 1e-3 * kind[name] for name in (*SERVICES, "nats-server", "secantusd")}
    return Costs(1, *(spent[name] for name in (*SERVICES, "nats-server", "secantusd")))


@dataclass(frozen=True, slots=True)
class Large:
    """A large job: what is done, the tasks of all of it and of the part that is simulated, and its costs."""

    name: str
    tasks: int
    simulated: int
    costs: Costs


def year(hours: Costs) -> Large:
    """A year of all of SCEDC in hours with steps: 24 windows an object, each with the costs that it has by itself."""
    factor = 24 / hours.windows
    whole = replace(
        hours.times(factor), windows=24, archive=0.0, read=FIRST_BYTE_SECONDS + _DAY_BYTES / BYTES_PER_SECOND
    )
    return Large("a year of SCEDC, hours with steps", 1_600_000, 6_000, whole)


def events(record: Costs) -> Large:
    """Ten million hours around earthquakes, kept as the archive's records, each in another object."""
    read = 2 * FIRST_BYTE_SECONDS + _HOUR_BYTES / BYTES_PER_SECOND  # two round trips: a first look, and the rest
    return Large("10^7 hours as records", 10_000_000, 24_000, replace(record, read=read))


def small(minutes: Costs) -> Large:
    """Ten million windows of a minute, as many an object as were measured."""
    whole = replace(minutes, archive=0.0, read=FIRST_BYTE_SECONDS)
    return Large("10^7 minutes as records", 10_000_000 // minutes.windows, 12_000, whole)


def divided(costs: Costs, pods: int, jobs: int = 1) -> Deployment:
    """So many pods of a core each, divided by how long a task takes at each service; one of each at least.

    A writer also waits for its transaction. More indexers than jobs would have nothing to do.
    """
    wanted = {name: getattr(costs, name) for name in SERVICES}
    wanted["writer"] += costs.database
    counts = dict.fromkeys(SERVICES, 1)
    for _ in range(pods - len(SERVICES)):
        able = [name for name in SERVICES if name != "indexer" or counts[name] < jobs]
        counts[max(able, key=lambda name: wanted[name] / counts[name])] += 1
    return Deployment(*(counts[name] for name in SERVICES), jobs=jobs)


REMEDIES: Final[Mapping[str, str]] = {
    "open tasks": "twice the open tasks of a job (SEISBUS_OPEN_TASKS)",
    "requests of the archive": "twice the requests of the archive (max_in_flight)",
    "indexer": "twice as many jobs, each with its part of the time",
    "writer": "one writer more, one windower less",
    "NATS": "twice as many groups of streams (one for each archive or part of one)",
    "database": "twice as many shards of the ledger, by job",
}


def relieved(deployment: Deployment, full: str, costs: Costs) -> Deployment | None:
    """The deployment with more of what was full; None where only more pods help."""
    d = deployment
    if full == "open tasks":
        return replace(d, open_tasks=2 * d.open_tasks)
    if full == "requests of the archive":
        return replace(d, archive_requests=2 * d.archive_requests)
    if full == "writer" and d.windowers > 1:
        return replace(d, writers=d.writers + 1, windowers=d.windowers - 1)
    if full == "NATS":
        return replace(d, streams=2 * d.streams)
    if full not in ("indexer", "database"):
        return None
    shards = 2 * d.shards if full == "database" else d.shards
    jobs = max(2 * d.jobs if full == "indexer" else d.jobs, shards)  # a job's ledger is on one shard
    more = divided(costs, d.pods, jobs)
    return replace(more, shards=shards, streams=d.streams, open_tasks=d.open_tasks, archive_requests=d.archive_requests)
