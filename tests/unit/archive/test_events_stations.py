"""Events from every source, and StationXML epochs against obspy's own reading of the same bytes."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import obspy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis.misfit.geometry import half_duration
from seisbus.archive import events
from seisbus.archive.event import EventInputError
from seisbus.archive.oddities import ArchiveFormatError, Oddities
from seisbus.archive.quakeml import catalog_of
from seisbus.archive.responses import read_inventory_of, read_inventory_of_documents
from seisbus.archive.stations import read_stationxml
from seisbus.model.times import parse_time_ns

TOHOKU_NS = 1299822383_200000000


@pytest.mark.parametrize(
    "text",
    [
        "2011-03-11T05:46:23.2Z",
        "2011/03/11 05:46:23.20",
        "2011-03-11T05:46:23.200000000000+00:00",
        "2011-03-11T14:46:23.2+09:00",
        "2011-03-10T21:46:23.2-0800",
        "2011-3-11 5:46:23.2",
    ],
)
def test_time_texts(text: str) -> None:
    assert parse_time_ns(text) == TOHOKU_NS


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001
def test_time_texts_are_exact(when: datetime) -> None:
    utc = when.replace(tzinfo=UTC)
    delta = utc - datetime(1970, 1, 1, tzinfo=UTC)
    expected = ((delta.days * 86400 + delta.seconds) * 10**6 + delta.microseconds) * 1000
    assert parse_time_ns(utc.isoformat()) == expected


@pytest.mark.parametrize("text", ["", "2011-02-29", "2011-03-11T24:00:01", "2011-03-11T05:46:61", "yesterday"])
def test_no_times(text: str) -> None:
    assert parse_time_ns(text) is None


def test_inline_events_in_all_spellings() -> None:
    when = datetime(2011, 3, 11, 5, 46, 23, 200000, tzinfo=UTC)
    spelled: list[dict[str, object]] = [
        {"time": "2011-03-11T05:46:23.2Z", "lat": 38.3, "lon": 142.4, "depth_km": 29.0, "mag": 9.1},
        {"origin_time": when, "latitude": "38.3", "longitude": "142.4", "depth": "29", "magnitude": "9.1"},
        {"time": TOHOKU_NS / 1e9, "lat": 38.3, "lon": 142.4, "depth_km": 29, "mag": 9.1},
    ]
    found = events.from_mappings(spelled)
    assert found[0] == found[1] == found[2]
    assert (found[0].time_ns, found[0].depth_km, found[0].origin) == (TOHOKU_NS, 29.0, events.EventOrigin.INLINE)
    other = events.from_mappings([{**spelled[0], "lat": 38.31}])[0]
    assert found[0].id.startswith("ev") and other.id != found[0].id


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"time": "2011-03-11", "lat": 1}, "lon missing"),
        ({"time": "noon", "lat": 1, "lon": 2}, "time is 'noon'"),
        ({"time": True, "lat": 1, "lon": 2}, "time is True"),
        ({"time": "@0", "lat": 91, "lon": 2}, "lat is 91, expected a number from -90 to 90"),
        ({"time": "@0", "lat": 1, "lon": 2, "mags": 3}, "unknown entry 'mags'"),
        ({"time": "@0", "lat": 1, "lon": 2, "latitude": 3}, "lat is given twice"),
        ({"time": "@0", "lat": 1, "lon": 2, "depth_km": 29000}, "depth_km is 29000"),
    ],
)
def test_a_wrong_inline_event_is_named(item: dict[str, object], message: str) -> None:
    good = {"time": "@0", "lat": 1, "lon": 2}
    with pytest.raises(EventInputError, match="item 2") as caught:
        events.from_mappings([good, item])
    assert message in str(caught.value)


def test_events_of_a_csv() -> None:
    table = (
        b"time,latitude,longitude,depth,mag,magType,id,place\n2011-03-11T05:46:23.2Z,38.3,142.4,29,9.1,mww,usp1,Japan\n"
    )
    (event,) = events.from_csv(table)
    assert (event.id, event.time_ns, event.depth_km, event.mag_type) == ("usp1", TOHOKU_NS, 29.0, "mww")
    with pytest.raises(EventInputError, match="line 2: time is 'x'"):
        events.from_csv(b"time,lat,lon\nx,1,2\n")
    with pytest.raises(EventInputError, match="empty"):
        events.from_csv(b"")


def test_real_quakeml(test_data: Path) -> None:
    (event,) = events.from_quakeml((test_data / "pyatoa" / "test_catalog_2018p130600.xml").read_bytes())
    assert event.id.endswith("2018p130600")
    assert event.time_ns == parse_time_ns("2018-02-18T07:43:48.127644Z")
    assert event.depth_km is not None and 1 < event.depth_km < 100  # kilometres, not metres
    assert event.mag is not None


def test_the_focal_mechanism_survives_as_an_inline_event(test_data: Path) -> None:
    """From a file through a job's list of events into the catalog of a dataset, without picks."""
    original = obspy.read_events(test_data / "pyatoa" / "test_catalog_2018p130600.xml")[0]
    (event,) = events.from_quakeml((test_data / "pyatoa" / "test_catalog_2018p130600.xml").read_bytes())
    inline = {"id": event.id, "time": "2018-02-18T07:43:48.127644Z", "lat": event.lat, "lon": event.lon}
    (again,) = events.from_mappings([{**inline, "quakeml": event.quakeml}])
    (found,) = catalog_of(again)
    assert found.resource_id == original.resource_id
    assert half_duration(found) == half_duration(original) == pytest.approx(0.6989458964552759)
    assert found.preferred_origin().time.ns == event.time_ns
    tensors = [one.preferred_focal_mechanism().moment_tensor.tensor for one in (found, original)]
    assert tensors[0] == tensors[1]
    assert not found.picks
    assert not any(origin.arrivals for origin in found.origins)


