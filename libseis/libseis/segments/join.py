"""Join pieces of one channel into segments; the one place that decides what is contiguous, double, or in conflict.

Works on arrays of starts and counts, so that ten thousand records cost no Python loop; decoding is done elsewhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from libseis.segments.cut import Span
from libseis.segments.rate import Rate
from libseis.segments.segment import Complaint, ComplaintKind, Samples, Segment, SourceId

Integers = NDArray[np.int64]

# a misfit above this part of a sample is worth a complaint: a clock was set, or a rate is wrong
COMPLAIN_ABOVE = 0.1


class Overlap(StrEnum):
    """What is done with samples of the same time and different values."""

    GAP = "gap"
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of the pieces of one channel: segments by time, and what was noticed on the way.

    `conflicts` are the spans left out under `Overlap.GAP` (ends included), by time.
    """

    segments: tuple[Segment, ...]
    complaints: tuple[Complaint, ...] = ()
    conflicts: tuple[Span, ...] = ()
    source: SourceId | None = None  # None only where nothing was joined


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Pieces of one channel at one rate as arrays: row k is `buffers[buffer[k]][first[k]:first[k]+counts[k]]`.

    `starts` are epoch ns; rows are in the order of arrival, which `Overlap.FIRST` and `LAST` refer to.
    """

    source: SourceId
    rate: Rate
    starts: Integers
    counts: Integers
    buffers: Sequence[Samples]
    buffer: Integers
    first: Integers


@dataclass(frozen=True, slots=True, eq=False)
class _Chain:
    """Rows, as positions in `Rows` by time, that hang together: row k covers samples index[k] .. stop[k]-1."""

    rows: Integers
    index: Integers
    stop: Integers

    @property
    def reach(self) -> Integers:
        """First sample after everything up to and including each row."""
        return np.maximum.accumulate(self.stop)


def join(pieces: Sequence[Segment], overlap: Overlap | str = Overlap.GAP) -> Joined:
    """Join pieces of one channel, given in order of arrival, into as few segments as they make.

    Pieces are taken by time. The first piece of a segment sets its sample grid; a later one falls on the
    nearest sample of that grid, so its misfit is at most half a sample.

    | the next piece ...                            | becomes                                                 |
    |-----------------------------------------------|---------------------------------------------------------|
    | has no samples                                | nothing; it never splits a segment                      |
    | starts on the sample after the last           | joined                                                  |
    | ... with a misfit above a tenth of a sample   | joined, with a complaint that names the largest misfit  |
    | starts later                                  | a new segment on its own grid                           |
    | overlaps, all common samples equal            | joined, each sample kept once (so are exact duplicates) |
    | overlaps with other values, overlap "gap"     | a gap from the first to the last sample in conflict of  |
    |                                               | that stretch of doubly covered time; span in `conflicts`|
    | overlaps with other values, "first" or "last" | joined; the piece that arrived first, or last, wins     |
    | has another rate                              | never joined; segments of each rate stand side by side  |

    NaN equals NaN. Types that differ inside a segment are promoted (int32 with float32 to float64). A segment
    made of one run of memory is a view of it; any other is one new array. Raises ValueError when pieces are
    of several channels.
    """
    policy = Overlap(overlap)
    groups: dict[Rate, list[Segment]] = {}
    for piece in pieces:
        if piece.source != pieces[0].source:
            raise ValueError(f"Pieces of {pieces[0].source} and {piece.source} cannot join; group them by channel.")
        groups.setdefault(piece.rate, []).append(piece)
    parts = [
        join_rows(
            Rows(
                source=group[0].source,
                rate=rate,
                starts=np.array([p.t0_ns for p in group], np.int64),
                counts=np.array([p.npts for p in group], np.int64),
                buffers=[p.data for p in group],
                buffer=np.arange(len(group)),
                first=np.zeros(len(group), np.int64),
            ),
            policy,
        )
        for rate, group in groups.items()
    ]
    told = [c for piece in pieces for c in piece.complaints]
    return merge(parts, told, pieces[0].source if pieces else None)


def merge(parts: Sequence[Joined], complaints: Sequence[Complaint] = (), source: SourceId | None = None) -> Joined:
    """Results of several rates of one channel side by side, with further complaints put first, each once."""
    everything = [*complaints, *(c for part in parts for c in part.complaints)]
    return Joined(
        segments=tuple(sorted((s for part in parts for s in part.segments), key=lambda s: s.t0_ns)),
        complaints=tuple(dict.fromkeys(everything)),
        conflicts=tuple(sorted((c for part in parts for c in part.conflicts), key=lambda c: c.start_ns)),
        source=source,
    )


def join_rows(rows: Rows, overlap: Overlap = Overlap.GAP) -> Joined:
    """`join` for pieces at one rate that stand in shared buffers; neighbours in a buffer are copied as one."""
    segments: list[Segment] = []
    complaints: list[Complaint] = []
    conflicts: list[Span] = []
    for chain in _chains(rows):
        t0 = int(rows.starts[chain.rows[0]])
        noticed = _misfit(rows, chain)
        pieces, disputed = _assemble(rows, chain, overlap)
        if disputed:
            spans = [Span(t0 + rows.rate.span_ns(a), t0 + rows.rate.span_ns(b - 1)) for a, b in disputed]
            noticed += _conflict_complaints(rows.source, spans, overlap)
            if overlap is Overlap.GAP:
                conflicts += spans
        complaints += noticed
        segments += [
            Segment(rows.source, t0 + rows.rate.span_ns(at), rows.rate, data, tuple(noticed)) for at, data in pieces
        ]
    return Joined(tuple(segments), tuple(complaints), tuple(conflicts), rows.source)


def _chains(rows: Rows) -> Iterator[_Chain]:
    """Split the rows, by time, wherever a sample of the running segment's grid is missing."""
    kept = np.flatnonzero(rows.counts > 0)
    order = kept[np.argsort(rows.starts[kept], kind="stable")]
    if len(order) == 0:
        return
    starts, counts = rows.starts[order], rows.counts[order]
    reach = np.maximum.accumulate(starts + rows.rate.spans_ns(counts))
    # beyond one whole interval a sample is missing whatever the misfits of the two rows are
    certain = np.flatnonzero(starts[1:] - reach[:-1] > rows.rate.period_ns) + 1
    edges = [0, *certain.tolist(), len(order)]
    for begin, end in itertools.pairwise(edges):
        while begin < end:
            index = rows.rate.indices(starts[begin:end] - starts[begin])
            stop = index + counts[begin:end]
            missing = np.flatnonzero(index[1:] > np.maximum.accumulate(stop)[:-1])
            length = int(missing[0]) + 1 if len(missing) else end - begin
            yield _Chain(order[begin : begin + length], index[:length], stop[:length])
            begin += length


