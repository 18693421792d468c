"""New rates keep the times of the data: inputs rebuilt from the symptoms of public reports."""

from __future__ import annotations

import numpy as np
import pytest
from libseis.segment_converter import segment_to_timeseries
from libseis.segments import Rate, Segment, SourceId
from libseis.steps import apply, build
from libseis.timeseries import TimeSeries
from unit.reports.builder import NS, at

START = at("2014-08-25T10:00:00")


def tone(rate: Rate, npts: int, start_ns: int, hz: float = 0.7) -> TimeSeries:
    """A sine of the time since START, sampled from `start_ns`."""
    times = (start_ns - START) / NS + np.arange(npts) / rate.hz
    return segment_to_timeseries(
        Segment(SourceId("XX", "STA", "", "BHZ"), start_ns, rate, np.sin(2 * np.pi * hz * times))
    )


def resampled(d: TimeSeries, hz: float) -> TimeSeries:
    (out,) = apply(build([{"resample": {"sampling_rate": hz}}]), d, None)
    assert out.live, [entry.message for entry in out.elog.get_error_log()]
    return out


def off(d: TimeSeries, hz: float = 0.7) -> float:
    """The largest deviation from the sine at the times that the datum states, away from its edges."""
    times = (d.t0_ns - START) / NS + np.arange(d.npts) * d.dt
    edge = int(20 / d.dt)
    return float(np.abs(np.asarray(d.data) - np.sin(2 * np.pi * hz * times))[edge:-edge].max())


@pytest.mark.parametrize("npts", [10_000, 10_001, 10_007])
@pytest.mark.parametrize("hz", [33.0, 30.0, 47.3, 16.0])
def test_new_samples_lie_where_their_times_say(hz: float, npts: int) -> None:
    """The length in seconds need be no whole number of new samples; nothing is stretched (obspy#868)."""
    out = resampled(tone(Rate(100), npts, START), hz)
    assert 1 / out.dt == pytest.approx(hz, rel=1e-12)
    assert off(out) < 1e-3


@pytest.mark.parametrize("npts", [3000, 3001, 3017, 4999])
def test_the_stated_rate_is_the_rate_and_the_data_are_covered(npts: int) -> None:
    """100 Hz to 30 Hz, which divides into no whole number of samples (obspy#857)."""
    d = tone(Rate(100), npts, START)
    begin, end = d.t0, d.endtime()
    out = resampled(d, 30.0)
    assert (out.rate_numerator, out.rate_denominator) == (30, 1)
    assert 0 <= out.t0 - begin < 1 / 30
    assert abs(end - out.endtime()) < 1 / 30