def test_an_event_without_a_mechanism_needs_no_quakeml(test_data: Path) -> None:
    catalog = obspy.read_events(test_data / "pyatoa" / "test_catalog_2018p130600.xml")
    catalog[0].focal_mechanisms = []
    buffer = io.BytesIO()
    catalog.write(buffer, format="QUAKEML")
    (event,) = events.from_quakeml(buffer.getvalue())
    assert event.quakeml == ""
    assert half_duration(catalog_of(event)[0]) is None


def test_broken_quakeml_is_one_sentence() -> None:
    with pytest.raises(EventInputError, match="QuakeML"):
        events.from_quakeml(b"<quakeml")


@pytest.mark.parametrize("name", ["mseed/CI_HEC.xml", "pyatoa/test_dataless_NZ_BFZ.xml"])
def test_stationxml_as_obspy_reads_it(test_data: Path, name: str) -> None:
    from obspy import read_inventory

    data = (test_data / name).read_bytes()
    ours = read_stationxml(data)
    inventory = read_inventory(io.BytesIO(data), format="STATIONXML")
    theirs = [(net, sta, cha) for net in inventory for sta in net for cha in sta]
    assert len(ours.channels) == len(theirs) > 0
    assert len(ours.sites) == sum(len(net) for net in inventory)
    for epoch, (net, sta, cha) in zip(ours.channels, theirs, strict=True):
        assert (epoch.net, epoch.sta, epoch.loc, epoch.chan) == (net.code, sta.code, cha.location_code, cha.code)
        assert epoch.start_ns == cha.start_date.ns
        if cha.end_date is None or cha.end_date.year > 2262:
            assert epoch.end_ns is None or epoch.end_ns == sta.end_date.ns
        else:
            assert epoch.end_ns == cha.end_date.ns
        assert epoch.elev_km == pytest.approx(cha.elevation / 1000)
        assert epoch.depth_km == pytest.approx(cha.depth / 1000)
        assert (epoch.hang, epoch.vang) == (cha.azimuth, cha.dip + 90)
        assert (epoch.lat, epoch.lon, epoch.sample_rate) == (cha.latitude, cha.longitude, cha.sample_rate)


XML = """<FDSNStationXML xmlns="http://www.fdsn.org/xml/station/1"><Network code="CI">
<Station code="HEC" startDate="2000-01-01T00:00:00" endDate="3000-01-01T00:00:00"><Latitude>34</Latitude>
<Longitude>-116</Longitude><Elevation>920</Elevation><Channel code="BHZ" locationCode="--">
<Latitude>34</Latitude><Longitude>-116</Longitude><Elevation>920</Elevation><Depth>3</Depth></Channel>
</Station></Network></FDSNStationXML>"""


def test_what_is_absent_is_not_guessed() -> None:
    found = read_stationxml(XML.encode())
    (epoch,) = found.channels
    assert (epoch.loc, epoch.hang, epoch.vang, epoch.sample_rate) == ("", None, None, None)
    assert (epoch.start_ns, epoch.end_ns) == (parse_time_ns("2000-01-01"), None)
    assert (found.sites[0].elev_km, epoch.depth_km) == (0.92, 0.003)
    assert epoch.is_open(TOHOKU_NS, TOHOKU_NS + 1) and not epoch.is_open(0, epoch.start_ns)


GOOD = XML[XML.index("<Station ") : XML.index("</Network>")].replace("HEC", "GOOD")


