"""Bytes of an object, the whole or a few ranges, with the records found in them. Pure: no S3 and no bus here."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from libseis.codes import Channel
from libseis.mseed import ProblemKind, RecordTable, frame, overlapping
from libseis.segments import Span

from ..planning.extents import ByteRange, inside, merged
from ..planning.knots import KnotTable, enclosed, learned
from ..planning.observed import Knot, Observed
from ..planning.runs import KnownRun, tiled

# Records have at most 2^17 bytes, so damage within so many bytes of the edge of a range may be a cut record.
_LONGEST_RECORD = 131_072


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Contiguous bytes from `offset` on, and their records (offsets in `table` count from the chunk's start)."""

    offset: int
    data: bytes
    table: RecordTable

    @classmethod
    def of(cls, offset: int, data: bytes, length: int = 0) -> Chunk:
        """Find the records (CPU only; safe in a thread), which is quicker if all have the `length` that is expected."""
        return cls(offset, data, frame(data, length=length))

    @property
    def range(self) -> ByteRange:
        """The range of the bytes in the object."""
        return ByteRange(self.offset, self.offset + len(self.data))

    def moved(self, by: int) -> Chunk:
        """The same bytes, moved within the object."""
        return Chunk(self.offset + by, self.data, self.table) if by else self

    def observed(self, size: int, channel: Channel | None = None) -> Observed:
        """What a range search must know of the chunk. Records that are cut at its edges do not count as damage.

        `channel` is the channel in the object's key.
        """
        table = self.table
        rows: slice | NDArray[np.bool_] = slice(None) if table.waveform.all() else table.waveform
        foreign = any(
            not (problem.offset == 0 and self.offset > 0 and problem.length < _LONGEST_RECORD)
            and not (problem.offset + problem.length == len(self.data) and self.range.end < size)
            for problem in table.problems
            if problem.kind is not ProblemKind.CONTROL
        )
        return Observed(
            self.range,
            table.offset[rows] + self.offset,
            table.length[rows],
            table.start_ns[rows],
            table.end_ns[rows],
            table.period_ns[rows],
            channels=len(set(table.channel[rows].tolist())) if len(table.channels) > 1 else 1,
            foreign=foreign,
            expected=channel is None or all(other == channel for other in table.channels),
        )


def joined(known: Sequence[Chunk], more: Sequence[tuple[int, bytes]], length: int = 0) -> tuple[Chunk, ...]:
    """Known chunks and new bytes (offset, data) in order. Neighbours become one, because a record may cross their
    border.

    A chunk that no new bytes touch stays the same object. A chunk inside new bytes is replaced by them. `length` is
    that of records found before, 0 if there were none.
    """
    fresh = sorted(ByteRange(offset, offset + len(data)) for offset, data in more)
    dropped = set(inside((chunk.range for chunk in known), fresh))
    groups: list[list[tuple[int, bytes, Chunk | None]]] = []
    for piece in sorted(
        [*((c.offset, c.data, c) for c in known if c.range not in dropped), *((o, d, None) for o, d in more)],
        key=lambda p: p[0],
    ):
        if groups and groups[-1][-1][0] + len(groups[-1][-1][1]) == piece[0]:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return tuple(
        (len(group) == 1 and group[0][2]) or Chunk.of(group[0][0], b"".join(data for _, data, _ in group), length)
        for group in groups
    )


@dataclass(frozen=True, slots=True)
class Selection:
    """Chosen records: their bytes, and the ranges [start, end) of these bytes in the object.

    `record_bytes` is the length of each record, or 0 if something is odd about them; `floats` is whether they hold
    floats.
    """

    records: bytes
    ranges: tuple[int, ...]
    record_bytes: int = 0
    floats: bool = False


NOTHING = Selection(b"", ())


