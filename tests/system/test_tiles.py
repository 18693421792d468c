"""Tiles over a month hold every sample once, and a year of them is planned as a stream."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from seisbus.client import Job
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