@pytest.mark.parametrize(
    ("old", "new", "epochs", "message"),
    [
        ("<Depth>3</Depth>", "", 0, "CI.HEC..BHZ has no Depth"),
        ("<Depth>3", "<Depth>deep", 0, "Depth 'deep'"),
        ("<Depth>3", "<Depth>29000", 0, "Depth '29000'"),
        ("<Depth>3</Depth>", "<Depth>3</Depth><Azimuth>east</Azimuth>", 1, "Azimuth 'east'"),
        ("<Depth>3</Depth>", "<Depth>3</Depth><Azimuth></Azimuth>", 1, ""),
        ('code="BHZ"', 'code=""', 0, "no code"),
        ('code="BHZ"', 'code="B Z"', 0, "no code"),
        ('locationCode="--"', "", 1, ""),
        ("2000-01-01T", "2000-13-01T", 0, "startDate"),
        ("2000-01-01T00:00:00", "", 1, ""),
        ("3000-01-01T00:00:00", "", 1, ""),
        ("3000-01-01T00:00:00", "2599-12-31T23:59:60", 1, ""),
        ("3000-01-01T00:00:00", "1999-01-01", 0, "ends before it starts"),
        ('code="HEC"', "", 0, "a Station of CI has the code ''"),
        ("<Elevation>920", "<Elevation>920<!-- about --> ", 1, ""),
        ("<Elevation>920", "<Elevation>NaN", 1, "CI.HEC has the Elevation 'NaN'"),
        ("<Latitude>34", "<Latitude>340", 1, "CI.HEC has the Latitude '340'"),
        ("</Channel>", "", 0, "it is not XML"),
        ("</Station>", "", 1, "it is not XML"),
        ("<Depth>3</Depth>", "<Depth>3</Deth>", 0, "it is not XML"),
        ("<Depth>3</Depth>", "<Depth>3</Depth><Comment>A & B</Comment>", 1, "it is not XML"),
        ("<Depth>3</Depth>", '<Depth>3</Depth><my:Note xmlns:my="urn:x" code="q">1</my:Note>', 1, ""),
    ],
)
def test_an_odd_element_of_stationxml_costs_itself_alone(old: str, new: str, epochs: int, message: str) -> None:
    assert old in XML
    odd = Oddities("k")
    found = read_stationxml(XML.replace(old, new, 1).replace("</Network>", GOOD + "</Network>").encode(), "k", odd)
    assert [c.sta for c in found.channels] == ["HEC"] * epochs + ["GOOD"]
    assert found.sites[-1].sta == "GOOD"
    assert message in odd.note and bool(odd) == bool(message)


def test_two_epochs_of_the_same_start() -> None:
    channel = XML[XML.index("<Channel") : XML.index("</Station>")]
    for again, odd_ones in ((channel, 0), (channel.replace("<Depth>3", "<Depth>4"), 1)):
        odd = Oddities("k")
        found = read_stationxml(XML.replace("</Station>", again + "</Station>").encode(), "k", odd)
        assert [c.depth_km for c in found.channels] == [0.003]
        assert odd.left_out == odd_ones


@pytest.mark.parametrize("data", [b"", b"<Quake/>", b"\x00\xff", XML[:20].encode(), b"<FDSNStationXML"])
def test_what_is_no_stationxml_at_all_says_so(data: bytes) -> None:
    with pytest.raises(ArchiveFormatError, match="Cannot read k: it is"):
        read_stationxml(data, "k")


def test_the_response_of_a_sound_channel_beside_an_odd_one(test_data: Path) -> None:
    data = (test_data / "mseed" / "CI_HEC.xml").read_bytes()
    whole = obspy.read_inventory(io.BytesIO(data), format="STATIONXML")
    names = whole.get_contents()["channels"]
    first = data.index(b"<Depth>", data.index(b"<Channel"))
    broken = data[:first] + data[first:].replace(b"<Depth>", b"<Depth>x", 1)
    odd = Oddities("k")
    found = read_inventory_of(broken, "CI", "HEC", "k", odd)
    assert len(found.get_contents()["channels"]) == len(names) - 1
    assert odd.left_out == 1 and "cannot be read" in odd.note
    assert all(channel.response.response_stages for network in found for station in network for channel in station)


def test_a_document_that_cannot_be_read_costs_itself_alone(test_data: Path) -> None:
    """An archive has several documents of a station, one of them is no XML: the others give responses."""
    data = (test_data / "mseed" / "CI_HEC.xml").read_bytes()
    found, told = read_inventory_of_documents({"a": b"no XML", "b": data, "c": data[:20]}, "CI", "HEC")
    whole = obspy.read_inventory(io.BytesIO(data), format="STATIONXML")
    assert found.get_contents()["channels"] == whole.get_contents()["channels"]
    assert [sentence[:14] for sentence in told] == ["Cannot read a:", "Cannot read c:"]
