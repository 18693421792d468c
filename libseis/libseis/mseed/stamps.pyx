"""Write number, time and counts of each record into copies of one header; compute the CRC of version 3.

Fields: SEED Reference Manual 2.4, chapter 8; FDSN miniSEED 3 specification. Times are epoch times without leap seconds,
so that they depend on no library's table of leap seconds.
"""

cimport cython
from libc.stdint cimport int64_t, uint8_t, uint32_t
from libc.string cimport memcpy

import numpy as np

cdef enum:
    DAYS_TO_1970 = 719162  # from 0001-01-01, proleptic Gregorian

cdef struct Moment:
    int64_t year
    int64_t day  # 1 = January 1st
    int64_t second  # of the day
    int64_t rest  # parts of the second


cdef inline int64_t _floor(int64_t a, int64_t b) noexcept nogil:
    """Quotient rounded down, because C rounds towards zero."""
    return a // b - (a % b < 0)


cdef inline int64_t _days_before(int64_t year) noexcept nogil:
    """Days from 1970-01-01 to January 1st of `year`."""
    cdef int64_t past = year - 1
    return 365 * past + past // 4 - past // 100 + past // 400 - DAYS_TO_1970


cdef Moment _moment(int64_t time, int64_t parts) noexcept nogil:
    """An epoch time, counted in `parts` of a second, as year, day, second and rest."""
    cdef Moment out
    cdef int64_t seconds = _floor(time, parts)
    cdef int64_t days = _floor(seconds, 86400)
    out.rest = time - seconds * parts
    out.second = seconds - days * 86400
    out.year = 1970 + _floor(days * 400, 146097)
    while _days_before(out.year) > days:
        out.year -= 1
    while _days_before(out.year + 1) <= days:
        out.year += 1
    out.day = days - _days_before(out.year) + 1
    return out


cdef inline void _big16(uint8_t* at, int64_t value) noexcept nogil:
    at[0] = <uint8_t>(value >> 8)
    at[1] = <uint8_t>value


cdef inline void _little(uint8_t* at, int64_t value, int width) noexcept nogil:
    cdef int i
    for i in range(width):
        at[i] = <uint8_t>(value >> 8 * i)


@cython.boundscheck(False)
@cython.wraparound(False)
def version2(bytes template, starts_us, counts, frames):
    """Contiguous copies of `template`, each with its number, start, sample count and number of Steim frames.

    The template has blockette 1001 at byte 56; arrays have shape (records,).
    """
    cdef const int64_t[::1] start = starts_us, count = counts, frame = frames
    cdef Py_ssize_t size = len(template), row, digit
    cdef int64_t number, tenths
    cdef const uint8_t* source = template
    cdef uint8_t* head
    cdef Moment at
    made = np.empty(start.shape[0] * size, np.uint8)
    cdef uint8_t[::1] out = made
    with nogil:
        for row in range(start.shape[0]):
            head = &out[row * size]
            memcpy(head, source, size)
            number = (row + 1) % 1000000
            for digit in range(5, -1, -1):
                head[digit] = <uint8_t>(c"0" + number % 10)
                number //= 10
            at = _moment(start[row], 1000000)
            tenths = at.rest // 100
            _big16(head + 20, at.year)
            _big16(head + 22, at.day)
            head[24] = <uint8_t>(at.second // 3600)
            head[25] = <uint8_t>(at.second // 60 % 60)
            head[26] = <uint8_t>(at.second % 60)
            _big16(head + 28, tenths)
            _big16(head + 30, count[row])
            head[61] = <uint8_t>(at.rest - tenths * 100)
            head[63] = <uint8_t>min(frame[row], 255)
    return made.tobytes()


@cython.boundscheck(False)
@cython.wraparound(False)
def version3(bytes template, starts_ns, counts, sizes):
    """Contiguous copies of `template`, each with its start, sample count and bytes of payload, without CRC."""
    cdef const int64_t[::1] start = starts_ns, count = counts, payload = sizes
    cdef Py_ssize_t size = len(template), row
    cdef const uint8_t* source = template
    cdef uint8_t* head
    cdef Moment at
    made = np.empty(start.shape[0] * size, np.uint8)
    cdef uint8_t[::1] out = made
    with nogil:
        for row in range(start.shape[0]):
            head = &out[row * size]
            memcpy(head, source, size)
            at = _moment(start[row], 1000000000)
            _little(head + 4, at.rest, 4)
            _little(head + 8, at.year, 2)
            _little(head + 10, at.day, 2)
            head[12] = <uint8_t>(at.second // 3600)
            head[13] = <uint8_t>(at.second // 60 % 60)
            head[14] = <uint8_t>(at.second % 60)
            _little(head + 24, count[row], 4)
            _little(head + 36, payload[row], 4)
    return made.tobytes()


cdef uint32_t[8][256] _TABLE


cdef void _fill_table() noexcept:
    """Remainders of one byte, and of one with up to seven zero bytes after it (CRC-32C: RFC 3720)."""
    cdef uint32_t value
    cdef int i, k
    for i in range(256):
        value = i
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        _TABLE[0][i] = value
    for i in range(256):
        for k in range(1, 8):
            _TABLE[k][i] = (_TABLE[k - 1][i] >> 8) ^ _TABLE[0][_TABLE[k - 1][i] & 255]


_fill_table()


@cython.boundscheck(False)
@cython.wraparound(False)
def crc32c(data, before=0):
    """CRC-32C of `data`, as in miniSEED 3; `before` is the CRC of the bytes before it."""
    cdef const uint8_t[::1] view = data
    cdef uint32_t value = ~<uint32_t>before, low, high
    cdef Py_ssize_t at = 0, size = view.shape[0]
    with nogil:
        while at + 8 <= size:  # eight bytes at a time, each with its table
            low = value ^ (view[at] | view[at + 1] << 8 | view[at + 2] << 16 | <uint32_t>view[at + 3] << 24)
            high = view[at + 4] | view[at + 5] << 8 | view[at + 6] << 16 | <uint32_t>view[at + 7] << 24
            value = (
                _TABLE[7][low & 255] ^ _TABLE[6][low >> 8 & 255] ^ _TABLE[5][low >> 16 & 255] ^ _TABLE[4][low >> 24]
                ^ _TABLE[3][high & 255] ^ _TABLE[2][high >> 8 & 255] ^ _TABLE[1][high >> 16 & 255]
                ^ _TABLE[0][high >> 24]
            )
            at += 8
        while at < size:
            value = (value >> 8) ^ _TABLE[0][(value ^ view[at]) & 255]
            at += 1
    return <uint32_t>~value
