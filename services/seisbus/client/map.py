"""A map of the events and stations of data. All distances and directions from the middle of the stations are true."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from libseis.coasts import land, rings
from libseis.geodetics import azimuthal, distance_degrees, graticule
from libseis.objects.thinning import Floats

from .section import PlotError, value_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STATION = "#1f5fa8"
_GRID = "0.86"
_COAST = "0.45"
_FINE_DEGREES = 10.0  # on wider maps, finer coastlines look the same
_MOST_NAMES = 40
_KM_PER_DEGREE = 111.19
# degrees from one ring to the next: the first of these values that gives at most six rings
_RINGS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30)


@dataclass(frozen=True, slots=True)
class Place:
    """A station or an event: degrees; for an event depth in km and magnitude, None if they are not known."""

    name: str
    lat: float
    lon: float
    depth: float | None = None
    magnitude: float | None = None


def places_of(data: Iterable[Any]) -> tuple[list[Place], list[Place]]:
    """The events and the stations that data (or their documents) name, each once and sorted. Dead data are included."""
    events, stations = set(), set()
    for datum in getattr(data, "member", data):
        if (place := _place(datum, "source_")) is not None:
            depth, magnitude = value_of(datum, "source_depth"), value_of(datum, "source_magnitude")
            events.add(Place(str(value_of(datum, "source_time") or ""), *place, depth, magnitude))
        for prefix in ("site_", "channel_", ""):
            if (place := _place(datum, prefix)) is not None:
                stations.add(Place(f"{value_of(datum, 'net') or ''}.{value_of(datum, 'sta') or ''}", *place))
                break
    return sorted(events, key=lambda e: (e.name, e.lat)), sorted(stations, key=lambda s: (s.name, s.lat))


def _place(datum: Any, prefix: str) -> tuple[float, float] | None:
    lat, lon = value_of(datum, f"{prefix}lat"), value_of(datum, f"{prefix}lon")
    return None if lat is None or lon is None else (float(lat), float(lon))


def middle(places: Iterable[Place]) -> tuple[float, float]:
    """Latitude and longitude of the mean of places on the sphere."""
    lat, lon = np.radians([(place.lat, place.lon) for place in places]).T
    x, y, z = (np.cos(lat) * np.cos(lon)).mean(), (np.cos(lat) * np.sin(lon)).mean(), np.sin(lat).mean()
    return float(np.degrees(np.arctan2(z, np.hypot(x, y)))), float(np.degrees(np.arctan2(y, x)))


def plot_map(data: Iterable[Any], *, title: str = "", path: Path | str | None = None) -> Figure:
    """Draw a map of the events and stations of an ensemble, or of the documents of `Client.waveforms`.

    The middle of the stations is the middle of the map. Rings show the distance from it, and the lines to the events
    are great circles. If the stations are close together on this map, a second map shows them with their names.
    `path` also writes the picture, in the format of its suffix. PlotError if no datum has coordinates. This needs
    seisbus[plot].
    """
    from .figures import finished, picture

    events, stations = places_of(data)
    if not stations and not events:
        raise PlotError("There is nothing to draw: no datum has the coordinates of its station or its source.")
    centre = middle(stations or events)
    reach = _farthest(centre, [*events, *stations])
    near = _farthest(centre, stations) if stations else 0.0
    two = bool(events) and len(stations) > 1 and near < reach / 5
    figure = picture(11.8 if two else 7.0, 6.8, title)
    frames = figure.subplots(1, 2 if two else 1, squeeze=False, width_ratios=[1.1, 1] if two else [1]).flat
    _around(frames[0], centre, events, stations, reach, named=not two)
    if two:
        _close(frames[1], stations)
    return finished(figure, path)


def _farthest(centre: tuple[float, float], places: list[Place]) -> float:
    return max(float(distance_degrees(*centre, place.lat, place.lon)) for place in places)


def _around(
    axes: Axes, centre: tuple[float, float], events: list[Place], stations: list[Place], reach: float, *, named: bool
) -> None:
    """The map around the stations' middle."""
    ring = next((ring for ring in _RINGS if reach <= 6 * ring), _RINGS[-1])
    edge = min(180.0, max(ring, np.ceil(reach * 1.04 / ring) * ring))
    _graticule(axes, centre, edge)
    _coasts(axes, centre, edge)
    turn = np.radians(np.arange(361))
    for radius in np.arange(ring, edge + ring / 2, ring).clip(max=edge):
        last = radius == edge
        axes.plot(radius * np.sin(turn), radius * np.cos(turn), color="0.35" if last else "0.6",
                  linewidth=0.9 if last else 0.6, linestyle="-" if last else (0, (4, 3)), zorder=2)  # fmt: skip
        text = f"{radius:g}°" if ring >= 5 else f"{radius:g}° ({radius * _KM_PER_DEGREE:,.0f} km)"
        at = np.radians(157.5)
        axes.annotate(text, (radius * np.sin(at), radius * np.cos(at)), fontsize=7, color="0.3", ha="center",
                      va="center", zorder=6, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})  # fmt: skip
    for name, azimuth in (("N", 0), ("E 90°", 90), ("S 180°", 180), ("W 270°", 270)):
        x, y = 1.06 * edge * np.sin(np.radians(azimuth)), 1.06 * edge * np.cos(np.radians(azimuth))
        axes.annotate(name, (x, y), fontsize=8, ha="center", va="center", color="0.3",
                      rotation={90: -90, 270: 90}.get(azimuth, 0))  # fmt: skip
    _draw_events(axes, centre, events)
    x, y = azimuthal(centre, [s.lat for s in stations], [s.lon for s in stations])
    axes.plot(x, y, "^", color=_STATION, markersize=5 if named else 4, markeredgecolor="white", markeredgewidth=0.4,
              zorder=5, label=_count(len(stations), "station"))  # fmt: skip
    if named:
        _names(axes, x, y, stations)
    axes.set_xlim(-1.12 * edge, 1.12 * edge)
    axes.set_ylim(-1.12 * edge, 1.12 * edge)
    axes.set_aspect("equal")
    axes.axis("off")
    axes.legend(loc="upper left", fontsize=7.5, frameon=False, borderaxespad=0)
    axes.set_title(f"Distance and azimuth from {_degrees(centre[0], 'NS')}, {_degrees(centre[1], 'EW')}", loc="center",
                   fontsize=8.5, color="0.35")  # fmt: skip


