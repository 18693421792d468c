"""Encode a segment as miniSEED records without loss. libmseed packs Steim frames; this module makes the headers."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache, partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymseed import MiniSEEDError

from libseis.codes import Channel
from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.mseed.packing import STEIM, Encoding, payloads, plain_type
from libseis.mseed.stamps import crc32c, version2, version3
from libseis.segments import Rate, Segment

_LARGEST_FIELD = 2**15 - 1
_STEIM2_LIMIT = 2**29  # differences are stored in at most 30 bits (SEED manual 2.4, appendix B)
_WIDTHS = (("network", "net", 2), ("station", "sta", 5), ("location", "loc", 2), ("channel", "chan", 3))
_LENGTHS = frozenset(1 << n for n in range(7, 18))
_MOST_SAMPLES = {2: 2**16 - 1, 3: 2**32 - 1}
_FIRST_NS, _LAST_NS = -2_208_988_800 * 10**9, 4_133_980_800 * 10**9  # years 1900 to 2100, which readers accept as dates
_ALLOWED = {
    np.dtype(np.int32): (Encoding.STEIM2, Encoding.STEIM1, Encoding.INT32),
    np.dtype(np.float32): (Encoding.FLOAT32,),
    np.dtype(np.float64): (Encoding.FLOAT64,),
}


def encode(
    segment: Segment,
    *,
    reclen: int = 4096,
    encoding: Encoding | None = None,
    quality: str = "D",
    version: int = 2,
    extra: Mapping[str, Any] | None = None,
) -> bytes:
    """Encode a segment as miniSEED records.

    Decoding gives the same samples, and each record starts at the time that the segment gives for its first sample.
    Version 2 has times to the microsecond, and the exact rate if factor and multiplier (two 16-bit integers) can hold
    it; else blockette 100 has the rate in single precision. Version 3 has nanoseconds, rates in double precision,
    longer codes and a CRC.

    Parameters
    ----------
    segment
        The segment.
    reclen
        Length of a record in bytes (version 3: the largest length), a power of 2 from 128 to 131072.
    encoding
        Without it, counts become Steim-2, or INT32 if their differences need more than 30 bits; reals keep their
        precision.
    quality
        One of D, R, Q, M.
    version
        2 or 3.
    extra
        Extra headers (JSON) of each record; version 3 only.

    Returns
    -------
    bytes
        The records.

    Raises
    ------
    SampleError
        The format cannot hold the codes, times or extra headers; the encoding, quality, version or record length does
        not fit; or there are no samples.

    References
    ----------
    SEED manual 2.4, chapter 8; FDSN, miniSEED 3 (2023), https://docs.fdsn.org/projects/miniseed3.
    """
    _check(segment, reclen, quality, version)
    chosen = encoding if encoding is not None else _natural(segment)
    allowed = _ALLOWED[segment.data.dtype]
    if chosen not in allowed:
        names = ", ".join(e.name for e in allowed)
        text = f"{chosen.name} cannot hold {segment.data.dtype.name} samples of {segment.channel}; use one of {names}."
        raise _refusal("encoding", text)
    header = json.dumps(extra, separators=(",", ":")).encode("ascii") if extra else b""
    if header and version == 2:
        raise _refusal("extra", "miniSEED 2 has no extra headers; write version 3, or leave them out.")
    write = _version2 if version == 2 else partial(_version3, extra=header)
    try:  # each part gets records of its own, because a record has one start and one rate
        return b"".join(write(run, reclen, chosen, quality) for run in segment.runs())
    except MiniSEEDError as error:
        if encoding is not None or chosen is not Encoding.STEIM2:
            raise _refusal("samples", f"{segment.channel} cannot be packed as {chosen.name}: {error}.") from error
        # the first sample counts as a difference too
        return b"".join(write(run, reclen, Encoding.INT32, quality) for run in segment.runs())


def unit_header(units: str) -> dict[str, Any] | None:
    """Return the extra headers of miniSEED 3 that state the units of samples.

    The format itself has no place for units.

    Parameters
    ----------
    units
        The units, such as "m/s".

    Returns
    -------
    dict[str, Any] | None
        The headers; None without units.
    """
    return {"Seisbus": {"Units": units}} if units else None


def _natural(segment: Segment) -> Encoding:
    """The smallest encoding that holds the samples exactly."""
    if segment.data.dtype == np.int32:
        if int(segment.data.max()) - int(segment.data.min()) < _STEIM2_LIMIT:  # no difference can be larger
            return Encoding.STEIM2
        widest = np.abs(np.diff(segment.data.astype(np.int64))).max(initial=0)
        return Encoding.STEIM2 if widest < _STEIM2_LIMIT else Encoding.INT32
    return Encoding.FLOAT32 if segment.data.dtype == np.float32 else Encoding.FLOAT64


def _version2(segment: Segment, reclen: int, encoding: Encoding, quality: str) -> bytes:
    """Records with blockettes 1000 and 1001, and 100 if the rate needs it; everything is big-endian."""
    template = _template2(segment.channel, segment.rate, reclen, encoding, quality)
    begin = len(template)
    room = reclen - begin
    if encoding not in STEIM:
        return _plain2(segment, reclen, encoding, template)
    bodies = payloads(segment.data, encoding, room, _MOST_SAMPLES[2], ">")
    counts = np.array([count for count, _ in bodies], np.int64)
    frames = np.array([len(body) // 64 for _, body in bodies], np.int64)
    heads = version2(template, (_starts(segment, counts) + 500) // 1000, counts, frames)
    if len(bodies) == 1:
        return heads + bodies[0][1].ljust(room, b"\0")
    return b"".join(
        chain.from_iterable(
            (heads[k * begin : (k + 1) * begin], body.ljust(room, b"\0")) for k, (_, body) in enumerate(bodies)
        )
    )


def _plain2(segment: Segment, reclen: int, encoding: Encoding, template: bytes) -> bytes:
    """Records of numbers that are not compressed, all with as many samples but for the last."""
    kind, begin = plain_type(encoding, ">"), len(template)
    each = min((reclen - begin) // kind.itemsize, _MOST_SAMPLES[2])
    counts = np.full(-(-segment.npts // each), each, np.int64)
    counts[-1] = segment.npts - each * (len(counts) - 1)
    heads = version2(template, (_starts(segment, counts) + 500) // 1000, counts, np.zeros_like(counts))
    records = np.zeros((len(counts), reclen), np.uint8)
    records[:, :begin] = np.frombuffer(heads, np.uint8).reshape(-1, begin)
    samples = records[:, begin : begin + each * kind.itemsize].view(kind)
    samples[:-1] = segment.data[: -counts[-1]].reshape(-1, each)
    samples[-1, : counts[-1]] = segment.data[-counts[-1] :]
    return records.tobytes()


@lru_cache(maxsize=1024)  # thousands of windows per second have only a few channels
def _template2(channel: Channel, rate: Rate, reclen: int, encoding: Encoding, quality: str) -> bytes:
    """The bytes before the samples, for all version 2 records of a channel."""
    exact, factor, multiplier = _rate_fields(rate)
    begin = 64 if exact else 128  # Steim frames start at multiples of 64
    template = struct.pack(
        ">6xc1s5s2s3s2s12xhh3xBiHHHHBBBxHHBbxB",
        quality.encode(), b" ", *(code.encode().ljust(width) for code, width in (
            (channel.sta, 5), (channel.loc, 2), (channel.chan, 3), (channel.net, 2))),
        factor, multiplier, 2 if exact else 3, 0, begin, 48,
        1000, 56, encoding, 1, reclen.bit_length() - 1,
        1001, 0 if exact else 64, 0, 0, 0,
    )  # fmt: skip
    if not exact:
        if not 0 < np.float32(rate.hz) < np.inf:
            raise _refusal("rate", f"{channel} has a rate of {rate}, for which miniSEED 2 has no room.")
        template += struct.pack(">HHf4x52x", 100, 0, rate.hz)
    if reclen - begin < 8:
        text = f"Records of {reclen} bytes have no room beside the rate of {channel}; use 256 or more."
        raise _refusal("reclen", text)
    return template


def _version3(segment: Segment, reclen: int, encoding: Encoding, quality: str, extra: bytes = b"") -> bytes:
    """Records with the length that their samples need; everything except Steim frames is little-endian."""
    named = identifier(segment.channel).encode("ascii")
    publication = "RDQM".index(quality) + 1
    rate = float_rate(segment.rate)
    template = struct.pack("<2sBB11xBd8xBBHI", b"MS", 3, 0, encoding, rate, publication, len(named), len(extra), 0)
    template += named + extra
    begin = len(template)
    room = reclen - begin
    if room < 64:
        text = f"Records of {reclen} bytes have no room for samples beside {named.decode()}; use 256 or more."
        raise _refusal("reclen", text)
    bodies = payloads(segment.data, encoding, room, _MOST_SAMPLES[3], "<")
    counts = np.array([count for count, _ in bodies], np.int64)
    sizes = np.array([len(body) for _, body in bodies], np.int64)
    heads = version3(template, _starts(segment, counts), counts, sizes)
    parts: list[bytes] = []
    for k, (_, body) in enumerate(bodies):
        head = heads[k * begin : (k + 1) * begin]
        check = crc32c(body, crc32c(head))
        parts += (head[:28], struct.pack("<I", check), head[32:], body)
    return b"".join(parts)


def _starts(segment: Segment, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Time of the first sample of each record in ns, by the segment's clock."""
    if len(counts) == 1:
        return np.array([segment.t0_ns], np.int64)
    return segment.times_ns(np.cumsum(counts) - counts)


