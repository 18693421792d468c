"""Segments, inventories and channel documents as obspy has them: one way each."""

from __future__ import annotations

import numpy as np
import pytest
from libseis.codes import Channel
from libseis.epochs import LATEST_NS, OPEN_START_NS
from libseis.obspy.inventories import inventory_of, read_stationxml, write_stationxml
from libseis.obspy.segments import segment_to_trace
from libseis.segments import Rate, Segment
from obspy import UTCDateTime

SOURCE = Channel("CI", "ADO", "", "BHZ")


@pytest.mark.parametrize("dtype", ["<i4", "<f4", "<f8"])
def test_a_trace_of_bytes_that_cannot_be_written_to_can_be_worked_on_in_place(dtype: str) -> None:
    """Stored samples and those of a message are views of bytes."""
    values = np.arange(100, dtype=dtype)
    data = np.frombuffer(values.tobytes(), dtype)
    trace = segment_to_trace(Segment(SOURCE, 1_300_000_000_123_456_789, Rate(100, 3), data))
    trace.data += 1
    assert np.array_equal(trace.data, values + 1)
    assert trace.data.dtype == data.dtype
    assert np.array_equal(data, values)
    assert (trace.id, trace.stats.starttime.ns) == ("CI.ADO..BHZ", 1_300_000_000_123_456_789)
    assert trace.stats.sampling_rate == 100 / 3
    assert "units" not in trace.stats


def test_samples_that_can_be_written_to_are_not_copied() -> None:
    data = np.arange(100.0)
    trace = segment_to_trace(Segment(SOURCE, 0, Rate(1), data), "m/s")
    assert np.shares_memory(trace.data, data)
    assert trace.stats.units == "m/s"


COMMON = {"net": "CI", "sta": "ADO", "chan": "BHZ", "lat": 34.5, "lon": -117.4, "elev": 0.9}


@pytest.mark.parametrize("start", [OPEN_START_NS / 1e9, None, -np.inf])
@pytest.mark.parametrize("end", [None, np.inf, LATEST_NS / 1e9, 32503680000.0, 253402300799.0])
def test_open_ends_of_channel_documents_are_open(start: float | None, end: float | None) -> None:
    found = inventory_of([{**COMMON, "starttime": start, "endtime": end}])
    (channel,) = found[0][0].channels
    assert (channel.start_date, channel.end_date) == (None, None)


def test_channel_documents_make_stationxml_and_back() -> None:
    documents = [
        {**COMMON, "loc": "10", "edepth": 0.1, "hang": 90.0, "vang": 90.0, "starttime": 0.0, "endtime": 100.0},
        {**COMMON, "sta": "HEC", "starttime": 5.0},
        {**COMMON, "net": "BK", "starttime": 5.0},
    ]
    found = read_stationxml(write_stationxml(inventory_of(documents)))
    assert [(n.code, [s.code for s in n]) for n in found] == [("CI", ["ADO", "HEC"]), ("BK", ["ADO"])]
    (channel,) = found[0][0].channels
    assert (channel.location_code, channel.elevation, channel.depth) == ("10", 900.0, 100.0)
    assert (channel.azimuth, channel.dip) == (90.0, 0.0)
    assert (channel.start_date, channel.end_date) == (UTCDateTime(0), UTCDateTime(100))
