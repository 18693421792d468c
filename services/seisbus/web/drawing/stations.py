"""The map of a job's stations: colour and shape show the fate of most windows of a station."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from libseis.coasts import land

from ...client import Availability
from ...extras import extra
from ..words import FATES
from .style import FATE_COLOURS, FATE_MARKERS, QUIET, as_json, as_sentence, plot

with extra("web"):
    from bokeh.models import ColumnDataSource, HoverTool, Range1d

Place = tuple[float, float]  # latitude, longitude
Station = tuple[str, str]  # network, station

_LEAST_DEGREES: Final = 0.5
_NAMED: Final = 40  # with more stations, names have no room
_HEIGHT: Final = 440
# Within these limits of width to height, which most pages have, Bokeh keeps the scale of both axes equal.
_SHAPE: Final = 1.6


def counts_of(rows: Iterable[Availability]) -> dict[Station, Counter[str]]:
    """Windows of each station by fate, and windows that are still open."""
    found: defaultdict[Station, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counts = row.ledger.counts()
        mine = found[row.channel.net, row.channel.sta]
        for fate in FATES:
            mine[fate] += counts[fate]
        mine["open"] += max(0, row.ledger.planned - row.ledger.settled)
    return dict(found)


def middle_longitude(values: Sequence[float]) -> float:
    """The middle of longitudes, on either side of the date line."""
    angles = np.radians(values)
    return float(np.degrees(np.arctan2(np.sin(angles).mean(), np.cos(angles).mean())))


def stations_picture(counts: Mapping[Station, Counter[str]], places: Mapping[Station, Place]) -> str:
    """The map; a sentence if no station's place is known."""
    known = sorted(station for station in counts if station in places)
    if not counts:
        return as_sentence("No window is planned yet.")
    if not known:
        return as_sentence(
            "No station of this job has known coordinates; `seisbus index sync ARCHIVE` reads them where the archive "
            "has station metadata."
        )
    lat = np.array([places[station][0] for station in known])
    lon = np.array([places[station][1] for station in known])
    middle = middle_longitude(list(lon))
    lon = middle + (lon - middle + 180) % 360 - 180
    squeeze = max(0.1, float(np.cos(np.radians(np.clip(lat.mean(), -80, 80)))))
    tall = max(_LEAST_DEGREES, 1.25 * float(np.ptp(lat)), 1.25 * float(np.ptp(lon)) * squeeze / _SHAPE)
    wide = tall * _SHAPE / squeeze
    mid_lat, mid_lon = float(lat.min() + lat.max()) / 2, float(lon.min() + lon.max()) / 2
    made = plot(
        _HEIGHT,
        x_range=Range1d(start=mid_lon - wide / 2, end=mid_lon + wide / 2),
        y_range=Range1d(start=mid_lat - tall / 2, end=mid_lat + tall / 2),
        match_aspect=True,
        aspect_scale=1 / squeeze,
        x_axis_label="Longitude (°)",
        y_axis_label="Latitude (°)",
    )
    made.background_fill_color = "#eaf1f6"
    shown = land(mid_lon - 2 * wide, mid_lon + 2 * wide, max(-90, mid_lat - 2 * tall), min(90, mid_lat + 2 * tall))
    made.patches(
        [ring[:, 0].astype(np.float32) for ring in shown],
        [ring[:, 1].astype(np.float32) for ring in shown],
        fill_color="#fbfaf6", line_color="#a9b4be", line_width=0.8,
    )  # fmt: skip
    _draw(made, known, lat, lon, counts)
    unknown = len(counts) - len(known)
    most = Counter(_most(counts[station]) for station in known)
    text = f"Map of {len(known):,} stations. Most windows are " + ", ".join(
        f"{name} at {number:,}" for name, number in most.most_common()
    )
    lost = sum(bool(_lost(counts[station])) for station in known)
    text += f". At {lost:,} of them some windows are not saved" if lost else ""
    if unknown:
        text += f". {unknown:,} more stations have no known coordinates"
    return as_json(made, text + ".")


def _lost(counts: Counter[str]) -> str:
    """The most frequent fate of windows that are not saved; "" if there is none."""
    fates = [fate for fate in FATES if fate != "saved" and counts[fate]]
    return max(fates, key=lambda fate: counts[fate], default="")


def _draw(made: Any, known: Sequence[Station], lat: Any, lon: Any, counts: Mapping[Station, Counter[str]]) -> None:
    chosen = [_most(counts[station]) for station in known]
    drawn = []
    for name in FATES:  # a ring around a station that lost some windows; its colour shows their fate
        rows = [n for n, station in enumerate(known) if _lost(counts[station]) == name and chosen[n] != name]
        if rows:
            made.scatter(
                lon[rows], lat[rows], marker="circle", size=20 if len(known) < 200 else 13, fill_color=None,
                line_color=FATE_COLOURS[name], line_width=2.5, legend_label=f"some {name} ({len(rows):,})",
            )  # fmt: skip
    for name in (*FATES, "open"):
        rows = [number for number, fate in enumerate(chosen) if fate == name]
        if not rows:
            continue
        data: dict[str, Any] = {
            "x": lon[rows],
            "y": lat[rows],
            "station": [".".join(known[number]) for number in rows],
        }
        for fate in (*FATES, "open"):
            data[fate] = [counts[known[number]][fate] for number in rows]
        drawn.append(
            made.scatter(
                "x",
                "y",
                source=ColumnDataSource(data),
                marker=FATE_MARKERS[name],
                size=12 if len(known) < 200 else 8,
                fill_color=FATE_COLOURS[name],
                line_color="#1c2733",
                line_width=0.7,
                legend_label=f"mostly {name} ({len(rows):,})",
            )
        )
    if len(known) <= _NAMED:
        names = ColumnDataSource({"x": lon, "y": lat, "name": [station for _, station in known]})
        made.text(
            "x", "y", "name", source=names, x_offset=11, y_offset=-1, text_baseline="middle", text_font_size="11px",
            text_color=QUIET,
        )  # fmt: skip
    tips = [("station", "@station"), *((fate, f"@{fate}{{0,0}}") for fate in (*FATES, "open"))]
    made.add_tools(HoverTool(renderers=drawn, tooltips=tips))
    made.add_layout(made.legend[0], "below")
    made.legend.ncols = 2
    made.legend.click_policy = "hide"


def _most(counts: Counter[str]) -> str:
    """The fate of most windows; if two are equal, the one that needs attention."""
    return max((*FATES, "open"), key=lambda fate: (counts[fate], fate != "saved"))
