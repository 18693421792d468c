"""Where the records of an object are, as far as it is known: knots, and records that were read.

Pure. `ranges` decides what to read next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from libseis.segments import Span

from .extents import ByteRange
from .guessing import Point

Integers = NDArray[np.int64]

# The local slope is taken from at most and at least so many records, because the last record of a day may have only a
# few samples.
_SLOPE_RECORDS = 16
_LEAST_SLOPE_RECORDS = 3


@dataclass(frozen=True, slots=True, order=True)
class Knot:
    """A record that is known to start at `offset` with its first sample at `time_ns`."""

    offset: int
    time_ns: int


@dataclass(frozen=True, slots=True)
class Hint:
    """What earlier reads learned of this version of an object.

    `ordered` says that a full scan found one channel, one record length, rising times and nothing else, so that a gap
    seen by a range is a real one.
    """

    knots: tuple[Knot, ...] = ()
    ordered: bool = False


@dataclass(frozen=True, eq=False)  # no slots: what is derived is kept
class Observed:
    """Records found in a range that was read: absolute offsets, lengths, times of first and last sample (ns), sample
    intervals (ns) and number of channels, in file order. `foreign` when other bytes stood between records; `expected`
    when all are of the channel that the object's key names."""

    range: ByteRange
    offset: Integers
    length: Integers
    start_ns: Integers
    end_ns: Integers
    period_ns: NDArray[np.float64]
    channels: int
    foreign: bool
    expected: bool = True

    @cached_property
    def ends(self) -> tuple[Knot, ...]:
        """The first and the last record."""
        rows = (0, -1) if len(self.offset) else ()
        return tuple(Knot(int(self.offset[row]), int(self.start_ns[row])) for row in rows)

    @cached_property
    def lengths(self) -> frozenset[int]:
        """Lengths of the records."""
        return frozenset(self.length.tolist())

    @cached_property
    def rising(self) -> bool:
        """Whether each record starts at or after the start of the record before it."""
        return bool((self.start_ns[1:] >= self.start_ns[:-1]).all())

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Where the records begin and end, with the slope there."""
        if len(self.offset) == 0:
            return ()
        near = min(len(self.offset), _SLOPE_RECORDS)
        end = int(self.offset[-1] + self.length[-1])
        return (
            Point(int(self.start_ns[0]), int(self.offset[0]), True, _slope(self, slice(near))),
            Point(int(self.end_ns[-1]), end, True, _slope(self, slice(-near, None))),
        )


def _slope(seen: Observed, rows: slice) -> float:
    """Bytes per nanosecond over some records; 0 if these are too few."""
    if len(seen.offset) < _LEAST_SLOPE_RECORDS:
        return 0.0
    span = int(seen.end_ns[rows][-1] - seen.start_ns[rows][0])
    return float(seen.length[rows].sum() / span) if span > 0 else 0.0


@dataclass(frozen=True, eq=False)  # no slots, as above
class Run:
    """Contiguous bytes with their records."""

    range: ByteRange
    start_ns: Integers
    end_ns: Integers
    period_ns: NDArray[np.float64]

    @cached_property
    def first_ns(self) -> int:
        """Time of the first sample."""
        return int(self.start_ns[0])

    @cached_property
    def last_ns(self) -> int:
        """Time of the last sample."""
        return int(self.end_ns[-1])

    def starts_late(self, span: Span, day: Span) -> bool:
        """Whether the sample before the first one would be wanted and would belong to the object's day."""
        period = float(self.period_ns[0])
        return self.first_ns - period >= max(span.start_ns - period / 2, day.start_ns)

    def ends_early(self, span: Span, day: Span) -> bool:
        """Whether the sample after the last one would be wanted and would belong to the object's day."""
        period = float(self.period_ns[-1])
        return self.last_ns + period <= min(span.end_ns + period, day.end_ns - 1)

    def has_gap(self, span: Span) -> bool:
        """Whether a step between records inside the span differs from one interval by more than half of it."""
        steps = self.start_ns[1:] - self.end_ns[:-1]
        inside = (self.start_ns[1:] > span.start_ns) & (self.end_ns[:-1] < span.end_ns)
        return bool(np.any(inside & (np.abs(steps - self.period_ns[1:]) > self.period_ns[1:] / 2)))


def runs(seen: Sequence[Observed]) -> Iterator[Run]:
    """Runs of bytes that were read without a hole between them, with the records in them; `seen` in file order."""
    group: list[Observed] = []
    for one in seen:
        if group and one.range.start != group[-1].range.end:
            yield from _run_of(group)
            group = []
        group.append(one)
    yield from _run_of(group)


def _run_of(group: Sequence[Observed]) -> Iterator[Run]:
    records = [seen for seen in group if len(seen.offset)]
    if len(records) == 1:
        (seen,) = records
        yield Run(ByteRange(group[0].range.start, group[-1].range.end), seen.start_ns, seen.end_ns, seen.period_ns)
    elif records:
        yield Run(
            ByteRange(group[0].range.start, group[-1].range.end),
            np.concatenate([seen.start_ns for seen in records]),
            np.concatenate([seen.end_ns for seen in records]),
            np.concatenate([seen.period_ns for seen in records]),
        )
