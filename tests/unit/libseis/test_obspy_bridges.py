"""Segments, inventories and channel documents as obspy has them: one way each."""

from __future__ import annotations

import numpy as np
import pytest
from obspy import Catalog, UTCDateTime

from libseis.codes import Channel
from libseis.epochs import LATEST_NS, OPEN_START_NS
from libseis.obspy.events import point_source, read_quakeml, write_quakeml
from libseis.obspy.inventories import inventory_of, read_stationxml, write_stationxml
from libseis.obspy.segments import segment_to_trace
from libseis.segments import Rate, Segment

CHANNEL = Channel("CI", "ADO", "", "BHZ")


@pytest.mark.parametrize("dtype", ["<i4", "<f4", "<f8"])
def test_a_trace_of_bytes_that_cannot_be_written_to_can_be_worked_on_in_place(dtype: str) -> None:
    """Stored samples and those of a message are views of bytes."""
    values = np.arange(100, dtype=dtype)
    data = np.frombuffer(values.tobytes(), dtype)
    trace = segment_to_trace(Segment(CHANNEL, 1_300_000_000_123_456_789, Rate(100, 3), data))
    trace.data += 1
    assert np.array_equal(trace.data, values + 1)
    assert trace.data.dtype == data.dtype
    assert np.array_equal(data, values)
    assert (trace.id, trace.stats.starttime.ns) == ("CI.ADO..BHZ", 1_300_000_000_123_456_789)
    assert trace.stats.sampling_rate == 100 / 3
    assert "units" not in trace.stats


def test_samples_that_can_be_written_to_are_not_copied() -> None:
    data = np.arange(100.0)
    trace = segment_to_trace(Segment(CHANNEL, 0, Rate(1), data), "m/s")
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


@pytest.mark.parametrize("name", ["ci 1234", "quakeml:us.anss.org/event/7000k", "Ä#?", ""])
def test_any_id_makes_an_event_that_quakeml_can_hold(name: str) -> None:
    """Ids of catalogs are whatever their makers wrote; QuakeML's public ids are not."""
    made = point_source(f"smi:local/event/{name}", 1_300_000_000_123_456_000, 38.3, 142.4, 29.0, 9.1, "Mw")
    (found,) = read_quakeml(write_quakeml(Catalog([made])))
    origin = found.preferred_origin()
    assert (origin.time.ns, origin.depth) == (1_300_000_000_123_456_000, 29_000.0)
    assert found.preferred_magnitude().mag == 9.1
    assert found.preferred_magnitude().origin_id == origin.resource_id


def test_what_is_not_known_of_an_event_is_not_said() -> None:
    made = point_source("smi:local/x", 0, 1.0, 2.0, None)
    assert made.preferred_origin().depth is None
    assert made.magnitudes == []
