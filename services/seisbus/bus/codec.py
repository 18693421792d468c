"""The model's values to bodies on the bus and back; services never see a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from seis.v1 import task_pb2

from ..errors import PoisonError
from ..model.handovers import BuildOrder, FetchOrder, OutcomeBatch, PlanOrder, WindowOrder
from ..model.task import Task
from .fields import OUTCOMES
from .forms import Form, Spread, inside
from .measurements import MEASUREMENT, MISFIT

V = TypeVar("V")


def _both(form: Form[V]) -> tuple[Callable[[V], bytes], Callable[[bytes], V]]:
    """Writer and reader of a body. The reader raises PoisonError for bytes that are not one."""
    return form.encode, form.decode


def _archive(message: task_pb2.FetchTask) -> str:
    if not message.objects:
        raise PoisonError(f"Fetch task {message.task!r} names no object.")
    return str(message.objects[0].archive)


_TASK: Final = Form(
    Task,
    task_pb2.FetchTask,
    # the recipe has the pads; what is unplaced, or exists, is not fetched
    apart=("pad_before_ns", "pad_after_ns", "unplaced", "existing"),
    others=("attempt", "recipe", "publication"),
    renamed={"id": "task"},
    archive=Spread(("objects",), None, _archive),
)

encode_plan, decode_plan = _both(Form(PlanOrder, task_pb2.PlanTask))
encode_fetch, decode_fetch = _both(Form(FetchOrder, task_pb2.FetchTask, task=inside(_TASK)))
encode_window, decode_window = _both(Form(WindowOrder, task_pb2.WindowTask))
encode_build, decode_build = _both(Form(BuildOrder, task_pb2.BuildTask))
encode_outcomes, decode_outcomes = _both(Form(OutcomeBatch, task_pb2.Outcomes, outcomes=OUTCOMES))
encode_misfit, decode_misfit = _both(MISFIT)
encode_measurement, decode_measurement = _both(MEASUREMENT)
