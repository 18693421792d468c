"""Knots: a few (offset, time) pairs that are kept of an object's records.

A knot says that a record starts at `offset` with its first sample at `time_ns`. The last knot stands behind the last
record that was read, and says that everything before `offset` is at `time_ns` or earlier. Pure.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from libseis.segments import Span

from .observed import Integers, Knot, Observed

# Two knots are near if they enclose at most this much time beside a window: twice the distance of kept knots.
NEAR_NS = 240_000_000_000
# Knots are two minutes apart. So a window of an hour reads at most two minutes too much at each end: 7 % in all.
SPACING_NS = 120_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class KnotTable:
    """Knots of one version of an object in order of offset; `ordered` after a full scan that found nothing wrong."""

    offset: Integers
    time_ns: Integers
    ordered: bool = False

    @classmethod
    def unpacked(cls, blobs: Iterable[bytes], *, ordered: bool) -> KnotTable:
        """All pairs of packed tables, each once."""
        return cls._union([np.frombuffer(blob, "<i8").reshape(-1, 2) for blob in blobs], ordered=ordered)

    @classmethod
    def united(cls, tables: Sequence[KnotTable]) -> KnotTable:
        """All pairs of the tables of parts of an object, each once."""
        return cls._union([np.stack([one.offset, one.time_ns], axis=1) for one in tables], ordered=False)

    @classmethod
    def _union(cls, rows: Sequence[Integers], *, ordered: bool) -> KnotTable:
        pairs = np.unique(np.concatenate(rows), axis=0) if rows else np.empty((0, 2), np.int64)
        return cls(pairs[:, 0], pairs[:, 1], ordered)

    def packed(self) -> bytes:
        """Pairs of little-endian int64: offset, time."""
        return np.stack([self.offset, self.time_ns], axis=1).astype("<i8").tobytes()

    def around(self, spans: Sequence[Span]) -> tuple[Knot, ...]:
        """The knots around each span: the last one before it, and the first two after it, because the record at the
        first of these may hold the span's last sample."""
        picked: set[int] = set()
        for span in spans:
            before = int(np.searchsorted(self.time_ns, span.start_ns, side="right")) - 1
            after = int(np.searchsorted(self.time_ns, span.end_ns, side="right"))
            picked.update(row for row in (before, after, after + 1) if 0 <= row < len(self.offset))
        return tuple(Knot(int(self.offset[row]), int(self.time_ns[row])) for row in sorted(picked))


def enclosed(seen: Observed, known: Sequence[Knot]) -> bool:
    """Whether there are known knots (in order of offset) near to the records on both sides."""
    offsets = [knot.offset for knot in known]
    before = bisect.bisect_right(offsets, seen.range.start) - 1
    after = bisect.bisect_left(offsets, seen.range.end)
    if before < 0 or after == len(known) or len(seen.offset) == 0:
        return False
    return known[after].time_ns - known[before].time_ns <= int(seen.end_ns[-1] - seen.start_ns[0]) + NEAR_NS


def learned(seen: Observed, *, ordered: bool) -> KnotTable:
    """The knots of records that were read: a thinned list, and where the last record ends, so that there is a knot
    behind a window that ends in it."""
    table = thinned(seen.offset, seen.start_ns, ordered=ordered)
    if len(seen.offset) == 0:
        return table
    offset = seen.offset[-1] + seen.length[-1]
    return KnotTable(np.append(table.offset, offset), np.append(table.time_ns, seen.end_ns[-1]), ordered)


def thinned(offset: Integers, start_ns: Integers, *, ordered: bool = False) -> KnotTable:
    """At most one row every two minutes, but always the first and the last; rows in order of offset."""
    if len(offset) == 0:
        return KnotTable(offset, start_ns, ordered)
    cells: NDArray[np.int64] = start_ns // SPACING_NS
    keep = np.concatenate(([True], cells[1:] != cells[:-1]))
    keep[-1] = True
    return KnotTable(offset[keep], start_ns[keep], ordered)
