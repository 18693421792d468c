"""Makes outcomes of one part of a task: each window is cut, processed if asked, and packed as it will be stored. Only
CPU work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from libseis.enums import GapFill
from libseis.isotime import DAY_NS
from libseis.mseed import frame
from libseis.segments import CutReason, GapPolicy, Joined, cut
from libseis.units import COUNTS
from libseis.warned import collected, sentence

from ..model.handovers import (
    LogLine,
    ObjectRecords,
    OutcomeBatch,
    Severity,
    Source,
    WindowOrder,
    WindowOutcome,
)
from ..model.outcome import Fate, Reason, missing_detail
from ..model.task import Recipe, Window
from .channels import Decoded, choose, decoded
from .origins import with_origin
from .packing import RECORD_BYTES, Taken, Work, dead, packed

if TYPE_CHECKING:
    from libseis.steps import StepContext


def holds_floats(order: WindowOrder) -> bool:
    """Whether the first record of an object holds floats. Then station metadata are needed, because only they tell the
    units."""
    return any(_floats(read.records) if read.floats is None else read.floats for read in order.inputs)


def _floats(records: bytes) -> bool:
    """Look into records of a message that does not say whether they hold floats."""
    table = frame(records[:RECORD_BYTES])
    if not len(table):  # longer records
        table = frame(records)
    return table.floats(table.waveform)


def cut_part(order: WindowOrder, work: Work | None, stations: StepContext | None = None) -> OutcomeBatch:
    """Outcomes of all windows of a part. `work` is the job's processing, None if it has no steps. `stations` are the
    metadata that tell the units of floats, None if they were not requested.

    A problem with the data makes a dead window with its reason on the log, never an exception.
    """
    found = decoded(order.inputs, order.recipe.overlap)
    sources = sources_of(order)
    return batch_of(
        order, lambda window: missing_or(_outcome(window, found, sources, order.recipe, work, stations), order.inputs)
    )


def batch_of(order: WindowOrder, outcome_of: Callable[[Window], WindowOutcome]) -> OutcomeBatch:
    """The outcomes of an order's windows."""
    outcomes = tuple(_told(window, outcome_of) for window in order.windows)
    return OutcomeBatch(order.job, order.task, order.attempt, order.part, order.part_count, order.recipe, outcomes)


def _told(window: Window, outcome_of: Callable[[Window], WindowOutcome]) -> WindowOutcome:
    """The outcome of a window, with the warnings of libraries on its log."""
    with collected() as told:
        outcome = outcome_of(window)
    if not told:
        return outcome
    lines = (LogLine("windower", sentence(text), Severity.COMPLAINT) for text in told)
    return replace(outcome, log=(*lines, *outcome.log))


def missing_or(outcome: WindowOutcome, inputs: Sequence[ObjectRecords]) -> WindowOutcome:
    """If no object of the window's own days is there, a dead window without data becomes `missing`.

    The task may have other objects: neighbours for pads and edges of days, or the days of other windows.
    """
    if outcome.reason not in (CutReason.NO_DATA, CutReason.NO_DATA_IN_WINDOW):
        return outcome
    window = outcome.window
    last_ns = window.end_ns if window.inclusive_end else window.end_ns - 1
    own = [read for read in inputs if window.start_ns // DAY_NS <= read.ref.day_ns // DAY_NS <= last_ns // DAY_NS]
    if not own or not all(read.missing for read in own):
        return outcome
    reason = own[0].missing
    detail = missing_detail(", ".join(read.ref.key or f"a file of {window.channel}" for read in own), reason)
    return WindowOutcome(window, Fate.MISSING, reason, detail)


def sources_of(order: WindowOrder) -> tuple[Source, ...]:
    """Where the samples of an order come from."""
    return tuple(
        Source(read.ref.archive, read.ref.key, read.etag, read.ranges, read.whole)
        for read in order.inputs
        if read.records
    )


def _outcome(
    window: Window,
    found: Decoded,
    sources: tuple[Source, ...],
    recipe: Recipe,
    work: Work | None,
    stations: StepContext | None,
) -> WindowOutcome:
    taken = take(window, found, sources, recipe, stations)
    if isinstance(taken, WindowOutcome):
        return taken
    if work is not None:
        from .channel_steps import processed

        return processed(window, taken, sources, recipe, work)
    log, result = taken.log, taken.cut
    filled = recipe.gaps == GapPolicy.FILL and bool(result.gaps)
    # Records with complaints are encoded again, so that other readers do not meet the same problem.
    origin = None if filled or taken.complaints else found
    log += [LogLine("windower", told.message, Severity.COMPLAINT) for s in result.pieces if (told := s.uneven())]
    pieces = tuple(packed(s, recipe, origin, log, touched=filled, units=taken.units) for s in result.pieces)
    pieces = with_origin(pieces, window, sources, recipe)
    return WindowOutcome(window, Fate.SAVED, pieces=pieces, log=tuple(log), sources=sources)


def take(
    window: Window, found: Decoded, sources: tuple[Source, ...], recipe: Recipe, stations: StepContext | None
) -> Taken | WindowOutcome:
    """The samples of a channel's window, or the outcome if there are no samples."""
    joined, complaint = choose(found, window.channel)
    log = list(found.log)
    if complaint:
        log.append(LogLine("windower", complaint, Severity.COMPLAINT))
    if joined is None:
        if found.joined:
            return dead(window, Reason.WRONG_CHANNEL.value, complaint, log, sources)
        if found.unreadable:
            return dead(window, Reason.UNREADABLE.value, found.unreadable, log, sources)
        if found.any_records:
            detail = "The archive's object has data, but none inside the window."
            return dead(window, CutReason.NO_DATA_IN_WINDOW.value, detail, log, sources)
        return dead(window, CutReason.NO_DATA.value, "The archive's object holds no data.", log, sources)
    complaints = [*joined.complaints, *(c for segment in joined.segments for c in segment.complaints)]
    messages = dict.fromkeys(complaint.message for complaint in complaints)
    log += [LogLine("mseed", message, Severity.COMPLAINT) for message in messages]
    result = cut(
        joined.segments,
        joined.conflicts,
        window.start_ns,
        window.end_ns,
        inclusive_end=window.inclusive_end,
        gaps=GapPolicy(recipe.gaps),
        fill=GapFill(recipe.fill),
    )
    if result.reason is not None:
        return dead(window, result.reason.value, result.detail, log, sources)
    if result.detail:
        log.append(LogLine("windower", result.detail, Severity.COMPLAINT))
    return Taken(joined, result, _units(joined, window, stations), log, bool(messages))


def _units(joined: Joined, window: Window, stations: StepContext | None) -> str:
    """Units of an archive's samples. Integers are counts. Headers do not tell the units of floats: they are those of
    the response's input, if station metadata have it, otherwise ""."""
    if all(segment.data.dtype == np.int32 for segment in joined.segments):
        return COUNTS
    if stations is None or not joined.segments:
        return ""
    return stations.responses.sample_units(joined.segments[0].channel, window.start_ns, window.end_ns)
