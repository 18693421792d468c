"""Odd StationXML and QuakeML: inputs rebuilt from the symptoms of public reports."""

from __future__ import annotations

import pytest

from seisbus.archive.events import from_csv, from_quakeml
from seisbus.archive.stations import ChannelEpoch, read_stationxml
from unit.reports.builder import at

NAMESPACE = "http://www.fdsn.org/xml/station/1"
PLACE = "<Latitude>34.8</Latitude><Longitude>-116.3</Longitude><Elevation>920</Elevation>"


def channel(
    code: str = "BHZ", *, loc: str = "", dates: str = "", azimuth: float = 0, dip: float = -90, rate: float = 40
) -> str:
    return (
        f'<Channel code="{code}" locationCode="{loc}" {dates}>{PLACE}<Depth>3</Depth><Azimuth>{azimuth}</Azimuth>'
        f"<Dip>{dip}</Dip><SampleRate>{rate}</SampleRate></Channel>"
    )


def document(*channels: str, net: str = "", sta: str = "", name: str = "Somewhere", code: str = "XX") -> str:
    return (
        f'<FDSNStationXML xmlns="{NAMESPACE}" schemaVersion="1.1"><Source>t</Source><Created>2020-01-01</Created>'
        f'<Network code="{code}" {net}><Station code="STA" {sta}>{PLACE}<Site><Name>{name}</Name></Site>'
        f"{''.join(channels)}</Station></Network></FDSNStationXML>"
    )


def read(text: str) -> list[ChannelEpoch]:
    return read_stationxml(text.encode(), "test.xml").channels


def test_epochs_that_overlap_for_minutes_are_both_there() -> None:
    """The old epoch, at 100 Hz, ends after the new one begins, at 200 Hz (EIDA/userfeedback#84)."""
    found = read(
        document(
            channel(dates='startDate="2018-08-10T11:17:20" endDate="2019-01-29T15:37:29"', rate=100),
            channel(dates='startDate="2019-01-29T15:22:25"', rate=200),
        )
    )
    assert [(e.sample_rate, e.end_ns) for e in found] == [(100.0, at("2019-01-29T15:37:29")), (200.0, None)]
    moment = at("2019-01-29T15:30:00")
    assert all(e.is_open(moment, moment + 1) for e in found)


def test_a_channel_keeps_its_dates_when_its_network_begins_later() -> None:
    """The network's date is years after the channel's: the channel was there (NoisePy#143)."""
    (found,) = read(
        document(
            channel(dates='startDate="2010-10-28T18:00:00"'),
            net='startDate="2023-04-26T20:51:00"',
            sta='startDate="2015-05-12T16:50:00"',
        )
    )
    assert found.is_open(at("2019-02-01T00:00:00"), at("2019-02-02T00:00:00"))


def test_an_absent_end_date_is_an_open_end() -> None:
    """The current epoch has no endDate (evalresp#69)."""
    (found,) = read(document(channel(dates='startDate="2010-01-01T00:00:00"')))
    assert found.end_ns is None
    assert found.is_open(at("2050-01-01T00:00:00"), at("2050-01-02T00:00:00"))


@pytest.mark.parametrize("loc", ["--", "  ", "", "__"])
def test_a_blank_location_in_any_spelling(loc: str) -> None:
    """A service writes a blank location as two dashes (PH5#12)."""
    (found,) = read(document(channel(loc=loc)))
    assert found.loc == ""


@pytest.mark.parametrize("prefix", ["fsx", "ns0"])
def test_elements_with_a_prefix(prefix: str) -> None:
    """StationXML whose namespace is no default one (obspy#1060)."""
    text = document(channel())
    text = text.replace("</", f"</{prefix}:").replace("<", f"<{prefix}:").replace(f"<{prefix}:/", "</")
    text = text.replace(f"</{prefix}:{prefix}:", f"</{prefix}:").replace("xmlns=", f"xmlns:{prefix}=")
    (found,) = read(text)
    assert (found.net, found.sta, found.chan, found.sample_rate) == ("XX", "STA", "BHZ", 40.0)


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
def test_site_names_outside_ascii(encoding: str) -> None:
    """Names of Karelian places, and in other encodings than UTF-8 (obspy#3038)."""
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + document(channel(), name="Kärsämäki Åö")
    found = read_stationxml(text.encode(encoding), "test.xml")
    assert found.sites[0].name == "Kärsämäki Åö"
    assert len(found.channels) == 1


