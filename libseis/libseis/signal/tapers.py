"""Tapers: LinearTaper, CosineTaper and VectorTaper on absolute times, the top mute, and tapers of both ends.

The classes have the names and calls of mspasspy.ccore.algorithms.basic. They work in place; gaps are samples to them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError, SampleError
from libseis.objects.kinds import ATOMIC, Atomic
from libseis.objects.samples import samples

Weights = NDArray[np.float64]


def _linear(x: Weights) -> Weights:
    return x


def _cosine(x: Weights) -> Weights:
    weights: Weights = 0.5 * (1.0 - np.cos(math.pi * x))
    return weights


class TaperShape(StrEnum):
    """Shape of a taper of both ends; COSINE has the flanks of a Tukey window, HANN is the whole Hann window."""

    LINEAR = "linear"
    COSINE = "cosine"
    HANN = "hann"


RAMPS: dict[str, Callable[[Weights], Weights]] = {"linear": _linear, "cosine": _cosine}
"""Rise from 0 at x = 0 to 1 at x = 1."""


def apply_end_taper(x: Weights, shape: TaperShape, fraction: float) -> None:
    """Multiply `x` (time along the last axis) in place by a taper that is 0 at the first and last sample.

    `fraction` (0 to 0.5] is the tapered share at each end; HANN covers everything whatever the fraction.
    """
    npts = x.shape[-1]
    if shape is TaperShape.HANN:
        x *= np.hanning(npts)
        return
    length = min(max(1, round(fraction * npts)), (npts + 1) // 2)
    ramp = RAMPS[shape.value](np.arange(length) / length)
    x[..., :length] *= ramp
    x[..., npts - length :] *= ramp[::-1]


def _check_datum(d: object, name: str) -> None:
    if not isinstance(d, ATOMIC):
        raise MsPASSError(
            f"{name}.apply: the datum must be a TimeSeries or Seismogram, found {type(d).__name__}.",
            ErrorSeverity.Fatal,
        )


def _times(d: Atomic) -> Weights:
    times: Weights = d.t0 + d.dt * np.arange(d.npts, dtype=np.float64)
    return times


@dataclass(frozen=True, slots=True)
class _RampTaper:
    """Zero before t0head, rising to one at t1head; one until t1tail, falling to zero at t0tail (all in seconds of the
    datum's own time base). A head with t0head >= t1head, or a tail with t1tail >= t0tail, is left out.
    """

    t0head: float
    t1head: float
    t1tail: float
    t0tail: float

    def _ramp(self, x: Weights) -> Weights:
        raise NotImplementedError

    def apply(self, d: Atomic) -> int:
        """Taper the datum in place and return 0; dead data are left alone. MsPASSError when it is no datum."""
        _check_datum(d, type(self).__name__)
        if d.dead():
            return 0
        times = _times(d)
        weights: Weights = np.ones(d.npts)
        if self.t0head < self.t1head:
            weights = self._ramp(np.clip((times - self.t0head) / (self.t1head - self.t0head), 0.0, 1.0))
        if self.t1tail < self.t0tail:
            weights = weights * self._ramp(np.clip((self.t0tail - times) / (self.t0tail - self.t1tail), 0.0, 1.0))
        x = samples(d)
        x *= weights
        return 0

    def get_t0head(self) -> float:
        return self.t0head

    def get_t1head(self) -> float:
        return self.t1head

    def get_t1tail(self) -> float:
        return self.t1tail

    def get_t0tail(self) -> float:
        return self.t0tail


class LinearTaper(_RampTaper):
    """`LinearTaper(t0head, t1head, t1tail, t0tail)` with straight ramps."""

    __slots__ = ()

    def _ramp(self, x: Weights) -> Weights:
        return _linear(x)


class CosineTaper(_RampTaper):
    """`CosineTaper(t0head, t1head, t1tail, t0tail)` with ramps (1 - cos) / 2."""

    __slots__ = ()

    def _ramp(self, x: Weights) -> Weights:
        return _cosine(x)


class VectorTaper:
    """A taper given sample by sample."""

    def __init__(self, taper: Iterable[float]) -> None:
        self._weights: Weights = np.array(list(taper), dtype=np.float64)

    def apply(self, d: Atomic) -> int:
        """Multiply each component by the taper and return 0; dead data are left alone.

        SampleError (Invalid) when the number of samples differs, MsPASSError when `d` is no datum.
        """
        _check_datum(d, "VectorTaper")
        if d.dead():
            return 0
        if d.npts != len(self._weights):
            raise SampleError(
                f"VectorTaper.apply: the taper has {len(self._weights)} values, the datum {d.npts} samples.",
                ErrorSeverity.Invalid,
                what="npts",
            )
        x = samples(d)
        x *= self._weights
        return 0


class _TopMute:
    """Zero before `t0`, rising to one at `t1`, one after it; `taper_type` is "linear" or "cosine".

    MsPASSError (Invalid) for another type or t0 >= t1.
    """

    def __init__(self, t0: float, t1: float, taper_type: str) -> None:
        if taper_type not in RAMPS:
            raise MsPASSError(
                f"TopMute: the taper type must be linear or cosine, found {taper_type!r}.", ErrorSeverity.Invalid
            )
        if not t0 < t1:
            raise MsPASSError(f"TopMute: t0 must be before t1, found {t0} and {t1}.", ErrorSeverity.Invalid)
        self._t0 = float(t0)
        self._t1 = float(t1)
        self._type = taper_type

    def get_t0(self) -> float:
        return self._t0

    def get_t1(self) -> float:
        return self._t1

    def taper_type(self) -> str:
        return self._type

    def apply(self, d: Atomic) -> int:
        """Mute the datum in place and return 0; dead data are left alone.

        A mute that begins before the data has nothing to zero: -1 is returned, the datum killed with an elog entry.
        """
        if d.dead():
            return 0
        # a start that differs by rounding only is at the first sample
        if self._t0 < d.t0 - 1e-6 * d.dt:
            d.elog.log_error(
                "TopMute",
                f"the mute zone begins at {self._t0}, before the first sample at {d.t0}; nothing can be muted",
                ErrorSeverity.Invalid,
            )
            d.kill()
            return -1
        x = samples(d)
        x *= RAMPS[self._type](np.clip((_times(d) - self._t0) / (self._t1 - self._t0), 0.0, 1.0))
        return 0
