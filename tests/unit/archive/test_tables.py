"""Waveform indexes and catalogs: CSV and Parquet, with and without headers, old columns, nulls."""

from __future__ import annotations

import io
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seisbus.archive.catalog import read_catalog
from seisbus.archive.definition import load_archives
from seisbus.archive.keys import DayKey, TableFormat
from seisbus.archive.oddities import ArchiveFormatError, Oddities
from seisbus.archive.waveform_index import COLUMNS, day_rows, read_waveform_index

SCEDC = load_archives()["scedc"]
ROWS = [
    ("CIHEC__BHN___2022002.ms", "CI", "HEC", "BHN", "", 34.8294, -116.335, 40.0),
    ("CE13884HNZ10_2022002.ms", "CE", "13884", "HNZ", "10", 33.5, -117.1, 100.0),
    ("NANANA_LHZ00_2022002.ms", "NA", "NANA", "LHZ", "00", None, None, 1.0),
]
HEADER = ",".join(COLUMNS) + "\n"


def _csv(blank: str = "") -> str:
    return "".join(
        f"{name},{net},{sta},{chan},{loc or blank},{'' if lat is None else lat},{'' if lon is None else lon},{rate}\n"
        for name, net, sta, chan, loc, lat, lon, rate in ROWS
    )


def _parquet(columns: dict[str, object]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


@pytest.mark.parametrize("header", [HEADER, HEADER.upper(), ""], ids=["header", "upper case", "none"])
@pytest.mark.parametrize("blank", ["", "--", "  ", "__"])
def test_waveform_csv(header: str, blank: str) -> None:
    index = read_waveform_index((header + _csv(blank)).encode(), TableFormat.CSV)
    assert [tuple(row.values()) for row in index.to_pylist()] == ROWS


def test_waveform_parquet_equals_csv() -> None:
    columns: dict[str, object] = dict(zip(COLUMNS, map(list, zip(*ROWS, strict=True)), strict=True))
    columns["location"] = [None, "10", "00"]
    columns["net"] = pa.array(["CI", "CE", "NA"]).dictionary_encode()
    index = read_waveform_index(_parquet(columns), TableFormat.PARQUET)
    assert index.equals(read_waveform_index((HEADER + _csv()).encode(), TableFormat.CSV))


def test_an_empty_index_has_no_rows() -> None:
    assert read_waveform_index(b"", TableFormat.CSV).num_rows == 0
    assert read_waveform_index(HEADER.encode(), TableFormat.CSV).num_rows == 0


def test_day_rows_give_keys() -> None:
    index = read_waveform_index(_csv().encode(), TableFormat.CSV)
    rows = list(day_rows(index, SCEDC, date(2022, 1, 2)))
    assert rows[0].object_key == "continuous_waveforms/2022/2022_002/CIHEC__BHN___2022002.ms"
    assert rows[1].day_key == DayKey("CE", "13884", "10", "HNZ", date(2022, 1, 2))
    assert (rows[2].day_key.net, rows[2].lat, rows[2].sample_rate) == ("NA", None, 1.0)
    odd = Oddities("k")
    assert list(day_rows(index, SCEDC, date(2022, 1, 3), "k", odd)) == []
    assert odd.left_out == 3 and "not a day file of 2022-01-03" in odd.note


@pytest.mark.parametrize(
    ("data", "table", "message"),
    [
        (b"PAR1 but no parquet", TableFormat.PARQUET, "not a parquet table"),
        (b"net,sta\nCI,HEC\n", TableFormat.CSV, "columns ms_filename"),
    ],
)
def test_unreadable_indexes_name_the_key(data: bytes, table: TableFormat, message: str) -> None:
    with pytest.raises(ArchiveFormatError, match=message) as caught:
        read_waveform_index(data, table, "some/key")
    assert caught.value.key == "some/key"


@pytest.mark.parametrize(
    ("old", "new", "kept", "said"),
    [
        ("34.8294", "north", 3, "row 1 has the lat 'north'"),
        ("34.8294", "91", 3, "row 1 has the lat '91'"),
        ("40.0", "-40", 3, "row 1 has the sample_rate '-40'"),
        ("40.0", "nan", 3, ""),
        ("CIHEC__BHN", "CI.HEC.BHN", 2, "not a day file of 2022-01-02"),
        ("2022002.ms,CI,HEC", "2022003.ms,CI,HEC", 2, "not a day file of 2022-01-02"),
        ("CIHEC__BHN", "", 2, "not a day file of 2022-01-02"),
        ("CI,HEC", 'CI,"HEC', 2, "row 1 has 3 cells, expected 8"),
        (",40.0", "", 2, "row 1 has 7 cells, expected 8"),
        ("HEC,BHN", "H\xe9C,BHN", 3, ""),
        ("CIHEC__BHN", "CIH\xe9C__BHN", 2, "not a day file"),
        ("ms_filename", "msfilename", 3, "its header has 'msfilename' in the place of ms_filename"),
        (",sample_rate", "", 0, "row 1 has 8 cells, expected 7"),
    ],
)
def test_an_odd_row_of_an_index_costs_itself_alone(old: str, new: str, kept: int, said: str) -> None:
    odd = Oddities("some/key")
    data = (HEADER + _csv()).replace(old, new, 1).encode("latin-1")
    rows = list(day_rows(read_waveform_index(data, TableFormat.CSV, "k", odd), SCEDC, date(2022, 1, 2), "k", odd))
    assert len(rows) == kept
    assert said in odd.note and bool(odd) == bool(said)


def test_an_index_in_another_encoding_is_read() -> None:
    data = (HEADER + _csv()).encode("utf-16")
    assert read_waveform_index(data, TableFormat.CSV).num_rows == 3


CATALOG_2023 = """PREFIX,MS_FILENAME,PHASE_FILENAME,ORIGIN_DATETIME,ET,GT,MAG,M,LAT,LON,DEPTH,Q,EVID,NPH,NGRM
2023/2023_232/,39645386.ms,39645386.phase,2023/08/20 21:41:00.83,eq,l,5.07,w,34.409,-119.185,4.8,A,39645386,162,4450
2023/2023_001,NA,NA,2023-01-01 00:02:60.00,eq,l,NA,n,33.2,-116.7,NaN,A,39462536,,0
"""
CATALOG_1999 = """YYYY/MM/DD,HH:mm:SS.ss,ET,GT,MAG,M,LAT,LON,DEPTH,Q,EVID,NPH,NGRM
1999/10/16,09:46:44.46,eq,l,7.10,w,34.603,-116.265,13.7,A,9108652,217,3
1999/12/31,23:59:60.00,eq,l,1.20,l,34.1,-117.0,2.0,B,9000001,10,1
"""
CATALOG_LISTED = """eventdate,eventtime,eventtype,geographical type,magnitude,magnitudetype,latitude,\
longitude,depth,eventid,numphases,numwaveforms
1999-10-16,09:46:44.46,eq,l,7.10,w,34.603,-116.265,13.7,9108652,217,3
"""


def test_catalog_of_2023() -> None:
    big, small = read_catalog(CATALOG_2023.encode(), TableFormat.CSV)
    assert (big.evid, big.time_ns, big.mag, big.mag_type) == ("39645386", 1692567660_830000000, 5.07, "w")
    assert (big.depth_km, big.phases, big.waveforms, big.event_type) == (4.8, 162, 4450, "eq")
    assert (big.prefix, big.ms_filename, big.phase_filename) == ("2023/2023_232/", "39645386.ms", "39645386.phase")
    assert (small.ms_filename, small.phase_filename, small.mag, small.depth_km) == (None, None, None, None)
    assert small.time == 1672531380.0  # 00:02:60 is 00:03:00


def test_catalogs_with_old_columns() -> None:
    hector, midnight = read_catalog(CATALOG_1999.encode(), TableFormat.CSV)
    assert (hector.time_ns, hector.prefix, hector.ms_filename) == (940067204_460000000, None, None)
    assert midnight.time_ns == 946684800_000000000  # 23:59:60 is the new year
    assert read_catalog(CATALOG_LISTED.encode(), TableFormat.CSV)[0].time_ns == hector.time_ns


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_parquet_catalogs_equal_csv(unit: str) -> None:
    rows = read_catalog(CATALOG_2023.encode(), TableFormat.CSV)
    table = {
        "PREFIX": ["2023/2023_232/", "2023/2023_001"],
        "MS_FILENAME": ["39645386.ms", "NA"],
        "PHASE_FILENAME": ["39645386.phase", None],
        "ORIGIN_DATETIME": pa.array([row.time_ns for row in rows], pa.timestamp("ns")).cast(pa.timestamp(unit)),
        "ET": ["eq", "eq"],
        "GT": ["l", "l"],
        "MAG": [5.07, float("nan")],
        "M": ["w", "n"],
        "LAT": [34.409, 33.2],
        "LON": [-119.185, -116.7],
        "DEPTH": [4.8, None],
        "Q": ["A", "A"],
        "EVID": [39645386, 39462536],
        "NPH": [162.0, float("nan")],
        "NGRM": [4450, 0],
    }
    assert read_catalog(_parquet(table), TableFormat.PARQUET) == rows


@pytest.mark.parametrize(
    ("old", "new", "kept", "said"),
    [
        ("2023/08/20 21:41:00.83", "2023/08/32 21:41:00.83", 1, "row 1 has the time"),
        ("2023/08/20 21:41:00.83", "", 1, "row 1 has the time"),
        ("34.409", "NA", 1, "row 1 has no EVID, LAT or LON"),
        ("34.409", "340.9", 1, "row 1 has the lat '340.9'"),
        ("39645386,162", ",162", 1, "row 1 has no EVID"),
        ("5.07", "five", 2, "row 1 has the mag 'five'"),
        (",4.8,", ",48000,", 2, "row 1 has the depth '48000'"),
        (",162,", ",1e400,", 2, "row 1 has the nph '1e400'"),
        ("ORIGIN_DATETIME", "WHEN", 2, "'when' in the place of origin_datetime"),
    ],
)
def test_an_odd_event_of_a_catalog_costs_itself_alone(old: str, new: str, kept: int, said: str) -> None:
    odd = Oddities("k")
    assert len(read_catalog(CATALOG_2023.replace(old, new, 1).encode(), TableFormat.CSV, "k", odd)) == kept
    assert said in odd.note


def test_a_catalog_without_its_columns_says_which() -> None:
    with pytest.raises(ArchiveFormatError, match="columns evid"):
        read_catalog(b"LAT,LON,ORIGIN_DATETIME\n1,2,3\n", TableFormat.CSV, "k")