def _misfit(rows: Rows, chain: _Chain) -> list[Complaint]:
    """A complaint that names the largest misfit of the chain, if it is above a tenth of a sample."""
    starts = rows.starts[chain.rows]
    misfit = starts - starts[0] - rows.rate.spans_ns(chain.index)
    worst = int(np.abs(misfit).argmax())
    samples = int(misfit[worst]) / rows.rate.period_ns
    if abs(samples) <= COMPLAIN_ABOVE:
        return []
    message = (
        f"{rows.source}: data that start at {iso(int(starts[worst]))} are {samples:+.2f} samples "
        f"({int(misfit[worst]) / 1e6:+.3f} ms) off the sample grid they were joined to; the grid's times are kept."
    )
    return [Complaint(ComplaintKind.TIME_MISFIT, message)]


def _assemble(rows: Rows, chain: _Chain, overlap: Overlap) -> tuple[list[tuple[int, Samples]], list[tuple[int, int]]]:
    """Samples of a chain as (first index, array) pieces, and the disputed index ranges (stop excluded)."""
    runs = _runs(rows, chain)
    npts = int(chain.stop.max())
    if len(runs) == 1:
        _, begin, source = runs[0]
        return [(begin, source)], []
    data = np.empty(npts, np.result_type(*{source.dtype for _, _, source in runs}))
    doubled: list[tuple[int, int]] = []  # index ranges covered more than once, by start
    differ: list[Integers] = []
    reach = 0
    for _, begin, source in runs:
        stop = begin + len(source)
        if begin < reach:
            common = min(stop, reach)
            doubled.append((begin, common))
            differ.append(begin + _differences(data[begin:common], source[: common - begin]))
        if stop > reach:
            data[reach:stop] = source[reach - begin :]
            reach = stop
    disputed = _disputed(doubled, differ)
    if not disputed:
        return [(0, data)], []
    if overlap is not Overlap.GAP:
        for _, begin, source in sorted(runs, key=lambda run: run[0], reverse=overlap is Overlap.FIRST):
            data[begin : begin + len(source)] = source
        return [(0, data)], disputed
    edges = [0, *(edge for span in disputed for edge in span), npts]
    return [(a, data[a:b]) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b], disputed


