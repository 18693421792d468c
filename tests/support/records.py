"""Make miniSEED records of versions 2 and 3 byte by byte, so that a test can set every field to an odd value.

Written from the SEED Reference Manual 2.4 (chapter 8, appendices B and D) and the FDSN miniSEED 3 specification.
Nothing of the code under test is used.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

T0 = 1_299_822_360_000_000_000  # 2011-03-11T05:46:00
_PLAIN = {1: "i2", 3: "i4", 4: "f4", 5: "f8"}
# differences of a word in Steim frames: (how many, bits of each, code of the word, code in the word itself)
_STEIM1 = ((4, 8, 1, None), (2, 16, 2, None), (1, 32, 3, None))
_STEIM2 = ((7, 4, 3, 2), (6, 5, 3, 1), (5, 6, 3, 0), (4, 8, 1, None), (3, 10, 2, 3), (2, 15, 2, 2), (1, 30, 2, 1))


def walk(count: int, seed: int = 1, step: int = 20) -> np.ndarray:
    """A random walk of small steps."""
    return np.cumsum(np.random.default_rng(seed).integers(-step, step + 1, count)).astype(np.int32)


def steim(values: Sequence[int], level: int = 2, order: str = ">", before: int = 0) -> bytes:
    """Steim-1 or Steim-2 frames of counts; the check value is the last count."""
    layouts = _STEIM1 if level == 1 else _STEIM2
    counts = [int(v) for v in values]
    steps = [b - a for a, b in zip([before, *counts[:-1]], counts, strict=True)]
    words: list[tuple[int, bytes]] = [(0, struct.pack(f"{order}i", v)) for v in (counts[0], counts[-1])]
    while steps:
        for many, bits, code, inner in layouts:
            part = steps[:many]
            if len(part) == many and all(-(1 << bits - 1) <= s < 1 << bits - 1 for s in part):
                words.append((code, _word(part, bits, inner, order)))
                del steps[:many]
                break
        else:
            raise ValueError(f"a difference of {steps[0]} does not fit Steim-{level}")
    out = b""
    for first in range(0, len(words), 15):
        frame = words[first : first + 15]
        control = 0
        for n, (code, _) in enumerate(frame):
            control |= code << 2 * (14 - n)
        out += (struct.pack(f"{order}I", control) + b"".join(w for _, w in frame)).ljust(64, b"\0")
    return out


def _word(part: Sequence[int], bits: int, inner: int | None, order: str) -> bytes:
    if inner is None and bits < 32:  # numbers of different widths, each in the byte order
        return struct.pack(f"{order}{len(part)}{'b' if bits == 8 else 'h'}", *part)
    number = 0
    for step in part:
        number = number << bits | step & (1 << bits) - 1
    return struct.pack(f"{order}I", number | (inner or 0) << 30)


def payload(values: Any, encoding: int, order: str = ">") -> bytes:
    """Samples in one of the encodings that are plain numbers, Steim frames or text."""
    if encoding in _PLAIN:
        return np.asarray(values).astype(order + _PLAIN[encoding]).tobytes()
    if encoding == 2:
        whole = np.asarray(values).astype(">i4").view(np.uint8).reshape(-1, 4)[:, 1:]
        return (whole if order == ">" else whole[:, ::-1]).tobytes()
    if encoding in (10, 11):
        return steim(values, encoding - 9, order)
    return bytes(values)


@dataclass(frozen=True)
class V2:
    """A version 2 record; `values` go through `payload`, unless `data` has the bytes of the samples."""

    values: Any = ()
    start_ns: int = T0
    encoding: int = 3
    exponent: int = 9
    order: str = ">"
    npts: int | None = None
    data: bytes | None = None
    data_order: str | None = None
    word: int | None = None
    stated: int | None = None
    stated_exponent: int | None = None
    codes: bytes = b"TEST   BHZXX"
    sequence: bytes = b"000001"
    quality: bytes = b"D"
    reserved: bytes = b" "
    time: dict[str, int] = field(
        default_factory=dict
    )  # year, day, hour, minute, second and fraction to write in place of the right ones
    factor: int = 20
    multiplier: int = 1
    activity: int = 0
    correction: int = 0
    with_1000: bool = True
    rate: float = 0.0
    microseconds: int | None = None
    count: int | None = None
    first: int | None = None
    links: dict[int, int] = field(default_factory=dict)  # by kind of blockette
    others: tuple[tuple[int, bytes], ...] = ()
    begin: int = 64
    stated_begin: int | None = None

    def pack(self) -> bytes:
        """The bytes, 2**exponent of them."""
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.start_ns // 1000)
        fields = {
            "year": at.year, "day": at.timetuple().tm_yday, "hour": at.hour, "minute": at.minute, "second": at.second,
            "fraction": at.microsecond // 100,
        } | self.time  # fmt: skip
        blockettes: list[tuple[int, bytes]] = []
        if self.with_1000:
            word = (self.order == ">") if self.word is None else self.word
            exponent = self.exponent if self.stated_exponent is None else self.stated_exponent
            stated = self.encoding if self.stated is None else self.stated
            blockettes.append((1000, bytes([stated, word, exponent, 0])))
        if self.microseconds is not None:
            blockettes.append((1001, struct.pack("BbBB", 100, self.microseconds, 0, 0)))
        if self.rate:
            blockettes.append((100, struct.pack(f"{self.order}f4x", self.rate)))
        blockettes += self.others
        chain, place = b"", 48
        for n, (kind, body) in enumerate(blockettes):
            size = 4 + len(body)
            following = place + size if n + 1 < len(blockettes) else 0
            chain += struct.pack(f"{self.order}HH", kind, self.links.get(kind, following)) + body
            place += size
        data = (
            self.data if self.data is not None else payload(self.values, self.encoding, self.data_order or self.order)
        )
        begin = max(self.begin, place)
        head = self.sequence + self.quality + self.reserved + self.codes
        head += struct.pack(
            f"{self.order}HHBBBBHHhhBBBBiHH", fields["year"], fields["day"], fields["hour"], fields["minute"],
            fields["second"], 0, fields["fraction"], len(self.values) if self.npts is None else self.npts, self.factor,
            self.multiplier, self.activity, 0, 0, len(blockettes) if self.count is None else self.count,
            self.correction,
            begin if self.stated_begin is None else self.stated_begin,
            (48 if blockettes else 0) if self.first is None else self.first,
        )  # fmt: skip
        out = (head + chain).ljust(begin, b"\0") + data
        if len(out) > 1 << self.exponent:
            raise ValueError(f"{len(out)} bytes do not fit a record of {1 << self.exponent}")
        return out.ljust(1 << self.exponent, b"\0")


def crc32c(data: bytes) -> int:
    """CRC-32C, bit by bit."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


