"""Steps on Metadata: tests that decide which data are kept, and changes of values."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from libseis.objects.following import AXES
from libseis.objects.kinds import Atomic, is_finite_real
from libseis.steps.conditions import parse
from libseis.steps.marks import number
from libseis.steps.parameters import Kind, Parameter
from libseis.steps.registry import register
from libseis.steps.step import StepContext, StepDefinition, Unfit
from libseis.steps.times import EDGES

Values = Mapping[str, Any]

FIXED = frozenset(
    {
        "net", "sta", "loc", "chan", "npts", "delta", "starttime", "endtime", "sampling_rate", "time_standard",
        "utc_convertible", "tmatrix", "cardinal", "orthogonal", "calib", "units", "time_reference", "reference_time",
        AXES, *EDGES,
    }
)  # fmt: skip
"""Metadata that say what the samples are: other steps change them, with the samples."""

_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "integer_divide": operator.floordiv,
    "modulo": operator.mod,
}


def _keep(d: Atomic, values: Values, context: StepContext) -> None:
    for text in values["if"]:
        parse(text).check(d)


def _keep_problems(values: Values) -> list[str]:
    problems = []
    for text in values["if"]:
        try:
            parse(text)
        except ValueError as error:
            problems.append(str(error))
    return problems


def _keep_metadata(values: Values) -> tuple[str, ...]:
    conditions = [parse(text) for text in values["if"]]
    return tuple(dict.fromkeys(c.key for c in conditions if c.bounds or c.present))


def _set(d: Atomic, values: Values, context: StepContext) -> None:
    d[values["key"]] = values["value"]


def _rename(d: Atomic, values: Values, context: StepContext) -> None:
    key = values["key"]
    if not d.is_defined(key):
        raise Unfit(f"the datum has no {key} in its Metadata", reason=f"no {key}")
    d[values["to"]] = d[key]
    if not values["keep"]:
        d.erase(key)


def _rename_metadata(values: Values) -> tuple[str, ...]:
    return (values["key"],)


def _erase(d: Atomic, values: Values, context: StepContext) -> None:
    for key in values["keys"]:
        d.erase(key)


def _calculate(d: Atomic, values: Values, context: StepContext) -> None:
    left = number(d, values["key"])
    by = values["by"]
    right = number(d, by) if isinstance(by, str) else by
    try:
        found = _OPERATIONS[values["operation"]](left, right)
    except ArithmeticError as error:
        raise Unfit(f"{values['key']} {values['operation']} {by}: {error}", reason="no result") from None
    if not is_finite_real(found):
        raise Unfit(f"{values['key']} {values['operation']} {by} gives {found}", reason="no result")
    d[values["to"] or values["key"]] = found


def _key_problems(*names: str) -> Callable[[Values], list[str]]:
    """A check that the named parameters are keys that a job may change."""

    def problems(values: Values) -> list[str]:
        keys = [
            key
            for name in names
            for key in (values[name] if isinstance(values[name], tuple) else (values[name],))
            if key is not None
        ]
        found = [f"{key!r} is not a name; use letters, digits and _" for key in keys if not key.isidentifier()]
        return found + [f"{key} belongs to the samples and cannot be changed alone" for key in keys if key in FIXED]

    return problems


def _calculate_problems(values: Values) -> list[str]:
    return _key_problems("key", "to")(values if values["to"] is None else {**values, "key": None})


def _calculate_metadata(values: Values) -> tuple[str, ...]:
    return (values["key"], *([values["by"]] if isinstance(values["by"], str) else []))


register(
    StepDefinition(
        "keep",
        "Keep the data whose Metadata pass all tests; others are dead, and the reason is the test.",
        _keep,
        (Parameter("if", Kind.TEXTS, 'tests: `snr > 2`, `30 <= distance_deg < 95`, `sta != "ABC"`, `pick_time`'),),
        problems=_keep_problems,
        metadata=_keep_metadata,
    )
)
register(
    StepDefinition(
        "set_metadata",
        "Give a key of the Metadata a value.",
        _set,
        (
            Parameter("key", Kind.TEXT, "the key"),
            Parameter("value", Kind.VALUE, "its value"),
        ),
        problems=_key_problems("key"),
    )
)
register(
    StepDefinition(
        "rename_metadata",
        "Give a value of the Metadata another key.",
        _rename,
        (
            Parameter("key", Kind.TEXT, "the old key"),
            Parameter("to", Kind.TEXT, "the new key"),
            Parameter("keep", Kind.BOOLEAN, "leave it under the old key too", False),
        ),
        problems=_key_problems("key", "to"),
        metadata=_rename_metadata,
    )
)
register(
    StepDefinition(
        "erase_metadata",
        "Erase keys of the Metadata; keys that are not there are fine.",
        _erase,
        (Parameter("keys", Kind.TEXTS, "the keys"),),
        problems=_key_problems("keys"),
    )
)
register(
    StepDefinition(
        "calculate",
        "Calculate with a number of the Metadata.",
        _calculate,
        (
            Parameter("key", Kind.TEXT, "the number"),
            Parameter("operation", Kind.TEXT, "what is done with it", choices=tuple(_OPERATIONS)),
            Parameter("by", Kind.OPERAND, "the other number, or the key of one"),
            Parameter("to", Kind.TEXT, "the key of the result; without it the first one's", None),
        ),
        problems=_calculate_problems,
        metadata=_calculate_metadata,
    )
)