def _runs(rows: Rows, chain: _Chain) -> list[tuple[int, int, Samples]]:
    """The chain as (order of arrival, first index, samples), rows that follow each other in a buffer as one."""
    buffer, first, counts = rows.buffer[chain.rows], rows.first[chain.rows], rows.counts[chain.rows]
    follows = (
        (buffer[1:] == buffer[:-1])
        & (first[1:] == first[:-1] + counts[:-1])
        & (chain.index[1:] == chain.stop[:-1])
        & (chain.rows[1:] == chain.rows[:-1] + 1)
    )
    heads = np.flatnonzero(np.concatenate(([True], ~follows)))
    tails = np.append(heads[1:], len(chain.rows)) - 1
    ends = first[tails] + counts[tails]
    return [
        (int(arrival), int(index), rows.buffers[int(b)][int(start) : int(end)])
        for arrival, index, b, start, end in zip(
            chain.rows[heads], chain.index[heads], buffer[heads], first[heads], ends, strict=True
        )
    ]


def _differences(held: Samples, other: Samples) -> Integers:
    """Positions at which two arrays of one length differ; NaN equals NaN."""
    unequal = held != other
    if unequal.any() and (held.dtype.kind == "f" or other.dtype.kind == "f"):
        unequal &= ~(np.isnan(held) & np.isnan(other))
    return np.flatnonzero(unequal)


def _disputed(doubled: Sequence[tuple[int, int]], differ: Sequence[Integers]) -> list[tuple[int, int]]:
    """From first to last difference (stop excluded) of each stretch that is covered more than once."""
    found: list[tuple[int, int]] = []
    stretch_stop = -1
    low = high = None
    for (begin, stop), where in zip(doubled, differ, strict=True):
        if begin > stretch_stop:
            if low is not None and high is not None:
                found.append((low, high + 1))
            low = high = None
        stretch_stop = max(stretch_stop, stop)
        if len(where):
            low = int(where[0]) if low is None else min(low, int(where[0]))
            high = int(where[-1]) if high is None else max(high, int(where[-1]))
    if low is not None and high is not None:
        found.append((low, high + 1))
    return found


def _conflict_complaints(source: SourceId, spans: Sequence[Span], overlap: Overlap) -> list[Complaint]:
    """One complaint for all conflicts of a chain, with the first span named."""
    done = "left out" if overlap is Overlap.GAP else f"taken from the piece that arrived {overlap.value}"
    more = f" and {len(spans) - 1} more spans" if len(spans) > 1 else ""
    message = (
        f"{source}: samples from {iso(spans[0].start_ns)} to {iso(spans[0].end_ns)}{more} come twice with "
        f"different values; they are {done}."
    )
    return [Complaint(ComplaintKind.OVERLAP_CONFLICT, message)]


def iso(ns: int) -> str:
    """Epoch ns as UTC text with microseconds, for messages."""
    return f"{np.datetime64(ns, 'ns').astype('datetime64[us]')}Z"
