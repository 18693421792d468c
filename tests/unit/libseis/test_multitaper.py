"""Multitaper spectra against theory: Parseval, white noise, a sine wave; both engines."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from libseis import TimeWindow
from libseis.errors import MsPASSError, SampleError
from libseis.mspass.algorithms.deconvolution import MTPowerSpectrumEngine
from libseis.mspass.algorithms.MTPowerSpectrumEngine import MTPowerSpectrumEngine as WeightedEngine
from libseis.mspass.seismic import DoubleVector, TimeSeries
from libseis.signal.multitaper import Weighting, eigenspectra, power_spectrum, slepian_tapers
from support.data_objects import time_series

DT = 0.01


@settings(max_examples=40, deadline=None)
@given(
    npts=st.integers(16, 300),
    extra=st.integers(0, 200),
    scale=st.floats(1e-6, 1e6),
    dt=st.floats(1e-3, 10.0),
    weighting=st.sampled_from(Weighting),
    seed=st.integers(0, 99),
)
def test_the_sum_is_the_mean_square(
    npts: int, extra: int, scale: float, dt: float, weighting: Weighting, seed: int
) -> None:
    x = scale * np.random.default_rng(seed).normal(size=npts)
    nfft = npts + extra
    power = power_spectrum(x, dt, slepian_tapers(npts, 3.0, 5), nfft, weighting)
    assert (power >= 0.0).all() and len(power) == nfft // 2 + 1
    assert power.sum() / (nfft * dt) == pytest.approx(np.mean(x * x), rel=1e-9)


@pytest.mark.parametrize("weighting", Weighting)
def test_white_noise_is_inside_its_confidence_limits(weighting: Weighting) -> None:
    # each bin is chi squared with two degrees of freedom a taper (Percival & Walden 1993, section 7.4)
    npts, count, sigma = 8192, 5, 3.0
    x = np.random.default_rng(11).normal(scale=sigma, size=npts)
    power = power_spectrum(x, DT, slepian_tapers(npts, 3.0, count), npts, weighting)[8:-8]
    level = 2.0 * DT * sigma**2
    low, high = stats.chi2.ppf([0.025, 0.975], 2 * count) / (2 * count)
    inside = np.mean((power > low * level) & (power < high * level))
    independent = len(power) / 6.0  # neighbours within twice the product share their band
    assert abs(inside - 0.95) < 4.0 * np.sqrt(0.95 * 0.05 / independent)
    assert np.mean(power) == pytest.approx(level, rel=4.0 / np.sqrt(npts / 2))


def test_a_sine_wave_is_in_its_band_and_nowhere_else() -> None:
    npts, f, amplitude = 4000, 12.5, 7.0
    x = amplitude * np.sin(2 * np.pi * f * DT * np.arange(npts) + 0.3)
    power = power_spectrum(x, DT, slepian_tapers(npts, 4.0, 5), 2 * npts)
    frequencies = np.arange(len(power)) / (2 * npts * DT)
    band = np.abs(frequencies - f) <= 4.0 / (npts * DT)
    assert power[band].sum() / (2 * npts * DT) == pytest.approx(amplitude**2 / 2, rel=1e-3)
    assert power[~band].max() < 1e-3 * power.max()


def test_adaptive_weights_leak_less() -> None:
    # a strong line, and noise 120 dB below: far away, adaptive weights see the noise
    npts, rng = 2048, np.random.default_rng(3)
    x = 1e4 * np.cos(2 * np.pi * 0.05 * np.arange(npts)) + 1e-2 * rng.normal(size=npts)
    tapers = slepian_tapers(npts, 4.0, 7)
    far = slice(npts // 4, npts // 2)
    equal, adaptive = (
        power_spectrum(x, 1.0, tapers, npts, w)[far].mean() for w in (Weighting.EQUAL, Weighting.ADAPTIVE)
    )
    noise = 2.0 * 1e-4
    assert equal > 100 * noise and adaptive < 10 * noise


def test_tapers_are_orthogonal_and_in_their_band() -> None:
    tapers = slepian_tapers(501, 4.0, 6)
    assert tapers.values @ tapers.values.T == pytest.approx(np.eye(6), abs=1e-10)
    spectra = eigenspectra(np.ones(501), tapers, 1 << 15)
    inside = spectra[:, : int(4.0 * (1 << 15) / 501) + 1]
    assert inside.sum(axis=1) / spectra.sum(axis=1) == pytest.approx(tapers.concentrations, abs=2e-3)
    assert tapers is slepian_tapers(501, 4.0, 6)  # kept
    with pytest.raises(ValueError, match="read-only"):
        tapers.values[0, 0] = 1.0


@pytest.mark.parametrize(
    ("npts", "tbp", "count"), [(0, 4.0, 6), (100, 60.0, 6), (100, 4.0, 0), (5, 2.0, 6), (100, 0.0, 2)]
)
def test_tapers_that_do_not_exist(npts: int, tbp: float, count: int) -> None:
    with pytest.raises(SampleError, match="cannot be had"):
        slepian_tapers(npts, tbp, count)


def datum(npts: int = 512) -> TimeSeries:
    return time_series(npts, DT, data=np.random.default_rng(1).normal(size=npts))


def test_the_engine_gives_spectra_with_metadata() -> None:
    d, engine = datum(), MTPowerSpectrumEngine(512, 4.0, 8, 1024, DT)
    d["sta"] = "HEC"
    s = engine.apply(d)
    assert (engine.nf(), engine.nfft(), engine.taper_length(), engine.number_tapers()) == (513, 1024, 512, 8)
    assert engine.time_bandwidth_product() == 4.0 and engine.df() == s.df() == 1.0 / (1024 * DT)
    assert s.live() and s["sta"] == "HEC" and s["number_tapers"] == 8 and s.nf() == 513
    assert s.timeseries_npts() == 512 and s.Nyquist() == pytest.approx(50.0)
    assert np.array_equal(np.asarray(engine.frequencies()), np.asarray(s.frequencies()))
    # a vector gives the powers alone
    powers = engine.apply(np.asarray(d.data))
    assert isinstance(powers, DoubleVector) and np.array_equal(powers, s.spectrum)
    for copy in (MTPowerSpectrumEngine(engine), pickle.loads(pickle.dumps(engine))):
        assert np.array_equal(copy.apply(d).spectrum, s.spectrum)
    assert engine.set_df(0.001) == engine.df() == 1.0 / 1.024


@pytest.mark.parametrize(
    ("winsize", "nfft", "used"), [(1000, 0, 1024), (1024, -1, 2048), (1000, 1000, 1000), (1000, 999, 1024)]
)
def test_lengths_of_transforms(winsize: int, nfft: int, used: int) -> None:
    assert MTPowerSpectrumEngine(winsize, 2.5, 4, nfft).nfft() == used


def test_windows_of_another_length_are_told() -> None:
    engine = MTPowerSpectrumEngine(512, 4.0, 6, 1024, DT)
    for npts, word in ((500, "filled with zeros"), (600, "cut")):
        s = engine.apply(datum(npts))
        assert s.live() and word in s.elog.get_error_log()[0].message
    with pytest.raises(MsPASSError, match="512 samples"):
        engine.apply(np.zeros(500))


def test_data_without_a_spectrum() -> None:
    engine = MTPowerSpectrumEngine(512, 4.0, 6, 1024, DT)
    wrong_rate, dead = datum(), datum()
    wrong_rate.dt = 0.02
    dead.kill()
    gappy = datum()
    gappy.add_gap(TimeWindow(gappy.time(10), gappy.time(20)))
    for d, word in ((wrong_rate, "sampling interval"), (dead, "dead"), (gappy, "gap")):
        s = engine.apply(d)
        assert s.dead() and word in s.elog.get_error_log()[0].message
    assert not np.asarray(engine.apply(np.zeros(512))).any()  # silence


def test_engines_that_do_not_exist() -> None:
    for arguments, word in (((-1, 4.0, 6), "winsize"), ((512, np.nan, 6), "tbp"), ((512, 4.0, -2), "ntapers")):
        with pytest.raises(MsPASSError, match=word):
            MTPowerSpectrumEngine(*arguments)
    with pytest.warns(UserWarning, match="8 are used, not 9"):
        assert MTPowerSpectrumEngine(512, 4.0, 9).number_tapers() == 8


@pytest.mark.parametrize("iadapt", [0, 1, 2])
def test_the_weighted_engine(iadapt: int) -> None:
    d, engine = datum(), WeightedEngine(512, 4.0, 8, nfft=1024, iadapt=iadapt)
    with pytest.raises(MsPASSError, match="call apply first"):
        engine.frequencies()
    s = engine.apply(d)
    plain = MTPowerSpectrumEngine(512, 4.0, 8, 1024, DT).apply(d)
    assert np.linalg.norm(s.spectrum) == pytest.approx(np.linalg.norm(plain.spectrum), rel=0.02)
    assert s.df() == plain.df() and s.nf() == plain.nf() and s["MTSpec_kspec"] == 8
    assert len(engine.frequencies()) == s.nf() and engine.number_tapers == 8 and engine.vn.shape == (512, 8)
    assert engine.time_bandwidth_product() == 4.0 and engine.nfft == 1024
    assert np.array_equal(engine.apply(np.asarray(d.data), DT).spectrum, s.spectrum)


@pytest.mark.parametrize(
    ("bad", "error", "text"),
    [
        (np.zeros((4, 8)), TypeError, "one-dimensional"),
        ([1.0] * 32, TypeError, "TimeSeries"),
        ("samples", TypeError, "TimeSeries"),
        (np.zeros(31), ValueError, "does not match winsize"),
        (DoubleVector(np.zeros(33)), ValueError, "does not match winsize"),
    ],
)
def test_what_the_weighted_engine_refuses_changes_nothing(bad: object, error: type[Exception], text: str) -> None:
    engine = WeightedEngine(32, 3.0, 5, nfft=64)
    x = np.sin(np.arange(32.0))
    first, made, vn = engine.apply(x, dt=0.1), engine.MTSpec_instance, engine.vn
    with pytest.raises(error, match=text):
        engine.apply(bad, dt=0.1)
    assert engine.MTSpec_instance is made and engine.vn is vn
    assert np.array_equal(engine.apply(x, dt=0.1).spectrum, first.spectrum)
