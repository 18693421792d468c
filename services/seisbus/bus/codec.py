"""The model's values to bodies on the bus and back; services never see a message."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar

from google.protobuf.message import DecodeError, Message
from libseis.codes import Channel
from libseis.enums import GapFill
from libseis.errors import MsPASSError
from libseis.segments import GapPolicy, Overlap
from libseis.wire import Heading, heading_of, put_heading, series_of_piece
from seis.v1 import task_pb2, waveform_pb2

from ..errors import PoisonError
from ..model.handovers import (
    AdjointTrace,
    BuildOrder,
    Expansion,
    FetchOrder,
    LogLine,
    Measurement,
    MisfitOrder,
    ObjectRecords,
    OutcomeBatch,
    Packing,
    Piece,
    PlanOrder,
    Severity,
    Source,
    WindowOrder,
    WindowOutcome,
)
from ..model.outcome import Fate
from ..model.subject import Dataset, Event, JobId, ObjectKey, Station, subject_of
from ..model.task import ObjectRef, Part, Recipe, Task, Window, WindowTemplate

if TYPE_CHECKING:
    from google.protobuf.internal.containers import RepeatedCompositeFieldContainer as Messages

M = TypeVar("M", bound=Message)
T = TypeVar("T")

# What reading fields raises that are not what a message of their kind holds.
_MALFORMED = (DecodeError, MsPASSError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError)


def _body(kind: type[M]) -> Callable[[Callable[[M], T]], Callable[[bytes], T]]:
    """Make the reader of a message of a kind one of its bytes; PoisonError for bytes that are none, or malformed."""

    def of(read: Callable[[M], T]) -> Callable[[bytes], T]:
        @wraps(read)
        def decode(body: bytes) -> T:
            try:
                return read(kind.FromString(body))
            except _MALFORMED as error:
                name = kind.DESCRIPTOR.full_name
                raise PoisonError(f"A body that is not a {name}: {type(error).__name__}: {error}.") from error

        return decode

    return of


def _channel_message(channel: Channel) -> task_pb2.Channel:
    return task_pb2.Channel(net=channel.net, sta=channel.sta, loc=channel.loc, chan=channel.chan)


# A message names few channels, each hundreds of times.
_channel = lru_cache(maxsize=1024)(Channel)


def _channel_value(message: task_pb2.Channel) -> Channel:
    return _channel(message.net, message.sta, message.loc, message.chan)


def _object_message(ref: ObjectRef) -> task_pb2.ObjectRef:
    return task_pb2.ObjectRef(
        archive=ref.archive,
        key=ref.key,
        size=ref.size,
        etag=ref.etag,
        day_ns=ref.day_ns,
        channel=_channel_message(ref.channel) if ref.channel else None,
        missing=ref.missing,
        knots=[number for knot in ref.knots for number in knot],
        ordered=ref.ordered,
    )


def _object_value(message: task_pb2.ObjectRef) -> ObjectRef:
    return ObjectRef(
        archive=message.archive,
        key=message.key,
        size=message.size,
        etag=message.etag,
        day_ns=message.day_ns,
        channel=_channel_value(message.channel) if message.HasField("channel") else None,
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


def _window_message(window: Window) -> task_pb2.Window:
    return task_pb2.Window(
        id=window.id,
        channel=_channel_message(window.channel),
        start_ns=window.start_ns,
        end_ns=window.end_ns,
        inclusive_end=window.inclusive_end,
        event=window.subject.text,
        subject=_SUBJECTS[window.subject.kind],
    )


def _window_value(message: task_pb2.Window) -> Window:
    return Window(
        id=message.id,
        channel=_channel_value(message.channel),
        start_ns=message.start_ns,
        end_ns=message.end_ns,
        inclusive_end=message.inclusive_end,
        subject=subject_of(_SUBJECT_KINDS.get(message.subject, Event.kind), message.event),
    )


def _recipe_message(recipe: Recipe) -> task_pb2.Recipe:
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


def _mapping(text: str) -> dict[str, Any]:
    """A JSON mapping, which keeps the order of a document's fields as a Protobuf map does not."""
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError(f"{type(found).__name__} in place of a JSON mapping")
    return found


def _recipe_value(message: task_pb2.Recipe) -> Recipe:
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


