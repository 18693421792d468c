"""Deconvolution of a wavelet from data: inverse filters by frequency, least squares in time, and sums of spikes.

Spectra are those of `scipy.fft.rfft`, of vectors that start at the same time. All inverses are regularized, because the
spectrum of a wavelet is nearly zero at some frequencies.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from libseis.errors import SampleError
from libseis.extras import extra
from libseis.signal.design import FilterType
from libseis.signal.operators import butterworth_sections

with extra("obspy"):
    from scipy.fft import irfft, rfft
    from scipy.linalg import solve_toeplitz
    from scipy.signal import sosfreqz

Values = NDArray[np.float64]
Spectrum = NDArray[np.complex128]


class Shape(StrEnum):
    """The wavelet that represents a spike in the result; all shapes have zero phase."""

    NONE = "none"
    RICKER = "ricker"
    GAUSSIAN = "gaussian"
    BUTTERWORTH = "butterworth"


def spectrum_of(x: Values, nfft: int) -> Spectrum:
    """The spectrum of a vector with zeros added after it."""
    spectrum: Spectrum = rfft(x, nfft)
    return spectrum


def series_of(spectrum: Spectrum, nfft: int) -> Values:
    """The vector of `nfft` samples for a spectrum."""
    series: Values = irfft(spectrum, nfft)
    return series


def _times(dt: float, nfft: int) -> Values:
    """Times of the samples of a wavelet around zero; the second half of the samples has negative times."""
    return np.asarray(np.fft.fftfreq(nfft, 1.0 / (nfft * dt)), dtype=np.float64)


def ricker(frequency: float, dt: float, nfft: int) -> Spectrum:
    """Spectrum of a Ricker wavelet of amplitude 1 with its peak at `frequency` Hz (Ricker 1953, Geophysics 18,
    10-40)."""
    a = np.square(np.pi * frequency * _times(dt, nfft))
    spectrum: Spectrum = rfft((1.0 - 2.0 * a) * np.exp(-a))
    return spectrum


def gaussian(width: float, dt: float, nfft: int) -> Spectrum:
    """Spectrum of exp(-(t / width)^2), of amplitude 1; `width` in seconds."""
    spectrum: Spectrum = rfft(np.exp(-np.square(_times(dt, nfft) / width)))
    return spectrum


def butterworth(low: tuple[int, float], high: tuple[int, float], dt: float, nfft: int) -> Spectrum:
    """Zero phase band pass: the squared response of filters, each given as (poles, corner in Hz)."""
    frequencies = np.arange(nfft // 2 + 1) / (nfft * dt)
    response = np.ones(len(frequencies))
    for kind, (poles, corner) in ((FilterType.HIGHPASS, low), (FilterType.LOWPASS, high)):
        sections = butterworth_sections(kind, poles, (corner,), 1.0 / dt)
        response *= np.abs(sosfreqz(sections, worN=frequencies, fs=1.0 / dt)[1]) ** 2
    return response.astype(np.complex128)


def _root_mean_square(w: Values) -> float:
    """The root mean square of a wavelet's spectral amplitudes, by Parseval's theorem."""
    found = float(np.linalg.norm(w))
    if not (np.isfinite(found) and found > 0.0):
        raise SampleError("the wavelet is zero or not finite, and nothing can be divided by it", what="wavelet")
    return found


def damped_inverse(w: Values, nfft: int, damping: float) -> Spectrum:
    """The inverse of damped least squares: conj(W)
    (|W|^2 + (damping rms)^2), where rms is the root mean square of |W|."""
    level = damping * _root_mean_square(w)
    spectrum = rfft(w, nfft)
    inverse: Spectrum = spectrum.conj() / (np.abs(spectrum) ** 2 + level**2)
    return inverse


def water_level_inverse(w: Values, nfft: int, level: float) -> tuple[Spectrum, float]:
    """The inverse, with amplitudes raised to at least `level` times their root mean square, and the share of raised
    ones.

    Phases do not change (Clayton & Wiggins 1976, Geophys. J. R. astr. Soc. 47, 151-177). As in MsPASS, the level is
    relative to the root mean square amplitude; in the paper it is relative to the largest power.
    """
    least = level * _root_mean_square(w)
    spectrum = rfft(w, nfft)
    amplitude = np.abs(spectrum)
    phase = np.divide(spectrum, amplitude, out=np.ones_like(spectrum), where=amplitude > 0.0)
    return phase.conj() / np.maximum(amplitude, least), float(np.mean(amplitude < least))


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """The energy |N|^2 of noise as long as the wavelet at each frequency, shape (nfft

    2 + 1,).
    """

    energy: Values


def expected_noise(power: Values, df: float, npts: int, dt: float, nfft: int) -> Noise:
    """The noise that `npts` samples have, from a one-sided power spectrum with a frequency interval of `df` Hz."""
    frequencies = np.arange(nfft // 2 + 1) / (nfft * dt)
    density = np.interp(frequencies, df * np.arange(len(power)), power)
    return Noise(0.5 * density * npts / dt)


def noise_damped_inverse(w: Values, nfft: int, noise: Noise, damping: float, floor: float = 1e-6) -> Spectrum:
    """conj(W) / (|W|^2 + damping^2 |N|^2): each frequency is damped by the noise at this frequency.

    Park & Levin (2000, Bull. Seism. Soc. Am. 90, 1507-1520) use the multitaper spectrum of the noise as damping. Phases
    come from the whole wavelet without tapers, so that late lags keep their amplitudes. The damping is at least `floor`
    times the mean square of |W|.
    """
    spectrum = rfft(w, nfft)
    least = floor * _root_mean_square(w) ** 2
    inverse: Spectrum = spectrum.conj() / (np.abs(spectrum) ** 2 + np.maximum(damping**2 * noise.energy, least))
    return inverse


def noise_level_inverse(w: Values, nfft: int, noise: Noise, damping: float, floor: float = 1e-6) -> Spectrum:
    """conj(W)
    max(|W|^2, damping^2 |N|^2): spectral division with the noise as water level."""
    spectrum = rfft(w, nfft)
    least = np.maximum(damping**2 * noise.energy, floor * _root_mean_square(w) ** 2)
    inverse: Spectrum = spectrum.conj() / np.maximum(np.abs(spectrum) ** 2, least)
    return inverse


def apply_spectrum(spectrum: Spectrum, x: Values, nfft: int, shift: int, npts: int) -> Values:
    """Filter `x` with a spectrum, and cut `npts` samples from `shift` samples before lag zero."""
    filtered: Values = irfft(spectrum * rfft(x, nfft), nfft)
    return np.roll(filtered, shift)[:npts]


def _correlations(x: Values, w: Values, lags: int) -> Values:
    """sum(x[i + k] w[i]) for the lags k = 0 ... lags - 1."""
    nfft = len(x) + max(len(w), lags)
    correlated: Values = irfft(rfft(x, nfft) * rfft(w, nfft).conj(), nfft)
    return correlated[:lags]


def least_squares(d: Values, w: Values, shift: int, npts: int, damping: float) -> Values:
    """Damped least squares in time: the series of `npts` lags from -`shift` whose convolution with the wavelet gives
    the data.

    The normal equations have Toeplitz form and are solved by Levinson's recursion; `damping` is a share of the energy
    of the wavelet (Robinson & Treitel 1980, Geophysical Signal Analysis).
    """
    _root_mean_square(w)
    padded = np.concatenate((np.zeros(shift), d, np.zeros(npts)))
    column = _correlations(np.concatenate((w, np.zeros(npts))), w, npts)
    column[0] *= 1.0 + damping
    found: Values = solve_toeplitz(column, _correlations(padded, w, npts))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Spikes:
    """A series of spikes, the share of the data's energy that it does not explain, and the number of rounds."""

    series: Values
    misfit: float
    rounds: int


