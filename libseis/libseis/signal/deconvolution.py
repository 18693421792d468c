"""Deconvolution of a wavelet from data: inverse filters by frequency, least squares in time, and sums of spikes.

Spectra are those of `scipy.fft.rfft`, of vectors that start at the same time. All inverses are regularized: a spectrum
of a wavelet has holes.
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
    """The wavelet that stands for a spike in the result; all have zero phase."""

    NONE = "none"
    RICKER = "ricker"
    GAUSSIAN = "gaussian"
    BUTTERWORTH = "butterworth"


def spectrum_of(x: Values, nfft: int) -> Spectrum:
    """The spectrum of a vector, with zeros behind it."""
    spectrum: Spectrum = rfft(x, nfft)
    return spectrum


def series_of(spectrum: Spectrum, nfft: int) -> Values:
    """The vector of `nfft` samples that has a spectrum."""
    series: Values = irfft(spectrum, nfft)
    return series


def _times(dt: float, nfft: int) -> Values:
    """Times of the samples of a wavelet around zero that is wrapped around."""
    return np.asarray(np.fft.fftfreq(nfft, 1.0 / (nfft * dt)), dtype=np.float64)


def ricker(frequency: float, dt: float, nfft: int) -> Spectrum:
    """Spectrum of a Ricker wavelet of amplitude 1, its peak at `frequency` Hz (Ricker 1953, Geophysics 18, 10-40)."""
    a = np.square(np.pi * frequency * _times(dt, nfft))
    spectrum: Spectrum = rfft((1.0 - 2.0 * a) * np.exp(-a))
    return spectrum


def gaussian(width: float, dt: float, nfft: int) -> Spectrum:
    """Spectrum of exp(-(t / width)^2), of amplitude 1; `width` in seconds."""
    spectrum: Spectrum = rfft(np.exp(-np.square(_times(dt, nfft) / width)))
    return spectrum


def butterworth(low: tuple[int, float], high: tuple[int, float], dt: float, nfft: int) -> Spectrum:
    """Zero phase band pass: the squared response of filters given as (poles, corner in Hz)."""
    frequencies = np.arange(nfft // 2 + 1) / (nfft * dt)
    response = np.ones(len(frequencies))
    for kind, (poles, corner) in ((FilterType.HIGHPASS, low), (FilterType.LOWPASS, high)):
        sections = butterworth_sections(kind, poles, (corner,), 1.0 / dt)
        response *= np.abs(sosfreqz(sections, worN=frequencies, fs=1.0 / dt)[1]) ** 2
    return response.astype(np.complex128)


def _root_mean_square(w: Values) -> float:
    """Of the amplitudes of the spectrum of a wavelet, by Parseval's theorem."""
    found = float(np.linalg.norm(w))
    if not (np.isfinite(found) and found > 0.0):
        raise SampleError("the wavelet is zero or not finite, and nothing can be divided by it", what="wavelet")
    return found


def damped_inverse(w: Values, nfft: int, damping: float) -> Spectrum:
    """The inverse of damped least squares: conj(W) / (|W|^2 + (damping rms)^2), rms being that of |W|."""
    level = damping * _root_mean_square(w)
    spectrum = rfft(w, nfft)
    inverse: Spectrum = spectrum.conj() / (np.abs(spectrum) ** 2 + level**2)
    return inverse


def water_level_inverse(w: Values, nfft: int, level: float) -> tuple[Spectrum, float]:
    """The inverse with amplitudes raised to `level` times their root mean square, and the share of those raised.

    Phases are kept (Clayton & Wiggins 1976, Geophys. J. R. astr. Soc. 47, 151-177). MsPASS's level is one of the root
    mean square amplitude, theirs one of the largest power.
    """
    least = level * _root_mean_square(w)
    spectrum = rfft(w, nfft)
    amplitude = np.abs(spectrum)
    phase = np.divide(spectrum, amplitude, out=np.ones_like(spectrum), where=amplitude > 0.0)
    return phase.conj() / np.maximum(amplitude, least), float(np.mean(amplitude < least))


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """The energy |N|^2 that noise of the length of the wavelet has at each frequency, shape (nfft // 2 + 1,)."""

    energy: Values


