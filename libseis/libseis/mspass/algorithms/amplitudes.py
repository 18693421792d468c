"""Amplitude metrics and scaling of data by them (names of mspasspy.ccore.algorithms.amplitudes).

A TimeSeries is measured on the absolute values of its samples, a Seismogram on the lengths of its 3-vectors. Dead and
empty data measure 0. Gaps are not left out: what fills them is measured.

Values are those of MsPASS 2.4.3. Its median and percentile are the sorted value number floor(fraction * npts); the
textbook's are here as MedianAmplitude and QuantileAmplitude.
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
    median,
    overflows,
    peak,
    percentile,
    quantile,
    ranked,
    root_mean_square,
    upper_median,
    usable_gain,
)

__all__ = [
    "BandwidthData",
    "BandwidthStatistics",
    "EstimateBandwidth",
    "MADAmplitude",
    "MedianAmplitude",
    "PeakAmplitude",
    "PercAmplitude",
    "PerfAmplitude",
    "QuantileAmplitude",
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
    """Return the root mean square of the samples, or of the vector lengths of a Seismogram.

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
    return root_mean_square(x) if x.size else 0.0


def MADAmplitude(d: Atomic) -> float:
    """Return MsPASS's median of the absolute values, or of the vector lengths of a Seismogram.

    Zero is taken as the centre of the data. Of an even number of samples it is the upper one of the two in the middle;
    MedianAmplitude is their mean.

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
    return upper_median(x) if x.size else 0.0


def MedianAmplitude(d: Atomic) -> float:
    """Return the textbook's median of the absolute values, or of the vector lengths of a Seismogram.

    Zero is taken as the centre of the data. MsPASS has no such function; its MADAmplitude differs for even numbers of
    samples.

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
    """Return the sorted absolute value (or vector length) number floor(perc * npts), at most the last one.

    Parameters
    ----------
    d
        The datum.
    perc
        A fraction in (0, 1] or percent in (1, 100].

    Returns
    -------
    float
        The amplitude, in units of the data; QuantileAmplitude is the textbook's one.

    Raises
    ------
    SampleError
        The datum is live and `perc` has another value (severity Invalid).
    """
    x = _live_samples(d)
    return percentile(x, perc) if x.size else 0.0


def QuantileAmplitude(d: Atomic, level: float) -> float:
    """Return the textbook's quantile of the absolute values, or of the vector lengths of a Seismogram.

    It is linear between the two sorted values beside it. MsPASS has no such function; see PercAmplitude.

    Parameters
    ----------
    d
        The datum.
    level
        A fraction in (0, 1] or percent in (1, 100].

    Returns
    -------
    float
        The amplitude, in units of the data.

    Raises
    ------
    SampleError
        The datum is live and `level` has another value (severity Invalid).
    """
    x = _live_samples(d)
    return quantile(x, level) if x.size else 0.0


def PerfAmplitude(d: Atomic, perf: float) -> float:
    """Return the sorted absolute value (or vector length) number floor(perf * npts), at most the last one.

    This is MsPASS's older form of PercAmplitude, without percents.

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
    return ranked(x, perf) if x.size else 0.0


class ScalingMethod(Enum):
    """The amplitude that data are scaled by."""

    Peak = 0
    RMS = 1
    ClipPerc = 2
    MAD = 3


def _measure(x: Values, method: ScalingMethod, level: float) -> float:
    """The amplitude of samples; with ClipPerc `level` is also the fraction that is measured."""
    if not x.size:
        return 0.0
    if method is ScalingMethod.Peak:
        return peak(x)
    if method is ScalingMethod.RMS:
        return root_mean_square(x)
    if method is ScalingMethod.MAD:
        return upper_median(x)
    return percentile(x, level)


def _in_window(d: Atomic, window: TimeWindow | None) -> Values:
    """The live samples inside a window (ends included); all of them for none or a reversed one.

    SampleError where window and data have no time in common, or a moment only.
    """
    x = _live_samples(d)
    if window is None or window.start > window.end or not x.size:
        return x
    # an end that differs from a sample's time only by rounding is on the sample
    first = max(0, math.ceil((window.start - d.t0) / d.dt - 1e-6))
    last = min(d.npts - 1, math.floor((window.end - d.t0) / d.dt + 1e-6))
    if first > last or min(window.end, d.endtime()) <= max(window.start, d.t0):
        raise SampleError(
            f"scale: the window from {window.start} to {window.end} has no positive-width intersection with the data "
            f"from {d.t0} to {d.endtime()}.",
            ErrorSeverity.Invalid,
            what="window",
        )
    return x[..., first : last + 1]


def _scale(d: Atomic, method: ScalingMethod, level: float = 1.0, window: TimeWindow | None = None) -> float:
    """Scale a datum in place so that its amplitude becomes `level`.

    Dead data are not changed. Live samples with an amplitude that is zero, not finite or very close to zero stay as
    they are: the elog says so (a Complaint), and calib is set (1 if there is none).

    Parameters
    ----------
    d
        The datum.
    method
        How the amplitude is measured.
    level
        The new amplitude; with ClipPerc also the fraction in (0, 1] that is measured.
    window
        Where the amplitude is measured; without it, over all samples.

    Returns
    -------
    float
        The amplitude before.

    Raises
    ------
    SampleError
        The window and the data overlap nowhere, or in one moment only (severity Invalid); nothing is changed.
    """
    measured = _in_window(d, window)
    if not measured.size:
        return 0.0
    amplitude = _measure(measured, method, level)
    gain = usable_gain(amplitude, level)
    if gain and not overflows(_live_samples(d), gain):
        apply_gain(d, gain)
        return amplitude
    why = "Data array is all 0s" if amplitude == 0.0 else f"The amplitude is {amplitude:g}"
    d.elog.log_error("scale", f"{why} and cannot be scaled", ErrorSeverity.Complaint)
    d["calib"] = d.get_double("calib") if d.is_defined("calib") else 1.0
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
    logarithms = [math.log(amplitude) for amplitude in measured if usable_gain(amplitude, level)]
    if not logarithms:
        return 0.0
    amplitude = math.exp(float(np.mean(logarithms) if use_mean else np.median(logarithms)))
    gain = level / amplitude
    for member in ensemble.member:
        if member.live:
            apply_gain(member, gain)
    return amplitude
