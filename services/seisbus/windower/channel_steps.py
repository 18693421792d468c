"""Runs a job's processing steps on windows of channels: they get the window with its pad, and the window is cut out of
the result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from libseis import TimeSeries
from libseis.segments import Joined, Segment
from libseis.segments.timeseries import timeseries_to_segment

from ..model.handovers import LogLine, Piece, Severity, Source, WindowOutcome
from ..model.outcome import Fate
from ..model.task import Recipe, Window
from .coverage import asked_of
from .metadata import attached_to
from .origins import origin_of
from .packing import Taken, Work, packed
from .step_results import parts_asked, step_failed, tell_lacking


def processed(window: Window, taken: Taken, sources: tuple[Source, ...], recipe: Recipe, work: Work) -> WindowOutcome:
    """Run the steps on the window with its pad, cut the window out, and say what of it is not covered."""
    pieces: list[Piece] = []
    log, reasons, of_window = taken.log, list[str](), attached_to(window)
    pads = PadsGiven()
    for piece in taken.cut.pieces:
        asked_ns = work.chain.pad_ns(piece.rate, recipe)
        padded = with_pad(piece, taken.joined, *asked_ns)
        pads.add(piece, padded)
        if told := padded.uneven():  # steps work on one even grid
            log.append(LogLine("windower", told.message, Severity.COMPLAINT))
        if text := work.chain.short_pad(piece, padded, asked_ns):
            log.append(LogLine("windower", text, Severity.COMPLAINT))
        origin = origin_of(window, sources, recipe)
        normal = work.known.normal(piece.channel, window.event, piece.t0_ns, piece.end_ns)
        asked = asked_of(window, piece)
        done = work.chain.run(padded, work.context, taken.units, {**normal.attributes, **of_window}, origin, asked)
        log += done.log
        reasons += done.reasons
        covered: list[Segment] = []
        for made in done.made:
            if not isinstance(made.datum, TimeSeries):
                text = "A step made a Seismogram of a single channel, which is stored by jobs with components: 3 alone."
                log.append(LogLine("windower", text, Severity.INVALID))
                continue
            whole = timeseries_to_segment(made.datum)
            parts = parts_asked(whole, asked, window, work, log)
            pieces += [
                packed(
                    part,
                    recipe,
                    None,
                    log,
                    touched=True,
                    units=made.units,
                    metadata=made.metadata,
                    history=made.history,
                )
                for part in parts
            ]
            covered += parts
        tell_lacking(window, asked, covered, done, work, log)
    if not pieces:
        return step_failed(window, log, sources, work, reasons)
    steps = work.chain.names
    return WindowOutcome(
        window, Fate.SAVED, pieces=tuple(pieces), log=tuple(log), pad_before_ns=pads.before_ns,
        pad_after_ns=pads.after_ns, sources=sources, steps=steps,
    )  # fmt: skip


@dataclass(slots=True)
class PadsGiven:
    """Finds the pads for a job file that make a window's datum again: its steps must get exactly the same samples."""

    before_ns: int = 0
    after_ns: int = 0

    def add(self, piece: Segment, padded: Segment) -> None:
        """Add a piece, and the same piece with its pad.

        `with_pad` takes whole samples before a piece, and after it also the sample in which the pad ends. So the pad is
        half a sample away from the next choice, and rounding cannot change it.
        """
        period = piece.rate.period_ns
        ahead, behind = round((piece.t0_ns - padded.t0_ns) / period), round((padded.end_ns - piece.end_ns) / period)
        self.before_ns = max(self.before_ns, round((ahead + 0.5) * period) if ahead > 0 else 0)
        self.after_ns = max(self.after_ns, round((behind - 0.5) * period) if behind > 0 else 0)


def with_pad(piece: Segment, joined: Joined, before: int, after: int) -> Segment:
    """The piece with at most the pad on both sides, out of the segments that its ends were cut from.

    A filled piece has a segment with data at each end, except where the edge of the window was filled.
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
