"""Amplitude metrics and scaling of data by them (names of mspasspy.ccore.algorithms.amplitudes).

A TimeSeries is measured on the absolute values of its samples, a Seismogram on the lengths of its 3-vectors. Dead and
empty data measure 0. Gaps are not left out: what fills them is measured.
"""

from __future__ import annotations

import math
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.mspass.algorithms.bandwidth import BandwidthData, BandwidthStatistics, EstimateBandwidth
from libseis.objects.kinds import Atomic, Ensemble
from libseis.objects.timewindow import TimeWindow
from libseis.signal.amplitudes import (
    apply_gain,
    energy_root,
    magnitudes,
    median,
    overflows,
    peak,
    percentile,
    root_mean_square,
    usable_gain,
)

__all__ = [
    "BandwidthData",
    "BandwidthStatistics",
    "EstimateBandwidth",
    "MADAmplitude",
    "PeakAmplitude",
    "PercAmplitude",
    "PerfAmplitude",
    "RMSAmplitude",
    "ScalingMethod",
    "_scale",
    "_scale_ensemble",
    "_scale_ensemble_members",
]

Values = NDArray[np.float64]


def _live_samples(d: Atomic) -> Values:
    x: Values = np.asarray(d.data, dtype=np.float64)
    return x[..., :0] if d.dead() else x


def _rms(x: Values) -> float:
    """MsPASS divides by the number of samples for Seismograms only."""
    return energy_root(x) if x.ndim == 1 else root_mean_square(x)


def PeakAmplitude(d: Atomic) -> float:
    """Return the largest absolute value, or the largest vector length of a Seismogram.

    Parameters
    ----------
    d
        The datum.

    Returns
    -------
    float
        The amplitude, in units of the data.
    """
    x = _live_samples(d)
    return peak(x) if x.size else 0.0


def RMSAmplitude(d: Atomic) -> float:
    """Return the root of the summed squares of a TimeSeries, or the root mean square vector length of a Seismogram.

    MsPASS divides by the number of samples for Seismograms only; the values are those that its users know.

    Parameters
    ----------
    d
        The datum.

    Returns
    -------
    float
        The amplitude, in units of the data.
    """
    x = _live_samples(d)
    return _rms(x) if x.size else 0.0


def MADAmplitude(d: Atomic) -> float:
    """Return the median of the absolute values, or of the vector lengths of a Seismogram.

    Zero is taken as the centre of the data.

    Parameters
    ----------
    d
        The datum.

    Returns
    -------
    float
        The amplitude, in units of the data.
    """
    x = _live_samples(d)
    return median(x) if x.size else 0.0


def PercAmplitude(d: Atomic, perc: float) -> float:
    """Return a quantile of the absolute values, or of the vector lengths of a Seismogram.

    Parameters
    ----------
    d
        The datum.
    perc
        A fraction in (0, 1] or percent in (1, 100].

    Returns
    -------
    float
        The lower quantile, in units of the data.

    Raises
    ------
    SampleError
        The datum is live and `perc` has another value (severity Invalid).
    """
    x = _live_samples(d)
    return percentile(x, perc) if x.size else 0.0


def PerfAmplitude(d: Atomic, perf: float) -> float:
    """Return the sorted absolute value (or vector length) number int(perf * npts), at most the last one.

    This is MsPASS's older form of PercAmplitude.

    Parameters
    ----------
    d
        The datum.
    perf
        Fraction of the samples that are smaller.

    Returns
    -------
    float
        The amplitude, in units of the data.
    """
    x = _live_samples(d)
    if not x.size:
        return 0.0
    values = magnitudes(x)
    index = min(max(int(perf * len(values)), 0), len(values) - 1)
    return float(np.partition(values, index)[index])


class ScalingMethod(Enum):
    """What data are scaled by."""

    Peak = 0
    RMS = 1
    ClipPerc = 2
    MAD = 3


