"""Windows and tiles over day edges: archives cut at the sample and at the record, and days that are missing."""

from __future__ import annotations

import asyncio
from datetime import date
from fractions import Fraction

import pytest

from support.days import DAY_NS, NS, Cut, Days, day_ns
from support.system import System
from support.windows import absolute, assert_partition, later, piece_of, sha256, tile

HOUR_NS = 3600 * NS
TEN, TEN_DAYS = date(2015, 12, 28), 12


# archive, how its days are cut, station
ARCHIVES = (("days", Cut.SAMPLE, "EDGE"), ("records", Cut.FIRST, "FIRST"), ("records", Cut.LAST, "LAST"))
WINDOWS = (
    (day_ns(TEN) + 2 * DAY_NS - HOUR_NS // 2, day_ns(TEN) + 2 * DAY_NS + HOUR_NS // 2),
    (day_ns(TEN) + 4 * DAY_NS, day_ns(TEN) + 4 * DAY_NS + 30 * NS),  # the first half minute of a day
    (day_ns(TEN) + 5 * DAY_NS - 40 * NS, day_ns(TEN) + 5 * DAY_NS - 10 * NS),  # and the last
    (day_ns(TEN) + DAY_NS // 2, day_ns(TEN) + DAY_NS // 2 + 10 * DAY_NS),
)


@pytest.fixture(scope="module")
async def channels(system: System) -> dict[str, list[Days]]:
    made: dict[str, list[Days]] = {}
    for archive, cut, station in ARCHIVES:
        made[station] = [
            Days.noise(("XX", station, "", "LHZ"), Fraction(1), TEN, TEN_DAYS, 19_539_000),
            Days.noise(("XX", station, "", "VHZ"), Fraction(1, 10), TEN, TEN_DAYS, 3_700_000_000),
        ]
        for channel in made[station]:
            channel.write(system.buckets / archive, cut)
    return made


@pytest.mark.parametrize(("archive", "cut", "station"), ARCHIVES)
async def test_the_files_are_cut_as_said(
    system: System, channels: dict[str, list[Days]], archive: str, cut: Cut, station: str
) -> None:
    """At the record, a day's first file holds later samples or its second one earlier ones than its own day."""
    import obspy

    for channel in channels[station]:
        path = system.buckets / archive / channel.key(later(TEN, 1))
        (trace,) = await asyncio.to_thread(obspy.read, str(path))
        begins, ends = trace.stats.starttime.ns - day_ns(TEN) - DAY_NS, trace.stats.endtime.ns - day_ns(TEN)
        assert (begins < 0) == (cut is Cut.LAST)
        assert (ends >= 2 * DAY_NS) == (cut is Cut.FIRST)
        if cut is not Cut.SAMPLE:
            assert max(-begins, begins, ends - 2 * DAY_NS) > 60 * NS


@pytest.mark.parametrize(("archive", "cut", "station"), ARCHIVES)
async def test_windows_over_midnight_and_over_ten_days(
    system: System, channels: dict[str, list[Days]], archive: str, cut: Cut, station: str
) -> None:
    job = await system.run({"archive": archive, "select": {"sta": station}, "windows": absolute(*WINDOWS)})
    assert job.ledger.saved == job.ledger.planned == 2 * len(WINDOWS)
    stored = await system.stored(job)
    for channel in channels[station]:
        for begin, end in WINDOWS:
            index, data = channel.between(begin, end, inclusive=True)
            piece = piece_of(stored, channel.channel, begin)
            assert (piece.document["t0_ns"], piece.npts) == (channel.time_ns(index), len(data))
            assert piece.sha256 == sha256(data)
    # ten days and a half day each side: eleven objects, each named
    long = piece_of(stored, channels[station][0].channel, WINDOWS[3][0])
    keys = {source["key"] for source in long.document["provenance"]["sources"]}
    wanted = {channels[station][0].key(later(TEN, day)) for day in range(11)}
    assert keys >= wanted


@pytest.mark.parametrize(("archive", "cut", "station"), ARCHIVES)
async def test_tiles_are_the_days_samples(
    system: System, channels: dict[str, list[Days]], archive: str, cut: Cut, station: str
) -> None:
    job = await system.run({"archive": archive, "select": {"sta": station}, "windows": tile(TEN, TEN_DAYS, "6h")})
    assert job.ledger.saved == job.ledger.planned == 2 * 4 * TEN_DAYS
    stored = await system.stored(job)
    for channel in channels[station]:
        assert_partition(channel, stored, TEN, TEN_DAYS, 6 * HOUR_NS)


# days 0 and 2 have an object, day 1 has none
LONELY = date(2016, 2, 28)
OVER = (day_ns(LONELY) + DAY_NS - HOUR_NS, day_ns(LONELY) + DAY_NS + HOUR_NS)
BEFORE = (day_ns(LONELY) + 2 * DAY_NS - HOUR_NS, day_ns(LONELY) + 2 * DAY_NS + HOUR_NS)


@pytest.fixture(scope="module", params=[("days", Cut.SAMPLE), ("records", Cut.FIRST)], ids=["sample", "record"])
async def found(system: System, request: pytest.FixtureRequest) -> tuple[str, Days]:
    archive, cut = request.param
    channel = Days.noise(("XX", "HALF", "", "LHZ"), Fraction(1), LONELY, 3)
    paths = channel.write(system.buckets / archive, cut)
    await asyncio.to_thread(paths[1].unlink)
    return archive, channel


async def test_killed(system: System, found: tuple[str, Days]) -> None:
    archive, channel = found
    windows = absolute(OVER, BEFORE)
    job = await system.run({"archive": archive, "select": {"sta": "HALF"}, "windows": windows})
    stored = await system.stored(job)
    reasons = [outcome["reason"] for outcome in stored.by_channel[channel.channel]]
    assert reasons == ["ends_early", "starts_late"]
    for outcome in stored.outcomes:
        assert "not there (not_listed)" in stored.log_of(outcome["_id"])


async def test_split(system: System, found: tuple[str, Days]) -> None:
    archive, channel = found
    windows = absolute(OVER)
    job = await system.run({"archive": archive, "select": {"sta": "HALF"}, "gaps": "split", "windows": windows})
    stored = await system.stored(job)
    piece = piece_of(stored, channel.channel, OVER[0])
    index, data = channel.between(*OVER, inclusive=True)
    assert piece.document["t0_ns"] == channel.time_ns(index)
    # at the record, the file of day 0 goes on for a few minutes after midnight
    assert (piece.npts == 3600) if archive == "days" else (3600 < piece.npts < 7200)
    assert piece.sha256 == sha256(data[: piece.npts])


async def test_filled(system: System, found: tuple[str, Days]) -> None:
    archive, channel = found
    job = await system.run(
        {
            "archive": archive,
            "select": {"sta": "HALF"},
            "gaps": {"fill": "zero"},
            "windows": absolute(BEFORE),
        }
    )
    stored = await system.stored(job)
    piece = piece_of(stored, channel.channel, BEFORE[0])
    _, data = channel.between(*BEFORE, inclusive=True)
    known = data.copy()
    late = 3600 if archive == "days" else _late(system, channel)
    known[:late] = 0
    assert (piece.npts, piece.sha256) == (7201, sha256(known))


def _late(system: System, channel: Days) -> int:
    """How many samples of the window the file of day 2 lacks, which begins with its first own record."""
    import obspy

    path = system.buckets / "records" / channel.key(later(LONELY, 2))
    (trace,) = obspy.read(str(path), headonly=True)
    return int((trace.stats.starttime.ns - BEFORE[0]) // NS)
