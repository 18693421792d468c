"""The same job with 1, 2, 4 and 8 replicas of each service that scales, each replica held to a quarter of a core.

A cgroup with a CFS quota holds each process, as a container's limit does (`quotas`); where that cannot be done this
says so and measures nothing. Two jobs take turns: hours at 100 Hz with steps, whose work is the windowers', and minutes
of 1 Hz without steps, whose work is the database's. The second one is also measured with the database held back, until
it is full. Throughput is that of the whole job: windows of a message settle together, so shorter spans say little.
Every job must account for each window once and save the same samples as the first one did.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from seisbus.client import AsyncClient
from seisbus.local import LocalStack, ServiceName, ServiceStatus, local_stack
from seisbus.testing.make import make_archive
from seisbus.testing.spec import TOHOKU, ArchiveSpec, RateShare

from .quotas import Group, NoQuotasError, check, groups
from .usage import Usage, measured

SEED: Final = 11
REPLICAS: Final = (8, 4, 2, 1)  # from many to few, so that what is not needed is ended and nothing waits for a start
CORES: Final = 0.25
SCALED: Final = (ServiceName.FETCHER, ServiceName.WINDOWER, ServiceName.WRITER)
HELD: Final = (ServiceName.INDEXER, *SCALED)  # a job is planned by one indexer, so one is enough
DATABASE: Final = "secantusd"
SERVERS: Final = ("nats-server", DATABASE, "rclone")
ROUNDS: Final = int(os.environ.get("SEISBUS_BENCH_ROUNDS", "3"))
_SHARE: Final = float(os.environ.get("SEISBUS_BENCH_SHARE", 1))
_FIRST_HOUR, _HOURS = 5, 3
_FULL: Final = 0.9
SPEC: Final = ArchiveSpec(
    seed=SEED,
    channels=max(24, round(240 * _SHARE)),
    mix=(RateShare(100, "H", 0.5), RateShare(1, "L", 0.5)),
    templates=6,
    hours=(float(_FIRST_HOUR), float(_FIRST_HOUR + _HOURS)),
    real=False,
    event_traces=3,
)
STEPS: Final[list[Any]] = [
    "demean",
    {"detrend": {"type": "linear"}},
    "taper",
    "remove_response",
    {"filter": {"type": "bandpass", "freqmin": 0.05, "freqmax": 8.0}},
    {"agc": {"length": 60.0}},
    {"resample": {"sampling_rate": 20.0}},
]


@dataclass(frozen=True, slots=True)
class Kind:
    """A job: the seconds of its windows, the band of its channels, more of its job file."""

    name: str
    length: int
    band: str
    more: Mapping[str, Any] = field(hash=False)

    @property
    def windows(self) -> list[dict[str, Any]]:
        """One after the other through the hours that the archive has; the last one ends before its data do."""
        first = datetime(TOHOKU.day.year, TOHOKU.day.month, TOHOKU.day.day, _FIRST_HOUR, tzinfo=UTC)
        starts = range(0, _HOURS * 3600, self.length)
        spans = [(first + timedelta(seconds=n), first + timedelta(seconds=n + self.length)) for n in starts]
        return [
            {"start": f"{a:%Y-%m-%dT%H:%M:%S}", "end": f"{b:%Y-%m-%dT%H:%M:%S}", "end_excluded": True} for a, b in spans
        ]

    def job(self, sta: str = "*") -> dict[str, Any]:
        """The job file, which does everything again."""
        return {
            "archive": "local",
            "select": {"sta": sta, "chan": f"{self.band}H?"},
            "windows": {"absolute": self.windows},
            "existing": "again",
            **self.more,
        }


PROCESSING: Final = Kind(
    "hours with steps", 3600, "H", {"steps": STEPS, "output": {"encoding": "float32"}, "pad": {"before": 0, "after": 0}}
)
SMALL: Final = Kind("minutes without steps", 60, "L", {})
KINDS: Final = {kind.name: kind for kind in (PROCESSING, SMALL)}


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured: a job, how many replicas, and the cores of the database, None for as many as it takes."""

    kind: Kind
    replicas: int
    database: float | None = None

    @property
    def name(self) -> str:
        """The key of its figures."""
        held = "" if self.database is None else f", database {self.database:g} cores"
        return f"{self.kind.name}, {self.replicas} replicas{held}"


