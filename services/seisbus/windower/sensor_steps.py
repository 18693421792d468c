"""Runs a job's processing steps on Seismograms: they get the window with its pad, and the window is cut out of the
result."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from libseis.codes import Channel, Sensor
from libseis.enums import TimeReferenceType
from libseis.errors import SampleError
from libseis.objects.seismogram import Seismogram
from libseis.segments import CutReason, Rate, Segment
from libseis.segments.components import Components, common
from libseis.segments.timeseries import timeseries_to_segment

from ..model.handovers import LogLine, Piece, SeismogramPiece, Severity, Source, WindowOutcome
from ..model.outcome import Fate
from ..model.task import Recipe, Window
from .channel_steps import PadsGiven, with_pad
from .coverage import asked_of
from .members import Member, named
from .metadata import attached_to
from .origins import origin_of
from .packing import Work, dead, packed
from .processing import Made
from .step_results import parts_asked, step_failed, tell_lacking


def processed(
    window: Window,
    members: Sequence[Member],
    bundles: Sequence[Components],
    axes: tuple[float, ...],
    units: str,
    recipe: Recipe,
    work: Work,
    log: list[LogLine],
    sources: tuple[Source, ...],
) -> WindowOutcome:
    """Run the steps on each stretch of the window with its pad, cut the window out, and say what is not covered.

    A step may make a TimeSeries of a Seismogram; it is stored as one.
    """
    made: list[SeismogramPiece] = []
    single: list[Piece] = []
    reasons: list[str] = []
    of_window = attached_to(window)
    pads = PadsGiven()
    for bundle in bundles:
        piece = _clock(bundle)
        asked_ns = work.chain.pad_ns(bundle.rate, recipe)
        try:
            padded = _padded(bundle, members, asked_ns)
        except SampleError as error:  # the channels' clocks drift apart over the pad
            return dead(window, CutReason.MIXED_RATES.value, error.message, log, sources)
        if text := work.chain.short_pad(piece, _clock(padded), asked_ns):
            log.append(LogLine("windower", text, Severity.COMPLAINT))
        pads.add(piece, _clock(padded))
        normal = work.known.normal(window.channel, window.event, piece.t0_ns, piece.end_ns)
        attached = {**normal.attributes, **of_window}
        asked = asked_of(window, piece)
        done = work.chain.data(
            _seismogram(padded, axes, units), work.context, attached, origin_of(window, sources, recipe), asked
        )
        log += done.log
        reasons += done.reasons
        covered: list[Segment] = []
        for one in done.made:
            if isinstance(one.datum, Seismogram):
                whole = _rows(one.datum, piece.channel)
                parts = parts_asked(whole, asked, window, work, log)
                made += [_piece(one, one.datum, whole, part, padded, axes) for part in parts]
            else:
                parts = parts_asked(timeseries_to_segment(one.datum), asked, window, work, log)
                single += [
                    packed(
                        p, recipe, None, log, touched=True, units=one.units, metadata=one.metadata, history=one.history
                    )
                    for p in parts
                ]
            covered += parts
        tell_lacking(window, asked, covered, done, work, log)
    if not made and not single:
        return step_failed(window, log, sources, work, reasons)
    return WindowOutcome(
        window, Fate.SAVED, pieces=tuple(single), seismograms=tuple(made), log=tuple(log),
        pad_before_ns=pads.before_ns, pad_after_ns=pads.after_ns, sources=sources, steps=work.chain.names,
    )  # fmt: skip


def _padded(bundle: Components, members: Sequence[Member], asked_ns: tuple[int, int]) -> Components:
    return common(
        [
            named(with_pad(segment, member.taken.joined, *asked_ns), member.channel)
            for segment, member in zip(bundle.segments, members, strict=True)
        ]
    )


def _clock(bundle: Components) -> Segment:
    """A bundle as one segment, for functions that need only its times."""
    source = Sensor.of(bundle.segments[0].channel).channel
    return Segment(source, bundle.t0_ns, bundle.rate, bundle.data[0])


def _rows(datum: Seismogram, source: Channel) -> Segment:
    """A Seismogram as one segment, for the same purpose."""
    rate = Rate(datum.rate_numerator, datum.rate_denominator)
    return Segment(source, datum.t0_ns, rate, np.asarray(datum.data)[0])


def _seismogram(bundle: Components, axes: tuple[float, ...], units: str) -> Seismogram:
    """The Seismogram that the steps get."""
    first = bundle.segments[0].channel
    datum = Seismogram()
    datum.set_t0_ns(bundle.t0_ns)
    datum.set_rate(bundle.rate.numerator, bundle.rate.denominator)
    datum.set_tref(TimeReferenceType.UTC)
    datum.adopt_data(bundle.data.astype(np.float64, order="F"))
    datum.tmatrix = list(axes)
    datum["net"], datum["sta"], datum["loc"] = first.net, first.sta, first.loc
    datum["chan"] = [segment.channel.chan for segment in bundle.segments]
    datum["sampling_rate"] = bundle.rate.hz
    if units:
        datum["units"] = units
    datum.set_live()
    return datum


def _piece(
    made: Made, datum: Seismogram, whole: Segment, part: Segment, bundle: Components, axes: tuple[float, ...]
) -> SeismogramPiece:
    """A piece of what the steps made."""
    first = whole.round_index(part.t0_ns)
    return SeismogramPiece(
        channels=tuple(segment.channel for segment in bundle.segments),
        t0_ns=part.t0_ns,
        rate_numerator=part.rate.numerator,
        rate_denominator=part.rate.denominator,
        samples=np.asfortranarray(np.asarray(datum.data)[:, first : first + part.npts]),
        tmatrix=tuple(datum.tmatrix.ravel().tolist()),
        axes=axes,
        cardinal=datum.cardinal(),
        orthogonal=datum.orthogonal(),
        units=made.units,
        skew=bundle.skews,
        metadata=made.metadata,
        history=made.history,
    )
