"""Times of records in and out: inputs rebuilt from the symptoms of public reports."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from obspy import Stream, Trace, UTCDateTime

from libseis import asdf, mseed
from libseis.codes import Channel
from libseis.segments import Rate, Segment
from unit.reports.builder import NS, Record, at, channels, headers, microseconds, noise, plain, row, segments, told

START = at("2010-06-20T00:00:00.2799")
SOURCE = Channel("BW", "UH3", "", "EHZ")


@pytest.mark.parametrize("count", [-50, -1, 38, 49])
def test_microseconds_of_blockette_1001_belong_to_the_start(count: int) -> None:
    """The start is the header's time and the microseconds, which may be negative (mseed-lib#3)."""
    (found,) = segments(plain(noise(50), START, Record(blockettes=[microseconds(count)])))
    assert found.t0_ns == START + count * 1000


@pytest.mark.parametrize("rate", [Rate(200), Rate(100), Rate(1), Rate(1, 10)])
def test_a_start_at_999_microseconds_is_not_cut_when_written(rate: Rate) -> None:
    """A start of .279999 s stays .279999 s (obspy#96)."""
    start = at("2010-06-20T00:00:00.279999")
    (found,) = segments(mseed.encode(Segment(SOURCE, start, rate, noise(5000)), reclen=512))
    assert (found.t0_ns, found.npts) == (start, 5000)


def test_every_record_that_is_written_has_its_microseconds() -> None:
    """Not the first record alone: each start lies within a microsecond of its first sample (seiscomp3#220)."""
    segment = Segment(SOURCE, at("2019-04-26T12:00:00.123457"), Rate(99, 1), noise(9000))
    records = headers(mseed.encode(segment, reclen=512), 512)
    first = 0
    for one in records:
        assert abs(one.start - segment.time_ns(first)) <= 1000
        first += one.npts
    assert first == 9000


def test_starts_of_records_advance_with_their_samples() -> None:
    """Records that are written do not all carry the start of the first (libmseed#42)."""
    segment = Segment(SOURCE, at("2019-04-10T00:00:00"), Rate(100), noise(40_000))
    records = headers(mseed.encode(segment, reclen=4096), 4096)
    assert len(records) > 3
    for before, after in itertools.pairwise(records):
        assert after.start == before.start + before.npts * 10_000_000


@pytest.mark.parametrize(
    "start", [-123_456_789_123_000, -1000, -86_400 * NS, at("1900-01-02T00:00:00.5"), 123_456_789_123_000]
)
def test_times_before_1970_keep_their_microseconds(start: int) -> None:
    """Old records have negative epoch times, where rounding goes the other way (obspy#1102)."""
    (found,) = segments(mseed.encode(Segment(SOURCE, start, Rate(50), noise(3000)), reclen=512))
    assert (found.t0_ns, found.npts) == (start, 3000)


def test_a_correction_that_was_applied_on_reading_is_not_applied_again() -> None:
    """Read with an open correction of 1.5391 s, written and read once more (libmseed#72)."""
    values = noise(300)
    (found,) = segments(b"".join(row(values, START, Record(correction=15_391))))
    assert found.t0_ns == START + 1_539_100_000
    (again,) = segments(mseed.encode(found))
    assert again.t0_ns == found.t0_ns
    assert np.array_equal(again.data, values)


def test_a_correction_flagged_as_applied_moves_nothing() -> None:
    """Activity bit 1 says that the start holds the correction already (mseedconvert#3)."""
    data = b"".join(row(noise(300), START, Record(correction=15_391, activity=0x02)))
    (found,) = segments(data)
    assert found.t0_ns == START