CASES: Final = tuple(
    case
    for replicas in REPLICAS
    for case in (
        Case(PROCESSING, replicas),
        Case(SMALL, replicas),
        *((Case(SMALL, replicas, CORES),) if replicas == 4 else ()),
    )
)


@dataclass(slots=True)
class Run:
    """One job as it went."""

    windows: int
    tasks: int
    seconds: float = 0.0
    usage: Usage = field(default_factory=Usage)
    throttled: dict[str, float] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Windows a second, from the submission to the end."""
        return self.windows / self.seconds

    @property
    def cores(self) -> dict[str, float]:
        """Cores that processes took in the mean, by name."""
        return {name: seconds / self.seconds for name, seconds in self.usage.cpu.items()}


class Bench:
    """A stack whose replicas are held, and its client."""

    def __init__(self, stack: LocalStack, client: AsyncClient, make: Callable[[str, float | None], Group]) -> None:
        self._stack, self._client = stack, client
        self._groups = {(s.service, s.index): make(f"{s.service}-{s.index}", CORES) for s in self._held()}
        self._database = make("database", None)
        self._database.add(stack.servers.mongodb.pid)
        for status in self._held():
            if status.pid is not None:
                self._groups[status.service, status.index].add(status.pid)
        self._digests: dict[str, dict[tuple[str, int], str]] = {}

    def _held(self) -> list[ServiceStatus]:
        return [status for status in self._stack.services() if status.service in HELD]

    async def keep(self, replicas: int) -> None:
        """End what is more than so many replicas."""
        for status in self._held():
            if status.index >= replicas and status.pid is not None:
                await self._stack.hold(status.service, status.index)

    async def warm(self) -> None:
        """Have the archive indexed, and each process do its first work."""
        await self._client.wait((await self._client.sync_index("local")).id)
        for kind in KINDS.values():
            await self._client.wait((await self._client.submit(kind.job())).id)

    async def run(self, case: Case) -> Run:
        """One job, and what was saved compared with what the first one of its kind saved."""
        await self.keep(case.replicas)
        self._database.limit(case.database)
        channels = SPEC.channels // 2
        run = Run(channels * len(case.kind.windows), channels)
        held = self._throttled()
        with measured() as run.usage:
            loop = asyncio.get_running_loop()
            begun = loop.time()
            job = await self._client.submit(case.kind.job())
            await self._client.wait(job.id)
            run.seconds = loop.time() - begun
        run.throttled = {name: now - held[name] for name, now in self._throttled().items()}
        self._database.limit(None)
        await self._compare(case, job.id, run.windows)
        return run

    def _throttled(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for (service, _), group in self._groups.items():
            found[service] = found.get(service, 0.0) + group.throttled_seconds()
        return found | {DATABASE: self._database.throttled_seconds()}

    async def _compare(self, case: Case, job: str, expected: int) -> None:
        ledger = (await self._client.job(job)).ledger
        if ledger.saved != expected or ledger.planned != expected or not ledger.balanced:
            raise AssertionError(f"{case.name}: {expected} windows should have been saved once each: {ledger}")
        found: dict[tuple[str, int], str] = {}
        async for datum in self._client.stream(job=job):
            key = ".".join(str(datum[code]) for code in ("net", "sta", "loc", "chan")), round(datum.t0 * 1e9)
            if key in found:
                raise AssertionError(f"{case.name}: {key} was saved twice")
            found[key] = hashlib.sha256(np.asarray(datum.data).tobytes()).hexdigest()
        if len(found) != expected or found != self._digests.setdefault(case.kind.name, found):
            raise AssertionError(f"{case.name}: other samples were saved than by the first job of its kind")


async def measure(root: Path, work: Path, make: Callable[[str, float | None], Group]) -> dict[Case, list[Run]]:
    """All rounds of all cases, each round on a stack that begins with all replicas."""
    runs: dict[Case, list[Run]] = {case: [] for case in CASES}
    for number in range(ROUNDS):
        replicas = {service: max(REPLICAS) for service in SCALED}
        async with (
            local_stack(work / f"stack-{number}", s3_root=root, replicas=replicas) as stack,
            AsyncClient(stack.control_address) as client,
        ):
            bench = Bench(stack, client, lambda name, cores, number=number: make(f"{number}-{name}", cores))  # type: ignore[misc]
            await bench.warm()
            for case in CASES:
                runs[case].append(await bench.run(case))
    return runs


def full(run: Run, case: Case) -> str:
    """What was full while a job ran; "" where nothing was."""
    replicas = {name: case.replicas if name in SCALED else 1 for name in HELD}
    names: list[str] = [name for name, n in replicas.items() if run.cores.get(name, 0.0) > _FULL * CORES * n]
    limit = 1.0 if case.database is None else case.database  # one lock holds all of its commands
    names += [DATABASE] * (run.cores.get(DATABASE, 0.0) > _FULL * limit)
    # what others do on the machine is not counted, so that it can be measured beside work of lower priority
    names += ["the machine"] * (sum(run.cores.values()) > _FULL * (os.cpu_count() or 1))
    return ", ".join(names)


def figures_of(runs: Mapping[Case, Sequence[Run]]) -> dict[str, Any]:
    """Medians of the rounds by case."""
    found: dict[str, Any] = {}
    for case, rounds in runs.items():
        names = sorted({name for run in rounds for name in run.usage.cpu})
        middle = sorted(rounds, key=lambda run: run.per_second)[len(rounds) // 2]
        cpu = {n: statistics.median(run.usage.cpu.get(n, 0.0) / run.windows for run in rounds) for n in names}
        found[case.name] = {
            "job": case.kind.name,
            "replicas": case.replicas,
            "database_cores": case.database,
            "windows": middle.windows,
            "tasks": middle.tasks,
            "windows_per_s": round(middle.per_second, 3),
            "windows_per_s_of_rounds": [round(run.per_second, 3) for run in rounds],
            "seconds_of_rounds": [round(run.seconds, 2) for run in rounds],
            "cpu_ms_per_window": {n: round(1e3 * s, 4) for n, s in cpu.items() if s > 1e-6},
            "cores": {n: round(c, 3) for n, c in sorted(middle.cores.items()) if c > 0.001},
            "busy_cores": round(sum(middle.cores.values()), 2),
            "throttled_s": {n: round(s, 1) for n, s in middle.throttled.items()},
            "full": full(middle, case),
        }
    for one in found.values():
        alone = found[Case(KINDS[one["job"]], 1).name]["windows_per_s"]
        one["to_linear"] = round(one["windows_per_s"] / (alone * one["replicas"]), 3)
    return found


def report(figures: Mapping[str, Any]) -> Table:
    """The cases as a table."""
    table = Table(title=f"Replicas of {', '.join(SCALED)}, with {CORES} cores each; medians of {ROUNDS} rounds")
    for column in ("job", "replicas", "windows/s", "to linear", "whole job s", "busy cores", "full"):
        table.add_column(column, justify="right" if column not in ("job", "full") else "left")
    for one in sorted(figures.values(), key=lambda one: (one["job"], one["database_cores"] or 0, one["replicas"])):
        held = f", database {one['database_cores']:g} cores" if one["database_cores"] else ""
        seconds = statistics.median(one["seconds_of_rounds"])
        table.add_row(
            f"{one['job']}{held}", str(one["replicas"]), f"{one['windows_per_s']:.1f}", f"{one['to_linear']:.2f}",
            f"{seconds:.1f}", f"{one['busy_cores']:.2f}", one["full"],
        )  # fmt: skip
    return table


def main() -> dict[str, Any]:
    """Make the archive, run the cases, print the table; the figures by case."""
    console = Console(width=140)
    cache = Path(os.environ.get("SEISBUS_BENCH_CACHE", Path.home() / ".cache" / "seisbus")) / "archives"
    root = cache / f"replicas-{SPEC.channels}"
    with tempfile.TemporaryDirectory() as folder, groups() as make:
        try:
            share = check(make("spin", CORES))
        except NoQuotasError as error:
            raise SystemExit(f"replicas measures nothing without quotas: {error}.") from error
        console.print(f"a spinning process got {share:.3f} cores with a quota of {CORES}")
        make_archive(root, SPEC)
        figures = figures_of(asyncio.run(measure(root, Path(folder), make)))
    console.print(report(figures))
    return {"cases": figures, "cores": CORES, "spinning": round(share, 3), "rounds": ROUNDS, "cpus": os.cpu_count()}
