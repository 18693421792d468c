"""One part of a task to outcomes: every window cut, processed if asked, packed as it will be stored. Pure CPU work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from libseis.enums import GapFill
from libseis.errors import SampleError
from libseis.isotime import DAY_NS
from libseis.mseed import difference, encode, frame
from libseis.segments import Cut, CutReason, GapPolicy, Joined, Segment, cut
from libseis.units import COUNTS
from libseis.warned import collected, sentence

from ..model.handovers import (
    LogLine,
    ObjectRecords,
    OutcomeBatch,
    Packing,
    Piece,
    Severity,
    Source,
    WindowOrder,
    WindowOutcome,
)
from ..model.marks import mark_attributes
from ..model.normalized import Known
from ..model.outcome import Fate, Reason, missing_detail
from ..model.task import Recipe, Window
from .channels import Decoded, choose, decoded
from .coverage import asked_of, lacking

if TYPE_CHECKING:
    from libseis.steps import StepContext

    from .processing import Chain  # brings obspy, which only jobs with steps pay for

# Record length where records are made anew: what MsPASS and most archives use for files that are read as a whole, and
# shorter, down to the archives' usual one, where one such record is sure to hold all samples.
_RECORD_BYTES = 4096
_SHORTEST_RECORD_BYTES = 512
_HEAD_BYTES = 128  # at most


@dataclass(frozen=True, slots=True)
class Work:
    """A job's processing steps, the metadata of the station they are to work on (None when none wants any), what could
    not be read of these, and what is known of the sources and receivers of the data."""

    chain: Chain
    context: StepContext | None
    notes: tuple[str, ...] = ()
    known: Known = field(default_factory=Known)


def holds_floats(order: WindowOrder) -> bool:
    """Whether the first record of an object holds floats: what they are, station metadata alone can say."""
    return any(_floats(read.records) if read.floats is None else read.floats for read in order.inputs)


def _floats(records: bytes) -> bool:
    """A look at records that came without a word about it."""
    table = frame(records[:_RECORD_BYTES])
    if not len(table):  # longer records
        table = frame(records)
    return table.floats(table.waveform)


def cut_part(order: WindowOrder, work: Work | None, stations: StepContext | None = None) -> OutcomeBatch:
    """Outcomes of all windows of a part; `work` is the job's processing, None when it has none; `stations` are the
    metadata that state the units of floats; None if they were not requested.

    Whatever is wrong with the data becomes a dead window with its reason on the log, never an exception.
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
    """The outcome of a window, with what libraries warned of on its log."""
    with collected() as told:
        outcome = outcome_of(window)
    if not told:
        return outcome
    lines = (LogLine("windower", sentence(text), Severity.COMPLAINT) for text in told)
    return replace(outcome, log=(*lines, *outcome.log))


