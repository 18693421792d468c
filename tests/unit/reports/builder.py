"""Makes miniSEED records of versions 2 and 3 field by field (SEED manual 2.4, chapter 8; FDSN miniSEED 3), and reads
back the fields that tests compare; nothing of libseis is used, so that a field can be as odd as a report describes it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from libseis import mseed
from libseis.segments import Joined, Segment

NS = 1_000_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INT32, FLOAT32, STEIM1, STEIM2 = 3, 4, 10, 11


def at(text: str) -> int:
    """Epoch ns of an ISO text with up to nine decimals."""
    whole, _, fraction = text.partition(".")
    since = datetime.fromisoformat(whole).replace(tzinfo=UTC) - EPOCH
    return (since.days * 86400 + since.seconds) * NS + int(fraction.ljust(9, "0") or 0)


def noise(npts: int, seed: int = 0) -> NDArray[np.int32]:
    """Counts that walk at random, so that no two stretches are equal."""
    return np.random.default_rng(seed).integers(-50, 51, npts).cumsum().astype(np.int32)


@dataclass(frozen=True)
class Blockette:
    kind: int
    body: bytes
    skip: int = 0  # unused bytes before it


def actual_rate(hz: float, order: str = ">") -> Blockette:
    """Blockette 100, whose field 3 is the rate in single precision."""
    return Blockette(100, struct.pack(f"{order}f4x", hz))


def microseconds(count: int) -> Blockette:
    """Blockette 1001, whose field 4 moves the start by -50 to 49 microseconds."""
    return Blockette(1001, struct.pack("BbxB", 100, count, 7))


@dataclass(frozen=True)
class Record:
    """The fixed header and the blockettes of a version 2 record; the defaults are an ordinary one."""

    start: int = 0
    npts: int = 0
    data: bytes = b""
    sta: bytes = b"STA"
    loc: bytes = b""
    chan: bytes = b"BHZ"
    net: bytes = b"XX"
    factor: int = 20
    multiplier: int = 1
    activity: int = 0
    correction: int = 0
    encoding: int | None = INT32
    word_order: int | None = None
    exponent: int = 9
    order: str = ">"
    quality: bytes = b"D"
    sequence: int = 1
    blockettes: Sequence[Blockette] = ()
    payload: int | None = None
    year: int | None = None
    day: int | None = None

    def to_bytes(self) -> bytes:
        order = self.order
        blockettes = list(self.blockettes)
        if self.encoding is not None:
            word = (order == ">") if self.word_order is None else self.word_order
            blockettes.insert(0, Blockette(1000, bytes([self.encoding, word, self.exponent, 0])))
        places, place = [], 48
        for one in blockettes:
            places.append(place + one.skip)
            place += one.skip + 4 + len(one.body)
        payload = -(-place // 64) * 64 if self.payload is None else self.payload
        tenths = self.start // 100_000
        when = EPOCH + timedelta(seconds=tenths // 10_000)
        head = b"%06d%s " % (self.sequence, self.quality)
        head += self.sta.ljust(5) + self.loc.ljust(2) + self.chan.ljust(3) + self.net.ljust(2)
        head += struct.pack(
            f"{order}HHBBBBHHhhBBBBiHH",
            when.year if self.year is None else self.year,
            when.timetuple().tm_yday if self.day is None else self.day,
            when.hour, when.minute, when.second, 0, tenths % 10_000, self.npts, self.factor, self.multiplier,
            self.activity, 0, 0, len(blockettes), self.correction, payload, places[0] if places else 0,
        )  # fmt: skip
        body = bytearray(head.ljust(payload, b"\0") + self.data)
        for n, one in enumerate(blockettes):
            following = places[n + 1] if n + 1 < len(places) else 0
            part = struct.pack(f"{order}HH", one.kind, following) + one.body
            body[places[n] : places[n] + len(part)] = part
        assert len(body) <= 1 << self.exponent, "the samples do not fit the record"
        return bytes(body.ljust(1 << self.exponent, b"\0"))


def plain(values: NDArray[np.int32], start: int, like: Record = Record()) -> bytes:
    """One record of uncompressed counts."""
    order = like.order if like.word_order is None else "<>"[like.word_order]
    return replace(like, start=start, npts=len(values), data=values.astype(f"{order}i4").tobytes()).to_bytes()


def row(
    values: NDArray[np.int32],
    start: int,
    like: Record = Record(),
    *,
    hz: float | None = None,
    per: int = 100,
) -> list[bytes]:
    """Records of `per` counts each, whose starts run at `hz` samples per second (the factor if None)."""
    rate = like.factor if hz is None else hz
    return [
        plain(values[k : k + per], start + round(k / rate * NS), replace(like, sequence=k // per + 1))
        for k in range(0, len(values), per)
    ]


def steim1(values: NDArray[np.int32], frames: int = 7) -> tuple[bytes, int]:
    """Big-endian Steim-1 frames with four 8-bit differences, or one of 32 bits, a word; how many samples went in.

    SEED manual 2.4, appendix B: word 0 of a frame holds the codes of its 16 words, words 1 and 2 of the first frame
    the first and the last sample.
    """
    differences = np.diff(values.astype(np.int64), prepend=0)
    words: list[list[tuple[int, bytes]]] = []
    used = 0
    for frame in range(frames):
        inside: list[tuple[int, bytes]] = [(0, b"\0" * 4)] * (2 if frame == 0 else 0)
        while len(inside) < 15:
            part = differences[used : used + 4]
            if len(part) == 4 and np.abs(part).max() < 128:
                inside.append((1, part.astype("i1").tobytes()))
                used += 4
            elif len(part):
                inside.append((3, struct.pack(">i", int(part[0]))))
                used += 1
            else:
                inside.append((0, b"\0" * 4))
        words.append(inside)
    words[0][:2] = [(0, struct.pack(">i", values[0])), (0, struct.pack(">i", values[used - 1]))]
    out = b""
    for inside in words:
        codes = 0
        for code, _ in inside:
            codes = codes << 2 | code
        out += struct.pack(">I", codes) + b"".join(word for _, word in inside)
    return out, used


def steim1_row(values: NDArray[np.int32], start: int, like: Record = Record()) -> tuple[list[bytes], int]:
    """Steim-1 records of 512 bytes one after the other, and how many of `values` they hold: all that fill records."""
    records: list[bytes] = []
    k = 0
    while k < len(values):
        data, used = steim1(values[k:])
        began = start + k * NS // like.factor
        one = replace(like, start=began, npts=used, data=data, payload=64, sequence=len(records) + 1)
        records.append((one if one.encoding is None else replace(one, encoding=STEIM1)).to_bytes())
        k += used
    return records, k


def version3(values: NDArray[np.int32], start: int, hz: float, identifier: bytes = b"FDSN:XX_STA__B_H_Z") -> bytes:
    """A miniSEED 3 record of counts with its CRC-32C."""
    when = EPOCH + timedelta(seconds=start // NS)
    payload = values.astype("<i4").tobytes()
    head = struct.pack(
        "<2sBBIHHBBBBdIIBBHI", b"MS", 3, 0, start % NS, when.year, when.timetuple().tm_yday, when.hour, when.minute,
        when.second, INT32, hz, len(values), 0, 1, len(identifier), 0, len(payload),
    )  # fmt: skip
    whole = bytearray(head + identifier + payload)
    whole[28:32] = struct.pack("<I", crc32c(bytes(whole)))
    return bytes(whole)


def crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli), as miniSEED 3 has it over the record with its own field zero."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


@dataclass(frozen=True)
class Header:
    """What tests read back of a written version 2 record."""

    sequence: int
    start: int
    npts: int


def headers(data: bytes, length: int) -> list[Header]:
    """Sequence number, start in ns with the microseconds of blockette 1001, and count of big-endian records."""
    found = []
    for offset in range(0, len(data), length):
        record = data[offset : offset + length]
        year, day, hour, minute, second, fraction, npts = struct.unpack(">HHBBBxHH", record[20:32])
        days = (datetime(year, 1, 1, tzinfo=UTC) - EPOCH).days + day - 1
        start = (days * 86400 + hour * 3600 + minute * 60 + second) * NS + fraction * 100_000
        place = struct.unpack(">H", record[46:48])[0]
        while place:
            kind, following = struct.unpack(">HH", record[place : place + 4])
            if kind == 1001:
                start += struct.unpack("b", record[place + 5 : place + 6])[0] * 1000
            place = following
        found.append(Header(int(record[:6]), start, npts))
    return found


def channels(data: bytes) -> dict[str, Joined]:
    """Everything in `data` by the channel's text."""
    return {str(joined.channel): joined for joined in mseed.decode(data, mseed.frame(data))}


def segments(data: bytes) -> tuple[Segment, ...]:
    """The segments of the one channel in `data`."""
    (joined,) = channels(data).values()
    return joined.segments


def told(data: bytes) -> list[str]:
    """Everything that framing and decoding say of `data`."""
    table = mseed.frame(data)
    found = [problem.message for problem in table.problems]
    for joined in mseed.decode(data, table):
        found += [c.message for c in joined.complaints]
        found += [c.message for segment in joined.segments for c in segment.complaints]
    return found
