"""Which bytes of an object hold its windows: states in, next requests out; pure.

Assumed, checked after every read, and given up for a whole read when it does not hold: one channel an object, records
of one length in order of time, nothing between them. What a range cannot see is a second copy of the same time far
away in the file; a job that says `verify: full` reads every object whole.

The search is interpolation on (offset, time) points: what is known from before (knots), else the object's ends, which
stand for the ends of its day only softly. While the bytes that an uncertain guess would waste outweigh a round trip a
small probe is sent first; then one read for each run of windows, extended when it turns out short.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

# Two headers in a row must stand in a probe for an offset to be believed: enough for 512-byte records, and what is
# tried next when it was not enough (4096-byte records: up to 8191 bytes to the second header, and a header).
PROBE_BYTES = 1_536
LARGE_PROBE_BYTES = 8_704
# What a round trip is worth: 30 ms at 40 Mbit/s, what one connection of a cloud archive gives.
ROUND_TRIP_BYTES = 150_000
# Below this an object is read whole in one request (all 1 Hz channels are).
SMALL_BYTES = 196_608
# Bytes an hour vary; a guess is trusted to this part of its distance from the nearest known point. Measured on
# generated files whose hours hold 0.6 to 2.1 times the mean: 1.2 times the windows' bytes in 2.8 requests; lower
# values extend more often, higher ones read more.
_DOUBT = 0.15
# A probe is sent while the doubt is more than this part of the bytes that are wanted.
_WASTE = 0.9
# When the wanted bytes are more than this part of the object, the rest comes along.
_MOSTLY = 0.7
# Reads one after the other, of any number of ranges each, after which the object is read whole.
_MOST_ROUNDS = 8
# Two knots are near when this is all that they enclose beside the window: twice the spacing of kept knots.
_NEAR_NS = 240_000_000_000
# Records are seldom longer, and sample intervals in objects that are not small anyway.
_LONG_RECORD = 4096
_LONG_INTERVAL_NS = 1_000_000_000
# Records that tell the local slope, and the time over which it is believed more than the mean to the next point.
_SLOPE_RECORDS = 16
_SLOPE_NS = 3_600_000_000_000


class WholeReason(StrEnum):
    """Why an object is read whole; recorded with the task."""

    SMALL = "small"
    MOSTLY_WANTED = "mostly_wanted"
    ASKED = "asked"
    SIZE_UNKNOWN = "size_unknown"
    NO_RECORDS = "no_records"
    FOREIGN_BYTES = "foreign_bytes"
    MIXED_LENGTHS = "mixed_lengths"
    SEVERAL_CHANNELS = "several_channels"
    WRONG_CHANNEL = "wrong_channel"
    OUT_OF_ORDER = "out_of_order"
    GAP = "gap"
    STARTS_LATE = "starts_late"
    ENDS_EARLY = "ends_early"
    GAVE_UP = "gave_up"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, order=True)
class ByteRange:
    """Bytes [start, end) of an object."""

    start: int
    end: int

    @property
    def size(self) -> int:
        """Number of bytes."""
        return self.end - self.start


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
        """Whether no record starts before the one in front of it."""
        return bool((self.start_ns[1:] >= self.start_ns[:-1]).all())

    @cached_property
    def points(self) -> tuple[_Point, ...]:
        """Where the records begin and end, with the slope there."""
        if len(self.offset) == 0:
            return ()
        near = min(len(self.offset), _SLOPE_RECORDS)
        end = int(self.offset[-1] + self.length[-1])
        return (
            _Point(int(self.start_ns[0]), int(self.offset[0]), True, _slope(self, slice(near))),
            _Point(int(self.end_ns[-1]), end, True, _slope(self, slice(-near, None))),
        )


@dataclass(frozen=True, slots=True)
class Read:
    """Read these ranges next; they overlap neither each other nor anything read before."""

    ranges: tuple[ByteRange, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """Read all that is missing of the object."""

    reason: WholeReason
    ranges: tuple[ByteRange, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What was read holds the windows."""


Step = Read | Whole | Done


@dataclass(frozen=True, slots=True)
class Wanted:
    """A span of time that must be covered, both ends in nanoseconds."""

    start_ns: int
    end_ns: int


