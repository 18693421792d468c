"""An archive's yearly earthquake catalog, from CSV or Parquet, with the keys of its event files.

Reads the present columns and the older ones (date and time apart, no file names). Which event files
exist is known when they are fetched.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from seisbus.archive.errors import ArchiveFormatError
from seisbus.archive.keys import TableFormat
from seisbus.archive.tables import number_column, read_table, require, text_column
from seisbus.model.moments import parse_time_ns

# The present order of columns, as the 2023 files have them.
COLUMNS = (
    *("PREFIX", "MS_FILENAME", "PHASE_FILENAME", "ORIGIN_DATETIME", "ET", "GT", "MAG", "M", "LAT", "LON"),
    *("DEPTH", "Q", "EVID", "NPH", "NGRM"),
)
# Older names of the same columns: those of the yearly csv files, and those that
# https://scedc.caltech.edu/data/search-index.html still lists.
_OLDER = {
    "yyyy/mm/dd": "date",
    "#yyy/mm/dd": "date",
    "#yyyy/mm/dd": "date",
    "eventdate": "date",
    "hh:mm:ss.ss": "clock",
    "eventtime": "clock",
    "eventtype": "et",
    "geographical type": "gt",
    "geographicaltype": "gt",
    "magnitude": "mag",
    "magnitudetype": "m",
    "latitude": "lat",
    "longitude": "lon",
    "quality": "q",
    "eventid": "evid",
    "numphases": "nph",
    "numwaveforms": "ngrm",
}
_KNOWN = frozenset(name.lower() for name in COLUMNS) | frozenset(_OLDER)
_NO_FILE = frozenset({"", "na", "nan", "null", "none"})


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """One event of a catalog: epoch nanoseconds, degrees, kilometres below sea level.

    `ms_filename` and `phase_filename` are None where the archive keeps no such file.
    """

    evid: str
    time_ns: int
    lat: float
    lon: float
    depth_km: float | None
    mag: float | None
    mag_type: str | None
    event_type: str | None
    geographic_type: str | None
    quality: str | None
    phases: int | None
    waveforms: int | None
    prefix: str | None
    ms_filename: str | None
    phase_filename: str | None

    @property
    def time(self) -> float:
        """The origin time in epoch seconds."""
        return self.time_ns / 1e9


def read_catalog(data: bytes, table: TableFormat, key: str = "") -> list[CatalogRow]:
    """The events of a catalog in its order; a second of 60 is carried over to the next minute.

    Raises ArchiveFormatError naming `key` for bytes that are no such table, a missing column, or a row
    without a readable time or place.
    """
    found = read_table(data, table, key, COLUMNS, _KNOWN)
    found = found.rename_columns([_OLDER.get(name, name) for name in found.column_names])
    require(found, ("evid", "lat", "lon"), key)
    times = _times(found, key)
    texts = {name: _texts(found, name) for name in ("et", "gt", "m", "q", *_FILES)}
    numbers = {name: _numbers(found, name, key) for name in ("mag", "depth", "nph", "ngrm", "lat", "lon")}
    rows = []
    for i, evid in enumerate(_identifiers(found)):
        lat, lon = numbers["lat"][i], numbers["lon"][i]
        if not evid or lat is None or lon is None:
            raise ArchiveFormatError(key, f"row {i + 1} has no EVID, LAT or LON.")
        rows.append(
            CatalogRow(
                evid=evid,
                time_ns=times[i],
                lat=lat,
                lon=lon,
                depth_km=numbers["depth"][i],
                mag=numbers["mag"][i],
                mag_type=texts["m"][i],
                event_type=texts["et"][i],
                geographic_type=texts["gt"][i],
                quality=texts["q"][i],
                phases=_whole(numbers["nph"][i]),
                waveforms=_whole(numbers["ngrm"][i]),
                prefix=texts["prefix"][i],
                ms_filename=texts["ms_filename"][i],
                phase_filename=texts["phase_filename"][i],
            )
        )
    return rows


_FILES = ("prefix", "ms_filename", "phase_filename")


def _texts(table: pa.Table, name: str) -> list[str | None]:
    if name not in table.column_names:
        return [None] * len(table)
    texts: list[str] = text_column(table, name).to_pylist()
    if name in _FILES:
        return [None if text.lower() in _NO_FILE else text for text in texts]
    return [text or None for text in texts]


def _numbers(table: pa.Table, name: str, key: str) -> list[float | None]:
    if name not in table.column_names:
        return [None] * len(table)
    column = number_column(table, name, key)
    numbers: list[float | None] = pc.if_else(pc.is_nan(column), None, column).to_pylist()
    return numbers


def _identifiers(table: pa.Table) -> list[str]:
    column = table.column("evid")
    if pa.types.is_floating(column.type):  # pandas writes whole numbers so where one is missing
        column = column.cast(pa.int64())
    texts: list[str] = pc.utf8_trim_whitespace(column.cast(pa.string()).fill_null("")).to_pylist()
    return texts


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _times(table: pa.Table, key: str) -> list[int]:
    if "origin_datetime" in table.column_names:
        column = table.column("origin_datetime")
        if pa.types.is_timestamp(column.type):
            if column.null_count:
                raise ArchiveFormatError(key, "a row has no ORIGIN_DATETIME.")
            stamps: list[int] = column.cast(pa.timestamp("ns")).cast(pa.int64()).to_pylist()
            return stamps
        clocks: list[str] = text_column(table, "origin_datetime").to_pylist()
    else:
        require(table, ("date", "clock"), key)
        days, times = _day_texts(table), text_column(table, "clock").to_pylist()
        clocks = [f"{day} {time}" for day, time in zip(days, times, strict=True)]
    return [_parse(text, row, key) for row, text in enumerate(clocks, 1)]


def _day_texts(table: pa.Table) -> list[str]:
    column = table.column("date")
    if pa.types.is_date(column.type):
        return [day.isoformat() if day else "" for day in column.to_pylist()]
    texts: list[str] = text_column(table, "date").to_pylist()
    return texts


def _parse(text: str, row: int, key: str) -> int:
    time_ns = parse_time_ns(text)
    if time_ns is None:
        raise ArchiveFormatError(key, f"row {row} has the time {text!r}, expected YYYY/MM/DD HH:MM:SS.ss.")
    return time_ns
