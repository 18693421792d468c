"""Spectra by rows and columns against one long FFT, and blocks of a resampling filter against sums of products."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import fft, signal

from libseis.errors import SampleError
from libseis.signal import resampling
from libseis.signal.fourier import LEAST_LONG, Transform, folded, good_length
from libseis.signal.operators import remove_line


@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 99))
def test_a_folded_spectrum_is_that_of_every_nth_sample(short: int, factor: int, seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal((2, short * factor))
    found = fft.irfft(folded(fft.rfft(x), short * factor, factor), short) / factor
    assert np.allclose(found, x[:, ::factor], atol=1e-12)


@pytest.mark.parametrize("length", [60, 2_310, 131_072, 150_000, good_length(150_001), 2 * 65_537, 157_300])
@pytest.mark.parametrize("factor", [1, 2, 5, 7])
def test_a_long_signal_is_filtered_as_by_one_fft(length: int, factor: int) -> None:
    if length % (2 * factor):
        with pytest.raises(ValueError, match="not even, or not a multiple"):
            Transform(length + length % 2, 2 * length)
        return
    rng = np.random.default_rng(length)
    x = rng.standard_normal(length - 13)
    gain = rng.standard_normal(length // 2 + 1) + 1j * rng.standard_normal(length // 2 + 1)
    gain[0] = gain[0].real
    spectrum = fft.rfft(x, length) * gain
    spectrum[-1] = abs(spectrum[-1])
    wanted = fft.irfft(spectrum, length)[::factor]
    transform = Transform(length, factor)
    found = transform.filtered(x, transform.gain(gain), modulus_at_nyquist=True)
    assert np.abs(found - wanted).max() <= 1e-13 * np.abs(wanted).max()
    some = transform.filtered(x, transform.gain(gain), modulus_at_nyquist=True, count=len(found) // 3)
    kept = some.copy()
    transform.filtered(-x, transform.gain(gain))  # the next signal leaves what was given alone
    assert np.array_equal(some, found[: len(found) // 3]) and np.array_equal(some, kept)


def test_which_lengths_go_through_a_matrix() -> None:
    assert Transform(good_length(10 * LEAST_LONG), 5).rows
    assert not Transform(LEAST_LONG - 2).rows
    assert not Transform(2 * 65_537 * 2).rows  # a large prime


@pytest.mark.parametrize(
    ("old", "new"), [("100", "20"), ("100", "40"), ("40", "100"), ("100", "1"), ("100", "62.5"), ("20", "20/3")]
)
@pytest.mark.parametrize("shape", [(30_000,), (3, 20_011)])
def test_blocks_of_the_filter_are_its_sums(
    old: str, new: str, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    x = np.asfortranarray(np.random.default_rng(3).standard_normal(shape))
    rates = Fraction(old), Fraction(new)
    for t0_ns in (0, 3_000_000, 1_234_567_891):
        found, first = resampling.resample(x, t0_ns, *rates)
        with monkeypatch.context() as patch:
            patch.setattr(resampling, "_FEW", 10**9)
            wanted, same = resampling.resample(x, t0_ns, *rates)
        assert (first, found.shape) == (same, wanted.shape)
        assert np.abs(found - wanted).max() < 1e-13


@given(st.integers(2, 20_000), st.floats(-1e6, 1e6), st.floats(-10, 10), st.integers(0, 99))
def test_a_line_is_removed_as_by_least_squares(npts: int, offset: float, slope: float, seed: int) -> None:
    noise = np.random.default_rng(seed).standard_normal(npts)
    x = offset + slope * np.arange(npts) + noise
    wanted: Any = signal.detrend(x)
    remove_line(x)
    assert np.abs(x - wanted).max() <= 1e-11 * (abs(offset) + abs(slope) * npts + 1)


def test_samples_that_are_not_finite_have_no_line() -> None:
    for rows in (np.array([1.0, np.nan, 3.0]), np.asfortranarray([[1.0, 2.0], [np.inf, 2.0], [1.0, 3.0]])):
        with pytest.raises(SampleError, match="not finite"), np.errstate(invalid="ignore"):
            remove_line(rows)
