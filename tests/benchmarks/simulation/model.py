"""The stations of a deployment and the way of a task through them, as a SimPy model.

A task (an object and its windows) is planned, fetched, cut and written; NATS carries it from one to the next, and the
database commits it. A station serves one after the other. Limits hold a task back as the deployment does: open tasks
of a job, requests of an archive, messages that a process takes ahead. What is not modelled: failures, redeliveries, and
pods that start or leave.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import simpy

Process = Generator[simpy.Event, Any, None]
# CPU is given in pieces where pods share a machine, so that all of them get on; the kernel's are of this order.
_PIECE_SECONDS: Final = 0.005
# From such a use on a station counts as full: service times vary, and a queue is empty now and then.
FULL: Final = 0.9
# A writer is busy while its transaction waits for the database, so that of the two the database tells more.
_ORDER: Final = ("database", "NATS", "indexer", "windower", "fetcher", "writer", "line", "archive's server")
# The writer's batch closes at so many windows, so long after the one before, or when it was quiet so long
# (seisbus/writer/commit.py).
BATCH_WINDOWS: Final = 500
BATCH_SECONDS: Final = 0.2
QUIET_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of CPU of a task at each station; `read` is the wait for the archive, during which no CPU is used."""

    windows: int
    indexer: float
    fetcher: float
    windower: float
    writer: float
    nats: float
    database: float
    read: float = 0.0
    archive: float = 0.0  # CPU of the archive's own server, where it runs on the same machine
    line: float = 0.0  # of a line that carries one object at a time, at its full rate
    trips: int = 1  # times that the archive is asked, one after the other, with `read` and `line` divided between them

    def times(self, factor: float) -> Costs:
        """With every CPU second multiplied."""
        names = ("indexer", "fetcher", "windower", "writer", "nats", "database", "archive")
        return replace(self, **{name: factor * getattr(self, name) for name in names})


@dataclass(frozen=True, slots=True)
class Deployment:
    """How many processes there are, how fast each is (in cores), and the limits.

    machine: cores that all share, None where each process has its own. streams: groups of NATS's streams that work side
    by side. shards: of the ledger, by job; jobs: that the work is divided into, since a job is planned by one indexer.
    """

    indexers: int = 1
    fetchers: int = 1
    windowers: int = 1
    writers: int = 1
    cores: float = 1.0
    database_cores: float = 1.0
    nats_cores: float = 1.0
    machine: int | None = None
    streams: int = 1
    shards: int = 1
    jobs: int = 1
    open_tasks: int = 256
    archive_requests: int = 64
    fetches_at_once: int = 16
    ahead: int = 6  # messages that a windower holds, with those it works on

    @property
    def pods(self) -> int:
        """Of all services that scale."""
        return self.indexers + self.fetchers + self.windowers + self.writers


@dataclass(slots=True)
class Result:
    """What a simulated job took; `use` is the part of the time that a station's processes worked, or a limit held."""

    tasks: int
    windows: int
    seconds: float
    per_second: float
    use: dict[str, float]
    limits: dict[str, float]

    @property
    def all_full(self) -> list[str]:
        """The stations that work all the time, first what others wait for, and then the limits that are reached."""
        full = [name for name in _ORDER if self.use[name] >= FULL]
        return full + [limit for limit, held in self.limits.items() if held >= FULL]

    @property
    def full(self) -> str:
        """The first of them, "" if there is none."""
        return next(iter(self.all_full), "")