@dataclass(frozen=True, slots=True, eq=False)
class ObjectBytes:
    """What was read of one version of an object, and why it was read whole (empty if ranges were enough)."""

    etag: str
    chunks: tuple[Chunk, ...]
    whole: str = ""

    @property
    def problems(self) -> tuple[str, ...]:
        """What was wrong with the bytes of a whole read. Ranges have no problems, because they would have become whole
        reads."""
        return tuple(p.message for chunk in self.chunks for p in chunk.table.problems) if self.whole else ()

    @property
    def waveform_records(self) -> int:
        """Number of waveform records that were seen."""
        return sum(int(chunk.table.waveform.sum()) for chunk in self.chunks)

    def strangers(self, channel: Channel) -> dict[Channel, float]:
        """Channels of the waveform records other than that of the key, with their rates (Hz).

        If there is only one channel, and it is another one, it counts as the key's channel under another name.
        """
        found: dict[Channel, float] = {}
        expected = False
        for chunk in self.chunks:
            table = chunk.table
            if len(table.channels) == 1 and table.channels[0] == channel:
                expected = True
                continue
            for number, other in enumerate(table.channels):
                rows = table.rows[number][table.waveform[table.rows[number]]]
                if len(rows) and other != channel:
                    found[other] = 1e9 / float(np.median(table.period_ns[rows]))
                elif len(rows):
                    expected = True
        return found if expected or len(found) > 1 else {}

    def periods_ns(self, channel: Channel | None = None) -> NDArray[np.float64]:
        """Sample intervals of the waveform records that were seen, of one channel if it is given."""
        found = [np.empty(0)]
        for chunk in self.chunks:
            table = chunk.table
            rows = table.waveform
            if channel is not None:
                rows = rows & (table.channel == (table.channels.index(channel) if channel in table.channels else -1))
            found.append(table.period_ns[rows])
        return np.concatenate(found)

    def scan(self) -> KnotTable | None:
        """Knots of a whole read; `ordered` if nothing odd was found. None for an empty object or one with several
        channels."""
        if len(self.chunks) != 1 or not self.chunks[0].table.waveform.any():
            return None
        seen = self.chunks[0].observed(len(self.chunks[0].data))
        if seen.channels != 1:
            return None  # times start again with each channel
        steps = seen.start_ns[1:] - seen.end_ns[:-1]
        ordered = (
            not seen.foreign
            and bool((seen.length == seen.length[0]).all())
            and bool(np.all(steps > seen.period_ns[1:] / 2))  # neither backwards nor over one another
        )
        return learned(seen, ordered=ordered)

    def knots(self, known: Sequence[tuple[int, int]], within: ByteRange | None = None) -> KnotTable:
        """Sparse (offset, time) pairs of all that was read, or of what was read `within` some bytes.

        Chunks near `known` pairs are left out: to keep these again would cost more than their read.
        """
        around = [Knot(*pair) for pair in sorted(known)]
        chunks = self.chunks
        if within is not None:
            chunks = tuple(c for c in chunks if within.start <= c.range.start and c.range.end <= within.end)
        seen = [chunk.observed(chunk.range.end) for chunk in chunks]
        return KnotTable.united([learned(one, ordered=False) for one in seen if not enclosed(one, around)])

    def runs(self) -> tuple[KnownRun, ...]:
        """Where the channels of a station's object are, from a whole read. Empty unless each channel is one run, and
        the object has nothing else."""
        if len(self.chunks) != 1 or not self.whole:
            return ()
        data, table = self.chunks[0].data, self.chunks[0].table
        if not len(table) or not table.waveform.all() or table.problems:
            return ()
        firsts = np.flatnonzero(np.concatenate(([True], table.channel[1:] != table.channel[:-1])))
        edges = [*firsts.tolist(), len(table)]
        if len(firsts) != len(set(table.channel[firsts].tolist())):
            return ()  # interleaved
        ends = (table.offset + table.length).tolist()
        if not tiled([(int(table.offset[a]), ends[b - 1]) for a, b in pairwise(edges)], len(data)):
            return ()
        return tuple(
            KnownRun(
                table.channels[int(table.channel[a])], int(table.offset[a]), ends[b - 1], _scanned(table, slice(a, b))
            )
            for a, b in pairwise(edges)
        )

    def select(self, spans: Sequence[Span], channels: Sequence[Channel] | None = None) -> Selection:
        """The records that the spans need, of the given channels (None: all), in file order."""
        wanted = None if channels is None else frozenset(channels)
        parts: list[memoryview] = []
        edges: list[int] = []
        lengths: set[int] = set()
        floats: list[bool] = []
        ordered = merged(spans)
        ends = [span.end_ns for span in ordered]
        for chunk in self.chunks:
            touching = _touching(chunk.table, ordered, ends)
            if not touching:
                continue
            mask = overlapping(chunk.table, touching)
            if wanted is not None:
                mask &= np.array([channel in wanted for channel in chunk.table.channels], bool)[chunk.table.channel]
            runs = _runs(chunk.table, mask)
            for start, end in runs:
                parts.append(memoryview(chunk.data)[start:end])
                edges += [chunk.offset + start, chunk.offset + end]
            if runs:
                lengths.add(chunk.table.regular(mask))
                floats.append(chunk.table.floats(mask))
        record_bytes = lengths.pop() if len(lengths) == 1 else 0
        return Selection(b"".join(parts), tuple(edges), record_bytes, any(floats))


def _touching(table: RecordTable, spans: Sequence[Span], ends: Sequence[int]) -> Sequence[Span]:
    """Those of the spans of which the records may have samples. The spans are in order and do not touch."""
    if not len(table):
        return ()
    margin = int(table.period_ns.max()) + 1
    first = bisect.bisect_left(ends, int(table.start_ns.min()) - margin)
    last_ns = int(table.end_ns.max()) + margin
    return spans[first : bisect.bisect_right(spans, last_ns, key=lambda span: span.start_ns)]


def _scanned(table: RecordTable, rows: slice) -> KnotTable:
    """Knots of the records of one channel; `ordered` if nothing odd was found among them."""
    offset, length = table.offset[rows], table.length[rows]
    start_ns, end_ns, period_ns = table.start_ns[rows], table.end_ns[rows], table.period_ns[rows]
    where = ByteRange(int(offset[0]), int(offset[-1] + length[-1]))
    seen = Observed(where, offset, length, start_ns, end_ns, period_ns, channels=1, foreign=False)
    steps = start_ns[1:] - end_ns[:-1]
    return learned(seen, ordered=bool((length == length[0]).all()) and bool(np.all(steps > period_ns[1:] / 2)))


def _runs(table: RecordTable, mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The chosen records as runs of bytes; neighbours become one run."""
    starts = table.offset[mask]
    if len(starts) == 0:
        return []
    ends = starts + table.length[mask]
    breaks = np.flatnonzero(starts[1:] != ends[:-1]) + 1
    first = starts[np.concatenate(([0], breaks))]
    last = ends[np.concatenate((breaks - 1, [len(ends) - 1]))]
    return list(zip(first.tolist(), last.tolist(), strict=True))
