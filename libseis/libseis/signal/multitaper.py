"""Power spectra by the multitaper method (Thomson 1982, Proceedings of the IEEE 70, 1055-1096).

A spectrum is one-sided, in units squared per Hz: its sum times the frequency interval is the mean square of the
samples.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from libseis.errors import SampleError
from libseis.extras import extra
from libseis.signal.amplitudes import sum_of_squares

with extra("obspy"):
    from cachetools import LRUCache
    from scipy.fft import rfft
    from scipy.signal.windows import dpss

Values = NDArray[np.float64]

_KEPT_BYTES = 64 * 1024 * 1024
_MOST_ROUNDS = 100  # number of rounds for the adaptive weights, which need about ten


class Weighting(Enum):
    """How eigenspectra are averaged; the numbers are those of the `multitaper` package's `iadapt`."""

    ADAPTIVE = 0
    EQUAL = 1
    EIGENVALUE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Tapers:
    """Slepian sequences of unit energy, shape (tapers, npts), and the share of energy inside the band of each."""

    values: Values
    concentrations: Values


_lock = threading.Lock()
# tapers that are larger than the limit are kept alone
_kept: LRUCache[tuple[int, float, int], Tapers] = LRUCache(_KEPT_BYTES, lambda t: min(t.values.nbytes, _KEPT_BYTES))


def slepian_tapers(npts: int, time_bandwidth: float, count: int) -> Tapers:
    """The first `count` Slepian sequences of `npts` samples; the latest results are cached, so callers must not change
    them.

    Raises
    ------
    SampleError
        There are no such tapers: `time_bandwidth` must be less than half of `npts`, and `count` at most `npts`.
    """
    if npts < 1 or count < 1 or count > npts or not 0.0 < time_bandwidth < npts / 2:
        raise SampleError(
            f"{count} tapers with a time-bandwidth product of {time_bandwidth:g} cannot be had for {npts} samples: "
            "the product must be above 0 and below half of the samples, and there must be a sample for each taper",
            what="tapers",
        )
    key = (npts, float(time_bandwidth), count)
    with _lock:
        known = _kept.get(key)
    if known is not None:
        return known
    values, concentrations = dpss(npts, time_bandwidth, count, return_ratios=True)
    values.flags.writeable = concentrations.flags.writeable = False
    # rounding may bring a concentration above 1
    found = Tapers(values, np.minimum(concentrations, 1.0))
    with _lock:
        _kept[key] = found
    return found


def eigenspectra(x: Values, tapers: Tapers, nfft: int) -> Values:
    """The power of the tapered samples at each frequency, shape (tapers, nfft // 2 + 1); not scaled."""
    spectra = np.empty((len(tapers.values), nfft // 2 + 1))
    padded = np.zeros(nfft)
    for spectrum, taper in zip(spectra, tapers.values, strict=True):
        np.multiply(x, taper, out=padded[: len(x)])
        parts = rfft(padded).view(np.float64)
        np.multiply(parts, parts, out=parts)
        np.add(parts[0::2], parts[1::2], out=spectrum)
    return spectra


def _equal_sum(x: Values, tapers: Tapers, nfft: int) -> Values:
    """The sum of the eigenspectra, without keeping each of them."""
    total = np.zeros(2 * (nfft // 2 + 1))
    padded = np.zeros(nfft)
    for taper in tapers.values:
        np.multiply(x, taper, out=padded[: len(x)])
        parts = rfft(padded).view(np.float64)
        np.multiply(parts, parts, out=parts)
        total += parts
    summed: Values = total[0::2] + total[1::2]
    return summed


def _adaptive_mean(spectra: Values, concentrations: Values, variance: float) -> Values:
    """Thomson's weights: tapers with much leakage from outside the band get small weights where the spectrum is low.

    The fixed point of Percival & Walden (1993, Spectral Analysis for Physical Applications, equations 368a and 370a).
    """
    inside = concentrations[:, np.newaxis]
    outside = (1.0 - inside) * variance
    mean: Values = spectra[:2].mean(axis=0)
    for _ in range(_MOST_ROUNDS):
        power = inside * mean + outside
        weights = inside * np.square(np.divide(mean, power, out=np.ones_like(power), where=power > 0.0))
        before, mean = mean, (weights * spectra).sum(axis=0) / weights.sum(axis=0)
        if np.abs(mean - before).max(initial=0.0) <= 1e-9 * mean.max(initial=0.0):
            break
    return mean


def power_spectrum(x: Values, dt: float, tapers: Tapers, nfft: int, weighting: Weighting = Weighting.EQUAL) -> Values:
    """The power spectrum of samples, one for each column of the tapers.

    Parameters
    ----------
    x : array of float64
        Samples, shape (npts,).
    dt : float
        Sampling interval in seconds.
    tapers : Tapers
        Tapers of `npts` samples.
    nfft : int
        Length of the transforms, at least `npts`.
    weighting : Weighting
        How the eigenspectra are averaged.

    Returns
    -------
    array of float64
        Power in units squared per Hz at the frequencies k / (nfft dt), shape (nfft // 2 + 1,). The scale is Parseval's:
        the sum times the frequency interval is the mean square of the samples.
    """
    mean_square = sum_of_squares(x) / len(x)
    if weighting is Weighting.EQUAL:
        spectrum = _equal_sum(x, tapers, nfft)
    else:
        spectra = eigenspectra(x, tapers, nfft)
        if weighting is Weighting.EIGENVALUE:
            spectrum = tapers.concentrations @ spectra
        else:
            spectrum = _adaptive_mean(spectra, tapers.concentrations, mean_square)
    total = float(spectrum.sum())
    # silence is a spectrum of zeros
    if total > 0.0 and np.isfinite(total):
        spectrum *= mean_square * nfft * dt / total
    return spectrum
