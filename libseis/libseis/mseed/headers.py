"""Read miniSEED 2 fixed headers and their blockettes, many at once, at any offsets of a buffer.

Fields and plausibility: SEED Reference Manual 2.4, chapter 8 (fixed section of data header, blockettes 100,
1000 and 1001). Which offsets to look at is decided in `framing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from libseis.mseed.table import ENCODING_UNKNOWN, Bytes, Integers

HEADER_BYTES = 48
SHORTEST, LONGEST = 7, 16  # exponents of 2 of the record lengths that are believed: 128 .. 65536 bytes
_MOST_BLOCKETTES = 16

_FIELDS = [
    ("sequence", "S6"),
    ("quality", "u1"),
    ("reserved", "u1"),
    ("codes", "S12"),
    ("year", "u2"),
    ("day", "u2"),
    ("hour", "u1"),
    ("minute", "u1"),
    ("second", "u1"),
    ("unused", "u1"),
    ("fraction", "u2"),
    ("npts", "u2"),
    ("factor", "i2"),
    ("multiplier", "i2"),
    ("activity", "u1"),
    ("io", "u1"),
    ("data_quality", "u1"),
    ("blockettes", "u1"),
    ("correction", "i4"),
    ("payload", "u2"),
    ("blockette", "u2"),
]
_BIG = np.dtype([(name, code if code[0] == "S" else f">{code}") for name, code in _FIELDS])
_LITTLE = _BIG.newbyteorder("<")


def _bytes(allowed: bytes) -> NDArray[np.bool_]:
    """A truth table over all byte values."""
    table = np.zeros(256, bool)
    table[list(allowed)] = True
    return table


QUALITY = _bytes(b"DRQM")
SEQUENCE = _bytes(b"0123456789 \0")
RESERVED = _bytes(b" \0")
_CODE = _bytes(bytes(range(32, 127)) + b"\0")


@dataclass(frozen=True, slots=True, eq=False)
class Headers:
    """Headers at `offset`, shape (n,). `fields` are big-endian whatever the file; `length` is 0 where unknown."""

    offset: Integers
    fields: NDArray[Any]
    plausible: NDArray[np.bool_]
    little: NDArray[np.bool_]
    length: Integers
    encoding: Bytes
    big_endian_data: NDArray[np.bool_]
    microseconds: Integers
    actual_rate: NDArray[np.float32]


def parse(buffer: Bytes, offsets: Integers) -> Headers:
    """Headers at `offsets`, each of which must leave HEADER_BYTES in the buffer; implausible ones are marked."""
    raw = sliding_window_view(buffer, HEADER_BYTES)[offsets]
    fields = raw.view(_BIG).reshape(-1)
    little = ~_is_date(fields)
    if little.any():
        fields[little] = raw[little].view(_LITTLE).reshape(-1).astype(_BIG)
    plausible = (
        QUALITY[raw[:, 6]]
        & RESERVED[raw[:, 7]]
        & _is_date(fields)
        & (fields["hour"] <= 23)
        & (fields["minute"] <= 59)
        & (fields["second"] <= 60)
        & (fields["fraction"] <= 9999)
        & ((fields["blockette"] == 0) | (fields["blockette"] >= HEADER_BYTES))
        & ((fields["payload"] == 0) | (fields["payload"] >= HEADER_BYTES))
        & SEQUENCE[raw[:, :6]].all(axis=1)
        & _CODE[raw[:, 8:20]].all(axis=1)
    )
    count = len(offsets)
    headers = Headers(
        offset=offsets,
        fields=fields,
        plausible=plausible,
        little=little,
        length=np.zeros(count, np.int64),
        encoding=np.full(count, ENCODING_UNKNOWN, np.uint8),
        big_endian_data=~little,
        microseconds=np.zeros(count, np.int64),
        actual_rate=np.zeros(count, np.float32),
    )
    _walk_blockettes(buffer, headers)
    return headers


def _is_date(fields: NDArray[Any]) -> NDArray[np.bool_]:
    year, day = fields["year"], fields["day"]
    valid: NDArray[np.bool_] = (year >= 1900) & (year <= 2100) & (day >= 1) & (day <= 366)
    return valid


def _walk_blockettes(buffer: Bytes, headers: Headers) -> None:
    """Follow the chains of all plausible headers side by side and note what blockettes 100, 1000 and 1001 say."""
    rows = np.flatnonzero(headers.plausible & (headers.fields["blockette"] != 0))
    place = headers.fields["blockette"][rows].astype(np.int64)
    for _ in range(_MOST_BLOCKETTES):
        inside = headers.offset[rows] + place + 12 <= len(buffer)
        rows, place = rows[inside], place[inside]
        if len(rows) == 0:
            return
        body = sliding_window_view(buffer, 12)[headers.offset[rows] + place]
        swap = headers.little[rows]
        words = body[:, :4].copy().view(">u2")
        words[swap] = body[swap, :4].copy().view("<u2")
        kind, following = words[:, 0], words[:, 1].astype(np.int64)
        _note(headers, rows, kind, body, swap)
        onward = following >= place + 4
        rows, place = rows[onward], following[onward]


def _note(headers: Headers, rows: Integers, kind: NDArray[Any], body: Bytes, swap: NDArray[np.bool_]) -> None:
    here = kind == 1000
    if here.any():
        at = rows[here]
        headers.encoding[at] = body[here, 4]
        headers.big_endian_data[at] = body[here, 5] != 0
        exponent = body[here, 6].astype(np.int64)
        believed = (exponent >= SHORTEST) & (exponent <= LONGEST)
        headers.length[at] = np.where(believed, np.int64(1) << np.where(believed, exponent, 0), 0)
    here = kind == 1001
    if here.any():
        headers.microseconds[rows[here]] = body[here, 5].view(np.int8)
    here = kind == 100
    if here.any():
        value = body[here, 4:8].copy().view(">f4").reshape(-1).astype(np.float32)
        value[swap[here]] = body[here & swap, 4:8].copy().view("<f4").reshape(-1)
        headers.actual_rate[rows[here]] = np.where(np.isfinite(value), value, 0)
