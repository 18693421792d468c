"""Turn the headers of a file into the columns of a RecordTable: times, rates, channel codes."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.codes import Channel, code, location
from libseis.mseed.headers import alike
from libseis.mseed.table import (
    NEGATIVE_LEAP_SECOND,
    NO_RATE,
    POSITIVE_LEAP_SECOND,
    Integers,
    Problem,
    RecordTable,
)
from libseis.segments import Rate

_DAYS_TO_1970 = 719_162  # from 0001-01-01, proleptic Gregorian
_LONGEST_RECORD_NS = 6e18  # 190 years; with a start up to 2100 its end fits int64
# columns that a header has in this form already
_AS_READ = (
    "offset", "length", "start_ns", "correction_ns", "npts", "payload", "encoding", "big_endian", "activity",
    "quality", "odd",
)  # fmt: skip
_CODES, _RATE = ("codes",), ("factor", "multiplier", "actual_rate")
# each non-printable byte of a code becomes a mark, because without it two channels could get the same code
_PLAIN = bytes(byte if 32 <= byte < 127 else ord("~") for byte in range(256))


@dataclass(frozen=True, slots=True)
class Version3:
    """Header of a miniSEED 3 record; `rate` in samples per second, or minus the interval in seconds."""

    offset: int
    length: int
    start_ns: int
    npts: int
    rate: float
    channel: Channel
    payload: int
    encoding: int
    activity: int
    odd: int


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Columns of the headers of one version, with channels and rates by value."""

    columns: dict[str, NDArray[Any]]
    channels: list[Channel]
    rates: list[Rate | None]


def days(year: Any, day: Any) -> Any:
    """Days from 1970-01-01 to day `day` (1 = January 1st) of `year`; integers or arrays of them."""
    before = year - 1
    return 365 * before + before // 4 - before // 100 + before // 400 + day - 1 - _DAYS_TO_1970


def channel_of_identifier(text: bytes) -> Channel:
    """Channel codes of an FDSN source identifier, `FDSN:NET_STA_LOC_B_S_SS`; other text becomes the station code."""
    parts = _plain(text).removeprefix("FDSN:").split("_")
    if len(parts) != 6:
        return Channel("", _plain(text), "", "")
    net, sta, loc, *channel = parts
    chan = "".join(channel) if all(len(c) == 1 for c in channel) else "_".join(channel)
    return Channel(net, sta, location(loc), chan)


def is_identifier(text: bytes) -> bool:
    """Whether a text is an FDSN source identifier in printable ASCII."""
    return text == text.translate(_PLAIN) and text.startswith(b"FDSN:") and text.count(b"_") == 5


def leap_second_of_extra(extra: bytes) -> int:
    """The activity flag of a leap second, if the extra headers of a version 3 record state one."""
    if b'"LeapSecond"' not in extra:
        return 0
    try:
        step = json.loads(extra)["FDSN"]["Time"]["LeapSecond"]
        return POSITIVE_LEAP_SECOND if step > 0 else NEGATIVE_LEAP_SECOND if step < 0 else 0
    except (ValueError, KeyError, TypeError):
        return 0


def _plain(text: bytes) -> str:
    return text.translate(_PLAIN).decode("ascii")


def build(blocks: Sequence[NDArray[Any]], version3: Sequence[Version3], problems: Sequence[Problem]) -> RecordTable:
    """The table of all records, by offset; equal channels have the same number, and so have equal rates."""
    headers = [block for block in blocks if len(block)]
    if len(headers) > 1:
        headers = [_joined(headers)]
    if headers and not version3 and (table := _of_alike(headers[0], problems)) is not None:
        return table
    parts = [_version2_part(headers[0])] if headers else []
    if version3 or not parts:
        parts.append(_version3_part(version3))
    channels: dict[Channel, int] = {}
    rates: dict[Rate, int] = {}
    columns: dict[str, list[NDArray[Any]]] = {}
    for part in parts:
        channel = np.array([channels.setdefault(s, len(channels)) for s in part.channels], np.int64)
        rate = [NO_RATE if r is None else rates.setdefault(r, len(rates)) for r in part.rates]
        part.columns["channel"] = channel[part.columns["channel"]]
        part.columns["rate"] = np.array(rate, np.int64)[part.columns["rate"]]
        for name, column in part.columns.items():
            columns.setdefault(name, []).append(column)
    whole: dict[str, Any] = {name: np.concatenate(pieces) for name, pieces in columns.items()}
    if version3 and blocks:
        order = np.argsort(whole["offset"])
        whole = {name: column[order] for name, column in whole.items()}
    whole["rate"] = _believable(whole["rate"], whole["npts"], tuple(rates))
    return RecordTable(**whole, channels=tuple(channels), rates=tuple(rates), problems=tuple(problems))


