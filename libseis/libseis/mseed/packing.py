"""Pack samples into the payloads of records; `encoding` makes the headers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymseed import MS3Record

_HEADER = 40 + len("FDSN:X")  # bytes before the payload in libmseed's records; they are dropped
_COUNT = slice(24, 28)


class Encoding(IntEnum):
    """SEED data encodings that can be written (blockette 1000, field 3)."""

    INT32 = 3
    FLOAT32 = 4
    FLOAT64 = 5
    STEIM1 = 10
    STEIM2 = 11


STEIM = (Encoding.STEIM1, Encoding.STEIM2)
_TYPES = {Encoding.INT32: "i4", Encoding.FLOAT32: "f4", Encoding.FLOAT64: "f8"}


def payloads(samples: NDArray[Any], encoding: Encoding, room: int, most: int, order: str) -> list[tuple[int, bytes]]:
    """Pack `samples` in pieces of at most `room` bytes and `most` samples: the count and the bytes of each.

    `order` is the byte order of plain numbers; Steim frames are always big-endian. Raises MiniSEEDError for a
    difference that is too large for a Steim word.
    """
    if encoding not in STEIM:
        kind = plain_type(encoding, order)
        step = min(room // kind.itemsize, most)
        data = samples.astype(kind, copy=False).tobytes()
        return [
            (min(step, len(samples) - first), data[first * kind.itemsize : (first + step) * kind.itemsize])
            for first in range(0, len(samples), step)
        ]
    found = list(_steim(np.ascontiguousarray(samples), encoding, room))
    if max(count for count, _ in found) <= most:
        return found
    # a flat line: the frames can hold more samples than the header can count
    return [p for first in range(0, len(samples), most) for p in _steim(samples[first : first + most], encoding, room)]


def plain_type(encoding: Encoding, order: str) -> np.dtype[Any]:
    """The type of samples that are not compressed, in a byte order."""
    return np.dtype(order + _TYPES[encoding])


def _steim(samples: NDArray[Any], encoding: Encoding, room: int) -> Iterator[tuple[int, bytes]]:
    """Let libmseed pack Steim frames, as records of version 3, because their payloads may have any length."""
    record = _record(encoding, _HEADER + room // 64 * 64)
    for made in record.generate(np.ascontiguousarray(samples), "i"):
        yield int.from_bytes(made[_COUNT], "little"), made[_HEADER:]


def _record(encoding: Encoding, reclen: int) -> MS3Record:
    """A record for packing. Each thread keeps one, because making it takes longer than packing a minute of samples."""
    key = (encoding, reclen)
    record: MS3Record | None = _kept.records.get(key)
    if record is None:
        record = MS3Record(reclen=reclen, encoding=encoding)
        record.sourceid = "FDSN:X"
        record.formatversion = 3
        record.starttime = 0
        record.samprate = 1000.0  # these times are not used, but must be far from every leap second
        _kept.records[key] = record
    return record


class _Kept(threading.local):
    """The records of a thread."""

    def __init__(self) -> None:
        self.records: dict[tuple[Encoding, int], MS3Record] = {}


_kept = _Kept()
