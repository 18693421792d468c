"""Stretches of an object's bytes, spans of time, and what it costs to read bytes apart or together. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from libseis.segments import Span

# What a round trip is worth to a read that is alone: 30 ms at 40 Mbit/s, what one connection of a cloud archive gives.
ROUND_TRIP_BYTES = 150_000
# And at least, when many reads share the line, which others fill meanwhile: 30 ms of 100 Mbit/s over 16 reads.
_LEAST_ROUND_TRIP_BYTES = 20_000
# So few bytes are rather read again than a request divided around them: two headers of the longest usual records.
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
        """The range so many bytes further on."""
        return ByteRange(self.start + by, self.end + by)


def merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans in order, those that touch made one."""
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


def round_trip_bytes(reads: int) -> int:
    """What a round trip is worth in bytes to one of so many `reads` at the same time."""
    return max(_LEAST_ROUND_TRIP_BYTES, ROUND_TRIP_BYTES // max(1, reads))


def coalesced(
    ranges: Sequence[ByteRange], known: Sequence[ByteRange], size: int, worth: int = ROUND_TRIP_BYTES
) -> list[ByteRange]:
    """Ranges to read: near ones made one when the bytes between cost less than what a round trip is `worth`, known
    bytes left out, unless they are a few inside of what is read."""
    joined: list[ByteRange] = []
    for one in sorted(ranges):
        if joined and one.start - joined[-1].end <= worth:
            joined[-1] = ByteRange(joined[-1].start, max(joined[-1].end, one.end))
        else:
            joined.append(one)
    known = list(complement(list(complement(known, size)), size))  # those that touch made one
    known = [k for k in known if k.size > _AGAIN_BYTES or not any(j.start < k.start and k.end < j.end for j in joined)]
    return [
        ByteRange(max(hole.start, one.start), min(hole.end, one.end))
        for one in joined
        for hole in complement(known, size)
        if max(hole.start, one.start) < min(hole.end, one.end)
    ]
