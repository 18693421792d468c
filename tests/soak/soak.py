"""Rounds of jobs that are killed, cancelled, retried, exported and purged at random, each checked against an
undisturbed run of the same job."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from seisbus.client import ClientError, Job
from soak.jobs import JOBS
from soak.measures import Bounds, MiB, Stores, Use, stores, uses
from support.chaos import impatient_system, small_archive
from support.kills import Digest, checked_digest, kill, probed, until_all_answer, victims
from support.system import System
from support.waiting import eventually

_DONE = ("completed", "cancelled")
Export = tuple[int, int]


class SoakError(AssertionError):
    """What a round found wrong, with the round's seed."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a soak came to; `silence` in seconds, `most` by process."""

    rounds: int
    kills: int
    windows: int
    silence: float
    most: dict[str, Use]


async def soak(folder: Path, minutes: float, seed: int, say: Callable[[str], None]) -> Summary:
    """Run rounds for so many minutes in `folder`; SoakError at the first thing that is wrong."""
    archive = small_archive(folder / "archive")
    environment = {"SEISBUS_OPEN_TASKS": "16"}
    async with impatient_system(folder / "stack", archive, environment=environment) as system:
        soaking = Soaking(system, random.Random(seed))
        async with probed(system.stack) as silence:
            await soaking.undisturbed()
            say(f"undisturbed: {len(JOBS)} jobs, {soaking.windows} windows; seed {seed}")
            deadline = time.monotonic() + 60 * minutes
            rounds = 0
            while rounds == 0 or time.monotonic() < deadline:
                rounds += 1
                begun = time.monotonic()
                try:
                    did = await soaking.round()
                except Exception as error:  # whatever it was, a soak is run again by its seed
                    raise SoakError(f"Round {rounds} of seed {seed}: {type(error).__name__}: {error}") from error
                say(f"round {rounds}: {did}; {time.monotonic() - begun:.1f} s; {soaking.figures()}")
        if silence.longest >= 10:
            raise SoakError(f"A call had no answer for {silence.longest:.1f} s; seed {seed}.")
        return Summary(rounds, soaking.kills, soaking.windows, silence.longest, soaking.most)


class Soaking:
    """A stack, what its jobs come to undisturbed, and what was found so far."""

    def __init__(self, system: System, chance: random.Random) -> None:
        self.kills = self.windows = 0
        self._system = system
        self._chance = chance
        self._digests: dict[str, Digest] = {}
        self._exports: dict[str, Export] = {}
        self._bounds = Bounds()
        self._stores = Stores(0, 0, 0)

    @property
    def most(self) -> dict[str, Use]:
        """The most that each process took between two rounds."""
        return self._bounds.most

    async def undisturbed(self) -> None:
        """What each job and an export of it come to, and what processes take by then."""
        for name, job in JOBS.items():
            done = await self._system.run(job)
            self._digests[name] = await checked_digest(self._system, done)
            self.windows += done.ledger.planned
            exported = await self._system.client.wait((await self._system.client.export("mseed", job=done.id)).id)
            self._exports[name] = await self._exported(exported)
        self._bounds.baseline(uses(self._system.stack))
        await self._purge_all(0)

    async def round(self) -> str:
        """One job, disturbed in one way, checked, exported and purged under kills; a line on what was done."""
        client, chance = self._system.client, self._chance
        name = chance.choice(list(JOBS))
        way = chance.choice(("killed", "cancelled", "retried", "killed and cancelled"))
        count = chance.randint(1, 4) if "killed" in way else 0
        job = await client.submit(JOBS[name])
        async with asyncio.TaskGroup() as group:
            group.create_task(self._disturb(count))
            if "cancelled" in way:
                group.create_task(self._cancel(job.id))
        await until_all_answer(self._system.stack)
        done = await self._closed(job.id)
        if done.state == "cancelled":
            done = await self._again(done, ["cancelled"])
        if way == "retried":
            done = await self._again(done, ["dead", "missing"])
        await self._check(name, done)

        exported = await self._under_kill(await client.export("mseed", job=done.id))
        found = await self._exported(exported)
        assert found == self._exports[name], f"the export has {found}, undisturbed {self._exports[name]}"
        await self._purge_all(chance.randint(0, 1))
        over = self._bounds.over(uses(self._system.stack)) + self._bounds.grown(self._stores)
        assert not over, "; ".join(over)
        return f"{name} {way}, {count} kills"

    def figures(self) -> str:
        """Memory of the largest processes, and the stores."""
        now = sorted(uses(self._system.stack).items(), key=lambda item: -item[1].memory)[:3]
        memory = ", ".join(f"{name} {use.memory // MiB} MiB" for name, use in now)
        return f"{memory}; {self._stores.documents} documents, {self._stores.folder // MiB} MiB on disk"

    async def _check(self, name: str, done: Job) -> None:
        found = await checked_digest(self._system, done)
        assert found == self._digests[name], f"{name}: {found}, undisturbed {self._digests[name]}"
        self.windows += done.ledger.planned

    async def _disturb(self, count: int) -> None:
        stack = self._system.stack
        for name, index in victims(stack, self._chance, count):
            await asyncio.sleep(self._chance.uniform(0, 1))
            # it may still be down from an earlier kill
            await eventually(partial(kill, stack, name, index), 120)
            self.kills += 1

    async def _cancel(self, job: str) -> None:
        """Cancel a job at a random moment, however often it takes; one that was closed before stays so."""
        await asyncio.sleep(self._chance.uniform(0, 1))

        async def cancelled() -> bool:
            try:
                await self._system.client.cancel(job)
            except ClientError as error:
                return error.code == "FAILED_PRECONDITION"
            return True

        await eventually(cancelled, 120, 0.2)

    async def _closed(self, job: str) -> Job:
        done = await self._system.client.wait(job)
        assert done.state in _DONE, (done.state, done.error, done.notes)
        assert done.ledger.balanced, done.ledger
        return done

    async def _again(self, done: Job, fates: list[str]) -> Job:
        """The job closed again after a retry of windows of these fates, under a kill."""
        return await self._under_kill(await self._system.client.retry(done.id, fates))

    async def _under_kill(self, job: Job, count: int = 1) -> Job:
        await self._disturb(count)
        await until_all_answer(self._system.stack)
        return await self._closed(job.id)

    async def _exported(self, job: Job) -> Export:
        """Waveforms and bytes of what an export built."""
        assert (job.state, job.ledger.balanced) == ("completed", True), (job.error, job.notes)
        datasets: list[dict[str, Any]] = await self._system.client.datasets(job.id)
        return sum(int(d["waveforms"]) for d in datasets), sum(int(d["size"]) for d in datasets)

    async def _purge_all(self, kills: int) -> None:
        """Remove every job but those of the archive's index; nothing of them is left anywhere."""
        client, environment = self._system.client, self._system.stack.environment
        gone = [job.id for job in await client.jobs() if job.kind != "index"]
        purge, _ = await client.purge(gone)
        assert purge is not None
        done = await self._under_kill(purge, kills)
        assert done.state == "completed", done.error
        left = {job.id for job in await client.jobs()} & set(gone)
        assert not left, f"jobs that were purged are still listed: {sorted(left)}"
        files = _files(Path(environment["SEISBUS_OUTPUT_ROOT"]))
        assert not files, f"files that no job has: {files[:5]}"
        self._stores = await stores(self._system.stack)
        assert not self._bounds.grown(self._stores), self._bounds.grown(self._stores)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
