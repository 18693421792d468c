"""The jobs that are simulated, and how pods are divided among the services."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from .. import measured
from .model import Costs, Deployment

# First byte and bytes a second of one request within Amazon's region, by the "Performance guidelines for Amazon S3" and
# "Performance design patterns": 100-200 ms, 85-90 MB/s.
FIRST_BYTE_SECONDS: Final = 0.15
BYTES_PER_SECOND: Final = 85e6
_DAY_BYTES: Final = 8.7e6  # a day of 100 Hz in the archive of `processing`
_HOUR_BYTES: Final = 0.4e6
COLD_TRIPS: Final = 2  # a first look at both ends, and the rest
SERVICES: Final = ("indexer", "fetcher", "windower", "writer")
S3: Final = "rclone"
HOURS: Final = 24
MANY: Final = 480  # windows a message of `many_windows`: a day of minutes goes in three


def costs_of(spent: Mapping[str, float], windows: int) -> Costs:
    """The service times of a task of so many windows, from the CPU of each process in ms a window."""
    names = (*SERVICES, "nats-server", "secantusd")
    return Costs(
        windows, *(1e-3 * windows * spent[name] for name in names), archive=1e-3 * windows * spent.get(S3, 0.0)
    )


@dataclass(frozen=True, slots=True)
class Large:
    """A large job: what is done, the tasks of all of it and of the part that is simulated, and its costs."""

    name: str
    tasks: int
    simulated: int
    costs: Costs


def year(spent: Mapping[str, float]) -> Large:
    """A year of all of SCEDC in hours with the response removed: day files of 24 windows; from `hours_in_days`."""
    read = FIRST_BYTE_SECONDS + _DAY_BYTES / BYTES_PER_SECOND
    costs = replace(costs_of(spent, HOURS), archive=0.0, read=read)
    return Large("a year of SCEDC, hours with steps", 1_600_000, 3_000, costs)


def hours_in_days(
    processing: Mapping[str, Any], idle: Mapping[str, float], one: Mapping[str, float], many: Mapping[str, float]
) -> dict[str, float]:
    """CPU of each process in ms a window where a message has a day's 24 hours with the response removed.

    What moves and makes samples is that of `processing`, without what an idle stack takes in that time. Indexer and
    database see windows and no samples: theirs lies between one window a message (`one`) and `MANY` (`many`).
    """
    job = processing["response removed"]
    waited = 1e3 * statistics.median(job["seisbus_s"]) / (HOURS * processing["channels"])
    spent = {name: max(ms - idle.get(name, 0.0) * waited, 0.0) for name, ms in job["cpu_ms_per_tile"].items()}
    for name in ("indexer", "secantusd"):
        each = (MANY * many[name] - one[name]) / (MANY - 1)
        spent[name] = (one[name] + (HOURS - 1) * each) / HOURS
    return spent


def events(range_reads: Mapping[str, Any]) -> Large:
    """Ten million hours around earthquakes, kept as the archive's records, each in another object of which nothing is
    known: the first way of `range_reads`."""
    cold = range_reads["network"]["ways"][0]
    costs = costs_of(ms_per_window(cold), 1)
    each = FIRST_BYTE_SECONDS + _HOUR_BYTES / BYTES_PER_SECOND / COLD_TRIPS
    costs = replace(costs, archive=0.0, read=COLD_TRIPS * each, trips=COLD_TRIPS)
    return Large("10^7 hours as records", 10_000_000, 6_000, costs)


def ms_per_window(way: Mapping[str, Any]) -> dict[str, float]:
    """CPU of each process in ms a window, of a way of `range_reads`."""
    return {name: 1e3 * seconds / way["saved"] for name, seconds in way["cpu"].items()}


def measured_hours() -> dict[str, float]:
    """`hours_in_days` of the kept figures."""
    warm = measured.read("range_reads")["network"]["ways"][-1]
    many = measured.read("many_windows_quiet")["cpu_s_per_1000_windows"]
    return hours_in_days(measured.read("processing"), measured.read("idle")["cores"], ms_per_window(warm), many)


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
    "objects that fetchers read at once": "twice the objects that a fetcher reads at once (SEISBUS_CONCURRENCY)",
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
    if full == "objects that fetchers read at once":
        return replace(d, fetches_at_once=2 * d.fetches_at_once)
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
    return replace(
        more,
        shards=shards,
        streams=d.streams,
        open_tasks=d.open_tasks,
        fetches_at_once=d.fetches_at_once,
        archive_requests=d.archive_requests,
    )