def _measure(x: Values, method: ScalingMethod, level: float) -> tuple[float, float]:
    """The amplitude of samples, and the gain that brings it to `level`; a gain of 0 means not to scale.

    With ClipPerc `level` is the fraction that is measured and the amplitude is brought to 1.
    """
    if not x.size:
        return 0.0, 0.0
    target = level
    if method is ScalingMethod.Peak:
        amplitude = peak(x)
    elif method is ScalingMethod.RMS:
        amplitude = _rms(x)
    elif method is ScalingMethod.MAD:
        amplitude = median(x)
    else:
        amplitude, target = percentile(x, level), 1.0
    return amplitude, usable_gain(amplitude, target)


def _in_window(d: Atomic, window: TimeWindow | None) -> Values:
    """The live samples inside a window (ends included); all of them for none or a reversed one."""
    x = _live_samples(d)
    if window is None or window.start > window.end or not x.size:
        return x
    # an end that differs from a sample's time by rounding only is on the sample
    first = max(0, math.ceil((window.start - d.t0) / d.dt - 1e-6))
    last = min(d.npts - 1, math.floor((window.end - d.t0) / d.dt + 1e-6))
    if first > last:
        raise SampleError(
            f"scale: the window from {window.start} to {window.end} has no intersection with the data from {d.t0} to "
            f"{d.endtime()}.",
            ErrorSeverity.Invalid,
            what="window",
        )
    return x[..., first : last + 1]


def _scale(d: Atomic, method: ScalingMethod, level: float = 1.0, window: TimeWindow | None = None) -> float:
    """Scale a datum in place so that its amplitude becomes `level`.

    Dead data are not changed, nor data with an amplitude that is zero, not finite or very close to zero.

    Parameters
    ----------
    d
        The datum.
    method
        How the amplitude is measured.
    level
        The new amplitude.
    window
        Where the amplitude is measured; without it, over all samples.

    Returns
    -------
    float
        The amplitude before.

    Raises
    ------
    SampleError
        The window does not overlap the data (severity Invalid); nothing is changed.
    """
    amplitude, gain = _measure(_in_window(d, window), method, level)
    if gain and not overflows(_live_samples(d), gain):
        apply_gain(d, gain)
    return amplitude


def _scale_ensemble_members(
    ensemble: Ensemble, method: ScalingMethod, level: float = 1.0, window: TimeWindow | None = None
) -> list[float]:
    """Scale each member by itself, as `_scale` does.

    Parameters
    ----------
    ensemble
        The ensemble.
    method
        How amplitudes are measured.
    level
        The new amplitude.
    window
        Where amplitudes are measured.

    Returns
    -------
    list[float]
        The amplitudes before; 0 for dead members.
    """
    return [_scale(member, method, level, window) for member in ensemble.member]


def _scale_ensemble(ensemble: Ensemble, method: ScalingMethod, level: float = 1.0, use_mean: bool = False) -> float:
    """Scale all live members by one gain.

    The gain brings the typical amplitude of the members to `level`. Dead members, and amplitudes that are zero or not
    finite, are left out.

    Parameters
    ----------
    ensemble
        The ensemble.
    method
        How amplitudes are measured.
    level
        The new typical amplitude.
    use_mean
        True for the mean of the logarithms of the amplitudes, False for their median.

    Returns
    -------
    float
        The typical amplitude before; 0 if it cannot be measured.
    """
    measured = [_measure(_live_samples(member), method, level) for member in ensemble.member]
    logarithms = [math.log(amplitude) for amplitude, gain in measured if gain]
    if not logarithms:
        return 0.0
    amplitude = math.exp(float(np.mean(logarithms) if use_mean else np.median(logarithms)))
    gain = (1.0 if method is ScalingMethod.ClipPerc else level) / amplitude
    for member in ensemble.member:
        if member.live:
            apply_gain(member, gain)
    return amplitude
