"""Cut a window out of the segments of one channel, and give the reason if the window is not complete.

Only this module decides which samples belong to a window. The segments have been joined before.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from libseis.enums import GapFill
from libseis.segments.segment import Segment
from libseis.segments.span import Span

# Header times without blockette 1001 have a resolution of 0.1 ms (SEED manual 2.4, BTIME), so a sample this close
# before the edge of a tile counts as on the edge.
EDGE_NS = 100_000


class GapPolicy(StrEnum):
    """What to do with a window that has gaps."""

    KILL = "kill"
    SPLIT = "split"
    FILL = "fill"


class CutReason(StrEnum):
    """Why a window is dead. The ledger stores these texts, so they must not change."""

    NO_DATA = "no_data"
    NO_DATA_IN_WINDOW = "no_data_in_window"
    GAP = "gap"
    STARTS_LATE = "starts_late"
    ENDS_EARLY = "ends_early"
    OVERLAP_CONFLICT = "overlap_conflict"
    MIXED_RATES = "mixed_rates"


@dataclass(frozen=True, slots=True)
class Cut:
    """A window: its pieces by time, or the reason why there are none, and all spans without data.

    With `GapPolicy.KILL` and `FILL` a live window is one piece. `detail` is one sentence; it is empty if the window is
    whole. Each gap is from its first to its last missing sample; gaps at the edges are included.
    """

    pieces: list[Segment]
    reason: CutReason | None
    detail: str
    gaps: list[Span]


@dataclass(frozen=True, slots=True)
class _Share:
    """The part of a window that one segment has: its samples first .. stop-1.

    The window takes the samples want .. want_stop-1 that exist; it is whole if need .. need_stop-1 exist.
    """

    segment: Segment
    want: int
    want_stop: int
    need: int
    need_stop: int
    first: int
    stop: int


def cut(
    segments: Sequence[Segment],
    conflicts: Sequence[Span],
    start_ns: int,
    end_ns: int,
    *,
    inclusive_end: bool,
    gaps: GapPolicy = GapPolicy.KILL,
    fill: GapFill = GapFill.ZERO,
) -> Cut:
    """Cut a window out of the segments of one channel; samples are views of the segments if possible.

    A window is whole when no sample of the channel with start <= t < end is missing, whatever the phase of its samples:
    a day of 40 Hz data that begins 19.5 ms after midnight is whole, and so is a day that ends 25 ms before the next
    midnight. Times are those of the records (`Segment.time_ns`). A filled window is on the grid of its first segment;
    "linear" holds the outermost value beyond the data and, like "nan", changes counts to float64. Segments with several
    rates do not make a whole window: the window is dead under "kill" and "fill", and has separate pieces under "split".

    Parameters
    ----------
    segments
        Segments of the channel, by time.
    conflicts
        Spans that joining left out. They are gaps. With "kill", a window that touches one is dead for this reason.
    start_ns
        Start of the window in ns since 1970.
    end_ns
        End of the window in ns since 1970.
    inclusive_end
        True (event windows and absolute windows) to take the samples of MsPASS's WindowData, as far as they exist: the
        first is the nearest to the start, round((start - t0)/dt) with halves away from zero, and there are round((end -
        start)/dt) + 1 of them. False (tiles) to take start <= t < end, so that abutting tiles hold every sample exactly
        once.
    gaps
        What to do with a window that has gaps.
    fill
        What replaces missing samples with "fill".

    Returns
    -------
    Cut
        The pieces, or the reason why the window is dead.

    Raises
    ------
    ValueError
        The window ends before it starts.
    """
    if end_ns < start_ns:
        raise ValueError(f"The window ends at {end_ns} ns, before its start at {start_ns} ns; swap the two.")
    shares = _shares(segments, start_ns, end_ns, inclusive_end)
    disputed = [c for c in conflicts if c.end_ns >= start_ns and c.start_ns < end_ns + inclusive_end]
    if not shares:
        if disputed:
            return Cut([], CutReason.OVERLAP_CONFLICT, _conflict_detail(disputed), [Span(start_ns, end_ns)])
        if not any(s.npts for s in segments):
            return Cut([], CutReason.NO_DATA, "There are no data of this channel.", [])
        detail = "There are data of this channel, but none inside the window."
        return Cut([], CutReason.NO_DATA_IN_WINDOW, detail, [Span(start_ns, end_ns)])
    missing = _missing(shares)
    whole = not missing and len(shares) == 1
    if gaps is GapPolicy.SPLIT or whole:
        detail = "" if whole else _summary(missing)
        return Cut([s.segment.part(s.first, s.stop) for s in shares], None, detail, missing)
    if not all(s.segment.rate.alike(shares[0].segment.rate) for s in shares):
        names = " and ".join(sorted({str(s.segment.rate) for s in shares}))
        return Cut([], CutReason.MIXED_RATES, f"The window holds data sampled at {names}.", missing)
    if gaps is GapPolicy.FILL:
        return Cut([_filled(shares, fill)], None, f"{_summary(missing)} Filled: {fill.value}.", missing)
    if disputed:
        return Cut([], CutReason.OVERLAP_CONFLICT, _conflict_detail(disputed), missing)
    if len(shares) > 1:
        return Cut([], CutReason.GAP, _summary(missing), missing)
    share = shares[0]
    if share.first > share.need:
        late = (share.segment.time_ns(share.first) - start_ns) / 1e9
        return Cut([], CutReason.STARTS_LATE, f"The data start {late:.6g} s after the window's start.", missing)
    early = (end_ns - share.segment.end_ns) / 1e9
    return Cut([], CutReason.ENDS_EARLY, f"The data end {early:.6g} s before the window's end.", missing)


def _shares(segments: Sequence[Segment], start_ns: int, end_ns: int, inclusive_end: bool) -> list[_Share]:
    """The part of the window that each segment has, by time."""
    found: list[_Share] = []
    for segment in segments:
        period = segment.rate.period_ns
        if segment.t0_ns - end_ns > period or start_ns - segment.end_ns > period:
            continue
        edge = min(EDGE_NS, int(period / 10))
        # an archive that cuts exactly at the edge does not have the sample just before the edge
        need, need_stop = segment.ceil_index(start_ns), segment.ceil_index(end_ns - edge)
        if inclusive_end:
            want = segment.round_index(start_ns)
            want_stop = want + segment.intervals(start_ns, end_ns) + 1
        else:
            want, want_stop = segment.ceil_index(start_ns - edge), need_stop
        first, stop = max(want, 0), min(want_stop, segment.npts)
        if first < stop:
            found.append(_Share(segment, want, want_stop, need, need_stop, first, stop))
    return sorted(found, key=lambda s: s.segment.t0_ns)


def _missing(shares: Sequence[_Share]) -> list[Span]:
    """Spans of the window without data: before, between and after the shares."""
    spans: list[Span] = []
    head, tail = shares[0], shares[-1]
    if head.first > head.need:
        begin = min(head.want, head.need)
        spans.append(Span(head.segment.time_ns(begin), head.segment.time_ns(head.first - 1)))
    for before, after in itertools.pairwise(shares):
        start = before.segment.time_ns(before.stop)
        # a clock that was set by less than a sample leaves no room for a missing sample
        spans.append(Span(start, max(start, after.segment.time_ns(after.first - 1))))
    if tail.stop < tail.need_stop:
        end = max(tail.want_stop, tail.need_stop) - 1
        spans.append(Span(tail.segment.time_ns(tail.stop), tail.segment.time_ns(end)))
    return spans


def _filled(shares: Sequence[_Share], fill: GapFill) -> Segment:
    """One segment over the whole window on the clock of the first share."""
    base, tail = shares[0], shares[-1]
    low = base.want if base.first > base.need else base.first
    high = base.want_stop
    if tail.stop >= tail.need_stop:  # nothing is missing at the end
        high = min(high, base.segment.round_index(tail.segment.time_ns(tail.stop - 1)) + 1)
    npts = high - low
    dtype = np.result_type(*(s.segment.data.dtype for s in shares))
    if fill is not GapFill.ZERO and dtype.kind == "i":
        dtype = np.dtype(np.float64)
    data = np.zeros(npts, dtype)
    present = np.zeros(npts, bool)
    for share in reversed(shares):  # if two shares round to one sample, the earlier share wins
        part = share.segment.data[share.first : share.stop]
        at = base.segment.round_index(share.segment.time_ns(share.first)) - low
        part = part[max(0, -at) : npts - at]
        at = max(at, 0)
        data[at : at + len(part)] = part
        present[at : at + len(part)] = True
    if fill is GapFill.NAN:
        data[~present] = np.nan
    elif fill is GapFill.LINEAR:
        data[~present] = np.interp(np.flatnonzero(~present), np.flatnonzero(present), data[present])
    complaints = tuple(dict.fromkeys(c for s in shares for c in s.segment.complaints))
    if base.segment.times is None:
        return Segment(base.segment.channel, base.segment.time_ns(low), base.segment.rate, data, complaints)
    return Segment.timed(base.segment.channel, base.segment.times.part(low, high), data, complaints)


def _conflict_detail(disputed: Sequence[Span]) -> str:
    span = disputed[0]
    return (
        f"{(span.end_ns - span.start_ns) / 1e9:.6g} s of the window come twice with different values; "
        "choose overlap first or last to keep one of them."
    )


def _summary(missing: Sequence[Span]) -> str:
    """A sentence that says what is missing."""
    if not missing:
        return ""
    longest = max((s.end_ns - s.start_ns) / 1e9 for s in missing)
    spans = "1 span" if len(missing) == 1 else f"{len(missing)} spans"
    return f"The window has {spans} without data, the longest {longest:.6g} s from first to last missing sample."
