"""Read miniSEED 2 fixed headers and their blockettes, many at once, at any offsets of a buffer.

Fields and tests follow the SEED Reference Manual 2.4, chapter 8 (fixed section of data header, blockettes 100, 1000 and
1001). `framing` decides which offsets to read.
"""

cimport cython
from libc.math cimport isfinite
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t
from libc.string cimport memcmp, memcpy

import numpy as np

from libseis.mseed.table import (
    ENCODING_TEXT, ENCODING_UNKNOWN, NEGATIVE_LEAP_SECOND, POSITIVE_LEAP_SECOND, TIME_CORRECTION_APPLIED, Odd,
)

HEADER_BYTES = 48
# exponents of 2 of the record lengths that are tried without blockette 1000: 128 .. 131072 bytes
SHORTEST, LONGEST = 7, 17

HEADER = np.dtype([
    ("offset", "i8"), ("length", "i8"), ("start_ns", "i8"), ("correction_ns", "i8"), ("npts", "i8"), ("payload", "i8"),
    ("factor", "i4"), ("multiplier", "i4"), ("actual_rate", "f4"), ("codes", "V12"),
    ("encoding", "u1"), ("big_endian", "?"), ("activity", "u1"), ("quality", "u1"), ("plausible", "?"),
    ("tolerable", "?"), ("odd", "u2"),
])  # fmt: skip
assert HEADER.itemsize == sizeof(Header)

cdef enum:
    FIXED = 48
    MOST_BLOCKETTES = 16
    LEAST_EXPONENT = 6  # room for a blockette 1000 and two samples
    MOST_EXPONENT = 17
    DAYS_TO_1970 = 719162  # from 0001-01-01, proleptic Gregorian

cdef enum:
    MOST_ODD_TEXTS = 2
    SEQUENCE = 1
    QUALITY = 2
    RESERVED = 4
    CODES = 8
    TIME = 16
    COUNT = 32
    CHAIN = 64
    PAYLOAD = 128
    ORDER = 256
    LENGTH = 512
    ENCODING = 2048

assert (SEQUENCE, QUALITY, RESERVED, CODES, TIME, COUNT) == tuple(map(int, (
    Odd.SEQUENCE, Odd.QUALITY, Odd.RESERVED, Odd.CODES, Odd.TIME, Odd.COUNT)))
assert (CHAIN, PAYLOAD, ORDER, LENGTH, ENCODING) == tuple(map(int, (
    Odd.CHAIN, Odd.PAYLOAD, Odd.ORDER, Odd.LENGTH, Odd.ENCODING)))

cdef uint8_t _UNKNOWN = ENCODING_UNKNOWN
cdef uint8_t _APPLIED = TIME_CORRECTION_APPLIED
cdef uint8_t _TEXT = ENCODING_TEXT
cdef uint8_t _LEAP = POSITIVE_LEAP_SECOND | NEGATIVE_LEAP_SECOND


def parse(buffer, offsets):
    """Headers at `offsets` (n,) as an array of HEADER; implausible ones are marked.

    Raises IndexError for an offset with fewer than HEADER_BYTES after it.
    """
    found = np.zeros(len(offsets), HEADER)
    cdef const uint8_t[::1] data = buffer
    cdef const int64_t[::1] at = offsets
    cdef uint8_t[::1] out = found.view(np.uint8)
    cdef Py_ssize_t row, count = at.shape[0]
    cdef int64_t size = data.shape[0]
    cdef Header* headers
    if count == 0:
        return found
    for row in range(count):
        if at[row] < 0 or at[row] + FIXED > size:
            raise IndexError(f"No header fits at byte {at[row]} of {size}.")
    headers = <Header*>&out[0]
    with nogil, cython.boundscheck(False), cython.wraparound(False):
        for row in range(count):
            headers[row].offset = at[row]
            read_header(&data[0], size, &headers[row])
    return found


