"""Forms of the messages of misfit jobs: settings, windows, adjoint sources. Version 0.1.0 sent JSON instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from libseis.misfit.config import Config
from libseis.misfit.flexwin.window import RejectedWindow
from libseis.misfit.flexwin.window import Window as MisfitWindow
from libseis.misfit.settings import AdjointSettings, Criterion, WindowSettings
from libseis.misfit.traveltimes import PhaseArrival
from seis.v1 import task_pb2

from ..model.handovers import AdjointTrace, MeasuredComponent, Measurement, MisfitOrder
from .fields import pieces_in
from .forms import Form, Spread, converted

_FixedWindows = dict[str, tuple[MisfitWindow, ...]]

# --- settings --------------------------------------------------------------------------------------------------------


def _criterion_fields(found: Criterion) -> dict[str, Any]:
    return {"samples": found.tolist()} if isinstance(found, np.ndarray) else {"number": found}


def _criterion(message: task_pb2.Criterion) -> Criterion:
    return message.number if message.HasField("number") else np.array(message.samples, np.float64)


converted(Criterion, _criterion_fields, _criterion)
Form(
    WindowSettings,
    task_pb2.WindowSettings,
    apart=("weight_function",),  # a function, which no job file can name
)
Form(AdjointSettings, task_pb2.AdjointSettings)
_CONFIG: Final = Form(Config, task_pb2.MisfitConfig)


def _config(message: task_pb2.MisfitTask) -> Config:
    if message.HasField("config"):
        return _CONFIG.value(message.config)
    return Config.from_stored(_mapping(message.config_json))


# --- windows and adjoint sources -------------------------------------------------------------------------------------

Form(PhaseArrival, task_pb2.PhaseArrival)
_WINDOW: Final = Form(MisfitWindow, task_pb2.MisfitWindow)
Form(RejectedWindow, task_pb2.RejectedWindow)
Form(AdjointTrace, task_pb2.AdjointTrace, others=("attributes_json",))
_COMPONENT: Final = Form(MeasuredComponent, task_pb2.MeasuredComponent)


def _plain_fixed(found: _FixedWindows | None) -> dict[str, Any]:
    if found is None:
        return {}
    components = [{"component": c, "windows": list(map(_WINDOW.plain, windows))} for c, windows in found.items()]
    return {"fixed_windows": {"components": components}}


def _fixed(message: task_pb2.MisfitTask) -> _FixedWindows | None:
    if message.HasField("fixed_windows"):
        return {c.component: tuple(map(_WINDOW.value, c.windows)) for c in message.fixed_windows.components}
    if not message.fixed_windows_json:
        return None
    older = _mapping(message.fixed_windows_json)
    return {c: tuple([_WINDOW.value(_older_window(w)) for w in windows]) for c, windows in older.items()}


def _components(message: task_pb2.Measurement) -> tuple[MeasuredComponent, ...]:
    return tuple(map(_COMPONENT.value, message.components or _older_components(message)))


def _path(message: task_pb2.Measurement) -> str:
    if message.path:
        return str(message.path)
    older = (*message.windows_json, *message.rejected_json, *(source.attributes_json for source in message.sources))
    return next((str(path) for text in older if (path := _mapping(text).get("path"))), "")


MISFIT: Final = Form(
    MisfitOrder,
    task_pb2.MisfitTask,
    observed=pieces_in("observed_data", "observed"),
    synthetic=pieces_in("synthetic_data", "synthetic"),
    config=Spread(("config", "config_json"), lambda config: {"config": _CONFIG.plain(config)}, _config),
    fixed_windows=Spread(("fixed_windows", "fixed_windows_json"), _plain_fixed, _fixed),
)
MEASUREMENT: Final = Form(
    Measurement,
    task_pb2.Measurement,
    components=Spread(
        ("components", "windows_json", "sources", "rejected_json"),
        lambda found: {"components": list(map(_COMPONENT.plain, found))},
        _components,
    ),
    path=Spread(("path",), lambda path: {"path": path}, _path),
    synthetic=pieces_in("synthetic_data", "synthetic"),
)

# --- version 0.1.0 ---------------------------------------------------------------------------------------------------

_OF_WINDOW: Final = task_pb2.MisfitWindow.DESCRIPTOR.fields_by_name.keys()
_OF_SOURCE: Final = task_pb2.AdjointTrace.DESCRIPTOR.fields_by_name.keys()
_OF_COMPONENT: Final = ("channel_id", "starttime", "units")


def _mapping(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError(f"{type(found).__name__} in place of a JSON mapping")
    return found


def _older_window(document: Mapping[str, Any]) -> task_pb2.MisfitWindow:
    fields = {name: document[name] for name in document.keys() & _OF_WINDOW}
    return task_pb2.MisfitWindow(**fields | {"phases": [{"name": n, "time": t} for n, t in fields.get("phases", ())]})


def _older_components(message: task_pb2.Measurement) -> list[task_pb2.MeasuredComponent]:
    """Windows, rejected windows and adjoint sources of a station by component; version 0.1.0 sent them in three
    lists."""
    found: dict[str, task_pb2.MeasuredComponent] = {}

    def of(document: Mapping[str, Any], letter: str) -> task_pb2.MeasuredComponent:
        component = found.setdefault(letter, task_pb2.MeasuredComponent(component=letter))
        for name in _OF_COMPONENT:
            if document.get(name):
                setattr(component, name, document[name])
        return component

    for document in map(_mapping, message.windows_json):
        of(document, document.get("component", "")).windows.append(_older_window(document))
    for document in map(_mapping, message.rejected_json):
        rejected = of(document, document.get("component", "")).rejected
        rejected.extend(task_pb2.RejectedWindow(**window) for window in document.get("windows", ()))
    for source in message.sources:
        document = _mapping(source.attributes_json)
        fields = {name: document[name] for name in document.keys() & _OF_SOURCE}
        component = of(document, document.get("component", "")[-1:])  # SPECFEM's code ends with it
        component.source.CopyFrom(task_pb2.AdjointTrace(samples=source.samples, **fields))
    return list(found.values())
