"""Random kills under a campaign of thousands of windows: it ends as it does undisturbed, and every document is there
once."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date
from functools import partial

import pytest

from seisbus.client import Job
from seisbus.local import ServiceName
from seisbus.local.stack import LocalStack
from support.chaos import End, impatient_system, settled_end, small_archive, status_of
from support.kills import kill, until_all_answer
from support.system import System
from support.waiting import eventually

pytestmark = pytest.mark.long

_DAYS = tuple(date(2011, 3, day) for day in (11, 12, 13))
_WRITERS = 3
_SERVERS = ("nats", "mongodb")
# 144 windows a channel and day
_CAMPAIGN = {
    "archive": "local",
    "windows": {"tile": {"start": "2011-03-11", "end": "2011-03-14", "length": "10min"}},
}


@pytest.fixture(scope="module")
async def campaign(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[System, End]]:
    """A stack that plans 16 tasks ahead, so that it plans as long as the job lasts; and the job's undisturbed end."""
    archive = small_archive(tmp_path_factory.mktemp("campaign"), channels=24, days=_DAYS, templates=3)
    folder = tmp_path_factory.mktemp("kills")
    environment = {"SEISBUS_OPEN_TASKS": "16"}
    async with impatient_system(folder, archive, environment=environment, replicas={"writer": _WRITERS}) as system:
        end = await settled_end(system, await system.run(_CAMPAIGN))
        assert len(end) == 24 * 3 * 144
        yield system, end


async def test_three_writers_killed_at_random(campaign: tuple[System, End]) -> None:
    system, undisturbed = campaign
    chance = random.Random(1)
    submitted = await system.client.submit(_CAMPAIGN)
    async with redeliveries(system.stack) as seen:
        await until_settled(system, submitted, 500)
        for index in chance.sample(range(_WRITERS), _WRITERS):
            assert kill(system.stack, "writer", index)
            await asyncio.sleep(chance.uniform(0.2, 1.5))
        assert not (await system.client.job(submitted.id)).state.closed, "the campaign is too short for its kills"
        await ends_like(system, submitted, undisturbed)
    assert sum(seen.values()) > 0


async def test_twenty_kills_of_services_and_servers(campaign: tuple[System, End]) -> None:
    system, undisturbed = campaign
    chance = random.Random(2)
    victims = [*[(name, 0) for name in ServiceName], *[("writer", i) for i in range(1, _WRITERS)],
               *[(name, 0) for name in _SERVERS]]  # fmt: skip
    # each once at least, the rest by chance, in any order
    order = [*victims, *chance.choices(victims, k=20 - len(victims))]
    chance.shuffle(order)
    submitted = await system.client.submit(_CAMPAIGN)
    async with redeliveries(system.stack) as seen:
        for name, index in order:
            # it may still be down from an earlier kill
            await eventually(partial(kill, system.stack, name, index), interval=0.1)
            await asyncio.sleep(chance.uniform(0.1, 1.5))
        await ends_like(system, submitted, undisturbed)
    assert sum(seen.values()) > 0


async def until_settled(system: System, job: Job, windows: int) -> None:
    """Wait until so many windows have an outcome."""
    async for progress in system.client.watch(job.id):
        if progress.ledger.settled >= windows:
            return


async def ends_like(system: System, job: Job, undisturbed: End) -> None:
    """The job is completed, and its windows ended as they did undisturbed."""
    await until_all_answer(system.stack)
    done = await system.client.wait(job.id)
    assert (done.state, done.ledger.balanced) == ("completed", True), (done.error, done.notes)
    assert await settled_end(system, done) == undisturbed
    assert await system.client.dead_letters(job.id) == []


@contextlib.asynccontextmanager
async def redeliveries(stack: LocalStack) -> AsyncIterator[Counter[int]]:
    """Redeliveries by process id, as far as the processes lived to tell."""
    seen: Counter[int] = Counter()

    async def look() -> None:
        while True:
            for status in stack.services():
                with contextlib.suppress(AssertionError):
                    told = await status_of(stack, status.service, status.index)
                    seen[told.pid] = max(seen[told.pid], told.redelivered)
            await asyncio.sleep(0.5)

    looking = asyncio.create_task(look())
    try:
        yield seen
    finally:
        looking.cancel()
