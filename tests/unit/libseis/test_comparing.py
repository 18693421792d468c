"""The check of records that were just made: it passes what libmseed reads as the samples, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pymseed import MiniSEEDError, MS3Record

from libseis.codes import Channel
from libseis.errors import SampleError
from libseis.mseed import Encoding, difference, encode, frame
from libseis.mseed.comparing import right
from libseis.segments import Rate, Segment

CHANNEL = Channel("XX", "CHK", "00", "BHZ")
T0 = 1_299_822_360_123_456_000
RATE = Rate(40)
LEAST, MOST = -(2**31), 2**31 - 1
STEIM = (Encoding.STEIM1, Encoding.STEIM2)
REALS: dict[Encoding, Any] = {Encoding.FLOAT32: np.float32, Encoding.FLOAT64: np.float64}


def walk(seed: int, npts: int, bits: float) -> NDArray[np.int32]:
    """A walk whose steps are of all sizes up to so many bits."""
    rng = np.random.default_rng(seed)
    steps = rng.integers(-1, 2, npts) * 2.0 ** rng.uniform(0, bits, npts)
    return (np.cumsum(steps.astype(np.int64)) % 2**32).astype(np.uint32).view(np.int32)


counts = st.one_of(
    st.builds(walk, st.integers(0, 2**31), st.integers(1, 3000), st.floats(0, 31)),
    st.lists(st.integers(LEAST, MOST), min_size=1, max_size=300).map(lambda v: np.array(v, np.int32)),
    st.lists(
        st.sampled_from([LEAST, LEAST + 1, -(2**29), -1, 0, 1, 2**29 - 1, 2**29, MOST - 1, MOST]),
        min_size=1,
        max_size=99,
    ).map(lambda v: np.array(v, np.int32)),
)


def segment_of(data: NDArray[np.int32], encoding: Encoding) -> Segment:
    """Samples that the encoding takes; reals are any bits that a real can have."""
    kind = REALS.get(encoding)
    samples = data if kind is None else np.repeat(data, np.dtype(kind).itemsize // 4).view(kind)
    return Segment(CHANNEL, T0, RATE, samples)


def payload(record: bytes, version: int) -> int:
    """Where the samples of a record stand."""
    return int.from_bytes(record[44:46], "big") if version == 2 else 40 + record[33]


def libmseed(record: bytes, encoding: Encoding, version: int) -> NDArray[Any] | None:
    """What libmseed reads of a record; None where it reads nothing, or the last sample is not what the frames state."""
    try:
        samples = np.array(MS3Record.parse(record, unpack_data=True, validate_crc=False).np_datasamples)
    except MiniSEEDError:
        return None
    if encoding in STEIM:
        at = payload(record, version) + 8
        return samples if samples[-1] == np.int32(int.from_bytes(record[at : at + 4], "big", signed=True)) else None
    return samples


def same(one: NDArray[Any] | None, other: NDArray[Any]) -> bool:
    return one is not None and one.dtype == other.dtype and one.tobytes() == other.tobytes()


def passes(record: bytes, segment: Segment, encoding: Encoding, version: int) -> bool:
    """What our own reading of one record says; of version 3 without its check value, which would tell of any flip."""
    if version == 2:
        return difference(record, segment) == ""
    body = record[payload(record, 3) :]
    return right(body, encoding, encoding in STEIM, segment.data) == segment.npts


def flipped(record: bytes, bit: int) -> bytes:
    changed = bytearray(record)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@given(counts, st.sampled_from(list(Encoding)), st.sampled_from([2, 3]), st.sampled_from([128, 256, 4096]))
@settings(deadline=None)
def test_what_is_encoded_passes(data: NDArray[np.int32], encoding: Encoding, version: int, reclen: int) -> None:
    segment = segment_of(data, encoding)
    try:
        records = encode(segment, encoding=encoding, version=version, reclen=reclen)
    except SampleError as error:
        assume("cannot be packed as STEIM2" not in error.message)  # a difference of more than 30 bits
        raise
    assert difference(records, segment) == ""
    wrong = segment.data.copy()
    wrong.view(np.uint8)[len(wrong.view(np.uint8)) // 2] ^= 1
    assert "not the same" in difference(records, replace(segment, data=wrong))
    shorter = segment.part(0, segment.npts - 1)
    if shorter.npts:
        assert difference(records, shorter)
    longer = replace(segment, data=np.append(segment.data, segment.data[-1:]))
    assert f"there are {segment.npts} samples instead of {longer.npts}" in difference(records, longer)


@given(
    counts,
    st.sampled_from(list(Encoding)),
    st.sampled_from([2, 3]),
    st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=40),
)
@settings(deadline=None)
def test_a_flip_passes_only_where_libmseed_reads_the_same(
    data: NDArray[np.int32], encoding: Encoding, version: int, places: list[float]
) -> None:
    segment = segment_of(data[:50], encoding)
    try:
        record = encode(segment, encoding=encoding, version=version, reclen=512)
    except SampleError:
        assume(False)
    assert same(libmseed(record, encoding, version), segment.data)
    begin = 8 * payload(record, version)
    for place in places:
        changed = flipped(record, begin + int(place * (8 * len(record) - begin)))
        equal = same(libmseed(changed, encoding, version), segment.data)
        assert passes(changed, segment, encoding, version) == equal


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("encoding", list(Encoding))
def test_every_flip_of_a_payload_that_changes_a_sample_is_caught(encoding: Encoding, version: int) -> None:
    """Steps of all sizes, so that words of every kind stand in the frames."""
    segment = segment_of(walk(3, 60, 28 if encoding is not Encoding.STEIM1 else 30), encoding)
    record = encode(segment, encoding=encoding, version=version, reclen=1024)
    assert passes(record, segment, encoding, version)
    unequal = 0
    for bit in range(8 * payload(record, version), 8 * len(record)):
        changed = flipped(record, bit)
        equal = same(libmseed(changed, encoding, version), segment.data)
        unequal += not equal
        assert passes(changed, segment, encoding, version) == equal, bit
    assert unequal > 8 * segment.npts


@pytest.mark.parametrize("rate", [Rate(40), Rate(100, 3), Rate(9_999_983, 100_000)])
@pytest.mark.parametrize("version", [2, 3])
def test_every_flip_of_a_header_that_says_something_else_is_caught(version: int, rate: Rate) -> None:
    segment = Segment(CHANNEL, T0, rate, walk(1, 900, 12))
    records = encode(segment, version=version, reclen=1024)
    assert difference(records, segment) == ""

    def said(data: bytes) -> list[Any]:
        table = frame(data)
        rates = [table.rates[n] for n in table.rate]
        names = [table.channels[n] for n in table.channel]
        columns = (table.offset, table.length, table.start_ns, table.npts, table.payload, table.encoding)
        return [rates, names, *(c.tolist() for c in columns), table.big_endian.tolist(), table.activity.tolist()]

    true = said(records)
    starts = true[2]
    assert len(starts) > 1
    told = 0
    for start in starts:
        for bit in range(8 * start, 8 * (start + payload(records[start:], version))):
            changed = flipped(records, bit)
            if said(changed) != true:
                told += 1
                assert difference(changed, segment), bit
    assert told > 100


def test_what_differs_is_named() -> None:
    segment = Segment(CHANNEL, T0, RATE, walk(5, 900, 12))
    records = encode(segment, reclen=512)
    wrong = segment.data.copy()
    wrong[700] += 1
    assert difference(records, replace(segment, data=wrong)).startswith("the samples from number ")
    assert difference(records, replace(segment, t0_ns=T0 + 2000)) == f"sample 0 is at {T0} ns instead of {T0 + 2000} ns"
    assert difference(records, replace(segment, rate=Rate(4001, 100))) == "the rate is 40.0 Hz instead of 40.01 Hz"
    assert "header at byte 0" in difference(records, replace(segment, channel=Channel("XX", "CHK", "10", "BHZ")))
    assert "header at byte 512" in difference(records[:700], segment)
    assert difference(records[:512], segment).endswith("instead of 900")
    assert difference(b"", segment) == "there are no records of 900 samples"
    assert "not the same" in difference(records, replace(segment, data=segment.data.astype(np.float32)))
