"""Rate: an exact sampling rate, and the arithmetic of a sample clock in integer nanoseconds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from libseis.isotime import SECOND_NS
from libseis.objects.clock import interval_rate

# Rates of one stream agree to this (relative), as in libmseed's MS_ISRATETOLERABLE, because measured rates in blockette
# 100 differ in their last digits from record to record.
RATE_TOLERANCE = 1e-4

# Rates that networks set up are whole hertz, whole seconds a sample, or small fractions of them (62.5, 31.25, 0.1 Hz)
_SMALL_PART = 8
_SMALL_BOTH = 128
# single precision, the precision of a rate in blockette 100
_SINGLE = Fraction(1, 2**23)

# larger products are computed with Python's unbounded integers
_INT64_SAFE = 2**62


@dataclass(frozen=True, slots=True)
class Rate:
    """Samples per second as a reduced fraction, so that sample times do not drift over a day or a year.

    Raises ValueError if a part is not a positive integer.
    """

    numerator: int
    denominator: int = 1

    def __post_init__(self) -> None:
        """Reduce the fraction, so that equal rates compare equal in any spelling of a header."""
        if self.numerator <= 0 or self.denominator <= 0:
            raise ValueError(
                f"A sampling rate of {self.numerator}/{self.denominator} samples per second cannot be; "
                "both parts must be positive integers."
            )
        if (divisor := math.gcd(self.numerator, self.denominator)) != 1:
            object.__setattr__(self, "numerator", self.numerator // divisor)
            object.__setattr__(self, "denominator", self.denominator // divisor)

    @classmethod
    def from_header(cls, factor: int, multiplier: int) -> Rate:
        """Return the rate of a miniSEED 2 fixed header.

        A positive number multiplies, a negative one divides.

        Parameters
        ----------
        factor
            Sample rate factor.
        multiplier
            Sample rate multiplier.

        Returns
        -------
        Rate
            The rate.

        Raises
        ------
        ValueError
            The factor is zero, which marks a record without a time series.

        References
        ----------
        SEED manual 2.4, chapter 8, fields 10 and 11.
        """
        if factor == 0:
            raise ValueError("A sample rate factor of 0 marks a record without a time series; it has no rate.")
        numerator = denominator = 1
        for part in (factor, multiplier or 1):
            if part > 0:
                numerator *= part
            else:
                denominator *= -part
        return cls(numerator, denominator)

    @classmethod
    def from_hz(cls, hz: float) -> Rate:
        """Return the simplest fraction that gives a rate back, bit for bit.

        Parameters
        ----------
        hz
            Samples per second.

        Returns
        -------
        Rate
            The rate.
        """
        return cls._simplest(hz, float)

    @classmethod
    def from_float32(cls, hz: float) -> Rate:
        """Return the simplest fraction that gives a rate back in single precision, as blockette 100 stores it.

        Parameters
        ----------
        hz
            Samples per second.

        Returns
        -------
        Rate
            The rate.
        """
        return cls._simplest(hz, lambda value: float(np.float32(float(value))))

    @classmethod
    def from_interval(cls, dt: float) -> Rate:
        """Return the rate for a sampling interval, by the rule of the sample clock.

        Headers give intervals with about ten digits: 0.3333333333 is 3 Hz (`libseis.objects.clock`).

        Parameters
        ----------
        dt
            Interval in seconds.

        Returns
        -------
        Rate
            The rate.

        Raises
        ------
        ValueError
            The interval is not positive and finite.
        """
        numerator, denominator = interval_rate(dt)
        if not numerator:  # the clock's 64 bits cannot hold the rate
            period = cls._simplest(dt, float)
            return cls(period.denominator, period.numerator)
        return cls(numerator, denominator)

    @classmethod
    def _simplest(cls, value: float, narrow: Callable[[Fraction], float]) -> Rate:
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"A sampling rate or interval must be positive and finite, not {value!r}.")
        exact = Fraction(value)
        limit = 1
        while limit < exact.denominator:
            candidate = exact.limit_denominator(limit)
            if candidate > 0 and narrow(candidate) == value:
                return cls(candidate.numerator, candidate.denominator)
            limit *= 10
        return cls(exact.numerator, exact.denominator)

    @property
    def hz(self) -> float:
        """Samples per second."""
        return self.numerator / self.denominator

    @property
    def period_ns(self) -> float:
        """Sample interval in nanoseconds, rounded to a float; exact spans come from `span_ns`."""
        try:
            return self.denominator * SECOND_NS / self.numerator
        except OverflowError:  # the quotient of the integers is larger than any float
            return math.inf

    def alike(self, other: Rate) -> bool:
        """Return whether two rates belong to one stream.

        Parameters
        ----------
        other
            The other rate.

        Returns
        -------
        bool
            True if they agree to RATE_TOLERANCE.
        """
        return self == other or abs(1 - self.hz / other.hz) < RATE_TOLERANCE

    @property
    def nominal(self) -> Rate | None:
        """The nominal rate for a measured one: the simplest rate that agrees with it to RATE_TOLERANCE.

        A rate p/q is simple if p or q is at most 8, or both are at most 128. None if no simple rate agrees.
        """
        exact = Fraction(self.numerator, self.denominator)
        tolerance = Fraction(RATE_TOLERANCE).limit_denominator(10**6) + _SINGLE
        small = range(1, _SMALL_PART + 1)
        candidates = [
            *(Fraction(round(exact * q), q) for q in small),
            *(Fraction(p, round(p / exact)) for p in small if round(p / exact)),
            *(
                Fraction(round(exact * q), q)
                for q in range(_SMALL_PART + 1, _SMALL_BOTH + 1)
                if exact * q <= _SMALL_BOTH
            ),
        ]
        for found in candidates:
            if found > 0 and abs(exact / found - 1) <= tolerance:
                return Rate(found.numerator, found.denominator)
        return None

    def span_ns(self, n: int) -> int:
        """Return the exact length of sample intervals.

        Parameters
        ----------
        n
            Number of intervals; it may be negative.

        Returns
        -------
        int
            Length in ns, rounded half-even to an integer.
        """
        quotient, remainder = divmod(n * self.denominator * SECOND_NS, self.numerator)
        twice = 2 * remainder
        return quotient + int(twice > self.numerator or (twice == self.numerator and quotient % 2 == 1))

    def spans_ns(self, n: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the exact lengths of sample intervals, as `span_ns` does.

        Parameters
        ----------
        n
            Numbers of intervals, of any shape.

        Returns
        -------
        NDArray[np.int64]
            Lengths in ns, of the same shape.
        """
        if n.size == 0:
            return np.zeros(n.shape, np.int64)
        whole, part = divmod(self.denominator * SECOND_NS, self.numerator)
        if part == 0:
            return np.multiply(n, whole, dtype=np.int64)
        largest = int(np.abs(n).max())
        if largest * part >= _INT64_SAFE or self.numerator >= _INT64_SAFE // 2:
            flat = [self.span_ns(int(value)) for value in n.ravel()]
            return np.array(flat, np.int64).reshape(n.shape)
        spans: NDArray[np.int64]
        spans, remainder = np.divmod(n * np.int64(part), np.int64(self.numerator))
        spans += n * np.int64(whole)
        twice = 2 * remainder
        spans += (twice > self.numerator) | ((twice == self.numerator) & (spans % 2 == 1))
        return spans

    def index(self, ns: int) -> tuple[int, float]:
        """Return the sample nearest to a time, and its misfit.

        Parameters
        ----------
        ns
            Time after sample 0 in ns.

        Returns
        -------
        tuple[int, float]
            Number of the sample, and the misfit in samples, in (-0.5, 0.5].
        """
        unit = self.denominator * SECOND_NS
        position = ns * self.numerator
        nearest = -((unit - 2 * position) // (2 * unit))
        return nearest, (position - nearest * unit) / unit

    def indices(self, ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the samples nearest to times; the earlier one of two that are equally near.

        Parameters
        ----------
        ns
            Times after sample 0 in ns, of any shape.

        Returns
        -------
        NDArray[np.int64]
            Numbers of samples, of the same shape.
        """
        guess: NDArray[np.int64] = np.rint(ns * (self.hz / SECOND_NS)).astype(np.int64)
        misfit = ns - self.spans_ns(guess)
        half = self.period_ns / 2
        guess += misfit > half
        guess -= misfit <= -half
        return guess

    def round_index(self, ns: int) -> int:
        """Return the sample nearest to a time, halves away from zero, as MsPASS's `sample_number` does.

        Parameters
        ----------
        ns
            Time after sample 0 in ns.

        Returns
        -------
        int
            Number of the sample.
        """
        unit = self.denominator * SECOND_NS
        magnitude = (2 * abs(ns) * self.numerator + unit) // (2 * unit)
        return magnitude if ns >= 0 else -magnitude

    def ceil_index(self, ns: int) -> int:
        """Return the first sample at or after a time.

        Parameters
        ----------
        ns
            Time after sample 0 in ns.

        Returns
        -------
        int
            Number of the sample.
        """
        return -((-ns * self.numerator) // (self.denominator * SECOND_NS))

    def __str__(self) -> str:
        """Samples per second, for messages."""
        return f"{self.hz:.10g} Hz"


def streams(rates: Sequence[Rate], samples: Sequence[int]) -> list[list[int]]:
    """Positions of rates, grouped by stream; the first rate of each group has the most samples.

    `samples` is the number of samples at each rate. A stream has the rates that agree with its first rate to
    RATE_TOLERANCE.
    """
    order = sorted(range(len(rates)), key=lambda n: (-samples[n], n))
    found: list[list[int]] = []
    for n in order:
        for stream in found:
            if rates[n].alike(rates[stream[0]]):
                stream.append(n)
                break
        else:
            found.append([n])
    return found
