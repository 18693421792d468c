"""One station of an event: observed and synthetic bytes to windows and adjoint sources, by libseis.misfit. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from libseis.warned import collected, sentence

from ..model.handovers import AdjointTrace, LogLine, Measurement, MisfitOrder, Packing, Piece, Severity
from ..model.misfit_documents import window_value
from ..model.outcome import Fate
from ..model.stored_waveforms import StoredBytesError, StoredSamples, stored_segment

if TYPE_CHECKING:
    from libseis.misfit import AdjointSource, ComponentMeasurement, StationMeasurement, Window

_ALGORITHM = "seisbus.misfit"


def measure(order: MisfitOrder) -> Measurement:
    """Measure a station. What is wrong with it is in the log and, where nothing was measured, the reason."""
    with collected() as told:
        found = _measure(order)
    lines = (LogLine(_ALGORITHM, sentence(text), Severity.COMPLAINT) for text in told)
    return replace(found, log=(*found.log, *lines)) if told else found


def _measure(order: MisfitOrder) -> Measurement:
    from libseis.misfit import Config, measure_station
    from libseis.obspy.events import read_quakeml
    from libseis.obspy.inventories import read_stationxml

    problems = list(order.problems)
    observed, synthetic = (_stream(pieces, problems) for pieces in (order.observed, order.synthetic))
    event = read_quakeml(order.quakeml)[0] if order.quakeml else None
    inventory = read_stationxml(order.stationxml) if order.stationxml else None
    config = Config.from_mapping(order.config)
    fixed = None if order.fixed_windows is None else _fixed(order.fixed_windows)
    found = measure_station(
        config, observed, synthetic, event, inventory, fixed_windows=fixed, keep_rejected=order.keep_rejected
    )
    log = tuple(LogLine(_ALGORITHM, text, Severity.COMPLAINT) for text in problems)
    log += tuple(LogLine(_ALGORITHM, f"{r.reason}: {r.message}", Severity.COMPLAINT) for r in found.refusals)
    log += tuple(LogLine(_ALGORITHM, text, Severity.COMPLAINT) for text in found.complaints)
    windows = tuple(_windows(found, config.aux_path))
    sources = tuple(_sources(found, config.aux_path))
    if sources:
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
        windows=windows,
        sources=sources,
        log=log,
        synthetic=order.synthetic,
        rejected=tuple(_rejected(found, config.aux_path)),
    )


def _stream(pieces: Sequence[Piece], problems: list[str]) -> Any:
    """An obspy Stream; a piece that cannot be read is left out and said."""
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


def _windows(found: StationMeasurement, path: str) -> list[dict[str, Any]]:
    """Windows as documents; what identifies job and event is the writer's."""
    return [
        {
            **asdict(window),
            "phases": [[phase.name, phase.time] for phase in window.phases],
            "number": number,
            "component": component.component,
            "channel_id": component.channel_id,
            "starttime": component.starttime,
            "path": path,
            **_units(component),
        }
        for component in found.components
        for number, window in enumerate(component.windows)
    ]


def _rejected(found: StationMeasurement, path: str) -> list[dict[str, Any]]:
    """Rejected windows as documents, one a component that has any."""
    return [
        {
            "component": component.component,
            "channel_id": component.channel_id,
            "path": path,
            "windows": [asdict(window) for window in component.rejected],
        }
        for component in found.components
        if component.rejected
    ]


def _sources(found: StationMeasurement, path: str) -> list[AdjointTrace]:
    return [
        _source(component.adjoint_source, len(component.windows), path, _units(component))
        for component in found.components
        if component.adjoint_source is not None
    ]


def _units(component: ComponentMeasurement) -> dict[str, str]:
    """What the traces that were compared are in, where that is known."""
    return {"units": component.units} if component.units else {}


def _source(source: AdjointSource, windows: int, path: str, units: dict[str, str]) -> AdjointTrace:
    attributes = {
        "channel_id": source.channel_id,
        "component": source.component,
        "type": str(source.type),
        "misfit": source.misfit,
        "dt": source.dt,
        "npts": len(source.samples),
        "time_offset": source.time_offset,
        "min_period": source.min_period,
        "max_period": source.max_period,
        "starttime": source.starttime,
        "window_misfits": list(source.window_misfits),
        "window_count": windows,
        "path": path,
        **units,
    }
    return AdjointTrace(attributes, np.asarray(source.samples, "<f8").tobytes())


def _fixed(documents: dict[str, Any]) -> dict[str, list[Window]]:
    """Windows of another job, by component."""
    return {component: [window_value(w) for w in windows] for component, windows in documents.items()}