def expected_noise(power: Values, df: float, npts: int, dt: float, nfft: int) -> Noise:
    """Noise of `npts` samples out of a one-sided power spectrum with a frequency interval of `df` Hz."""
    frequencies = np.arange(nfft // 2 + 1) / (nfft * dt)
    density = np.interp(frequencies, df * np.arange(len(power)), power)
    return Noise(0.5 * density * npts / dt)


def noise_damped_inverse(w: Values, nfft: int, noise: Noise, damping: float, floor: float = 1e-6) -> Spectrum:
    """conj(W) / (|W|^2 + damping^2 |N|^2): what is below the noise is damped, at each frequency by its own noise.

    The multitaper spectrum of the noise as damping is that of Park & Levin (2000, Bull. Seism. Soc. Am. 90, 1507-1520);
    phases are of the whole wavelet without tapers, so that late lags keep their amplitudes. The damping is at least
    `floor` times the mean square of |W|.
    """
    spectrum = rfft(w, nfft)
    least = floor * _root_mean_square(w) ** 2
    inverse: Spectrum = spectrum.conj() / (np.abs(spectrum) ** 2 + np.maximum(damping**2 * noise.energy, least))
    return inverse


def noise_level_inverse(w: Values, nfft: int, noise: Noise, damping: float, floor: float = 1e-6) -> Spectrum:
    """conj(W) / max(|W|^2, damping^2 |N|^2): spectral division with the noise as the water level."""
    spectrum = rfft(w, nfft)
    least = np.maximum(damping**2 * noise.energy, floor * _root_mean_square(w) ** 2)
    inverse: Spectrum = spectrum.conj() / np.maximum(np.abs(spectrum) ** 2, least)
    return inverse


def apply_spectrum(spectrum: Spectrum, x: Values, nfft: int, shift: int, npts: int) -> Values:
    """Filter `x` by a spectrum, and cut `npts` samples that start `shift` samples before lag zero."""
    filtered: Values = irfft(spectrum * rfft(x, nfft), nfft)
    return np.roll(filtered, shift)[:npts]


def _correlations(x: Values, w: Values, lags: int) -> Values:
    """sum(x[i + k] w[i]) for the lags k = 0 ... lags - 1."""
    nfft = len(x) + max(len(w), lags)
    correlated: Values = irfft(rfft(x, nfft) * rfft(w, nfft).conj(), nfft)
    return correlated[:lags]


def least_squares(d: Values, w: Values, shift: int, npts: int, damping: float) -> Values:
    """Damped least squares in time: the series of `npts` lags from -`shift` on that the wavelet makes the data of.

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
    """A series of spikes, the share of the energy of the data that it does not explain, and the number of rounds."""

    series: Values
    misfit: float
    rounds: int


def iterative(d: Values, w: Values, shift: int, npts: int, most_rounds: int, least_improvement: float) -> Spikes:
    """Deconvolution by a sum of spikes (Ligorria & Ammon 1999, Bull. Seism. Soc. Am. 89, 1395-1400).

    Each round puts a spike where the wavelet fits best what is left of the data. Correlations are brought up to date
    from those of the wavelet with itself, so that a round costs no transform.

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
        Share of the energy of the data that a round must explain; if it does not, it is the last one.

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
        # the correlation of the wavelet at lag `at` with that at each other lag
        fit -= amplitude * both_sides[npts - 1 - at : 2 * npts - 1 - at]
        rounds += 1
        if explained < least_improvement * energy:
            break
    return Spikes(series, max(left, 0.0) / energy if energy else 0.0, rounds)
