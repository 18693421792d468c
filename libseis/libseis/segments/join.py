"""Join pieces of one channel into segments. This module decides what is contiguous, double, or in conflict.

It works on arrays of starts and counts, so that ten thousand records need no Python loop. It does not decode.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from libseis.codes import Channel
from libseis.isotime import iso
from libseis.segments.rate import Rate, streams
from libseis.segments.segment import Complaint, ComplaintKind, Samples, Segment
from libseis.segments.span import Span
from libseis.segments.times import EXACT_NS, LEAST_DRIFT, TOLERANCE, ClockReport, Integers, RecordTimes, read_clock


class Overlap(StrEnum):
    """What to do with samples of the same time and different values."""

    GAP = "gap"
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Joined:
    """The joined pieces of one channel: segments by time, conflicts and complaints.

    `conflicts` are the spans that `Overlap.GAP` left out (ends included), by time.
    """

    segments: tuple[Segment, ...]
    complaints: tuple[Complaint, ...] = ()
    conflicts: tuple[Span, ...] = ()
    channel: Channel | None = None  # None only where nothing was joined


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Pieces of one stream as arrays: row k has the samples `buffers[buffer[k]][first[k]:first[k]+counts[k]]`.

    `starts` are epoch ns. `ends` are the times one interval after each row's last sample, by the header of the row.
    `rate` is the rate of the stream. Rows are in the order of arrival, which `Overlap.FIRST` and `LAST` use.
    """

    channel: Channel
    rate: Rate
    starts: Integers
    ends: Integers
    counts: Integers
    buffers: Sequence[Samples]
    buffer: Integers
    first: Integers


@dataclass(frozen=True, slots=True, eq=False)
class _Chain:
    """Contiguous rows, as positions in `Rows` by time: row k covers samples index[k] .. stop[k]-1."""

    rows: Integers
    index: Integers
    stop: Integers


def join(pieces: Sequence[Segment], overlap: Overlap | str = Overlap.GAP) -> Joined:
    """Join pieces of one channel into as few segments as possible.

    Pieces are taken in order of time. Each piece is compared with the piece before it, by the headers of the two, and
    never with a grid that starts at the first piece. Each sample keeps the time of its piece (see
    `libseis.segments.times`).

    The next piece

    - has no samples: nothing; it never splits a segment.
    - starts within half a sample of the end of the data before it: joined. Where the times leave an even grid by more
      than a tenth of a sample, with a complaint that names the rates, the largest misfit and the steps of the clock.
    - starts later: a new segment.
    - overlaps, and all common samples are equal: joined, each sample kept once (also exact duplicates).
    - overlaps with other values, `overlap` is "gap": a gap from the first to the last sample in conflict of that
      stretch of doubly covered time; the span is in `conflicts`.
    - overlaps with other values, "first" or "last": joined; the piece that arrived first, or last, wins.
    - has a rate that differs by less than 1e-4: part of the same stream.
    - has another rate: never joined; each rate has its own segments.

    NaN equals NaN. Types that differ inside a segment are promoted (int32 with float32 to float64). A segment from one
    block of memory is a view of it; any other segment is a new array.

    Parameters
    ----------
    pieces
        Pieces of the channel, in order of arrival.
    overlap
        What is done with samples of the same time and different values.

    Returns
    -------
    Joined
        The segments, with conflicts and complaints.

    Raises
    ------
    ValueError
        The pieces are of several channels.
    """
    policy = Overlap(overlap)
    rates: dict[Rate, list[Segment]] = {}
    for piece in pieces:
        if piece.channel != pieces[0].channel:
            raise ValueError(f"Pieces of {pieces[0].channel} and {piece.channel} cannot join; group them by channel.")
        rates.setdefault(piece.times.nominal if piece.times else piece.rate, []).append(piece)
    spelled = list(rates)
    parts: list[Joined] = []
    for stream in streams(spelled, [sum(p.npts for p in rates[r]) for r in spelled]):
        chosen = {id(piece) for n in stream for piece in rates[spelled[n]]}
        group = [piece for piece in pieces if id(piece) in chosen]
        parts.append(join_rows(_rows(group, spelled[stream[0]]), policy))
    told = [c for piece in pieces for c in piece.complaints]
    return merge(parts, told, pieces[0].channel if pieces else None)


