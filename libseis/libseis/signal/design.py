"""Constants and lengths of filters and other operators, computed without scipy and obspy.

Services need only this module to check job files and plan pads. They import scipy and obspy when the first datum comes.
"""

from __future__ import annotations

import functools
import math
from enum import StrEnum

import numpy as np

# An impulse response counts as finished when it has decayed by this factor, in nepers: exp(-20.7) = 1e-9
SETTLED_NEPERS = math.log(1e9)

# Half length of the resampling filter in samples of the slower rate, and its Kaiser beta: a pass band to 0.8 of the
# lower Nyquist frequency and 90 dB attenuation from it (Kaiser's design formulae, Oppenheim & Schafer, section 7.6)
RESAMPLING_HALF_LENGTH = 32
RESAMPLING_BETA = 9.0
RESAMPLING_CUTOFF = 0.9


# Half width of the Lanczos kernel in samples, obspy's recommendation for "practically exact" interpolation
LANCZOS_WIDTH = 20
INTERPOLATIONS = ("lanczos", "weighted_average_slopes", "nearest", "slinear", "quadratic", "cubic")


class FilterType(StrEnum):
    BANDPASS = "bandpass"
    BANDSTOP = "bandstop"
    LOWPASS = "lowpass"
    HIGHPASS = "highpass"


class FilterDesign(StrEnum):
    """The strength of a recursive filter: flat (Butterworth), keeps the shape of pulses (Bessel), steep with ripples in
    the pass band (Chebyshev I), in the stop band (II), or in both (elliptic)."""

    BUTTERWORTH = "butterworth"
    BESSEL = "bessel"
    CHEBYSHEV1 = "cheby1"
    CHEBYSHEV2 = "cheby2"
    ELLIPTIC = "elliptic"


RIPPLED = frozenset({FilterDesign.CHEBYSHEV1, FilterDesign.ELLIPTIC})
"""Designs whose pass band has ripples."""
STOPPED = frozenset({FilterDesign.CHEBYSHEV2, FilterDesign.ELLIPTIC})
"""Designs whose stop band does not sink further."""


class OutputUnit(StrEnum):
    """The quantity of the samples after the removal of a response.

    Displacement (m), velocity (m/s), acceleration (m/s**2), or the quantity that the sensor measures, in its SI unit
    (m/s, Pa, rad/s, T ...). The values are those of `output` in obspy's `remove_response`.
    """

    DISPLACEMENT = "DISP"
    VELOCITY = "VEL"
    ACCELERATION = "ACC"
    DEFAULT = "DEF"


def kernel_seconds(old: float, new: float) -> float:
    """Seconds of data on each side that a new sample needs when data are resampled from `old` to `new` Hz."""
    return (RESAMPLING_HALF_LENGTH + 1) / min(old, new)


@functools.lru_cache(maxsize=256)
def settling_time(kind: FilterType, corners: int, frequencies: tuple[float, ...]) -> float:
    """Seconds in which a Butterworth filter's impulse response decays to 1e-9: the slowest pole of its analog form.

    The poles of the low-pass prototype are evenly spaced on the left half of the unit circle. Each becomes one pole of
    a low or high pass, or two poles of a band filter (Oppenheim & Schafer, appendix B, frequency transformations).
    """
    order = np.arange(1, corners + 1)
    prototype = np.exp(1j * np.pi * (2 * order + corners - 1) / (2 * corners))
    angular = [2.0 * math.pi * f for f in frequencies]
    if kind is FilterType.LOWPASS:
        poles = angular[0] * prototype
    elif kind is FilterType.HIGHPASS:
        poles = angular[0] / prototype
    else:
        width, square = angular[1] - angular[0], angular[0] * angular[1]
        half = 0.5 * width * (prototype if kind is FilterType.BANDPASS else 1.0 / prototype)
        root = np.sqrt(half**2 - square)
        poles = np.concatenate([half + root, half - root])
    return SETTLED_NEPERS / float(np.min(-poles.real))
