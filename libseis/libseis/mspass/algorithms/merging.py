"""Joining pieces of one channel into one TimeSeries: `merge`, and the older splice_segments and repair_overlaps.

The rules are those of libseis.segments: equal overlapping samples are kept once, conflicting ones make a gap.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from libseis.codes import Channel
from libseis.enums import ErrorSeverity
from libseis.errors import ItemError
from libseis.objects.kinds import atomic_type
from libseis.objects.samples import part, replace_samples, samples
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeserieswgaps import TimeSeriesWGaps
from libseis.objects.timewindow import TimeWindow
from libseis.segments import Joined, Rate, Segment, join

# the caller says that all pieces belong to one channel, so their codes are not compared
_ANY = Channel("", "", "", "")


def _dead(head: TimeSeries | None, message: str) -> TimeSeries:
    dead = TimeSeries() if head is None else part(head, 0, 0)
    dead.elog.log_error("merge", message, ErrorSeverity.Invalid)
    dead.kill()
    return dead


def _segments(pieces: Sequence[TimeSeries]) -> list[Segment]:
    rate = Rate(pieces[0].rate_numerator, pieces[0].rate_denominator)
    return [Segment(_ANY, d.t0_ns, rate, samples(d)) for d in pieces]


def _problem(pieces: Sequence[TimeSeries]) -> str:
    """Why live pieces cannot be merged; empty if they can."""
    first = pieces[0]
    if not all(isinstance(d, TimeSeries) for d in pieces):
        return "merge only takes TimeSeries"
    if not first.rate_numerator:
        return f"the sample interval {first.dt} s is no sample interval"
    if any(d.tref != first.tref for d in pieces):
        return "the pieces have different time standards"
    # rates that differ by less than half a sample over the piece are the same rate, written differently
    wrong = [d.dt for d in pieces if abs(d.dt - first.dt) * max(d.npts, 1) > 0.5 * first.dt]
    if wrong:
        return f"the pieces have different sample intervals: {first.dt} and {wrong[0]} s"
    return ""


def _overlap(pieces: Sequence[TimeSeries]) -> str:
    for before, after in itertools.pairwise(pieces):
        if after.t0 < before.endtime() + 0.5 * before.dt:
            return f"the pieces overlap between {after.t0} and {before.endtime()}; set fix_overlaps"
    return ""


def _live(algorithm: str, pieces: Iterable[TimeSeries]) -> list[TimeSeries]:
    """The live pieces with samples, by time; ItemError for something else in the list."""
    found = list(pieces)
    for d in found:
        if not isinstance(d, TimeSeries):
            raise ItemError(f"{algorithm}: every piece must be a TimeSeries, found {type(d).__name__}.")
    return sorted((d for d in found if d.live and d.npts > 0), key=lambda d: d.t0)


def _assemble(head: TimeSeries, joined: Joined, start: float | None, end: float | None) -> TimeSeries:
    """The segments on the grid of the first one, with zeros between them and where the wanted span is not covered. The
    zeros are listed as gaps."""
    first = joined.segments[0]
    begin = 0 if start is None else head.sample_number(start)
    last = joined.segments[-1]
    stop = (first.rate.index(last.t0_ns - first.t0_ns)[0] + last.npts) if end is None else head.sample_number(end) + 1
    out = part(head, begin, max(0, stop - begin))
    values = np.zeros(max(0, stop - begin))
    covered = begin
    gaps: list[tuple[int, int]] = []
    for segment in joined.segments:
        at = first.rate.index(segment.t0_ns - first.t0_ns)[0]
        left, right = max(at, begin), min(at + segment.npts, stop)
        if left >= right:
            continue
        if left > covered:
            gaps.append((covered, left))
        values[left - begin : right - begin] = segment.data[left - at : right - at]
        covered = right
    if covered < stop:
        gaps.append((covered, stop))
    replace_samples(out, values)
    for left, right in gaps:
        out.add_gap(TimeWindow(head.time(left), head.time(right - 1)))
    return out


def merge(
    tsvector: Iterable[TimeSeries],
    starttime: float | None = None,
    endtime: float | None = None,
    fix_overlaps: bool = False,
    zero_gaps: bool = False,
    object_history: bool = False,
) -> TimeSeries:
    """Join pieces of one channel, in any order, into one TimeSeries.

    The result has the Metadata of the earliest piece. Dead pieces are left out. Pieces that cannot be merged (all are
    dead, or they have different sampling intervals or time standards) give a dead TimeSeries that says why.

    Parameters
    ----------
    tsvector
        The pieces.
    starttime
        Start of the result in seconds; by default the start of the data.
    endtime
        End of the result in seconds; by default the end of the data.
    fix_overlaps
        False to kill the result if pieces overlap. True to keep equal samples once and to make conflicting samples a
        gap.
    zero_gaps
        False to kill the result if it has a gap. True to set missing samples to zero, and to record the gaps in its gap
        list and in the Metadata, as has_gap and gaps (dicts of starttime and endtime, the first and the last missing
        sample).
    object_history
        True to record the pieces as inputs of the result.

    Returns
    -------
    TimeSeries
        The joined datum.

    Raises
    ------
    ItemError
        A piece is no TimeSeries (a MsPASSError of severity Fatal, and a TypeError).
    """
    live = _live("merge", tsvector)
    if not live:
        return _dead(None, "there is no live TimeSeries to merge")
    head = live[0]
    problem = _problem(live) or ("" if fix_overlaps else _overlap(live))
    if problem:
        return _dead(head, problem)
    joined = join(_segments(live))
    out = _assemble(head, joined, starttime, endtime)
    for complaint in joined.complaints:
        out.elog.log_error("merge", complaint.message, ErrorSeverity.Complaint)
    if len(out.gaps) and not zero_gaps:
        spans = ", ".join(f"{gap.start} to {gap.end}" for gap in out.gaps)
        return _dead(head, f"samples are missing from {spans}; set zero_gaps to fill them with zeros")
    if len(out.gaps):
        out["has_gap"] = True
        out["gaps"] = [{"starttime": gap.start, "endtime": gap.end} for gap in out.gaps]
    if object_history:
        out.new_ensemble_process("merge", "merge", atomic_type(out), live)
    return out


def repair_overlaps(segments: Iterable[TimeSeries]) -> list[TimeSeries]:
    """Sort the pieces of one channel by time and join them where they touch or overlap.

    No sample is in the result twice. Conflicting samples are left out, which splits a piece. Each result has the
    Metadata of its first piece. Dead and empty pieces are left out.

    Parameters
    ----------
    segments
        The pieces.

    Returns
    -------
    list[TimeSeries]
        The joined pieces.

    Raises
    ------
    ItemError
        A piece is no TimeSeries (a MsPASSError of severity Fatal, and a TypeError).
    ValueError
        The pieces have different sampling intervals or time standards.
    """
    live = _live("repair_overlaps", segments)
    if not live:
        return []
    problem = _problem(live)
    if problem:
        raise ValueError(f"repair_overlaps: {problem}")
    repaired: list[TimeSeries] = []
    for segment in join(_segments(live)).segments:
        piece = part(max((d for d in live if d.t0_ns <= segment.t0_ns), key=lambda d: d.t0_ns, default=live[0]), 0, 0)
        replace_samples(piece, np.array(segment.data, dtype=np.float64))
        piece.set_t0_ns(segment.t0_ns)
        repaired.append(piece)
    return repaired


def splice_segments(segments: Iterable[TimeSeries], object_history: bool = False) -> TimeSeriesWGaps:
    """Join pieces of one channel into one datum that keeps its gaps.

    It is `merge` with repaired overlaps and zeros in gaps.

    Parameters
    ----------
    segments
        The pieces.
    object_history
        True to record the pieces as inputs of the result.

    Returns
    -------
    TimeSeriesWGaps
        The joined datum.
    """
    merged = merge(segments, fix_overlaps=True, zero_gaps=True, object_history=object_history)
    spliced = TimeSeriesWGaps(merged)
    for gap in merged.gaps:
        spliced.add_gap(gap)
    return spliced
