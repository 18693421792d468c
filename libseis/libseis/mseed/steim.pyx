"""Unpack the Steim frames of many records in one call.

Steim-1 and Steim-2: SEED Reference Manual 2.4, appendix B. This code reads only records that are right in every way:
each word has a code that the format knows, the samples are as many as the header states, and the last one is the check
value. For other records it gives up, and libmseed and `libseis.mseed.payload` find out what is wrong.
"""

cimport cython
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t

import numpy as np

# With -O2, gcc does not unroll the short loops over the differences of a word.
cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("O3")
    #endif
    """

cdef enum:
    FRAME = 64
    SPARE = 8  # the last word may hold up to seven differences, of which only the first may be needed


cdef inline uint32_t _big32(const uint8_t* at) noexcept nogil:
    return <uint32_t>at[0] << 24 | <uint32_t>at[1] << 16 | <uint32_t>at[2] << 8 | at[3]


cdef inline uint32_t _add(uint32_t* out, uint32_t last, uint32_t word, int count, int width) noexcept nogil:
    """Write the samples of a word that ends with `count` differences of `width` bits; returns the last of them."""
    cdef int k
    for k in range(count):
        last += <uint32_t>(<int32_t>(word << (32 - width * (count - k))) >> (32 - width))
        out[k] = last
    return last


cdef bint _record(const uint8_t* body, int64_t size, bint two, uint32_t* out, int64_t npts) noexcept nogil:
    """Whether the frames of a record give exactly `npts` samples; up to six words after them are written too."""
    cdef int64_t frame, done = 0
    cdef const uint8_t* words
    cdef uint32_t control, word, high, last = 0, shift
    cdef int n, code, count, k
    if size < FRAME or npts <= 0:
        return False
    for frame in range(size // FRAME):
        words = body + FRAME * frame
        control = _big32(words)
        for n in range(3 if frame == 0 else 1, 16):  # words 1 and 2 of the first frame: first and last sample
            code = control >> (30 - 2 * n) & 3
            if code == 0:
                continue
            word = _big32(words + 4 * n)
            high = word >> 30
            if two and (code == 2 and high == 0 or code == 3 and high == 3):
                return False  # readers refuse the frame, even if no sample is left for this word
            if done >= npts:
                continue
            if code == 1:
                count, last = 4, _add(out + done, last, word, 4, 8)
            elif not two:
                if code == 2:
                    count, last = 2, _add(out + done, last, word, 2, 16)
                else:
                    count, last = 1, _add(out + done, last, word, 1, 32)
            elif code == 2:
                if high == 3:
                    count, last = 3, _add(out + done, last, word, 3, 10)
                elif high == 2:
                    count, last = 2, _add(out + done, last, word, 2, 15)
                else:
                    count, last = 1, _add(out + done, last, word, 1, 30)
            elif high == 0:
                count, last = 5, _add(out + done, last, word, 5, 6)
            elif high == 1:
                count, last = 6, _add(out + done, last, word, 6, 5)
            else:
                count, last = 7, _add(out + done, last, word, 7, 4)
            if done == 0:  # the first difference is to a sample of another record; the first sample itself is stated
                shift = _big32(body + 4) - out[0]
                last += shift
                for k in range(count):
                    out[k] += shift
            done += count
        if done >= npts:
            return _big32(body + 8) == out[npts - 1]
    return False


def unpack(const uint8_t[::1] buffer, begin, stop, counts, bint two):
    """The samples of records as one array of int32, or None if any record is not right in every respect.

    Frames are in the bytes `begin` to `stop` (excluded) of the buffer, big-endian; `counts` are the samples that the
    headers state. All are of shape (records,).
    """
    cdef const int64_t[::1] first = np.ascontiguousarray(begin), last = np.ascontiguousarray(stop)
    cdef const int64_t[::1] count = np.ascontiguousarray(counts)
    cdef Py_ssize_t row, rows = count.shape[0]
    cdef int64_t total = 0, done = 0, size = buffer.shape[0]
    cdef bint right = True
    if first.shape[0] != rows or last.shape[0] != rows:
        raise ValueError("Every record needs a begin, a stop and a count.")
    for row in range(rows):
        # a byte has two differences at most
        if not (0 <= first[row] <= last[row] <= size and 0 < count[row] <= 2 * (last[row] - first[row])):
            return None
        total += count[row]
    samples = np.empty(total + SPARE, np.uint32)
    cdef uint32_t[::1] out = samples
    with nogil, cython.boundscheck(False), cython.wraparound(False):
        for row in range(rows):
            right = _record(&buffer[first[row]], last[row] - first[row], two, &out[done], count[row])
            if not right:
                break
            done += count[row]
    return samples[:total].view(np.int32) if right else None