def _rows(pieces: Sequence[Segment], rate: Rate) -> Rows:
    """Pieces as rows: one row per piece, or per record if a piece keeps the times of its records."""
    starts, ends, counts, first = [], [], [], []
    for piece in pieces:
        times = piece.times
        index = np.zeros(1, np.int64) if times is None else times.index
        begin = np.array([piece.t0_ns], np.int64) if times is None else times.start_ns
        count = np.diff(np.append(index, piece.npts))
        clock = piece.rate if times is None else times.clock
        starts.append(begin)
        ends.append(begin + clock.spans_ns(count))
        counts.append(count)
        first.append(index)
    return Rows(
        channel=pieces[0].channel,
        rate=rate,
        starts=np.concatenate(starts),
        ends=np.concatenate(ends),
        counts=np.concatenate(counts),
        buffers=[piece.data for piece in pieces],
        buffer=np.repeat(np.arange(len(pieces)), [len(index) for index in first]),
        first=np.concatenate(first),
    )


def merge(parts: Sequence[Joined], complaints: Sequence[Complaint] = (), channel: Channel | None = None) -> Joined:
    """Put the results for several rates of one channel together.

    Parameters
    ----------
    parts
        The results.
    complaints
        More complaints, which are put first, each once.
    channel
        The channel.

    Returns
    -------
    Joined
        All of them as one result.
    """
    everything = [*complaints, *(c for part in parts for c in part.complaints)]
    return Joined(
        segments=tuple(sorted((s for part in parts for s in part.segments), key=lambda s: s.t0_ns)),
        complaints=tuple(dict.fromkeys(everything)),
        conflicts=tuple(sorted((c for part in parts for c in part.conflicts), key=lambda c: c.start_ns)),
        channel=channel,
    )


def join_rows(rows: Rows, overlap: Overlap = Overlap.GAP) -> Joined:
    """Join pieces of one stream that are in shared buffers, as `join` does.

    Parameters
    ----------
    rows
        The pieces.
    overlap
        What is done with samples of the same time and different values.

    Returns
    -------
    Joined
        The segments, with conflicts and complaints.
    """
    if (whole := _on_grid(rows)) is not None:
        return Joined((whole,), (), (), rows.channel)
    segments: list[Segment] = []
    complaints: list[Complaint] = []
    conflicts: list[Span] = []
    for chain in _chains(rows):
        times, report = read_clock(*_starts(rows, chain), rows.rate)
        pieces, disputed = _assemble(rows, chain, overlap)
        npts = int(chain.stop.max())
        noticed = _off_grid(rows.channel, times, report, npts)
        if disputed:
            spans = [Span(times.time_ns(a), times.time_ns(b - 1)) for a, b in disputed]
            noticed += _conflict_complaints(rows.channel, spans, overlap)
            if overlap is Overlap.GAP:
                conflicts += spans
        complaints += noticed
        segments += [
            Segment.timed(
                rows.channel,
                times if len(data) == npts else times.part(at, at + len(data)),
                data,
                tuple(noticed),
            )
            for at, data in pieces
        ]
    return Joined(tuple(segments), tuple(complaints), tuple(conflicts), rows.channel)


def _on_grid(rows: Rows) -> Segment | None:
    """The segment of rows that follow each other in one buffer and on one even grid, the usual case; None for others.

    The limits are so narrow that no clock is fitted, and the segment would not keep the times of its records.
    """
    if len(rows.buffers) != 1 or len(rows.counts) == 0 or int(rows.counts.min()) <= 0:
        return None
    data, first, period = rows.buffers[0], rows.first, rows.rate.period_ns
    stops = first + rows.counts
    if first[0] != 0 or stops[-1] != len(data) or (first[1:] != stops[:-1]).any():
        return None
    off = rows.starts - rows.starts[0] - rows.rate.spans_ns(first)
    worst = max(int(off.max()), -int(off.min()))
    if worst > min(EXACT_NS, TOLERANCE * period) or 2 * len(off) * worst > LEAST_DRIFT * period:
        return None
    late = rows.starts[1:] - rows.ends[:-1]
    if len(late) and max(int(late.max()), -int(late.min())) > TOLERANCE * period:
        return None
    return Segment(rows.channel, int(rows.starts[0]), rows.rate, data)


