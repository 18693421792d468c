"""The map of a Manager: the event with its mechanism, the station, coastlines, coordinates and circles of distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..coasts import rings
from ..extras import extra
from ..geodetics import azimuthal, graticule
from .errors import ManagerError
from .geometry import preferred_mechanism, preferred_origin

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .drawable import Station

_EVENT, _STATION = "#c1272d", "#0072b2"
_KM_PER_DEGREE: Final = 111.19  # because coordinates are projected from a sphere
_FINE_DEGREES: Final = 10.0  # on wider maps, finer coastlines look the same
_STEPS: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # between meridians, degrees
_BALL: Final = 0.26  # diameter of the mechanism, of half the map


def plot_map(axis: Axes, manager: Station) -> None:
    """Event and station in an azimuthal equidistant projection centred on the event, with circles of distance.

    The axes have the latitudes and longitudes where parallels and meridians meet them. An event with a focal mechanism
    is drawn as its beachball, lower hemisphere; any other as a star.
    """
    if manager.geometry is None or manager.event is None:
        raise ManagerError("A map needs event and inventory; standardize() with both first.", needs="event, inv")
    geometry = manager.geometry
    origin = preferred_origin(manager.event)
    centre = float(origin.latitude), float(origin.longitude)
    far = 1.35 * geometry.distance_km
    azimuth = np.radians(geometry.azimuth)
    x, y = geometry.distance_km * np.sin(azimuth), geometry.distance_km * np.cos(azimuth)
    _coasts(axis, centre, far)
    _coordinates(axis, centre, far)
    circle = np.radians(np.arange(361))
    box = {"fc": "white", "ec": "none", "pad": 0.6}
    for radius in _nice_radii(geometry.distance_km):
        axis.plot(radius * np.sin(circle), radius * np.cos(circle), color="0.65", lw=0.6, zorder=2, ls=(0, (4, 2)))
        away = -radius * np.sin(azimuth), -radius * np.cos(azimuth)
        axis.text(*away, f"{radius:g} km", color="0.35", fontsize=6.5, ha="center", va="center", bbox=box, clip_on=True)
    axis.plot([0, x], [0, y], color="0.4", lw=0.9, zorder=3)
    if not _beachball(axis, manager.event, _BALL * far):
        axis.scatter([0], [0], marker="*", s=150, color=_EVENT, ec="black", lw=0.6, zorder=4)
    axis.scatter([x], [y], marker="v", s=80, color=_STATION, ec="black", lw=0.6, zorder=4)
    axis.annotate(
        manager.code, (x, y), xytext=(0, -9), textcoords="offset points", ha="center", va="top", fontweight="bold",
        zorder=5,
    )  # fmt: skip
    _describe(axis, manager)
    axis.set_xlim(-far, far)
    axis.set_ylim(-far, far)
    axis.set_aspect("equal")


def _beachball(axis: Axes, event: Any, width: float) -> bool:
    """Draw the focal mechanism in the middle of the map; False if the event has none."""
    mechanism = preferred_mechanism(event)
    tensor = getattr(getattr(mechanism, "moment_tensor", None), "tensor", None)
    plane = getattr(getattr(mechanism, "nodal_planes", None), "nodal_plane_1", None)
    numbers = [getattr(tensor, name, None) for name in ("m_rr", "m_tt", "m_pp", "m_rt", "m_rp", "m_tp")]
    if None in numbers:
        numbers = [getattr(plane, name, None) for name in ("strike", "dip", "rake")]
    if None in numbers:
        return False
    with extra("misfit"):
        from obspy.imaging.beachball import beach
    ball = beach(numbers, xy=(0.0, 0.0), width=width, facecolor=_EVENT, edgecolor="black", linewidth=0.6)
    ball.set_zorder(4)
    ball.set_gid("mechanism")
    axis.add_collection(ball)
    return True


def _coasts(axis: Axes, centre: tuple[float, float], far: float) -> None:
    for ring in rings("10m" if far < _FINE_DEGREES * _KM_PER_DEGREE else "50m"):
        x, y = _projected(centre, ring[:, 1], ring[:, 0], far)
        if np.isfinite(x).any():
            axis.plot(x, y, color="0.45", lw=0.6, zorder=1.5, gid="coast")


def _projected(centre: tuple[float, float], lat: Any, lon: Any, far: float) -> tuple[Any, Any]:
    """Kilometres east and north of the event; NaN beyond the map, and where a line leaves the map and comes back."""
    x, y = (_KM_PER_DEGREE * part for part in azimuthal(centre, lat, lon))
    jumps = np.append(np.hypot(np.diff(x), np.diff(y)) > far, False)
    return np.where((np.hypot(x, y) > 1.6 * far) | jumps, np.nan, x), y


def _coordinates(axis: Axes, centre: tuple[float, float], far: float) -> None:
    """Draw parallels and meridians, with their degrees at the left and the lower edge."""
    wide = far / _KM_PER_DEGREE
    step = next((step for step in _STEPS if wide <= 3 * step), _STEPS[-1])
    shrink = max(0.05, np.cos(np.radians(centre[0])))
    across = next((other for other in _STEPS if other >= step / shrink), _STEPS[-1])
    ticks: dict[str, list[tuple[float, str]]] = {"x": [], "y": []}
    for parallel, at, x, y in graticule(centre, 1.6 * wide, (step, across)):
        east, north = _KM_PER_DEGREE * x, _KM_PER_DEGREE * y
        axis.plot(east, north, color="0.88", lw=0.5, zorder=1)
        if parallel:
            ticks["y"] += [(place, _degrees(at, "NS")) for place in _crossings(east, north, far)]
        else:
            ticks["x"] += [(place, _degrees((at + 180) % 360 - 180, "EW")) for place in _crossings(north, east, far)]
    axis.set_xticks([place for place, _ in ticks["x"]], labels=[text for _, text in ticks["x"]])
    axis.set_yticks([place for place, _ in ticks["y"]], labels=[text for _, text in ticks["y"]])


def _crossings(across: Any, along: Any, far: float) -> list[float]:
    """The point at which a line meets the left or the lower edge of the map."""
    before, after = across[:-1] + far, across[1:] + far
    found = np.flatnonzero(before * after < 0)
    share = before[found] / (before[found] - after[found])
    places = along[found] + share * (along[found + 1] - along[found])
    return [float(place) for place in places if abs(place) <= far]


def _degrees(value: float, letters: str) -> str:
    letter = "" if abs(value) in (0.0, 180.0) else letters[0] if value > 0 else letters[1]
    return f"{abs(round(value, 2)):g}°{letter}"


def _describe(axis: Axes, manager: Station) -> None:
    geometry, event = manager.geometry, manager.event
    if geometry is None or event is None:
        return
    origin = preferred_origin(event)
    magnitude = event.preferred_magnitude() or (event.magnitudes[0] if event.magnitudes else None)
    lines = [
        f"{str(origin.time)[:19].replace('T', ' ')} UTC",
        f"{_place(origin.latitude, origin.longitude)}, {geometry.depth_km:.0f} km deep",
        "",
        f"{manager.code}, {_place(geometry.latitude, geometry.longitude)}",
        f"distance {geometry.distance_km:.0f} km ({geometry.distance_deg:.2f}°)",
        f"azimuth {geometry.azimuth:.0f}°",
        f"back azimuth {geometry.back_azimuth:.0f}°",
    ]
    if magnitude is not None:
        lines.insert(1, f"{magnitude.magnitude_type or 'M'} {magnitude.mag:.1f}")
    axis.text(1.03, 1.0, "\n".join(lines), transform=axis.transAxes, ha="left", va="top", linespacing=1.5)


def _place(lat: float, lon: float) -> str:
    return f"{abs(lat):.2f}°{'N' if lat >= 0 else 'S'} {abs(lon):.2f}°{'E' if lon >= 0 else 'W'}"


def _nice_radii(distance: float) -> list[float]:
    step = 10 ** np.floor(np.log10(distance))
    step = next(s for s in (step / 2, step, 2 * step, 5 * step) if distance / s <= 3)
    return [float(step * k) for k in range(1, int(1.3 * distance / step) + 1)]