def alike(found):
    """Whether headers (the result of `parse`) differ in offset, start, number of samples and their place alone.

    Then they are of one channel, rate, length, quality and encoding (which is known, and not text), all have samples,
    nothing is odd, and neither a time correction nor a leap second is to be applied.
    """
    cdef const uint8_t[::1] data = found.view(np.uint8)
    cdef Py_ssize_t row, count = len(found)
    cdef const Header* first
    cdef const Header* one
    cdef bint same = True
    if count == 0:
        return False
    with nogil, cython.boundscheck(False), cython.wraparound(False):
        first = <const Header*>&data[0]
        for row in range(count):
            one = first + row
            same = (
                one.plausible and one.odd == 0 and one.npts > 0 and one.correction_ns == 0
                and not one.activity & _LEAP and one.length == first.length and one.encoding == first.encoding
                and one.big_endian == first.big_endian and one.quality == first.quality
                and one.factor == first.factor and one.multiplier == first.multiplier
                and one.actual_rate == first.actual_rate and memcmp(one.codes, first.codes, sizeof(one.codes)) == 0
            )
            if not same:
                break
    return same and first.length > 0 and first.encoding != _UNKNOWN and first.encoding != _TEXT


cdef inline uint16_t _u16(const uint8_t* at, bint little) noexcept nogil:
    return <uint16_t>(at[0] | at[1] << 8) if little else <uint16_t>(at[0] << 8 | at[1])


cdef inline uint32_t _u32(const uint8_t* at, bint little) noexcept nogil:
    cdef uint32_t high = _u16(at + 2, little) if little else _u16(at, little)
    return high << 16 | (_u16(at, little) if little else _u16(at + 2, little))


cdef inline bint _is_date(const uint8_t* head, bint little) noexcept nogil:
    cdef uint16_t year = _u16(head + 20, little), day = _u16(head + 22, little)
    return 1900 <= year <= 2100 and 1 <= day <= 366


cdef uint16_t _odd_texts(const uint8_t* head) noexcept nogil:
    """Flags for bytes that are not allowed in sequence number, quality, the reserved byte and the codes."""
    cdef int i
    cdef uint16_t odd = 0
    for i in range(6):
        if not (c"0" <= head[i] <= c"9" or head[i] == c" " or head[i] == 0):
            odd |= SEQUENCE
    if not (head[6] == c"D" or head[6] == c"R" or head[6] == c"Q" or head[6] == c"M"):
        odd |= QUALITY
    if head[7] != c" " and head[7] != 0:
        odd |= RESERVED
    for i in range(8, 20):
        if not (32 <= head[i] < 127 or head[i] == 0):
            odd |= CODES
    return odd


cdef inline bint _is_leap(int64_t year) noexcept nogil:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


cdef void read_header(const uint8_t* data, int64_t size, Header* header) noexcept nogil:
    cdef const uint8_t* head = data + header.offset
    cdef bint little = not _is_date(head, False)
    cdef int64_t year, day, before, fraction = _u16(head + 28, little)
    cdef uint16_t blockette = _u16(head + 46, little)
    cdef uint16_t texts = _odd_texts(head)
    header.payload = _u16(head + 44, little)
    header.encoding = _UNKNOWN
    header.big_endian = not little
    memcpy(header.codes, head + 8, 12)
    # 24:00:00 and 10:60:00 mean the next hour, so the sum of the fields is the time
    if not (_is_date(head, little) and head[24] <= 24 and head[25] <= 60 and head[26] <= 61):
        return
    header.odd = texts
    if fraction > 9999 or head[24] > 23 or head[25] > 59 or head[26] > 60:
        header.odd |= TIME
    if (blockette != 0 and blockette < FIXED):
        header.odd |= CHAIN
    if (header.payload != 0 and header.payload < FIXED):
        header.odd |= PAYLOAD
    header.plausible = header.odd == 0
    # nearly every field of random bytes is odd, but only few fields of a header are
    header.tolerable = _bits(texts) <= MOST_ODD_TEXTS
    header.quality = head[6]
    if not header.tolerable:
        return
    header.npts = _u16(head + 30, little)
    header.factor = <int16_t>_u16(head + 32, little)
    header.multiplier = <int16_t>_u16(head + 34, little)
    header.activity = head[36]
    if not header.activity & _APPLIED:
        header.correction_ns = <int64_t><int32_t>_u32(head + 40, little) * 100000
    year, day = _u16(head + 20, little), _u16(head + 22, little)
    if day == 366 and not _is_leap(year) or head[26] == 60 and not (head[24] == 23 and head[25] == 59):
        header.odd |= TIME
    before = year - 1
    day += 365 * before + before // 4 - before // 100 + before // 400 - 1 - DAYS_TO_1970
    header.start_ns = (
        (day * 86400 + head[24] * 3600 + head[25] * 60 + head[26]) * 1000000000 + fraction * 100000
        + header.correction_ns
    )
    header.start_ns += 1000 * _walk_blockettes(data, size, header, blockette, head[39], little)


