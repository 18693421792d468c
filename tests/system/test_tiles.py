"""Tiles over a month hold every sample once, and a year of them is planned as a stream."""

from __future__ import annotations

import tracemalloc
from datetime import date
from fractions import Fraction

import numpy as np
import psutil
import pytest

from libseis.codes import Channel
from seisbus.client import Job
from seisbus.model.job import parse_job
from seisbus.planning.plan import DayFile, plan_day
from seisbus.planning.windows import home_days, windows_of_day
from support.days import NS, Cut, Days, day_ns
from support.system import System
from support.windows import assert_partition, piece_of, sha256, tile

HOUR_NS = 3600 * NS
# over a leap day and the end of a month
MONTH, MONTH_DAYS = date(2012, 2, 10), 30
# 1 Hz on the second and off it, and 0.1 Hz, whose sample before midnight is up to ten seconds away from it
PHASES = {
    ("XX", "TILE", "", "LHZ"): (Fraction(1), 0),
    ("XX", "TILE", "", "LHN"): (Fraction(1), 19_539_000),
    ("XX", "TILE", "00", "VHZ"): (Fraction(1, 10), 3_700_000_000),
}


@pytest.fixture(scope="module")
async def month(system: System) -> tuple[list[Days], Job]:
    channels = [Days.noise(codes, rate, MONTH, MONTH_DAYS, phase) for codes, (rate, phase) in PHASES.items()]
    for channel in channels:
        assert len(channel.write(system.buckets / "days", Cut.SAMPLE)) == MONTH_DAYS
    job = await system.run({"archive": "days", "select": {"sta": "TILE"}, "windows": tile(MONTH, MONTH_DAYS, "1h")})
    return channels, job


async def test_abutting_tiles_are_the_days_samples(system: System, month: tuple[list[Days], Job]) -> None:
    channels, job = month
    assert job.ledger.saved == job.ledger.planned == len(channels) * MONTH_DAYS * 24
    stored = await system.stored(job)
    for channel in channels:
        assert_partition(channel, stored, MONTH, MONTH_DAYS, HOUR_NS)


async def test_read_back_they_concatenate(system: System, month: tuple[list[Days], Job]) -> None:
    """The same through the client: samples and clock of a month at 0.1 Hz, one tile after the other."""
    channels, job = month
    slow = channels[2]
    ensemble = await system.client.read(job=job.id, chan="VHZ")
    together = np.concatenate([np.array(datum.data) for datum in ensemble.member])
    assert np.array_equal(together, slow.data.astype(np.float64))
    times = [datum.t0_ns for datum in ensemble.member]
    counts = np.cumsum([0, *(datum.npts for datum in ensemble.member)])
    assert times == [slow.time_ns(int(index)) for index in counts[:-1]]


async def test_tiles_that_overlap(system: System, month: tuple[list[Days], Job]) -> None:
    """Two hours every half hour over two days: the last ones that would run over the end are left out."""
    channels, _ = month
    windows = tile(MONTH, 2, "2h", step="30min")
    job = await system.run({"archive": "days", "select": {"sta": "TILE", "chan": "LHN"}, "windows": windows})
    assert job.ledger.saved == job.ledger.planned == 48 * 2 - 3
    stored = await system.stored(job)
    for number in range(93):
        begin = day_ns(MONTH) + number * HOUR_NS // 2
        _, data = channels[1].between(begin, begin + 2 * HOUR_NS, inclusive=False)
        assert piece_of(stored, channels[1].channel, begin).sha256 == sha256(data)


YEAR, YEAR_DAYS = date(2013, 1, 1), 365


def test_the_plan_of_a_year_is_not_kept() -> None:
    """70,080 windows of 8 channels: what planning holds at any moment is of the size of one task."""
    spec = parse_job({"archive": "days", "windows": tile(YEAR, YEAR_DAYS, "1h")})
    channels = [Channel("XX", f"S{number:03}", "", "BHZ") for number in range(8)]
    planned, first_week = 0, 0
    tracemalloc.start()
    try:
        for shard, day in enumerate(home_days(spec, [])):
            files = {channel: DayFile(channel, f"{day}/{channel}", 10**6, "etag", True, 40.0) for channel in channels}
            known = {day: files, day + 1: files}
            windows = list(windows_of_day(spec, [], day))
            for task in plan_day("job", "days", shard, day, windows, known.__getitem__, cut_at_record=False):
                planned += len(task.windows)
            if shard == 7:
                first_week = tracemalloc.get_traced_memory()[1]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert planned == YEAR_DAYS * 24 * len(channels)
    assert peak < first_week + 500_000 < 2_000_000


async def test_a_year_is_planned_as_a_stream(system: System) -> None:
    """A year of tiles of a channel at 0.1 Hz, all saved exactly.

    The indexer's memory does not grow with the plan: what it takes for the last three quarters is hardly more than for
    the first.
    """
    channel = Days.noise(("XX", "YEAR", "", "VHZ"), Fraction(1, 10), YEAR, YEAR_DAYS, 3_700_000_000)
    channel.write(system.buckets / "days", Cut.SAMPLE)
    (indexer,) = (status.pid for status in system.stack.services() if status.service == "indexer")
    process = psutil.Process(indexer)
    submitted = await system.client.submit(
        {"archive": "days", "select": {"sta": "YEAR"}, "windows": tile(YEAR, YEAR_DAYS, "6h")}
    )
    memory: dict[int, int] = {}
    async for progress in system.client.watch(submitted.id):
        memory[progress.ledger.planned] = process.memory_info().rss
    job = await system.client.job(submitted.id)
    assert job.ledger.saved == job.ledger.planned == YEAR_DAYS * 4
    quarter = job.ledger.planned // 4
    early = max(rss for planned, rss in memory.items() if planned <= quarter)
    late = max(rss for planned, rss in memory.items() if planned > quarter)
    assert late - early < 20_000_000
    stored = await system.stored(job)
    assert_partition(channel, stored, YEAR, YEAR_DAYS, 6 * HOUR_NS)