def _chains(rows: Rows) -> Iterator[_Chain]:
    """Split the rows, by time, at each row that starts more than half a sample after all rows before it end."""
    kept = np.flatnonzero(rows.counts > 0)
    order = kept[np.argsort(rows.starts[kept], kind="stable")]
    if len(order) == 0:
        return
    starts, ends, counts = rows.starts[order], rows.ends[order], rows.counts[order]
    late = starts[1:] - np.maximum.accumulate(ends)[:-1]
    half = rows.rate.period_ns / 2
    edges = [0, *(np.flatnonzero(late > half) + 1).tolist(), len(order)]
    for begin, end in itertools.pairwise(edges):
        if (late[begin : end - 1] >= -half).all():
            stop = np.cumsum(counts[begin:end])
            index = stop - counts[begin:end]
        else:
            index = _overlapping(starts[begin:end], ends[begin:end], counts[begin:end], rows.rate)
            stop = index + counts[begin:end]
        yield _Chain(order[begin:end], index, stop)


def _overlapping(starts: Integers, ends: Integers, counts: Integers, rate: Rate) -> Integers:
    """First sample of each row if rows overlap, by the distance of its start from the latest end before it."""
    half, period = rate.period_ns / 2, rate.period_ns
    index = np.zeros(len(starts), np.int64)
    reach, stop = int(ends[0]), int(counts[0])
    for row, (start, end, count) in enumerate(
        zip(starts[1:].tolist(), ends[1:].tolist(), counts[1:].tolist(), strict=True), start=1
    ):
        ahead = start - reach
        at = stop if abs(ahead) <= half else max(stop + round(ahead / period), 0)
        index[row] = at
        if end > reach:
            reach, stop = end, at + count
    return index


def _starts(rows: Rows, chain: _Chain) -> tuple[Integers, Integers]:
    """For the rows that add samples to the chain: the first added sample and its time, both of shape (rows,)."""
    reach = np.append(0, np.maximum.accumulate(chain.stop)[:-1])
    adds = chain.stop > reach
    at = np.maximum(chain.index, reach)[adds]
    return at, rows.starts[chain.rows[adds]] + rows.rate.spans_ns(at - chain.index[adds])


def _off_grid(channel: Channel, times: RecordTimes, report: ClockReport, npts: int) -> list[Complaint]:
    """A complaint if records are more than a tenth of a sample off the even grid of the headers' rate."""
    off = times.start_ns - times.start_ns[0] - times.nominal.spans_ns(times.index)
    worst = int(np.abs(off).argmax())
    samples = float(off[worst] / times.nominal.period_ns)
    if abs(samples) <= TOLERANCE:
        return []
    drift = (report.fitted.hz / times.nominal.hz - 1) * 1e6
    steps = "no steps"
    if report.steps:
        count = "1 step" if report.steps == 1 else f"{report.steps} steps"
        largest = f"{report.largest_step:+.2f} samples ({report.largest_step * times.nominal.period_ns / 1e6:+.3f} ms)"
        steps = f"{count} of the clock, the largest {largest} at {iso(report.step_ns, 6)}"
    message = (
        f"{channel}: data that start at {iso(int(times.start_ns[worst]), 6)} are {samples:+.2f} samples "
        f"({int(off[worst]) / 1e6:+.3f} ms) off the grid of {times.nominal}, which the headers state. The times of the "
        f"records fit {report.fitted} ({drift:+.2f} ppm) and have {steps}. They are kept."
    )
    return [Complaint(ComplaintKind.TIME_MISFIT, message)]


def _assemble(rows: Rows, chain: _Chain, overlap: Overlap) -> tuple[list[tuple[int, Samples]], list[tuple[int, int]]]:
    """Samples of a chain as (first index, array) pieces, and the disputed index ranges (stop excluded)."""
    runs = _runs(rows, chain)
    npts = int(chain.stop.max())
    if len(runs) == 1:
        return [(0, runs[0][2])], []
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
    """The chain as (order of arrival, first index, samples); rows that are adjacent in a buffer are one entry."""
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
    """For each stretch that is covered more than once: from its first to its last difference (stop excluded)."""
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


def _conflict_complaints(channel: Channel, spans: Sequence[Span], overlap: Overlap) -> list[Complaint]:
    """One complaint for all conflicts of a chain, which names the first span."""
    done = "left out" if overlap is Overlap.GAP else f"taken from the piece that arrived {overlap.value}"
    more = f" and {len(spans) - 1} more spans" if len(spans) > 1 else ""
    message = (
        f"{channel}: samples from {iso(spans[0].start_ns, 6)} to {iso(spans[0].end_ns, 6)}{more} come twice with "
        f"different values; they are {done}."
    )
    return [Complaint(ComplaintKind.OVERLAP_CONFLICT, message)]