def _draw_events(axes: Axes, centre: tuple[float, float], events: list[Place]) -> None:
    """Stars for the events: the size shows the magnitude and the colour the depth, and each has its great circle."""
    if not events:
        return
    x, y = azimuthal(centre, [e.lat for e in events], [e.lon for e in events])
    for right, above in zip(x, y, strict=True):
        axes.plot([0, right], [0, above], color="#b3261e", linewidth=0.4, alpha=0.35, zorder=3)
    sizes = [_size(event.magnitude) for event in events]
    look: dict[str, Any] = {"marker": "*", "edgecolors": "black", "linewidths": 0.4, "zorder": 4}
    known = all(event.depth is not None for event in events)
    colours: Any = [event.depth for event in events] if known else "#e07a3f"
    drawn = axes.scatter(x, y, s=sizes, c=colours, cmap="viridis_r" if known else None,
                         vmin=0 if known else None, label=_count(len(events), "event"), **look)  # fmt: skip
    if known and axes.figure is not None:
        bar = axes.figure.colorbar(drawn, ax=axes, location="bottom", shrink=0.5, aspect=32, pad=0.01)
        bar.set_label("Depth of the source (km)", fontsize=8)
        bar.ax.tick_params(labelsize=7)
    strengths = [event.magnitude for event in events if event.magnitude is not None]
    for magnitude in sorted({int(np.floor(min(strengths))), int(np.ceil(max(strengths)))} if strengths else ()):
        axes.scatter([], [], s=_size(magnitude), c="white", label=f"magnitude {magnitude}", **look)


def _size(magnitude: float | None) -> float:
    """Area of a star in square points."""
    return 90.0 if magnitude is None else float(np.clip(14 * 1.45 ** (magnitude - 1), 14, 500))


def _graticule(axes: Axes, centre: tuple[float, float], edge: float) -> None:
    """Meridians and parallels, within the edge."""
    step = next((step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 30) if edge <= 4 * step), 30)
    for _, _, x, y in graticule(centre, edge, (step, step)):
        axes.plot(x, y, color=_GRID, linewidth=0.5, zorder=1)