class Station:
    """Equal servers with one queue, each with `cores` of a core, on a machine with others or alone."""

    def __init__(
        self, environment: simpy.Environment, servers: int, cores: float, machine: simpy.Resource | None
    ) -> None:
        self._environment = environment
        self._cores = cores
        self._machine = machine
        self.servers = simpy.Resource(environment, servers)
        self.busy = 0.0

    def serve(self, seconds: float) -> Process:
        """So many seconds of CPU, at whichever server is free first."""
        if not seconds:
            return
        with self.servers.request() as turn:
            yield turn
            yield from self.work(seconds)

    def work(self, seconds: float) -> Process:
        """So many seconds of CPU by a server that is held already."""
        begun = self._environment.now
        if self._machine is None:
            yield self._environment.timeout(seconds / self._cores)
        else:
            # The quota lets a process run its share of each period at full speed and then holds it back.
            speed = min(self._cores, 1.0)
            while seconds > 1e-12:
                piece = min(seconds, _PIECE_SECONDS)
                seconds -= piece
                with self._machine.request() as turn:
                    yield turn
                    yield self._environment.timeout(piece)
                if speed < 1.0:
                    yield self._environment.timeout(piece / speed - piece)
        self.busy += self._environment.now - begun


class Limit(simpy.Resource):
    """Places that are taken for a while, and for how long they were taken in all."""

    held = 0.0

    def hold(self, since: float) -> None:
        """A place that was taken at this time is left now."""
        self.held += self._env.now - since


