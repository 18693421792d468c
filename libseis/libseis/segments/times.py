"""RecordTimes: the time of each sample of a segment whose records are not on one even grid.

Real clocks drift by parts per million, are set while they run, and have a jitter. In these cases a segment keeps the
times of its records, so that a sample near the end of a day has the time that its record states.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from libseis.isotime import SECOND_NS
from libseis.segments.rate import RATE_TOLERANCE, Rate

Integers = NDArray[np.int64]

# A misfit up to this part of a sample is ignored. All times are promised to be exact to it.
TOLERANCE = 0.1
# Header times have a resolution of a microsecond (blockette 1001), so records nearer to a grid count as on the grid.
# All others keep their times, so that a sample gets the same time from a few records as from all.
EXACT_NS = 1000
# A drift within one record of at least this (in samples) changes the times of its samples, if enough records show it;
# for a smaller drift the header's rate is good enough.
LEAST_DRIFT, _DRIFT_IN_ALL, _FEWEST_INTERVALS = 0.05, 0.25, 4
# A fitted rate is rounded to 1e-12 Hz, which is finer than any clock.
_LARGEST_DENOMINATOR = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class RecordTimes:
    """Start times of records: sample `index[k]` (ascending from 0) is at `start_ns[k]`; both have shape (records,).

    Inside a record, samples have the rate `clock`: the headers' rate, or the fitted one if the clock drifts noticeably
    within one record. `nominal` is the headers' rate, and `fitted` is the rate that fits all records without the steps
    of the clock.
    """

    index: Integers
    start_ns: Integers
    clock: Rate
    nominal: Rate
    fitted: Rate

    def time_ns(self, i: int) -> int:
        """Return the time of a sample.

        Parameters
        ----------
        i
            Number of the sample; it need not exist.

        Returns
        -------
        int
            Time in ns since 1970.
        """
        k = max(int(np.searchsorted(self.index, i, side="right")) - 1, 0)
        return int(self.start_ns[k]) + self.clock.span_ns(i - int(self.index[k]))

    def times_ns(self, i: Integers) -> Integers:
        """Return the times of samples.

        Parameters
        ----------
        i
            Numbers of samples, of any shape.

        Returns
        -------
        Integers
            Times in ns since 1970, of the same shape.
        """
        k = np.maximum(np.searchsorted(self.index, i, side="right") - 1, 0)
        times: Integers = self.start_ns[k] + self.clock.spans_ns(i - self.index[k])
        return times

    def ceil_index(self, ns: int) -> int:
        """Return the first sample at or after a time.

        Parameters
        ----------
        ns
            Time in ns since 1970.

        Returns
        -------
        int
            Number of the sample.
        """
        k = max(int(np.searchsorted(self.start_ns, ns, side="right")) - 1, 0)
        i = int(self.index[k]) + self.clock.ceil_index(ns - int(self.start_ns[k]))
        if k + 1 < len(self.index):
            i = min(i, int(self.index[k + 1]))
        return i

    def position(self, ns: int) -> float:
        """Return the position of a time among the samples, interpolated between two samples.

        Parameters
        ----------
        ns
            Time in ns since 1970.

        Returns
        -------
        float
            Position in samples.
        """
        after = self.ceil_index(ns)
        late, early = self.time_ns(after), self.time_ns(after - 1)
        return after - (late - ns) / (late - early)

    def round_index(self, ns: int) -> int:
        """Return the sample nearest to a time; the later one of two that are equally near.

        Parameters
        ----------
        ns
            Time in ns since 1970.

        Returns
        -------
        int
            Number of the sample.
        """
        after = self.ceil_index(ns)
        return after if self.time_ns(after) - ns <= ns - self.time_ns(after - 1) else after - 1

    def part(self, first: int, stop: int) -> RecordTimes:
        """Return the times of some of the samples, counted from the first of them.

        Parameters
        ----------
        first
            Number of the first sample.
        stop
            Number of the sample after the last.

        Returns
        -------
        RecordTimes
            Their times.
        """
        low, high = np.searchsorted(self.index, [first, stop], side="right")
        inner = slice(int(low), max(int(high), int(low)))
        index = np.concatenate(([0], self.index[inner] - first))
        start = np.concatenate(([self.time_ns(first)], self.start_ns[inner]))
        keep = index < max(stop - first, 1)
        return RecordTimes(index[keep], start[keep], self.clock, self.nominal, self.fitted)

    def even(self, npts: int) -> tuple[Rate, float]:
        """Return the rate of the even grid through the first sample that fits best, and its largest misfit.

        The headers' rate is taken if it fits to a tenth of a sample.

        Parameters
        ----------
        npts
            Number of samples.

        Returns
        -------
        tuple[Rate, float]
            The rate, and the misfit in samples, with its sign.
        """
        index = np.append(self.index, npts - 1)
        ahead = np.append(self.start_ns, self.time_ns(npts - 1)) - self.start_ns[0]
        best, misfit = self.nominal, _misfit(self.nominal, index, ahead)
        if abs(misfit) <= TOLERANCE:
            return best, misfit
        # The line goes from the first to the last record, because samples inside a record may have the headers' rate.
        # Without the test of its fit, it would take a step of the clock for a drift.
        whole = _fraction(int(self.index[-1]), int(ahead[-2]))
        if whole is not None and _near(whole, best) and abs(other := _misfit(whole, index, ahead)) <= TOLERANCE:
            return whole, other
        if _near(self.fitted, best) and abs(other := _misfit(self.fitted, index, ahead)) < abs(misfit):
            return self.fitted, other
        return best, misfit


def _near(fitted: Rate, nominal: Rate) -> bool:
    """Whether a clock may drift by so much: twice the tolerance for rates of one stream."""
    return abs(1 - fitted.hz / nominal.hz) < 2 * RATE_TOLERANCE


def _misfit(rate: Rate, index: Integers, ahead: Integers) -> float:
    off = ahead - rate.spans_ns(index)
    return float(off[np.abs(off).argmax()] / rate.period_ns)


def _fraction(samples: int, ns: int) -> Rate | None:
    """The rate of a number of samples in a time in ns."""
    if samples <= 0 or ns <= 0:
        return None
    hz = Fraction(samples * SECOND_NS, ns).limit_denominator(_LARGEST_DENOMINATOR)
    return Rate(hz.numerator, hz.denominator) if hz > 0 else None


@dataclass(frozen=True, slots=True)
class ClockReport:
    """The drift and the steps of a clock, from the times of its records.

    `fitted` is the rate without the steps. `steps` is the number of records that start more than a tenth of a sample
    off the end of the record before, by this rate. `largest_step` (samples) is the largest step, and `step_ns` its
    time.
    """

    fitted: Rate
    steps: int
    largest_step: float
    step_ns: int


def read_clock(index: Integers, start_ns: Integers, nominal: Rate) -> tuple[RecordTimes, ClockReport]:
    """The times of consecutive records, and the drift and steps of their clock."""
    counts = np.diff(index)
    residual = (np.diff(start_ns) - nominal.spans_ns(counts)) / nominal.period_ns
    drift = _weighted_median(residual / counts, counts) if len(counts) else 0.0
    for _ in range(2):  # the second round knows the drift, and so finds the steady records better
        steady = np.abs(residual - drift * counts) <= TOLERANCE
        # a slope is not a drift if it fits only half of the data or less, or if it is larger than a clock can drift
        share = counts[steady].sum()
        drift = float(residual[steady].sum() / share) if 2 * share > counts.sum() else 0.0
        drift = drift if abs(drift) < 2 * RATE_TOLERANCE else 0.0
    steps = residual - drift * counts
    found = np.flatnonzero(np.abs(steps) > TOLERANCE)
    fitted = nominal
    if drift:
        hz = Fraction(nominal.numerator, nominal.denominator) / Fraction(1 + drift)
        hz = hz.limit_denominator(_LARGEST_DENOMINATOR)
        fitted = Rate(hz.numerator, hz.denominator) if hz > 0 else nominal
    felt = (
        len(counts) >= _FEWEST_INTERVALS
        and abs(drift) * int(counts.max()) > LEAST_DRIFT
        and abs(drift) * int(counts.sum()) > _DRIFT_IN_ALL
    )
    times = RecordTimes(index, start_ns, fitted if felt else nominal, nominal, fitted)
    if len(found) == 0:
        return times, ClockReport(fitted, 0, 0.0, 0)
    worst = int(found[np.abs(steps[found]).argmax()])
    return times, ClockReport(fitted, len(found), float(steps[worst]), int(start_ns[worst + 1]))


def _weighted_median(values: NDArray[np.float64], weights: Integers) -> float:
    order = np.argsort(values)
    return float(values[order][np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)])
