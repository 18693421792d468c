"""Lists on the command line: pages, the number of rows that are not shown, and the same as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Annotated, Any, TypeVar

import typer
from rich.console import RenderableType

from libseis.codes import Channel, Sensor

from ..model.outcome import Ledger
from .options import OUT

T = TypeVar("T")

LimitOption = Annotated[int, typer.Option(help="Largest number of rows; 0 means all.", min=0)]
PageOption = Annotated[int, typer.Option(help="Which page of so many rows; 1 is the first.", min=1)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs; times are ns since 1970.")]


@dataclass(frozen=True, slots=True)
class Cut:
    """The rows of a list that are shown: `limit` of them (0 means all) after the first `skip`."""

    limit: int
    skip: int

    @classmethod
    def of(cls, limit: int, page: int) -> Cut:
        """The rows of a page; a usage error if the list has no pages."""
        if page > 1 and not limit:
            raise typer.BadParameter("--page needs a --limit: --limit 0 shows all on one page.")
        return cls(limit, limit * (page - 1))

    def rows(self, all_rows: Sequence[T]) -> Sequence[T]:
        """The shown rows of a complete list."""
        return all_rows[self.skip : self.skip + self.limit if self.limit else None]


def show_list(
    rows: Sequence[Any],
    total: int,
    cut: Cut,
    what: str,
    table: Callable[[Sequence[Any]], RenderableType],
    *,
    json: bool,
    none: str = "",
) -> None:
    """Print rows as a table with how many there are, or as a JSON array.

    Parameters
    ----------
    rows
        The rows.
    total
        How many there are in all.
    cut
        Which part of all rows these are.
    what
        What they are, in the plural.
    table
        Makes a table.
    json
        Whether to print JSON.
    none
        The sentence if there are no rows.
    """
    if json:
        print_json(rows)
        return
    if rows:
        OUT.print(table(rows))
    OUT.print(none if none and not total else count_text(len(rows), total, cut, what), style="dim", soft_wrap=True)


def count_text(shown: int, total: int, cut: Cut, what: str) -> str:
    """How many rows there are, and how to see those that are not shown."""
    if shown == total:
        return f"{total:,} {what}"
    if not shown:
        return f"{total:,} {what}; this page is behind the last one."
    text = f"{what} {cut.skip + 1:,} to {cut.skip + shown:,} of {total:,}; {total - shown:,} are not shown"
    following = f"--page {cut.skip // cut.limit + 2} shows the next, " if cut.skip + shown < total else ""
    return f"{text} ({following}--limit 0 shows all)."


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    import json

    typer.echo(json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False, default=str))


def plain(value: Any) -> Any:
    """The form of a client's value in JSON."""
    if isinstance(value, Ledger):
        return value.counts()
    if isinstance(value, Channel | Sensor):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float) and value != value:
        return None
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    return [plain(inner) for inner in value]
