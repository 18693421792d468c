"""Write the index files and catalogs of a generated archive, in the forms of the real archive.

CSV and Parquet, with and without header, with today's columns and with those of old files.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from seisbus.archive.keys import TableFormat, catalog_index_key, waveform_index_key
from seisbus.extras import extra
from seisbus.testing.folder import Bucket
from seisbus.testing.spec import NS, OJAI, Quake

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class IndexRow:
    """A row of a day's waveform index, in the order of its columns."""

    ms_filename: str
    net: str
    sta: str
    seedchan: str
    location: str
    lat: float | None
    lon: float | None
    sample_rate: float | None


_TEXTS = ("ms_filename", "net", "sta", "seedchan", "location")
_NUMBERS = ("lat", "lon", "sample_rate")


def _parquet(table: pa.Table) -> bytes:
    with extra("tables"):
        import pyarrow.parquet as pq
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def _csv(table: pa.Table, header: bool = True) -> bytes:
    with extra("tables"):
        import pyarrow.csv as pacsv
    sink = io.BytesIO()
    pacsv.write_csv(table, sink, pacsv.WriteOptions(include_header=header, quoting_style="needed"))
    return sink.getvalue()


def _index_table(rows: Iterable[IndexRow]) -> pa.Table:
    with extra("tables"):
        import pyarrow as pa
    listed = sorted(rows, key=lambda row: row.ms_filename)
    schema = pa.schema([(name, pa.string()) for name in _TEXTS] + [(name, pa.float64()) for name in _NUMBERS])
    return pa.table({name: [getattr(row, name) for row in listed] for name in schema.names}, schema=schema)


def write_day_index(bucket: Bucket, day: date, rows: Iterable[IndexRow]) -> list[str]:
    """The index of a day as CSV and as Parquet; their keys."""
    table = _index_table(rows)
    keys = [waveform_index_key(day, TableFormat.CSV), waveform_index_key(day, TableFormat.PARQUET)]
    bucket.put(keys[0], _csv(table))
    bucket.put(keys[1], _parquet(table))
    return keys


def write_old_indexes(bucket: Bucket, rows: list[IndexRow]) -> list[str]:
    """CSV indexes as they were in 1999: without header, one with the older name; they have no objects."""
    keys = []
    for day, filename in ((date(1999, 6, 18), None), (date(1999, 6, 19), "index.csv")):
        stamp = f"{day.year}{day.timetuple().tm_yday:03d}"
        old = [replace(row, ms_filename=f"{row.ms_filename[:13]}{stamp}.ms") for row in rows]
        key = waveform_index_key(day, TableFormat.CSV)
        if filename:
            key = f"{key.rpartition('/')[0]}/{filename}"
        bucket.put(key, _csv(_index_table(old), header=False))
        keys.append(key)
    return keys


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """An event of a catalog, and whether the archive keeps its event and phase files."""

    quake: Quake
    waveforms: int = 0
    phases: int = 0
    geographic_type: str = "l"

    @property
    def folder(self) -> str:
        """The day folder of its files, "2023/2023_232"."""
        day = self.quake.day
        return f"{day.year}/{day.year}_{day.timetuple().tm_yday:03d}"


def _clock(time_ns: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_ns // 1000)


def write_catalog(bucket: Bucket, year: int, entries: Iterable[CatalogEntry]) -> list[str]:
    """A year's catalog with today's columns as CSV and Parquet; missing files have the text NA."""
    with extra("tables"):
        import pyarrow as pa
    listed = sorted(entries, key=lambda entry: entry.quake.time_ns)
    quakes = [entry.quake for entry in listed]
    table = pa.table(
        {
            # real catalogs have both forms of PREFIX, with and without the last slash
            "PREFIX": [entry.folder + ("/" if i % 2 == 0 else "") for i, entry in enumerate(listed)],
            "MS_FILENAME": [f"{e.quake.evid}.ms" if e.waveforms else "NA" for e in listed],
            "PHASE_FILENAME": [f"{e.quake.evid}.phase" if e.phases else "NA" for e in listed],
            "ORIGIN_DATETIME": [f"{_clock(quake.time_ns):%Y/%m/%d %H:%M:%S.%f}"[:-3] for quake in quakes],
            "ET": ["eq"] * len(listed),
            "GT": [entry.geographic_type for entry in listed],
            "MAG": [quake.mag for quake in quakes],
            "M": [quake.mag_type for quake in quakes],
            "LAT": [quake.lat for quake in quakes],
            "LON": [quake.lon for quake in quakes],
            "DEPTH": [quake.depth_km for quake in quakes],
            "Q": ["A"] * len(listed),
            "EVID": pa.array([int(quake.evid) for quake in quakes], pa.int64()),
            "NPH": pa.array([entry.phases for entry in listed], pa.int64()),
            "NGRM": pa.array([entry.waveforms for entry in listed], pa.int64()),
        }
    )
    keys = [catalog_index_key(year, TableFormat.CSV), catalog_index_key(year, TableFormat.PARQUET)]
    bucket.put(keys[0], _csv(table))
    bucket.put(keys[1], _parquet(table))
    return keys


# Hector Mine as in the SCEDC catalog, then two rows with a second of 60, one of them over a new year.
_OLD_CATALOG = """YYYY/MM/DD,HH:mm:SS.ss,ET,GT,MAG,M,LAT,LON,DEPTH,Q,EVID,NPH,NGRM
1999/10/16,09:46:44.46,eq,l,7.10,w,34.603,-116.265,13.7,A,9108652,217,0
1999/10/16,09:59:60.00,eq,l,5.77,l,34.682,-116.285,10.3,A,9108653,60,0
1999/12/31,23:59:60.00,eq,l,1.20,l,34.100,-117.000,2.0,B,9108654,10,0
"""


def write_old_catalog(bucket: Bucket) -> list[str]:
    """The catalog of 1999: CSV only, date and time apart, no names of event files."""
    key = catalog_index_key(1999, TableFormat.CSV)
    bucket.put(key, _OLD_CATALOG.encode())
    return [key]


def background(seed: int, year: int, count: int) -> list[CatalogEntry]:
    """Small earthquakes of a year, drawn from the seed (Gutenberg-Richter, b = 1); they have no files."""
    rng = np.random.default_rng([seed, 6, year])
    start = (date(year, 1, 1) - date(1970, 1, 1)).days * 86400
    entries = []
    for number in range(count):
        quake = Quake(
            evid=str(90_000_000 + 1000 * (year % 100) + number),
            time_ns=(start * 1000 + int(rng.integers(0, 365 * 86_400_000))) * (NS // 1000),
            lat=round(float(rng.uniform(32.5, 36.5)), 3),
            lon=round(float(rng.uniform(-120.5, -115.0)), 3),
            depth_km=round(float(rng.uniform(0, 18)), 1),
            mag=round(min(1.5 - float(np.log10(rng.uniform(1e-9, 1.0))), 4.4), 2),
            mag_type="l",
        )
        entries.append(CatalogEntry(quake))
    return entries


# Further events above 4.5 in 2023, so that a query finds several: generated, unlike Ojai.
OTHERS_2023 = (
    Quake("90231001", 1674820813_120000000, 33.918, -118.681, 14.8, 4.62, "w"),
    Quake("90231002", 1701429301_470000000, 32.791, -115.442, 9.3, 4.87, "w"),
)
EVENTS_2023 = (OJAI, *OTHERS_2023)
