"""Measurements of stations to documents, with their outcome in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from ..app import WriterContext
from ..bus import Delivery
from ..bus.codec import decode_measurement
from ..errors import PoisonError
from ..failpoints import failpoint
from ..model.handovers import Measurement, Piece
from ..model.ids import document_id
from ..model.outcome import Fate
from ..store.collections import ADJOINT_SOURCE, CEMETERY, ELOG, MISFIT_WINDOW, REJECTED_WINDOW, SYNTHETIC, Collection
from ..store.documents import ObjectId, OfStation
from ..store.settled import SettledWindow
from .documents import logdata
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
        try:
            entry = settled(found)
        except KeyError as error:
            raise PoisonError(f"The measurement of {found.task} has a document without {error}.") from error
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

    def put(collection: Collection[D], role: str, content: Mapping[str, Any]) -> None:
        identity = ObjectId(document_id(window.id, role))
        entry.add(collection, cast(D, {"_id": identity, **common, **content}))
        entry.refs.append(str(identity))

    for content in found.windows:
        put(MISFIT_WINDOW, f"misfit/{content['component']}/{content['number']}", content)
    for source in found.sources:
        put(
            ADJOINT_SOURCE,
            f"adjoint/{source.attributes['component']}",
            {**source.attributes, "samples": source.samples},
        )
        entry.stored_bytes += len(source.samples)
    # a dead station has these too, and may be measured again
    again = {"attempt": found.attempt}
    for content in found.rejected:
        put(REJECTED_WINDOW, f"rejected/{content['component']}/{found.attempt}", {**content, **again})
    for number, piece in enumerate(found.synthetic):
        put(SYNTHETIC, f"synthetic/{number}/{found.attempt}", {**_synthetic(piece), **again})
        entry.stored_bytes += len(piece.data)
    if found.fate is Fate.DEAD:
        put(
            CEMETERY,
            f"cemetery/{found.attempt}",
            {
                "reason": found.reason,
                "logdata": logdata(found.log),
                "tombstone": {"net": window.channel.net, "sta": window.channel.sta, "event": window.event},
            },
        )
    elif found.log:
        put(ELOG, "elog", {"logdata": logdata(found.log)})
    return entry


def _synthetic(piece: Piece) -> dict[str, Any]:
    return {
        "loc": piece.channel.loc,
        "chan": piece.channel.chan,
        "starttime": piece.t0_ns / 1e9,
        "t0_ns": piece.t0_ns,
        "rate": (piece.rate_numerator, piece.rate_denominator),
        "npts": piece.npts,
        "samples": piece.data,
        **({"units": piece.units} if piece.units else {}),
    }