def test_trimmed_records_with_an_open_correction_decode_to_the_segment() -> None:
    """What is kept of an archive with corrections has the corrected times (mseedconvert#3)."""
    data = b"".join(row(noise(3000), START, Record(correction=-20_000)))
    table = mseed.frame(data)
    (joined,) = mseed.decode(data, table)
    piece = joined.segments[0].part(150, 2750)
    kept = mseed.trim(piece, data, table)
    (found,) = segments(mseed.encode(piece) if kept is None else kept)
    assert found.t0_ns == START - 2 * NS + 150 * NS // 20
    assert np.array_equal(found.data, piece.data)


@pytest.mark.parametrize("order", "><")
@pytest.mark.parametrize("year", [2056, 2070, 2080])
def test_a_station_whose_clock_stands_in_the_future_is_read(year: int, order: str) -> None:
    """The year says nothing of the byte order beyond doubt: 2080 is no sign of swapped bytes (seisFile#37)."""
    values = noise(300)
    start = at(f"{year}-11-29T00:00:00")
    (found,) = segments(b"".join(row(values, start, Record(order=order))))
    assert (found.t0_ns, found.npts) == (start, 300)
    assert np.array_equal(found.data, values)


def test_a_far_future_date_is_written_and_read() -> None:
    """2070-11-29, past what 32 bits of seconds hold (obspy#515)."""
    start = at("2070-11-29T11:59:07")
    (found,) = segments(mseed.encode(Segment(SOURCE, start, Rate(100), noise(2000))))
    assert found.t0_ns == start


def test_tenths_of_milliseconds_decide_whether_a_record_is_needed() -> None:
    """A record that starts in the last tenth of a second of the window belongs to it (seiscomp3#222)."""
    values = noise(1000)
    start = at("2019-04-26T00:00:00.9500")
    data = b"".join(row(values, start, Record(factor=100)))
    end = start + 5 * NS
    (member,) = mseed.read(data, end=end / NS).member
    assert member.npts == 501
    assert abs(member.endtime() - end / NS) < 1e-6


def test_a_day_of_year_that_cannot_be_costs_its_record_alone() -> None:
    """Day 367 is no date in either byte order (obspy#1988)."""
    values = noise(500)
    records = row(values, START)
    records[2] = plain(values[200:300], START, Record(year=2010, day=367))
    data = b"".join(records)
    (joined,) = channels(data).values()
    assert [s.npts for s in joined.segments] == [200, 200]
    assert np.array_equal(joined.segments[1].data, values[300:])
    assert told(data)


def test_a_record_lasts_its_samples_times_their_interval() -> None:
    """Ten samples at 0.1 Hz end ninety seconds after the first (obspy#3163)."""
    data = plain(noise(10), START, replace(Record(), factor=-10))
    table = mseed.frame(data)
    assert int(table.end_ns[0]) == START + 90 * NS


def test_the_end_of_a_slow_record_is_not_counted_into_the_next_interval() -> None:
    """An event after the last sample of a 0.1 Hz record does not need it for more than its edge (obspy#3255)."""
    values = noise(20)
    data = plain(values, START, Record(factor=-10))
    (found,) = segments(data)
    assert found.end_ns == START + 190 * NS
    (member,) = mseed.read(data, end=START / NS + 193.0).member
    assert member.npts == 20


def test_short_traces_of_one_second_are_all_in_an_asdf_file(tmp_path: Path) -> None:
    """Blocks at 20 MHz, several in a second: none is taken for a double of another (pyasdf#44)."""
    path = tmp_path / "blocks.h5"
    traces = []
    for n in range(4):
        head = {"network": "XX", "station": "LAB", "channel": "FHZ", "sampling_rate": 20e6}
        traces.append(Trace(noise(1000, n), head | {"starttime": UTCDateTime(ns=START + n * 100_000_000)}))
    asdf.write_stream(path, Stream(traces), "raw_recording")
    found = sorted(asdf.read_stream(path, "XX.LAB", "raw_recording"), key=lambda trace: trace.stats.starttime)
    assert [trace.stats.starttime for trace in found] == [trace.stats.starttime for trace in traces]
    for one, other in zip(found, traces, strict=True):
        assert np.array_equal(one.data, other.data)
