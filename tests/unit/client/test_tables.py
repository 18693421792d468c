"""Events and channels in the units of each form: Arrow and MsPASS in kilometres, obspy in metres."""

from __future__ import annotations

import pytest

from seis.control.v1 import control_pb2 as pb

pytestmark = pytest.mark.filterwarnings("ignore:SelectableGroups dict interface:DeprecationWarning")  # obspy on import

EVENTS = [
    pb.Event(
        id="1", time_ns=1692567660830000000, lat=34.4, lon=-119.2, depth_km=4.8, mag=5.08, mag_type="w",
        waveform_key="k",
    ),
    pb.Event(id="2", time_ns=1692567660830000001, lat=1.0, lon=2.0),
]  # fmt: skip


def test_the_table_keeps_nanoseconds_and_nulls() -> None:
    from seisbus.client.tables import event_schema, event_table

    table = event_table(EVENTS)
    assert table.schema == event_schema()
    assert table["mag"].to_pylist() == [5.08, None]
    assert table["time"].cast("int64").to_pylist() == [1692567660830000000, 1692567660830000001]
    assert table["waveform_key"].to_pylist() == ["k", None]
    assert event_table([]).num_rows == 0


def test_the_catalog_is_in_metres() -> None:
    from seisbus.client.tables import event_catalog

    first, second = event_catalog(EVENTS)
    assert first.preferred_origin().depth == 4800.0
    assert first.preferred_origin().time.ns == 1692567660830000000
    assert first.preferred_magnitude().mag == 5.08
    assert second.preferred_magnitude() is None


def test_the_inventory_has_dips_metres_and_open_ends() -> None:
    from obspy import UTCDateTime

    from libseis.obspy.inventories import inventory_of

    common = {
        "net": "CI",
        "sta": "ADO",
        "lat": 34.5,
        "lon": -117.4,
        "elev": 0.9,
        "edepth": 0.1,
        "hang": 0.0,
        "sample_rate": 40.0,
    }
    found = inventory_of(
        [
            {**common, "loc": "", "chan": "BHZ", "vang": 0.0, "starttime": 0.0, "endtime": 100.0},
            {**common, "loc": "", "chan": "BHN", "vang": 90.0, "starttime": 100.0, "endtime": None},
            {**common, "loc": "10", "chan": "HNZ", "vang": None, "starttime": 5.0, "endtime": 32503680000.0},
        ]
    )  # fmt: skip
    (station,) = found.networks[0].stations
    assert station.elevation == 900.0
    assert [(c.code, c.dip, c.depth) for c in station.channels] == [
        ("BHZ", -90.0, 100.0),
        ("BHN", 0.0, 100.0),
        ("HNZ", None, 100.0),
    ]
    assert [c.end_date for c in station.channels[:2]] == [UTCDateTime(100), None]
    assert len(found.select(channel="BHN", time=UTCDateTime(500)).networks[0].stations[0].channels) == 1
