"""Resampling against signals whose value at every new sample is known: any ratio, any phase, one grid."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from libseis.segments import Rate
from libseis.signal.design import kernel_seconds
from libseis.signal.resampling import grid_index, grid_time_ns, resample
from libseis.steps import apply, build, pad
from support.data_objects import T0, messages, seismogram, time_series

BASE = int(T0) * 10**9

RATES = st.one_of(
    st.sampled_from([1, 10, 20, 40, 50, 62.5, 100, 125, 200]).map(Fraction),
    st.sampled_from([Fraction(9999, 100), Fraction(479347, 479349), Fraction(39_999_217, 10**6), Fraction(1, 10)]),
    st.fractions(min_value=Fraction(1, 2), max_value=200, max_denominator=10**6),
)


def tones(rate: Fraction, seed: int):  # type: ignore[no-untyped-def]
    """Three sines below 0.75 of the Nyquist frequency of `rate` and an offset, as a function of seconds after BASE."""
    rng = np.random.default_rng(seed)
    frequencies = rng.uniform(0.02, 0.37, 3) * float(rate)
    phases = rng.uniform(0, 2 * np.pi, 3)
    return lambda t: 100.0 + sum(np.sin(2 * np.pi * f * t + p) for f, p in zip(frequencies, phases, strict=True))


@settings(max_examples=150, deadline=None)
@given(old=RATES, ratio=st.fractions(Fraction(1, 12), 12, max_denominator=10**5), phase=st.integers(0, 10**9 - 1),
       seed=st.integers(0, 99))  # fmt: skip
@example(old=Fraction(9999, 100), ratio=Fraction(10000, 9999), phase=23_200_000, seed=1)
@example(old=Fraction(479347, 479349), ratio=Fraction(479349, 479347), phase=123, seed=2)
@example(old=Fraction(100), ratio=Fraction(1), phase=3_000_001, seed=3)
@example(old=Fraction(100), ratio=Fraction(1, 5), phase=0, seed=4)
def test_any_rate_comes_to_any_other_at_the_right_times(old: Fraction, ratio: Fraction, phase: int, seed: int) -> None:
    new = old * ratio
    npts = int(150 * max(1, 1 / ratio)) + 7
    signal = tones(min(old, new), seed)
    y, first = resample(signal(phase / 1e9 + np.arange(npts) / float(old)), BASE + phase, old, new)
    times = np.array([grid_time_ns(first + i, new) - BASE for i in range(len(y))], np.int64)
    # all grid times within the data, and no other
    assert times[0] >= phase - 1 and times[0] - phase <= float(1 / new) * 1e9 + 1
    end = phase + (npts - 1) / float(old) * 1e9
    assert times[-1] <= end + 2 and end - times[-1] <= float(1 / new) * 1e9 + 2
    reach = kernel_seconds(float(old), float(new)) * 1e9
    inner = (times > phase + reach) & (times < end - reach)
    assert inner.sum() > 10
    assert np.abs(y - signal(times / 1e9))[inner].max() < 3e-4


@settings(deadline=None)
@given(rate=RATES, t0_ns=st.integers(-(10**18), 2 * 10**18))
def test_the_grid_counts_from_the_epoch(rate: Fraction, t0_ns: int) -> None:
    index, on_grid = grid_index(t0_ns, rate)
    assert -1 <= grid_time_ns(index, rate) - t0_ns <= float(1 / rate) * 1e9 + 1
    assert on_grid == (abs(Fraction(t0_ns, 10**9) - index / rate) <= Fraction(1, 10**9))
    assert grid_index(grid_time_ns(index, rate), rate) == (index, True)


def test_channels_of_other_phases_and_rates_come_out_on_one_grid() -> None:
    data = []
    for phase, rate in ((0, (100, 1)), (10_600_000, (100, 1)), (3_333_333, (9999, 100)), (7, (20, 1)), (1, (25, 1))):
        d = time_series(4000, 0.01)
        d.set_rate(*rate)
        d.set_t0_ns(BASE + phase)
        apply(build([{"resample": {"sampling_rate": 25}}]), d)
        assert d.live and d.t0_ns % 40_000_000 == 0 and (d.rate_numerator, d.rate_denominator) == (25, 1)
        data.append(d)
    assert len({d.t0_ns for d in data[1:4]}) == 1 and data[0].t0_ns == BASE


def test_channels_of_measured_rates_come_out_of_decimate_on_one_grid() -> None:
    data = []
    for phase, rate in ((0, (100, 1)), (10_600_000, (9999, 100)), (3_333_333, (10_000_700, 100_000)), (7, (100, 1))):
        d = time_series(4000, 0.01)
        d.set_rate(*rate)
        d.set_t0_ns(BASE + phase)
        apply(build([{"decimate": {"factor": 5}}]), d)
        assert d.live and d.t0_ns % 50_000_000 == 0 and (d.rate_numerator, d.rate_denominator) == (20, 1)
        assert messages(d) == []
        data.append(d)
    assert len({d.t0_ns for d in data[1:]}) == 1 and data[0].t0_ns == BASE
    slow = time_series(4000, 1.0)
    slow.set_rate(99999583, 100_000_000)
    apply(build([{"decimate": {"factor": 10}}]), slow)
    assert (slow.rate_numerator, slow.rate_denominator) == (1, 10) and slow.t0_ns % 10**10 == 0


def test_a_rate_near_no_simple_one_is_divided_as_it_is_and_says_so() -> None:
    d = time_series(4000, 0.01)
    d.set_rate(999, 10)
    apply(build([{"decimate": {"factor": 5}}]), d)
    assert d.live and (d.rate_numerator, d.rate_denominator) == (999, 50)
    (told,) = messages(d)
    assert "99.9 Hz is near no simple one" in told and "19.98 Hz" in told and "resample" in told


@settings(deadline=None)
@given(
    nominal=st.one_of(
        st.integers(1, 4000).map(Fraction),
        st.integers(1, 4000).map(lambda n: Fraction(1, n)),
        st.sampled_from([Fraction(125, 2), Fraction(125, 4), Fraction(125, 32), Fraction(91, 5), Fraction(25, 2)]),
    ),
    off=st.floats(-1e-4, 1e-4),
)
def test_a_measured_rate_is_near_the_one_that_was_meant(nominal: Fraction, off: float) -> None:
    rate = Rate(nominal.numerator, nominal.denominator)
    assert rate.nominal == rate
    measured = Rate.from_hz(float(nominal) * (1 + off))
    found = measured.nominal
    assert found is not None and abs(found.hz / float(nominal) - 1) < 2.1e-4
    if nominal.denominator > 1 or nominal <= 400:
        assert found == rate


STEPS = {
    "filter, resample, differentiate": [
        {"filter": {"type": "lowpass", "freq": 2.0, "zerophase": True}},
        {"resample": {"sampling_rate": 10}},
        "differentiate",
    ],
    "resample up": [{"resample": {"sampling_rate": 250}}],
    "resample twice": [{"resample": {"sampling_rate": 33.3}}, {"resample": {"sampling_rate": 10}}],
    "decimate, resample": [{"decimate": {"factor": 2}}, {"resample": {"sampling_rate": 12.5}}],
    "resample, decimate": [{"resample": {"sampling_rate": 62.5}}, {"decimate": {"factor": 5}}],
    "down and up": [{"resample": {"sampling_rate": 5}}, {"resample": {"sampling_rate": 40}}],
}


@pytest.mark.parametrize("name", STEPS)
def test_chains_of_steps_keep_channels_of_any_rate_and_phase_on_one_grid(name: str) -> None:
    """The signal is known at any time: what comes out is its value (or its slope) there, the same of all channels."""
    steps = build(STEPS[name])
    reach = pad(steps, 10.0) + 5.0
    rates: set[Fraction] = set()
    signal = lambda t: np.sin(2 * np.pi * 0.31 * t) + np.cos(2 * np.pi * 0.11 * t)  # noqa: E731
    slope = lambda t: 2 * np.pi * (0.31 * np.cos(2 * np.pi * 0.31 * t) - 0.11 * np.sin(2 * np.pi * 0.11 * t))  # noqa: E731
    channels = [(Fraction(100), 0), (Fraction(9999, 100), 3_777_000), (Fraction(40), 19_539_000), (Fraction(20), 600)]
    if name.startswith("decimate"):
        channels = [(Fraction(100), 0), (Fraction(9999, 100), 3_777_000), (Fraction(100_005, 1000), 1)]
    for rate, phase in channels:
        times = phase / 1e9 + np.arange(int(300 * rate)) / float(rate)
        d = time_series(len(times), float(1 / rate), data=signal(times))
        d.set_rate(rate.numerator, rate.denominator)
        d.set_t0_ns(BASE + phase)
        apply(steps, d)
        assert d.live and messages(d) == []
        new = Fraction(d.rate_numerator, d.rate_denominator)
        assert grid_time_ns(grid_index(d.t0_ns, new)[0], new) == d.t0_ns
        rates.add(new)
        at = (d.t0_ns - BASE) / 1e9 + np.arange(d.npts) * d.dt
        inner = (at > reach) & (at < 300 - reach)
        # a central difference of a tone lacks (w dt)**2 / 6 of its slope
        expected, tolerance = (slope(at), 0.02) if "differentiate" in name else (signal(at), 1e-3)
        assert np.abs(np.asarray(d.data) - expected)[inner].max() < tolerance
    assert len(rates) == 1


def test_a_rate_that_is_kept_is_moved_onto_the_grid() -> None:
    signal = tones(Fraction(50), 5)
    d = time_series(3000, 0.02, data=signal(0.009 + np.arange(3000) * 0.02))
    d.set_rate(50, 1)
    d.set_t0_ns(BASE + 9_000_000)
    apply(build([{"resample": {"sampling_rate": 50}}]), d)
    assert d.t0_ns == BASE + 20_000_000 and d.npts == 2999
    error = np.abs(np.asarray(d.data) - signal(0.02 * np.arange(1, 3000)))
    assert error[40:-40].max() < 3e-4


def test_what_lies_on_the_grid_at_the_rate_is_left_alone() -> None:
    x = np.random.default_rng(1).standard_normal(100)
    y, first = resample(x, BASE, Fraction(50), Fraction(50))
    assert np.array_equal(x, y) and grid_time_ns(first, Fraction(50)) == BASE


def test_aliases_are_gone_in_both_ways_of_computing() -> None:
    t = np.arange(20_000) / 100
    x = np.sin(2 * np.pi * 14.0 * t)
    for new in (Fraction(20), Fraction(199_999, 10_007)):
        y, _ = resample(x, BASE, Fraction(100), new)
        assert np.abs(y[50:-50]).max() < 1e-4


def test_three_components_are_resampled_as_one_each() -> None:
    rows = np.asfortranarray(np.random.default_rng(2).standard_normal((3, 500)))
    for new in (Fraction(20), Fraction(199_999, 10_007)):
        y, first = resample(rows, BASE + 5, Fraction(100), new)
        for row, one in zip(rows, y, strict=True):
            single, index = resample(np.ascontiguousarray(row), BASE + 5, Fraction(100), new)
            assert index == first and np.allclose(single, one, rtol=0, atol=1e-12)
    d = seismogram(500, 0.01)
    apply(build([{"resample": {"sampling_rate": 30.01}}]), d)
    assert d.live and np.asarray(d.data).shape[1] == d.npts


def test_data_without_a_grid_time_are_dead_and_say_so() -> None:
    d = time_series(3, 0.1, T0 + 0.3)
    apply(build([{"resample": {"sampling_rate": 1}}]), d)
    assert d.dead() and "span no sample of the grid at 1 Hz" in messages(d)[0]


@pytest.mark.parametrize("npts", [2, 3, 10])
def test_short_data_keep_their_level(npts: int) -> None:
    y, _ = resample(np.full(npts, 7.0), BASE, Fraction(1), Fraction(479349, 479347))
    assert len(y) and np.allclose(y, 7.0, atol=1e-12)


def test_the_pad_follows_from_the_rates() -> None:
    assert pad(build([{"resample": {"sampling_rate": 20}}]), 100.0) == pytest.approx(33 / 20)
    assert pad(build([{"resample": {"sampling_rate": 1}}]), 0.1) == pytest.approx(330)
    assert pad(build([{"decimate": {"factor": 5}}]), 100.0) == pytest.approx(33 / 20)
    # the second of two works at the rate that the first has made
    two = build([{"decimate": {"factor": 5}}, {"decimate": {"factor": 4}}])
    assert pad(two, 100.0) == pytest.approx(33 / 20 + 33 / 5)
