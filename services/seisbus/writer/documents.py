"""Makes documents of outcomes, with MsPASS's attribute names, so that mspasspy's `read_data` reads what we saved.
Pure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal, cast

import numpy as np

from libseis.codes import Channel, Sensor

from ..model.handovers import LogLine, OutcomeBatch, Packing, Piece, SeismogramPiece, Severity, WindowOutcome
from ..model.ids import document_id
from ..model.marks import put_marks
from ..model.normalized import Known, Normal
from ..store.documents import (
    ErrorLog,
    Grave,
    Ids,
    LogEntry,
    ObjectId,
    OfItem,
    OfStation,
    OfWindow,
    Places,
    Provenance,
    Saved,
    SeismogramDocument,
    Stored,
    Tombstone,
    WaveformDocument,
)
from .waveforms import Place


def logdata(log: tuple[LogLine, ...]) -> list[LogEntry]:
    """An error log as MsPASS's elog collection keeps it."""
    return [
        {
            "job_id": 0,
            "algorithm": line.algorithm,
            "badness": f"ErrorSeverity.{line.severity.value}",
            "error_message": line.message,
            "process_id": os.getpid(),
        }
        for line in log
    ]


def normals_of(known: Known, outcome: WindowOutcome, piece: SeismogramPiece) -> list[Normal]:
    """Source and receiver of a sensor's piece, then those of its channels."""
    window, last_ns = outcome.window, _last_ns(piece)
    channels = [Sensor.of(piece.channels[0]).channel, *piece.channels]
    return [known.normal(channel, window.event, piece.t0_ns, last_ns) for channel in channels]


def normal_of(known: Known, outcome: WindowOutcome, piece: Piece | None = None) -> Normal:
    """Source and receiver of a piece, from its own channel and times; for a dead window, from the channel and times
    that were asked for. A component that steps made out of a sensor has the sensor's receiver."""
    window = outcome.window
    if piece is None:
        last_ns = window.end_ns if window.inclusive_end else window.end_ns - 1
        return known.normal(window.channel, window.event, window.start_ns, last_ns)
    made_of_sensor = window.channel.chan.endswith("?")
    channel = known.standing(piece.channel) if made_of_sensor else piece.channel
    return known.normal(channel, window.event, piece.t0_ns, _last_ns(piece))


def with_problems(outcome: WindowOutcome, normals: Iterable[Normal]) -> WindowOutcome:
    """The outcome, whose log begins with what is odd or not known about its source and receiver."""
    found = dict.fromkeys(
        LogLine("normalize", problem, Severity.INFORMATIONAL if normal.receiver is None else Severity.COMPLAINT)
        for normal in normals
        for problem in normal.problems
    )
    return replace(outcome, log=(*found, *outcome.log)) if found else outcome


@lru_cache(maxsize=4096)  # thousands of windows have the same
def _object_id(identity: str) -> ObjectId:
    return ObjectId(identity)


def _put_ids(document: Ids, normal: Normal) -> None:
    if normal.receiver is not None and normal.receiver.channel_id:
        document["channel_id"] = _object_id(normal.receiver.channel_id)
    _put_places(document, normal)


def _put_places(document: Places, normal: Normal) -> None:
    receiver, source = normal.receiver, normal.source
    if receiver is not None and receiver.site_id:
        document["site_id"] = _object_id(receiver.site_id)
    if source is not None and source.source_id:
        document["source_id"] = _object_id(source.source_id)


def _last_ns(piece: Piece | SeismogramPiece) -> int:
    """Time of the last sample."""
    return piece.t0_ns + round((piece.npts - 1) * piece.rate_denominator * 1_000_000_000 / piece.rate_numerator)


def _tag(document: OfWindow, batch: OutcomeBatch, outcome: WindowOutcome) -> None:
    if batch.recipe.data_tag:
        document["data_tag"] = batch.recipe.data_tag
    if outcome.window.event:
        document["event"] = outcome.window.event


def provenance(batch: OutcomeBatch, outcome: WindowOutcome) -> Provenance:
    """Where a window's samples came from, and the steps that made it."""
    return {
        "task": batch.task,
        "sources": [
            {"archive": s.archive, "key": s.key, "etag": s.etag, "ranges": list(s.ranges), "whole": s.whole}
            for s in outcome.sources
        ],
        "steps": list(outcome.steps),
    }


def shared_provenance(batch: OutcomeBatch) -> Provenance | None:
    """The provenance of all saved windows of a batch; None if they have several, or if all are lost."""
    saved = [outcome for outcome in batch.outcomes if outcome.pieces or outcome.seismograms]
    if not saved or any((o.sources, o.steps) != (saved[0].sources, saved[0].steps) for o in saved[1:]):
        return None
    return provenance(batch, saved[0])


def _store(document: Stored, packing: Packing, place: Place | ObjectId) -> None:
    if isinstance(place, Place):
        document["storage_mode"] = place.mode.value
        document["dir"] = place.dir
        document["dfile"] = place.dfile
        document["foff"] = place.foff
        document["nbytes"] = place.nbytes
        document["format"] = packing.value
        if place.sha256:
            document["sha256"] = place.sha256
    else:
        document["storage_mode"] = "gridfs"
        document["gridfs_id"] = place
        if packing is not Packing.FLOAT64:
            document["format"] = packing.value


def wf_document(
    batch: OutcomeBatch, outcome: WindowOutcome, number: int, piece: Piece, place: Place | ObjectId, normal: Normal
) -> WaveformDocument:
    """The wf_TimeSeries document of the `number`-th piece of a window, without its provenance."""
    document = cast(
        WaveformDocument, {**_saved(batch, outcome, number, piece, piece.channel), "chan": piece.channel.chan}
    )
    _put_ids(document, normal)
    _store(document, piece.packing, place)
    return document


