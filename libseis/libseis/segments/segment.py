"""Segment: a contiguous run of samples of one channel, and complaints about it."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.codes import Channel
from libseis.segments.rate import Rate
from libseis.segments.times import EXACT_NS, TOLERANCE, RecordTimes

Samples = NDArray[Any]  # int32, float32 or float64


class ComplaintKind(StrEnum):
    """What a complaint is about. Programs may compare the texts, so they must not change."""

    TIME_MISFIT = "time_misfit"
    RATE_JITTER = "rate_jitter"
    OVERLAP_CONFLICT = "overlap_conflict"
    BAD_RECORD = "bad_record"
    INTEGRITY = "integrity"
    LEAP_SECOND = "leap_second"
    TIME_CORRECTION = "time_correction"
    NOT_WAVEFORM = "not_waveform"
    ASSUMED = "assumed"
    ODD_HEADER = "odd_header"
    FORM_SETTLED = "form_settled"


@dataclass(frozen=True, slots=True)
class Complaint:
    """A correction or an omission, as one sentence for the error log of the datum."""

    kind: ComplaintKind
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Contiguous data of one channel.

    `t0_ns` is the time of the first sample in ns since 1970-01-01T00:00:00 UTC; `data` has shape (npts,)
    and type int32 (counts), float32 or float64, and may be a view of a larger array. Without `times`, samples are on
    the even grid of `rate`. With `times`, each sample has the time that its record states, and `rate` is the rate of
    the even grid through the first sample that fits best.
    """

    channel: Channel
    t0_ns: int
    rate: Rate
    data: Samples
    complaints: tuple[Complaint, ...] = ()
    times: RecordTimes | None = None

    @classmethod
    def timed(
        cls, channel: Channel, times: RecordTimes, data: Samples, complaints: tuple[Complaint, ...] = ()
    ) -> Segment:
        """Make a segment of samples whose records start at given times.

        The times are kept unless all are on the grid of the headers' rate.

        Parameters
        ----------
        channel
            The channel.
        times
            Start times of the records.
        data
            Samples, shape (npts,).
        complaints
            Complaints about the data.

        Returns
        -------
        Segment
            The segment.
        """
        rate, misfit = times.even(max(len(data), 1))
        even = rate == times.nominal and abs(misfit) * rate.period_ns <= min(EXACT_NS, TOLERANCE * rate.period_ns)
        return cls(channel, int(times.start_ns[0]), rate, data, complaints, None if even else times)

    def __post_init__(self) -> None:
        """Raise ValueError if the samples are not a trace."""
        if self.data.ndim != 1 or self.data.dtype not in (np.int32, np.float32, np.float64):
            raise ValueError(
                f"Samples of {self.channel} are {self.data.dtype} of shape {self.data.shape}; "
                "a segment takes one dimension of int32, float32 or float64."
            )

    @property
    def npts(self) -> int:
        """Number of samples."""
        return len(self.data)

    @property
    def end_ns(self) -> int:
        """Time of the last sample in ns; one interval before `t0_ns` if there are no samples."""
        return self.time_ns(self.npts - 1)

    def time_ns(self, i: int) -> int:
        """Return the exact time of a sample.

        Parameters
        ----------
        i
            Number of the sample; it need not exist.

        Returns
        -------
        int
            Time in ns since 1970.
        """
        return self.t0_ns + self.rate.span_ns(i) if self.times is None else self.times.time_ns(i)

    def times_ns(self, i: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the exact times of samples.

        Parameters
        ----------
        i
            Numbers of samples, of any shape.

        Returns
        -------
        NDArray[np.int64]
            Times in ns since 1970, of the same shape.
        """
        return self.t0_ns + self.rate.spans_ns(i) if self.times is None else self.times.times_ns(i)

    def round_index(self, ns: int) -> int:
        """Return the sample nearest to a time, halves away from sample 0 (MsPASS's rule).

        Parameters
        ----------
        ns
            Time in ns since 1970.

        Returns
        -------
        int
            Number of the sample; it need not exist.
        """
        return self.rate.round_index(ns - self.t0_ns) if self.times is None else self.times.round_index(ns)

    def ceil_index(self, ns: int) -> int:
        """Return the first sample at or after a time.

        Parameters
        ----------
        ns
            Time in ns since 1970.

        Returns
        -------
        int
            Number of the sample; it need not exist.
        """
        return self.rate.ceil_index(ns - self.t0_ns) if self.times is None else self.times.ceil_index(ns)

    def intervals(self, start_ns: int, end_ns: int) -> int:
        """Return the nearest number of sample intervals between two times, by this segment's clock.

        Parameters
        ----------
        start_ns
            The earlier time in ns since 1970.
        end_ns
            The later time in ns since 1970.

        Returns
        -------
        int
            Number of intervals.
        """
        if self.times is None:
            return self.rate.round_index(end_ns - start_ns)
        return math.floor(self.times.position(end_ns) - self.times.position(start_ns) + 0.5)

    def part(self, first: int, stop: int) -> Segment:
        """Return some of the samples, as a view of the same memory.

        Parameters
        ----------
        first
            Number of the first sample.
        stop
            Number of the sample after the last.

        Returns
        -------
        Segment
            The part.
        """
        data = self.data[first:stop]
        if self.times is None:
            return Segment(self.channel, self.time_ns(first), self.rate, data, self.complaints)
        return Segment.timed(self.channel, self.times.part(first, stop), data, self.complaints)

    def runs(self) -> list[Segment]:
        """Split the segment into as few parts as possible that are on even grids of its rate to a tenth of a sample.

        Formats with one start and one rate per run (or per record) can then hold all its times.
        """
        if self.times is None:
            return [self]
        index, period = self.times.index, self.rate.period_ns
        last = np.append(index[1:], self.npts) - 1
        ends = self.times.start_ns + self.times.clock.spans_ns(last - index)
        edges = [0]
        while True:
            k = edges[-1]
            grid = self.times.start_ns[k]
            off = np.maximum(
                np.abs(self.times.start_ns[k:] - grid - self.rate.spans_ns(index[k:] - index[k])),
                np.abs(ends[k:] - grid - self.rate.spans_ns(last[k:] - index[k])),
            )
            beyond = np.flatnonzero(off[1:] > TOLERANCE * period)
            if len(beyond) == 0:
                break
            edges.append(k + 1 + int(beyond[0]))
        bounds = [*index[edges].tolist(), self.npts]
        return [
            Segment(self.channel, self.time_ns(a), self.rate, self.data[a:b], self.complaints, self.times.part(a, b))
            for a, b in itertools.pairwise(bounds)
        ]

    def uneven(self) -> Complaint | None:
        """Return a complaint if some samples are more than a tenth of a sample off the even grid.

        The complaint is for data that are written with one start and one rate.
        """
        if self.times is None or abs(misfit := self.times.even(max(self.npts, 1))[1]) <= TOLERANCE:
            return None
        message = (
            f"{self.channel}: the times of records differ from one even grid of {self.rate} by up to {misfit:+.2f} "
            f"samples ({misfit * self.rate.period_ns / 1e6:+.3f} ms)."
        )
        return Complaint(ComplaintKind.TIME_MISFIT, message)


# data that are not counts fail on the first few values, so that most calls end quickly here
_FIRST_LOOK = 64


def as_counts(data: NDArray[np.float64]) -> NDArray[np.int32] | None:
    """`data` as int32 if every value is a 32-bit integer (and not minus zero), else None; shape and order stay."""
    if not _are_counts(data[..., :_FIRST_LOOK]):
        return None
    with np.errstate(invalid="ignore"):  # NaN and numbers that are too large fail the comparison below
        counts = data.astype(np.int32)
    return counts if _are_counts(data, counts) else None


def _are_counts(data: NDArray[np.float64], counts: NDArray[np.int32] | None = None) -> bool:
    if counts is None:
        with np.errstate(invalid="ignore"):
            counts = data.astype(np.int32)
    return bool((counts == data).all()) and not bool(np.signbit(data[counts == 0]).any())
