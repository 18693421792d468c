"""The numerical operators of the built-in steps, as functions on arrays of samples with time along the last axis."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from libseis.errors import SampleError
from libseis.extras import extra
from libseis.signal import lines
from libseis.signal.design import SETTLED_NEPERS, FilterDesign, FilterType

with extra("obspy"):
    from scipy import signal
    from scipy.fft import next_fast_len
    from scipy.interpolate import LSQUnivariateSpline

Samples = NDArray[np.float64]


@functools.lru_cache(maxsize=256)
def butterworth_sections(
    kind: FilterType, corners: int, frequencies: tuple[float, ...], rate: float
) -> NDArray[np.float64]:
    """Second-order sections of a Butterworth filter, shape (sections, 6). Callers share them and must not change them.

    Parameters
    ----------
    kind
        What passes.
    corners
        Poles of each side.
    frequencies
        Corner frequencies in Hz, 3 dB down in one pass: two in rising order for a band, otherwise one.
    rate
        Samples per second.

    Raises
    ------
    SampleError
        A frequency is not between 0 and the Nyquist frequency, or the two of a band are not in rising order.
    """
    nyquist = 0.5 * rate
    for frequency in frequencies:
        if not 0.0 < frequency < nyquist:
            raise SampleError(
                f"a corner of {frequency:g} Hz cannot be had at {rate:g} samples per second: it must be above 0 and "
                f"below the Nyquist frequency of {nyquist:g} Hz",
                what="corner",
            )
    if len(frequencies) == 2 and not frequencies[0] < frequencies[1]:
        raise SampleError(
            f"the lower corner of a band must be below the upper one, found {frequencies[0]:g} and "
            f"{frequencies[1]:g} Hz",
            what="corner",
        )
    limits = frequencies if len(frequencies) == 2 else frequencies[0]
    sos: NDArray[np.float64] = signal.iirfilter(
        corners, limits, btype=kind.value, ftype="butter", output="sos", fs=rate
    )
    return sos


# scipy's names of the designs; like a Butterworth filter, the Bessel filter is 3 dB down at its corner
_SCIPY: Final = {
    FilterDesign.BUTTERWORTH: "butter", FilterDesign.BESSEL: "bessel_mag", FilterDesign.CHEBYSHEV1: "cheby1",
    FilterDesign.CHEBYSHEV2: "cheby2", FilterDesign.ELLIPTIC: "ellip",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recursive:
    """A recursive filter: which side passes, poles of each side, corners in Hz (for a band two in rising order), and
    the design. Some designs have a ripple of the pass band and an attenuation of the stop band, in dB.
    """

    kind: FilterType
    corners: int
    frequencies: tuple[float, ...]
    design: FilterDesign = FilterDesign.BUTTERWORTH
    ripple: float | None = None
    attenuation: float | None = None

    def sections(self, rate: float) -> NDArray[np.float64]:
        """Second-order sections for data of a rate (Hz), shape (sections, 6), as `butterworth_sections`."""
        if self.design is FilterDesign.BUTTERWORTH:
            return butterworth_sections(self.kind, self.corners, self.frequencies, rate)
        return _sections(self, rate)

    def settling_time(self, rate: float) -> float:
        """Seconds in which the impulse response decays to 1e-9 at a rate (Hz), from the slowest pole. 0 if the rate is
        too low for the corners, because the filter refuses such data.
        """
        if max(self.frequencies) >= 0.5 * rate:
            return 0.0
        sections = self.sections(rate)
        slowest = max(float(np.abs(np.roots(section[3:])).max(initial=0.0)) for section in sections)
        return SETTLED_NEPERS / -math.log(slowest) / rate if slowest > 0.0 else 0.0


@functools.lru_cache(maxsize=256)
def _sections(wanted: Recursive, rate: float) -> NDArray[np.float64]:
    frequencies = wanted.frequencies
    sos: NDArray[np.float64] = signal.iirfilter(
        wanted.corners, frequencies if len(frequencies) == 2 else frequencies[0], rp=wanted.ripple,
        rs=wanted.attenuation, btype=wanted.kind.value, ftype=_SCIPY[wanted.design], output="sos", fs=rate,
    )  # fmt: skip
    return sos


def apply_filter(x: Samples, sos: NDArray[np.float64], zerophase: bool) -> Samples:
    """Filter along the last axis from rest: forward, or forward and backward (no phase shift, twice the order)."""
    y: Samples = signal.sosfilt(sos, x, axis=-1)
    if zerophase:
        y = signal.sosfilt(sos, y[..., ::-1], axis=-1)[..., ::-1]
    return y


def remove_line(x: Samples) -> None:
    """Subtract from `x`, in place, the straight line of least squares; needs two samples.

    Raises
    ------
    SampleError
        A sample is not finite.
    """
    for row in np.atleast_2d(x):
        if not all(map(math.isfinite, lines.remove_line(row))):
            raise SampleError("samples are not finite, so that no line fits them", what="nan")


def spline_trend(x: Samples, order: int, samples_between: int) -> Samples:
    """The least-squares spline of each row, with a knot every `samples_between` samples; same shape as `x`."""
    npts = x.shape[-1]
    places = np.arange(npts, dtype=np.float64)
    inner = places[max(samples_between, order + 1) : npts - order - 1 : max(samples_between, order + 1)]
    rows = [LSQUnivariateSpline(places, row, inner, k=order)(places) for row in np.atleast_2d(x)]
    y: Samples = np.reshape(rows, x.shape)
    return y


def integrate(x: Samples, dt: float) -> Samples:
    """Running integral by the trapezoidal rule, zero at the first sample."""
    y = np.zeros_like(x)
    np.cumsum((x[..., 1:] + x[..., :-1]) * (0.5 * dt), axis=-1, out=y[..., 1:])
    return y


def differentiate(x: Samples, dt: float) -> Samples:
    """Derivative by central differences of second order, one-sided at the ends; needs two samples."""
    y: Samples = np.gradient(x, dt, axis=-1)
    return y


def envelope(x: Samples) -> Samples:
    """Modulus of the analytic signal, by an FFT with a fast length. The FFT wraps around, which affects the ends."""
    npts = x.shape[-1]
    y: Samples = np.abs(signal.hilbert(x, N=next_fast_len(npts), axis=-1)[..., :npts])
    return y
