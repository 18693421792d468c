"""Measure the amplitude of a TimeSeries or of a Seismogram's vectors, and scale data by it.

Samples have time along the last axis: shape (npts,) or (3, npts). The samples in gaps are measured too.
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


class Metric(StrEnum):
    """The definition of an amplitude: largest value, root mean square, median, or a percentile of the values."""

    PEAK = "peak"
    RMS = "rms"
    MAD = "mad"
    PERC = "perc"


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


def energy_root(x: Values) -> float:
    """The root of the summed squares of all samples."""
    unit = _unit(x)
    return math.sqrt(float(np.sum(np.square(x / unit)))) * unit


def root_mean_square(x: Values) -> float:
    """The root of the mean squared value, or of the mean squared vector length."""
    return energy_root(x) / math.sqrt(x.shape[-1])


def median(x: Values) -> float:
    """The median of the absolute values, or of the vector lengths. No mean is subtracted."""
    return float(np.median(magnitudes(x)))


def percentile(x: Values, fraction: float) -> float:
    """The lower quantile of the absolute values or vector lengths.

    Parameters
    ----------
    x : array of float64
        Samples, shape (npts,) or (3, npts); at least one.
    fraction : float
        A fraction in (0, 1], or percents in (1, 100].

    Raises
    ------
    SampleError
        For another `fraction`.
    """
    if not (math.isfinite(fraction) and 0.0 < fraction <= 100.0):
        raise SampleError(
            f"PercAmplitude: the level must be a fraction in (0, 1] or a percentage in (1, 100], found {fraction}.",
            ErrorSeverity.Invalid,
            what="level",
        )
    fraction = fraction / 100.0 if fraction > 1.0 else fraction
    values = magnitudes(x)
    index = math.floor(fraction * (len(values) - 1))
    return float(np.partition(values, index)[index])


_METRICS: dict[Metric, Callable[[Values], float]] = {
    Metric.PEAK: peak,
    Metric.RMS: root_mean_square,
    Metric.MAD: median,
}


def amplitude(x: Values, metric: Metric, percent: float = 95.0) -> float:
    """The amplitude of at least one sample; `percent` (0 to 100] is that of the metric PERC."""
    return percentile(x, percent / 100.0) if metric is Metric.PERC else _METRICS[metric](x)


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
