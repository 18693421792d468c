"""The keyword arguments that several calls share, as types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict


class Codes(TypedDict, total=False):
    """Channels by their codes: * and ?, comma-separated alternatives; a location of "" is the blank one."""

    net: str
    sta: str
    loc: str
    chan: str


class Magnitudes(TypedDict, total=False):
    """Events by magnitude: above the one, at most the other."""

    above_magnitude: float | None
    max_magnitude: float | None


class IndexKeyFields(TypedDict, total=False):
    """Index keys by year, day of the year and format; 0 and "" are all."""

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
    """What an export takes beside job, tag and event."""

    version: int | None
    misfit: str | Sequence[str]
    folder: str
    waveform_tag: str
    net: str
    sta: str
    loc: str
    chan: str
