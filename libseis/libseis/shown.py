"""Show values in notebooks as HTML tables; every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from .isotime import iso

MOST_ROWS: Final = 50
_CELL: Final = "text-align:left;padding:1px 12px 1px 0;vertical-align:top"
_LONGEST: Final = 120  # largest number of characters in a cell
# Larger numbers are times in nanoseconds (after 1971); counts of samples and seconds are much smaller.
_TIMES: Final = ("_ns", "time")
_LEAST_TIME_NS: Final = 31_536_000 * 1_000_000_000


def values_html(title: str, rows: Mapping[str, Any], below: str = "") -> str:
    """A table of two columns; `below` is HTML for under the table."""
    body = "".join(
        f'<tr><th style="{_CELL}">{escape(name)}</th><td style="{_CELL}">{_text(name, value)}</td></tr>'
        for name, value in rows.items()
    )
    return f"<div><strong>{escape(title)}</strong><table>{body}</table>{below}</div>"


def rows_html(title: str, rows: Sequence[Mapping[str, Any]], total: int) -> str:
    """A table with one row per mapping. `total` is the number of all mappings; keys without any value are left out."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f'<th style="{_CELL}">{escape(name)}</th>' for name in names)
    body = "".join(f"<tr>{_line(names, row)}</tr>" for row in rows)
    more = f"<p>{total - len(rows):,} more rows are not shown.</p>" if total > len(rows) else ""
    return (
        f"<div><strong>{escape(title)}</strong><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"{more}</div>"
    )


def _line(names: Iterable[str], row: Mapping[str, Any]) -> str:
    return "".join(f'<td style="{_CELL}">{_text(name, row.get(name))}</td>' for name in names)


def _text(name: str, value: Any) -> str:
    """A cell with escaped text; numbers that must be times in nanoseconds are written as times."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        is_time = name.endswith(_TIMES) and value > _LEAST_TIME_NS
        return iso(value, 3).replace("T", " ").rstrip("Z") + " UTC" if is_time else f"{value:,}"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return escape(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")
