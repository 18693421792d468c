"""One odd entry costs itself alone: of every mutant of a valid file, all that the mutation did not touch is read.

A file is made of entries; an entry is sound when no byte of it was changed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seisbus.archive.catalog import read_catalog
from seisbus.archive.definition import load_archives
from seisbus.archive.event import EventInputError
from seisbus.archive.events import from_csv, from_quakeml
from seisbus.archive.keys import TableFormat
from seisbus.archive.oddities import ArchiveFormatError, Oddities
from seisbus.archive.stations import read_stationxml
from seisbus.archive.waveform_index import COLUMNS, day_rows, read_waveform_index
from support.mutants import mutants

SCEDC = load_archives()["scedc"]
DAY = date(2022, 1, 2)
HEADER = ",".join(COLUMNS) + "\n"
NAMES = [f"S{n:02d}" for n in range(8)]
INDEX = HEADER + "".join(f"CI{n}__BHZ___2022002.ms,CI,{n},BHZ,,34.5,-116.5,40.0\n" for n in NAMES)
CATALOG = "PREFIX,MS_FILENAME,PHASE_FILENAME,ORIGIN_DATETIME,ET,GT,MAG,M,LAT,LON,DEPTH,Q,EVID,NPH,NGRM\n" + "".join(
    f"2023/2023_232,{n}.ms,{n}.phase,2023/08/20 21:41:00.83,eq,l,5.07,w,34.409,-119.185,4.8,A,{n},162,4450\n"
    for n in NAMES
)
EVENTS = "time,lat,lon,depth,mag,id\n" + "".join(f"2011-03-11T05:46:23.2,38.3,142.4,29,9.1,{n}\n" for n in NAMES)
CHANNEL = """<Channel code="BHZ" locationCode="" startDate="2000-01-01T00:00:00"><Comment><Value>x</Value></Comment>
<Latitude>34</Latitude><Longitude>-116</Longitude><Elevation>920</Elevation><Depth>3</Depth><Azimuth>0</Azimuth>
<Dip>-90</Dip><SampleRate>40</SampleRate><Response></Response></Channel>"""
STATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<FDSNStationXML xmlns="http://www.fdsn.org/xml/station/1" schemaVersion="1.1">'
    "<Source>S</Source><Created>2020-01-01T00:00:00</Created>"
    '<Network code="CI">'
    + "\n".join(
        f'<Station code="{n}" startDate="2000-01-01T00:00:00"><Latitude>34</Latitude><Longitude>-116</Longitude>'
        f"<Elevation>920</Elevation><Site><Name>{n}</Name></Site>{CHANNEL}</Station>"
        for n in NAMES
    )
    + "</Network></FDSNStationXML>"
)
QUAKEML = (
    '<?xml version="1.0"?><q:quakeml xmlns="http://quakeml.org/xmlns/bed/1.2" '
    'xmlns:q="http://quakeml.org/xmlns/quakeml/1.2"><eventParameters publicID="smi:local/c">'
    + "\n".join(
        f'<event publicID="smi:local/{n}"><origin publicID="smi:local/{n}/o">'
        "<time><value>2011-03-11T05:46:23.2Z</value></time>"
        f"<latitude><value>38</value></latitude><longitude><value>142</value></longitude><depth><value>29000</value></depth>"
        f"</origin></event>"
        for n in NAMES
    )
    + "</eventParameters></q:quakeml>"
)


def _parquet(columns: dict[str, list[object]], group: int = 2) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, row_group_size=group)
    return sink.getvalue()


def _table(text: str) -> dict[str, list[object]]:
    header, *rows = (line.split(",") for line in text.strip().split("\n"))
    return {name: [row[i] for row in rows] for i, name in enumerate(header)}


def _index(table: TableFormat) -> Callable[[bytes, Oddities], set[str]]:
    def read(data: bytes, odd: Oddities) -> set[str]:
        found = read_waveform_index(data, table, "k", odd)
        return {row.day_key.sta for row in day_rows(found, SCEDC, DAY, "k", odd)}

    return read


def _catalog(table: TableFormat) -> Callable[[bytes, Oddities], set[str]]:
    return lambda data, odd: {row.evid for row in read_catalog(data, table, "k", odd)}


def _stations(data: bytes, odd: Oddities) -> set[str]:
    return {channel.sta for channel in read_stationxml(data, "k", odd).channels}


def _quakeml(data: bytes, odd: Oddities) -> set[str]:
    return {event.id.rpartition("/")[2] for event in from_quakeml(data, odd)}


FORMATS: dict[str, tuple[bytes, Callable[[bytes, Oddities], set[str]], str]] = {
    # the valid bytes, what reads them, and where its first entry begins
    "index_csv": (INDEX.encode(), _index(TableFormat.CSV), "CIS00"),
    "index_parquet": (_parquet(_table(INDEX)), _index(TableFormat.PARQUET), ""),
    "catalog_csv": (CATALOG.encode(), _catalog(TableFormat.CSV), "2023/"),
    "catalog_parquet": (_parquet(_table(CATALOG)), _catalog(TableFormat.PARQUET), ""),
    "events_csv": (EVENTS.encode(), lambda data, odd: {event.id for event in from_csv(data, odd)}, "2011"),
    "stationxml": (STATIONS.encode(), _stations, "<Station code"),
    "quakeml": (QUAKEML.encode(), _quakeml, "<event "),
}


def _spans(data: bytes, name: str) -> dict[str, tuple[int, int]]:
    """Where each entry stands, the separator behind the one before it included."""
    if name.endswith("_csv"):
        ends = [found.end() for found in re.finditer(rb"\n", data)]
    else:
        ends = [data.index(b"<Station code" if name == "stationxml" else b"<event ")]
        ends += [found.end() for found in re.finditer(rb"</Station>\n?|</event>\n?", data)]
    return {sta: (ends[n] - 1, ends[n + 1]) for n, sta in enumerate(NAMES)}


def _check(name: str, count: int, seed: int) -> None:
    data, read, first = FORMATS[name]
    odd = Oddities("k")
    assert read(data, odd) == set(NAMES) and not odd, "the valid file"
    whole = not first  # a Parquet file has no bytes that belong to one row alone
    spans = {} if whole else _spans(data, name)
    # a start at the first entry's own first byte: what stands before names all of them
    for number, (mutant, start, end) in enumerate(
        mutants(data, count, seed, 0 if whole else data.index(first.encode()))
    ):
        odd = Oddities("k")
        sound = {sta for sta, (a, b) in spans.items() if b <= start or a >= end}
        try:
            found = read(mutant, odd)
        except (ArchiveFormatError, EventInputError) as error:
            assert not sound, (number, mutant[max(0, start - 40) : start + 40], error)
            continue
        assert sound <= found, (number, sound - found, mutant[max(0, start - 40) : start + 40])
        lost = len(sound) == len(NAMES) - 1 and found == sound  # and no other entry by a changed name
        if lost and end < len(data):  # nobody misses what stood behind a cut between two rows
            assert odd, (number, mutant[max(0, start - 40) : start + 40])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FORMATS)
def test_all_that_is_sound_of_a_mutant_is_read(name: str) -> None:
    _check(name, 300, 1)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FORMATS)
def test_all_that_is_sound_of_many_mutants_is_read(name: str) -> None:
    _check(name, 20_000, 2)
