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
    EstimateBandwidth,
    MADAmplitude,
    PeakAmplitude,
    PercAmplitude,
    PerfAmplitude,
    RMSAmplitude,
    ScalingMethod,
    _scale,
)
from libseis.mspass.seismic import DoubleVector, PowerSpectrum
from libseis.mspass.utility import ErrorSeverity, Metadata, MsPASSError
from support.data_objects import seismogram, time_series

SAMPLES = [3.0, 2.0, -4.0, 1.0, -100.0, -1.0, 5.0, 1.0, -6.0]
numbers = st.floats(-1e6, 1e6, allow_subnormal=False)


def test_known_values() -> None:
    d = time_series(9, data=SAMPLES)
    assert PeakAmplitude(d) == 100.0
    assert MADAmplitude(d) == 3.0
    assert PerfAmplitude(d, 0.8) == 6.0
    assert RMSAmplitude(d) == pytest.approx(math.sqrt(10093.0))
    data = np.zeros((3, 5))
    data[0, :2], data[1, 2], data[2, 3], data[:2, 4] = (3.0, 2.0), -4.0, 1.0, (141.42135623730951, -141.42135623730951)
    s = seismogram(5, data=data)
    assert PeakAmplitude(s) == pytest.approx(200.0)
    assert MADAmplitude(s) == 3.0
    assert PerfAmplitude(s, 0.6) == 4.0
    assert RMSAmplitude(s) == pytest.approx(math.sqrt(40030.0 / 5))


@given(arrays(np.float64, st.integers(1, 40), elements=numbers), st.floats(0.01, 100.0))
def test_a_time_series_is_a_seismogram_with_one_moving_component(x: np.ndarray, level: float) -> None:
    d = time_series(len(x), data=x)
    s = seismogram(len(x), data=np.array([np.zeros_like(x), x, np.zeros_like(x)]))
    for metric in (PeakAmplitude, MADAmplitude):
        assert metric(s) == pytest.approx(metric(d))
    assert PercAmplitude(s, level) == pytest.approx(PercAmplitude(d, level))
    assert RMSAmplitude(s) == pytest.approx(RMSAmplitude(d) / math.sqrt(len(x)))
    assert min(np.abs(x)) <= MADAmplitude(d) <= PeakAmplitude(d)


@pytest.mark.parametrize("make", [time_series, seismogram])
def test_percentiles(make) -> None:  # type: ignore[no-untyped-def]
    data = np.array([-16.0, 1.0, -32.0, 4.0, -2.0, 8.0])
    d = make(6, data=data if make is time_series else np.array([data, 0 * data, 0 * data]))
    ordered = sorted(abs(data))
    for level in (0.01, 0.5, 50.0, 0.95, 95.0, 1.0, 100.0):
        fraction = level / 100 if level > 1 else level
        assert PercAmplitude(d, level) == ordered[math.floor(fraction * 5)]
    for level in (0.0, -1.0, 100.1, math.inf, math.nan):
        with pytest.raises(MsPASSError) as caught:
            PercAmplitude(d, level)
        assert caught.value.severity == ErrorSeverity.Invalid


@pytest.mark.parametrize("make", [time_series, seismogram])
def test_dead_and_empty_data_measure_zero(make) -> None:  # type: ignore[no-untyped-def]
    dead, empty = make(), make(0)
    dead.kill()
    for d in (dead, empty):
        assert PeakAmplitude(d) == RMSAmplitude(d) == MADAmplitude(d) == PercAmplitude(d, 0.0) == 0.0
        assert _scale(d, ScalingMethod.Peak, 2.0) == 0.0
        assert not d.is_defined("calib")


@given(arrays(np.float64, st.integers(1, 20), elements=numbers), st.sampled_from(list(ScalingMethod)))
def test_scaling_reaches_its_level_and_keeps_the_physical_units(x: np.ndarray, method: ScalingMethod) -> None:
    d = time_series(len(x), data=x, calib=3.0)
    level = 0.5 if method is ScalingMethod.ClipPerc else 7.0
    amplitude = _scale(d, method, level)
    if amplitude < 1e-290:
        return
    again = _scale(time_series(len(x), data=d.data), method, level)
    assert again == pytest.approx(1.0 if method is ScalingMethod.ClipPerc else level)
    np.testing.assert_allclose(np.asarray(d.data) * d["calib"], 3.0 * x, rtol=1e-9, atol=1e-290)


def test_tiny_amplitudes_are_left_alone() -> None:
    d = time_series(1, data=[2.2e-311])
    _scale(d, ScalingMethod.Peak, 1.0)
    assert (d.data[0], d.is_defined("calib")) == (2.2e-311, False)
    d = time_series(4, data=[2.1e-305, 270.0, 0.0, 0.0])  # to bring its MAD to 7 would make 270 infinite
    _scale(d, ScalingMethod.MAD, 7.0)
    assert (d.data[1], d.is_defined("calib")) == (270.0, False)


@pytest.mark.parametrize("size", [1e-161, 1e-300, 1e200])
def test_squares_that_no_float_holds_do_no_harm(size: float) -> None:
    d = time_series(2, data=[3.0 * size, 4.0 * size])
    assert RMSAmplitude(d) == pytest.approx(5.0 * size)


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
    assert band.bandwidth_fraction() == edge / 10.0 and band.bandwidth() == math.inf


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
    curve = [0.5] + [2.0] * 8
    assert statistics["stats_are_valid"] and statistics["mean_snr"] == pytest.approx(np.mean(curve))
    assert (statistics["minimum_snr"], statistics["median_snr"], statistics["maximum_snr"]) == (0.5, 2.0, 2.0)
    assert (statistics["q1_4_snr"], statistics["q3_4_snr"]) == (2.0, 2.0)
    none = BandwidthStatistics(FLAT, FLAT, EstimateBandwidth(FLAT, FLAT))
    assert not none["stats_are_valid"] and none["median_snr"] == 0.0