@dataclass(frozen=True)
class V3:
    """A version 3 record; `crc` and `npts` are right unless given."""

    values: Any = ()
    start_ns: int = T0
    encoding: int = 3
    rate: float = 20.0
    source: bytes = b"FDSN:XX_TEST__B_H_Z"
    extra: bytes = b""
    flags: int = 0
    publication: int = 1
    npts: int | None = None
    data: bytes | None = None
    time: dict[str, int] = field(default_factory=dict)
    crc: int | None = None

    def pack(self) -> bytes:
        """The bytes; everything but Steim frames little-endian."""
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=self.start_ns // 10**9)
        fields = {
            "year": at.year, "day": at.timetuple().tm_yday, "hour": at.hour, "minute": at.minute, "second": at.second,
            "ns": self.start_ns % 10**9,
        } | self.time  # fmt: skip
        order = ">" if self.encoding in (10, 11) else "<"
        data = payload(self.values, self.encoding, order) if self.data is None else self.data

        def whole(crc: int) -> bytes:
            return struct.pack(
                "<2sBBIHHBBBBdIIBBHI", b"MS", 3, self.flags, fields["ns"], fields["year"], fields["day"],
                fields["hour"], fields["minute"], fields["second"], self.encoding, self.rate,
                len(self.values) if self.npts is None else self.npts, crc, self.publication, len(self.source),
                len(self.extra), len(data),
            ) + self.source + self.extra + data  # fmt: skip

        return whole(crc32c(whole(0)) if self.crc is None else self.crc)


def row(values: Any, per: int, hz: int = 20, **options: Any) -> bytes:
    """A row of version 2 records of `per` samples each, without gaps."""
    options.setdefault("factor", hz)
    return b"".join(
        V2(values[k : k + per], T0 + k * 10**9 // hz, **({"sequence": f"{k // per + 1:06d}".encode()} | options)).pack()
        for k in range(0, len(values), per)
    )
