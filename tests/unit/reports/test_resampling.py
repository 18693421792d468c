"""New rates keep the times of the data: inputs rebuilt from the symptoms of public reports."""

from __future__ import annotations

import numpy as np
import pytest

from libseis.codes import Channel
from libseis.objects.timeseries import TimeSeries
from libseis.segments import Rate, Segment
from libseis.segments.timeseries import segment_to_timeseries
from libseis.steps import apply, build
from unit.reports.builder import NS, at

START = at("2014-08-25T10:00:00")


def tone(rate: Rate, npts: int, start_ns: int, hz: float = 0.7) -> TimeSeries:
    """A sine of the time since START, sampled from `start_ns`."""
    times = (start_ns - START) / NS + np.arange(npts) / rate.hz
    return segment_to_timeseries(
        Segment(Channel("XX", "STA", "", "BHZ"), start_ns, rate, np.sin(2 * np.pi * hz * times))
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


@pytest.mark.parametrize("phase_ms", [0, 1, 3, 7, 13, 19])
def test_a_shift_below_a_sample_moves_the_data_with_the_times(phase_ms: int) -> None:
    """Data off the new grid by a part of a sample are interpolated to it, not renamed (obspy#2071)."""
    out = resampled(tone(Rate(50), 6000, START + phase_ms * 1_000_000), 20.0)
    assert out.t0_ns % (NS // 20) == 0
    assert off(out) < 1e-3


def test_channels_whose_clocks_differ_come_out_on_one_grid() -> None:
    """Traces off the grid by different parts of a sample can be put side by side (MSNoise#397, obspy#713)."""
    outs = [resampled(tone(Rate(100), 8000, START + ms * 1_000_000), 20.0) for ms in (0, 4, 9)]
    assert {out.t0_ns % (NS // 20) for out in outs} == {0}
    assert all(off(out) < 1e-3 for out in outs)


def test_a_rate_next_to_50_hz_is_brought_to_50_hz() -> None:
    """49.9986 Hz becomes 50 Hz with the data's own duration (obspy#1846)."""
    d = tone(Rate(499_986, 10_000), 49_998, START)
    end = d.endtime()
    out = resampled(d, 50.0)
    assert (out.rate_numerator, out.rate_denominator) == (50, 1)
    assert abs(out.endtime() - end) <= 1 / 50 + 1e-9
    assert off(out) < 1e-3


def test_an_almost_whole_rate_is_brought_to_250_hz() -> None:
    """249.99998474121094 Hz of single precision becomes 250 Hz (EQcorrscan#494)."""
    out = resampled(tone(Rate.from_float32(249.99998474121094), 50_000, START), 250.0)
    assert out.rate_numerator == 250
    assert off(out) < 1e-3
