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
    """Largest absolute value, or largest vector length."""
    x = _live_samples(d)
    return peak(x) if x.size else 0.0


def RMSAmplitude(d: Atomic) -> float:
    """Root of the summed squares of a TimeSeries; root of the mean squared vector length of a Seismogram.

    MsPASS divides by the number of samples for Seismograms only; values are kept as its users have them.
    """
    x = _live_samples(d)
    return _rms(x) if x.size else 0.0


def MADAmplitude(d: Atomic) -> float:
    """Median of the absolute values, or of the vector lengths (zero is taken as the data's centre)."""
    x = _live_samples(d)
    return median(x) if x.size else 0.0


def PercAmplitude(d: Atomic, perc: float) -> float:
    """The lower quantile of the absolute values or vector lengths: `perc` is a fraction (0, 1] or percents (1, 100].

    SampleError (Invalid) for a live datum and another `perc`.
    """
    x = _live_samples(d)
    return percentile(x, perc) if x.size else 0.0


def PerfAmplitude(d: Atomic, perf: float) -> float:
    """The value that the fraction `perf` of all absolute values or vector lengths does not reach.

    The sorted value number int(perf * npts), the last one at most: MsPASS's older form of PercAmplitude.
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
    """Scale a datum in place so that its amplitude (in the window) becomes `level`; the amplitude it had.

    Dead data, and data whose amplitude is zero, not finite or next to nothing, stay as they are. SampleError
    (Invalid), with nothing changed, when the window misses the data.
    """
    amplitude, gain = _measure(_in_window(d, window), method, level)
    if gain and not overflows(_live_samples(d), gain):
        apply_gain(d, gain)
    return amplitude


def _scale_ensemble_members(
    ensemble: Ensemble, method: ScalingMethod, level: float = 1.0, window: TimeWindow | None = None
) -> list[float]:
    """`_scale` on each member by itself; the amplitudes, 0 for dead ones."""
    return [_scale(member, method, level, window) for member in ensemble.member]


def _scale_ensemble(ensemble: Ensemble, method: ScalingMethod, level: float = 1.0, use_mean: bool = False) -> float:
    """Scale all live members by one gain; the amplitude it came from, 0 when no member has a usable one.

    The gain brings the members' typical amplitude to `level`: the mean or the median of their logarithms, dead members
    and amplitudes that are zero or not finite left out.
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
