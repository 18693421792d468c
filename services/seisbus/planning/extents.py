"""Ranges of an object's bytes, spans of time, and whether bytes are read together or apart. Pure."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from libseis.segments import Span

# A round trip takes as long as so many bytes, for a read that is alone: 30 ms at 40 Mbit/s, the speed of one connection
# to a cloud archive.
ROUND_TRIP_BYTES = 150_000
# The least value, when many reads share the line and others use it meanwhile: 30 ms of 100 Mbit/s over 16 reads.
_LEAST_ROUND_TRIP_BYTES = 20_000
# The most, where bytes cost hardly any time: so many take about as much CPU of the fetcher and the server as a request.
MOST_ROUND_TRIP_BYTES = 600_000
# So few known bytes are read again, because a request is not worth dividing for them: two headers of the longest usual
# records.
_AGAIN_BYTES = 8_704


@dataclass(frozen=True, slots=True, order=True)
class ByteRange:
    """Bytes [start, end) of an object."""

    start: int
    end: int

    @property
    def size(self) -> int:
        """Number of bytes."""
        return self.end - self.start

    def moved(self, by: int) -> ByteRange:
        """The same range, moved by so many bytes."""
        return ByteRange(self.start + by, self.end + by)


def merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans in order; spans that touch become one."""
    out: list[Span] = []
    for span in sorted(spans, key=lambda s: s.start_ns):
        if out and span.start_ns <= out[-1].end_ns:
            out[-1] = Span(out[-1].start_ns, max(out[-1].end_ns, span.end_ns))
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


def round_trip_bytes(reads: int, measured: int = 0) -> int:
    """How many bytes one of so many `reads` could get in the time of a round trip: as it was `measured`, or, where
    nothing was (0), over the line to a cloud archive."""
    return min(max(_LEAST_ROUND_TRIP_BYTES, measured or ROUND_TRIP_BYTES // max(1, reads)), MOST_ROUND_TRIP_BYTES)


def coalesced(
    ranges: Sequence[ByteRange], known: Sequence[ByteRange], size: int, worth: int = ROUND_TRIP_BYTES
) -> list[ByteRange]:
    """The ranges to read. Ranges become one if the bytes between them cost less than a round trip (`worth`). Known
    bytes are left out, except a few in the middle of what is read."""
    joined: list[ByteRange] = []
    for one in sorted(ranges):
        if joined and one.start - joined[-1].end <= worth:
            joined[-1] = ByteRange(joined[-1].start, max(joined[-1].end, one.end))
        else:
            joined.append(one)
    read = list(complement(list(complement(known, size)), size))  # ranges that touch become one
    out: list[ByteRange] = []
    for one in joined:
        at, end = max(0, one.start), min(size, one.end)
        for run in read[
            max(0, bisect.bisect_right(read, at, key=_start) - 1) : bisect.bisect_left(read, end, key=_start)
        ]:
            if run.end <= at or (run.size <= _AGAIN_BYTES and one.start < run.start and run.end < one.end):
                continue
            if run.start > at:
                out.append(ByteRange(at, run.start))
            at = run.end
        if at < end:
            out.append(ByteRange(at, end))
    return out


def inside(some: Iterable[ByteRange], ranges: Sequence[ByteRange]) -> Iterator[ByteRange]:
    """Those of `some` that stand in one of the ranges, which are in order and do not overlap."""
    for one in some:
        at = bisect.bisect_right(ranges, one.start, key=_start) - 1
        if at >= 0 and one.end <= ranges[at].end:
            yield one


def _start(one: ByteRange) -> int:
    return one.start
