"""Amplitude metrics against their definitions, on both kinds of datum."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from libseis.mspass.algorithms.amplitudes import (
    BandwidthStatistics,
    MADAmplitude,
    MedianAmplitude,
    PeakAmplitude,
    PercAmplitude,
    PerfAmplitude,
    QuantileAmplitude,
    RMSAmplitude,
    ScalingMethod,
    _scale,
    _scale_ensemble,
    _scale_ensemble_members,
)
from libseis.mspass.algorithms.snr import EstimateBandwidth
from libseis.mspass.seismic import DoubleVector, PowerSpectrum, Seismogram, TimeSeries, TimeSeriesEnsemble
from libseis.mspass.utility import ErrorSeverity, Metadata, MsPASSError
from support.data_objects import seismogram, time_series

SAMPLES = [3.0, 2.0, -4.0, 1.0, -100.0, -1.0, 5.0, 1.0, -6.0]
numbers = st.floats(-1e6, 1e6, allow_subnormal=False)


def test_known_values() -> None:
    d = time_series(9, data=SAMPLES)
    assert PeakAmplitude(d) == 100.0
    assert MADAmplitude(d) == 3.0
    assert PerfAmplitude(d, 0.8) == PercAmplitude(d, 0.8) == PercAmplitude(d, 80.0) == 6.0
    assert RMSAmplitude(d) == pytest.approx(math.sqrt(10093.0 / 9))
    data = np.zeros((3, 5))
    data[0, :2], data[1, 2], data[2, 3], data[:2, 4] = (3.0, 2.0), -4.0, 1.0, (141.42135623730951, -141.42135623730951)
    s = seismogram(5, data=data)
    assert PeakAmplitude(s) == pytest.approx(200.0)
    assert MADAmplitude(s) == 3.0
    assert PerfAmplitude(s, 0.6) == PercAmplitude(s, 0.6) == 4.0
    assert RMSAmplitude(s) == pytest.approx(math.sqrt(40030.0 / 5))


def both(x: np.ndarray) -> tuple[TimeSeries, Seismogram]:
    """Samples as a TimeSeries, and as a Seismogram with vectors of the same lengths that point anywhere."""
    axis = np.array([2.0, -3.0, 6.0]) / 7.0
    return time_series(len(x), data=x), seismogram(len(x), data=np.outer(axis, x))


# a vector 1e-150 as long as others has no digits left in its squares
samples = arrays(np.float64, st.integers(1, 40), elements=numbers.map(lambda x: x if abs(x) > 1e-100 else 0.0))


@given(samples, st.floats(0.01, 100.0))
def test_amplitudes_are_what_their_definitions_say(x: np.ndarray, level: float) -> None:
    ordered = np.sort(np.abs(x))
    fraction = level / 100.0 if level > 1.0 else level
    rank = min(math.floor(fraction * len(x)), len(x) - 1)
    for d in both(x):
        found = {metric: metric(d) for metric in (PeakAmplitude, RMSAmplitude, MADAmplitude, MedianAmplitude)}
        assert found == {
            PeakAmplitude: pytest.approx(ordered[-1]),
            RMSAmplitude: pytest.approx(math.hypot(*x) / math.sqrt(len(x))),
            MADAmplitude: pytest.approx(ordered[len(x) // 2]),  # the upper one of two in the middle
            MedianAmplitude: pytest.approx((ordered[(len(x) - 1) // 2] + ordered[len(x) // 2]) / 2),
        }
        assert PercAmplitude(d, level) == PerfAmplitude(d, fraction) == pytest.approx(ordered[rank])
        below = math.floor(fraction * (len(x) - 1))
        rest = fraction * (len(x) - 1) - below
        above = ordered[min(below + 1, len(x) - 1)]
        assert QuantileAmplitude(d, level) == pytest.approx(ordered[below] + rest * (above - ordered[below]))


@given(samples, st.floats(0.01, 1.0), st.floats(1e-3, 1e3))
def test_amplitudes_grow_with_the_data_and_are_ordered(x: np.ndarray, level: float, factor: float) -> None:
    for d, louder in zip(both(x), both(factor * x), strict=True):
        metrics = (
            PeakAmplitude, RMSAmplitude, MADAmplitude, MedianAmplitude, lambda d: PercAmplitude(d, level),
            lambda d: QuantileAmplitude(d, level),
        )  # fmt: skip
        for metric in metrics:
            assert metric(louder) == pytest.approx(factor * metric(d), rel=1e-9, abs=1e-290)
            assert 0.0 <= metric(d) <= PeakAmplitude(d) * (1 + 1e-12)
        assert MedianAmplitude(d) <= MADAmplitude(d) * (1 + 1e-12)
        assert PeakAmplitude(d) <= RMSAmplitude(d) * math.sqrt(d.npts) * (1 + 1e-12)


def test_a_sine_and_white_noise_have_the_amplitudes_of_theory() -> None:
    t = np.arange(4000) / 1000.0
    for d in both(3.0 * np.sin(2 * np.pi * 5.0 * t)):
        assert RMSAmplitude(d) == pytest.approx(3.0 / math.sqrt(2))
        assert MADAmplitude(d) == pytest.approx(3.0 * math.sin(math.pi / 4), rel=1e-2)
    noise = np.random.default_rng(5).normal(scale=2.0, size=200_000)
    for d in both(noise):
        # a normal variable: the median of |x| is 0.67449 sigma and 95 % are below 1.95996 sigma; five standard errors
        assert RMSAmplitude(d) == pytest.approx(2.0, abs=5 * 2.0 / math.sqrt(2 * d.npts))
        assert MADAmplitude(d) == pytest.approx(2.0 * 0.67449, rel=0.01)
        assert PercAmplitude(d, 95.0) == pytest.approx(2.0 * 1.95996, rel=0.01)


@pytest.mark.parametrize("make", [time_series, seismogram])
def test_percentiles(make) -> None:  # type: ignore[no-untyped-def]
    data = np.array([-16.0, 1.0, -32.0, 4.0, -2.0, 8.0])
    d = make(6, data=data if make is time_series else np.array([data, 0 * data, 0 * data]))
    ordered = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    ranks = {0.01: 0, 0.16: 0, 0.17: 1, 0.5: 3, 50.0: 3, 0.83: 4, 0.84: 5, 0.95: 5, 95.0: 5, 1.0: 5, 100.0: 5}
    for level, rank in ranks.items():
        assert PercAmplitude(d, level) == ordered[rank], level
    assert (MADAmplitude(d), MedianAmplitude(d), QuantileAmplitude(d, 50.0)) == (8.0, 6.0, 6.0)
    assert QuantileAmplitude(d, 0.95) == pytest.approx(16.0 + 0.75 * 16.0)
    for level in (0.0, -1.0, 100.1, math.inf, math.nan):
        for metric in (PercAmplitude, QuantileAmplitude):
            with pytest.raises(MsPASSError) as caught:
                metric(d, level)
            assert caught.value.severity == ErrorSeverity.Invalid


@pytest.mark.parametrize("make", [time_series, seismogram])
def test_dead_and_empty_data_measure_zero(make) -> None:  # type: ignore[no-untyped-def]
    dead, empty = make(), make(0)
    dead.kill()
    for d in (dead, empty):
        assert PeakAmplitude(d) == RMSAmplitude(d) == MADAmplitude(d) == PercAmplitude(d, 0.0) == 0.0
        assert MedianAmplitude(d) == QuantileAmplitude(d, 0.0) == PerfAmplitude(d, 0.5) == 0.0
        assert _scale(d, ScalingMethod.Peak, 2.0) == 0.0
        assert not d.is_defined("calib") and d.elog.size() == 0


@given(arrays(np.float64, st.integers(1, 20), elements=numbers), st.sampled_from(list(ScalingMethod)))
def test_scaling_reaches_its_level_and_keeps_the_physical_units(x: np.ndarray, method: ScalingMethod) -> None:
    d = time_series(len(x), data=x, calib=3.0)
    level = 0.5 if method is ScalingMethod.ClipPerc else 7.0
    amplitude = _scale(d, method, level)
    if amplitude < 1e-290:
        return
    again = _scale(time_series(len(x), data=d.data), method, level)
    assert again == pytest.approx(level)
    np.testing.assert_allclose(np.asarray(d.data) * d["calib"], 3.0 * x, rtol=1e-9, atol=1e-290)


@pytest.mark.parametrize("make", [time_series, seismogram])
def test_zeros_are_not_scaled_in_silence(make) -> None:  # type: ignore[no-untyped-def]
    d, calibrated = make(4, data=0.0), make(4, data=0.0, calib=3.0)
    for datum in (d, calibrated):
        assert _scale(datum, ScalingMethod.RMS, 2.0) == 0.0
        (entry,) = datum.elog.get_error_log()
        assert (entry.algorithm, entry.badness) == ("scale", ErrorSeverity.Complaint)
        assert entry.message == "Data array is all 0s and cannot be scaled" and datum.live
    assert (d["calib"], calibrated["calib"]) == (1.0, 3.0)


def test_tiny_amplitudes_are_left_alone() -> None:
    d = time_series(1, data=[2.2e-311])
    _scale(d, ScalingMethod.Peak, 1.0)
    assert (d.data[0], d["calib"], d.elog.size()) == (2.2e-311, 1.0, 1)
    d = time_series(3, data=[1.05e-305, 270.0, 0.0])  # to bring its MAD to 7 would make 270 infinite
    _scale(d, ScalingMethod.MAD, 7.0)
    assert (d.data[1], d["calib"], d.elog.size()) == (270.0, 1.0, 1)


def gather(*factors: float) -> TimeSeriesEnsemble:
    ensemble = TimeSeriesEnsemble()
    for factor in factors:
        ensemble.member.append(time_series(4, data=factor * np.array([1.0, -2.0, 3.0, 0.0])))
    ensemble.set_live()
    return ensemble


def test_perc_brings_the_amplitude_to_its_level() -> None:
    d = time_series(9, data=SAMPLES)
    assert _scale(d, ScalingMethod.ClipPerc, 0.8) == 6.0
    assert (PercAmplitude(d, 0.8), d["calib"]) == (pytest.approx(0.8), pytest.approx(7.5))
    ensemble = gather(1.0, 2.0, 4.0, 8.0)
    assert list(_scale_ensemble_members(ensemble, ScalingMethod.ClipPerc, 0.5)) == [2.0, 4.0, 8.0, 16.0]
    assert [PercAmplitude(member, 0.5) for member in ensemble.member] == pytest.approx([0.5] * 4)
    for use_mean in (True, False):
        ensemble = gather(1.0, 2.0, 4.0, 8.0)
        assert _scale_ensemble(ensemble, ScalingMethod.ClipPerc, 0.5, use_mean) == pytest.approx(2.0 * math.sqrt(8.0))
        assert [member["calib"] for member in ensemble.member] == pytest.approx([4.0 * math.sqrt(8.0)] * 4)


@pytest.mark.parametrize("size", [1e-161, 1e-300, 1e200])
def test_squares_that_no_float_holds_do_no_harm(size: float) -> None:
    d = time_series(2, data=[3.0 * size, 4.0 * size])
    assert RMSAmplitude(d) == pytest.approx(5.0 * size / math.sqrt(2.0))


def test_known_calib_values() -> None:
    d = time_series(9, data=SAMPLES)
    assert _scale(d, ScalingMethod.Peak, 10.0) == 100.0
    assert (d.data[4], d["calib"]) == (-10.0, 10.0)
    d = time_series(9, data=SAMPLES, calib=6.0)
    _scale(d, ScalingMethod.MAD, 1.0)
    assert d["calib"] == pytest.approx(18.0)


# ---- bandwidth


def spectrum(values: list[float], df: float = 1.0, dt: float = 0.05) -> PowerSpectrum:
    return PowerSpectrum(Metadata(), DoubleVector(values), df, "test", 0.0, dt, 20)


FLAT = spectrum([1.0] * 11)
BAND = spectrum([0.25] + [4.0] * 8 + [0.25, 0.25])


@pytest.mark.parametrize(("f_max", "edge"), [(4.0, 4.0), (4.6, 4.0), (8.0, 8.0), (20.0, 8.0), (None, 8.0)])
def test_the_search_ends_at_its_ceiling(f_max: float | None, edge: float) -> None:
    band = EstimateBandwidth(BAND, FLAT, f_max=f_max)
    assert (band.low_edge_f, band.low_edge_snr, band.high_edge_f, band.f_range) == (0.0, 0.5, edge, 10.0)
    assert band.bandwidth_fraction() == edge / 10.0 and band.bandwidth() == 0.0


@pytest.mark.parametrize(
    ("signal", "noise", "f0", "expected"),
    [
        ([1.0, 4.0, 2.25, 1.0, 1.0], [1.0] * 5, 1.0, (0.0, 1.0, 2.0, 1.5)),
        ([1.0, 1.0, 2.25, 1.0, 1.0], [1.0] * 5, 2.0, (0.0, 0.0, 0.0, 0.0)),
        ([0.25, 4.0, 4.0, 4.0, 4.0], [1.0] * 5, 0.0, (0.0, 0.0, 0.0, 0.0)),
        ([0.25, 4.0, 4.0, 4.0, 4.0], [1.0] * 5, 8.0, (0.0, 0.5, 4.0, 2.0)),
        ([4.0] * 5, [1.0] * 2, 0.0, (0.0, 2.0, 2.0, 1.0)),
        ([4.0] * 3, [0.0] * 3, 0.0, (0.0, 9999999.9, 2.0, 9999999.9)),
    ],
)
def test_edges(signal, noise, f0, expected) -> None:  # type: ignore[no-untyped-def]
    b = EstimateBandwidth(spectrum(signal), spectrum(noise), f0=f0)
    assert (b.low_edge_f, b.low_edge_snr, b.high_edge_f, b.high_edge_snr) == expected


def test_smoothing_closes_a_hole() -> None:
    holed = spectrum([9.0, 9.0, 9.0, 0.01, 9.0, 9.0, 9.0, 0.01, 0.01, 0.01, 0.01])
    assert EstimateBandwidth(holed, FLAT).high_edge_f == 3.0
    assert EstimateBandwidth(holed, FLAT, df_smoother=3.0).high_edge_f == 7.0


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf, "1.0", True])
def test_bad_frequencies(bad: object) -> None:
    for name, text in (("f_max", "f_max must be"), ("df_smoother", "df_smoother must be"), ("f0", "f0 must be")):
        with pytest.raises(ValueError, match=text):
            EstimateBandwidth(BAND, FLAT, **{name: bad})  # type: ignore[arg-type]


def test_statistics_of_the_band() -> None:
    band = EstimateBandwidth(BAND, FLAT)
    statistics = BandwidthStatistics(BAND, FLAT, band)
    curve = [0.5] + [2.0] * 7  # the upper edge is the first bin after the band
    assert statistics["stats_are_valid"] and statistics["mean_snr"] == pytest.approx(np.mean(curve))
    assert (statistics["minimum_snr"], statistics["median_snr"], statistics["maximum_snr"]) == (0.5, 2.0, 2.0)
    assert (statistics["q1_4_snr"], statistics["q3_4_snr"]) == (2.0, 2.0)
    none = BandwidthStatistics(FLAT, FLAT, EstimateBandwidth(FLAT, FLAT))
    assert not none["stats_are_valid"] and none["median_snr"] == 0.0
