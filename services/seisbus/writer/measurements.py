"""Measurements of stations to documents, with their outcome in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from libseis.misfit.flexwin.window import Window

from ..app import WriterContext
from ..bus import Delivery
from ..bus.codec import decode_measurement
from ..errors import PoisonError
from ..failpoints import failpoint
from ..model.handovers import AdjointTrace, MeasuredComponent, Measurement, Piece
from ..model.ids import document_id
from ..model.misfit_documents import AdjointSamples, MisfitWindowFields, RejectedFields, RejectedWindowFields
from ..model.outcome import Fate
from ..store.collections import ADJOINT_SOURCE, CEMETERY, ELOG, MISFIT_WINDOW, REJECTED_WINDOW, SYNTHETIC, Collection
from ..store.documents import ObjectId, OfStation, SyntheticFields, Tombstone
from ..store.settled import SettledWindow
from .documents import item_grave, item_log
from .ledger_item import settle_alone

D = TypeVar("D", bound=Mapping[str, Any])


class MeasurementWriter:
    """Handles the messages that hold measurements of stations."""

    def __init__(self, context: WriterContext) -> None:
        self._context = context

    async def handle(self, delivery: Delivery) -> None:
        """Returns when the measurement is in the database; a repeat changes nothing."""
        found = decode_measurement(delivery.body)
        failpoint("measured-before-commit")
        entry = settled(found)
        await settle_alone(self._context, found, entry)
        failpoint("measured-after-commit")


def settled(found: Measurement) -> SettledWindow:
    """A measurement's outcome and documents."""
    entry = SettledWindow(found.window, found.fate, found.reason, found.detail)
    window = found.window
    common: OfStation = {
        "job": found.job,
        "window": window.id,
        "event": window.event,
        "net": window.channel.net,
        "sta": window.channel.sta,
    }

    def named(role: str) -> ObjectId:
        identity = ObjectId(document_id(window.id, role))
        entry.refs.append(str(identity))
        return identity

    def put(collection: Collection[D], role: str, content: Mapping[str, Any]) -> None:
        identity = named(role)
        entry.add(collection, cast(D, {"_id": identity, **common, **content}))

    for component in found.components:
        if not component.component:
            raise PoisonError(f"The measurement of {found.task} has a component without a name.")
        for number, misfit_window in enumerate(component.windows):
            content = _window(misfit_window, number, component, found.path)
            put(MISFIT_WINDOW, f"misfit/{component.component}/{number}", content)
        if (source := component.source) is not None:
            put(ADJOINT_SOURCE, f"adjoint/{source.component}", _source(source, component, found.path))
            entry.stored_bytes += len(source.samples)
    # a dead station has these too, and may be measured again
    again = {"attempt": found.attempt}
    for component in found.components:
        if component.rejected:
            role = f"rejected/{component.component}/{found.attempt}"
            put(REJECTED_WINDOW, role, {**_rejected(component, found.path), **again})
    for number, piece in enumerate(found.synthetic):
        put(SYNTHETIC, f"synthetic/{number}/{found.attempt}", {**_synthetic(piece), **again})
        entry.stored_bytes += len(piece.data)
    if found.fate is Fate.DEAD:
        identity = named(f"cemetery/{found.attempt}")
        tombstone: Tombstone = {"net": window.channel.net, "sta": window.channel.sta, "event": window.event}
        entry.add(CEMETERY, item_grave(identity, common, found.reason, found.log, tombstone))
    elif found.log:
        entry.add(ELOG, item_log(named("elog"), common, found.log))
    return entry


def _window(window: Window, number: int, component: MeasuredComponent, path: str) -> MisfitWindowFields:
    content: MisfitWindowFields = {
        "left": window.left,
        "right": window.right,
        "center": window.center,
        "dt": window.dt,
        "min_period": window.min_period,
        "cc_shift": window.cc_shift,
        "max_cc": window.max_cc,
        "dlna": window.dlna,
        "weight": window.weight,
        "phases": [(phase.name, phase.time) for phase in window.phases],
        "number": number,
        "component": component.component,
        "channel_id": component.channel_id,
        "starttime": component.starttime,
        "path": path,
    }
    if component.units:
        content["units"] = component.units
    return content


def _source(source: AdjointTrace, component: MeasuredComponent, path: str) -> AdjointSamples:
    content: AdjointSamples = {
        "channel_id": source.channel_id,
        "component": source.component,
        "type": source.type,
        "misfit": source.misfit,
        "dt": source.dt,
        "npts": len(source.samples) // 8,
        "time_offset": source.time_offset,
        "min_period": source.min_period,
        "max_period": source.max_period,
        "starttime": source.starttime,
        "window_misfits": list(source.window_misfits),
        "window_count": len(component.windows),
        "path": path,
        "samples": source.samples,
    }
    if component.units:
        content["units"] = component.units
    return content


def _rejected(component: MeasuredComponent, path: str) -> RejectedFields:
    windows: list[RejectedWindowFields] = [
        {
            "left": window.left,
            "right": window.right,
            "center": window.center,
            "rejection": str(window.rejection),
            "value": window.value,
            "limit": window.limit,
        }
        for window in component.rejected
    ]
    return {"component": component.component, "channel_id": component.channel_id, "path": path, "windows": windows}


def _synthetic(piece: Piece) -> SyntheticFields:
    content: SyntheticFields = {
        "loc": piece.channel.loc,
        "chan": piece.channel.chan,
        "starttime": piece.t0_ns / 1e9,
        "t0_ns": piece.t0_ns,
        "rate": (piece.rate_numerator, piece.rate_denominator),
        "npts": piece.npts,
        "samples": piece.data,
    }
    if piece.units:
        content["units"] = piece.units
    return content