def _part_message(part: Part) -> task_pb2.Part:
    return task_pb2.Part(first=part.first, count=part.count)


_FATES = {
    Fate.SAVED: task_pb2.FATE_SAVED,
    Fate.DEAD: task_pb2.FATE_DEAD,
    Fate.MISSING: task_pb2.FATE_MISSING,
    Fate.FAILED: task_pb2.FATE_FAILED,
    Fate.CANCELLED: task_pb2.FATE_CANCELLED,
}
_FATE_VALUES = {number: fate for fate, number in _FATES.items()}
_SEVERITIES = {
    Severity.INVALID: waveform_pb2.ERROR_SEVERITY_INVALID,
    Severity.COMPLAINT: waveform_pb2.ERROR_SEVERITY_COMPLAINT,
    Severity.INFORMATIONAL: waveform_pb2.ERROR_SEVERITY_INFORMATIONAL,
}
_SEVERITY_VALUES = {number: severity for severity, number in _SEVERITIES.items()}
_ENCODINGS = {
    Packing.MINISEED: waveform_pb2.SAMPLE_ENCODING_MINISEED,
    Packing.FLOAT64: waveform_pb2.SAMPLE_ENCODING_RAW,
}
_ENCODING_VALUES = {number: packing for packing, number in _ENCODINGS.items()}


def encode_plan(order: PlanOrder) -> bytes:
    """Body of a plan message."""
    return bytes(task_pb2.PlanTask(job=order.job, attempt=order.attempt).SerializeToString())


@_body(task_pb2.PlanTask)
def decode_plan(message: task_pb2.PlanTask) -> PlanOrder:
    """Inverse of `encode_plan`; PoisonError for other bytes."""
    return PlanOrder(message.job, message.attempt)


def encode_fetch(order: FetchOrder) -> bytes:
    """Body of a fetch message."""
    task = order.task
    message = task_pb2.FetchTask(
        job=task.job,
        task=task.id,
        attempt=order.attempt,
        objects=[_object_message(ref) for ref in task.objects],
        windows=[_window_message(window) for window in task.windows],
        parts=[_part_message(part) for part in task.parts],
        recipe=_recipe_message(order.recipe),
        publication=order.publication,
    )
    if task.template is not None:
        template = task.template
        message.template.CopyFrom(
            task_pb2.Template(start_ns=template.start_ns, end_ns=template.end_ns, event=template.event)
        )
    return bytes(message.SerializeToString())


@_body(task_pb2.FetchTask)
def decode_fetch(message: task_pb2.FetchTask) -> FetchOrder:
    """Inverse of `encode_fetch`; PoisonError for other bytes, or a task without an object."""
    if not message.objects:
        raise PoisonError(f"Fetch task {message.task!r} names no object.")
    template = message.template if message.HasField("template") else None
    task = Task(
        id=message.task,
        job=message.job,
        archive=message.objects[0].archive,
        objects=tuple(_object_value(ref) for ref in message.objects),
        windows=tuple(_window_value(window) for window in message.windows),
        parts=tuple(Part(part.first, part.count) for part in message.parts),
        template=None
        if template is None
        else WindowTemplate(
            start_ns=template.start_ns if template.HasField("start_ns") else None,
            end_ns=template.end_ns if template.HasField("end_ns") else None,
            event=template.event,
        ),
    )
    return FetchOrder(task, _recipe_value(message.recipe), message.attempt, message.publication)


def _records_message(read: ObjectRecords) -> task_pb2.Input:
    return task_pb2.Input(
        object=_object_message(read.ref),
        etag=read.etag,
        ranges=read.ranges,
        records=read.records,
        problems=read.problems,
        missing=read.missing,
        waveform_records=read.waveform_records,
        whole=read.whole,
        strangers=read.strangers,
    )


def _records_value(message: task_pb2.Input) -> ObjectRecords:
    return ObjectRecords(
        ref=_object_value(message.object),
        etag=message.etag,
        ranges=tuple(message.ranges),
        records=message.records,
        problems=tuple(message.problems),
        waveform_records=message.waveform_records,
        missing=message.missing,
        whole=message.whole,
        strangers=tuple(message.strangers),
    )


