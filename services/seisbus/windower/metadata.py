"""The Metadata that a datum gets before its steps, and those that steps made and that are stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from libseis.objects.kinds import Atomic
from libseis.steps import REASON
from libseis.steps.editing import FIXED
from libseis.steps.marks import EDGE_KEYS, REFERENCE_NAME

from ..model.handovers import LogLine, Severity
from ..model.marks import mark_attributes
from ..model.task import Window

REFERENCE_TIME: Final = "reference_time"
"""Attribute of a document: the epoch second that its mark, `time_reference`, stands for."""
COMPONENTS: Final = "components"
"""Attribute of a document: the channel codes of the components, where steps turned them."""

_OF_DOCUMENTS: Final = frozenset(
    {
        "job", "window", "attempt", "data_tag", "event", "piece", "provenance", "elog_id", "sha256", "gridfs_id", "dir",
        "dfile", "foff", "nbytes", "format", "storage_mode", "t0_ns", "rate", "axes", "component_skew", "channel_id",
        "site_id", "source_id", "wf_id", "components", "history_id", "history_object_id", "outcome", "pad_ns", "pieces",
        "shared_by",
    }
)  # fmt: skip
_LARGEST_BYTES: Final = 64_000
_NAMES_OF_CLOCK: Final = frozenset({REFERENCE_NAME, REASON, *FIXED})


def attached_to(window: Window) -> dict[str, Any]:
    """Metadata that follow from the window: the arrival or the picks that placed it, and, for steps, the window that
    the job asks for, because the datum has its pad around it."""
    start, end = EDGE_KEYS["start"], EDGE_KEYS["end"]
    known = mark_attributes(window.arrival, window.picks)
    return {**known, start: window.start_ns / 1e9, end: window.end_ns / 1e9}


def made_by_steps(datum: Atomic, before: Mapping[str, Any]) -> tuple[dict[str, Any], list[LogLine]]:
    """The Metadata that steps added or changed, in a form that can be stored, and the names of those that cannot."""
    found: dict[str, Any] = {}
    told: list[LogLine] = []
    for key in datum.keys():  # noqa: SIM118 (Metadata iterates sorted, which costs)
        value = datum[key]
        if key in _NAMES_OF_CLOCK or (key in before and _same(before[key], value)):
            continue
        problem = "a name that no document takes" if key[:1] in ("_", "$", "") or "." in key else ""
        if key in _OF_DOCUMENTS:
            problem = "a name that documents have for something else"
        plain = _plain(value)
        if plain is None:
            problem = f"a {type(value).__name__}, which is not stored"
        elif isinstance(plain, list | str) and len(plain) > _LARGEST_BYTES:
            problem = "too long to be stored"
        if problem:
            told.append(LogLine("windower", f"The Metadata {key} of the steps is {problem}.", Severity.COMPLAINT))
        else:
            found[key] = plain
    return found, told


def _same(a: Any, b: Any) -> bool:
    return a is b or (type(a) is type(b) and bool(np.all(a == b)))


def _plain(value: Any) -> Any:
    """Numbers, texts, truth values and lists of them; None for anything else."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        items = [_plain(item) for item in value]
        return None if any(item is None for item in items) else items
    return None
