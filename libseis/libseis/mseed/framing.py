"""Find the miniSEED records in any bytes: day files, slices of them, and damaged files.

Regular stretches are checked in blocks. If a record does not follow, the bytes are searched for the next plausible
header. This module does not decode samples.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.mseed import columns
from libseis.mseed.headers import HEADER_BYTES, LONGEST, SHORTEST, alike, parse
from libseis.mseed.stamps import crc32c
from libseis.mseed.table import Bytes, Odd, Problem, ProblemKind, RecordTable

# Blocks of a regular stretch grow from the first length to the second. So a short file needs no long block, and after a
# break not more than one block is checked again.
_FIRST_BLOCK, _LARGEST_BLOCK = 512, 16384
_SEARCH_BYTES = 1 << 18


def _bytes(allowed: bytes) -> NDArray[np.bool_]:
    """A truth table for all byte values."""
    table = np.zeros(256, bool)
    table[list(allowed)] = True
    return table


# bytes that are allowed in texts of a fixed header (SEED manual 2.4, chapter 8)
_QUALITY, _SEQUENCE, _RESERVED = _bytes(b"DRQM"), _bytes(b"0123456789 \0"), _bytes(b" \0")
_YEAR = _bytes(b"\x07\x08")  # the higher byte of the years 1900 to 2100
_BEFORE_HOUR = 24
_V3_FIXED = 40  # bytes of the fixed part of a miniSEED 3 header


def frame(buffer: Any, *, length: int = 0) -> RecordTable:
    """Find all miniSEED records in a buffer.

    Records may be of version 2 (with or without blockette 1000, 64 to 131072 bytes, either byte order) and 3, mixed in
    any way. An offset is accepted if its header is plausible and it follows a record, or the next record follows it, or
    its chain of blockettes is whole. A header with something odd in it (`Odd`) is accepted if it states its own length
    and a record, or the end of the bytes, is there. Other bytes become a `Problem` of the table. Bytes never raise an
    error.

    Parameters
    ----------
    buffer
        Anything with the buffer protocol, C-contiguous.
    length
        The result of `RecordTable.regular` from an earlier call for these records. If every header is still the same,
        nothing is searched for, which takes half the time. If not, it has no effect.

    Returns
    -------
    RecordTable
        The records.
    """
    if length and (table := _as_found(np.frombuffer(buffer, np.uint8), length)) is not None:
        return table
    found = _Found(np.frombuffer(buffer, np.uint8))
    at, size = 0, len(found.buffer)
    while at < size:
        at = _regular(found, at) or _version3(found, at) or _resume(found, at)
    return columns.build(found.headers, found.version3, found.problems)


def _as_found(buffer: Bytes, length: int) -> RecordTable | None:
    """The table of a buffer that has only version 2 records of one length and nothing odd; None for another buffer."""
    count, rest = divmod(len(buffer), length)
    if rest or not count or length < HEADER_BYTES:
        return None
    headers = parse(buffer, length * np.arange(count, dtype=np.int64))
    if not (alike(headers) or (headers["plausible"] & (headers["odd"] == 0)).all()):
        return None
    if (headers["length"] != length).any():
        return None
    return columns.build([headers], [], [])


@dataclass(slots=True, eq=False)
class _Found:
    """The records and problems found so far."""

    buffer: Bytes
    headers: list[NDArray[Any]] = field(default_factory=list)
    version3: list[columns.Version3] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def _regular(found: _Found, at: int) -> int:
    """Take the version 2 records of one length that start at `at`; the offset after them, or 0 if there are none."""
    buffer, begin, block = found.buffer, at, _FIRST_BLOCK
    if not (length := _length_at(buffer, at)):
        return 0
    # a length that is wrong because of damage includes the next records
    if (
        at + length <= len(buffer)
        and (inside := _search(buffer, at + HEADER_BYTES, at + length, strict=True)) is not None
    ):
        return _shorter(found, at, inside, length)
    while True:
        count = min(block, (len(buffer) - at) // length)
        if count == 0:
            break
        headers = parse(buffer, at + length * np.arange(count, dtype=np.int64))
        own = headers["length"] == length
        fits = (headers["plausible"] & (own | (headers["length"] == 0))) | (headers["tolerable"] & own)
        good = count if fits.all() else int(fits.argmin())
        good = _before_swallowed(buffer, at, length, good, checked=at == begin)
        if good:
            headers["length"] = length
            found.headers.append(headers[:good])
            at += good * length
        if good < count:
            break
        block = min(block * 4, _LARGEST_BLOCK)
    if at == begin:
        return 0
    return _without_stump(found, at)


def _before_swallowed(buffer: Bytes, at: int, length: int, count: int, *, checked: bool) -> int:
    """Number of records from `at` on before a record that contains the header of another record.

    `checked`: the first record is known to be good.
    """
    size, first = 1 << SHORTEST, int(checked)
    while size < length and count > first:
        records = buffer[at + first * length : at + count * length].reshape(-1, length)
        looks = _YEAR[records[:, size + 20]] | _YEAR[records[:, size + 21]]
        if looks.any():
            rows = np.flatnonzero(looks)
            rows = rows[_QUALITY[records[rows, size + 6]]]
            headers = parse(buffer, at + size + length * (first + rows))
            real = headers["plausible"] & (headers["length"] > 0)
            if real.any():
                count = first + int(rows[real][0])
        size *= 2
    return count


def _shorter(found: _Found, at: int, inside: int, length: int) -> int:
    """Accept the record at `at` up to the next one, if this is a valid length; returns the offset after it."""
    size = inside - at
    if size & (size - 1):
        message = f"The record at byte {at} ends after {size} of {length} bytes; it is left out."
        found.problems.append(Problem(at, size, ProblemKind.CUT_SHORT, message))
        return inside
    header = parse(found.buffer, np.array([at], np.int64))
    header["length"] = size
    header["odd"] |= np.uint16(Odd.LENGTH)
    found.headers.append(header)
    return inside


def _without_stump(found: _Found, at: int) -> int:
    """Drop the last record if another one starts inside it; returns the offset to continue at."""
    buffer = found.buffer
    if at >= len(buffer) or _length_at(buffer, at) or bytes(buffer[at : at + 3]) == b"MS\x03":
        return at
    length = int(found.headers[-1]["length"][-1])
    offset = at - length
    inside = _search(buffer, offset + HEADER_BYTES, at, strict=True)
    if inside is None:
        return at
    found.headers[-1] = found.headers[-1][:-1]
    message = f"The record at byte {offset} ends after {inside - offset} of {length} bytes; it is left out."
    found.problems.append(Problem(offset, inside - offset, ProblemKind.CUT_SHORT, message))
    return inside


def _length_at(buffer: Bytes, at: int) -> int:
    """Length of the version 2 record at `at`, 0 if there is no plausible one."""
    if at + HEADER_BYTES > len(buffer):
        return 0
    header = parse(buffer, np.array([at], np.int64))[0]
    if not header["plausible"]:
        return _length_of_odd(buffer, header)
    if length := int(header["length"]):
        return length
    # without blockette 1000 only the next header, or the end of the data, shows the length
    for exponent in range(SHORTEST, LONGEST + 1):
        following = at + (1 << exponent)
        if following == len(buffer):
            return 1 << exponent
        if following + HEADER_BYTES <= len(buffer):
            after = parse(buffer, np.array([following], np.int64))[0]
            if after["plausible"] and bytes(after["codes"]) == bytes(header["codes"]):
                return 1 << exponent
    return 0


def _length_of_odd(buffer: Bytes, header: Any) -> int:
    """Length of a record with an odd header; 0 unless the header states it and a record, or the end, follows."""
    length = int(header["length"])
    following = int(header["offset"]) + length
    if not header["tolerable"] or not length or following > len(buffer):
        return 0
    if following == len(buffer) or bytes(buffer[following : following + 3]) == b"MS\x03":
        return length
    if following + HEADER_BYTES > len(buffer):
        return 0
    after = parse(buffer, np.array([following], np.int64))[0]
    return length if after["plausible"] or (after["tolerable"] and after["length"]) else 0


def _version3(found: _Found, at: int) -> int:
    """Take the version 3 records that start at `at`; the offset after them, or 0 if there are none."""
    begin = at
    while (record := version3_at(found.buffer, at)) is not None:
        found.version3.append(record)
        at += record.length
    return at if at > begin else 0


def version3_at(buffer: Bytes, at: int) -> columns.Version3 | None:
    """The version 3 record at `at` (FDSN miniSEED 3 specification), if it is whole and plausible."""
    head = bytes(buffer[at : at + _V3_FIXED])
    if len(head) < _V3_FIXED or head[:3] != b"MS\x03":
        return None
    (_, ns, year, day, hour, minute, second, encoding, rate, npts, check, _, id_bytes, extra, payload) = struct.unpack(
        "<3xBIHHBBBBdIIBBHI", head
    )
    length = _V3_FIXED + id_bytes + extra + payload
    record = buffer[at : at + length]
    if len(record) < length or not (1900 <= year <= 2100 and 1 <= day <= 366 and hour <= 24 and minute <= 60):
        return None
    odd = Odd(0) if crc32c(record[32:], crc32c(bytes(4), crc32c(record[:28]))) == check else Odd.CRC
    if odd and _search(buffer, at + _V3_FIXED, at + length, strict=True) is not None:
        return None  # its length is one of the wrong fields
    if hour > 23 or minute > 59 or second > 60 or ns >= 10**9:
        if odd or second > 61:
            return None
        odd = Odd.TIME
    text = bytes(record[_V3_FIXED : _V3_FIXED + id_bytes])
    seconds = columns.days(year, day) * 86400 + hour * 3600 + minute * 60 + second
    return columns.Version3(
        offset=at,
        length=length,
        start_ns=seconds * 1_000_000_000 + ns,
        npts=npts,
        rate=rate,
        channel=columns.channel_of_identifier(text),
        payload=_V3_FIXED + id_bytes + extra,
        encoding=encoding,
        activity=columns.leap_second_of_extra(bytes(record[_V3_FIXED + id_bytes : _V3_FIXED + id_bytes + extra])),
        odd=int(odd | (0 if columns.is_identifier(text) else Odd.CODES)),
    )


def _resume(found: _Found, at: int) -> int:
    """Add a problem for the bytes from `at` that belong to no record; returns the offset of the next record."""
    buffer = found.buffer
    following = _search(buffer, at + 1, len(buffer))
    stop = len(buffer) if following is None else following
    found.problems.append(_problem(buffer, at, stop))
    return stop


def _problem(buffer: Bytes, at: int, stop: int) -> Problem:
    """The likely kind of the bytes `at` to `stop`."""
    count = stop - at
    head = bytes(buffer[at : at + 8])
    if length := _length_at(buffer, at):
        message = f"The record at byte {at} ends after {count} of {length} bytes; it is left out."
        return Problem(at, count, ProblemKind.CUT_SHORT, message)
    if not buffer[at:stop].any():
        message = f"{count} zero bytes from byte {at} do not belong to a record; they are skipped."
        return Problem(at, count, ProblemKind.BLANK, message)
    if len(head) == 8 and _SEQUENCE[np.frombuffer(head[:6], np.uint8)].all() and head[6:7] in b"VAST":
        message = f"{count} bytes of SEED control headers from byte {at} are skipped."
        return Problem(at, count, ProblemKind.CONTROL, message)
    message = f"{count} bytes from byte {at} do not belong to a miniSEED record; they are skipped."
    return Problem(at, count, ProblemKind.FOREIGN, message)


def _search(buffer: Bytes, begin: int, end: int, *, strict: bool = False) -> int | None:
    """First offset in [begin, end) where a plausible record starts; `strict`: a record without anything odd."""
    step = 4096
    while begin < end:
        stop = min(begin + step, end)
        for candidate in _candidates(buffer, begin, stop, strict=strict):
            if _believed(buffer, candidate):
                return candidate
        begin, step = stop, min(step * 4, _SEARCH_BYTES)
    return None


def _candidates(buffer: Bytes, begin: int, end: int, *, strict: bool) -> list[int]:
    """Offsets in [begin, end) that look like the start of a header of either version."""
    stop = min(end, len(buffer) - _V3_FIXED + 1)
    if stop <= begin:
        return []
    width = stop - begin
    spread = buffer[begin : stop + _BEFORE_HOUR]
    as_texts = _QUALITY[spread[6 : 6 + width]] & _RESERVED[spread[7 : 7 + width]]
    high, low = spread[20 : 20 + width], spread[21 : 21 + width]
    second = np.flatnonzero(as_texts | _YEAR[high] & ~_YEAR[low] | _YEAR[low] & ~_YEAR[high]) + begin
    second = second[second + HEADER_BYTES <= len(buffer)]
    if len(second):
        headers = parse(buffer, second)
        second = second[headers["plausible"] | (headers["tolerable"] & (headers["length"] > 0) & (not strict))]
    marks = (spread[:width] == ord("M")) & (spread[1 : width + 1] == ord("S")) & (spread[2 : width + 2] == 3)
    return sorted([*second.tolist(), *(np.flatnonzero(marks) + begin).tolist()])


def _believed(buffer: Bytes, at: int) -> bool:
    """Whether a record starts at `at`, if no record ends there."""
    if version3_at(buffer, at) is not None:
        return True
    length = _length_at(buffer, at)
    if not length:
        return False
    following = at + length
    if following == len(buffer) or _length_at(buffer, following):
        return True
    # nothing follows, but random bytes would not look like a header that states its length
    return following < len(buffer) and int(parse(buffer, np.array([at], np.int64))["length"][0]) == length
