"""The model's values to bodies on the bus and back; services never see a message."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from libseis.errors import MsPASSError
from seis.v1 import task_pb2

from ..errors import PoisonError
from ..model.handovers import (
    AdjointTrace,
    BuildOrder,
    Expansion,
    FetchOrder,
    LogLine,
    Measurement,
    MisfitOrder,
    OutcomeBatch,
    PlanOrder,
    WindowOrder,
)
from ..model.task import Part, Task, WindowTemplate
from .fields import (
    FATE_VALUES,
    FATES,
    SEVERITY_VALUES,
    log_message,
    mapping,
    object_message,
    object_value,
    outcome_values,
    part_message,
    piece_values,
    put_outcomes,
    put_pieces,
    recipe_message,
    recipe_value,
    records_message,
    records_value,
    window_message,
    window_value,
)

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
        objects=[object_message(ref) for ref in task.objects],
        windows=[window_message(window) for window in task.windows],
        parts=[part_message(part) for part in task.parts],
        recipe=recipe_message(order.recipe),
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
        objects=tuple(object_value(ref) for ref in message.objects),
        windows=tuple(window_value(window) for window in message.windows),
        parts=tuple(Part(part.first, part.count) for part in message.parts),
        template=None
        if template is None
        else WindowTemplate(
            start_ns=template.start_ns if template.HasField("start_ns") else None,
            end_ns=template.end_ns if template.HasField("end_ns") else None,
            event=template.event,
        ),
    )
    return FetchOrder(task, recipe_value(message.recipe), message.attempt, message.publication)


def encode_window(order: WindowOrder) -> bytes:
    """Body of a window message."""
    message = task_pb2.WindowTask(
        job=order.job,
        task=order.task,
        attempt=order.attempt,
        publication=order.publication,
        part=order.part,
        part_count=order.part_count,
        inputs=[records_message(read) for read in order.inputs],
        windows=[window_message(window) for window in order.windows],
        recipe=recipe_message(order.recipe),
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
        inputs=tuple(records_value(read) for read in message.inputs),
        windows=tuple(window_value(window) for window in message.windows),
        recipe=recipe_value(message.recipe),
    )


def encode_build(order: BuildOrder) -> bytes:
    """Body of a build message."""
    message = task_pb2.BuildTask(
        job=order.job,
        task=order.task,
        attempt=order.attempt,
        publication=order.publication,
        window=window_message(order.window),
    )
    return bytes(message.SerializeToString())


@_body(task_pb2.BuildTask)
def decode_build(message: task_pb2.BuildTask) -> BuildOrder:
    """Inverse of `encode_build`; PoisonError for other bytes."""
    return BuildOrder(message.job, message.task, message.attempt, message.publication, window_value(message.window))


def encode_misfit(order: MisfitOrder) -> bytes:
    """Body of a misfit message."""
    message = task_pb2.MisfitTask(
        job=order.job,
        task=order.task,
        attempt=order.attempt,
        publication=order.publication,
        window=window_message(order.window),
        config_json=json.dumps(order.config),
        quakeml=order.quakeml,
        stationxml=order.stationxml,
        fixed_windows_json="" if order.fixed_windows is None else json.dumps(order.fixed_windows),
        problems=order.problems,
        keep_rejected=order.keep_rejected,
    )
    put_pieces(message.observed_data, order.observed)
    put_pieces(message.synthetic_data, order.synthetic)
    return bytes(message.SerializeToString(deterministic=True))


@_body(task_pb2.MisfitTask)
def decode_misfit(message: task_pb2.MisfitTask) -> MisfitOrder:
    """Inverse of `encode_misfit`; PoisonError for other bytes."""
    return MisfitOrder(
        job=message.job,
        task=message.task,
        attempt=message.attempt,
        publication=message.publication,
        window=window_value(message.window),
        observed=piece_values(message.observed_data, message.observed),
        synthetic=piece_values(message.synthetic_data, message.synthetic),
        config=mapping(message.config_json),
        quakeml=message.quakeml,
        stationxml=message.stationxml,
        fixed_windows=mapping(message.fixed_windows_json) if message.fixed_windows_json else None,
        problems=tuple(message.problems),
        keep_rejected=message.keep_rejected,
    )


def encode_measurement(found: Measurement) -> bytes:
    """Body of a measurement."""
    message = task_pb2.Measurement(
        job=found.job,
        task=found.task,
        attempt=found.attempt,
        window=window_message(found.window),
        fate=FATES[found.fate],
        reason=found.reason,
        detail=found.detail,
        windows_json=map(json.dumps, found.windows),
        sources=[
            task_pb2.AdjointTrace(attributes_json=json.dumps(source.attributes), samples=source.samples)
            for source in found.sources
        ],
        log=[log_message(line) for line in found.log],
        rejected_json=map(json.dumps, found.rejected),
    )
    put_pieces(message.synthetic_data, found.synthetic)
    return bytes(message.SerializeToString(deterministic=True))


@_body(task_pb2.Measurement)
def decode_measurement(message: task_pb2.Measurement) -> Measurement:
    """Inverse of `encode_measurement`; PoisonError for other bytes."""
    return Measurement(
        job=message.job,
        task=message.task,
        attempt=message.attempt,
        window=window_value(message.window),
        fate=FATE_VALUES[message.fate],
        reason=message.reason,
        detail=message.detail,
        windows=tuple(map(mapping, message.windows_json)),
        sources=tuple(AdjointTrace(mapping(source.attributes_json), source.samples) for source in message.sources),
        log=tuple(LogLine(e.algorithm, e.message, SEVERITY_VALUES[e.severity]) for e in message.log),
        synthetic=piece_values(message.synthetic_data, message.synthetic),
        rejected=tuple(map(mapping, message.rejected_json)),
    )


def encode_outcomes(batch: OutcomeBatch) -> bytes:
    """Body of a write message."""
    message = task_pb2.Outcomes(
        job=batch.job,
        task=batch.task,
        attempt=batch.attempt,
        part=batch.part,
        part_count=batch.part_count,
        recipe=recipe_message(batch.recipe),
    )
    put_outcomes(message.outcomes, batch.outcomes)
    if batch.expansion is not None:
        message.expansion.windows.extend(window_message(window) for window in batch.expansion.windows)
        message.expansion.parts.extend(part_message(part) for part in batch.expansion.parts)
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
        recipe=recipe_value(message.recipe),
        outcomes=tuple(outcome_values(message.outcomes)),
        expansion=Expansion(
            tuple(window_value(window) for window in message.expansion.windows),
            tuple(Part(part.first, part.count) for part in message.expansion.parts),
        )
        if message.HasField("expansion")
        else None,
    )
