"""Measures one station of an event by libseis.misfit: makes windows and adjoint sources of observed and synthetic
bytes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from libseis.warned import collected, sentence

from ..model.handovers import (
    AdjointTrace,
    LogLine,
    MeasuredComponent,
    Measurement,
    MisfitOrder,
    Packing,
    Piece,
    Severity,
)
from ..model.outcome import Fate
from ..model.stored_waveforms import StoredBytesError, StoredSamples, stored_segment

if TYPE_CHECKING:
    from libseis.misfit import AdjointSource, ComponentMeasurement

_ALGORITHM = "seisbus.misfit"


def measure(order: MisfitOrder) -> Measurement:
    """Measure a station. Problems are in the log, and if nothing was measured there is a reason."""
    with collected() as told:
        found = _measure(order)
    lines = (LogLine(_ALGORITHM, sentence(text), Severity.COMPLAINT) for text in told)
    return replace(found, log=(*found.log, *lines)) if told else found


def _measure(order: MisfitOrder) -> Measurement:
    from libseis.misfit import measure_station
    from libseis.obspy.events import read_quakeml
    from libseis.obspy.inventories import read_stationxml

    problems = list(order.problems)
    observed, synthetic = (_stream(pieces, problems) for pieces in (order.observed, order.synthetic))
    event = read_quakeml(order.quakeml)[0] if order.quakeml else None
    inventory = read_stationxml(order.stationxml) if order.stationxml else None
    found = measure_station(
        order.config,
        observed,
        synthetic,
        event,
        inventory,
        fixed_windows=order.fixed_windows,
        keep_rejected=order.keep_rejected,
    )
    log = tuple(LogLine(_ALGORITHM, text, Severity.COMPLAINT) for text in problems)
    log += tuple(LogLine(_ALGORITHM, f"{r.reason}: {r.message}", Severity.COMPLAINT) for r in found.refusals)
    log += tuple(LogLine(_ALGORITHM, text, Severity.COMPLAINT) for text in found.complaints)
    if any(component.adjoint_source for component in found.components):
        fate, reason, detail = Fate.SAVED, "", ""
    else:
        reason = str(found.refusals[0].reason) if found.refusals else "no_windows"
        said = [*(r.message for r in found.refusals), *problems]
        fate, detail = Fate.DEAD, " ".join(said) or "No component has a misfit window."
    return Measurement(
        job=order.job,
        task=order.task,
        attempt=order.attempt,
        window=order.window,
        fate=fate,
        reason=reason,
        detail=detail,
        components=tuple(map(_component, found.components)),
        path=order.config.aux_path,
        log=log,
        synthetic=order.synthetic,
    )


def _stream(pieces: Sequence[Piece], problems: list[str]) -> Any:
    """An obspy Stream of the pieces. Those that cannot be read are left out, and the log says so."""
    from obspy import Stream

    from libseis.obspy.segments import segment_to_trace

    stream = Stream()
    for piece in pieces:
        channel = piece.channel
        document: StoredSamples = {
            "_id": f"of {channel}",
            "net": channel.net,
            "sta": channel.sta,
            "loc": channel.loc,
            "chan": channel.chan,
            "t0_ns": piece.t0_ns,
            "rate": (piece.rate_numerator, piece.rate_denominator),
            "npts": piece.npts,
        }
        try:
            segment = stored_segment(document, piece.data, miniseed=piece.packing is Packing.MINISEED)
        except StoredBytesError as error:
            problems.append(error.message)
            continue
        stream.append(segment_to_trace(segment, piece.units))
    return stream


def _component(found: ComponentMeasurement) -> MeasuredComponent:
    source = found.adjoint_source
    return MeasuredComponent(
        component=found.component,
        channel_id=found.channel_id,
        starttime=found.starttime,
        units=found.units,
        windows=found.windows,
        rejected=found.rejected,
        source=None if source is None else _trace(source),
    )


def _trace(source: AdjointSource) -> AdjointTrace:
    content = {f.name: getattr(source, f.name) for f in fields(source)}
    return AdjointTrace(**content | {"samples": np.asarray(source.samples, "<f8").tobytes()})
