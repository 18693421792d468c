"""Values as texts for templates. None of these texts is markup, because Jinja escapes them all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

import yaml

from libseis.isotime import iso

from ..model.outcome import Fate, Ledger

FATES: Final = tuple(fate.value for fate in Fate)
# Characters of a specification that a page shows; a specification may have a catalog of 4 MB in it.
_LONGEST: Final = 20_000


def number(value: float | None) -> str:
    """A number with a thin space between each three digits (SI); a dash for None."""
    return "–" if value is None else f"{value:,.0f}".replace(",", "\u202f")


def size(value: float) -> str:
    """Bytes with a readable unit."""
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.2f} TB"


def moment(ns: int) -> str:
    """A time to the second, UTC; a dash for None."""
    return iso(ns, 0, zone="").replace("T", " ") if ns else "–"


def exact(ns: int) -> str:
    """A time with all its digits."""
    return iso(ns).replace("T", " ").rstrip("Z")


def day(ns: int) -> str:
    """The UTC day of a time."""
    return iso(ns)[:10]


def span(seconds: float | None) -> str:
    """A duration in two units at most: 8 min 23 s."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    parts = [("d", 86400), ("h", 3600), ("min", 60), ("s", 1)]
    whole = round(seconds)
    for (name, unit), (lesser, part) in pairwise(parts):
        if whole >= unit:
            rest = whole % unit // part
            return f"{whole // unit} {name}" + (f" {rest} {lesser}" if rest else "")
    return f"{whole} s"


def rate(per_second: float | None, things: str = "") -> str:
    """A rate per second, or per minute or hour if it is less than one."""
    if per_second is None:
        return "–"
    for unit, factor in (("s", 1), ("min", 60), ("h", 3600)):
        if per_second * factor >= 1 or unit == "h":
            value = per_second * factor
            text = f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
            return f"{text} {things}/{unit}" if things else f"{text}/{unit}"
    raise AssertionError("unreachable")


def share(part: float, whole: float) -> str:
    """A percentage that is 100 only when everything is done, and 0 only when nothing is."""
    if not whole:
        return "0 %"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "< 0.1 %"
    if percent > 99.9 and part < whole:
        return "> 99.9 %"
    return f"{percent:.0f} %" if percent in (0, 100) else f"{percent:.1f} %"


def plain(value: Any) -> str:
    """A value of Metadata."""
    if isinstance(value, float):
        return f"{value:.10g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def as_yaml(value: Mapping[str, Any]) -> str:
    """A specification as YAML; only the beginning if it is long."""
    text: str = yaml.safe_dump(dict(value), sort_keys=False, allow_unicode=True, width=100)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n# and {len(text) - _LONGEST:,} more characters"


def codes(document: Mapping[str, Any]) -> str:
    """NET.STA.LOC.CHAN of a document; for a Seismogram its channels with commas between them."""
    found = (document.get(code) or "" for code in ("net", "sta", "loc", "chan"))
    return ".".join(",".join(code) if isinstance(code, list) else str(code) for code in found)


def items(kind: str) -> str:
    """What the ledger of this kind of job counts."""
    return {"window": "windows", "misfit": "stations", "export": "datasets"}.get(kind, "items")


def parts(ledger: Ledger) -> list[tuple[str, int, float, float]]:
    """The parts of a bar that is 1000 wide: (fate or open, windows, start, width)."""
    counts = ledger.counts()
    found = [(fate, counts[fate]) for fate in FATES]
    found.append(("open", max(0, ledger.planned - ledger.settled)))
    whole = sum(count for _, count in found) or 1
    bars, at = [], 0.0
    for name, count in found:
        bars.append((name, count, at, 1000 * count / whole))
        at += 1000 * count / whole
    return bars


FILTERS = {
    f.__name__: f for f in (number, size, moment, exact, day, span, rate, share, plain, codes, items, parts)
}  # fmt: skip