def encode_window(order: WindowOrder) -> bytes:
    """Body of a window message."""
    message = task_pb2.WindowTask(
        job=order.job,
        task=order.task,
        attempt=order.attempt,
        publication=order.publication,
        part=order.part,
        part_count=order.part_count,
        inputs=[_records_message(read) for read in order.inputs],
        windows=[_window_message(window) for window in order.windows],
        recipe=_recipe_message(order.recipe),
    )
    return bytes(message.SerializeToString())


@_body(task_pb2.WindowTask)
def decode_window(message: task_pb2.WindowTask) -> WindowOrder:
    """Inverse of `encode_window`; PoisonError for other bytes."""
    return WindowOrder(
        job=message.job,
        task=message.task,
        attempt=message.attempt,
        publication=message.publication,
        part=message.part,
        part_count=message.part_count,
        inputs=tuple(_records_value(read) for read in message.inputs),
        windows=tuple(_window_value(window) for window in message.windows),
        recipe=_recipe_value(message.recipe),
    )


def encode_build(order: BuildOrder) -> bytes:
    """Body of a build message."""
    message = task_pb2.BuildTask(
        job=order.job,
        task=order.task,
        attempt=order.attempt,
        publication=order.publication,
        window=_window_message(order.window),
    )
    return bytes(message.SerializeToString())


@_body(task_pb2.BuildTask)
def decode_build(message: task_pb2.BuildTask) -> BuildOrder:
    """Inverse of `encode_build`; PoisonError for other bytes."""
    return BuildOrder(message.job, message.task, message.attempt, message.publication, _window_value(message.window))


def encode_misfit(order: MisfitOrder) -> bytes:
    """Body of a misfit message."""
    message = task_pb2.MisfitTask(
        job=order.job,
        task=order.task,
        attempt=order.attempt,
        publication=order.publication,
        window=_window_message(order.window),
        config_json=json.dumps(order.config),
        quakeml=order.quakeml,
        stationxml=order.stationxml,
        fixed_windows_json="" if order.fixed_windows is None else json.dumps(order.fixed_windows),
        problems=order.problems,
        keep_rejected=order.keep_rejected,
    )
    _put_pieces(message.observed_data, order.observed)
    _put_pieces(message.synthetic_data, order.synthetic)
    return bytes(message.SerializeToString(deterministic=True))


@_body(task_pb2.MisfitTask)
def decode_misfit(message: task_pb2.MisfitTask) -> MisfitOrder:
    """Inverse of `encode_misfit`; PoisonError for other bytes."""
    return MisfitOrder(
        job=message.job,
        task=message.task,
        attempt=message.attempt,
        publication=message.publication,
        window=_window_value(message.window),
        observed=_piece_values(message.observed_data, message.observed),
        synthetic=_piece_values(message.synthetic_data, message.synthetic),
        config=_mapping(message.config_json),
        quakeml=message.quakeml,
        stationxml=message.stationxml,
        fixed_windows=_mapping(message.fixed_windows_json) if message.fixed_windows_json else None,
        problems=tuple(message.problems),
        keep_rejected=message.keep_rejected,
    )


def encode_measurement(found: Measurement) -> bytes:
    """Body of a measurement."""
    message = task_pb2.Measurement(
        job=found.job,
        task=found.task,
        attempt=found.attempt,
        window=_window_message(found.window),
        fate=_FATES[found.fate],
        reason=found.reason,
        detail=found.detail,
        windows_json=map(json.dumps, found.windows),
        sources=[
            task_pb2.AdjointTrace(attributes_json=json.dumps(source.attributes), samples=source.samples)
            for source in found.sources
        ],
        log=[_log_message(line) for line in found.log],
        rejected_json=map(json.dumps, found.rejected),
    )
    _put_pieces(message.synthetic_data, found.synthetic)
    return bytes(message.SerializeToString(deterministic=True))


@_body(task_pb2.Measurement)
def decode_measurement(message: task_pb2.Measurement) -> Measurement:
    """Inverse of `encode_measurement`; PoisonError for other bytes."""
    return Measurement(
        job=message.job,
        task=message.task,
        attempt=message.attempt,
        window=_window_value(message.window),
        fate=_FATE_VALUES[message.fate],
        reason=message.reason,
        detail=message.detail,
        windows=tuple(map(_mapping, message.windows_json)),
        sources=tuple(AdjointTrace(_mapping(source.attributes_json), source.samples) for source in message.sources),
        log=tuple(LogLine(e.algorithm, e.message, _SEVERITY_VALUES[e.severity]) for e in message.log),
        synthetic=_piece_values(message.synthetic_data, message.synthetic),
        rejected=tuple(map(_mapping, message.rejected_json)),
    )


