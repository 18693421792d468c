"""The model's values to bodies on the bus and back; services never see a message."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, TypeVar

from seis.v1 import task_pb2

from ..errors import PoisonError
from ..model.handovers import (
    AdjointTrace,
    BuildOrder,
    FetchOrder,
    Measurement,
    MisfitOrder,
    OutcomeBatch,
    PlanOrder,
    WindowOrder,
)
from ..model.task import Task
from .fields import OUTCOMES, mapping, pieces_in
from .forms import Form, Item, Spread, inside

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
    apart=("pad_before_ns", "pad_after_ns"),  # the recipe that travels with it has them
    others=("attempt", "recipe", "publication"),
    renamed={"id": "task"},
    archive=Spread(("objects",), None, _archive),
)

encode_plan, decode_plan = _both(Form(PlanOrder, task_pb2.PlanTask))
encode_fetch, decode_fetch = _both(Form(FetchOrder, task_pb2.FetchTask, task=inside(_TASK)))
encode_window, decode_window = _both(Form(WindowOrder, task_pb2.WindowTask))
encode_build, decode_build = _both(Form(BuildOrder, task_pb2.BuildTask))
encode_outcomes, decode_outcomes = _both(Form(OutcomeBatch, task_pb2.Outcomes, outcomes=OUTCOMES))


# --- misfit ----------------------------------------------------------------------------------------------------------


def _fixed_windows(message: task_pb2.MisfitTask) -> dict[str, Any] | None:
    return mapping(message.fixed_windows_json) if message.fixed_windows_json else None


_DOCUMENTS: Final = Item(lambda found: list(map(json.dumps, found)), lambda texts: tuple(map(mapping, texts)))

Form(
    AdjointTrace, task_pb2.AdjointTrace, renamed={"attributes": "attributes_json"}, attributes=Item(json.dumps, mapping)
)
encode_misfit, decode_misfit = _both(
    Form(
        MisfitOrder,
        task_pb2.MisfitTask,
        renamed={"config": "config_json"},
        observed=pieces_in("observed_data", "observed"),
        synthetic=pieces_in("synthetic_data", "synthetic"),
        config=Item(json.dumps, mapping),
        fixed_windows=Spread(
            ("fixed_windows_json",),
            lambda found: {} if found is None else {"fixed_windows_json": json.dumps(found)},
            _fixed_windows,
        ),
    )
)
encode_measurement, decode_measurement = _both(
    Form(
        Measurement,
        task_pb2.Measurement,
        renamed={"windows": "windows_json", "rejected": "rejected_json"},
        windows=_DOCUMENTS,
        synthetic=pieces_in("synthetic_data", "synthetic"),
        rejected=_DOCUMENTS,
    )
)
