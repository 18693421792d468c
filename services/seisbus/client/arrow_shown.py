"""How notebooks show Arrow tables, which have no HTML of their own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from libseis.isotime import iso
from libseis.shown import MOST_ROWS, rows_html

from ..extras import extra

if TYPE_CHECKING:
    import pyarrow as pa


def shown(table: pa.Table) -> pa.Table:
    """Return the table. In IPython, Arrow tables are shown as rows from now on, unless the user has chosen another
    way."""
    if "IPython" in sys.modules:
        from IPython import get_ipython

        shell = get_ipython()
        for kind, show in (("text/html", table_html), ("text/plain", _pretty)) if shell is not None else ():
            formatter = shell.display_formatter.formatters[kind]
            if type(table) not in formatter.type_printers:
                formatter.for_type(type(table), show)
    return table


def table_html(table: pa.Table) -> str:
    """The first rows as HTML, without empty columns; times in UTC."""
    with extra("tables"):
        import pyarrow as pa
    columns = {}
    for name, column in zip(table.column_names, table.slice(0, MOST_ROWS).columns, strict=True):
        if column.null_count == len(column):
            continue
        values = column.cast(pa.int64()).to_pylist() if _is_nanoseconds(column.type) else column.to_pylist()
        columns[name] = [_time(value) for value in values] if _is_nanoseconds(column.type) else values
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return rows_html(table_text(table), rows, table.num_rows)


def table_text(table: pa.Table) -> str:
    """The number of rows and what they are."""
    names = [name for name in table.column_names if table[name].null_count < table.num_rows]
    return f"Arrow table, {table.num_rows:,} rows: {', '.join(names or table.column_names)}"


def _pretty(table: pa.Table, printer: Any, cycle: bool) -> None:
    printer.text(table_text(table))


def _is_nanoseconds(kind: Any) -> bool:
    return str(kind).startswith("timestamp[ns")


def _time(value: int | None) -> str | None:
    return None if value is None else f"{iso(value, 3).replace('T', ' ').rstrip('Z')} UTC"