def _log_message(line: LogLine) -> waveform_pb2.LogEntry:
    return waveform_pb2.LogEntry(algorithm=line.algorithm, message=line.message, severity=_SEVERITIES[line.severity])


def _put_pieces(messages: Messages[waveform_pb2.TimeSeries], pieces: Iterable[Piece]) -> None:
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


def _piece_values(data: Iterable[waveform_pb2.TimeSeries], older: Iterable[task_pb2.Piece]) -> tuple[Piece, ...]:
    """The pieces of messages of TimeSeries, or of what version 0.1.0 sent in their place."""
    return tuple(_piece_value(message) for message in (*map(series_of_piece, older), *data))


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


def _put_outcomes(messages: Messages[task_pb2.Outcome], outcomes: Iterable[WindowOutcome]) -> None:
    """Add a part's outcomes; a provenance is sent once for neighbours that share it."""
    before: tuple[object, object] | None = None
    for outcome in outcomes:
        message = messages.add(
            window=_window_message(outcome.window),
            fate=_FATES[outcome.fate],
            reason=outcome.reason,
            detail=outcome.detail,
            log=[_log_message(line) for line in outcome.log],
        )
        if (mine := (outcome.sources, outcome.steps)) != before:
            before = mine
            message.provenance.CopyFrom(_provenance_message(outcome))
        _put_pieces(message.data, outcome.pieces)


_Origin = tuple[tuple[Source, ...], tuple[str, ...]]


def _origin_value(message: task_pb2.Provenance) -> _Origin:
    sources = tuple(Source(s.archive, s.key, s.etag, tuple(s.ranges), s.whole) for s in message.sources)
    return sources, tuple(message.steps)


def _outcome_values(messages: Iterable[task_pb2.Outcome]) -> Iterator[WindowOutcome]:
    """Inverse of `_put_outcomes`; what neighbours share is one object. Version 0.1.0 sent it with each."""
    before: task_pb2.Provenance | None = None
    origin: _Origin = ((), ())
    for message in messages:
        if message.HasField("provenance") and (before is None or message.provenance != before):
            before, origin = message.provenance, _origin_value(message.provenance)
        yield _outcome_value(message, origin)


def _outcome_value(message: task_pb2.Outcome, origin: _Origin) -> WindowOutcome:
    return WindowOutcome(
        window=_window_value(message.window),
        fate=_FATE_VALUES[message.fate],
        reason=message.reason,
        detail=message.detail,
        pieces=_piece_values(message.data, message.pieces),
        log=tuple(LogLine(e.algorithm, e.message, _SEVERITY_VALUES[e.severity]) for e in message.log),
        sources=origin[0],
        steps=origin[1],
    )


def encode_outcomes(batch: OutcomeBatch) -> bytes:
    """Body of a write message."""
    message = task_pb2.Outcomes(
        job=batch.job,
        task=batch.task,
        attempt=batch.attempt,
        part=batch.part,
        part_count=batch.part_count,
        recipe=_recipe_message(batch.recipe),
    )
    _put_outcomes(message.outcomes, batch.outcomes)
    if batch.expansion is not None:
        message.expansion.windows.extend(_window_message(window) for window in batch.expansion.windows)
        message.expansion.parts.extend(_part_message(part) for part in batch.expansion.parts)
    return bytes(message.SerializeToString(deterministic=True))


@_body(task_pb2.Outcomes)
def decode_outcomes(message: task_pb2.Outcomes) -> OutcomeBatch:
    """Inverse of `encode_outcomes`; PoisonError for other bytes."""
    return OutcomeBatch(
        job=message.job,
        task=message.task,
        attempt=message.attempt,
        part=message.part,
        part_count=message.part_count,
        recipe=_recipe_value(message.recipe),
        outcomes=tuple(_outcome_values(message.outcomes)),
        expansion=Expansion(
            tuple(_window_value(window) for window in message.expansion.windows),
            tuple(Part(part.first, part.count) for part in message.expansion.parts),
        )
        if message.HasField("expansion")
        else None,
    )
