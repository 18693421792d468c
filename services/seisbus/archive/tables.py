"""Read the archives' CSV and Parquet tables in all their forms; an odd row does not affect the others.

Text stays text ("00" is a location and "NA" a network). Callers know the meaning of the columns.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from seisbus.archive.keys import TableFormat
from seisbus.archive.numbers import number_in
from seisbus.archive.oddities import ArchiveFormatError, Oddities

_NOTHING = frozenset({"", "na", "nan", "null", "none"})
_NS_OF = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1000, "ns": 1}


class Nanoseconds(int):
    """A time that a Parquet file stored as such, nanoseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its number in the file, counted from 1 without the header; cells by lower-case column name."""

    number: int
    cells: dict[str, Any]

    def text(self, name: str) -> str:
        """A cell as stripped text, "" if it is empty; a location that became a number gets its two digits back."""
        cell = self.cells.get(name)
        if cell is None or (isinstance(cell, float) and math.isnan(cell)):
            return ""
        if isinstance(cell, bytes):
            cell = cell.decode(errors="replace")
        if isinstance(cell, float) and cell.is_integer():  # pandas writes whole numbers as floats if one is missing
            cell = int(cell)
        text = str(cell).strip()
        return text.zfill(2) if name == "location" and isinstance(cell, int) else text

    def number_of(self, name: str, low: float = -math.inf, high: float = math.inf) -> float | None:
        """A cell as a finite number, None if it is empty; ValueError for other text or a number out of range."""
        text = self.text(name)
        if text.lower() in _NOTHING:
            return None
        number = number_in(text, low, high)
        if number is None:
            raise ValueError(f"row {self.number} has the {name} {text!r}")
        return number

    def number_or_none(self, name: str, odd: Oddities, low: float = -math.inf, high: float = math.inf) -> float | None:
        """Like `number_of`, for optional columns: a cell that cannot be read is noted and becomes None."""
        try:
            return self.number_of(name, low, high)
        except ValueError as error:
            odd.mend(str(error))
            return None


@dataclass(frozen=True, slots=True)
class Table:
    """Column names in lower case, and the rows that could be read."""

    columns: tuple[str, ...]
    rows: list[Row]


def read_table(
    data: bytes, table: TableFormat, key: str, headerless: Sequence[str], known: frozenset[str], odd: Oddities
) -> Table:
    """A table; CSV cells are text, Parquet ones as they were stored. Rows that cannot be read go to `odd`.

    A CSV without a header (its first line has no name in `known`) gets the column names `headerless`. Raises
    ArchiveFormatError, which names `key`, if the bytes are not such a table.
    """
    if table is TableFormat.CSV:
        return _read_csv(data, headerless, known, odd)
    try:
        return _read_parquet(data, odd)
    except Exception as error:  # Arrow raises a dozen types of errors on damaged bytes, also MemoryError and OSError
        raise ArchiveFormatError(key, f"it is not a {table} table ({error}).") from error


def _read_csv(data: bytes, headerless: Sequence[str], known: frozenset[str], odd: Oddities) -> Table:
    lines = _lines(data, odd)
    first = next(lines, None)
    if first is None:
        return Table(tuple(headerless), [])
    names = [name.strip().lower() for name in first[1]]
    has_header = any(name in known for name in names)
    if not has_header:
        names = [name.lower() for name in headerless]
    elif len(names) == len(headerless):  # an unknown name counts as the usual one if that is missing
        for place, name in enumerate(names):
            usual = headerless[place].lower()
            if name not in known and usual not in names:
                odd.mend(f"its header has {name!r} in the place of {usual}")
                names[place] = usual
    rows = []
    for number, cells in _numbered(lines) if has_header else _numbered(_again(first, lines)):
        if len(cells) != len(names):
            odd.leave_out(f"row {number} has {len(cells)} cells, expected {len(names)}")
        else:
            rows.append(Row(number, dict(zip(reversed(names), reversed(cells), strict=True))))
    return Table(tuple(names), rows)


_Line = tuple[int, list[str]]


def _again(first: _Line, rest: Iterator[_Line]) -> Iterator[_Line]:
    yield first
    yield from rest


def _numbered(lines: Iterator[_Line]) -> Iterator[_Line]:
    return ((number, cells) for number, (_, cells) in enumerate(lines, 1))


def _lines(data: bytes, odd: Oddities) -> Iterator[_Line]:
    """Read each line alone, so that a missing end quote affects one line only; empty lines are left out."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", errors="replace").encode()
    for number, line in enumerate(data.split(b"\n"), 1):
        text = line.decode(errors="replace").strip("\r\n")
        if not text.strip(" \t\r\0"):
            continue
        try:
            yield number, next(csv.reader([text], skipinitialspace=True))
        except (csv.Error, StopIteration) as error:
            odd.leave_out(f"line {number} cannot be read ({error})")


def _read_parquet(data: bytes, odd: Oddities) -> Table:
    """Read each column of each row group alone, so that damage affects only this group or column."""
    file = pq.ParquetFile(pa.BufferReader(data))
    names = [name.strip().lower() for name in file.schema_arrow.names]
    rows: list[Row] = []
    number = 0
    for group in range(file.num_row_groups):
        length = file.metadata.row_group(group).num_rows
        columns: dict[str, list[Any]] = {}
        for name, stored in zip(reversed(names), reversed(file.schema_arrow.names), strict=True):
            try:
                cells = _cells(file.read_row_group(group, columns=[stored]).column(0))
            except Exception as error:  # as in read_table
                odd.mend(f"its column {name} cannot be read in rows {number + 1} to {number + length} ({error})")
                continue
            if len(cells) == length:
                columns[name] = cells
        if columns:
            for i in range(length):
                rows.append(Row(number + i + 1, {name: cells[i] for name, cells in columns.items()}))
        number += length
    return Table(tuple(names), rows)


def _cells(column: pa.ChunkedArray) -> list[Any]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_timestamp(kind):
        return [None if n is None else Nanoseconds(n * _NS_OF[kind.unit]) for n in column.cast(pa.int64()).to_pylist()]
    if pa.types.is_date(kind):
        return [_day(n) for n in column.cast(pa.date32()).cast(pa.int32()).to_pylist()]
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):  # its bytes may not be UTF-8
        column = column.cast(pa.large_binary() if pa.types.is_large_string(kind) else pa.binary())
    cells: list[Any] = column.to_pylist()
    return cells


def _day(number: int | None) -> date | None:
    try:
        return None if number is None else date(1970, 1, 1) + timedelta(days=number)
    except OverflowError:
        return None


def require(table: Table, columns: Sequence[str], key: str) -> None:
    """Raises ArchiveFormatError unless all `columns` are in the table."""
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise ArchiveFormatError(key, f"the columns {', '.join(missing)} are missing among {', '.join(table.columns)}.")
