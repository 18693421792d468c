"""What is written can be read: rates, record times, both versions; by ourselves, obspy and libmseed."""

from __future__ import annotations

import io
import struct
import time

import numpy as np
import obspy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymseed import MS3Record

from libseis.codes import Channel
from libseis.errors import SampleError
from libseis.mseed import Encoding, decode, encode, frame, read, write
from libseis.mseed.stamps import crc32c
from libseis.segments import Rate, Segment

CHANNEL = Channel("XX", "TEST", "", "BHZ")
T0 = 1_299_822_360_000_123_000
MEASURED = Rate(479347, 479349)
rates = st.builds(Rate, st.integers(1, 10**7), st.integers(1, 10**7)) | st.sampled_from(
    [Rate(40), MEASURED, Rate(9999, 100), Rate(1, 86400), Rate(100, 3), Rate(65521 * 3, 7)]
)


def walk(count: int, seed: int = 1) -> np.ndarray:
    return np.cumsum(np.random.default_rng(seed).integers(-20, 21, count)).astype(np.int32)


def the_segment(data: bytes) -> Segment:
    table = frame(data)
    assert table.problems == ()
    ((only,),) = [joined.segments for joined in decode(data, table)]
    return only


@settings(deadline=None)
@given(rates, st.integers(1, 3000), st.sampled_from([256, 512, 4096]), st.integers(0, 4 * 10**9))
def test_every_rate_comes_back(rate: Rate, count: int, reclen: int, second: int) -> None:
    if rate.period_ns * count > 10**16:
        count = 10
    segment = Segment(CHANNEL, second * 10**9, rate, walk(count))
    two = frame(encode(segment, reclen=reclen))
    assert np.float32(two.rates[0].hz) == np.float32(rate.hz)
    three = frame(encode(segment, reclen=reclen, version=3))
    assert three.rates[0].hz == rate.hz
    first = np.cumsum(two.npts) - two.npts
    assert (np.abs(two.start_ns - [segment.time_ns(i) for i in first.tolist()]) <= 500).all()
    first = np.cumsum(three.npts) - three.npts
    assert three.start_ns.tolist() == [segment.time_ns(i) for i in first.tolist()]


@pytest.mark.parametrize("rate", [Rate(40), MEASURED, Rate(9999, 100), Rate(1, 7)])
@pytest.mark.parametrize("version", [2, 3])
def test_libmseed_and_obspy_read_the_same(rate: Rate, version: int) -> None:
    segment = Segment(CHANNEL, T0, rate, walk(3000))
    data = encode(segment, reclen=512, version=version)
    found = MS3Record.from_buffer(data, unpack_data=True)
    records = [(r.starttime, r.samprate, r.np_datasamples.copy()) for r in found]
    assert np.array_equal(np.concatenate([values for *_, values in records]), segment.data)
    single = version == 2 and rate == MEASURED
    assert {hz for _, hz, _ in records} == {float(np.float32(rate.hz)) if single else rate.hz}
    at = 0
    for start, _, values in records:
        assert abs(start - segment.time_ns(at)) <= 500
        at += len(values)
    if version == 2:
        traces = obspy.read(io.BytesIO(data), format="MSEED")
        assert np.array_equal(np.concatenate([t.data for t in traces]), segment.data)
        assert traces[0].stats.starttime.ns == T0
        assert traces[0].stats.sampling_rate == pytest.approx(rate.hz, rel=1e-7)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("day", ["2016-12-31T23:50:00", "1972-06-30T23:55:00", "2012-06-30T23:59:59"])
def test_no_leap_second_moves_a_record(day: str, version: int) -> None:
    segment = Segment(CHANNEL, obspy.UTCDateTime(day).ns, Rate(40), walk(48_000))
    again = the_segment(encode(segment, version=version))
    assert (again.t0_ns, again.rate, again.complaints) == (segment.t0_ns, segment.rate, ())
    assert np.array_equal(again.data, segment.data)


