"""Values and lists that a notebook shows as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final, TypeVar

from libseis.shown import MOST_ROWS, rows_html, values_html

T = TypeVar("T")

_MOST_IN_TEXT: Final = 5  # items of a list that its text shows


class Shown:
    """A value that a notebook shows as a table of headings and texts; by default these are its fields."""

    __slots__ = ()

    def rows(self) -> Mapping[str, Any]:
        """The texts, by their headings."""
        return cells(self)

    def _repr_html_(self) -> str:
        return values_html(type(self).__name__, self.rows())


class Listing(list[T]):
    """A list that a notebook shows as a table with a row for each value or document; its text has the first few."""

    def __repr__(self) -> str:
        more = self._count() - _MOST_IN_TEXT
        texts = [repr(item) for item in self[:_MOST_IN_TEXT]]
        return f"[{', '.join(texts)}{f', … {more:,} more' if more > 0 else ''}]"

    def _count(self) -> int:
        return max(len(self), getattr(self, "total", 0))

    def _repr_html_(self) -> str:
        return rows_html(f"{self._count():,} rows", [cells(item) for item in self[:MOST_ROWS]], self._count())


def cells(item: Any) -> Mapping[str, Any]:
    """The cells of a row: the keys and values of a document, or the fields of a value."""
    if isinstance(item, Mapping):
        return item
    if isinstance(item, Shown) and type(item).rows is not Shown.rows:
        return item.rows()
    if is_dataclass(item):
        return {field.name: getattr(item, field.name) for field in fields(item)}
    return {"value": item}