def _coasts(axes: Axes, centre: tuple[float, float], edge: float) -> None:
    """Coastlines within the edge."""
    for ring in rings("10m" if edge < _FINE_DEGREES else "50m"):
        x, y = azimuthal(centre, ring[:, 1], ring[:, 0])
        jumps = np.append(np.hypot(np.diff(x), np.diff(y)) > edge / 4, False)
        x[(np.hypot(x, y) > edge) | jumps] = np.nan
        if np.isfinite(x).any():
            axes.plot(x, y, color=_COAST, linewidth=0.6, zorder=1.5)


def _close(axes: Axes, stations: list[Place]) -> None:
    """The stations alone, by longitude and latitude."""
    lat = np.array([s.lat for s in stations])
    lon = np.array([s.lon for s in stations])
    lon = lon[0] + (lon - lon[0] + 180) % 360 - 180  # longitudes without a jump at the date line
    axes.plot(lon, lat, "^", color=_STATION, markersize=7, markeredgecolor="white", markeredgewidth=0.5)
    shrink = max(0.05, float(np.cos(np.radians(lat.mean()))))
    half = max(0.62 * max(float(np.ptp(lon)) * shrink, float(np.ptp(lat))), 0.02)  # the map is a square
    east, north = (float(lon.min() + lon.max()) / 2, float(lat.min() + lat.max()) / 2)
    box = (east - half / shrink, east + half / shrink, north - half, north + half)
    for ring in land(*box):
        axes.fill(*ring.T, facecolor="0.95", edgecolor=_COAST, linewidth=0.6, zorder=0)
    axes.set(xlim=box[:2], ylim=box[2:])
    axes.set_aspect(1 / shrink, adjustable="box")
    axes.set_xlabel("Longitude (°)", fontsize=8)
    axes.set_ylabel("Latitude (°)", fontsize=8)
    axes.tick_params(labelsize=7.5)
    axes.grid(color=_GRID, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_title("The stations", loc="center", fontsize=8.5, color="0.35")
    cast("Figure", axes.figure).draw_without_rendering()  # the places of names depend on the size of everything
    _names(axes, lon, lat, stations)


def _names(axes: Axes, x: Floats, y: Floats, stations: list[Place]) -> None:
    """Write names beside the symbols, at the corner where they cover least of symbols and other names. The first choice
    is the corner that points away from the nearest neighbour."""
    if len(stations) > _MOST_NAMES:
        return
    axes.get_xlim(), axes.get_ylim()  # this fixes the scale
    at = axes.transData.transform(np.column_stack([x, y])) * 72.0 / axes.figure.dpi
    taken = [(px - 4.0, py - 4.0, px + 4.0, py + 4.0) for px, py in at]
    for number, station in enumerate(stations):
        distances = np.hypot(*(at - at[number]).T)
        distances[number] = np.inf
        away = at[int(distances.argmin())] > at[number]
        corners = [(bool(away[0]) ^ dx, bool(away[1]) ^ dy) for dx in (False, True) for dy in (False, True)]
        boxes = [_name_box(at[number], station.name, *corner) for corner in corners]
        covered = [sum(_overlap(box, other) for n, other in enumerate(taken) if n != number) for box in boxes]
        best = int(np.argmin(covered))
        left, below = corners[best]
        taken.append(boxes[best])
        axes.annotate(station.name, (x[number], y[number]), xytext=(-5 if left else 5, -2 if below else 2),
                      textcoords="offset points", fontsize=6.5, color="0.25", zorder=6, ha="right" if left else "left",
                      va="top" if below else "bottom")  # fmt: skip


_Box = tuple[float, float, float, float]


def _name_box(at: Floats, name: str, left: bool, below: bool) -> _Box:
    """The area that a name covers, in points."""
    width, height = 4.2 * len(name), 7.0
    x0 = at[0] - 5.0 - width if left else at[0] + 5.0
    y0 = at[1] - 2.0 - height if below else at[1] + 2.0
    return x0, y0, x0 + width, y0 + height


def _overlap(a: _Box, b: _Box) -> float:
    """The area that two boxes have in common."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _degrees(value: float, letters: str) -> str:
    return f"{abs(value):.1f}° {letters[0] if value >= 0 else letters[1]}"