def _rate_fields(rate: Rate) -> tuple[bool, int, int]:
    """Sample rate factor and multiplier, and whether they give the rate exactly."""
    exact = _header_rate(rate)
    return exact is not None, *(exact or _nearest(rate))


def _header_rate(rate: Rate) -> tuple[int, int] | None:
    """Sample rate factor and multiplier that give exactly `rate`, if there are any."""
    above, below = rate.numerator, rate.denominator
    if below == 1:
        return _product(above)
    if above == 1:
        pair = _product(below)
        return None if pair is None else (-pair[0], -pair[1])
    return (above, -below) if above <= _LARGEST_FIELD and below <= _LARGEST_FIELD else None


def _nearest(rate: Rate) -> tuple[int, int]:
    """Factor and multiplier near to a rate that they cannot give exactly; blockette 100 has the rate then.

    If the pair gives the same number in single precision, readers can take more digits of the rate from it.
    """
    if rate.hz >= 1:
        found = Fraction(rate.numerator, rate.denominator).limit_denominator(max(1, int(_LARGEST_FIELD / rate.hz)))
        above = min(found.numerator, _LARGEST_FIELD)
        return above, -found.denominator if found.denominator > 1 else 1
    found = Fraction(rate.denominator, rate.numerator).limit_denominator(max(1, int(_LARGEST_FIELD * rate.hz)))
    if found.denominator == 1:
        return -min(found.numerator, _LARGEST_FIELD), 1
    return found.denominator, -min(found.numerator, _LARGEST_FIELD)