def seismogram_document(
    batch: OutcomeBatch,
    outcome: WindowOutcome,
    number: int,
    piece: SeismogramPiece,
    place: Place | ObjectId,
    normals: Sequence[Normal],
) -> SeismogramDocument:
    """The wf_Seismogram document of the `number`-th piece of a window, without its provenance; `normals` are those of
    the sensor and of its channels."""
    document = cast(
        SeismogramDocument,
        {
            **_saved(batch, outcome, number, piece, piece.channels[0]),
            "chan": [channel.chan for channel in piece.channels],
            "tmatrix": list(piece.tmatrix),
            "cardinal": piece.cardinal,
            "orthogonal": piece.orthogonal,
        },
    )
    if piece.axes != piece.tmatrix:
        document["axes"] = list(piece.axes)
    if piece.skew:
        document["component_skew"] = list(piece.skew)
    ids = [normal.receiver.channel_id for normal in normals[1:] if normal.receiver is not None]
    if len(ids) == len(piece.channels) and all(ids):
        document["channel_id"] = list(map(_object_id, ids))
    _put_places(document, normals[0])
    _store(document, Packing.FLOAT64, place)
    return document


def seismogram_bytes(piece: SeismogramPiece, storage: str) -> memoryview:
    """The samples of a Seismogram as MsPASS reads them: one component after the other if `storage` is gridfs, otherwise
    interleaved by time."""
    order: Literal["C", "F"] = "C" if storage == "gridfs" else "F"
    samples: Any = np.asarray(piece.samples, dtype="<f8", order=order).ravel(order=order)  # a buffer
    return memoryview(samples).cast("B")


def _saved(
    batch: OutcomeBatch, outcome: WindowOutcome, number: int, piece: Piece | SeismogramPiece, channel: Channel
) -> Saved:
    """The fields that the documents of all pieces have, without the place of the bytes."""
    period = piece.rate_denominator / piece.rate_numerator
    start = piece.t0_ns / 1e9
    document: Saved = {
        "_id": ObjectId(document_id(outcome.window.id, str(number))),
        "npts": piece.npts,
        "delta": period,
        "sampling_rate": piece.rate_numerator / piece.rate_denominator,
        "starttime": start,
        "endtime": _last_ns(piece) / 1e9,
        "time_standard": "UTC",
        "utc_convertible": True,
        "t0_ns": piece.t0_ns,
        "rate": (piece.rate_numerator, piece.rate_denominator),
        "net": channel.net,
        "sta": channel.sta,
        "loc": channel.loc,
        "piece": number,
        "job": batch.job,
        "window": outcome.window.id,
        "attempt": batch.attempt,
    }
    _tag(document, batch, outcome)
    if piece.units:
        document["units"] = piece.units
    if (pieces := len(outcome.pieces) + len(outcome.seismograms)) > 1:
        document["pieces"] = pieces
    if outcome.steps:
        document["pad_ns"] = (outcome.pad_before_ns, outcome.pad_after_ns)
    put_marks(document, outcome.window.arrival, outcome.window.picks)
    if outcome.log:
        document["elog_id"] = ObjectId(document_id(outcome.window.id, "elog"))
    if piece.metadata:  # what steps made comes first, so that it cannot replace our own fields
        return cast(Saved, {**piece.metadata, **document})
    return document


def elog_document(batch: OutcomeBatch, outcome: WindowOutcome) -> ErrorLog:
    """The error log of a saved window; refers to its first piece."""
    document: ErrorLog = {
        "_id": ObjectId(document_id(outcome.window.id, "elog")),
        "logdata": logdata(outcome.log),
        "job": batch.job,
        "window": outcome.window.id,
        "attempt": batch.attempt,
    }
    first = ObjectId(document_id(outcome.window.id, "0"))
    if outcome.pieces:
        document["wf_TimeSeries_id"] = first
    else:
        document["wf_Seismogram_id"] = first
    _tag(document, batch, outcome)
    return document


def cemetery_document(batch: OutcomeBatch, outcome: WindowOutcome, normal: Normal) -> Grave:
    """A dead window: what it would have been (the tombstone) and why it died. When it is settled it gets an `_id`, and
    runs of such windows get one document."""
    window = outcome.window
    tombstone: Tombstone = {
        "net": window.channel.net,
        "sta": window.channel.sta,
        "chan": window.channel.chan,
        "loc": window.channel.loc,
        "starttime": window.start_ns / 1e9,
        "endtime": window.end_ns / 1e9,
        "provenance": provenance(batch, outcome),
    }
    put_marks(tombstone, window.arrival, window.picks)
    document: Grave = {
        "start_ns": window.start_ns,
        "length_ns": window.end_ns - window.start_ns,
        "logdata": logdata(outcome.log),
        "reason": outcome.reason,
        "tombstone": tombstone,
        "job": batch.job,
        "window": outcome.window.id,
        "attempt": batch.attempt,
    }
    _tag(document, batch, outcome)
    _put_ids(document["tombstone"], normal)
    return document


def item_grave(
    identity: ObjectId, of: OfItem | OfStation, reason: str, log: tuple[LogLine, ...], tombstone: Tombstone
) -> Grave:
    """A dead item of a ledger that is not a window: a dataset, the measurement of a station, a job to purge."""
    content = {"_id": identity, **of, "reason": reason, "logdata": logdata(log), "tombstone": tombstone}
    return cast(Grave, content)


def item_log(identity: ObjectId, of: OfStation, log: tuple[LogLine, ...]) -> ErrorLog:
    """The error log of a station that was measured."""
    return cast(ErrorLog, {"_id": identity, **of, "logdata": logdata(log)})
