"""Compares the samples that steps left with the span that was asked for. Pure values."""

from __future__ import annotations

from collections.abc import Sequence

from libseis.segments import Segment, Span

from ..model.task import Window

# Each time on a grid is rounded to whole ns, so a difference of two may be wrong by so much.
_ROUNDING_NS = 2


def asked_of(window: Window, piece: Segment) -> Span:
    """The span for samples at another rate, where the data gave `piece`. Where the piece reaches the window's edge to
    within a sample, the edge is the window's, so that all channels get the same samples; otherwise it is the piece's.

    The end is the time of the last sample; for a window that excludes its end, it is the time that all samples come
    before.
    """
    period = piece.rate.span_ns(1)
    start, end = piece.t0_ns, piece.end_ns
    if abs(start - window.start_ns) <= period:
        start = window.start_ns
    if window.inclusive_end:
        return Span(start, window.end_ns if abs(end - window.end_ns) <= period else end)
    end += period
    return Span(start, window.end_ns if abs(end - window.end_ns) <= period else end)


def beyond(asked: Span, made: Segment, *, inclusive_end: bool) -> str:
    """One sentence if a step that cuts on purpose kept more than was asked for; empty otherwise."""
    period = made.rate.span_ns(1)
    early, late = asked.start_ns - made.t0_ns, made.end_ns - asked.end_ns + (0 if inclusive_end else period)
    if max(early, late) <= period // 2:
        return ""
    return (
        f"What the steps cut out goes beyond the job's window, whose edges hold: {max(early, 0) / 1e9:.6g} s before it "
        f"and {max(late, 0) / 1e9:.6g} s after it are left out."
    )


def lacking(asked: Span, parts: Sequence[Segment], *, inclusive_end: bool) -> str:
    """One sentence on how much of `asked` has no samples; empty if the parts cover it to within one sample."""
    start, end = asked.start_ns, asked.end_ns
    if not parts:
        return f"The steps left none of the {(end - start) / 1e9:.9g} s of data that were asked for."
    spans: list[tuple[int, int]] = []
    covered = start
    for part in sorted(parts, key=lambda part: part.t0_ns):
        period = part.rate.span_ns(1)
        if part.t0_ns > covered + period + _ROUNDING_NS:
            spans.append((covered, part.t0_ns))
        covered = max(covered, part.end_ns + period)
    last = max(parts, key=lambda part: part.end_ns)
    tolerance = 0 if inclusive_end else last.rate.span_ns(1)
    if covered + tolerance + _ROUNDING_NS < end:
        spans.append((covered, end))
    if not spans:
        return ""
    total = sum(b - a for a, b in spans) / 1e9
    head = (spans[0][1] - start) / 1e9 if spans[0][0] == start else 0.0
    tail = (end - spans[-1][0]) / 1e9 if spans[-1][1] == end else 0.0
    return (
        f"After the steps {total:.9g} of {(end - start) / 1e9:.9g} s are without samples: {head:.9g} s at the start, "
        f"{tail:.9g} s at the end, {max(total - head - tail, 0.0):.9g} s between; new samples are "
        f"{last.rate.period_ns / 1e9:.9g} s apart."
    )