def missing_or(outcome: WindowOutcome, inputs: Sequence[ObjectRecords]) -> WindowOutcome:
    """`missing` in place of a dead window without data, when none of the objects of its own days is there.

    The task had other objects: neighbours that it read for pads and day edges, or the days of its other windows.
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
        return _processed(window, taken, sources, recipe, work)
    log, result = taken.log, taken.cut
    filled = recipe.gaps == GapPolicy.FILL and bool(result.gaps)
    # Records with complaints are encoded again, so that readers need not complain again.
    origin = None if filled or taken.complaints else found
    log += [LogLine("windower", told.message, Severity.COMPLAINT) for s in result.pieces if (told := s.uneven())]
    pieces = tuple(packed(s, recipe, origin, log, touched=filled, units=taken.units) for s in result.pieces)
    return WindowOutcome(window, Fate.SAVED, pieces=pieces, log=tuple(log), sources=sources)


@dataclass(slots=True)
class Taken:
    """What a window takes of a channel: the channel's data, the samples of the window, their units, the log so far;
    and whether that has complaints about the data."""

    joined: Joined
    cut: Cut
    units: str
    log: list[LogLine]
    complaints: bool


def take(
    window: Window, found: Decoded, sources: tuple[Source, ...], recipe: Recipe, stations: StepContext | None
) -> Taken | WindowOutcome:
    """The samples of a window of a channel, or its end where it cannot have them."""
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


def dead(
    window: Window, reason: str, detail: str, log: Sequence[LogLine], sources: tuple[Source, ...]
) -> WindowOutcome:
    """The end of a window that cannot be had, with the reason as the last line of its log."""
    line = LogLine("windower", f"{reason}: {detail}", Severity.INVALID)
    return WindowOutcome(window, Fate.DEAD, reason, detail, log=(*log, line), sources=sources)


def _units(joined: Joined, window: Window, stations: StepContext | None) -> str:
    """An archive's integers are counts; what its floats are, no header says: what comes out of the channel's response,
    where the station metadata state it, else nothing."""
    if all(segment.data.dtype == np.int32 for segment in joined.segments):
        return COUNTS
    if stations is None or not joined.segments:
        return ""
    return stations.responses.sample_units(joined.segments[0].channel, window.start_ns, window.end_ns)


def packed(
    segment: Segment, recipe: Recipe, origin: Decoded | None, log: list[LogLine], *, touched: bool, units: str
) -> Piece:
    """A piece in the form it is stored in: untouched samples as miniSEED, others as float64, or as the job says.

    `origin`: where the archive's own records of the piece are, if they may be kept. What is packed anew is decoded
    once; what does not come back equal is stored as float64, which holds every count exactly, and `log` says so.
    """
    data: bytes | None = None
    # MsPASS reads GridFS as raw float64 only.
    if recipe.storage == "file" and (recipe.encoding == "miniseed" or (recipe.encoding == "auto" and not touched)):
        data = origin.trimmed(segment) if origin is not None else None
        if data is None:
            data, problem = _records(segment)
            if problem:
                text = f"{segment.channel} is stored as float64, since as miniSEED it would not come back: {problem}."
                log.append(LogLine("windower", text, Severity.COMPLAINT))
    return Piece(
        channel=segment.channel,
        t0_ns=segment.t0_ns,
        rate_numerator=segment.rate.numerator,
        rate_denominator=segment.rate.denominator,
        npts=segment.npts,
        packing=Packing.FLOAT64 if data is None else Packing.MINISEED,
        data=np.ascontiguousarray(segment.data, dtype="<f8").tobytes() if data is None else data,
        units=units,
    )


def _records(segment: Segment) -> tuple[bytes | None, str]:
    """The segment as miniSEED that gives it back, or None and the reason."""
    try:
        data = encode(segment, reclen=_record_bytes(segment))
    except SampleError as error:
        return None, error.message.rstrip(".")
    problem = difference(data, segment)
    return (None, problem) if problem else (data, "")


def _record_bytes(segment: Segment) -> int:
    # Steim-2 at its worst has 15 samples in 64 bytes, and two words more in the first frame
    most = _HEAD_BYTES + segment.npts * segment.data.itemsize * 16 // 15 + 64
    return min(_RECORD_BYTES, max(_SHORTEST_RECORD_BYTES, 1 << (most - 1).bit_length()))


def _processed(window: Window, taken: Taken, sources: tuple[Source, ...], recipe: Recipe, work: Work) -> WindowOutcome:
    """Run the steps on window plus pad, cut last, and say what of the window is not covered then."""
    pieces: list[Piece] = []
    attributes = mark_attributes(window.arrival, window.picks)
    log = taken.log
    for piece in taken.cut.pieces:
        asked_ns = work.chain.pad_ns(piece.rate, recipe)
        padded = with_pad(piece, taken.joined, *asked_ns)
        if told := padded.uneven():  # steps work on one even grid
            log.append(LogLine("windower", told.message, Severity.COMPLAINT))
        if text := work.chain.short_pad(piece, padded, asked_ns):
            log.append(LogLine("windower", text, Severity.COMPLAINT))
        normal = work.known.normal(piece.channel, window.event, piece.t0_ns, piece.end_ns)
        done = work.chain.run(padded, work.context, taken.units, {**attributes, **normal.attributes})
        log += done.log
        asked = asked_of(window, piece)
        cuts = [
            cut([s], [], asked.start_ns, asked.end_ns, inclusive_end=window.inclusive_end, gaps=GapPolicy.SPLIT)
            for s in done.segments
        ]
        parts = [(part, made) for again, made in zip(cuts, done.units, strict=True) for part in again.pieces]
        if done.segments and (text := lacking(asked, [part for part, _ in parts], inclusive_end=window.inclusive_end)):
            log.append(LogLine("windower", text, Severity.COMPLAINT))
        pieces += [packed(part, recipe, None, log, touched=True, units=made) for part, made in parts]
    if not pieces:
        return step_failed(window, log, sources, work)
    steps = work.chain.names
    return WindowOutcome(window, Fate.SAVED, pieces=tuple(pieces), log=tuple(log), sources=sources, steps=steps)


def step_failed(window: Window, log: list[LogLine], sources: tuple[Source, ...], work: Work) -> WindowOutcome:
    """The end of a window of which the steps left nothing."""
    detail = next((line.message for line in reversed(log) if line.severity is Severity.INVALID), "")
    log += [LogLine("station metadata", note, Severity.COMPLAINT) for note in work.notes]
    return WindowOutcome(
        window, Fate.DEAD, Reason.STEP_FAILED.value, detail or "The steps left no data.", log=tuple(log),
        sources=sources, steps=work.chain.names,
    )  # fmt: skip


def with_pad(piece: Segment, joined: Joined, before: int, after: int) -> Segment:
    """The piece with up to the pad on both sides, out of the segments that its ends were cut from.

    A filled piece has a segment without filling at each end, except where the window's edge was filled.
    """
    alike = [segment for segment in joined.segments if segment.rate.alike(piece.rate)]
    head = next((s for s in alike if s.t0_ns <= piece.t0_ns <= s.end_ns), None)
    tail = next((s for s in alike if s.t0_ns <= piece.end_ns <= s.end_ns), None)
    if head is not None and head is tail:
        first = head.ceil_index(piece.t0_ns - before)
        stop = head.ceil_index(piece.end_ns + after) + 1
        return head.part(max(first, 0), min(stop, head.npts))
    ahead = behind = piece.data[:0]
    start_ns = piece.t0_ns
    if head is not None:
        first, stop = max(head.ceil_index(piece.t0_ns - before), 0), head.round_index(piece.t0_ns)
        ahead = head.data[first:stop]
    if tail is not None:
        first = tail.round_index(piece.end_ns) + 1
        behind = tail.data[first : max(first, tail.ceil_index(piece.end_ns + after) + 1)]
    if not len(ahead) and not len(behind):
        return piece
    start_ns -= piece.rate.span_ns(len(ahead))
    data = np.concatenate([ahead, piece.data, behind])
    return Segment(piece.channel, start_ns, piece.rate, data, piece.complaints)
