"""Marks on a datum: instants in its Metadata, to which time zero and the spans of steps are relative."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from libseis.objects.kinds import Atomic, is_finite_real
from libseis.steps.parameters import Kind, Parameter
from libseis.steps.step import Unfit

REFERENCE_KEYS = {"origin": "source_time", "phase": "phase_time", "pick": "pick_time"}
"""Marks that times can be made relative to, and the Metadata with their epoch times (s)."""

EDGE_KEYS = {"start": "window_start", "end": "window_end"}
"""The ends of the window that a job asks for, which has its pad around it; without these the datum's own."""

MARKS = (*REFERENCE_KEYS, *EDGE_KEYS)

REFERENCE_NAME = "time_reference"
"""Metadata: the mark that is time zero, of data with relative times."""

_WORDS = {
    "source_time": "the origin time of its event",
    "phase_time": "the arrival of a predicted phase",
    "pick_time": "the time of a pick",
    "back_azimuth": "the direction to its event",
    "incidence": "the angle of its ray",
    "ray_parameter": "the slowness of its phase",
}


def number(d: Atomic, key: str) -> float:
    """A number in the Metadata. Raises Unfit, with the name, if the value is missing or not a number."""
    if not d.is_defined(key):
        what = f" ({_WORDS[key]})" if key in _WORDS else ""
        raise Unfit(f"the datum has no {key}{what} in its Metadata", reason=f"no {key}")
    value: Any = d[key]
    if not is_finite_real(value):
        raise Unfit(f"{key} of the Metadata must be a finite number, found {value!r}", reason=f"bad {key}")
    return float(value)


def mark_time(d: Atomic, mark: str) -> float:
    """The time (s) of a mark in the datum's own time base. Raises Unfit if the Metadata do not have it."""
    key = REFERENCE_KEYS.get(mark) or EDGE_KEYS[mark]
    if mark in EDGE_KEYS and not d.is_defined(key):
        return d.t0 if mark == "start" else d.endtime()
    epoch = number(d, key)
    if not d.time_is_relative():
        return epoch
    if not d.shifted():
        raise Unfit("the datum's times are relative to an unknown mark", reason="no time reference")
    return epoch - d.time_reference()


def mark_parameter(name: str, doc: str, default: Any = "start") -> Parameter:
    """The parameter that names a mark."""
    return Parameter(name, Kind.TEXT, doc, default, choices=MARKS)


def span_parameter(name: str, doc: str, default: Any = None) -> Parameter:
    """The parameter that is a span: two times relative to a mark."""
    return Parameter(name, Kind.NUMBERS, doc, default, unit="s", length=2)


def span_problems(values: Any, names: Sequence[str]) -> list[str]:
    """A sentence for each span that does not end after its start."""
    return [
        f"{name} must end after it starts, found {list(values[name])}"
        for name in names
        if values[name] is not None and not values[name][0] < values[name][1]
    ]
