"""Records trimmed to a window: the archive's own inside, the same samples and times in all, or nothing."""

from __future__ import annotations

import io
import struct

import numpy as np
import obspy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis.codes import Channel
from libseis.mseed import Encoding, decode, encode, frame, trim
from libseis.segments import GapPolicy, Rate, Segment, cut

T0 = 1_299_801_600_019_539_000
CHANNEL = Channel("CI", "HEC", "", "BHZ")
NPTS = 6000
BHZ = Rate(40)


def records_of(
    rate: Rate = BHZ, source: Channel = CHANNEL, encoding: Encoding = Encoding.STEIM2, seed: int = 0
) -> list[bytes]:
    """Ten minutes or so of a random walk in records of 512 bytes."""
    samples = np.cumsum(np.random.default_rng(seed).integers(-90, 90, NPTS)).astype(np.int32)
    data = encode(Segment(source, T0, rate, samples), reclen=512, encoding=encoding, quality="M")
    return [data[at : at + 512] for at in range(0, len(data), 512)]


def pieces(data: bytes, begin: int, end: int, rate: Rate = BHZ) -> list[Segment]:
    """Samples `begin` to `end` of what the bytes hold of the source."""
    joined = next(j for j in decode(data, frame(data)) if j.channel == CHANNEL)
    start, stop = T0 + rate.span_ns(begin), T0 + rate.span_ns(end)
    return cut(joined.segments, joined.conflicts, start, stop, inclusive_end=True, gaps=GapPolicy.SPLIT).pieces


def late(record: bytes, ticks: int) -> bytes:
    """The record with its start moved by ticks of 0.1 ms."""
    (fraction,) = struct.unpack(">H", record[28:30])
    return record[:28] + struct.pack(">H", fraction + ticks) + record[30:]


def waiting(record: bytes) -> bytes:
    """The record with a time correction that nobody applied."""
    return record[:40] + struct.pack(">i", 5) + record[44:]


windows = st.tuples(st.integers(0, NPTS - 1), st.integers(0, NPTS - 1)).map(sorted)


@given(windows, st.sampled_from([Rate(1), Rate(40), Rate(100), Rate(1000, 3)]), st.sampled_from([10, 11]))
def test_trimmed_records_are_the_segment(window: list[int], rate: Rate, encoding: int) -> None:
    own = records_of(rate, encoding=Encoding(encoding))
    data = b"".join(own)
    (piece,) = pieces(data, *window, rate)
    found = trim(piece, data, frame(data))
    inside = [r for r, at in zip(own, first_samples(data), strict=True) if at[0] >= window[0] and at[1] <= window[1]]
    assert (found is not None) == (len(inside) >= 3)
    if found is None:
        return
    assert b"".join(inside) in found
    assert len(found) <= 512 * (len(inside) + 4)
    again = decode(found, frame(found))
    assert len(again) == 1
    assert not again[0].complaints
    (segment,) = again[0].segments
    assert (segment.channel, segment.t0_ns, segment.rate) == (piece.channel, piece.t0_ns, piece.rate)
    assert np.array_equal(segment.data, piece.data)


def first_samples(data: bytes) -> list[tuple[int, int]]:
    """Numbers of the first and the last sample of each record."""
    stop = np.cumsum(frame(data).npts)
    return list(zip((stop - frame(data).npts).tolist(), (stop - 1).tolist(), strict=True))


def test_obspy_reads_one_trace() -> None:
    data = b"".join(records_of())
    (piece,) = pieces(data, 700, 5100)
    found = trim(piece, data, frame(data))
    assert found is not None
    (trace,) = obspy.read(io.BytesIO(found))
    assert trace.stats.starttime.ns == piece.t0_ns
    assert trace.stats.npts == 4401
    assert np.array_equal(trace.data, piece.data)


RUINED = {
    "a record is missing": lambda r: [*r[:9], *r[10:]],
    "a record stands elsewhere": lambda r: [*r[:9], *r[10:], r[9]],
    "a record stands twice": lambda r: [*r[:9], r[9], *r[9:]],
    "another channel stands between": lambda r: [
        *r[:9],
        records_of(source=Channel("CI", "HEC", "", "BHN"))[0],
        *r[9:],
    ],
    "junk stands between": lambda r: [*r[:9], b"junk" * 128, *r[9:]],
    "a record is a tenth of a millisecond late": lambda r: [*r[:9], late(r[9], 1), *r[10:]],
    "a correction waits": lambda r: [*r[:9], waiting(r[9]), *r[10:]],
    "a leap second is flagged": lambda r: [*r[:9], r[9][:36] + bytes([r[9][36] | 0x10]) + r[9][37:], *r[10:]],
    "a record has an odd sequence number": lambda r: [*r[:9], b"ABCDEF" + r[9][6:], *r[10:]],
    "the quality changes": lambda r: [*r[:9], r[9][:6] + b"R" + r[9][7:], *r[10:]],
    "the encoding changes": lambda r: [*r[:9], *records_of(encoding=Encoding.STEIM1)[9:]],
    "another copy stands at the end": lambda r: [*r, *records_of(seed=1)[7:9]],
}
SPLITTING = ("a record is missing", "another copy stands at the end")  # what is left beside the gap is a plain row


@pytest.mark.parametrize("how", RUINED)
def test_what_is_no_plain_row_is_left_to_encode(how: str) -> None:
    data = b"".join(RUINED[how](records_of()))
    whole = pieces(data, 1000, 5000)
    found = [trim(piece, data, frame(data)) for piece in whole]
    if how not in SPLITTING:
        assert None in found
    for piece, records in zip(whole, found, strict=True):
        if records is not None:
            ((segment,),) = [joined.segments for joined in decode(records, frame(records))]
            assert segment.t0_ns == piece.t0_ns
            assert np.array_equal(segment.data, piece.data)


def test_reals_and_filled_samples_are_left_to_encode() -> None:
    data = b"".join(records_of())
    (piece,) = pieces(data, 0, NPTS - 1)
    real = Segment(piece.channel, piece.t0_ns, piece.rate, piece.data.astype(np.float64))
    assert trim(real, data, frame(data)) is None
    assert trim(piece, b"", frame(b"")) is None
