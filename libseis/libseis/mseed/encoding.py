"""Encode a segment as miniSEED 2 records without loss. Sample packing is libmseed's; the exact rate is put in here."""

from __future__ import annotations

import math
from enum import IntEnum

import numpy as np
from pymseed import MiniSEEDError, MS3Record, nslc2sourceid

from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.segments import Rate, Segment, SourceId

_RATE_FIELDS = slice(32, 36)
_SEQUENCE = slice(0, 6)
_LARGEST_FIELD = 2**15 - 1
_STEIM2_LIMIT = 2**29  # differences are stored in at most 30 bits (SEED manual 2.4, appendix B)
_SAMPLE_TYPE = {"int32": "i", "float32": "f", "float64": "d"}
_WIDTHS = (("network", "net", 2), ("station", "sta", 5), ("location", "loc", 2), ("channel", "chan", 3))


class Encoding(IntEnum):
    """SEED data encodings that can be written (blockette 1000, field 3)."""

    INT32 = 3
    FLOAT32 = 4
    FLOAT64 = 5
    STEIM1 = 10
    STEIM2 = 11


_ALLOWED = {
    "int32": (Encoding.STEIM2, Encoding.STEIM1, Encoding.INT32),
    "float32": (Encoding.FLOAT32,),
    "float64": (Encoding.FLOAT64,),
}


def encode(segment: Segment, *, reclen: int = 4096, encoding: Encoding | None = None, quality: str = "D") -> bytes:
    """`segment` as miniSEED 2 records of `reclen` bytes (a power of 2 from 128 to 65536), big-endian.

    Decoding gives the same samples, the rate (exactly, if it is a fraction of 16-bit integers; else to the
    single precision of blockette 100) and the start time to the microsecond. Without `encoding` counts become
    Steim-2, or INT32 where their differences need more than 30 bits; reals keep their precision.
    Raises SampleError for codes too long for the format, an unfit encoding or record length, no samples.
    """
    _check_codes(segment.source)
    if reclen not in {1 << n for n in range(7, 17)}:
        raise _refusal(
            "reclen", f"A record length of {reclen} bytes is not possible; use a power of 2 from 128 to 65536."
        )
    if segment.npts == 0:
        raise _refusal("npts", f"The segment of {segment.source} has no samples; there is nothing to encode.")
    kind = segment.data.dtype.name
    chosen = encoding if encoding is not None else _natural(segment)
    if chosen not in _ALLOWED[kind]:
        names = ", ".join(e.name for e in _ALLOWED[kind])
        raise _refusal("encoding", f"{chosen.name} cannot hold {kind} samples of {segment.source}; use one of {names}.")
    try:
        records = _pack(segment, reclen, chosen, quality)
    except MiniSEEDError as error:
        if encoding is not None or chosen is not Encoding.STEIM2:
            raise _refusal("samples", f"{segment.source} cannot be packed as {chosen.name}: {error}.") from error
        # the first sample counts as a difference too
        records = _pack(segment, reclen, Encoding.INT32, quality)
    return _stamp(records, segment.rate, reclen)


def _natural(segment: Segment) -> Encoding:
    """The smallest encoding that holds the samples exactly."""
    if segment.data.dtype == np.int32:
        if int(segment.data.max()) - int(segment.data.min()) < _STEIM2_LIMIT:  # no difference is wider than this
            return Encoding.STEIM2
        widest = np.abs(np.diff(segment.data.astype(np.int64))).max(initial=0)
        return Encoding.STEIM2 if widest < _STEIM2_LIMIT else Encoding.INT32
    return Encoding.FLOAT32 if segment.data.dtype == np.float32 else Encoding.FLOAT64


def _pack(segment: Segment, reclen: int, encoding: Encoding, quality: str) -> bytes:
    record = MS3Record(reclen=reclen, encoding=encoding)
    source = segment.source
    record.sourceid = nslc2sourceid(source.net, source.sta, source.loc, source.chan)
    record.formatversion = 2
    record.pubversion = "RDQM".index(quality) + 1
    record.starttime = (segment.t0_ns + 500) // 1000 * 1000  # the format ends at microseconds, and libmseed truncates
    record.samprate = segment.rate.hz
    samples = np.ascontiguousarray(segment.data)
    return b"".join(record.generate(samples, _SAMPLE_TYPE[samples.dtype.name]))


def _stamp(records: bytes, rate: Rate, reclen: int) -> bytes:
    """Number the records, and write the rate as factor and multiplier wherever these hold it exactly."""
    table = np.frombuffer(bytearray(records), np.uint8).reshape(-1, reclen)
    numbers = np.arange(1, len(table) + 1) % 1_000_000
    table[:, _SEQUENCE] = numbers[:, None] // 10 ** np.arange(5, -1, -1) % 10 + ord("0")
    fields = _header_rate(rate)
    if fields is not None:
        table[:, _RATE_FIELDS] = np.array(fields, ">i2").view(np.uint8)
    return table.tobytes()


def _header_rate(rate: Rate) -> tuple[int, int] | None:
    """Sample rate factor and multiplier that give exactly `rate`, if there are any."""
    above, below = rate.numerator, rate.denominator
    if below == 1:
        return _product(above)
    if above == 1:
        pair = _product(below)
        return None if pair is None else (-pair[0], -pair[1])
    return (above, -below) if above <= _LARGEST_FIELD and below <= _LARGEST_FIELD else None


def _product(number: int) -> tuple[int, int] | None:
    """`number` as a product of two integers that fit the header."""
    for second in range(-(-number // _LARGEST_FIELD), math.isqrt(number) + 1):
        if number % second == 0:
            return number // second, second
    return None


def _check_codes(source: SourceId) -> None:
    for name, field, width in _WIDTHS:
        code = str(getattr(source, field))
        if len(code) > width or not code.isascii():
            text = f"The {name} code {code!r} does not fit miniSEED 2, which has {width} ASCII characters for it."
            raise _refusal(field, text)


def _refusal(what: str, message: str) -> SampleError:
    return SampleError(message, ErrorSeverity.Invalid, what=what)
