"""Picks as programs and archives write them, each form with what goes wrong in it; compress's .Z against gzip."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seisbus.archive.event import EventInputError
from seisbus.archive.lzw import uncompressed
from seisbus.archive.oddities import ArchiveFormatError, Oddities
from seisbus.archive.picks import PickInputError, from_csv, from_hypoinverse, from_quakeml, from_stp
from seisbus.model.times import moment_ns
from support.phase_files import compress, event_card, hypoinverse, phase_card

NS = 1_000_000_000


def ns(text: str) -> int:
    return moment_ns(text)


QUAKEFLOW = b"""station_id,phase_index,phase_time,phase_score,phase_type,phase_polarity,event_id
CI.CCC..HH,1,2019-07-06T03:19:58.123,0.93,P,0.8,38457511
CI.CCC..HH,2,2019-07-06T03:20:01.5,0.61,S,,38457511
CI.XYZ,3,2019-07-06T03:20:02,nan,P,-0.2,-1
PB.B916.00.EH,4,not a time,0.5,P,,38457511
"""


def test_csv_as_quakeflow_and_phasenet_write_it():
    odd = Oddities("The pick file")
    first, second, third = from_csv(QUAKEFLOW, odd)
    assert (first.net, first.sta, first.loc, first.chan, first.event) == ("CI", "CCC", "", "HH", "38457511")
    assert (first.pick.phase, first.pick.time_ns) == ("P", ns("2019-07-06T03:19:58.123"))
    assert (first.pick.score, first.pick.polarity) == (0.93, "U")
    assert (second.pick.phase, second.pick.polarity) == ("S", "")
    assert (third.pick.score, third.pick.polarity, third.event, third.chan) == (None, "D", "", "")
    assert odd.left_out == 1 and "line 5" in odd.first
    # an id that nobody gave is the same for the same pick
    assert first.pick.id.startswith("pk") and first.pick.id == from_csv(QUAKEFLOW, odd)[0].pick.id
    assert len({first.pick.id, second.pick.id, third.pick.id}) == 3


def test_csv_with_codes_in_columns_of_their_own():
    (pick,) = from_csv(
        b"event_id,network,station,location,instrument,phase_type,phase_time,phase_score,phase_polarity,pick_id\n"
        b"nc1,BK,MHC,--,HH,P,2020-01-01T00:00:00.5,1.0,U,p7\n",
        Oddities(""),
    )
    assert (pick.net, pick.sta, pick.loc, pick.chan, pick.event) == ("BK", "MHC", "", "HH", "nc1")
    assert (pick.pick.id, pick.pick.polarity, pick.pick.score) == ("p7", "U", 1.0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "header needs station_id .* it has nothing"),
        (b"a,b\n1,2\n", "it has a, b"),
        (b"station_id,phase_time,phase_type\n", "holds no pick"),
        (b"station_id,phase_time,phase_type\nCI,2020-01-01,P\n", "station_id 'CI' is no NET.STA.LOC.CHAN"),
        (b"station_id,phase_time,phase_type,phase_score\nCI.A,2020-01-01,P,much\n", "score 'much' is no number"),
        (b"station_id,phase_time,phase_type\nCI.A,2020-01-01,\n", "has no phase_type"),
    ],
)
def test_a_csv_without_picks_is_said(text, sentence):
    with pytest.raises(PickInputError, match=sentence):
        from_csv(text, Oddities("The pick file"))


def test_quakeml_picks_and_arrivals():
    from obspy import UTCDateTime
    from obspy.core.event import Arrival, Catalog, Event, Origin, Pick, ResourceIdentifier, WaveformStreamID

    def pick(name: str, hint: str | None, station: str | None = "CCC", **more: object) -> Pick:
        place = WaveformStreamID("CI", station, channel_code="HHZ") if station else None
        return Pick(
            resource_id=ResourceIdentifier(f"smi:local/{name}"), time=UTCDateTime(ns=ns("2019-07-06T03:20:00.123456")),
            waveform_id=place, phase_hint=hint, **more,
        )  # fmt: skip

    picks = [
        pick("a", "P", polarity="positive"),
        pick("b", None, polarity="negative"),
        pick("c", None),
        pick("d", "S", None),
    ]
    origin = Origin(time=UTCDateTime(0), latitude=1, longitude=2, depth=3000)
    origin.arrivals = [
        Arrival(pick_id=picks[1].resource_id, phase="Sg"),
        Arrival(pick_id=picks[0].resource_id, phase="Pn"),
    ]
    event = Event(resource_id=ResourceIdentifier("smi:local/event"), picks=picks, origins=[origin])
    import io

    raw = io.BytesIO()
    Catalog([event]).write(raw, format="QUAKEML")
    odd = Oddities("The pick file")
    first, second = from_quakeml(raw.getvalue(), odd)
    assert (first.pick.phase, first.pick.polarity) == ("Pn", "U")
    assert (first.pick.id, first.event) == ("smi:local/a", "smi:local/event")
    assert (second.pick.phase, second.pick.polarity, second.pick.score) == ("Sg", "D", None)
    assert first.pick.time_ns == ns("2019-07-06T03:20:00.123456")
    assert (first.net, first.sta, first.loc, first.chan) == ("CI", "CCC", "", "HHZ")
    assert odd.left_out == 2
    with pytest.raises(EventInputError):
        from_quakeml(b"<no quakeml", Oddities(""))


STP = b"""#    38457511 le l 2019/07/06,03:19:53.040   35.7695 -117.5993   8.00 7.10 w 1.0
CI CCC  HHZ -- 35.5249 -117.3645   670.0 P c. i  1.0   34.50    6.580
CI CCC  HHN -- 35.5249 -117.3645   670.0 S .. e  0.5   34.50   11.420
CI LRL  HHZ 10 35.4795 -117.6821  1340.0 P d. i  1.0   33.11    6.402
CI BAD  HHZ -- what
"""


def test_a_phase_file_of_scedc():
    odd = Oddities("phases")
    event = from_stp(STP, "x.phase", odd)
    assert (event.id, event.time_ns, event.lat, event.lon) == (
        "38457511",
        ns("2019-07-06T03:19:53.04"),
        35.7695,
        -117.5993,
    )
    assert (event.depth_km, event.mag) == (8.0, 7.1)
    p, s, other = event.picks
    assert (p.net, p.sta, p.loc, p.chan, p.event) == ("CI", "CCC", "", "HHZ", "38457511")
    assert (p.pick.phase, p.pick.time_ns, p.pick.score, p.pick.polarity) == (
        "P",
        event.time_ns + 6_580_000_000,
        1.0,
        "U",
    )
    assert (s.pick.phase, s.pick.score, s.pick.polarity) == ("S", 0.5, "")
    assert (other.loc, other.pick.polarity) == ("10", "D")
    assert odd.left_out == 1 and "line 5" in odd.first
    assert from_stp(b"0  0 1970/01/01,00:00:00.000 0.0 0.0 0.0 0.0 n 0.0\n", "x", odd) is None
    assert from_stp(b"", "x", odd) is None
    with pytest.raises(ArchiveFormatError, match="expected an event of STP"):
        from_stp(b"<html>gone</html>\n", "x", odd)


NCEDC = hypoinverse(
    (
        event_card("202001312359", 58.25, 37.5, -122.25, 8.2, 3.14, 73330000),
        [
            phase_card("MHC", "BK", "HHZ", "00", "202001312359", 62.5, None, polarity="U"),
            phase_card("MHC", "BK", "HHE", "00", "202001312359", None, 65.75),
            phase_card("CMW", "NC", "EHZ", "--", "202001312359", 61.0, 63.0, weight="3", polarity="D"),
        ],
        73330000,
    ),
    (event_card("202002010010", 0.0, -10.0, 20.5, 1.0, 1.0, 73330005), [], 73330005),
)


def test_a_month_of_ncedc():
    odd = Oddities("phases")
    first, second = from_hypoinverse(NCEDC, "2020.01.phase", odd)
    assert (first.id, first.lat, first.lon, first.depth_km, first.mag) == ("73330000", 37.5, -122.25, 8.2, 3.14)
    assert first.time_ns == ns("2020-01-31T23:59:58.25")
    assert (second.lat, second.lon, second.picks) == (-10.0, 20.5, ())
    found = [(p.net, p.sta, p.loc, p.chan, p.pick.phase, p.pick.score, p.pick.polarity) for p in first.picks]
    assert found == [
        ("BK", "MHC", "00", "HHZ", "P", 1.0, "U"),
        ("BK", "MHC", "00", "HHE", "S", 0.5, ""),
        ("NC", "CMW", "", "EHZ", "P", 0.25, "D"),
        ("NC", "CMW", "", "EHZ", "S", 0.5, ""),
    ]
    # seconds count on over the minute, here into the next month
    assert first.picks[0].pick.time_ns == ns("2020-02-01T00:00:02.5")
    assert {p.event for p in first.picks} == {"73330000"} and not odd
    with pytest.raises(ArchiveFormatError):
        from_hypoinverse(b"<html>gone</html>\n", "x", Oddities("phases"))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([b"P", b"S ", b"2020", b"   ", b"MHC", b"\x00\xff"]), max_size=4000).map(b"".join),
    st.sampled_from([9, 12, 16]),
)
def test_what_compress_packed_comes_back(data, most_bits):
    assert uncompressed(compress(data, most_bits), 10**6) == data


@pytest.mark.skipif(shutil.which("gzip") is None, reason="gzip is the judge")
def test_the_packing_is_that_of_unix(tmp_path: Path):
    """gzip reads what the test packs, so that reading it back says something about .Z files."""
    path = tmp_path / "a.Z"
    data = NCEDC * 60 + bytes(range(256)) * 40
    path.write_bytes(compress(data))
    assert subprocess.run(["gzip", "-dc", str(path)], capture_output=True, check=True).stdout == data
    assert uncompressed(path.read_bytes(), 10**7) == data
    assert len(from_hypoinverse(compress(NCEDC), "2020.01.phase.Z", Oddities(""))) == 2


@pytest.mark.parametrize(
    "data",
    [b"", b"\x1f\x9d", b"\x1f\x8b\x08" * 9, b"\x1f\x9d\x1f" + b"x" * 9, compress(b"abc" * 99)[:-3] + b"\xff" * 30],
)
def test_what_is_not_packed_so_is_said(data):
    with pytest.raises(ValueError):
        uncompressed(data, 10**6)


def test_too_much_is_refused():
    with pytest.raises(ValueError, match="more than 1,000 bytes"):
        uncompressed(compress(b"x" * 100_000), 1000)