cdef inline int _bits(uint16_t flags) noexcept nogil:
    cdef int count = 0
    while flags:
        flags &= flags - 1
        count += 1
    return count


cdef inline int64_t _size_of(uint16_t kind) noexcept nogil:
    """Length in bytes of a blockette that may be in a data record; 0 for another one, or if the length varies."""
    if kind == 1000 or kind == 1001:
        return 8
    if kind == 100:
        return 12
    if kind == 200:
        return 52
    if kind == 201 or kind == 300 or kind == 310:
        return 60
    if kind == 320:
        return 64
    if kind == 390:
        return 28
    if kind == 395 or kind == 400:
        return 16
    if kind == 405:
        return 6
    if kind == 500:
        return 200
    return 0


cdef int64_t _walk_blockettes(
    const uint8_t* data, int64_t size, Header* header, int64_t place, int count, bint little
) noexcept nogil:
    """Follow the chain of blockettes and store the fields of 100 and 1000; returns the microseconds of 1001.

    If a link is wrong, the next blockette is expected at the end of this one.
    """
    cdef const uint8_t* body
    cdef int64_t microseconds = 0, own, end = FIXED
    cdef uint16_t kind, following
    cdef uint32_t bits
    cdef float rate
    cdef int found = 0
    cdef bint has_1000 = False, whole = True
    if 0 < place < FIXED:
        place = FIXED
        whole = False
    for _ in range(MOST_BLOCKETTES):
        if place == 0:
            break
        if header.offset + place + 8 > size:
            whole = False
            break
        body = data + header.offset + place
        kind, following = _u16(body, little), _u16(body + 2, little)
        own = _size_of(kind)
        if not whole and own == 0:
            break
        if kind == 100 and header.offset + place + 12 > size:
            break
        found += 1
        if kind == 1000:
            if has_1000 and header.encoding != body[4]:
                header.encoding = _UNKNOWN
                header.odd |= ENCODING
            elif not has_1000:
                header.encoding = body[4]
                header.big_endian = body[5] != 0
                if (body[5] != 0) == little or body[5] > 1:
                    header.odd |= ORDER
                if LEAST_EXPONENT <= body[6] <= MOST_EXPONENT:
                    header.length = <int64_t>1 << body[6]
                else:
                    header.odd |= LENGTH
            has_1000 = True
        elif kind == 1001:
            microseconds = <int8_t>body[5]
        elif kind == 100:
            bits = _u32(body + 4, little)
            memcpy(&rate, &bits, 4)
            header.actual_rate = rate if isfinite(rate) else 0
        end = max(end, place + max(own, 4))
        if following == 0 and (found >= count or has_1000):
            break
        if following < place + 4:
            whole = False
            if has_1000 or own == 0:  # the rest of the chain does not affect the samples
                break
            place += own
            continue
        place = following
    if not whole:
        header.odd |= CHAIN
    if found != count:
        header.odd |= COUNT
    if header.npts and (header.payload < end or header.length and header.payload >= header.length):
        header.odd |= PAYLOAD
    return microseconds
