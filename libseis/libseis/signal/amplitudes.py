"""Measure the amplitude of a TimeSeries or of a Seismogram's vectors, and scale data by it.

Samples have time along the last axis: shape (npts,) or (3, npts). The samples in gaps are measured too.

The metrics MAD and PERC are those of MsPASS 2.4.3: the sorted value number floor(fraction * npts), counted from 0. The
textbook has other values at most fractions; they are the metrics MEDIAN and QUANTILE.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.objects.kinds import Atomic
from libseis.units import scaled

Values = NDArray[np.float64]

_ONE_THREAD = 8192


class Metric(StrEnum):
    """The definition of an amplitude.

    The largest value, the root mean square, MsPASS's median and percentile, and the textbook's median and quantile.
    """

    PEAK = "peak"
    RMS = "rms"
    MAD = "mad"
    PERC = "perc"
    MEDIAN = "median"
    QUANTILE = "quantile"


def magnitudes(x: Values) -> Values:
    """Absolute values (npts,) of samples (npts,), or lengths (npts,) of vectors (3, npts)."""
    if x.ndim == 1:
        return np.abs(x)
    unit = _unit(x)
    divided = x / unit
    lengths: Values = np.sqrt(np.einsum("ij,ij->j", divided, divided)) * unit
    return lengths


def _unit(x: Values) -> float:
    """The divisor of samples before they are squared: 1, or their peak if the squares would overflow or underflow."""
    peak = float(np.max(np.abs(x), initial=0.0))
    return peak if 0.0 < peak < 1e-140 or 1e140 < peak < math.inf else 1.0


def peak(x: Values) -> float:
    """The largest absolute value, or the largest vector length."""
    return float(np.max(magnitudes(x)))


def sum_of_squares(x: Values) -> float:
    """The sum of all squared samples; infinite if it is too large for a number."""
    flat = x.ravel(order="K")
    total = 0.0
    with np.errstate(over="ignore"):
        # for more samples at once, BLAS would wake other threads, which costs more time than it saves
        for begin in range(0, len(flat), _ONE_THREAD):
            part = flat[begin : begin + _ONE_THREAD]
            total += float(np.dot(part, part))
    return total


def root_mean_square(x: Values) -> float:
    """The root of the mean squared value, or of the mean squared vector length."""
    total = sum_of_squares(x)
    if 1e-280 < total < 1e280:
        return math.sqrt(total / x.shape[-1])
    unit = _unit(x)  # squares may be too large or too small to be numbers
    return math.sqrt(float(np.sum(np.square(x / unit))) / x.shape[-1]) * unit


def ranked(x: Values, fraction: float) -> float:
    """The sorted absolute value (or vector length) number floor(fraction * npts), at most the last one.

    Parameters
    ----------
    x : array of float64
        Samples, shape (npts,) or (3, npts); at least one.
    fraction : float
        From 0 to 1.

    Returns
    -------
    float
        The value; `fraction` of all values come before it. MsPASS 2.4.3 uses this rule in PercAmplitude and
        MADAmplitude.
    """
    values = magnitudes(x)
    index = min(max(math.floor(fraction * len(values)), 0), len(values) - 1)
    return float(np.partition(values, index)[index])


def upper_median(x: Values) -> float:
    """MsPASS's median of the absolute values or vector lengths: the upper one of two in the middle.

    No mean is subtracted.
    """
    return ranked(x, 0.5)


def percentile(x: Values, level: float) -> float:
    """MsPASS's percentile of the absolute values or vector lengths; see `ranked`.

    Parameters
    ----------
    x : array of float64
        Samples, shape (npts,) or (3, npts); at least one.
    level : float
        A fraction in (0, 1], or percents in (1, 100].

    Returns
    -------
    float
        The value.

    Raises
    ------
    SampleError
        For another `level`.
    """
    return ranked(x, _fraction(level, "PercAmplitude"))


def median(x: Values) -> float:
    """The textbook's median of the absolute values or vector lengths: the mean of two in the middle.

    No mean is subtracted.
    """
    return float(np.median(magnitudes(x)))


def quantile(x: Values, level: float) -> float:
    """The textbook's quantile of the absolute values or vector lengths, linear between the two values beside it.

    Parameters
    ----------
    x : array of float64
        Samples, shape (npts,) or (3, npts); at least one.
    level : float
        A fraction in (0, 1], or percents in (1, 100].

    Returns
    -------
    float
        The value at (npts - 1) * fraction of the sorted values.

    Raises
    ------
    SampleError
        For another `level`.

    References
    ----------
    Hyndman, R. J. and Y. Fan (1996), Sample quantiles in statistical packages, Am. Stat. 50, 361-365: definition 7.
    """
    return float(np.quantile(magnitudes(x), _fraction(level, "QuantileAmplitude")))


def _fraction(level: float, caller: str) -> float:
    if not (math.isfinite(level) and 0.0 < level <= 100.0):
        raise SampleError(
            f"{caller}: the level must be a fraction in (0, 1] or a percentage in (1, 100], found {level}.",
            ErrorSeverity.Invalid,
            what="level",
        )
    return level / 100.0 if level > 1.0 else level


_METRICS: dict[Metric, Callable[[Values], float]] = {
    Metric.PEAK: peak,
    Metric.RMS: root_mean_square,
    Metric.MAD: upper_median,
    Metric.MEDIAN: median,
}


def amplitude(x: Values, metric: Metric, percent: float = 95.0) -> float:
    """The amplitude of at least one sample; `percent` (0 to 100] is that of the metrics PERC and QUANTILE."""
    if metric is Metric.PERC:
        return percentile(x, percent / 100.0)
    if metric is Metric.QUANTILE:
        return quantile(x, percent / 100.0)
    return _METRICS[metric](x)


def usable_gain(found: float, target: float) -> float:
    """The gain for an amplitude of `target`; 0 if the amplitude is not finite, or too small for a finite gain."""
    if not (math.isfinite(found) and found > 0.0):
        return 0.0
    gain = target / found
    return gain if math.isfinite(gain) else 0.0


def apply_gain(d: Atomic, gain: float) -> None:
    """Multiply the samples, and change calib (default 1) and units so that sample * calib stays the same."""
    x = np.asarray(d.data)
    x *= gain
    d["calib"] = (d.get_double("calib") if d.is_defined("calib") else 1.0) / gain
    if d.is_defined("units") and (units := scaled(d.get_string("units"), gain)):
        d["units"] = units


def overflows(x: Values, gain: float) -> bool:
    """True if a finite sample would become infinite. The amplitude has no meaning for such data."""
    return gain > 1.0 and bool((np.isfinite(x) & (np.abs(x) > np.finfo(np.float64).max / gain)).any())