def _joined(blocks: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Blocks of headers as one, by their bytes, because numpy would first compare their fields one by one."""
    return np.concatenate([block.view(np.uint8) for block in blocks]).view(blocks[0].dtype)


def _of_alike(headers: NDArray[Any], problems: Sequence[Problem]) -> RecordTable | None:
    """The table of records of one channel with nothing odd, the usual case; None for others."""
    if not alike(headers):
        return None
    codes, spelled = (_distinct(headers[:1], *names)[0][0] for names in (_CODES, _RATE))
    rate = _rate_of(spelled)
    if rate is None or rate.period_ns * int(headers["npts"].max()) >= _LONGEST_RECORD_NS:
        return None
    count = len(headers)
    columns: dict[str, Any] = {name: headers[name] for name in _AS_READ}
    return RecordTable(
        **columns,
        rate=np.zeros(count, np.int64),
        channel=np.zeros(count, np.int64),
        version=np.full(count, 2, np.uint8),
        channels=(_source_of_codes(codes),),
        rates=(rate,),
        problems=tuple(problems),
        alike=True,
    )


def _believable(rate: Integers, npts: Integers, rates: Sequence[Rate]) -> Integers:
    """The rate column without rates that only damage can explain, because a record would exceed int64 ns."""
    periods = np.array([*(r.period_ns for r in rates), 0.0])
    with np.errstate(over="ignore"):
        believable = periods[rate] * np.maximum(npts, 1) < _LONGEST_RECORD_NS
    return np.where(believable, rate, NO_RATE)


def _version2_part(headers: NDArray[Any]) -> _Part:
    codes, channel = _distinct(headers, *_CODES)
    rates, rate = _distinct(headers, *_RATE)
    columns: dict[str, NDArray[Any]] = {
        **{name: headers[name] for name in _AS_READ},
        "rate": rate,
        "channel": channel,
        "version": np.full(len(headers), 2, np.uint8),
    }
    return _Part(columns, [_source_of_codes(c) for c in codes], [_rate_of(r) for r in rates])


def _version3_part(records: Sequence[Version3]) -> _Part:
    count = len(records)
    numbers = {
        name: np.array([getattr(r, name) for r in records], np.int64)
        for name in ("offset", "length", "start_ns", "npts", "payload")
    }
    columns: dict[str, NDArray[Any]] = {
        **numbers,
        "correction_ns": np.zeros(count, np.int64),
        "rate": np.arange(count),
        "channel": np.arange(count),
        "encoding": np.array([r.encoding for r in records], np.uint8),
        "big_endian": np.array([r.encoding in (10, 11) for r in records], bool),  # Steim frames always are
        "activity": np.array([r.activity for r in records], np.uint8),
        "odd": np.array([r.odd for r in records], np.uint16),
        "quality": np.full(count, ord("D"), np.uint8),
        "version": np.full(count, 3, np.uint8),
    }
    return _Part(columns, [r.channel for r in records], [_rate_of_float(r.rate) for r in records])


def _distinct(headers: NDArray[Any], *names: str) -> tuple[list[bytes], Integers]:
    """The distinct values of adjacent fields (usually one), and the number of its value for each header."""
    fields: Any = headers.dtype.fields
    (_, begin), (last, place) = fields[names[0]], fields[names[-1]]
    # compare bytes, because numpy drops trailing NULs of text
    as_bytes = headers.view(np.uint8).reshape(len(headers), -1)[:, begin : place + last.itemsize]
    if (as_bytes == as_bytes[0]).all():
        return [as_bytes[0].tobytes()], np.zeros(len(headers), np.int64)
    # Only the first of neighbours that are the same is sorted: objects of many channels have them one after the other.
    first = np.concatenate(([True], (as_bytes[1:] != as_bytes[:-1]).any(axis=1)))
    kinds, inverse = np.unique(as_bytes[first], axis=0, return_inverse=True)
    return [k.tobytes() for k in kinds], inverse.reshape(-1).astype(np.int64)[np.cumsum(first) - 1]


@lru_cache(maxsize=4096)  # a service meets the same channels again and again
def _source_of_codes(codes: bytes) -> Channel:
    """Station, location, channel and network fields of the fixed header, in that order."""
    text = _plain(codes.replace(b"\0", b" "))
    return Channel(net=code(text[10:12]), sta=code(text[:5]), loc=location(text[5:7]), chan=code(text[7:10]))


@lru_cache(maxsize=1024)
def _rate_of(spelled: bytes) -> Rate | None:
    """The rate of a record: the rate in blockette 100, unless factor and multiplier state the same rate exactly."""
    factor, multiplier, actual = struct.unpack("=iif", spelled)
    nominal = Rate.from_header(factor, multiplier) if factor else None
    if actual > 0 and (nominal is None or np.float32(nominal.hz) != np.float32(actual)):
        return Rate.from_float32(actual)
    return nominal


def _rate_of_float(rate: float) -> Rate | None:
    """The rate of a miniSEED 3 header."""
    if rate == 0 or not np.isfinite(rate):
        return None
    return Rate.from_hz(rate) if rate > 0 else Rate.from_interval(-rate)
