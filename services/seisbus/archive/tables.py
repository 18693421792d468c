"""Reads the archives' CSV and Parquet tables into Arrow, whatever their header and their nulls.

Text stays text ("00" is a location and "NA" a network); what the columns mean is left to the callers.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from seisbus.archive.errors import ArchiveFormatError
from seisbus.archive.keys import TableFormat


def read_table(data: bytes, table: TableFormat, key: str, headerless: Sequence[str], known: frozenset[str]) -> pa.Table:
    """A table with lower-case column names; CSV columns are all text, Parquet ones as they were stored.

    A CSV without a header, that is whose first line holds none of the `known` names, gets the column
    names `headerless`. Raises ArchiveFormatError naming `key` where the bytes are no such table.
    """
    try:
        if table is TableFormat.PARQUET:
            found = pq.ParquetFile(pa.BufferReader(data)).read()
        else:
            found = _read_csv(data, headerless, known)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise ArchiveFormatError(key, f"it is no {table} table ({error}).") from error
    return found.rename_columns([name.strip().lower() for name in found.column_names])


def _read_csv(data: bytes, headerless: Sequence[str], known: frozenset[str]) -> pa.Table:
    first = data[:4096].decode("utf-8-sig", errors="replace").splitlines()[:1]
    if not first:
        return pa.table({name: pa.array([], pa.string()) for name in headerless})
    names = [name.strip(' "') for name in first[0].split(",")]
    has_header = any(name.lower() in known for name in names)
    columns = names if has_header else list(headerless)
    return pacsv.read_csv(
        io.BytesIO(data),
        read_options=pacsv.ReadOptions(column_names=columns, skip_rows=1 if has_header else 0),
        convert_options=pacsv.ConvertOptions(
            column_types={name: pa.string() for name in columns}, strings_can_be_null=False
        ),
    )


def text_column(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A column as stripped text, null as ""; a location stored as a number gets its two digits back."""
    column = table.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if name == "location" and (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        column = pc.utf8_lpad(column.cast(pa.int64()).cast(pa.string()), 2, "0")
    return pc.utf8_trim_whitespace(column.cast(pa.string()).fill_null(""))


def number_column(table: pa.Table, name: str, key: str) -> pa.ChunkedArray:
    """A column as float64, null where it says nothing; ArchiveFormatError where it holds other text."""
    column = table.column(name)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        text = pc.utf8_trim_whitespace(column)
        nothing = pc.is_in(pc.utf8_lower(text), pa.array(["", "na", "nan", "null", "none"], text.type))
        column = pc.if_else(nothing, pa.scalar(None, text.type), text)
    try:
        return column.cast(pa.float64())
    except pa.ArrowInvalid as error:
        raise ArchiveFormatError(key, f"column {name} should be numbers ({error}).") from error


def require(table: pa.Table, columns: Sequence[str], key: str) -> None:
    """Raises ArchiveFormatError unless all `columns` are in the table."""
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        raise ArchiveFormatError(
            key, f"the columns {', '.join(missing)} are missing among {', '.join(table.column_names)}."
        )
