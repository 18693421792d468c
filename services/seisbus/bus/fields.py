"""What messages on the bus are made of, from the model's values and back: windows, objects, recipes, data, outcomes.

What is malformed raises whatever it raises; `codec` makes a poison message of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from libseis.enums import GapFill
from libseis.segments import GapPolicy, Overlap
from libseis.wire import Heading, heading_of, put_heading, series_of_piece
from libseis.wire.channels import channel_message, channel_of
from seis.v1 import task_pb2, waveform_pb2

from ..model.handovers import (
    LogLine,
    ObjectRecords,
    Packing,
    Piece,
    Severity,
    Source,
    WindowOutcome,
)
from ..model.outcome import Fate
from ..model.subject import Dataset, Event, JobId, ObjectKey, Station, subject_of
from ..model.task import ObjectRef, Part, Recipe, Window

if TYPE_CHECKING:
    from google.protobuf.internal.containers import RepeatedCompositeFieldContainer as Messages


def object_message(ref: ObjectRef) -> task_pb2.ObjectRef:
    """An object of an archive as a message."""
    return task_pb2.ObjectRef(
        archive=ref.archive,
        key=ref.key,
        size=ref.size,
        etag=ref.etag,
        day_ns=ref.day_ns,
        channel=channel_message(ref.channel) if ref.channel else None,
        missing=ref.missing,
        knots=[number for knot in ref.knots for number in knot],
        ordered=ref.ordered,
    )


def object_value(message: task_pb2.ObjectRef) -> ObjectRef:
    """Inverse of `object_message`."""
    return ObjectRef(
        archive=message.archive,
        key=message.key,
        size=message.size,
        etag=message.etag,
        day_ns=message.day_ns,
        channel=channel_of(message.channel) if message.HasField("channel") else None,
        missing=message.missing,
        knots=tuple(zip(message.knots[::2], message.knots[1::2], strict=True)),
        ordered=message.ordered,
    )


_SUBJECTS = {
    Event.kind: task_pb2.SUBJECT_KIND_UNSPECIFIED,
    ObjectKey.kind: task_pb2.SUBJECT_KIND_OBJECT,
    Dataset.kind: task_pb2.SUBJECT_KIND_DATASET,
    Station.kind: task_pb2.SUBJECT_KIND_STATION,
    JobId.kind: task_pb2.SUBJECT_KIND_JOB,
}
_SUBJECT_KINDS = {number: kind for kind, number in _SUBJECTS.items()}


def window_message(window: Window) -> task_pb2.Window:
    """A window as a message."""
    return task_pb2.Window(
        id=window.id,
        channel=channel_message(window.channel),
        start_ns=window.start_ns,
        end_ns=window.end_ns,
        inclusive_end=window.inclusive_end,
        event=window.subject.text,
        subject=_SUBJECTS[window.subject.kind],
    )


def window_value(message: task_pb2.Window) -> Window:
    """Inverse of `window_message`."""
    return Window(
        id=message.id,
        channel=channel_of(message.channel),
        start_ns=message.start_ns,
        end_ns=message.end_ns,
        inclusive_end=message.inclusive_end,
        subject=subject_of(_SUBJECT_KINDS.get(message.subject, Event.kind), message.event),
    )


def recipe_message(recipe: Recipe) -> task_pb2.Recipe:
    """A recipe as a message."""
    return task_pb2.Recipe(
        gaps=recipe.gaps,
        fill=recipe.fill,
        overlap=recipe.overlap,
        steps_json=json.dumps(recipe.steps),
        pad_before=recipe.pad_before,
        pad_after=recipe.pad_after,
        storage=recipe.storage,
        encoding=recipe.encoding,
        data_tag=recipe.data_tag,
        verify_full=recipe.verify_full,
        scan=recipe.scan,
        pad_planned=recipe.pad_planned,
    )


def _steps(text: str) -> tuple[Any, ...]:
    steps = json.loads(text)
    if not isinstance(steps, list) or not all(isinstance(step, str | dict) for step in steps):
        raise ValueError("processing steps that are no list of names and mappings")
    return tuple(steps)


def mapping(text: str) -> dict[str, Any]:
    """A JSON mapping, which keeps the order of a document's fields as a Protobuf map does not."""
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError(f"{type(found).__name__} in place of a JSON mapping")
    return found


def recipe_value(message: task_pb2.Recipe) -> Recipe:
    """Inverse of `recipe_message`."""
    return Recipe(
        gaps=GapPolicy(message.gaps).value,
        fill=GapFill(message.fill).value,
        overlap=Overlap(message.overlap).value,
        steps=_steps(message.steps_json),
        pad_before=message.pad_before,
        pad_after=message.pad_after,
        storage=message.storage,
        encoding=message.encoding,
        data_tag=message.data_tag,
        verify_full=message.verify_full,
        scan=message.scan,
        pad_planned=message.pad_planned,
    )


def part_message(part: Part) -> task_pb2.Part:
    """A part of a task as a message."""
    return task_pb2.Part(first=part.first, count=part.count)


FATES = {
    Fate.SAVED: task_pb2.FATE_SAVED,
    Fate.DEAD: task_pb2.FATE_DEAD,
    Fate.MISSING: task_pb2.FATE_MISSING,
    Fate.FAILED: task_pb2.FATE_FAILED,
    Fate.CANCELLED: task_pb2.FATE_CANCELLED,
}
FATE_VALUES = {number: fate for fate, number in FATES.items()}
_SEVERITIES = {
    Severity.INVALID: waveform_pb2.ERROR_SEVERITY_INVALID,
    Severity.COMPLAINT: waveform_pb2.ERROR_SEVERITY_COMPLAINT,
    Severity.INFORMATIONAL: waveform_pb2.ERROR_SEVERITY_INFORMATIONAL,
}
SEVERITY_VALUES = {number: severity for severity, number in _SEVERITIES.items()}
_ENCODINGS = {
    Packing.MINISEED: waveform_pb2.SAMPLE_ENCODING_MINISEED,
    Packing.FLOAT64: waveform_pb2.SAMPLE_ENCODING_RAW,
}
_ENCODING_VALUES = {number: packing for packing, number in _ENCODINGS.items()}


