"""The band in which a signal is above the noise, from two power spectra: edges and statistics.

Spectra have no gaps. The functions here do not look at whether the data are live.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from libseis.objects.metadata import Metadata
from libseis.objects.powerspectrum import PowerSpectrum
from libseis.signal.snr import NOISE_FREE

Curve = NDArray[np.float64]

# because of the filters of digitisers, the top fifth of the band up to Nyquist cannot be used
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
        """Ratio of the edges in dB (20 per decade); 0 when there is no band, or its lower edge is not above 0 Hz."""
        if self.high_edge_f <= 0.0 or self.low_edge_f <= 0.0:
            return 0.0
        return 20.0 * math.log10(self.high_edge_f / self.low_edge_f)


def _snr_curve(signal: PowerSpectrum, noise: PowerSpectrum) -> Curve:
    """Amplitude ratio at the signal's frequencies; 1 if the noise is not known, or if neither has power."""
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


def _first_wide_run(inside: NDArray[np.bool_], width: int) -> int | None:
    """Index of the first of more than `width` neighbours that are all inside."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], inside, [False]))))
    starts, stops = edges[::2], edges[1::2]
    wide = np.flatnonzero(stops - starts > width)
    return int(starts[wide[0]]) if len(wide) else None


def EstimateBandwidth(
    signal_df: float,
    s: PowerSpectrum,
    n: PowerSpectrum,
    snr_threshold: float,
    tbp: float,
    fhs: float = -1.0,
    fix_high_edge_to_fhs: bool = False,
) -> BandwidthData:
    """Search for the band in which the signal is above the noise, from both ends (mspasspy.ccore's function).

    An edge is the first frequency from which the amplitude ratio stays above `snr_threshold` over 2 `tbp` frequency
    intervals of the noise, which is the resolution of a multitaper spectrum. mspasspy.algorithms.snr has a function of
    the same name that searches outward from a frequency instead.

    Parameters
    ----------
    signal_df
        Frequency interval of the signal in Hz; not used, the spectrum knows it.
    s
        Spectrum of the signal.
    n
        Spectrum of the noise.
    snr_threshold
        Amplitude ratio that is needed.
    tbp
        Time-bandwidth product of the spectra.
    fhs
        Frequency (Hz) at which the search from above starts; 0.8 of the Nyquist frequency if it is not in the spectrum.
    fix_high_edge_to_fhs
        True to take `fhs` as the upper edge, without a search.

    Returns
    -------
    BandwidthData
        The edges of the band with their ratios; all zero, f_range too, if there is no band.

    Raises
    ------
    TypeError
        `s` or `n` is not a PowerSpectrum.
    """
    if not isinstance(s, PowerSpectrum) or not isinstance(n, PowerSpectrum):
        raise TypeError(
            f"EstimateBandwidth: arguments 2 and 3 must be PowerSpectrum objects, found {type(s).__name__} and "
            f"{type(n).__name__}; libseis.mspass.algorithms.snr has the form (signal, noise)"
        )
    curve = _snr_curve(s, n)
    ceiling = fhs if 0.0 < fhs <= s.Nyquist() else USABLE_NYQUIST * s.Nyquist()
    first, last = (min(max(s.sample_number(f), 0), len(curve) - 1) for f in (n.df() * tbp, ceiling))
    width = math.ceil(2.0 * tbp * n.df() / s.df() - 1e-9)
    inside = curve[first : last + 1] > snr_threshold
    low, from_above = _first_wide_run(inside, width), _first_wide_run(inside[::-1], width)
    if low is None or from_above is None:
        return BandwidthData()
    high = last if fix_high_edge_to_fhs else last - from_above
    low += first
    return BandwidthData(
        low_edge_f=s.frequency(low),
        high_edge_f=ceiling if fix_high_edge_to_fhs else s.frequency(high),
        low_edge_snr=float(curve[low]),
        high_edge_snr=float(curve[high]),
        f_range=s.Nyquist() - s.f0(),
    )


def BandwidthStatistics(signal: PowerSpectrum, noise: PowerSpectrum, band: BandwidthData) -> Metadata:
    """Compute statistics of the amplitude ratio from the lower edge of a band up to before the upper one.

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
    inside = curve[max(first, 0) : last]
    valid = band.high_edge_f > band.low_edge_f and len(inside) > 0
    quartiles = np.quantile(inside, [0.25, 0.5, 0.75]) if valid else np.zeros(3)
    ends = (inside.max(), inside.min(), inside.mean()) if valid else (0.0, 0.0, 0.0)
    values = (quartiles[1], ends[0], ends[1], quartiles[0], quartiles[2], ends[2])
    statistics = Metadata({key: float(value) for key, value in zip(keys, values, strict=True)})
    statistics["stats_are_valid"] = bool(valid)
    return statistics