class Model:
    """One job, or several equal ones side by side, of `tasks` equal tasks in all."""

    def __init__(self, costs: Costs, deployment: Deployment, tasks: int, seed: int, spread: float = 0.2) -> None:
        self._costs, self._deployment, self._tasks = costs, deployment, tasks
        self._random = np.random.default_rng(seed)
        self._spread = spread
        self._environment = env = simpy.Environment()
        d = deployment
        machine = simpy.Resource(env, d.machine) if d.machine else None
        self.stations = {
            "indexer": [Station(env, 1, d.cores, machine) for _ in range(d.indexers)],
            "fetcher": [Station(env, 1, d.cores, machine) for _ in range(d.fetchers)],
            "windower": [Station(env, d.windowers, d.cores, machine)],
            "writer": [Station(env, 1, d.cores, machine) for _ in range(d.writers)],
            "NATS": [Station(env, 1, d.nats_cores, machine) for _ in range(d.streams)],
            "database": [Station(env, 1, d.database_cores, machine) for _ in range(d.shards)],
            "archive's server": [Station(env, 1, 1.0, machine)],
            "line": [Station(env, 1, 1.0, None)],
        }
        self._requests = Limit(env, d.archive_requests)
        self._fetching = Limit(env, min(d.archive_requests, d.fetchers * d.fetches_at_once))
        self._cutting = simpy.Resource(env, d.windowers * d.ahead)
        self._open = [Limit(env, d.open_tasks) for _ in range(d.jobs)]
        self._batches = [simpy.Store(env) for _ in range(d.writers)]
        self._done: list[float] = []
        self._all = env.event()

    def run(self) -> Result:
        """Until all tasks are settled."""
        for job in range(self._deployment.jobs):
            self._environment.process(self._plan(job))
        for number in range(self._deployment.writers):
            self._environment.process(self._write(number))
        self._environment.run(self._all)
        seconds = self._done[-1]
        first, last = (int(part * (len(self._done) - 1)) for part in (0.1, 0.9))
        part, span = last - first, self._done[last] - self._done[first]
        per_second = self._costs.windows * (part / span if span else self._tasks / seconds)
        use = {name: sum(s.busy for s in many) / (sum(s.servers.capacity for s in many) * seconds)
               for name, many in self.stations.items()}  # fmt: skip
        limits = {
            "objects that fetchers read at once": self._fetching.held / (self._fetching.capacity * seconds),
            "requests of the archive": self._requests.held / (self._requests.capacity * seconds),
            "open tasks": sum(limit.held for limit in self._open) / (sum(one.capacity for one in self._open) * seconds),
        }
        return Result(self._tasks, self._tasks * self._costs.windows, seconds, per_second, use, limits)

    def _about(self, seconds: float) -> float:
        """A service time around its mean: gamma, so that it is never negative."""
        if not self._spread or not seconds:
            return seconds
        shape = 1 / self._spread**2
        return float(self._random.gamma(shape, seconds / shape))

    def _of(self, name: str, number: int) -> Station:
        """The server of many that takes the work with this number."""
        many = self.stations[name]
        return many[number % len(many)]

    def _plan(self, job: int) -> Process:
        """A job is planned by one indexer, which waits while its tasks on the bus are as many as may be."""
        indexer = self._of("indexer", job)
        for number in range(job, self._tasks, self._deployment.jobs):
            place = self._open[job].request()
            yield place
            yield from indexer.serve(self._about(self._costs.indexer))
            self._environment.process(self._task(number, job, place, self._environment.now))

    def _task(self, number: int, job: int, place: simpy.resources.resource.Request, opened: float) -> Process:
        """One object: read, cut, written. NATS's work for a task is divided between its three messages."""
        costs, nats = self._costs, self._of("NATS", number)
        yield from nats.serve(self._about(costs.nats / 3))
        with self._fetching.request() as slot:
            yield slot
            began = self._environment.now
            fetcher = self._of("fetcher", number)
            yield from fetcher.serve(self._about(costs.fetcher / 2))
            with self._requests.request() as turn:
                yield turn
                asked = self._environment.now
                yield from self._of("archive's server", 0).serve(self._about(costs.archive))
                for _ in range(costs.trips):
                    yield from self._of("line", 0).serve(self._about(costs.line / costs.trips))
                    if costs.read:
                        yield self._environment.timeout(self._about(costs.read / costs.trips))
                self._requests.hold(asked)
            yield from fetcher.serve(self._about(costs.fetcher / 2))
            yield from nats.serve(self._about(costs.nats / 3))
            self._fetching.hold(began)
        with self._cutting.request() as slot:
            yield slot
            (windowers,) = self.stations["windower"]
            yield from windowers.serve(self._about(costs.windower))
            yield from nats.serve(self._about(costs.nats / 3))
        settled = self._environment.event()
        yield self._batches[number % len(self._batches)].put((job, settled))
        yield settled
        self._open[job].hold(opened)
        self._open[job].release(place)
        self._done.append(self._environment.now)
        if len(self._done) == self._tasks:
            self._all.succeed()

    def _write(self, number: int) -> Process:
        """A writer commits batch after batch: its own work, then a transaction on each shard that the batch touches."""
        station, waiting = self._of("writer", number), self._batches[number]
        most = max(1, -(-BATCH_WINDOWS // self._costs.windows))
        gathers_until = 0.0
        while True:
            taken = [(yield waiting.get())]
            while (left := gathers_until - self._environment.now) > 0 and (there := len(waiting.items)) + 1 < most:
                yield self._environment.timeout(min(left, QUIET_SECONDS))
                if len(waiting.items) == there:
                    break
            gathers_until = self._environment.now + BATCH_SECONDS
            while waiting.items and len(taken) < most:
                taken.append((yield waiting.get()))
            yield from station.serve(self._about(len(taken) * self._costs.writer))
            waits = self._environment.now
            by_shard: dict[int, int] = {}
            for job, _ in taken:
                shard = job % self._deployment.shards
                by_shard[shard] = by_shard.get(shard, 0) + 1
            yield self._environment.all_of(
                [
                    self._environment.process(
                        self._of("database", shard).serve(self._about(count * self._costs.database))
                    )
                    for shard, count in by_shard.items()
                ]
            )
            station.busy += self._environment.now - waits
            for _, settled in taken:
                settled.succeed()


def simulate(costs: Costs, deployment: Deployment, tasks: int, seed: int, spread: float = 0.2) -> Result:
    """A job of so many tasks on a deployment; the same arguments give the same result."""
    return Model(costs, deployment, tasks, seed, spread).run()


def median(costs: Costs, deployment: Deployment, tasks: int, seeds: Sequence[int]) -> Result:
    """The middle one of several seeds by throughput."""
    results = sorted((simulate(costs, deployment, tasks, seed) for seed in seeds), key=lambda one: one.per_second)
    return results[len(results) // 2]
