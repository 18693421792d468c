"""Messages that the bus loses, at any stage and while a job is still being planned: their tasks are published again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from support.chaos import End, bus_of, impatient_system, paused, settled_end, small_archive
from support.system import System
from support.waiting import eventually

_JOB: dict[str, Any] = {
    "archive": "local",
    "windows": {"tile": {"start": "2011-03-11", "end": "2011-03-13", "length": "30min"}},
}


@pytest.fixture(scope="module")
async def narrow(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[System, End]]:
    """A stack that plans the second day of a job only when the first is nearly done; and the job's undisturbed end."""
    archive = small_archive(tmp_path_factory.mktemp("archive"), days=(date(2011, 3, 11), date(2011, 3, 12)))
    environment = {"SEISBUS_OPEN_TASKS": "4"}
    async with impatient_system(tmp_path_factory.mktemp("lost"), archive, environment=environment) as system:
        yield system, await settled_end(system, await system.run(_JOB))


@pytest.mark.parametrize(
    ("stream", "resting"), [("SEIS_FETCH", "fetcher"), ("SEIS_WINDOW", "windower"), ("SEIS_WRITE", "writer")]
)
async def test_messages_lost_while_the_job_is_planned(narrow: tuple[System, End], stream: str, resting: str) -> None:
    system, undisturbed = narrow
    async with bus_of(system.stack) as bus, paused(system.stack, resting):
        submitted = await system.client.submit(_JOB)

        async def waits() -> bool:
            pending = await bus.pending(submitted.id)
            assert {name for name, count in pending.items() if count} == {"SEIS_PLAN", stream}, pending
            return True

        async def lost() -> bool:  # the planner may not have sent the first of them only
            await bus.connection.jetstream().purge_stream(stream, subject=f"seis.*.*.{submitted.id}")
            return (await bus.pending(submitted.id))[stream] == 0

        await eventually(waits)
        await eventually(lost)
    done = await system.client.wait(submitted.id)
    assert (done.state, done.ledger.balanced) == ("completed", True), (done.error, done.notes)
    assert await settled_end(system, done) == undisturbed
