"""One form of every code, wherever it was read: headers, tables, documents, metadata, queries, keys."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from obspy import Inventory, Trace, UTCDateTime
from obspy.core.inventory import Channel as XmlChannel
from obspy.core.inventory import Network, Station

from libseis import TimeSeriesEnsemble, mseed
from libseis.codes import Channel, ChannelFilter, Sensor, alternatives, code, location, location_text, matches
from libseis.epochs import FAR_FUTURE, LATEST_NS, OPEN_START_NS, EpochSpan, inherited, of_document
from libseis.mspass.algorithms.bundle import Policy, bundle_seed_data
from libseis.mspass.algorithms.orientation import Orientation, orientation
from libseis.obspy.converter import Trace2TimeSeries
from libseis.obspy.inventories import channels_of, dates, inventory_of, normalised
from libseis.obspy.responses import ResponseCache
from libseis.segments import Rate, Segment
from libseis.segments.timeseries import segment_to_timeseries
from seisbus.archive.keys import DayKey, KeyTemplate, TableFormat
from seisbus.archive.waveform_index import read_waveform_index
from seisbus.client import Query
from seisbus.control.messages import filter_value
from seisbus.model.job import parse_job
from seisbus.model.stored_waveforms import stored_segment
from seisbus.model.task import Window

BLANKS = st.one_of(st.none(), st.text(" -_", max_size=3))
TEXT_BLANKS = st.text(" -_", max_size=2)
LOCATIONS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=2)
DAY = date(2011, 3, 11)


@given(BLANKS)
def test_every_spelling_of_a_blank_location_is_the_same_one(blank: str | None) -> None:
    assert location(blank) == ""
    assert Channel("XX", "A", blank or "", "BHZ") == Channel("XX", "A", "", "BHZ")
    assert Channel.parse(f"XX.A.{blank or ''}.BHZ") == Channel("XX", "A", "", "BHZ")
    document = {"_id": "1", "net": "XX", "sta": "A", "chan": "BHZ", "loc": blank, "npts": 1, "t0_ns": 0, "rate": [1, 1]}
    stored = stored_segment(document, np.zeros(1).tobytes(), miniseed=False)
    assert stored.channel.loc == ""


@given(BLANKS)
def test_every_spelling_in_a_query_means_the_blank_location_and_a_star_any(blank: str | None) -> None:
    for wanted in (
        ChannelFilter(loc=location_text(blank)),
        filter_value(Query(loc=blank).message().filter),
        parse_job(
            {
                "archive": "local",
                "windows": {"absolute": [{"start": "2011-03-11", "end": "2011-03-12"}]},
                "select": {"loc": blank},
            }
        ).select.filter,
    ):
        assert wanted.matches(Channel("XX", "A", "", "BHZ"))
        assert not wanted.matches(Channel("XX", "A", "00", "BHZ"))
    assert filter_value(Query(loc="*").message().filter).matches(Channel("XX", "A", "00", "BHZ"))
    assert filter_value(Query().message().filter).matches(Channel("XX", "A", "00", "BHZ"))


@given(TEXT_BLANKS, LOCATIONS)
def test_blank_and_other_locations_stand_side_by_side(blank: str, other: str) -> None:
    wanted = f"{other},{blank}"
    assert matches(wanted, "", of_location=True)
    assert matches(wanted, other, of_location=True)
    assert not matches(wanted, f"{other}X", of_location=True)


@given(LOCATIONS)
def test_a_location_that_is_none_of_them_stays_as_it_is(text: str) -> None:
    assert location(text) == location(f" {text}\0") == text


def test_case_is_kept_and_nothing_but_text_is_a_code() -> None:
    assert (code(" bh "), code(b"NA"), code("NA"), code(None), code(float("nan"))) == ("bh", "NA", "NA", "", "")
    for lost in (False, 83, 1e5):
        with pytest.raises(TypeError, match="A code is text"):
            code(lost)
    assert alternatives("", of_location=False) == ("*",)


@pytest.mark.parametrize("blank", ["--", "  ", "__", " -"])
def test_headers_and_the_response_cache(blank: str) -> None:
    record = bytearray(mseed.encode(Segment(Channel("XX", "A", "99", "BHZ"), 0, Rate(1, 1), np.arange(9, dtype="i4"))))
    record[13:15] = blank.encode()
    (joined,) = mseed.decode(bytes(record), mseed.frame(bytes(record)))
    assert joined.channel == Channel("XX", "A", "", "BHZ")

    trace = Trace(np.zeros(3), {"network": "XX", "station": "A", "location": blank, "channel": "BHZ"})
    assert Trace2TimeSeries(trace)["loc"] == ""

    channel = XmlChannel("BHZ", blank, 0, 0, 0, 0)
    cache = ResponseCache(Inventory([Network("XX", [Station("A", 0, 0, 0, channels=[channel])])]))
    with pytest.raises(Exception, match="has no response stages"):  # it is found; it has no response here
        cache.epoch(Channel("XX", "A", "", "BHZ"), 0, 1)


@pytest.mark.parametrize("blank", ["", "--", "  ", "__", " -", "-"])
@pytest.mark.parametrize("net", ["NA", "NO", "Y", "CI"])
@pytest.mark.parametrize("sta", ["1E5", "0123", "NULL"])
def test_tables_keep_codes_as_text(blank: str, net: str, sta: str) -> None:
    name = f"{net:_<2}{sta:_<5}BHZ___2011070.ms"
    head = "ms_filename,net,sta,seedchan,location,lat,lon,sample_rate\n"
    columns = ["ms_filename", "net", "sta", "seedchan", "location"]
    rows = {key: [value] for key, value in zip(columns, [name, net, sta, "BHZ", blank], strict=True)}
    parquet = io.BytesIO()
    pq.write_table(pa.table(rows | {"lat": [1.0], "lon": [2.0], "sample_rate": [40.0]}), parquet)
    csv = f"{head}{name},{net},{sta},BHZ,{blank},1,2,40\n".encode()
    for data, kind in ((csv, TableFormat.CSV), (parquet.getvalue(), TableFormat.PARQUET)):
        found = read_waveform_index(data, kind).to_pylist()[0]
        assert (found["net"], found["sta"], found["location"]) == (net, sta, "")


@pytest.mark.parametrize("blank", ["", "--", "  ", "__"])
def test_keys_have_one_form_of_a_blank_location(blank: str) -> None:
    template = KeyTemplate("{net:_<2}{sta:_<5}{chan:_<3}{loc:_<2}_{year}{doy}.ms")
    assert template.format(DayKey("CI", "HEC", blank, "BHZ", DAY)) == "CIHEC__BHZ___2011070.ms"


@pytest.mark.parametrize("written", ["NA", "NO", "Y", "0123", "1E5", "off", "1_000", "NULL"])
@pytest.mark.parametrize("style", ["sta: {}", "sta: '{}'", 'sta: "{}"', "{{sta: {}}}"])
def test_yaml_keeps_a_code_as_it_is_written(written: str, style: str) -> None:
    text = "archive: local\nwindows: {absolute: [{start: 2011-03-11, end: 2011-03-12}]}\nselect: "
    entry = style.format(written)
    job = parse_job(text + (entry if entry.startswith("{") else f"\n  {entry}"))
    assert job.select.sta == written


@pytest.mark.parametrize("written", ["", "~", "''", "--", "'  '", "__"])
def test_yaml_takes_every_spelling_of_a_blank_location(written: str) -> None:
    text = (
        f"archive: local\nwindows: {{absolute: [{{start: 2011-03-11, end: 2011-03-12}}]}}\nselect:\n  loc: {written}\n"
    )
    wanted = parse_job(text).select.filter
    assert wanted.matches(Channel("XX", "A", "", "BHZ"))
    assert not wanted.matches(Channel("XX", "A", "00", "BHZ"))


TIMES = st.one_of(st.none(), st.integers(-(2**62), 2**62))


@given(TIMES, TIMES, TIMES, TIMES)
def test_a_date_that_is_absent_is_the_parents(a: int | None, b: int | None, c: int | None, d: int | None) -> None:
    parent = inherited(a, b)
    span = inherited(c, d, parent)
    assert span.start_ns == (c if c is not None else a if a is not None else OPEN_START_NS)
    assert span.end_ns == (d if d is not None else b)
    assert inherited(None, LATEST_NS + 1, parent).end_ns is None
    assert inherited(None, None) == EpochSpan()


def test_the_response_cache_inherits_dates_as_the_database_does() -> None:
    from seisbus.archive.stations import read_stationxml

    def channel(**dates: UTCDateTime) -> XmlChannel:
        return XmlChannel("BHZ", "", 0, 0, 0, 0, sample_rate=1, **dates)

    first, second = UTCDateTime(2010, 1, 1), UTCDateTime(2012, 1, 1)
    inventory = Inventory(
        [
            Network(
                "XX",
                [
                    Station("A", 0, 0, 0, channels=[channel()], start_date=first, end_date=second),
                    Station("A", 0, 0, 0, channels=[channel()], start_date=second, end_date=UTCDateTime(2599, 1, 1)),
                ],
            )
        ],
        source="test",
    )
    stream = io.BytesIO()
    inventory.write(stream, "STATIONXML")
    ours = [(c.start_ns, c.end_ns) for c in read_stationxml(stream.getvalue()).channels]
    assert ours == [(first.ns, second.ns), (second.ns, None)]
    cache = ResponseCache(inventory)
    with pytest.raises(Exception, match="have no epoch of"):
        cache.epoch(Channel("XX", "A", "", "BHZ"), first.timestamp - 10, first.timestamp - 5)
    with pytest.raises(Exception, match="has no response stages"):
        cache.epoch(Channel("XX", "A", "", "BHZ"), first.timestamp + 10, first.timestamp + 20)


@given(TIMES, TIMES, st.integers(-(2**62), 2**62), st.integers(0, 2**40))
def test_what_lies_in_an_epoch(start: int | None, end: int | None, time: int, length: int) -> None:
    """Closed at its start, open at its end; against the moments themselves."""
    span = inherited(start, end)

    def inside(moment: int) -> bool:
        return (start is None or moment >= start) and (end is None or moment < end)

    assert span.holds(time) == inside(time)
    assert span.touches(time, time + length) == (
        (start is None or time + length >= start) and (end is None or time < end)
    )
    if span.covers(time, time + length):
        assert inside(time) or time == end
    assert span.overlaps(time, time + length + 1) == span.touches(time, time + length)
    assert span.overlaps(None, None) and span.overlaps(None, time) == (start is None or start < time)


@given(TIMES, TIMES)
def test_documents_and_inventories_have_the_same_epochs(start: int | None, end: int | None) -> None:
    span = inherited(start, end)
    document = {"net": "XX", "sta": "A", "loc": None, "chan": "BHZ", "lat": 0.0, "lon": 0.0, "elev": 0.0}
    ours = document | {"start_ns": span.start_ns, "end_ns": span.end_ns}
    mspass = document | {
        "starttime": span.start_ns / 1e9,
        "endtime": None if span.end_ns is None else span.end_ns / 1e9,
    }
    assert of_document(ours) == span
    (found,) = channels_of(inventory_of([ours]))
    assert (found.channel, found.span) == (Channel("XX", "A", "", "BHZ"), span)
    read = of_document(mspass)
    assert (read.start_ns == OPEN_START_NS) == (span.start_ns == OPEN_START_NS)
    # a float of seconds may round up to MsPASS's far future, which is no end
    assert (read.end_ns is None) == (span.end_ns is None or span.end_ns / 1e9 >= FAR_FUTURE)
    (channel,) = inventory_of([mspass])[0][0]
    assert (channel.start_date is None) == (span.start_ns == OPEN_START_NS)  # not the year 1677


# obspy compares times to the microsecond only
SECONDS = st.one_of(st.none(), st.integers(-(2**32), 2**32).map(lambda s: s * 10**9))


@given(BLANKS, st.sampled_from(["NA", " NA", "NA ", "NO"]), SECONDS, SECONDS, SECONDS)
def test_obspy_finds_what_was_normalised(
    blank: str | None, net: str, network_end: int | None, station_end: int | None, channel_start: int | None
) -> None:
    channel = XmlChannel("BHZ", "", 0, 0, 0, 0, start_date=_date(channel_start))
    channel._location_code = blank
    station = Station("A", 0, 0, 0, channels=[channel], end_date=_date(station_end))
    inventory = Inventory([Network(net, [station], end_date=_date(network_end))])
    before = (channel._location_code, channel.end_date, station.end_date)
    made = normalised(inventory, net.strip(), "A")
    (found,) = channels_of(inventory)
    assert found.channel == Channel(net.strip(), "A", "", "BHZ")
    assert found.span == inherited(channel_start, station_end if station_end is not None else network_end)
    mine = made[0][0][0]
    assert (made[0].code, mine.location_code, mine.start_date, mine.end_date) == (net.strip(), "", *dates(found.span))
    assert (channel._location_code, channel.end_date, station.end_date) == before  # the original is left alone
    assert len(made.select(network=net.strip(), location="", channel="BHZ").networks) == 1
    assert not normalised(inventory, "ZZ", "A").networks
    moment = _moment_in(found.span)
    if moment is not None and (network_end is None or moment.ns < network_end):
        assert made.select(location="", time=moment).networks


def _date(ns: int | None) -> UTCDateTime | None:
    return None if ns is None else UTCDateTime(ns=ns)


def _moment_in(span: EpochSpan) -> UTCDateTime | None:
    start = max(span.start_ns, -(2**33) * 10**9)
    return UTCDateTime(ns=start) if span.end_ns is None or start < span.end_ns else None


@pytest.mark.parametrize("blank", ["", "--", "  ", "__", " -", "-"])
@pytest.mark.parametrize("data", ["", "--", "__"])
def test_orientations_and_sensors_know_one_blank_location(blank: str, data: str) -> None:
    channels = [
        XmlChannel(f"BH{c}", "", 0, 0, 0, 0, azimuth=azimuth, dip=dip)
        for c, azimuth, dip in (("E", 90, 0), ("N", 0, 0), ("Z", 0, -90))
    ]
    for channel in channels:
        channel._location_code = blank
    first = Station("A", 0, 0, 0, channels=channels, end_date=UTCDateTime(2000, 1, 1))
    inventory = Inventory([Network("NA", [first])])
    members = []
    for number, c in enumerate("ENZ"):
        segment = Segment(Channel("NA", "A", "", f"BH{c}"), 0, Rate(1), np.arange(9.0))
        members.append(segment_to_timeseries(segment))
        members[-1]["loc"] = data if number else ""
    assert orientation(members[0], inventory) == Orientation(90.0, 90.0)
    ensemble = TimeSeriesEnsemble()
    for member in members:
        ensemble.adopt(member)
    (made,) = bundle_seed_data(ensemble, Policy(inventory)).member
    assert made.live, [entry.message for entry in made.elog.get_error_log()]
    later = segment_to_timeseries(Segment(Channel("NA", "A", "", "BHE"), 10**18, Rate(1), np.arange(9.0)))
    with pytest.raises(Exception, match="has no epoch with azimuth and dip at that time"):  # inherited from its station
        orientation(later, inventory)


def test_the_channel_of_records_is_the_one_of_jobs() -> None:
    """They were two classes: a channel read out of records was never equal to the same channel of a window."""
    records = mseed.encode(Segment(Channel("XX", "A", "", "BHZ"), 0, Rate(1), np.arange(9, dtype="i4")))
    (read,) = mseed.frame(records).channels
    assert read == Window("w", Channel.parse("XX.A..BHZ"), 0, 1, True).channel
    assert ChannelFilter(chan="BH?").matches(read)
    assert {read: 1}[Channel("XX", "A", "--", "BHZ")] == 1


@pytest.mark.parametrize("blank", [{}, {"loc": None}, {"loc": ""}, {"loc": "--"}, {"loc": "__"}])
def test_a_document_without_a_location_is_of_a_blank_one(blank: dict[str, object]) -> None:
    """MsPASS leaves it out; some readers of documents took that for an error."""
    found = Channel.of_document({"net": "XX", "sta": "A", "chan": "BHZ", **blank})
    assert found == Channel("XX", "A", "", "BHZ")
    assert Channel.of_document({"net": "XX", "sta": "A"}) == Channel("XX", "A", "", "")


def test_a_sensor_is_what_its_channels_share() -> None:
    sensor = Sensor.of(Channel("CI", "PAS", "--", "BHZ"))
    assert sensor == Sensor.of(Channel("CI", "PAS", "", "BH1")) == Sensor("CI", "PAS", "", "BH")
    assert str(sensor) == str(sensor.channel) == "CI.PAS..BH?"
    assert Sensor.of(sensor.channel) == Sensor.of(Channel.parse(str(sensor))) == sensor
    document = {"net": "CI", "sta": "PAS", "chan": ["BH1", "BH2", "BHZ"]}
    assert Channel.of_document(document) == sensor.channel
    assert [channel.chan for channel in Channel.all_of_document(document)] == ["BH1", "BH2", "BHZ"]
    assert Channel.all_of_document({"net": "CI", "sta": "PAS", "chan": "BHZ"}) == (Channel("CI", "PAS", "", "BHZ"),)


def test_a_selection_touches_a_sensor_where_it_matches_any_of_its_channels() -> None:
    sensor = Sensor("CI", "PAS", "", "BH").channel
    for chan, touched in (("BHZ", True), ("BH?", True), ("*", True), ("HHZ,?H1", True), ("HHZ", False), ("LH?", False)):
        assert ChannelFilter(chan=chan).touches(sensor) == touched
        assert ChannelFilter(chan=chan).touches(Channel("CI", "PAS", "", "BHZ")) == (touched and chan != "HHZ,?H1")
    assert not ChannelFilter(sta="X").touches(sensor)