def iterative(d: Values, w: Values, shift: int, npts: int, most_rounds: int, least_improvement: float) -> Spikes:
    """Deconvolution by a sum of spikes (Ligorria & Ammon 1999, Bull. Seism. Soc. Am. 89, 1395-1400).

    Each round adds a spike at the lag where the wavelet fits the rest of the data best. Correlations are updated with
    the autocorrelation of the wavelet, so that a round needs no transform.

    Parameters
    ----------
    d : array of float64
        Data, shape (samples,).
    w : array of float64
        Wavelet that starts at the same time.
    shift : int
        Samples before lag zero in the result.
    npts : int
        Samples of the result.
    most_rounds : int
        Largest number of rounds.
    least_improvement : float
        Share of the energy of the data that a round must explain; a round that explains less is the last one.

    Returns
    -------
    Spikes
        The series of lags from -`shift` on.
    """
    _root_mean_square(w)
    padded = np.concatenate((np.zeros(shift), d, np.zeros(npts)))
    fit = _correlations(padded, w, npts)
    itself = _correlations(np.concatenate((w, np.zeros(npts))), w, npts)
    both_sides = np.concatenate((itself[:0:-1], itself))
    energy = left = float(np.dot(d, d))
    series = np.zeros(npts)
    rounds = 0
    while rounds < most_rounds and energy > 0.0:
        at = int(np.argmax(np.abs(fit)))
        amplitude = fit[at] / itself[0]
        explained = amplitude * fit[at]
        series[at] += amplitude
        left -= explained
        # the autocorrelation of the wavelet, shifted to lag `at`
        fit -= amplitude * both_sides[npts - 1 - at : 2 * npts - 1 - at]
        rounds += 1
        if explained < least_improvement * energy:
            break
    return Spikes(series, max(left, 0.0) / energy if energy else 0.0, rounds)
