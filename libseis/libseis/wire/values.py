"""Convert plain values, as in Metadata and in parameters of steps, to messages and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np

from libseis.enums import ErrorSeverity
from libseis.errors import MetadataTypeError
from seis.v1 import waveform_pb2 as pb

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the clock face that DatetimeValue counts on
_MICROSECOND = timedelta(microseconds=1)
_INT64 = range(-(2**63), 2**63)


def value_fields(value: Any, place: str) -> dict[str, Any]:
    """The fields of the message of a value, to build this message or a larger one.

    Parameters
    ----------
    value : None, bool, int, float, str, bytes, datetime, list, tuple or mapping
        The value. An integer has at most 64 bits. Keys of mappings are text. Items are values of the same kinds.
    place : str
        Name of the place of the value, for the error message.

    Returns
    -------
    dict
        By name of field of `seis.v1.Value`.

    Raises
    ------
    MetadataTypeError
        A value is of another kind; nothing is pickled.
    """
    if isinstance(value, np.generic):
        value = value.item()
    match value:
        case None:
            return {"null": {}}
        case bool():
            return {"boolean": value}
        case int() if value in _INT64:
            return {"integer": value}
        case float():
            return {"real": value}
        case str():
            return {"text": value}
        case bytes():
            return {"binary": value}
        case datetime():
            return {"datetime": _datetime_fields(value)}
        case list() | tuple():
            items = [value_fields(item, f"{place}[{number}]") for number, item in enumerate(value)]
            return {"list": {"items": items, "is_tuple": isinstance(value, tuple)}}
        case Mapping():
            return {"map": _map_fields(value, place)}
        case _:
            raise _unfit(place, f"{type(value).__name__} {value!r:.60}")


def _map_fields(value: Mapping[Any, Any], place: str) -> dict[str, Any]:
    for key in value:
        if not isinstance(key, str):
            raise _unfit(place, f"a mapping with the key {key!r}")
    entries = {key: value_fields(item, f"{place}[{key!r}]") for key, item in value.items()}
    return {"entries": entries, "order": list(value) if len(value) > 1 else ()}


def _datetime_fields(value: datetime) -> dict[str, int | None]:
    offset = value.utcoffset()
    return {
        "microseconds": (value.replace(tzinfo=None) - _EPOCH) // _MICROSECOND,
        "utc_offset": None if offset is None else round(offset.total_seconds()),
    }


def value_of(message: pb.Value) -> Any:
    """The value of a message; mappings come back as dicts, in their order."""
    match message.WhichOneof("kind"):
        case "list":
            items = [value_of(item) for item in message.list.items]
            return tuple(items) if message.list.is_tuple else items
        case "map":
            found = {key: value_of(item) for key, item in message.map.entries.items()}
            return {key: found[key] for key in message.map.order} | found if message.map.order else found
        case "datetime":
            face = _EPOCH + message.datetime.microseconds * _MICROSECOND
            if not message.datetime.HasField("utc_offset"):
                return face
            offset = message.datetime.utc_offset
            return face.replace(tzinfo=timezone(timedelta(seconds=offset)) if offset else UTC)
        case "null" | None:
            return None
        case kind:
            return getattr(message, kind)


def _unfit(place: str, found: str) -> MetadataTypeError:
    return MetadataTypeError(
        f"Metadata {place!r} holds {found}, which has no wire form; make it a number, text, bytes, a datetime, "
        "or a list or dict of these, or erase it.",
        ErrorSeverity.Invalid,
        key=place,
        wanted="a plain value",
        found=found,
    )