@dataclass(slots=True)
class RangeSearch:
    """The search in one object. Call `next`, read what it says, `add` what was found, until Done or Whole.

    What was read is to be joined with the reads it touches before its records are looked for, since a record may
    straddle their border. `day` is the span of time the object's bytes roughly stand for.
    """

    size: int
    day: Wanted
    wanted: Sequence[Wanted]
    hint: Hint = field(default_factory=Hint)
    verify_full: bool = False
    _seen: list[Observed] = field(default_factory=list)
    _rounds: int = 0
    _probes: set[ByteRange] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.wanted = merged(self.wanted)

    def add(self, observed: Observed) -> None:
        """Take in what a read found; it stands for the earlier reads inside its range."""
        inside = observed.range
        self._seen = [o for o in self._seen if o.range.start < inside.start or o.range.end > inside.end]
        self._seen.append(observed)
        self._seen.sort(key=lambda o: o.range.start)

    def next(self) -> Step:
        """What to do now."""
        reason = self._refusal()
        if reason is not None:
            return self._whole(reason)
        ranges: list[ByteRange] = []
        for span in self.wanted:
            step = self._step(span)
            if isinstance(step, WholeReason):
                return self._whole(step)
            ranges += step
        if not ranges:
            return Done()
        if self._rounds >= _MOST_ROUNDS:
            return self._whole(WholeReason.GAVE_UP)
        ranges = coalesced(ranges, self._known(), self.size)
        if not ranges:  # only bytes that were read already, and they did not help
            return self._whole(WholeReason.GAVE_UP)
        if sum(r.size for r in ranges) + sum(r.size for r in self._known()) > _MOSTLY * self.size:
            return self._whole(WholeReason.MOSTLY_WANTED)
        self._rounds += 1
        return Read(tuple(ranges))

    # -- what forbids ranges ----------------------------------------------------------------------

    def _refusal(self) -> WholeReason | None:
        if self.verify_full:
            return WholeReason.ASKED
        if self.size <= 0:
            return WholeReason.SIZE_UNKNOWN
        if self.size <= SMALL_BYTES:
            return WholeReason.SMALL
        if any(len(seen.offset) == 0 and seen.range.size >= LARGE_PROBE_BYTES for seen in self._seen):
            return WholeReason.NO_RECORDS
        for seen in self._seen:
            if seen.foreign:
                return WholeReason.FOREIGN_BYTES
            if seen.channels > 1:
                return WholeReason.SEVERAL_CHANNELS
            if not seen.expected:
                return WholeReason.WRONG_CHANNEL
        if len(frozenset[int]().union(*(seen.lengths for seen in self._seen))) > 1:
            return WholeReason.MIXED_LENGTHS
        if not all(seen.rising for seen in self._seen):
            return WholeReason.OUT_OF_ORDER
        known = sorted([*self.hint.knots, *(knot for seen in self._seen for knot in seen.ends)])
        if any(b.time_ns < a.time_ns for a, b in pairwise(known)):
            return WholeReason.OUT_OF_ORDER
        return None

    def _whole(self, reason: WholeReason) -> Whole:
        return Whole(reason, tuple(complement(self._known(), self.size)))

    # -- one span ---------------------------------------------------------------------------------

    def _step(self, span: Wanted) -> list[ByteRange] | WholeReason:
        """Ranges that `span` still needs (none when it is covered), or why ranges cannot serve it."""
        body = self._body(span)
        if body is not None:
            return self._extension(span, body)
        bracket = self._bracket(span)
        if bracket is not None:
            return [bracket]
        points = self._points()
        first, first_doubt = _guess(points, span.start_ns)
        last, last_doubt = _guess(points, span.end_ns)
        record = self._record_bytes()
        wasted = first_doubt + last_doubt
        # A probe costs a round trip and saves most of what the doubt would waste.
        if wasted > ROUND_TRIP_BYTES and wasted > _WASTE * (last - first) and self._rounds < _MOST_ROUNDS // 2:
            size = LARGE_PROBE_BYTES if any(len(seen.offset) == 0 for seen in self._seen) else PROBE_BYTES
            at = self._aligned((first + last) // 2 - size // 2)
            probe = ByteRange(at, min(self.size, at + size))
            self._probes.add(probe)
            return [probe]
        start = self._aligned(int(first - first_doubt) - record)
        end = max(self._end_aligned(int(last + last_doubt) + record), start + 1)
        if not any(len(seen.offset) for seen in self._seen):  # no less than what surely holds a record
            end = min(self.size, max(end, start + LARGE_PROBE_BYTES))
        for run in self._contiguous():
            if run.range.start <= start and end <= run.range.end:  # read already, by a probe
                return self._extension(span, run)
        return [ByteRange(start, end)]

    def _bracket(self, span: Wanted) -> ByteRange | None:
        """The bytes from the knot before the span to the one behind it, where both are near: one request, surely."""
        before = max((k for k in self.hint.knots if k.time_ns <= span.start_ns), default=None)
        after = min((k for k in self.hint.knots if k.time_ns > span.end_ns), default=None)
        if self.hint.ordered:
            # a full scan keeps the ends, and a knot every two minutes, or at every record where these are longer
            before = before or Knot(0, span.start_ns)
            after = after or Knot(self.size, span.end_ns)
        if before is None or after is None:
            return None
        if not self.hint.ordered and after.time_ns - before.time_ns > span.end_ns - span.start_ns + _NEAR_NS:
            return None
        # a record that starts within an interval behind the window may hold its last sample
        more = _LONG_RECORD if after.time_ns - span.end_ns <= _LONG_INTERVAL_NS else 0
        return ByteRange(before.offset, min(after.offset + more, self.size)) if before.offset < after.offset else None

    def _body(self, span: Wanted) -> _Run | None:
        """The run of bytes read that touches the span, or that ends where the object does on the span's side of it;
        None when only probes were made."""
        for run in self._contiguous():
            before, behind = run.last_ns < span.start_ns, run.first_ns > span.end_ns
            if run.range in self._probes and (run.first_ns > span.start_ns or run.last_ns <= span.end_ns):
                continue
            if not (before or behind) or (before and run.range.end >= self.size) or (behind and run.range.start == 0):
                return run
        return None

    def _extension(self, span: Wanted, run: _Run) -> list[ByteRange] | WholeReason:
        """What must be read beside a run so that it covers the span; nothing when it does."""
        more: list[ByteRange] = []
        points = self._points()
        record = self._record_bytes()
        if run.first_ns > span.start_ns:
            if run.range.start == 0:
                if not self.hint.ordered and run.starts_late(span, self.day):
                    return WholeReason.STARTS_LATE
            else:
                at, doubt = _guess(points, span.start_ns)
                start = min(self._aligned(int(at - doubt) - record), run.range.start - record)
                more.append(ByteRange(max(0, start), run.range.start))
        if run.last_ns <= span.end_ns:  # windows are cut at the nearest sample, up to one interval behind their end
            if run.range.end >= self.size:
                if not self.hint.ordered and run.ends_early(span, self.day):
                    return WholeReason.ENDS_EARLY
            else:
                at, doubt = _guess(points, span.end_ns)
                end = max(self._end_aligned(int(at + doubt) + record), run.range.end + record)
                more.append(ByteRange(run.range.end, min(self.size, end)))
        if not more and not self.hint.ordered and run.has_gap(span):
            return WholeReason.GAP
        return more

    # -- what is known ----------------------------------------------------------------------------

    def _known(self) -> list[ByteRange]:
        return [seen.range for seen in self._seen]

    def _record_bytes(self) -> int:
        for seen in self._seen:
            if len(seen.length):
                return int(seen.length[0])
        return 512

    def _aligned(self, offset: int) -> int:
        """The record start at or before `offset`, as far as the phase of the records is known."""
        record = self._record_bytes()
        phase = next((int(seen.offset[0]) % record for seen in self._seen if len(seen.offset)), 0)
        return max(0, min(self.size - 1, (offset - phase) // record * record + phase))

    def _end_aligned(self, offset: int) -> int:
        """The end of the record that holds the byte at `offset`, or of the object."""
        if offset >= self.size:
            return self.size
        return min(self.size, self._aligned(offset) + self._record_bytes())

    def _points(self) -> list[_Point]:
        """Known (time, offset) points in order of offset; soft ones stand for the ends of the object."""
        points = [_Point(k.time_ns, k.offset, hard=True) for k in self.hint.knots]
        points += [point for seen in self._seen for point in seen.points]
        points.sort(key=lambda p: p.offset)
        if not points or points[0].offset > 0:
            early = min(self.day.start_ns, points[0].time_ns if points else self.day.start_ns)
            points.insert(0, _Point(early, 0, hard=False))
        if points[-1].offset < self.size:
            points.append(_Point(max(self.day.end_ns, points[-1].time_ns), self.size, hard=False))
        return points

    def _contiguous(self) -> Iterator[_Run]:
        """Runs of bytes that were read without a hole between them, with the records in them."""
        group: list[Observed] = []
        for seen in self._seen:
            if group and seen.range.start != group[-1].range.end:
                yield from _run_of(group)
                group = []
            group.append(seen)
        yield from _run_of(group)


@dataclass(frozen=True, slots=True)
class _Point:
    """A (time, offset) pair; `slope` is bytes a nanosecond among the records next to it, 0 when not known."""

    time_ns: int
    offset: int
    hard: bool
    slope: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """Contiguous bytes with their records."""

    range: ByteRange
    start_ns: Integers
    end_ns: Integers
    period_ns: NDArray[np.float64]

    @property
    def first_ns(self) -> int:
        return int(self.start_ns[0])

    @property
    def last_ns(self) -> int:
        return int(self.end_ns[-1])

    def starts_late(self, span: Wanted, day: Wanted) -> bool:
        """Whether a sample one interval before the first would be wanted, and belongs to the object's day."""
        period = float(self.period_ns[0])
        return self.first_ns - period >= max(span.start_ns - period / 2, day.start_ns)

    def ends_early(self, span: Wanted, day: Wanted) -> bool:
        """Whether a sample one interval after the last would be wanted, and belongs to the object's day."""
        period = float(self.period_ns[-1])
        return self.last_ns + period <= min(span.end_ns + period, day.end_ns - 1)

    def has_gap(self, span: Wanted) -> bool:
        """Whether a step between records inside the span differs from one interval by more than half of it."""
        steps = self.start_ns[1:] - self.end_ns[:-1]
        inside = (self.start_ns[1:] > span.start_ns) & (self.end_ns[:-1] < span.end_ns)
        return bool(np.any(inside & (np.abs(steps - self.period_ns[1:]) > self.period_ns[1:] / 2)))


def _run_of(group: Sequence[Observed]) -> Iterator[_Run]:
    records = [seen for seen in group if len(seen.offset)]
    if len(records) == 1:
        (seen,) = records
        yield _Run(ByteRange(group[0].range.start, group[-1].range.end), seen.start_ns, seen.end_ns, seen.period_ns)
    elif records:
        yield _Run(
            ByteRange(group[0].range.start, group[-1].range.end),
            np.concatenate([seen.start_ns for seen in records]),
            np.concatenate([seen.end_ns for seen in records]),
            np.concatenate([seen.period_ns for seen in records]),
        )


def _slope(seen: Observed, rows: slice) -> float:
    """Bytes a nanosecond over some records."""
    span = int(seen.end_ns[rows][-1] - seen.start_ns[rows][0])
    return float(seen.length[rows].sum() / span) if span > 0 else 0.0


def _guess(points: Sequence[_Point], time_ns: int) -> tuple[int, float]:
    """Offset of a time, and by how many bytes it may be wrong.

    Between two neighbours the mean slope holds in the middle, and near a point that was read the slope seen there.
    """
    at = bisect.bisect_right([p.time_ns for p in points], time_ns)
    left, right = points[max(0, at - 1)], points[min(len(points) - 1, at)]
    if right.time_ns <= left.time_ns:
        return left.offset, 0.0
    mean = (right.offset - left.offset) / (right.time_ns - left.time_ns)
    near = left if right.slope == 0 or (left.slope and time_ns - left.time_ns < right.time_ns - time_ns) else right
    away = time_ns - near.time_ns
    trust = _SLOPE_NS / (_SLOPE_NS + abs(away)) if near.slope else 0.0
    offset = near.offset + away * (trust * near.slope + (1 - trust) * mean)
    offset = min(max(offset, left.offset), right.offset)
    hard = [abs(offset - p.offset) for p in (left, right) if p.hard]
    distance = min(hard, default=max(offset, points[-1].offset - offset))
    return int(offset), _DOUBT * distance


def merged(spans: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """Spans in order, those that touch made one."""
    out: list[Wanted] = []
    for span in sorted(spans, key=lambda s: s.start_ns):
        if out and span.start_ns <= out[-1].end_ns:
            out[-1] = Wanted(out[-1].start_ns, max(out[-1].end_ns, span.end_ns))
        else:
            out.append(span)
    return tuple(out)


def complement(known: Sequence[ByteRange], size: int) -> Iterator[ByteRange]:
    """The ranges of [0, size) that are not known."""
    at = 0
    for one in sorted(known):
        if one.start > at:
            yield ByteRange(at, one.start)
        at = max(at, one.end)
    if at < size:
        yield ByteRange(at, size)


def coalesced(ranges: Sequence[ByteRange], known: Sequence[ByteRange], size: int) -> list[ByteRange]:
    """Ranges to read: near ones made one when the bytes between cost less than a round trip, known bytes left out."""
    joined: list[ByteRange] = []
    for one in sorted(ranges):
        if joined and one.start - joined[-1].end <= ROUND_TRIP_BYTES:
            joined[-1] = ByteRange(joined[-1].start, max(joined[-1].end, one.end))
        else:
            joined.append(one)
    return [
        ByteRange(max(hole.start, one.start), min(hole.end, one.end))
        for one in joined
        for hole in complement(known, size)
        if max(hole.start, one.start) < min(hole.end, one.end)
    ]
