"""Read the index of one day's continuous waveform objects from CSV or Parquet into a normalised Arrow table.

An index row says that an object should exist. Only fetching shows whether it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from libseis.codes import location
from seisbus.archive.definition import ArchiveDefinition
from seisbus.archive.keys import DayKey, TableFormat
from seisbus.archive.oddities import Oddities
from seisbus.archive.tables import read_table, require

# https://scedc.caltech.edu/data/search-index.html, in this order in the files without a header
_TEXTS = ("ms_filename", "net", "sta", "seedchan", "location")
_NUMBERS = {"lat": (-90.0, 90.0), "lon": (-180.0, 360.0), "sample_rate": (0.0, 1e7)}
COLUMNS = (*_TEXTS, *_NUMBERS)


@dataclass(frozen=True, slots=True)
class DayRow:
    """One listed day object: its key, the channel the key names, degrees, and samples per second."""

    object_key: str
    day_key: DayKey
    lat: float | None
    lon: float | None
    sample_rate: float | None


def read_waveform_index(data: bytes, table: TableFormat, key: str = "", odd: Oddities | None = None) -> pa.Table:
    """The columns `COLUMNS`: texts without nulls (a blank location is ""), float64 with nulls.

    A CSV may lack its header line, like the oldest ones. Rows that cannot be read, and missing columns, go to `odd`.
    Raises ArchiveFormatError, which names `key`, if the bytes are not such a table or file names are missing.
    """
    odd = Oddities(key) if odd is None else odd
    found = read_table(data, table, key, COLUMNS, frozenset(COLUMNS), odd)
    require(found, COLUMNS[:1], key)
    for name in COLUMNS:
        if name not in found.columns:
            odd.mend(f"the column {name} is missing")
    columns: dict[str, pa.Array] = {
        name: pa.array([row.text(name) for row in found.rows], pa.string()) for name in _TEXTS
    }
    columns["location"] = pa.array([location(row.text("location")) for row in found.rows], pa.string())
    for name, (low, high) in _NUMBERS.items():
        columns[name] = pa.array([row.number_or_none(name, odd, low, high) for row in found.rows], pa.float64())
    return pa.table(columns)


def day_rows(
    index: pa.Table, archive: ArchiveDefinition, day: date, key: str = "", odd: Oddities | None = None
) -> Iterator[DayRow]:
    """The rows of a table of `read_waveform_index` for `day`, with their object keys in `archive`.

    The channel comes from the object's key, because the archive serves objects by key and the ledger counts them.
    A file name that is not of the archive's layout or of another day goes to `odd`.
    """
    odd = Oddities(key) if odd is None else odd
    folder = archive.day_key.day_folder(day)
    for batch in index.to_batches(max_chunksize=8192):
        columns = (batch.column(name).to_pylist() for name in ("ms_filename", *_NUMBERS))
        for filename, lat, lon, sample_rate in zip(*columns, strict=True):
            day_key = archive.day_key.parse(folder + filename)
            if day_key is None or day_key.day != day:
                odd.leave_out(f"it lists {filename!r}, which is not a day file of {day}")
                continue
            yield DayRow(folder + filename, day_key, lat, lon, sample_rate or None)
