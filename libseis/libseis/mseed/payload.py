"""Unpack the samples of one record with a bad header, and find their form from its Steim frames.

Encodings: SEED Reference Manual 2.4, appendices B and D; FDSN miniSEED 3. This module reads numbers of 16 to 64 bits.
libmseed unpacks the rest, from a new record with a clean header and the same payload.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from pymseed import MiniSEEDError, MS3Record

from libseis.mseed.table import Bytes
from libseis.segments.segment import Samples

STEIM = (10, 11)
_TYPES = {1: "i2", 3: "i4", 4: "f4", 5: "f8"}
_INT24 = 2
PLAIN = (*_TYPES, _INT24)
_NAMES = {
    2: "24-bit integers", 10: "Steim-1", 11: "Steim-2", 15: "US National Network", 17: "Graefenberg",
    18: "IPG Strasbourg", 19: "Steim-3", 20: "Steim-3", 31: "HGLP", 33: "RSTN", 100: "opaque data",
}  # fmt: skip
_CLEAN_HEADER = 64
_LONGEST = 1 << 17  # the longest payload that libmseed accepts
_FRAME = 64
# the last word of a record may hold up to seven differences of the next record
_MOST_TOO_MANY = 6
_BY_FAR = 16.0
_SMALLEST = 1e-30
# number of differences in a word, by its code and, for Steim-2, its first two bits
_STEIM1_COUNTS = np.array([0, 4, 2, 1])
_STEIM2_COUNTS = np.array([[0, 0, 0, 0], [4, 4, 4, 4], [-(10**6), 1, 2, 3], [5, 6, 7, -(10**6)]])


class Unreadable(Exception):
    """The samples cannot be unpacked in this form. The text gives the reason, as a part of a sentence."""


@dataclass(frozen=True, slots=True)
class Form:
    """The encoding and byte order of a payload."""

    encoding: int
    big_endian: bool

    def __str__(self) -> str:
        """Text for messages."""
        order = "big-endian" if self.big_endian else "little-endian"
        return f"{_NAMES.get(self.encoding, f'encoding {self.encoding}')}, {order}"


def unpack(body: Bytes, npts: int, form: Form) -> Samples:
    """`npts` samples of a payload as int32, float32 or float64. Raises Unreadable, with the reason."""
    if form.encoding in _TYPES:
        kind = np.dtype((">" if form.big_endian else "<") + _TYPES[form.encoding])
        samples = np.frombuffer(_enough(body, npts * kind.itemsize, npts), kind, npts)
        out: Samples = samples.astype(np.int32 if kind.kind == "i" else kind.newbyteorder("="))
        return out
    if form.encoding == _INT24:
        parts = _enough(body, 3 * npts, npts)[: 3 * npts].reshape(npts, 3)
        high, middle, low = parts.T if form.big_endian else parts.T[::-1]
        wide: Samples = (high.astype(np.int8).astype(np.int32) << 16) | (middle.astype(np.int32) << 8) | low
        return wide
    try:
        found = MS3Record.parse(_clean_record(body, npts, form), unpack_data=True, validate_crc=False).np_datasamples
    except MiniSEEDError as error:
        known = _NAMES.get(form.encoding)
        if form.encoding not in STEIM and known:
            raise Unreadable(f"their encoding, {known} ({form.encoding}), cannot be read") from error
        raise Unreadable(str(error)) from error
    if len(found) != npts or found.dtype not in (np.int32, np.float32, np.float64):
        raise Unreadable(f"it does not hold the {npts} samples its header promises")
    return np.array(found)


def _enough(body: Bytes, needed: int, npts: int) -> Bytes:
    if len(body) < needed:
        raise Unreadable(f"its {len(body)} bytes of samples do not hold the {npts} samples its header promises")
    return body


def _clean_record(body: Bytes, npts: int, form: Form) -> bytes:
    """A clean record with a payload: of version 2, or of version 3 if version 2 cannot count so many samples."""
    data = body.tobytes()
    if npts >= 1 << 16 or len(data) > _LONGEST - _CLEAN_HEADER:
        head = struct.pack("<2sBB4xHH3xBdI4xBBHI", b"MS", 3, 0, 2000, 1, form.encoding, 1.0, npts, 1, 6, 0, len(data))
        return head + b"FDSN:X" + data
    order = ">" if form.big_endian else "<"
    size = max(128, 1 << (_CLEAN_HEADER + len(data) - 1).bit_length())
    head = struct.pack(
        f"{order}8s12sHH6xHhh3xBiHHHHBBBB",
        b"000001D ", b"X      XXXXX", 2000, 1, npts, 1, 1, 1, 0, _CLEAN_HEADER, 48,
        1000, 0, form.encoding, int(form.big_endian), size.bit_length() - 1, 0,
    )  # fmt: skip
    return head.ljust(_CLEAN_HEADER, b"\0") + data.ljust(size - _CLEAN_HEADER, b"\0")


def check_value(body: Bytes, big_endian: bool) -> int | None:
    """The last sample as the first Steim frame states it (reverse integration constant)."""
    return int(np.frombuffer(body, ">i4" if big_endian else "<i4", 3)[2]) if len(body) >= _FRAME else None


def frames_agree(body: Bytes, npts: int, form: Form) -> bool:
    """Whether the codes of the Steim frames announce one difference per sample, without an empty word between them.

    Words that hold no differences (the codes themselves, first and last sample) have code 0.
    """
    count = len(body) // _FRAME
    words = np.frombuffer(body, ">u4" if form.big_endian else "<u4", count * 16).reshape(count, 16)
    codes = words[:, :1] >> np.arange(30, -1, -2, dtype=np.uint32) & 3
    if count == 0 or codes[0, :3].any() or codes[:, 0].any():
        return False
    used = np.delete(codes, 0, axis=1).reshape(-1)[2:] != 0
    if not used[: int(used.sum())].all():
        return False
    held = _STEIM1_COUNTS[codes] if form.encoding == 10 else _STEIM2_COUNTS[codes, words >> 30]
    return bool(0 <= int(held.sum()) - npts <= _MOST_TOO_MANY)


def proved(body: Bytes, npts: int, form: Form) -> Samples | None:
    """Samples of Steim frames if they prove their form: the number of differences and the check value must be right."""
    if form.encoding not in STEIM or len(body) < _FRAME or npts < 1 or not frames_agree(body, npts, form):
        return None
    try:
        samples = unpack(body, npts, form)
    except Unreadable:
        return None
    return samples if int(samples[-1]) == check_value(body, form.big_endian) else None


def smoother(body: Bytes, npts: int, encoding: int) -> bool | None:
    """True if plain numbers are much smoother as big-endian, False if as little-endian, None if neither."""
    little, big = (unpack(body, npts, Form(encoding, order)) for order in (False, True))
    if little.tobytes() == big.tobytes():
        return True
    rough = _roughness(little), _roughness(big)
    if min(rough) * _BY_FAR < max(rough):
        return rough[1] < rough[0]
    return None


def _roughness(samples: Samples) -> float:
    """Mean step from sample to sample, the first from zero. For reals 1 if all can be amplitudes, else infinity,
    because the wrong byte order gives wild exponents."""
    if samples.dtype.kind == "f":
        size = np.abs(samples[samples != 0])
        return 1.0 if bool(((size > _SMALLEST) & (size < 1 / _SMALLEST)).all()) else float("inf")
    return float(np.abs(np.diff(samples.astype(np.float64), prepend=0.0)).mean())