def test_a_channel_without_anything_costs_itself() -> None:
    """Empty channel elements among whole ones (obspy#1840)."""
    found = read(document(channel("BHE"), '<Channel code="BHN" locationCode=""/>', channel("BHZ")))
    assert [e.chan for e in found] == ["BHE", "BHZ"]


def test_an_upside_down_vertical_is_not_put_right_by_its_letter() -> None:
    """A vertical channel with a dip of +90 points down: vang is 180 (seispy#68)."""
    (found,) = read(document(channel("EHZ", dip=90)))
    assert found.vang == 180.0


def test_a_north_channel_that_points_to_238_degrees() -> None:
    """Letters N and E do not make azimuths of 0 and 90 (obspy#2056)."""
    north, east = read(document(channel("BHN", azimuth=238, dip=0), channel("BHE", azimuth=328, dip=0)))
    assert (north.hang, east.hang, north.vang, east.vang) == (238.0, 328.0, 90.0, 90.0)


def test_a_date_whose_day_lies_a_month_off_leaves_the_epoch_readable() -> None:
    """An epoch that begins before its predecessor ends, by a slip of two digits (EIDA/userfeedback#82)."""
    found = read(
        document(
            channel("HN1", dates='startDate="2005-06-28T22:00:00" endDate="2009-04-20T21:00:00"'),
            channel("HN1", dates='startDate="2009-04-02T22:00:00" endDate="2017-04-27T10:55:00"'),
        )
    )
    assert len(found) == 2


def event(number: int, body: str, attributes: str = "") -> str:
    return f'<event publicID="smi:local/e{number}">{body}{attributes}</event>'


def origin(number: int, depth: str = "", kind: str = "", lat: float = 1.5) -> str:
    deep = f"<depth><value>{depth}</value></depth>" if depth else ""
    return (
        f'<origin publicID="smi:local/o{number}"><time><value>2011-03-11T05:46:0{number}.25Z</value></time>'
        f"<latitude><value>{lat}</value></latitude><longitude><value>2.5</value></longitude>{deep}{kind}</origin>"
    )


def quakeml(*events: str) -> bytes:
    return (
        '<?xml version="1.0"?><q:quakeml xmlns="http://quakeml.org/xmlns/bed/1.2" '
        'xmlns:q="http://quakeml.org/xmlns/quakeml/1.2"><eventParameters publicID="smi:local/c">'
        f"{''.join(events)}</eventParameters></q:quakeml>"
    ).encode()


def test_the_preferred_origin_is_taken_not_the_first() -> None:
    """An event with three origins names the second (obspy#444)."""
    preferred = "<preferredOriginID>smi:local/o2</preferredOriginID>"
    (found,) = from_quakeml(quakeml(event(1, origin(1) + origin(2) + origin(3), preferred)))
    assert found.time_ns == at("2011-03-11T05:46:02.25")


def test_an_event_without_a_depth_is_an_event() -> None:
    """The depth is unknown, not zero (obspy#1021)."""
    first, second = from_quakeml(quakeml(event(1, origin(1)), event(2, origin(2, depth="12000"))))
    assert (first.depth_km, second.depth_km) == (None, 12.0)


def test_depths_of_quakeml_are_metres() -> None:
    """14400 is 14.4 km (obspy#756)."""
    (found,) = from_quakeml(quakeml(event(1, origin(1, depth="14400"))))
    assert found.depth_km == pytest.approx(14.4)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_an_origin_type_that_is_not_in_the_schema_costs_no_other_event() -> None:
    """A data centre writes a type of its own; the other events of the catalog are sound (obspy#2095)."""
    odd = origin(2, kind="<type>Double Difference</type>")
    found = from_quakeml(quakeml(event(1, origin(1)), event(2, odd), event(3, origin(3))))
    assert {"smi:local/e1", "smi:local/e3"} <= {e.id for e in found}


def test_longitudes_on_either_side_of_the_date_line() -> None:
    """177 E to 190 E in a catalog, which others write as -170 (obspyDMT#40)."""
    found = from_csv(
        b"time,lat,lon,depth_km\n2017-12-24T17:33:40Z,-15.364,187.068,38\n2017-12-16T11:22:24Z,-17.3,-177.5,392\n"
    )
    assert [(e.lon + 180) % 360 - 180 for e in found] == pytest.approx([-172.932, -177.5])
