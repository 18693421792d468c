"""The band in which a signal stands out of the noise, from two power spectra: edges and statistics.

Spectra have no gaps; nothing here looks at life or death of the data they come from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from libseis.objects.kinds import is_finite_real
from libseis.objects.metadata import Metadata
from libseis.objects.powerspectrum import PowerSpectrum

Curve = NDArray[np.float64]

# signal over no noise at all, MsPASS's stand-in for infinity
NOISE_FREE = 9999999.9

# filters of digitisers leave the top fifth of the band to Nyquist without meaning
USABLE_NYQUIST = 0.8


@dataclass(slots=True)
class BandwidthData:
    """Band edges (Hz) with the amplitude signal to noise ratio there, and the range of the spectrum (Hz).

    The edges are the first frequencies outside the band, or the ends of the search; all are 0 if there is no band.
    """

    low_edge_f: float = 0.0
    high_edge_f: float = 0.0
    low_edge_snr: float = 0.0
    high_edge_snr: float = 0.0
    f_range: float = 0.0

    def bandwidth_fraction(self) -> float:
        """Share of the spectrum's range that the band covers."""
        return (self.high_edge_f - self.low_edge_f) / self.f_range if self.f_range > 0.0 else 0.0

    def bandwidth(self) -> float:
        """Ratio of the edges in dB (20 per decade); 0 when there is no band, infinite when it reaches 0 Hz."""
        if self.high_edge_f <= 0.0:
            return 0.0
        return 20.0 * math.log10(self.high_edge_f / self.low_edge_f) if self.low_edge_f > 0.0 else math.inf


def _snr_curve(signal: PowerSpectrum, noise: PowerSpectrum) -> Curve:
    """Amplitude ratio at the signal's frequencies; 1 where the noise is not known, or neither has power."""
    power = np.asarray(signal.spectrum)
    frequencies = signal.f0() + signal.df() * np.arange(len(power))
    levels = np.asarray(noise.spectrum)
    index = np.rint((frequencies - noise.f0()) / noise.df()).astype(np.int64)
    known = (index >= 0) & (index < len(levels))
    below = np.where(known, levels[np.clip(index, 0, max(len(levels) - 1, 0))] if len(levels) else 0.0, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        curve: Curve = np.sqrt(power / below)
    curve[np.isposinf(curve)] = NOISE_FREE
    curve[np.isnan(curve)] = 1.0
    return curve


def _smooth_snr_curve(curve: Curve, npts: int) -> Curve:
    """Running mean over `npts` values, over those that there are at the ends."""
    left, right = npts // 2, (npts - 1) // 2
    first = np.maximum(np.arange(len(curve)) - left, 0)
    stop = np.minimum(np.arange(len(curve)) + right + 1, len(curve))
    means: Curve = np.array([curve[a:b].mean() for a, b in zip(first, stop, strict=True)])
    return means


def _positive(name: str, value: object) -> float:
    if not is_finite_real(value) or value <= 0.0:
        raise ValueError(f"EstimateBandwidth: {name} must be a finite positive number, found {value!r}")
    return float(value)


def EstimateBandwidth(
    signal_spectrum: PowerSpectrum,
    noise_spectrum: PowerSpectrum,
    snr_threshold: float = 1.5,
    df_smoother: float | None = None,
    f0: float = 1.0,
    f_max: float | None = None,
) -> BandwidthData:
    """Search for the band in which the signal is above the noise.

    The search goes from `f0` down and up to the first frequencies where the amplitude ratio (the root of the power
    ratio) is not above `snr_threshold`. It ends at 0.8 of the Nyquist frequency, or at `f_max` if that is lower.

    Parameters
    ----------
    signal_spectrum
        Spectrum of the signal.
    noise_spectrum
        Spectrum of the noise.
    snr_threshold
        Amplitude ratio that is needed.
    df_smoother
        Width (Hz) over which the ratio is averaged first.
    f0
        Frequency (Hz) at which the search starts.
    f_max
        Highest frequency (Hz) of the search.

    Returns
    -------
    BandwidthData
        The edges of the band, with their ratios.

    Raises
    ------
    ValueError
        A frequency is out of range.
    """
    ceiling = USABLE_NYQUIST * 0.5 / signal_spectrum.dt()
    if f_max is not None:
        ceiling = min(ceiling, _positive("f_max", f_max))
    if not is_finite_real(f0) or not 0.0 <= f0 <= ceiling:
        raise ValueError(
            "EstimateBandwidth: f0 must be finite and in the range [0, high_f_ceiling], "
            f"found {f0!r} with a ceiling of {ceiling} Hz"
        )
    width = None if df_smoother is None else _positive("df_smoother", df_smoother)
    curve = _snr_curve(signal_spectrum, noise_spectrum)
    df, start_f = signal_spectrum.df(), signal_spectrum.f0()
    band = BandwidthData(f_range=df * max(len(curve) - 1, 0))
    if not len(curve):
        return band
    if width is not None:
        curve = _smooth_snr_curve(curve, max(1, round(width / df)))
    # a frequency that differs from a bin by rounding only is in it
    last = min(len(curve) - 1, math.floor((ceiling - start_f) / df + 1e-9))
    start = min(max(round((f0 - start_f) / df), 0), last)
    if curve[start] <= snr_threshold:
        return band
    outside = np.flatnonzero(curve[: last + 1] <= snr_threshold)
    low = int(max(outside[outside < start], default=0))
    high = int(min(outside[outside > start], default=last))
    band.low_edge_f, band.low_edge_snr = start_f + low * df, float(curve[low])
    band.high_edge_f, band.high_edge_snr = start_f + high * df, float(curve[high])
    return band


def BandwidthStatistics(signal: PowerSpectrum, noise: PowerSpectrum, band: BandwidthData) -> Metadata:
    """Compute statistics of the amplitude ratio between the edges of a band, ends included.

    Parameters
    ----------
    signal
        Spectrum of the signal.
    noise
        Spectrum of the noise.
    band
        The band.

    Returns
    -------
    Metadata
        Metadata with median_snr, maximum_snr, minimum_snr, q1_4_snr and q3_4_snr (quartiles), mean_snr, and
        stats_are_valid. Without a band, stats_are_valid is False and the others are zero.
    """
    keys = ("median_snr", "maximum_snr", "minimum_snr", "q1_4_snr", "q3_4_snr", "mean_snr")
    curve = _snr_curve(signal, noise)
    first = round((band.low_edge_f - signal.f0()) / signal.df())
    last = round((band.high_edge_f - signal.f0()) / signal.df())
    inside = curve[max(first, 0) : last + 1]
    valid = band.high_edge_f > band.low_edge_f and len(inside) > 0
    quartiles = np.quantile(inside, [0.25, 0.5, 0.75]) if valid else np.zeros(3)
    ends = (inside.max(), inside.min(), inside.mean()) if valid else (0.0, 0.0, 0.0)
    values = (quartiles[1], ends[0], ends[1], quartiles[0], quartiles[2], ends[2])
    statistics = Metadata({key: float(value) for key, value in zip(keys, values, strict=True)})
    statistics["stats_are_valid"] = bool(valid)
    return statistics
