"""A campaign never starves a notebook: a small job that is submitted later ends first, and priorities are kept."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest

from seisbus.errors import ClientError
from support.chaos import impatient_system, small_archive

_CAMPAIGN = {"archive": "local", "windows": {"tile": {"start": "2011-03-11", "end": "2011-03-13", "length": "5min"}}}


async def test_ten_windows_submitted_after_thousands_are_done_first(tmp_path_factory: pytest.TempPathFactory) -> None:
    days = (date(2011, 3, 11), date(2011, 3, 12))
    archive = small_archive(tmp_path_factory.mktemp("archive"), channels=36, days=days, templates=3, defects=())
    spans = [{"start": f"2011-03-11T05:{minute}:00Z", "end": f"2011-03-11T05:{minute}:30Z"} for minute in range(10, 20)]
    async with impatient_system(
        tmp_path_factory.mktemp("jobs"), archive, environment={"SEISBUS_OPEN_TASKS": "8"}
    ) as system:
        (channel, *_) = await system.client.channels("local", chan="BHZ")
        select = {name: channel[name] for name in ("net", "sta", "chan")}
        campaign = await system.client.submit(_CAMPAIGN)
        async for progress in system.client.watch(campaign.id):
            if progress.ledger.settled >= 288:
                break

        small = await system.run({"archive": "local", "select": select, "windows": {"absolute": spans}})

        assert (small.ledger.planned, small.ledger.saved) == (10, 10)
        meanwhile = await system.client.job(campaign.id)
        assert not meanwhile.state.closed
        assert meanwhile.ledger.settled < 36 * 2 * 288
        await system.client.cancel(campaign.id)
        cancelled = await system.client.wait(campaign.id)
        assert cancelled.ledger.balanced
        await system.stored(cancelled)


@pytest.mark.long
async def test_a_job_of_higher_priority_is_planned_first(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The lower one stands where it was while the higher one is planned, says so, and goes on afterwards."""
    days = (date(2011, 3, 11), date(2011, 3, 12))
    archive = small_archive(tmp_path_factory.mktemp("archive"), channels=36, days=days, templates=3, defects=())
    day = 36 * 288
    async with impatient_system(
        tmp_path_factory.mktemp("jobs"), archive, environment={"SEISBUS_OPEN_TASKS": "8"}
    ) as system:
        lower = await system.client.submit(_CAMPAIGN)
        async for progress in system.client.watch(lower.id):
            if progress.ledger.planned == day:
                break
        higher = await system.client.submit({**_CAMPAIGN, "priority": 5})
        told = False
        async for progress in system.client.watch(higher.id):
            if progress.ledger.planned == 2 * day:
                break
            if progress.ledger.planned == day:
                told = told or any(
                    f"Job {higher.id} has a higher" in text for text in await system.client.explain(lower.id)
                )
                assert (await system.client.job(lower.id)).ledger.planned == day
        assert told
        async for progress in system.client.watch(lower.id):
            if progress.ledger.planned == 2 * day:
                break
        for job in (lower, higher):
            with contextlib.suppress(ClientError):  # it may have ended meanwhile
                await system.client.cancel(job.id)
            assert (await system.client.wait(job.id)).ledger.balanced
