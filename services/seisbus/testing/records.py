"""Packs samples into miniSEED 2 records and stamps their headers, keeping which samples each holds.

Steim compression is libmseed's; headers are written here with numpy, so that thousands of records, or a whole day for
another channel, need only one pass. Layout: SEED Reference Manual 2.4, chapter 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pymseed

_HEADER = 64  # fixed header 48, blockettes 1000 and 1001 of 8 bytes each


class Encoding(IntEnum):
    """Encodings of blockette 1000 that the generator writes."""

    FLOAT32 = 4
    STEIM1 = 10
    STEIM2 = 11


@dataclass(frozen=True, slots=True)
class Identity:
    """What a record's header says of its channel."""

    net: str
    sta: str
    loc: str
    chan: str


@dataclass(frozen=True, slots=True)
class Records:
    """Records in file order: bytes of shape (n, length), first sample index and sample count of each."""

    raw: npt.NDArray[np.uint8]
    first: npt.NDArray[np.int64]
    npts: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.raw)

    def take(self, which: npt.NDArray[np.bool_] | slice) -> Records:
        """Some of the records, in order."""
        return Records(self.raw[which], self.first[which], self.npts[which])

    def within(self, start: int, stop: int) -> npt.NDArray[np.bool_]:
        """Which records hold only samples start .. stop - 1."""
        return (self.first >= start) & (self.first + self.npts <= stop)

    def copy(self) -> Records:
        """The same records with their own copy of the bytes."""
        return Records(self.raw.copy(), self.first, self.npts)


def concatenate(one: Records, two: Records) -> Records:
    """Records of one length, one after the other."""
    return Records(
        np.concatenate([one.raw, two.raw]),
        np.concatenate([one.first, two.first]),
        np.concatenate([one.npts, two.npts]),
    )


def pack(samples: npt.NDArray[np.int32], first: int, length: int, encoding: Encoding) -> Records:
    """Samples as records of `length` bytes without headers; `first` is the index of the first sample."""
    if encoding is Encoding.FLOAT32:
        raw, npts = _pack_float32(samples, length)
    else:
        raw, npts = _pack_steim(samples, length, encoding)
    starts = first + np.concatenate([[0], np.cumsum(npts)[:-1]]) if len(npts) else np.zeros(0, np.int64)
    return Records(raw, starts.astype(np.int64), npts)


def _pack_steim(
    samples: npt.NDArray[np.int32], length: int, encoding: Encoding
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    record = pymseed.MS3Record(reclen=length, encoding=pymseed.DataEncoding(int(encoding)))
    record.formatversion = 2
    record.sourceid = "FDSN:XX_XXX__B_H_Z"
    record.samprate = 1.0
    record.starttime = 0
    data = b"".join(record.generate(np.ascontiguousarray(samples), "i")) if len(samples) else b""
    raw = np.frombuffer(data, np.uint8).reshape(-1, length).copy()
    npts = raw[:, 30:32].copy().view(">u2")[:, 0].astype(np.int64)
    if int(npts.sum()) != len(samples) or (len(raw) and raw[0, 45] != _HEADER):
        raise AssertionError("libmseed packed another count of samples, or left no room for blockette 1001")
    return raw, npts


def _pack_float32(samples: npt.NDArray[np.int32], length: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    room = (length - _HEADER) // 4
    count = -(-len(samples) // room)
    values = np.zeros(count * room, ">f4")
    values[: len(samples)] = samples
    raw = np.zeros((count, length), np.uint8)
    raw[:, _HEADER : _HEADER + 4 * room] = values.view(np.uint8).reshape(count, 4 * room)
    npts = np.full(count, room, np.int64)
    if count:
        npts[-1] = len(samples) - room * (count - 1)
    return raw, npts


def add_offset(records: Records, offset: int) -> Records:
    """The same Steim records for samples larger by `offset`: only the two integration constants change."""
    raw = records.raw.copy()
    for column in (_HEADER + 4, _HEADER + 8):
        constants = raw[:, column : column + 4].copy().view(">i4")
        raw[:, column : column + 4] = (constants + np.int32(offset)).astype(">i4").view(np.uint8)
    return Records(raw, records.first, records.npts)


def stamp(
    records: Records,
    identity: Identity,
    period_ns: int,
    grid_ns: int,
    encoding: Encoding,
    *,
    sequence: int = 1,
    correction_ns: int = 0,
) -> None:
    """Writes the headers in place: sample i of the records is `period_ns` * i after `grid_ns`.

    `correction_ns` is written as a time correction that is not applied: the header time is that much
    too early. Times are written to the microsecond (blockette 1001).
    """
    raw, count = records.raw, len(records)
    time_us = (grid_ns - correction_ns + records.first * period_ns) // 1000
    raw[:, :_HEADER] = 0
    numbers = [f"{(sequence + i - 1) % 999_999 + 1:06d}" for i in range(count)]
    raw[:, 0:6] = np.array(numbers, "S6").view(np.uint8).reshape(count, 6)
    text = f"D {identity.sta:<5}{identity.loc:<2}{identity.chan:<3}{identity.net:<2}".encode("ascii")
    raw[:, 6:20] = np.frombuffer(text, np.uint8)
    raw[:, 20:30] = _btime(time_us)
    raw[:, 30:32] = records.npts.astype(">u2").view(np.uint8).reshape(count, 2)
    raw[:, 32:34] = np.frombuffer(np.array([_rate_factor(period_ns)], ">i2").tobytes(), np.uint8)
    raw[:, 34:36] = np.frombuffer(np.array([1], ">i2").tobytes(), np.uint8)
    raw[:, 39] = 2
    raw[:, 40:44] = np.frombuffer(np.array([correction_ns // 100_000], ">i4").tobytes(), np.uint8)
    raw[:, 44:48] = (0, _HEADER, 0, 48)
    length_power = raw.shape[1].bit_length() - 1
    raw[:, 48:56] = (0x03, 0xE8, 0, 56, int(encoding), 1, length_power, 0)
    frames = (raw.shape[1] - _HEADER) // 64 if encoding is not Encoding.FLOAT32 else 0
    raw[:, 56:64] = (0x03, 0xE9, 0, 0, 100, 0, 0, frames)
    raw[:, 61] = time_us % 100


def _rate_factor(period_ns: int) -> int:
    """The sample rate factor of the manual, with a multiplier of 1: hertz, or minus seconds per sample."""
    return 1_000_000_000 // period_ns if period_ns <= 1_000_000_000 else -(period_ns // 1_000_000_000)


def _btime(time_us: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """BTIME of the manual: year, day of year, hour, minute, second, and units of 0.1 ms; (n, 10) bytes."""
    days = time_us // 86_400_000_000
    years = days.astype("datetime64[D]").astype("datetime64[Y]")
    out = np.zeros((len(time_us), 10), np.uint8)
    out[:, 0:2] = (years.astype(np.int64) + 1970).astype(">u2").view(np.uint8).reshape(-1, 2)
    day_of_year = days - years.astype("datetime64[D]").astype(np.int64) + 1
    out[:, 2:4] = day_of_year.astype(">u2").view(np.uint8).reshape(-1, 2)
    seconds = time_us // 1_000_000 % 86400
    out[:, 4], out[:, 5], out[:, 6] = seconds // 3600, seconds // 60 % 60, seconds % 60
    out[:, 8:10] = (time_us // 100 % 10_000).astype(">u2").view(np.uint8).reshape(-1, 2)
    return out