def records_message(read: ObjectRecords) -> task_pb2.Input:
    """Records of an object as a message."""
    return task_pb2.Input(
        object=object_message(read.ref),
        etag=read.etag,
        ranges=read.ranges,
        records=read.records,
        problems=read.problems,
        missing=read.missing,
        waveform_records=read.waveform_records,
        whole=read.whole,
        strangers=read.strangers,
    )


def records_value(message: task_pb2.Input) -> ObjectRecords:
    """Inverse of `records_message`."""
    return ObjectRecords(
        ref=object_value(message.object),
        etag=message.etag,
        ranges=tuple(message.ranges),
        records=message.records,
        problems=tuple(message.problems),
        waveform_records=message.waveform_records,
        missing=message.missing,
        whole=message.whole,
        strangers=tuple(message.strangers),
    )


def log_message(line: LogLine) -> waveform_pb2.LogEntry:
    """A line of an error log as a message."""
    return waveform_pb2.LogEntry(algorithm=line.algorithm, message=line.message, severity=_SEVERITIES[line.severity])


def put_pieces(messages: Messages[waveform_pb2.TimeSeries], pieces: Iterable[Piece]) -> None:
    """Add pieces as the messages of TimeSeries, in place: a message that is handed over is copied, with its samples."""
    for piece in pieces:
        message = messages.add()
        put_heading(
            message, Heading(piece.channel, piece.t0_ns, piece.rate_numerator, piece.rate_denominator, piece.units)
        )
        samples = message.samples
        if piece.packing is Packing.FLOAT64:
            samples.type = waveform_pb2.SAMPLE_TYPE_FLOAT64
        samples.encoding, samples.npts, samples.components = _ENCODINGS[piece.packing], piece.npts, 1
        samples.data = piece.data


def piece_values(data: Iterable[waveform_pb2.TimeSeries], older: Iterable[task_pb2.Piece]) -> tuple[Piece, ...]:
    """The pieces of messages of TimeSeries, or of what version 0.1.0 sent in their place."""
    return (*map(_piece_value, map(series_of_piece, older)), *map(_piece_value, data))


def _piece_value(message: waveform_pb2.TimeSeries) -> Piece:
    channel, t0_ns, numerator, denominator, units = heading_of(message)
    samples = message.samples
    packing, npts, data = _ENCODING_VALUES[samples.encoding], samples.npts, samples.data
    real = samples.type == waveform_pb2.SAMPLE_TYPE_FLOAT64 and len(data) == 8 * npts
    if npts < 0 or samples.components != 1 or not (real or packing is Packing.MINISEED):
        raise ValueError(f"{len(data)} bytes of {channel} that are not {npts} samples in a form that is stored")
    return Piece(channel, t0_ns, numerator, denominator, npts, packing, data, units)


def _provenance_message(outcome: WindowOutcome) -> task_pb2.Provenance:
    return task_pb2.Provenance(
        sources=[
            task_pb2.Provenance.Source(archive=s.archive, key=s.key, etag=s.etag, ranges=s.ranges, whole=s.whole)
            for s in outcome.sources
        ],
        steps=outcome.steps,
    )


def put_outcomes(messages: Messages[task_pb2.Outcome], outcomes: Iterable[WindowOutcome]) -> None:
    """Add a part's outcomes; a provenance is sent once for neighbours that share it."""
    before: tuple[object, object] | None = None
    for outcome in outcomes:
        message = messages.add(
            window=window_message(outcome.window),
            fate=FATES[outcome.fate],
            reason=outcome.reason,
            detail=outcome.detail,
            log=[log_message(line) for line in outcome.log],
        )
        if (mine := (outcome.sources, outcome.steps)) != before:
            before = mine
            message.provenance.CopyFrom(_provenance_message(outcome))
        put_pieces(message.data, outcome.pieces)


_Origin = tuple[tuple[Source, ...], tuple[str, ...]]


def _origin_value(message: task_pb2.Provenance) -> _Origin:
    sources = tuple(Source(s.archive, s.key, s.etag, tuple(s.ranges), s.whole) for s in message.sources)
    return sources, tuple(message.steps)


def outcome_values(messages: Iterable[task_pb2.Outcome]) -> Iterator[WindowOutcome]:
    """Inverse of `put_outcomes`; what neighbours share is one object. Version 0.1.0 sent it with each."""
    before: task_pb2.Provenance | None = None
    origin: _Origin = ((), ())
    for message in messages:
        if message.HasField("provenance") and (before is None or message.provenance != before):
            before, origin = message.provenance, _origin_value(message.provenance)
        yield _outcome_value(message, origin)


def _outcome_value(message: task_pb2.Outcome, origin: _Origin) -> WindowOutcome:
    return WindowOutcome(
        window=window_value(message.window),
        fate=FATE_VALUES[message.fate],
        reason=message.reason,
        detail=message.detail,
        pieces=piece_values(message.data, message.pieces),
        log=tuple(LogLine(e.algorithm, e.message, SEVERITY_VALUES[e.severity]) for e in message.log),
        sources=origin[0],
        steps=origin[1],
    )
