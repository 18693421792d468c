"""Channels of several rates and phases come out of `resample` on one common grid, whatever the tile or the day."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from support.days import NS, Cut, Days, day_ns, pack
from support.system import System
from support.windows import absolute, tile

DAY = date(2017, 6, 15)  # no other test lays files of this day into the bucket they share
LENGTH_NS = 3600 * NS
# band codes that say about these rates; phases off the second, measured rates
CHANNELS = {
    ("XX", "GRID", "", "BHZ"): (Fraction(40), 19_539_000),
    ("XX", "GRID", "00", "BHZ"): (Fraction(20), 10_600_000),
    ("XX", "GRID", "10", "HHZ"): (Fraction(100), 0),
    ("XX", "GRID", "20", "HHZ"): (Fraction(9999, 100), 3_700_000),
}
NEW_RATE = 10


def slow(channel: Days) -> Days:
    """The channel with a signal far below the new rate: two sines whose value at any time is known."""
    times = channel.start_ns + np.arange(len(channel.data)) * float(NS / channel.rate)
    return Days(channel.codes, channel.rate, channel.start_ns, np.rint(signal(times)).astype(np.int32))


def signal(times_ns: np.ndarray) -> np.ndarray:
    seconds = (times_ns - day_ns(DAY)) / NS
    return 1e6 * (np.sin(2 * np.pi * seconds / 7.3) + 0.5 * np.sin(2 * np.pi * seconds / 1.9))


async def test_channels_of_any_rate_and_phase_come_out_on_one_grid(system: System) -> None:
    for codes, (rate, phase) in CHANNELS.items():
        channel = slow(Days.noise(codes, rate, DAY, 1, phase))
        first = Days(codes, rate, channel.start_ns, channel.data[: int(3 * 3600 * rate)])
        first.write(system.buckets / "days", Cut.SAMPLE)
    job = await system.run(
        {
            "archive": "days",
            "select": {"sta": "GRID"},
            "windows": tile(DAY, 1, "1h"),
            "steps": [{"resample": {"sampling_rate": NEW_RATE}}],
        }
    )
    seen = 0
    async for datum in system.client.stream(job=job.id):
        begin = day_ns(DAY) + (datum.t0_ns - day_ns(DAY)) // LENGTH_NS * LENGTH_NS
        assert (datum.dt, datum.t0_ns % (NS // NEW_RATE)) == (1 / NEW_RATE, 0)
        times = datum.t0_ns + np.arange(datum.npts) * (NS // NEW_RATE)
        # the first of the day begins where the data do, the others at the edge; the last sample is before the next edge
        assert times[0] - begin <= NS // NEW_RATE
        assert 0 < begin + LENGTH_NS - times[-1] <= NS // NEW_RATE
        inner = slice(50, -50) if begin in (day_ns(DAY), day_ns(DAY) + 2 * LENGTH_NS) else slice(None)
        misfit = np.abs(np.asarray(datum.data) - signal(times))[inner]
        assert misfit.max() < 1e-3 * 1.5e6
        seen += 1
    assert seen == len(CHANNELS) * 3


STEPPED = date(2017, 6, 18)
# one that keeps its clock, one that is set by a third of a sample, one with a gap, one of a measured rate
STEPPED_CHANNELS = {
    ("XX", "STEP", "", "HHZ"): (Fraction(100), 0),
    ("XX", "STEP", "10", "HHZ"): (Fraction(100), 3_300_000),
    ("XX", "STEP", "20", "HHZ"): (Fraction(100), 10_600_000),
    ("XX", "STEP", "30", "HHZ"): (Fraction(9999, 100), 7_100_000),
}
BREAK_S, GAP_S, HOURS = 5000, 40, 3


def stepped(codes: tuple[str, str, str, str], rate: Fraction, phase: int) -> list[Days]:
    """A channel's stretches, each with the signal at the times that its records state."""
    starts = [0, int(BREAK_S * rate), int(HOURS * 3600 * rate)]
    shift = {"10": 3_000_000, "20": GAP_S * NS}.get(codes[2], 0)
    found = []
    for number, (first, stop) in enumerate(pairwise(starts)):
        start_ns = day_ns(STEPPED) + phase + round(first * NS / rate) + number * shift
        found.append(slow(Days(codes, rate, start_ns, np.zeros(stop - first, np.int32))))
    return found


@pytest.mark.parametrize(
    "steps",
    [
        [{"decimate": {"factor": 5}}],
        [{"filter": {"type": "lowpass", "freq": 5, "zerophase": True}}, {"resample": {"sampling_rate": 20}}],
        [{"resample": {"sampling_rate": 33.3}}, {"resample": {"sampling_rate": 20}}],
        [{"resample": {"sampling_rate": 250}}],
    ],
    ids=["decimate", "filter and resample", "resample twice", "resample up"],
)
async def test_days_with_steps_and_gaps_come_out_on_one_grid(system: System, steps: list[dict[str, object]]) -> None:
    for codes, (rate, phase) in STEPPED_CHANNELS.items():
        parts = stepped(codes, rate, phase)
        data = b"".join(record for part in parts for record in pack(codes, rate, part.start_ns, part.data))
        path = system.buckets / "days" / parts[0].key(STEPPED)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    begin = day_ns(STEPPED) + 3600 * NS
    window = absolute((begin, begin + 3600 * NS))
    job = await system.run(
        {"archive": "days", "select": {"sta": "STEP"}, "windows": window, "steps": steps, "gaps": "split"}
    )
    assert job.ledger.saved == len(STEPPED_CHANNELS)
    logs = {
        log["window"]: " ".join(e["error_message"] for e in log["logdata"] if e["algorithm"] != "normalize")
        for log in await system.client.logs(job.id)
    }
    windows = {d["loc"] or "": d["window"] for d in await system.client.waveforms(job=job.id)}
    told = {loc: logs.get(window, "") for loc, window in windows.items()}
    new = 250 if "250" in str(steps) else 20
    breaks = day_ns(STEPPED) + BREAK_S * NS
    pieces: dict[str, list[tuple[int, int]]] = {}
    async for datum in system.client.stream(job=job.id):
        assert (datum.dt, datum.t0_ns % (NS // new)) == (1 / new, 0), datum["loc"]
        times = datum.t0_ns + np.arange(datum.npts) * (NS // new)
        pieces.setdefault(datum["loc"], []).append((int(times[0]), int(times[-1])))
        # away from the break, and from a clock that was set, the samples are the signal at their times
        away = np.abs(times - breaks) > (GAP_S + 10) * NS
        tolerance = 1e-3 if datum["loc"] != "10" else 6e-3  # 1.5 ms of a slope of 4e6 a second
        assert np.abs(np.asarray(datum.data) - signal(times))[away].max() < tolerance * 1.5e6, datum["loc"]
    for loc, found in pieces.items():
        found.sort()
        assert found[0][0] == begin and found[-1][1] == begin + 3600 * NS
        assert len(found) == (2 if loc == "20" else 1)
    assert "1 step of the clock, the largest +0.30 samples" in told["10"] and "even grid" in told["10"], told
    assert f"1 span without data, the longest {GAP_S - 0.01} s" in told["20"], told
    assert told[""] == "" and told["30"] == "", told
