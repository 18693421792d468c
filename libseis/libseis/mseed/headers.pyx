"""Read miniSEED 2 fixed headers and their blockettes, many at once, at any offsets of a buffer.

Fields and plausibility: SEED Reference Manual 2.4, chapter 8 (fixed section of data header, blockettes 100,
1000 and 1001). Which offsets to look at is decided in `framing`.
"""

cimport cython
from libc.math cimport isfinite
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t
from libc.string cimport memcpy

import numpy as np

from libseis.mseed.table import ENCODING_UNKNOWN, TIME_CORRECTION_APPLIED

HEADER_BYTES = 48
SHORTEST, LONGEST = 7, 17  # exponents of 2 of the record lengths that are believed: 128 .. 131072 bytes

cdef packed struct Header:
    int64_t offset
    int64_t length         # 0 where unknown
    int64_t start_ns       # blockette 1001 and a time correction that waits are in it
    int64_t correction_ns  # that correction
    int64_t npts
    int64_t payload
    int32_t factor
    int32_t multiplier
    float actual_rate      # blockette 100, 0 without
    uint8_t codes[12]      # station, location, channel, network
    uint8_t encoding
    uint8_t big_endian     # of the samples
    uint8_t activity
    uint8_t quality
    uint8_t plausible

HEADER = np.dtype([
    ("offset", "i8"), ("length", "i8"), ("start_ns", "i8"), ("correction_ns", "i8"), ("npts", "i8"), ("payload", "i8"),
    ("factor", "i4"), ("multiplier", "i4"), ("actual_rate", "f4"), ("codes", "V12"),
    ("encoding", "u1"), ("big_endian", "?"), ("activity", "u1"), ("quality", "u1"), ("plausible", "?"),
])  # fmt: skip
assert HEADER.itemsize == sizeof(Header)

cdef enum:
    FIXED = 48
    MOST_BLOCKETTES = 16
    LEAST_EXPONENT = 7
    MOST_EXPONENT = 17
    DAYS_TO_1970 = 719162  # from 0001-01-01, proleptic Gregorian

cdef uint8_t _UNKNOWN = ENCODING_UNKNOWN
cdef uint8_t _APPLIED = TIME_CORRECTION_APPLIED


def parse(buffer, offsets):
    """Headers at `offsets` (n,) as an array of HEADER; implausible ones are marked.

    Raises IndexError for an offset that does not leave HEADER_BYTES in the buffer.
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
            _read(&data[0], size, &headers[row])
    return found


cdef inline uint16_t _u16(const uint8_t* at, bint little) noexcept nogil:
    return <uint16_t>(at[0] | at[1] << 8) if little else <uint16_t>(at[0] << 8 | at[1])


cdef inline uint32_t _u32(const uint8_t* at, bint little) noexcept nogil:
    cdef uint32_t high = _u16(at + 2, little) if little else _u16(at, little)
    return high << 16 | (_u16(at, little) if little else _u16(at + 2, little))


cdef inline bint _is_date(const uint8_t* head, bint little) noexcept nogil:
    cdef uint16_t year = _u16(head + 20, little), day = _u16(head + 22, little)
    return 1900 <= year <= 2100 and 1 <= day <= 366


cdef bint _has_texts(const uint8_t* head) noexcept nogil:
    """Whether sequence number, quality, the reserved byte and the codes are what may stand there."""
    cdef int i
    for i in range(6):
        if not (c"0" <= head[i] <= c"9" or head[i] == c" " or head[i] == 0):
            return False
    if not (head[6] == c"D" or head[6] == c"R" or head[6] == c"Q" or head[6] == c"M"):
        return False
    if head[7] != c" " and head[7] != 0:
        return False
    for i in range(8, 20):
        if not (32 <= head[i] < 127 or head[i] == 0):
            return False
    return True


cdef void _read(const uint8_t* data, int64_t size, Header* header) noexcept nogil:
    cdef const uint8_t* head = data + header.offset
    cdef bint little = not _is_date(head, False)
    cdef int64_t year, day, before, fraction = _u16(head + 28, little)
    cdef uint16_t blockette = _u16(head + 46, little)
    header.payload = _u16(head + 44, little)
    header.encoding = _UNKNOWN
    header.big_endian = not little
    memcpy(header.codes, head + 8, 12)
    header.plausible = (
        _has_texts(head) and _is_date(head, little)
        and head[24] <= 23 and head[25] <= 59 and head[26] <= 60 and fraction <= 9999
        and (blockette == 0 or blockette >= FIXED) and (header.payload == 0 or header.payload >= FIXED)
    )
    header.quality = head[6]
    if not header.plausible:
        return
    header.npts = _u16(head + 30, little)
    header.factor = <int16_t>_u16(head + 32, little)
    header.multiplier = <int16_t>_u16(head + 34, little)
    header.activity = head[36]
    if not header.activity & _APPLIED:
        header.correction_ns = <int64_t><int32_t>_u32(head + 40, little) * 100000
    year, day = _u16(head + 20, little), _u16(head + 22, little)
    before = year - 1
    day += 365 * before + before // 4 - before // 100 + before // 400 - 1 - DAYS_TO_1970
    header.start_ns = (
        (day * 86400 + head[24] * 3600 + head[25] * 60 + head[26]) * 1000000000 + fraction * 100000
        + header.correction_ns
    )
    header.start_ns += 1000 * _walk_blockettes(data, size, header, blockette, little)


cdef int64_t _walk_blockettes(
    const uint8_t* data, int64_t size, Header* header, int64_t place, bint little
) noexcept nogil:
    """Follow the chain of blockettes and note what 100 and 1000 say; the microseconds of 1001."""
    cdef const uint8_t* body
    cdef int64_t microseconds = 0
    cdef uint16_t kind, following
    cdef uint32_t bits
    cdef float rate
    for _ in range(MOST_BLOCKETTES):
        if place == 0 or header.offset + place + 12 > size:
            break
        body = data + header.offset + place
        kind, following = _u16(body, little), _u16(body + 2, little)
        if kind == 1000:
            header.encoding = body[4]
            header.big_endian = body[5] != 0
            header.length = <int64_t>1 << body[6] if LEAST_EXPONENT <= body[6] <= MOST_EXPONENT else 0
        elif kind == 1001:
            microseconds = <int8_t>body[5]
        elif kind == 100:
            bits = _u32(body + 4, little)
            memcpy(&rate, &bits, 4)
            header.actual_rate = rate if isfinite(rate) else 0
        if following < place + 4:
            break
        place = following
    return microseconds
