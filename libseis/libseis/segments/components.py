"""Bring segments of three channels onto one time base, as `libseis.mspass.algorithms.bundle` does with TimeSeries.

Counts stay int32 here, and times integer nanoseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.segments.rate import Rate
from libseis.segments.segment import Samples, Segment
from libseis.segments.times import EXACT_NS


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Samples of several channels at common times.

    Attributes
    ----------
    segments : tuple of Segment
        The segments that the rows were made from.
    t0_ns : int
        Time of the first sample of the first row, nanoseconds since 1970.
    rate : Rate
        Sampling rate of the first row.
    data : numpy.ndarray
        Shape (rows, npts) in Fortran order; int32 where all segments are, else float64.
    late_ns : tuple of int
        By how much the samples of each row are later than those of the first, nanoseconds; half an interval at most.
    """

    segments: tuple[Segment, ...]
    t0_ns: int
    rate: Rate
    data: Samples
    late_ns: tuple[int, ...]

    @property
    def skews(self) -> tuple[float, ...]:
        """`late_ns` in seconds; empty if all rows are sampled at the same times."""
        return tuple(late / 1e9 for late in self.late_ns) if any(self.late_ns) else ()

    @property
    def skew_text(self) -> str:
        """One sentence on channels that are sampled at other times than the first one; "" if there are none."""
        head = self.segments[0]
        told = [
            f"{segment.channel.chan} {late / 1e6:+.6g} ms ({late / self.rate.period_ns:+.2f} samples)"
            for segment, late in zip(self.segments, self.late_ns, strict=True)
            if abs(late) > EXACT_NS
        ]
        if not told:
            return ""
        return (
            f"Times are those of {head.channel.chan}; the samples of others are not moved onto them: {', '.join(told)}."
        )


def common(segments: Sequence[Segment]) -> Components:
    """The time that segments share, on the sample grid of the first.

    Parameters
    ----------
    segments : sequence of Segment
        One of each channel. Samples that are less than half an interval apart are taken for simultaneous.

    Returns
    -------
    Components
        Their samples from the first to the last common one.

    Raises
    ------
    SampleError
        When rates differ by so much that samples drift apart by more than half an interval (`what` is "dt"), or when
        they have no time in common (`what` is "t0").
    """
    head = segments[0]
    period, longest = head.rate.period_ns, max(segment.npts for segment in segments)
    if any(abs(segment.rate.period_ns - period) * longest > 0.5 * period for segment in segments):
        names = ", ".join(f"{segment.channel.chan} at {segment.rate}" for segment in segments)
        raise _refuse(f"The components are sampled at different rates: {names}.", "dt")
    shifts = [head.rate.round_index(segment.t0_ns - head.t0_ns) for segment in segments]
    begin = max(shifts)
    count = min(shift + segment.npts for shift, segment in zip(shifts, segments, strict=True)) - begin
    if count <= 0:
        raise _refuse("The components have no time in common.", "t0")
    counts = all(segment.data.dtype == np.int32 for segment in segments)
    data = np.empty((len(segments), count), np.int32 if counts else np.float64, order="F")
    for row, shift, segment in zip(data, shifts, segments, strict=True):
        row[:] = segment.data[begin - shift : begin - shift + count]
    late = (
        segment.t0_ns - head.t0_ns - head.rate.span_ns(shift) for segment, shift in zip(segments, shifts, strict=True)
    )
    return Components(tuple(segments), head.time_ns(begin), head.rate, data, tuple(late))


def _refuse(text: str, what: str) -> SampleError:
    return SampleError(text, ErrorSeverity.Invalid, what=what)
