"""The short way of records with nothing odd gives the same as the long way, which takes any records."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libseis.codes import Channel
from libseis.mseed import RecordTable, columns, decode, encode, frame, steim, trim, unpacking
from libseis.mseed.packing import Encoding
from libseis.segments import Joined, Rate, Segment, join
from libseis.segments.join import Overlap, Rows, join_rows
from support.records import T0, V2, V3, walk

FRAMES = 64
JOINING = importlib.import_module("libseis.segments.join")  # the package has a function of this name
SOURCE = Channel("CI", "PASC", "", "BHZ")


def counts_of(seed: int, npts: int, bits: int) -> np.ndarray:
    """Counts with differences of all sizes up to a number of bits, quiet and loud stretches in turn."""
    rng = np.random.default_rng(seed)
    size = 2.0 ** rng.integers(0, bits, -(-npts // 50)).repeat(50)[:npts]
    return (np.cumsum(np.rint(rng.uniform(-1, 1, npts) * size)) % 2**29).astype(np.int32)


@contextmanager
def long_way() -> Iterator[None]:
    """Nothing is taken for usual: libmseed unpacks, and every chain of records is read for its clock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "_of_alike", lambda *_: None)
        patch.setattr(RecordTable, "plain", False)
        patch.setattr(unpacking, "_plain", lambda *_: None)
        patch.setattr(JOINING, "_on_grid", lambda *_: None)
        yield


def plain(joined: list[Joined]) -> list[Any]:
    """Everything that was decoded, as values that compare."""

    def times(segment: Segment) -> Any:
        kept = segment.times
        return kept and (kept.index.tolist(), kept.start_ns.tolist(), kept.clock, kept.nominal, kept.fitted)

    return [
        (
            one.channel,
            one.complaints,
            one.conflicts,
            [
                (s.channel, s.t0_ns, s.rate, s.data.dtype, s.data.tobytes(), s.complaints, times(s))
                for s in one.segments
            ],
        )
        for one in joined
    ]


def both(data: bytes, **options: Any) -> list[Any]:
    """The same from both ways."""
    short = plain(decode(data, frame(data), **options))
    with long_way():
        assert plain(decode(data, frame(data), **options)) == short
    return short


@given(st.integers(0, 10**6), st.integers(1, 4000), st.integers(1, 27), st.sampled_from([10, 11]), st.integers(8, 12))
@settings(max_examples=150, deadline=None)
def test_frames_give_what_went_in(seed: int, npts: int, bits: int, encoding: int, exponent: int) -> None:
    samples = counts_of(seed, npts, bits)
    data = encode(Segment(SOURCE, T0, Rate(100), samples), reclen=1 << exponent, encoding=Encoding(encoding))
    table = frame(data)
    assert table.alike
    begin = table.offset
    given_back = steim.unpack(
        np.frombuffer(data, np.uint8), begin + table.payload, begin + table.length, table.npts, encoding == 11
    )
    assert given_back is not None and given_back.dtype == np.int32 and np.array_equal(given_back, samples)
    both(data)


