"""Read an archive's yearly earthquake catalog from CSV or Parquet, with the keys of its event files.

It reads the present columns and the older ones (separate date and time, no file names). Only fetching shows which event
files exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from seisbus.archive.keys import TableFormat
from seisbus.archive.oddities import Oddities
from seisbus.archive.tables import Nanoseconds, Row, Table, read_table, require
from seisbus.model.times import parse_time_ns

# The present order of columns, as in the 2023 files.
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
_LONGEST_ID = 200
_NO_FILE = frozenset({"", "na", "nan", "null", "none"})


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """One event of a catalog: epoch nanoseconds, degrees, kilometres below sea level.

    `ms_filename` and `phase_filename` are None if the archive has no such file.
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


def read_catalog(data: bytes, table: TableFormat, key: str = "", odd: Oddities | None = None) -> list[CatalogRow]:
    """The events of a catalog in its order; a second of 60 is carried over to the next minute.

    Rows without a readable id, time or place go to `odd`. Raises ArchiveFormatError, which names `key`, for bytes that
    are not such a table or for a missing column.
    """
    odd = Oddities(key) if odd is None else odd
    found = read_table(data, table, key, COLUMNS, _KNOWN, odd)
    found = Table(
        tuple(_OLDER.get(name, name) for name in found.columns),
        [Row(row.number, {_OLDER.get(name, name): cell for name, cell in row.cells.items()}) for row in found.rows],
    )
    require(found, ("evid", "lat", "lon"), key)
    if "origin_datetime" not in found.columns:
        require(found, ("date", "clock"), key)
    rows = []
    for row in found.rows:
        try:
            rows.append(_row(row, odd))
        except ValueError as error:
            odd.leave_out(str(error))
    return rows


def _row(row: Row, odd: Oddities) -> CatalogRow:
    """The event of a row; ValueError if it is not one. A wrong value that is not required becomes None and is noted."""
    evid, lat, lon = row.text("evid"), row.number_of("lat", -90, 90), row.number_of("lon", -180, 360)
    if not evid or lat is None or lon is None:
        raise ValueError(f"row {row.number} has no EVID, LAT or LON")
    if len(evid) > _LONGEST_ID or not evid.isprintable() or "\ufffd" in evid:
        raise ValueError(f"row {row.number} has the EVID {evid[:_LONGEST_ID]!r}")
    return CatalogRow(
        evid=evid,
        time_ns=_time_ns(row),
        lat=lat,
        lon=lon,
        depth_km=row.number_or_none("depth", odd, -20, 1000),
        mag=row.number_or_none("mag", odd, -10, 15),
        mag_type=row.text("m") or None,
        event_type=row.text("et") or None,
        geographic_type=row.text("gt") or None,
        quality=row.text("q") or None,
        phases=_whole(row.number_or_none("nph", odd, 0, 1e9)),
        waveforms=_whole(row.number_or_none("ngrm", odd, 0, 1e9)),
        prefix=_file(row, "prefix"),
        ms_filename=_file(row, "ms_filename"),
        phase_filename=_file(row, "phase_filename"),
    )


def _file(row: Row, name: str) -> str | None:
    text = row.text(name)
    return None if text.lower() in _NO_FILE else text


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _time_ns(row: Row) -> int:
    stored = row.cells.get("origin_datetime")
    if isinstance(stored, Nanoseconds) and -(2**63) <= stored < 2**63:
        return int(stored)
    text = row.text("origin_datetime") if "origin_datetime" in row.cells else f"{row.text('date')} {row.text('clock')}"
    time_ns = parse_time_ns(text) if ":" in text else None
    if time_ns is None or not -(2**63) <= time_ns < 2**63:
        raise ValueError(f"row {row.number} has the time {text!r}, expected YYYY/MM/DD HH:MM:SS.ss")
    return time_ns
