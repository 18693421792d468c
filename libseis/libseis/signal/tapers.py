"""Tapers: LinearTaper, CosineTaper and VectorTaper on absolute times, the top mute, and tapers of both ends.

The classes have the names and calls of mspasspy.ccore.algorithms.basic. They work in place and do not look at gaps.
"""

from __future__ import annotations

import functools
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

    `fraction` (0 to 0.5] is the tapered share at each end; HANN covers all samples and does not use the fraction.
    """
    npts = x.shape[-1]
    if shape is TaperShape.HANN:
        x *= np.hanning(npts)
        return
    ramp = _end_ramp(shape, min(max(1, round(fraction * npts)), (npts + 1) // 2))
    x[..., : len(ramp)] *= ramp
    x[..., npts - len(ramp) :] *= ramp[::-1]


@functools.lru_cache(maxsize=16)
def _end_ramp(shape: TaperShape, length: int) -> Weights:
    """The rise of a taper of both ends; callers share it."""
    ramp = RAMPS[shape.value](np.arange(length) / length)
    ramp.flags.writeable = False
    return ramp


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
    """A taper with a ramp at each end; times are seconds in the datum's own time base.

    It is zero before t0head, rises to one at t1head, is one until t1tail, and falls to zero at t0tail. A head with
    t0head >= t1head, or a tail with t1tail >= t0tail, is left out. MsPASSError (Invalid) is raised if both are.
    """

    t0head: float
    t1head: float
    t1tail: float
    t0tail: float

    def __post_init__(self) -> None:
        if self.t0head >= self.t1head and self.t1tail >= self.t0tail:
            raise MsPASSError(
                f"{type(self).__name__}: illegal input: neither end has a ramp; expected t0head < t1head or t1tail < "
                f"t0tail, found head {self.t0head} to {self.t1head} and tail {self.t1tail} to {self.t0tail}.",
                ErrorSeverity.Invalid,
            )

    def _ramp(self, x: Weights) -> Weights:
        raise NotImplementedError

    def apply(self, d: Atomic) -> int:
        """Taper a datum in place; dead data are not changed.

        Parameters
        ----------
        d
            The datum.

        Returns
        -------
        int
            0.

        Raises
        ------
        MsPASSError
            `d` is not a datum.
        """
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
        """Return the time at which the head starts to rise, in seconds."""
        return self.t0head

    def get_t1head(self) -> float:
        """Return the time at which the head ends, in seconds."""
        return self.t1head

    def get_t1tail(self) -> float:
        """Return the time at which the tail starts to fall, in seconds."""
        return self.t1tail

    def get_t0tail(self) -> float:
        """Return the time at which the tail ends, in seconds."""
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
    """A taper with one weight per sample.

    Parameters
    ----------
    taper
        The weights, shape (npts,).
    """

    def __init__(self, taper: Iterable[float]) -> None:
        self._weights: Weights = np.array(list(taper), dtype=np.float64)

    def apply(self, d: Atomic) -> int:
        """Multiply each component by the taper; dead data are not changed.

        Parameters
        ----------
        d
            The datum.

        Returns
        -------
        int
            0.

        Raises
        ------
        SampleError
            The number of samples differs (severity Invalid).
        MsPASSError
            `d` is not a datum.
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
    """A mute: zero before `t0`, a ramp to one at `t1`, and one after it.

    Parameters
    ----------
    t0
        Start of the ramp in seconds.
    t1
        End of the ramp in seconds.
    taper_type
        "linear" or "cosine".

    Raises
    ------
    MsPASSError
        The type is another one, or t0 >= t1 (severity Invalid).
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
        """Return the start of the ramp in seconds."""
        return self._t0

    def get_t1(self) -> float:
        """Return the end of the ramp in seconds."""
        return self._t1

    def taper_type(self) -> str:
        """Return the type of the ramp, "linear" or "cosine"."""
        return self._type

    def apply(self, d: Atomic) -> int:
        """Mute a datum in place; dead data are not changed.

        Parameters
        ----------
        d
            The datum.

        Returns
        -------
        int
            0, or -1 if the mute begins before the data: then the datum is killed, with an elog entry.
        """
        if d.dead():
            return 0
        # a start before the data by a rounding error counts as at the first sample
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