@given(st.integers(0, 10**6), st.data())
@settings(max_examples=300, deadline=None)
def test_frames_that_are_not_right_are_left_to_others_or_read_as_libmseed_reads_them(seed: int, draw: Any) -> None:
    encoding = draw.draw(st.sampled_from([10, 11]))
    data = bytearray(encode(Segment(SOURCE, T0, Rate(100), counts_of(seed, 700, 12)), reclen=512, encoding=encoding))
    for _ in range(draw.draw(st.integers(1, 3))):
        at = draw.draw(st.integers(0, len(data) // 512 - 1)) * 512 + draw.draw(st.integers(48, 511))
        data[at] = draw.draw(st.integers(0, 255))
    both(bytes(data))


def test_no_bytes_and_counts_make_it_read_beyond_its_record() -> None:
    rng = np.random.default_rng(3)
    for _ in range(3000):
        body = rng.integers(0, 256, int(rng.integers(0, 4)) * FRAMES + int(rng.integers(0, 9)), np.uint8)
        begin, stop = sorted(rng.integers(-2, len(body) + 3, 2).tolist())
        count = int(rng.integers(-1, 400))
        found = steim.unpack(body, np.array([begin]), np.array([stop]), np.array([count]), bool(rng.integers(2)))
        assert found is None or len(found) == count
    with pytest.raises(ValueError, match="begin, a stop and a count"):
        steim.unpack(body, np.zeros(2, np.int64), np.zeros(1, np.int64), np.zeros(2, np.int64), True)


@given(
    st.integers(0, 10**6),
    st.sampled_from([Rate(100), Rate(40), Rate(20000), Rate(100, 3), Rate(1, 10), Rate(3_000_000_001, 30_000_000)]),
    st.lists(
        st.sampled_from([0, 0, 0, 1, -1, 40, 400, 900, 1100, 3000, 60_000, 6_000_000, -6_000_000]),
        min_size=1,
        max_size=40,
    ),
)
@settings(max_examples=400, deadline=None)
def test_rows_on_a_grid_or_off_it_join_to_the_same(seed: int, rate: Rate, late: list[int]) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 60, len(late))
    firsts = np.cumsum(counts) - counts
    samples = walk(int(counts.sum()), seed)
    pieces = [
        Segment(SOURCE, T0 + rate.span_ns(int(at)) + off, rate, samples[at : at + n])
        for at, n, off in zip(firsts, counts, late, strict=True)
    ]
    rows = Rows(
        SOURCE,
        rate,
        np.array([p.t0_ns for p in pieces]),
        np.array([p.t0_ns + rate.span_ns(p.npts) for p in pieces]),
        counts,
        [samples],
        np.zeros(len(late), np.int64),
        firsts,
    )
    short = plain([join_rows(rows, Overlap.GAP)])
    with long_way():
        assert plain([join_rows(rows, Overlap.GAP)]) == short
        assert [segment[:5] for segment in plain([join(pieces)])[0][3]] == [segment[:5] for segment in short[0][3]]


def test_tables_are_alike_only_with_nothing_odd() -> None:
    x = walk(60)

    def row(**options: Any) -> bytes:
        return b"".join(replace(V2(x[20 * n : 20 * n + 20], T0 + n * 10**9, 11), **options).pack() for n in range(3))

    usual = row()
    assert frame(usual).alike
    assert decode(usual, frame(usual))[0].segments[0].npts == 60
    other = V2(x[:20], T0 + 3 * 10**9, 11)
    for odd in (
        usual + V3(x[:20], T0 + 3 * 10**9, 11).pack(),
        usual + replace(other, encoding=10).pack(),
        usual + replace(other, exponent=10).pack(),
        usual + bytes(64) + other.pack(),
        usual[:6] + b"X" + usual[7:],
        usual[:10] + b"Q" + usual[11:],
    ):
        both(odd)
    many = usual + usual.replace(b"TEST ", b"TEST2") + other.pack() + usual.replace(b"TEST ", b"TESS ")
    assert frame(many).plain and not frame(many).alike
    assert [str(one[0]) for one in both(many)] == ["XX.TEST..BHZ", "XX.TEST2..BHZ", "XX.TESS..BHZ"]
    both(many, rows=np.array([8, 1, 0, 4]))
    both(many + V3(x[:20], T0 + 3 * 10**9, 11).pack())
    both(many + replace(other, activity=16, start_ns=T0 + 4 * 10**9).pack())
    assert not frame(usual + replace(other, encoding=10).pack()).alike
    assert not frame(usual[:10] + b"Q" + usual[11:]).alike
    assert not frame(b"").alike
    both(b"")


def test_a_file_of_many_channels_and_rates() -> None:
    segments = [
        Segment(Channel("CI", f"S{n}", "", "BHZ"), T0 + n, Rate(hz), counts_of(n, 6000 + hz, 12))
        for n, hz in enumerate((20, 40, 100, 40))
    ]
    data = b"".join(encode(segment, reclen=512) for segment in segments)
    assert [one[3][0][4] for one in both(data)] == [segment.data.tobytes() for segment in segments]

    def trimmed() -> list[bytes | None]:
        table = frame(data)
        return [trim(one.segments[0].part(5, one.segments[0].npts - 7), data, table) for one in decode(data, table)]

    short = trimmed()
    assert None not in short
    with long_way():
        assert trimmed() == short
