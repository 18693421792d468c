"""Compare new records with the samples that they were made from, without storing the decoded samples.

The code follows the formats (SEED Reference Manual 2.4, chapter 8 and appendix B; FDSN miniSEED 3) and shares nothing
with the code that packs. It compares each Steim difference with the difference of two true samples. This is enough,
because all samples before it were found equal, so that no sums are needed.
"""

cimport cython
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.string cimport memcmp, memset

from libseis.mseed.headers cimport Header, read_header

import numpy as np

# With -O2, gcc does not unroll the short loops over the differences of a word, which takes 1.5 times as long.
cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("O3")
    #endif
    """

cdef enum:
    FIXED = 48
    FRAME = 64
    INT32 = 3
    FLOAT32 = 4
    FLOAT64 = 5
    STEIM1 = 10
    STEIM2 = 11

cdef double SAME = 1e-12  # two rounding errors of a quotient

cdef inline uint32_t _big32(const uint8_t* at) noexcept nogil:
    return <uint32_t>at[0] << 24 | <uint32_t>at[1] << 16 | <uint32_t>at[2] << 8 | at[3]


cdef inline uint32_t _off(
    const uint32_t* true, uint32_t word, int first, int stop, int count, int width
) noexcept nogil:
    """Wrong bits in the differences `first` to `stop` (excluded); a word ends with `count` differences of `width` bits.

    Difference k is true[k] minus the sample before it.
    """
    cdef uint32_t wrong = 0
    cdef int k
    for k in range(first, stop):
        wrong |= true[k] - true[k - 1] ^ <uint32_t>(<int32_t>(word << (32 - width * (count - k))) >> (32 - width))
    return wrong


cdef inline uint32_t _wrong(const uint32_t* true, uint32_t word, int count, int width) noexcept nogil:
    """Wrong bits in a whole word. The arguments are constants, so that the compiler unrolls the loop."""
    if width == 8:
        return _off(true, word, 0, 4, 4, 8)
    if width == 10:
        return _off(true, word, 0, 3, 3, 10)
    if width == 15:
        return _off(true, word, 0, 2, 2, 15)
    if width == 6:
        return _off(true, word, 0, 5, 5, 6)
    if width == 5:
        return _off(true, word, 0, 6, 6, 5)
    if width == 4:
        return _off(true, word, 0, 7, 7, 4)
    return _off(true, word, 0, count, count, width)


cdef int64_t _steim(const uint8_t* body, int64_t size, bint two, const uint32_t* true, int64_t npts) noexcept nogil:
    """Number of samples from the first on that are right; npts only if the check value of the frames is right too."""
    cdef int64_t frame, done = 0
    cdef const uint8_t* words
    cdef uint32_t control, word, wrong
    cdef int n, code, high, count, width
    if size < FRAME or _big32(body + 4) != true[0]:
        return 0
    for frame in range(size // FRAME):
        words = body + FRAME * frame
        control = _big32(words)
        for n in range(3 if frame == 0 else 1, 16):  # words 1 and 2 of the first frame: first and last sample
            code = control >> (30 - 2 * n) & 3
            if code == 0:
                continue
            word = _big32(words + 4 * n)
            high = word >> 30
            if code == 1:
                count, width = 4, 8
            elif not two:
                count, width = (2 if code == 2 else 1), (16 if code == 2 else 32)
            elif code == 2 and high > 0:
                count, width = high, (30 if high == 1 else 15 if high == 2 else 10)
            elif code == 3 and high < 3:
                count, width = 5 + high, 6 - high
            else:  # readers refuse the frame even if no sample is left for this word
                return min(done, npts - 1)
            if done >= npts:
                continue
            if done > 0 and done + count <= npts:
                wrong = _wrong(true + done, word, count, width)
            else:  # without the difference to a sample of another record, and those after the last sample
                wrong = _off(true + done, word, 1 if done == 0 else 0, <int>min(count, npts - done), count, width)
            if wrong:
                return done
            done += count
        if done >= npts:
            return npts if _big32(body + 8) == true[npts - 1] else npts - 1
    return done


cdef int64_t _plain(
    const uint8_t* body, int64_t size, int width, bint big, const uint8_t* true, int64_t npts
) noexcept nogil:
    """Number of samples from the first on that are right, bit for bit."""
    cdef int64_t i
    cdef int k
    cdef uint8_t wrong
    if size < npts * width:
        return 0
    for i in range(npts):
        wrong = 0
        for k in range(width):  # this code runs on little-endian machines only
            wrong |= body[i * width + (width - 1 - k if big else k)] ^ true[i * width + k]
        if wrong:
            return i
    return npts


cdef int64_t _right(
    const uint8_t* body, int64_t size, int encoding, bint big, const uint8_t* true, int64_t npts, int kind
) noexcept nogil:
    """Number of samples of a payload that are right; 0 if its encoding is not for samples of this type."""
    if npts <= 0 or kind != (FLOAT32 if encoding == FLOAT32 else FLOAT64 if encoding == FLOAT64 else INT32):
        return 0
    if encoding == STEIM1 or encoding == STEIM2:
        return _steim(body, size, encoding == STEIM2, <const uint32_t*>true, npts)
    if encoding == INT32 or encoding == FLOAT32 or encoding == FLOAT64:
        return _plain(body, size, 8 if encoding == FLOAT64 else 4, big, true, npts)
    return 0


_KINDS = {np.dtype(np.int32): INT32, np.dtype(np.float32): FLOAT32, np.dtype(np.float64): FLOAT64}


cdef int _kind(samples) except -1:
    """The plain encoding of samples of this type."""
    return _KINDS[samples.dtype]


def right(const uint8_t[::1] body, int encoding, bint big_endian, samples):
    """Number of `samples` (contiguous) that a payload gives from the first on; all only if nothing follows."""
    cdef const uint8_t[::1] true = samples.view(np.uint8)
    cdef int kind = _kind(samples)
    cdef int64_t npts = len(samples), found
    if npts == 0 or body.shape[0] == 0:
        return 0
    with nogil, cython.boundscheck(False), cython.wraparound(False):
        found = _right(&body[0], body.shape[0], encoding, big_endian, &true[0], npts, kind)
    return found


def version2(const uint8_t[::1] records, samples, bytes codes, double hz):
    """Compare contiguous records of one length with their samples, codes and rate, but not their times.

    `samples` are (npts,) and contiguous, `codes` the 12 bytes of station, location, channel and network. The rate is
    `hz` in single precision, or without blockette 100 exactly. Returns the first difference, or ""; and the numbers of
    samples and starts in ns (arrays of int64) of the records before it.
    """
    cdef const uint8_t[::1] true = samples.view(np.uint8)
    cdef const uint8_t* names = codes
    cdef int kind = _kind(samples), width = samples.dtype.itemsize
    cdef int64_t size = records.shape[0], npts = len(samples), at = 0, done = 0, same, length = 0
    cdef Py_ssize_t row = 0
    cdef double rate = 0
    cdef bint odd = False, other = False
    cdef Header header
    if npts == 0 or size < FIXED or len(codes) != sizeof(header.codes):
        return f"there are no records of {npts} samples", np.empty(0, np.int64), np.empty(0, np.int64)
    memset(&header, 0, sizeof(Header))
    read_header(&records[0], size, &header)
    length = header.length
    rows = size // length + 1 if length else 1
    counts, starts = np.empty(rows, np.int64), np.empty(rows, np.int64)
    cdef int64_t[::1] count = counts, start = starts
    with nogil, cython.boundscheck(False), cython.wraparound(False):
        while at < size:
            memset(&header, 0, sizeof(Header))
            header.offset = at
            if size - at >= FIXED:
                read_header(&records[0], size, &header)
            odd = (
                not header.plausible or header.odd or header.activity or not header.big_endian
                or header.length != length or at + length > size or header.payload >= length
                or memcmp(header.codes, names, sizeof(header.codes)) != 0
            )
            if odd:
                break
            rate = _hz(&header)
            other = not (rate == <float>hz if header.actual_rate > 0 else -SAME < rate / hz - 1 < SAME)
            if other:
                break
            count[row], start[row] = header.npts, header.start_ns
            if done + header.npts > npts:
                done += header.npts
                break
            same = _right(
                &records[at + header.payload], length - header.payload, header.encoding, True, &true[done * width],
                header.npts, kind,
            )
            if same < header.npts:
                done += same
                break
            done += header.npts
            row += 1
            at += length
    found = counts[:row], starts[:row]
    if at < size:
        if odd:
            return f"the header at byte {at} is not what was written", *found
        if other:
            return f"the rate is {rate!r} Hz instead of {hz!r} Hz", *found
        if done <= npts:
            return f"the samples from number {done} on are not the same", *found
    if done != npts:
        return f"there are {done} samples instead of {npts}", *found
    return "", *found


cdef double _hz(const Header* header) noexcept nogil:
    """Samples per second from blockette 100, or from factor and multiplier; 0 if there is no rate."""
    cdef double rate = header.factor
    if header.actual_rate > 0:
        return header.actual_rate
    if header.factor == 0 or header.multiplier == 0:
        return 0
    if header.factor < 0:
        rate = -1.0 / header.factor
    return rate * header.multiplier if header.multiplier > 0 else -rate / header.multiplier
