"""How values show themselves in notebooks: tables of HTML, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from .isotime import iso

MOST_ROWS: Final = 50
_CELL: Final = "text-align:left;padding:1px 12px 1px 0;vertical-align:top"
_LONGEST: Final = 120  # characters of a cell
# Nanoseconds that are times lie after 1971; counts of samples and seconds are far smaller.
_TIMES: Final = ("_ns", "time")
_LEAST_TIME_NS: Final = 31_536_000 * 1_000_000_000


def values_html(title: str, rows: Mapping[str, Any], below: str = "") -> str:
    """A table of two columns; `below` is HTML that stands under it."""
    body = "".join(
        f'<tr><th style="{_CELL}">{escape(name)}</th><td style="{_CELL}">{_text(name, value)}</td></tr>'
        for name, value in rows.items()
    )
    return f"<div><strong>{escape(title)}</strong><table>{body}</table>{below}</div>"


def rows_html(title: str, rows: Sequence[Mapping[str, Any]], total: int) -> str:
    """A table with a row for each mapping, of which there are `total`; keys that none has are left out."""
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
    """A cell, escaped; times that are nanoseconds are read as such."""
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