def _product(number: int) -> tuple[int, int] | None:
    """`number` as a product of two integers that fit the header."""
    for second in range(-(-number // _LARGEST_FIELD), math.isqrt(number) + 1):
        if number % second == 0:
            return number // second, second
    return None


@lru_cache(maxsize=1024)
def float_rate(rate: Rate) -> float:
    """The rate of a version 3 header: samples per second, or minus the interval in seconds if only that is exact."""
    interval = rate.denominator / rate.numerator
    if Rate.from_hz(rate.hz) != rate and Rate.from_interval(interval) == rate:
        return -interval
    return rate.hz


def identifier(channel: Channel) -> str:
    """FDSN source identifier of `channel`, `FDSN:NET_STA_LOC_B_S_SS`."""
    chan = "_".join(channel.chan) if len(channel.chan) == 3 else channel.chan
    return f"FDSN:{channel.net}_{channel.sta}_{channel.loc}_{chan}"


def _check(segment: Segment, reclen: int, quality: str, version: int) -> None:
    """Raise SampleError for a segment or an option that cannot be written."""
    if version not in (2, 3):
        raise _refusal("version", f"miniSEED version {version} is not known; use 2 or 3.")
    (_check_codes if version == 2 else _check_identifier)(segment.channel)
    if reclen not in _LENGTHS:
        text = f"A record length of {reclen} bytes is not possible; use a power of 2 from 128 to 131072."
        raise _refusal("reclen", text)
    if len(quality) != 1 or quality not in "DRQM":
        raise _refusal("quality", f"A quality of {quality!r} is not known; use D, R, Q or M.")
    if segment.npts == 0:
        raise _refusal("npts", f"The segment of {segment.channel} has no samples; there is nothing to encode.")
    if segment.t0_ns < _FIRST_NS or segment.end_ns >= _LAST_NS:
        raise _refusal("time", f"{segment.channel} has samples before 1900 or after 2100, which are not written.")


@lru_cache(maxsize=1024)
def _check_codes(channel: Channel) -> None:
    for name, field, width in _WIDTHS:
        code = getattr(channel, field)
        if len(code) > width or not (code.isascii() and code.isprintable()):
            text = f"The {name} code {code!r} does not fit miniSEED 2, which has {width} ASCII characters for it."
            raise _refusal(field, text)


@lru_cache(maxsize=1024)
def _check_identifier(channel: Channel) -> None:
    parts = identifier(channel).split("_")
    text = "".join(parts)
    if len(parts) != 6 or not (text.isascii() and text.isprintable()) or max(map(len, parts)) > 40:
        message = (
            f"The codes {channel} make no FDSN source identifier, which takes ASCII without '_' and a channel like BHZ "
            "or B_H_Z; rename them first."
        )
        raise _refusal("source", message)


def _refusal(what: str, message: str) -> SampleError:
    return SampleError(message, ErrorSeverity.Invalid, what=what)
