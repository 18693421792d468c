"""Finds the bytes of an object that hold its windows. It takes what was read and says what to read next. Pure.

It assumes one channel per object, and records of one length, in order of time, with nothing between them. This is
checked after every read; if it does not hold, the object is read whole. What a range cannot see is a second copy of the
same time far away in the file; a job that says `verify: full` reads every object whole.

The search interpolates between (offset, time) points: knots that earlier reads left, otherwise the object's ends, which
may differ from the ends of its day. While an uncertain guess would waste more bytes than a round trip is worth, small
probes are sent first, to both ends of the window at once. Then each run of windows is read once; if the read was too
short, it is extended.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby, pairwise
from math import gcd

from libseis.segments import Span

from .extents import ROUND_TRIP_BYTES, ByteRange, coalesced, complement, inside, merged
from .guessing import Curve, Point
from .knots import NEAR_NS
from .observed import Hint, Knot, Observed, Run, runs

# A probe must hold two headers in a row, so that an offset can be trusted. The first size is enough for 512-byte
# records. If it was not enough, the second is tried (4096-byte records: up to 8191 bytes to the second header, and a
# header).
PROBE_BYTES = 1_536
LARGE_PROBE_BYTES = 8_704
# A smaller object is read whole in one request (all 1 Hz channels are smaller), unless knots say where its windows are.
SMALL_BYTES = 196_608
# So is one of at most so many round trips' worth, because a search takes so many more round trips.
_SEARCH = 1.5
# Probes are sent while the doubt is more than the first part of the wanted bytes: one to each end that has more than
# the second part of the doubt.
_WASTE = 0.1
_SHARE = 0.25
# So many probes are sent between two known points in a round, and so many while no point is known; later probes know
# more.
_PROBES = 5
_FIRST_PROBES = 8
# If the ends of a window are so near to each other, one probe serves both.
_NEAR_ENDS = 16_384
# For so few bytes no probe is sent.
_LEAST_WASTE = 1_200
# Requests that are sent together wait for one round trip; each further one costs this part of it.
_TOGETHER = 4
# All bytes between two knots are read if they are at most so many times what a guess between them would read, or few:
# they surely hold the window, and a guess may need another request.
_BRACKET = 1.15
# If more than this part of the object is wanted, it is read whole.
_MOSTLY = 0.7
# After so many reads one after the other, each of any number of ranges, the object is read whole.
_MOST_ROUNDS = 12
# Records are rarely longer; nor are sample intervals, in objects large enough for a search.
_LONG_RECORD = 4096
_RECORD = 512
# So many knots are enough to tell the length of records.
_ENOUGH_KNOTS = 4
_LONG_INTERVAL_NS = 1_000_000_000


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


@dataclass(frozen=True, slots=True)
class Read:
    """Read these ranges next. They do not overlap each other or anything read before."""

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
class _Guess:
    """Where a window may be: the offsets of its ends, by how much each may be wrong, the range that follows, and the
    range that would be enough if they were right."""

    range: ByteRange
    likely: ByteRange
    first: int
    last: int
    first_doubt: float
    last_doubt: float
    gap: int  # the number of the points that stand before it

    @property
    def wasted(self) -> float:
        """Bytes that would be read only because the offsets are uncertain."""
        return self.first_doubt + self.last_doubt

    @property
    def places(self) -> list[int]:
        """Where probes help: at each uncertain end, or once if the ends are near to each other."""
        if self.last - self.first < min(self.wasted, _NEAR_ENDS):
            return [(self.first + self.last) // 2]
        doubts = ((self.first, self.first_doubt), (self.last, self.last_doubt))
        return [at for at, doubt in doubts if doubt > _SHARE * self.wasted]


@dataclass(slots=True)
class RangeSearch:
    """The search in one object. Call `next`, read what it says, `add` what was found, until Done or Whole.

    Join a new read with earlier reads that it touches before looking for records, because a record may cross their
    border. A small earlier read inside a new one is read again with it. `day` is the span of time that the object
    covers roughly, `worth` how many bytes a round trip is worth.
    """

    size: int
    day: Span
    wanted: Sequence[Span]
    hint: Hint = field(default_factory=Hint)
    verify_full: bool = False
    worth: int = ROUND_TRIP_BYTES
    _seen: list[Observed] = field(default_factory=list)
    _rounds: int = 0
    _probes: set[ByteRange] = field(default_factory=set)
    _extended: Counter[Span] = field(default_factory=Counter)
    _curve: Curve | None = None  # computed from what is known now; None after more is added
    _runs: list[Run] | None = None
    _grid: tuple[int, int] | None = None
    _covered: set[Span] = field(default_factory=set)  # more reads do not change that
    _knot_times: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.wanted = merged(self.wanted)
        self._knot_times = [knot.time_ns for knot in self.hint.knots]

    @property
    def record_bytes(self) -> int:
        """Length of the records that were read; 0 before any was."""
        return next((int(seen.length[0]) for seen in self._seen if len(seen.length)), 0)

    def add(self, observed: Observed) -> None:
        """Add what a read found. It replaces earlier reads inside its range."""
        inside = observed.range
        self._seen = [o for o in self._seen if o.range.start < inside.start or o.range.end > inside.end]
        self._seen.append(observed)
        self._seen.sort(key=lambda o: o.range.start)
        self._curve = self._runs = self._grid = None

    def next(self) -> Step:
        """What to do now."""
        reason = self._refusal()
        if reason is not None:
            return self._whole(reason)
        ranges: list[ByteRange] = []
        guesses: list[_Guess] = []
        for span in self.wanted:
            if span in self._covered:
                continue
            step = self._step(span)
            if isinstance(step, WholeReason):
                return self._whole(step)
            if isinstance(step, _Guess):
                guesses.append(step)
            elif step:
                ranges += step
            else:
                self._covered.add(span)
        ranges += self._guessed(guesses)
        if not ranges:
            return Done()
        if self._rounds >= _MOST_ROUNDS:
            return self._whole(WholeReason.GAVE_UP)
        ranges = coalesced(ranges, self._known(), self.size, self.worth // _TOGETHER)
        if not ranges:  # it would only read bytes that were read already and did not help
            return self._whole(WholeReason.GAVE_UP)
        known = self._known()
        again = sum(k.size for k in inside(known, ranges))
        if sum(r.size for r in ranges) + sum(k.size for k in known) - again > _MOSTLY * self.size:
            return self._whole(WholeReason.MOSTLY_WANTED)
        self._rounds += 1
        return Read(tuple(ranges))

    # -- what forbids ranges ----------------------------------------------------------------------

    def _refusal(self) -> WholeReason | None:
        if self.verify_full:
            return WholeReason.ASKED
        if self.size <= 0:
            return WholeReason.SIZE_UNKNOWN
        if self.size <= max(SMALL_BYTES, _SEARCH * self.worth) and not all(self._bracket(span) for span in self.wanted):
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

    def _step(self, span: Span) -> list[ByteRange] | _Guess | WholeReason:
        """The ranges that `span` still needs (empty if it is covered), or a guess where they may be, or why ranges do
        not work."""
        body = self._body(span)
        if body is not None:
            return self._extension(span, body)
        bracket = self._bracket(span)
        curve = self._known_curve()
        first, first_doubt = curve.guess(span.start_ns)
        last, last_doubt = curve.guess(span.end_ns)
        if last < first:  # guessed by other points
            first, last, first_doubt, last_doubt = last, first, last_doubt, first_doubt
        start, end = self._from_to(first - first_doubt, last + last_doubt)
        few = max(_BRACKET * (end - start), end - start + _LONG_RECORD, LARGE_PROBE_BYTES)
        if bracket is not None and bracket.size <= few:
            return [bracket]
        if len(self.hint.knots) < _ENOUGH_KNOTS and not any(len(seen.offset) for seen in self._seen):
            # at least so much that it surely holds a record
            end = min(self.size, max(end, start + LARGE_PROBE_BYTES))
        known = self._known_runs()
        at = bisect.bisect_right(known, start, key=lambda run: run.range.start) - 1
        if at >= 0 and end <= known[at].range.end:  # read already, by a probe
            return self._extension(span, known[at])
        likely = ByteRange(*self._from_to(first, last))
        return _Guess(ByteRange(start, end), likely, first, last, first_doubt, last_doubt, curve.gap(span.start_ns))

    def _from_to(self, first: float, last: float) -> tuple[int, int]:
        """Bytes that surely hold the records from one offset to another, if these are right."""
        spare = self._record_bytes() // 4  # records differ
        start = self._aligned(int(first) - spare)
        return start, max(self._end_aligned(int(last) + spare), start + 1)

    def _guessed(self, guesses: Sequence[_Guess]) -> list[ByteRange]:
        """Probes where guesses are too uncertain, otherwise the guessed ranges.

        Probes of all windows go together: they cost one round trip, and save most of what the doubts would waste.
        """
        ranges: list[ByteRange] = []
        uncertain: list[_Guess] = []
        for one in guesses:
            wanted = one.last - one.first
            if one.wasted <= max(_WASTE * wanted, _LEAST_WASTE):
                ranges.append(one.range)
            elif self._seen and one.wasted < wanted < self.worth // _TOGETHER + PROBE_BYTES:
                # probes at both ends would be as many bytes; if these are not enough, more is read
                ranges.append(one.likely)
            else:
                uncertain.append(one)
        worth_it = self._rounds < _MOST_ROUNDS // 2 and sum(one.wasted for one in uncertain) > self.worth
        probes = self._probed(self._places(uncertain)) if worth_it else []
        return ranges + (probes or [one.range for one in uncertain])

    def _places(self, uncertain: Sequence[_Guess]) -> list[int]:
        """The places of the next probes: a few between each two known points, because they help to guess the others."""
        places: list[int] = []
        most = _PROBES if any(len(seen.offset) for seen in self._seen) else _FIRST_PROBES
        for _, group in groupby(sorted(uncertain, key=lambda one: one.first), key=lambda one: one.gap):
            between = list(group)
            for one in between[len(between) // (2 * most) :: -(-len(between) // most)]:
                # a probe so near to the last one would hardly tell more
                if not places or one.first - places[-1] > one.wasted:
                    places += one.places
        return places

    def _probed(self, places: Sequence[int]) -> list[ByteRange]:
        """Probes around places, without probes that were sent already."""
        size = PROBE_BYTES
        if any(len(seen.offset) == 0 for seen in self._seen):
            size = LARGE_PROBE_BYTES
        elif self._seen:  # where records begin is known
            size = self._record_bytes()
        probes: list[ByteRange] = []
        known = self._known()
        for place in places:
            at = self._aligned(place - size // 2)
            one = ByteRange(at, min(self.size, at + size))
            if probes and one.start <= probes[-1].end:
                continue
            before = bisect.bisect_right(known, one.start, key=lambda seen: seen.start) - 1
            if before < 0 or one.end > known[before].end:
                probes.append(one)
        self._probes.update(probes)
        return probes

    def _bracket(self, span: Span) -> ByteRange | None:
        """The bytes from the knot before the span to the one behind it, if both are near: they surely hold it, in one
        request."""
        knots, times = self.hint.knots, self._knot_times
        at, behind = bisect.bisect_right(times, span.start_ns), bisect.bisect_right(times, span.end_ns)
        before = knots[at - 1] if at else None
        after = knots[behind] if behind < len(knots) else None
        if self.hint.ordered:
            # a full scan keeps both ends and a knot every two minutes, or at every record if records are longer
            before = before or Knot(0, span.start_ns)
            after = after or Knot(self.size, span.end_ns)
        if before is None or after is None:
            return None
        if not self.hint.ordered and after.time_ns - before.time_ns > span.end_ns - span.start_ns + NEAR_NS:
            return None
        # a record that starts less than an interval after the window may hold its last sample
        beyond = bisect.bisect_right(times, span.end_ns + _LONG_INTERVAL_NS)
        end = min(after.offset + _LONG_RECORD, knots[beyond].offset if beyond < len(knots) else self.size)
        return ByteRange(before.offset, end) if before.offset < after.offset else None

    def _body(self, span: Span) -> Run | None:
        """The run of bytes that were read and touch the span, or that reach the end of the object on the span's side.
        None if only probes were read."""
        known = self._known_runs()
        if not known:
            return None
        at = bisect.bisect_left(known, span.start_ns, key=lambda run: run.last_ns)
        for run in known[at:]:
            if run.first_ns > span.end_ns:
                break
            if run.range not in self._probes or (run.first_ns <= span.start_ns and run.last_ns > span.end_ns):
                return run
        if at == len(known) and known[-1].range.end >= self.size:
            return known[-1]
        if known[0].range.start == 0 and known[0].first_ns > span.end_ns:
            return known[0]
        return None

    def _extension(self, span: Span, run: Run) -> list[ByteRange] | WholeReason:
        """What must be read next to a run so that it covers the span; empty if it does."""
        more: list[ByteRange] = []
        curve = self._known_curve()
        # so that the search ends, even if all guesses are wrong
        record = self._record_bytes() << 2 * self._extended[span]
        if run.first_ns > span.start_ns:
            if run.range.start == 0:
                if not self.hint.ordered and run.starts_late(span, self.day):
                    return WholeReason.STARTS_LATE
            else:
                at, doubt = curve.guess(span.start_ns)
                start = min(self._aligned(int(at - doubt) - record), run.range.start - record)
                more.append(ByteRange(max(0, start), run.range.start))
        if run.last_ns <= span.end_ns:  # windows are cut at the nearest sample, up to one interval behind their end
            if run.range.end >= self.size:
                if not self.hint.ordered and run.ends_early(span, self.day):
                    return WholeReason.ENDS_EARLY
            else:
                at, doubt = curve.guess(span.end_ns)
                end = max(self._end_aligned(int(at + doubt) + record), run.range.end + record)
                more.append(ByteRange(run.range.end, min(self.size, end)))
        self._extended[span] += bool(more)
        if not more and not self.hint.ordered and run.has_gap(span):
            return WholeReason.GAP
        return more

    # -- what is known ----------------------------------------------------------------------------

    def _known(self) -> list[ByteRange]:
        return [seen.range for seen in self._seen]

    def _records(self) -> tuple[int, int]:
        """Length of records, and how far behind a multiple of it they start."""
        if self._grid is None:
            record = self.record_bytes
            if not record:
                # knots are at starts of records, whose lengths are powers of two
                together = gcd(*(b.offset - a.offset for a, b in pairwise(sorted(self.hint.knots))))
                record = max(_RECORD, together & -together)
            at = next((int(seen.offset[0]) for seen in self._seen if len(seen.offset)), None)
            if at is None:
                at = self.hint.knots[0].offset if self.hint.knots else 0
            self._grid = record, at % record
        return self._grid

    def _record_bytes(self) -> int:
        return self._records()[0]

    def _aligned(self, offset: int) -> int:
        """The start of the record at `offset`, if it is known where records start; otherwise `offset`."""
        record, phase = self._records()
        return max(0, min(self.size - 1, (offset - phase) // record * record + phase))

    def _end_aligned(self, offset: int) -> int:
        """The end of the record that holds the byte at `offset`, or of the object."""
        if offset >= self.size:
            return self.size
        return min(self.size, self._aligned(offset) + self._record_bytes())

    def _known_runs(self) -> list[Run]:
        if self._runs is None:
            self._runs = list(runs(self._seen))
        return self._runs

    def _known_curve(self) -> Curve:
        if self._curve is None:
            self._curve = Curve(self._all_points())
        return self._curve

    def _all_points(self) -> list[Point]:
        """Known (time, offset) points in order of offset. Soft points, which may be wrong, are the ends of the
        object."""
        points = [Point(k.time_ns, k.offset, hard=True) for k in self.hint.knots]
        points += [point for seen in self._seen for point in seen.points]
        points.sort(key=lambda p: p.offset)
        if not points or points[0].offset > 0:
            early = min(self.day.start_ns, points[0].time_ns if points else self.day.start_ns)
            points.insert(0, Point(early, 0, hard=False))
        if points[-1].offset < self.size:
            points.append(Point(max(self.day.end_ns, points[-1].time_ns), self.size, hard=False))
        return points
