"""Channels of several rates and phases come out of `resample` on one common grid, whatever the tile or the day."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
from support.days import NS, Cut, Days, day_ns
from support.system import System
from support.windows import tile

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
