"""Deals with the results of steps: cuts out the window, says what is not covered, and gives the outcome if nothing is
left."""

from __future__ import annotations

from collections.abc import Sequence

from libseis.segments import GapPolicy, Segment, Span, cut

from ..model.handovers import LogLine, Severity, Source, WindowOutcome
from ..model.outcome import Fate, Reason
from ..model.task import Window
from .coverage import beyond, lacking
from .packing import Work
from .processing import Processed


def parts_asked(whole: Segment, asked: Span, window: Window, work: Work, log: list[LogLine]) -> list[Segment]:
    """The asked parts of the samples that steps made."""
    inclusive = window.inclusive_end
    if work.chain.cuts and (text := beyond(asked, whole, inclusive_end=inclusive)):
        log.append(LogLine("windower", text, Severity.COMPLAINT))
    return cut([whole], [], asked.start_ns, asked.end_ns, inclusive_end=inclusive, gaps=GapPolicy.SPLIT).pieces


def tell_lacking(
    window: Window, asked: Span, parts: Sequence[Segment], done: Processed, work: Work, log: list[LogLine]
) -> None:
    """Log how much of the window has no samples, unless a step has cut it on purpose."""
    if not done.made or (parts and work.chain.cuts):
        return
    if text := lacking(asked, parts, inclusive_end=window.inclusive_end):
        log.append(LogLine("windower", text, Severity.COMPLAINT))


def step_failed(
    window: Window, log: list[LogLine], sources: tuple[Source, ...], work: Work, reasons: Sequence[str] = ()
) -> WindowOutcome:
    """The outcome of a window of which steps left nothing. Its reason is that of the last datum that died."""
    detail = next((line.message for line in reversed(log) if line.severity is Severity.INVALID), "")
    log += [LogLine("station metadata", note, Severity.COMPLAINT) for note in work.notes]
    reason = (reasons[-1] if reasons else "") or Reason.STEP_FAILED.value
    return WindowOutcome(
        window, Fate.DEAD, reason, detail or "The steps left no data.", log=tuple(log), sources=sources,
        steps=work.chain.names,
    )  # fmt: skip
