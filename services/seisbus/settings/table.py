"""`python -m seisbus.settings.table`: print the table of docs/reference/settings.md, all settings and the programs that
read them."""

from __future__ import annotations

import sys
from typing import Final

from pydantic.fields import FieldInfo

from .loading import variable
from .services import PROGRAMS, AllSettings

_SERVICES: Final = frozenset(PROGRAMS) - {"topology", "probe", "web"}


def table() -> str:
    """A Markdown table: one row per setting, by name."""
    rows = ["| variable | default | read by | what it says |", "|---|---|---|---|"]
    for name, field in sorted(AllSettings.model_fields.items()):
        readers = [program for program, settings in PROGRAMS.items() if name in settings.model_fields]
        rows.append(f"| `{variable(name)}` | {_default(field)} | {_named(readers)} | {field.description} |")
    return "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if value is None or value == "":
        return ""
    return f"`{value:,}`".replace(",", "_") if isinstance(value, int) and value >= 10_000 else f"`{value}`"


def _named(programs: list[str]) -> str:
    named = ["services"] if {*programs} >= _SERVICES else []
    return ", ".join(named + [one for one in programs if not named or one not in _SERVICES])


if __name__ == "__main__":
    sys.stdout.write(table())