@pytest.mark.parametrize("when", [-2_208_988_800, -1, 0, 951_782_399, 951_782_400, 4_102_444_799])
def test_calendar(when: int) -> None:
    """First and last days of years, leap years and the time before 1970."""
    segment = Segment(CHANNEL, when * 10**9 + 999_999_000, Rate(1000), walk(5))
    assert the_segment(encode(segment)).t0_ns == segment.t0_ns
    assert the_segment(encode(segment, version=3)).t0_ns == segment.t0_ns


def test_a_flat_line_has_more_samples_than_a_header_counts() -> None:
    segment = Segment(CHANNEL, T0, Rate(40), np.zeros(400_000, np.int32))
    for reclen in (65536, 131072):
        data = encode(segment, reclen=reclen)
        assert np.array_equal(the_segment(data).data, segment.data)
        assert frame(data).npts.max() <= 65535


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("version", [2, 3])
def test_every_encoding_comes_back(encoding: Encoding, version: int) -> None:
    kind = {Encoding.FLOAT32: np.float32, Encoding.FLOAT64: np.float64}.get(encoding, np.int32)
    segment = Segment(CHANNEL, T0, MEASURED, walk(5000).astype(kind))
    data = encode(segment, reclen=512, encoding=encoding, version=version, quality="M")
    assert set(frame(data).encoding.tolist()) == {int(encoding)}
    again = the_segment(data)
    assert again.data.dtype == kind
    assert again.data.tobytes() == segment.data.tobytes()


def test_the_crc_is_that_of_the_castagnoli_polynomial() -> None:
    assert crc32c(b"123456789") == 0xE3069283  # the check value of the catalogue of CRC algorithms
    assert crc32c(b"56789", crc32c(b"1234")) == 0xE3069283
    data = encode(Segment(CHANNEL, T0, Rate(40), walk(100)), version=3)
    assert struct.unpack("<I", data[28:32])[0] == crc32c(data[:28] + bytes(4) + data[32:])


def test_long_codes_go_into_version_3_only(tmp_path: object) -> None:
    source = Channel("XFDSN", "LONGSTA", "01X", "B_HH_Z")
    segment = Segment(source, T0 + 7, Rate(40), walk(100))
    again = the_segment(encode(segment, version=3))
    assert (again.channel, again.t0_ns) == (source, T0 + 7)
    with pytest.raises(SampleError, match="does not fit miniSEED 2"):
        encode(segment)


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (Channel("XX", "A_B", "", "BHZ"), {"version": 3}, "source identifier"),
        (Channel("XX", "A", "", "BH"), {"version": 3}, "source identifier"),
        (CHANNEL, {"version": 4}, "use 2 or 3"),
        (CHANNEL, {"quality": "X"}, "use D, R, Q or M"),
    ],
)
def test_what_cannot_be_written_is_refused(source: Channel, options: dict[str, object], message: str) -> None:
    with pytest.raises(SampleError, match=message):
        encode(Segment(source, T0, Rate(40), walk(10)), **options)  # type: ignore[arg-type]


def test_times_beyond_what_is_read_are_refused() -> None:
    with pytest.raises(SampleError, match="1900"):
        encode(Segment(CHANNEL, -3 * 10**18, Rate(40), walk(10)))


def test_a_file_of_version_3() -> None:
    data = encode(Segment(CHANNEL, T0 + 1, Rate(40), walk(100)))
    out = write(read(data), version=3)
    assert set(frame(out).version.tolist()) == {3}
    assert np.array_equal(read(out).member[0].data, walk(100))


def test_a_short_segment_costs_no_more_than_a_few_records_of_libmseed() -> None:
    """The price of a call is compared with libmseed's own for the same samples, both in CPU time."""
    segment = Segment(CHANNEL, T0, MEASURED, walk(60))

    def plain() -> bytes:
        record = MS3Record(reclen=512, encoding=11)
        record.sourceid, record.formatversion, record.starttime, record.samprate = "FDSN:XX_TEST__B_H_Z", 2, T0, 1.0
        return b"".join(record.generate(segment.data, "i"))

    def cost(call: object) -> float:
        begin = time.process_time()
        for _ in range(500):
            call()  # type: ignore[operator]
        return time.process_time() - begin

    assert min(cost(lambda: encode(segment, reclen=512)) for _ in range(5)) < 8 * min(cost(plain) for _ in range(5))
