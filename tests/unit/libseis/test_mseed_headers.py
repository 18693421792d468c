"""miniSEED 2 headers: every field as the struct module reads it, from headers of all kinds, good and bad."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from libseis.mseed.columns import _distinct
from libseis.mseed.headers import parse

NS = 1_000_000_000


def blockette(order: str, kind: int, following: int, body: bytes) -> bytes:
    return struct.pack(f"{order}HH", kind, following) + body.ljust(8, b"\0")


@st.composite
def headers(draw: st.DrawFn) -> tuple[bytes, str]:
    """A record's first 128 bytes with a chain of up to three blockettes, and its byte order."""
    order = draw(st.sampled_from("><"))

    def number(least: int, most: int) -> int:
        return draw(st.integers(least, most))

    texts = draw(st.sampled_from([b"000001D ", b"      M\0", b"00\0\0\0\0Q ", b"00000xR ", b"000001X ", b"000001D-"]))
    codes = draw(st.sampled_from([b"ANMO 00BHZIU", b"PASC   BHZCI", b"A\0\0\0\0  BHECI", b"ANM\xff 00BHZIU"]))
    kinds = draw(st.lists(st.sampled_from([100, 1000, 1001, 500]), max_size=3))
    fixed = struct.pack(
        f"{order}8s12sHHBBBBHHhhBBBBiHH", texts, codes, number(1890, 2110), number(0, 367), number(0, 24),
        number(0, 60), number(0, 61), 0, number(0, 10_001), number(0, 65535), number(-32768, 32767),
        number(-32768, 32767), number(0, 255), 0, 0, len(kinds), number(-(2**31), 2**31 - 1),
        draw(st.sampled_from([0, 47, 64, 128])), draw(st.sampled_from([48] * 4 + [0, 47])) if kinds else 0,
    )  # fmt: skip
    chain = b""
    for n, kind in enumerate(kinds):
        body = {
            100: struct.pack(f"{order}f", draw(st.floats(width=32))),
            1000: bytes([number(0, 19), number(0, 1), number(0, 20), 0]),
            1001: bytes([number(0, 100), number(0, 255), 0, 0]),
            500: b"",
        }[kind]
        chain += blockette(order, kind, 0 if n + 1 == len(kinds) else 48 + 12 * (n + 1), body)
    return (fixed + chain).ljust(128, b"\0"), order


def is_date(record: bytes, order: str) -> bool:
    year, day = struct.unpack(f"{order}HH", record[20:24])
    return 1900 <= year <= 2100 and 1 <= day <= 366


def by_hand(record: bytes) -> dict[str, object]:
    """What a header says (SEED manual 2.4, chapter 8), one field after the other."""
    order = ">" if is_date(record, ">") else "<"
    year, day, hour, minute, second, _, fraction, npts = struct.unpack(f"{order}HHBBBBHH", record[20:32])
    factor, multiplier, activity, correction, payload, at = struct.unpack(f"{order}hhB3xiHH", record[32:48])
    plausible = (
        all(byte in b"0123456789 \0" for byte in record[:6])
        and record[6] in b"DRQM"
        and record[7] in b" \0"
        and all(32 <= byte < 127 or byte == 0 for byte in record[8:20])
        and is_date(record, order)
        and hour < 24
        and minute < 60
        and second <= 60
        and fraction < 10_000
        and not 0 < at < 48
        and not 0 < payload < 48
    )
    if not plausible:
        return {"plausible": False}
    if activity & 2:
        correction = 0
    days = (datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day - 1) - datetime(1970, 1, 1, tzinfo=UTC)).days
    out: dict[str, object] = {
        "plausible": True, "npts": npts, "factor": factor, "multiplier": multiplier, "payload": payload,
        "activity": activity, "quality": record[6], "correction_ns": correction * 100_000, "length": 0,
        "encoding": 255, "big_endian": order == ">", "actual_rate": 0.0,
    }  # fmt: skip
    microseconds = 0
    has_1000 = False
    while at:
        kind, following = struct.unpack(f"{order}HH", record[at : at + 4])
        body = record[at + 4 : at + 12]
        if kind == 1000:
            length = 1 << body[2] if 6 <= body[2] <= 17 else 0
            if not has_1000:
                out |= {"encoding": body[0], "big_endian": body[1] != 0, "length": length}
            elif out["encoding"] != body[0]:
                out["encoding"] = 255
            has_1000 = True
        elif kind == 1001:
            microseconds = struct.unpack("b", body[1:2])[0]
        elif kind == 100:
            rate = struct.unpack(f"{order}f", body[:4])[0]
            out["actual_rate"] = rate if np.isfinite(rate) else 0.0
        at = following if following >= at + 4 and following + 12 <= len(record) else 0
    seconds = days * 86400 + hour * 3600 + minute * 60 + second
    out["start_ns"] = seconds * NS + fraction * 100_000 + microseconds * 1000 + correction * 100_000
    return out


@given(st.lists(headers(), min_size=1, max_size=5))
def test_every_field_is_what_the_bytes_say(records: list[tuple[bytes, str]]) -> None:
    buffer = np.frombuffer(b"".join(record for record, _ in records), np.uint8)
    found = parse(buffer, 128 * np.arange(len(records), dtype=np.int64))
    for row, (record, _) in zip(found, records, strict=True):
        for name, value in by_hand(record).items():
            assert row[name] == value, name
        assert bytes(row["codes"]) == record[8:20]


@given(st.binary(min_size=48, max_size=400))
@example(
    b"000001D ANMO 00BHZIU"
    + struct.pack(">HHBBBBHHhhBBBBiHH", 2011, 70, 1, 2, 3, 0, 4, 5, 1, 1, 0, 0, 0, 9, 0, 0, 65535)
)
def test_any_bytes_are_read_without_leaving_the_buffer(data: bytes) -> None:
    offsets = np.arange(len(data) - 47, dtype=np.int64)
    assert len(parse(np.frombuffer(data, np.uint8), offsets)) == len(offsets)


@pytest.mark.parametrize("offset", [-1, 81, 2**62])
def test_a_header_that_does_not_fit_is_refused(offset: int) -> None:
    with pytest.raises(IndexError, match="No header fits"):
        parse(np.zeros(128, np.uint8), np.array([0, offset], np.int64))


@given(st.lists(st.sampled_from([b"ANMO 00BHZIU", b"ANMO 00BHNIU", b"PASC   BHZCI"]), min_size=1, max_size=40))
def test_the_kinds_of_neighbours_are_those_of_all_headers(codes: list[bytes]) -> None:
    names = ("station", "location", "channel", "network")
    table = np.array(
        [(c[:5], c[5:7], c[7:10], c[10:]) for c in codes],
        [(n, f"S{k}") for n, k in zip(names, (5, 2, 3, 2), strict=True)],
    )
    kinds, number = _distinct(table, *names)
    assert kinds == sorted(set(codes))
    assert [kinds[n] for n in number] == codes
