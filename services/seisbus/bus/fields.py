"""The parts of messages on the bus: forms of windows, objects, recipes, data and outcomes.

A malformed message may raise any error here; `Form.decode` turns it into PoisonError.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from libseis.codes import Channel
from libseis.enums import GapFill
from libseis.isotime import SECOND_NS
from libseis.segments import GapPolicy, Overlap
from libseis.wire import (
    Heading,
    SeismogramHeading,
    heading_of,
    metadata_of,
    put_heading,
    put_metadata,
    put_samples,
    put_seismogram_heading,
    seismogram_heading_of,
    series_of_piece,
    unpack_samples,
)
from libseis.wire.channels import channel_fields, channel_of
from libseis.wire.headers import history_from_message, history_to_message
from libseis.wire.values import value_fields, value_of
from seis.v1 import task_pb2, waveform_pb2

from ..model.handovers import (
    Expansion,
    LogLine,
    ObjectRecords,
    Packing,
    Piece,
    SeismogramPiece,
    Severity,
    Source,
    WindowOutcome,
)
from ..model.marks import Arrival, Pick
from ..model.outcome import Fate
from ..model.subject import Dataset, Event, JobId, ObjectKey, Station, Subject, subject_of
from ..model.task import ChannelRun, ObjectRef, Part, Recipe, Window, WindowTemplate
from .forms import Form, Item, Spread, converted, numbered, one_of

if TYPE_CHECKING:
    from google.protobuf.internal.containers import RepeatedCompositeFieldContainer as Messages

converted(Channel, channel_fields, channel_of)
numbered(
    Fate,
    {
        Fate.SAVED: task_pb2.FATE_SAVED,
        Fate.DEAD: task_pb2.FATE_DEAD,
        Fate.MISSING: task_pb2.FATE_MISSING,
        Fate.FAILED: task_pb2.FATE_FAILED,
        Fate.CANCELLED: task_pb2.FATE_CANCELLED,
    },
)
numbered(
    Severity,
    {
        Severity.INVALID: waveform_pb2.ERROR_SEVERITY_INVALID,
        Severity.COMPLAINT: waveform_pb2.ERROR_SEVERITY_COMPLAINT,
        Severity.INFORMATIONAL: waveform_pb2.ERROR_SEVERITY_INFORMATIONAL,
    },
)

# --- windows and objects ---------------------------------------------------------------------------------------------

_SUBJECTS: Final = {
    Event.kind: task_pb2.SUBJECT_KIND_UNSPECIFIED,
    ObjectKey.kind: task_pb2.SUBJECT_KIND_OBJECT,
    Dataset.kind: task_pb2.SUBJECT_KIND_DATASET,
    Station.kind: task_pb2.SUBJECT_KIND_STATION,
    JobId.kind: task_pb2.SUBJECT_KIND_JOB,
}
_SUBJECT_KINDS: Final = {number: kind for kind, number in _SUBJECTS.items()}


def _subject_fields(subject: Subject) -> dict[str, Any]:
    return {"event": subject.text, "subject": _SUBJECTS[subject.kind]}


def _subject_value(message: task_pb2.Window) -> Subject:
    return subject_of(_SUBJECT_KINDS.get(message.subject, Event.kind), message.event)


Form(Arrival, task_pb2.Arrival)
Form(Pick, task_pb2.Pick)
Form(Window, task_pb2.Window, subject=Spread(("event", "subject"), _subject_fields, _subject_value))
Form(Part, task_pb2.Part)
Form(WindowTemplate, task_pb2.Template)
_KNOTS: Final = Item(
    lambda knots: [number for knot in knots for number in knot],
    lambda found: tuple(zip(found[::2], found[1::2], strict=True)),
)
Form(ChannelRun, task_pb2.ChannelRun, knots=_KNOTS)
Form(ObjectRef, task_pb2.ObjectRef, knots=_KNOTS)
Form(ObjectRecords, task_pb2.Input, renamed={"ref": "object"})
Form(Source, task_pb2.Provenance.Source)

# --- recipes ---------------------------------------------------------------------------------------------------------


def _steps(message: task_pb2.Recipe) -> tuple[dict[str, object], ...]:
    if message.steps_json:  # of version 0.1.0, which might send a name without parameters
        steps = json.loads(message.steps_json)
        if not isinstance(steps, list) or not all(isinstance(step, str | dict) for step in steps):
            raise ValueError("processing steps that are not a list of names and mappings")
        entries = [step.items() if isinstance(step, dict) else [(step, {})] for step in steps]
        return tuple({name: given} for entry in entries for name, given in entry)
    return tuple([{step.name: value_of(step.parameters)} for step in message.steps])


def _plain_steps(steps: Iterable[dict[str, object]]) -> dict[str, Any]:
    found = [(name, given) for step in steps for name, given in step.items()]
    return {"steps": [{"name": name, "parameters": value_fields(given, name)} for name, given in found]}


def _pad(side: str) -> Spread:
    """A pad in nanoseconds; version 0.1.0 sent seconds."""
    name, older = f"pad_{side}_ns", f"pad_{side}"
    read, read_older = attrgetter(name), attrgetter(older)
    return Spread((name, older), lambda ns: {name: ns}, lambda m: int(read(m)) or round(read_older(m) * SECOND_NS))


Form(
    Recipe,
    task_pb2.Recipe,
    gaps=one_of(GapPolicy),
    fill=one_of(GapFill),
    overlap=one_of(Overlap),
    steps=Spread(("steps", "steps_json"), _plain_steps, _steps),
    pad_before_ns=_pad("before"),
    pad_after_ns=_pad("after"),
    components=Item(take=lambda number: number or 1),  # of older versions
)

# --- data ------------------------------------------------------------------------------------------------------------

_ENCODINGS: Final = {
    Packing.MINISEED: waveform_pb2.SAMPLE_ENCODING_MINISEED,
    Packing.FLOAT64: waveform_pb2.SAMPLE_ENCODING_RAW,
}
_ENCODING_VALUES: Final = {number: packing for packing, number in _ENCODINGS.items()}


def _put_pieces(messages: Messages[waveform_pb2.TimeSeries], pieces: Iterable[Piece]) -> None:
    """Add pieces as TimeSeries messages. This is written by hand, because what many pieces have in common is made
    once."""
    for piece in pieces:
        message = messages.add()
        put_heading(
            message, Heading(piece.channel, piece.t0_ns, piece.rate_numerator, piece.rate_denominator, piece.units)
        )
        put_metadata(message, piece.metadata)
        samples = message.samples
        if piece.packing is Packing.FLOAT64:
            samples.type = waveform_pb2.SAMPLE_TYPE_FLOAT64
        samples.encoding, samples.npts, samples.components = _ENCODINGS[piece.packing], piece.npts, 1
        samples.data = piece.data
        if piece.history is not None and (history := history_to_message(piece.history)) is not None:
            message.history.CopyFrom(history)


def _piece_value(message: waveform_pb2.TimeSeries) -> Piece:
    channel, t0_ns, numerator, denominator, units = heading_of(message)
    samples = message.samples
    packing, npts, data = _ENCODING_VALUES[samples.encoding], samples.npts, samples.data
    real = samples.type == waveform_pb2.SAMPLE_TYPE_FLOAT64 and len(data) == 8 * npts
    if npts < 0 or samples.components != 1 or not (real or packing is Packing.MINISEED):
        raise ValueError(f"{len(data)} bytes of {channel} that are not {npts} samples in a form that is stored")
    history = history_from_message(message.history) if message.HasField("history") else None
    return Piece(channel, t0_ns, numerator, denominator, npts, packing, data, units, metadata_of(message), history)


def pieces_in(data: str, older: str) -> Spread:
    """Pieces out of a field of TimeSeries messages. Version 0.1.0 sent other messages, in another field."""

    def values(message: Any) -> tuple[Piece, ...]:
        found = tuple(map(_piece_value, getattr(message, data)))
        if old := getattr(message, older):
            return (*map(_piece_value, map(series_of_piece, old)), *found)
        return found

    return Spread((data, older), None, values, lambda message, pieces: _put_pieces(getattr(message, data), pieces))


def _put_seismograms(message: task_pb2.Outcome, pieces: Iterable[SeismogramPiece]) -> None:
    for piece in pieces:
        made = message.seismograms.add()
        put_seismogram_heading(
            made, SeismogramHeading(**{name: getattr(piece, name) for name in SeismogramHeading._fields})
        )
        put_metadata(made, piece.metadata)
        if piece.history is not None and (history := history_to_message(piece.history)) is not None:
            made.history.CopyFrom(history)
        put_samples(made.samples, piece.samples)


def _seismogram_value(message: waveform_pb2.Seismogram) -> SeismogramPiece:
    heading = seismogram_heading_of(message)
    samples = unpack_samples(message.samples)
    if samples.ndim != 2 or samples.shape[0] != 3:
        raise ValueError(f"samples of shape {samples.shape} of {heading.channels[0]}, expected three components")
    history = history_from_message(message.history) if message.HasField("history") else None
    return SeismogramPiece(samples=samples, metadata=metadata_of(message), history=history, **heading._asdict())


_SEISMOGRAMS: Final = Spread(
    ("seismograms",),
    None,
    lambda message: tuple(map(_seismogram_value, message.seismograms)) if message.seismograms else (),
    _put_seismograms,
)

# --- outcomes --------------------------------------------------------------------------------------------------------

Form(LogLine, waveform_pb2.LogEntry, others=("job_id", "process_id"))
Form(Expansion, task_pb2.Expansion)


@dataclass(frozen=True, slots=True)
class _Origin:
    sources: tuple[Source, ...] = ()
    steps: tuple[str, ...] = ()


_ORIGIN: Final = Form(_Origin, task_pb2.Provenance)
_OUTCOME: Final = Form(
    WindowOutcome,
    task_pb2.Outcome,
    apart=("sources", "steps"),
    others=("provenance",),
    pieces=pieces_in("data", "pieces"),
    seismograms=_SEISMOGRAMS,
)


def _put_outcomes(batch: task_pb2.Outcomes, outcomes: Iterable[WindowOutcome]) -> None:
    """Add a part's outcomes; an origin is sent once for neighbours that share it.

    They are added one by one, because dictionaries of all of them at once would keep the garbage collector busy.
    """
    add, before = batch.outcomes.add, None
    for outcome in outcomes:
        plain = _OUTCOME.plain(outcome)
        if (origin := (outcome.sources, outcome.steps)) != before:
            before = origin
            plain["provenance"] = _ORIGIN.plain(_Origin(*origin))
        _OUTCOME.fill(add(**plain), outcome)


def _outcomes(batch: task_pb2.Outcomes) -> Iterator[WindowOutcome]:
    """Inverse of `_put_outcomes`; neighbours share one origin object. Version 0.1.0 sent the origin with each
    outcome."""
    before: task_pb2.Provenance | None = None
    sources: tuple[Source, ...] = ()
    steps: tuple[str, ...] = ()
    for message in batch.outcomes:
        if message.HasField("provenance") and (before is None or message.provenance != before):
            before = message.provenance
            origin = _ORIGIN.value(before)
            sources, steps = origin.sources, origin.steps
        yield _OUTCOME.value(message, sources, steps)


OUTCOMES: Final = Spread(("outcomes",), None, lambda batch: tuple(_outcomes(batch)), _put_outcomes)
