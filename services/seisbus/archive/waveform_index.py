"""The index of one day's continuous waveform objects, from CSV or Parquet, as a normalised Arrow table.

An index row says that an object should exist; whether it does is known when it is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from libseis.codes import location

from seisbus.archive.definition import ArchiveDefinition
from seisbus.archive.errors import ArchiveFormatError
from seisbus.archive.keys import DayKey, TableFormat
from seisbus.archive.tables import number_column, read_table, require, text_column

# https://scedc.caltech.edu/data/search-index.html, in this order in the files without a header
_TEXTS = ("ms_filename", "net", "sta", "seedchan", "location")
_NUMBERS = ("lat", "lon", "sample_rate")
COLUMNS = (*_TEXTS, *_NUMBERS)


@dataclass(frozen=True, slots=True)
class DayRow:
    """One listed day object: its key, the channel the key names, degrees, and samples per second."""

    object_key: str
    day_key: DayKey
    lat: float | None
    lon: float | None
    sample_rate: float | None


def read_waveform_index(data: bytes, table: TableFormat, key: str = "") -> pa.Table:
    """The columns `COLUMNS`: texts without nulls (a blank location is ""), float64 with nulls.

    A CSV may lack its header line, as the oldest do. Raises ArchiveFormatError naming `key` where the
    bytes are no such table or a column is missing.
    """
    found = read_table(data, table, key, COLUMNS, frozenset(COLUMNS))
    require(found, COLUMNS, key)
    columns = {name: text_column(found, name) for name in _TEXTS}
    codes = columns["location"]
    blanks = [code for code in pc.unique(codes).to_pylist() if location(code) == ""]
    columns["location"] = pc.if_else(pc.is_in(codes, pa.array(blanks, pa.string())), "", codes)
    columns |= {name: number_column(found, name, key) for name in _NUMBERS}
    return pa.table(columns)


def day_rows(index: pa.Table, archive: ArchiveDefinition, day: date, key: str = "") -> Iterator[DayRow]:
    """The rows of a table of `read_waveform_index` for `day`, with their object keys in `archive`.

    The object's key names the channel: it is what the archive serves, and what the ledger counts.
    Raises ArchiveFormatError for a file name that is not of the archive's layout or of another day.
    """
    folder = archive.day_key.day_folder(day)
    for batch in index.to_batches(max_chunksize=8192):
        columns = (batch.column(name).to_pylist() for name in ("ms_filename", *_NUMBERS))
        for filename, lat, lon, sample_rate in zip(*columns, strict=True):
            day_key = archive.day_key.parse(folder + filename)
            if day_key is None or day_key.day != day:
                raise ArchiveFormatError(key, f"it lists {filename!r}, which is no day file of {day}.")
            yield DayRow(folder + filename, day_key, lat, lon, sample_rate)
