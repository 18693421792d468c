"""How data objects show themselves: one line of text, and a small table with a thumbnail for notebooks.

The line begins like that of Metadata, with a brace, as all data objects of MsPASS do and scripts expect.
The thumbnail is a path of SVG, so that it needs no package for pictures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Final

import numpy as np

from ..codes import location
from ..enums import TimeReferenceType
from ..isotime import iso
from ..shown import values_html
from .thinning import Floats, thin

_WIDTH, _ROW = 480, 34  # of a thumbnail, pixels
_COLUMNS: Final = 240
_MOST_ROWS: Final = 8
_MOST_STATIONS: Final = 6


def series_text(datum: Any) -> str:
    """One line about a TimeSeries or Seismogram."""
    return f"{type(datum).__name__}({{{name_of(datum)}: {', '.join(_facts(datum).values())}}})"


def series_html(datum: Any) -> str:
    """A table about a TimeSeries or Seismogram with a picture of its samples."""
    rows = {"Channel": name_of(datum), **_facts(datum), **_source(datum)}
    return values_html(type(datum).__name__, rows, _thumbnail([datum] if _drawable(datum) else []))


def ensemble_text(ensemble: Any) -> str:
    """One line about an ensemble."""
    return f"{type(ensemble).__name__}({{{', '.join(_ensemble_facts(ensemble).values())}}})"


def ensemble_html(ensemble: Any) -> str:
    """A table about an ensemble with a picture of its first members."""
    members = list(ensemble.member)
    rows = {**_ensemble_facts(ensemble), **_source(next(iter(members), ensemble))}
    keys = list(ensemble.keys())
    if keys:
        rows["Metadata"] = _listed(keys, len(keys))
    return values_html(type(ensemble).__name__, rows, _thumbnail([member for member in members if _drawable(member)]))


def name_of(datum: Any) -> str:
    """net.sta.loc.chan of a datum, without blank codes at the ends."""
    chan = _value(datum, "chan")
    shared = f"{str(chan[0])[:2]}?" if isinstance(chan, list) and chan else chan
    codes = [location(value) for value in (*(_value(datum, key) for key in ("net", "sta", "loc")), shared)]
    return ".".join(map(str, codes)).strip(".") or "no codes"


def span_text(first: float, last: float, *, utc: bool) -> str:
    """A span of time: UTC to the millisecond, or seconds."""
    if not utc:
        return f"{first:g} to {last:g} s"
    if not (np.isfinite(first) and np.isfinite(last) and abs(first) < 9e9 and abs(last) < 9e9):
        return "times out of range"
    start, end = (iso(round(time * 1e3) * 1_000_000).rstrip("Z").replace("T", " ") for time in (first, last))
    return f"{start} to {end[11:] if end[:10] == start[:10] else end} UTC"


def _facts(datum: Any) -> dict[str, str]:
    """The important facts by their headings, in order."""
    facts = {"Samples": f"{datum.npts:,} samples"}
    if datum.dt > 0:
        facts["Rate"] = f"{1 / datum.dt:.6g} Hz"
    if datum.npts:
        last = datum.t0 + datum.dt * (datum.npts - 1)
        facts["Time"] = span_text(datum.t0, last, utc=datum.tref == TimeReferenceType.UTC)
    if units := _value(datum, "units"):
        facts["Units"] = str(units)
    if gaps := len(getattr(datum, "gaps", None) or ()):
        facts["Gaps"] = f"{gaps:,} gap{'s' * (gaps > 1)}"
    facts["State"] = "live" if datum.live else "dead"
    if log := _log(datum):
        facts["Log"] = log
    return facts


def _ensemble_facts(ensemble: Any) -> dict[str, str]:
    members = list(ensemble.member)
    live = [member for member in members if member.live]
    kind = "Seismogram" if "Seismogram" in type(ensemble).__name__ else "TimeSeries"
    facts = {"Members": f"{len(members):,} {kind + 's' if kind == 'Seismogram' else kind}"}
    if len(live) < len(members):
        facts["State"] = f"{len(members) - len(live):,} dead"
    shown = [member for member in live if member.npts]
    stations = sorted({".".join(name_of(member).split(".")[:2]) for member in members})
    if stations:
        facts["Stations"] = f"{len(stations):,} station{'s' * (len(stations) > 1)}"
        facts["Names"] = _listed(stations, len(stations))
    if shown:
        kinds = {member.tref == TimeReferenceType.UTC for member in shown}
        first = min(member.t0 for member in shown)
        last = max(member.t0 + member.dt * (member.npts - 1) for member in shown)
        facts["Time"] = "UTC and relative times" if len(kinds) == 2 else span_text(first, last, utc=kinds.pop())
        rates = sorted({round(1 / member.dt, 6) for member in shown if member.dt > 0})
        facts["Rate"] = f"{_listed([f'{rate:.6g}' for rate in rates], len(rates))} Hz"
    if log := _log(ensemble):
        facts["Log"] = log
    return facts


def _source(datum: Any) -> dict[str, str]:
    time, magnitude = _value(datum, "source_time"), _value(datum, "source_magnitude")
    if not isinstance(time, int | float) or not abs(time) < 9e9:
        return {}
    text = f"{iso(round(time * 1e3) * 1_000_000).rstrip('Z').replace('T', ' ')} UTC"
    return {"Source": text + (f", M {magnitude:.1f}" if isinstance(magnitude, int | float) else "")}


def _log(holder: Any) -> str:
    log = getattr(holder, "elog", None)
    entries = [] if log is None else log.get_error_log()
    return f"{len(entries):,} log entr{'ies' if len(entries) > 1 else 'y'}" if entries else ""


def _value(holder: Any, key: str) -> Any:
    return holder[key] if holder.is_defined(key) else None


def _listed(names: Sequence[str], count: int) -> str:
    shown = ", ".join(map(str, names[:_MOST_STATIONS]))
    return shown if count <= _MOST_STATIONS else f"{shown}, …"


def _drawable(datum: Any) -> bool:
    return bool(datum.live and datum.npts > 1 and datum.dt > 0 and np.isfinite(np.asarray(datum.data)).any())


def _thumbnail(data: Sequence[Any]) -> str:
    """The samples of the first data, a row each, as SVG; "" for none."""
    rows = [
        (label, samples, datum)
        for datum in data[:_MOST_ROWS]
        for label, samples in _components(datum)
    ][:_MOST_ROWS]  # fmt: skip
    if not rows:
        return ""
    starts, ends = zip(*((d.t0, d.t0 + d.dt * (d.npts - 1)) for _, _, d in rows), strict=True)
    first, span = min(starts), (max(ends) - min(starts)) or 1.0
    height = _ROW * len(rows)
    parts = []
    for number, (label, samples, datum) in enumerate(rows):
        times, values = thin(datum.t0 + datum.dt * np.arange(datum.npts), samples, _COLUMNS)
        path = _path((times - first) / span * _WIDTH, values, (number + 0.5) * _ROW)
        parts.append(
            f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="0.7"/>'
            f'<text x="{_WIDTH + 6}" y="{(number + 0.5) * _ROW + 3:.0f}" font-size="10" fill="currentColor">'
            f"{escape(label)}</text>"
        )
    picture = f"Samples of {', '.join(label for label, _, _ in rows)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH + 130} {height}" width="{_WIDTH + 130}" '
        f'height="{height}" role="img" aria-label="{escape(picture)}">{"".join(parts)}</svg>'
    )


def _components(datum: Any) -> Iterable[tuple[str, Floats]]:
    samples = np.array(datum.data, np.float64)
    for gap in getattr(datum, "gaps", None) or ():
        times = datum.t0 + datum.dt * np.arange(datum.npts)
        samples[..., (times >= gap.start) & (times <= gap.end)] = np.nan
    if samples.ndim == 1:
        return [(name_of(datum), samples)]
    chan = _value(datum, "chan")
    letters = [str(code)[-1:] for code in chan] if isinstance(chan, list) and len(chan) == 3 else ["1", "2", "3"]
    name = name_of(datum).removesuffix("?")
    return [(f"{name}{letter}", row) for letter, row in zip(letters, samples, strict=True)]


def _path(x: Floats, samples: Floats, middle: float) -> str:
    """A line around a height, broken where samples are missing."""
    good = np.isfinite(samples)
    if not good.any():
        return ""
    samples = samples - samples[good].mean()
    y = middle - samples * (0.46 * _ROW / (np.abs(samples[good]).max() or 1.0))
    steps, pen = [], "M"
    for across, down, present in zip(x, y, good, strict=True):
        if present:
            steps.append(f"{pen}{across:.1f} {down:.1f}")
        pen = "L" if present else "M"
    return "".join(steps)
