"""The keyword arguments that several calls share, as types."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from typing import Any, Final, ParamSpec, TypedDict, TypeVar

from .values import Query

P = ParamSpec("P")
R = TypeVar("R")


class Codes(TypedDict, total=False):
    """Channels by their codes, with wildcards * and ?, and commas between alternatives. The location "" is blank."""

    net: str
    sta: str
    loc: str
    chan: str


class Magnitudes(TypedDict, total=False):
    """Events by magnitude: above the first value, at most the second."""

    above_magnitude: float | None
    max_magnitude: float | None


class IndexKeyFields(TypedDict, total=False):
    """Index keys by year, day of the year and format; 0 and "" mean all."""

    year: int
    day: int
    format: str


class QueryFields(TypedDict, total=False):
    """The fields of a Query."""

    job: str
    net: str
    sta: str
    loc: str | None
    chan: str
    start: Any
    end: Any
    data_tag: str
    event: str
    limit: int
    components: int


class ExportFields(TypedDict, total=False):
    """The arguments of an export besides job, tag and event."""

    version: int | None
    misfit: str | Sequence[str]
    folder: str
    waveform_tag: str
    net: str
    sta: str
    loc: str
    chan: str


_MEANINGS: Final = {
    "job": "Id of a job.",
    "net": "Network codes, with wildcards.",
    "sta": "Station codes, with wildcards.",
    "loc": 'Location codes, with wildcards; "" means the blank location and "*" any.',
    "chan": "Channel codes, with wildcards.",
    "start": "Only waveforms that end after this time.",
    "end": "Only waveforms that start before this time.",
    "data_tag": "Their data_tag.",
    "event": "Id of their event.",
    "limit": "Largest number of waveforms; 0 means all.",
    "components": "1 for TimeSeries, 3 for Seismograms, 0 for both.",
}
_DESCRIBED: Final = "**where\n    The fields of a Query, in place of `query`."


def spelled(call: Callable[P, R]) -> Callable[P, R]:
    """Give a call with `**where: Unpack[QueryFields]` a signature and a docstring that name each field. Notebooks use
    them for completion; type checkers read QueryFields."""
    defaults = {field.name: None if field.default is MISSING else field.default for field in fields(Query)}
    signature = inspect.signature(call)
    kept = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
    named = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=defaults[name], annotation=kind)
        for name, kind in inspect.get_annotations(QueryFields).items()
    ]
    call.__signature__ = signature.replace(parameters=[*kept, *named])  # type: ignore[attr-defined]
    described = "\n".join(f"{one.name}\n    {_MEANINGS[one.name]}" for one in named)
    # without the indentation, which Python 3.13 removes itself
    call.__doc__ = inspect.cleandoc(call.__doc__ or "").replace(_DESCRIBED, described)
    return call
