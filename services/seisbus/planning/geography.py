"""Which places lie in an area, which pairs in a range of distances or directions, and which stations stay when a dense
network is thinned. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from libseis.codes import Channel, matches
from libseis.geodetics import distance_degrees, geodesic

from ..model.geography import AzimuthRange, DistanceRange, Extent, Within

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
# Rounding errors of degrees and kilometres: a millimetre.
_DEGREES: Final = 1e-8
_KM: Final = 1e-6


class Place(NamedTuple):
    """Degrees."""

    lat: float
    lon: float


def inside(area: Within, lat: Floats, lon: Floats) -> Flags:
    """Whether places (degrees, shape (n,)) lie in an area, its edge included."""
    if (box := area.box) is not None:
        width = (box.east - box.west) % 360.0 or (360.0 if box.east != box.west else 0.0)
        found: Flags = (lat >= box.south) & (lat <= box.north) & (_east_of(lon, box.west) <= width + _DEGREES)
        return found
    if (circle := area.circle) is not None:
        return _up_to(circle.radius, circle.lat, circle.lon, lat, lon)
    return _in_polygon(area.polygon or (), lat, lon)


def _east_of(lon: Floats, west: float) -> Floats:
    """Degrees from `west` to the east, 0 to 360; a place that lies to the west only by a rounding error is at 0."""
    turn = (lon - west) % 360.0
    return np.where(turn > 360.0 - _DEGREES, 0.0, turn)


def _in_polygon(corners: Sequence[tuple[float, float]], lat: Floats, lon: Floats) -> Flags:
    """A place is inside if a line to the north crosses an odd number of edges. Longitudes follow the corners over the
    date line."""
    ys = np.array([corner[0] for corner in corners])
    turns = np.diff([corner[1] for corner in corners])
    xs = corners[0][1] + np.concatenate([[0.0], np.cumsum((turns + 180.0) % 360.0 - 180.0)])
    # the corners may go beyond 180 degrees, so the place is tried with full turns added
    west, east = float(xs.min()), float(xs.max())
    found = np.zeros(len(lat), dtype=bool)
    x = west + _east_of(lon, west)
    for turn in range(int((east - west) // 360.0) + 1):
        found |= _crossed(xs, ys, x + 360.0 * turn, lat)
    return found


def _crossed(xs: Floats, ys: Floats, x: Floats, y: Floats) -> Flags:
    found = np.zeros(len(x), dtype=bool)
    edge = np.zeros(len(x), dtype=bool)
    for x0, y0, x1, y1 in zip(xs, ys, np.roll(xs, -1), np.roll(ys, -1), strict=True):
        over = (x0 > x) != (x1 > x)
        if x0 != x1:
            at = y0 + (x - x0) * (y1 - y0) / (x1 - x0)
            found ^= over & (at > y)
            between = (x >= min(x0, x1) - _DEGREES) & (x <= max(x0, x1) + _DEGREES)
            edge |= between & (np.abs(at - y) <= _DEGREES)
        else:
            edge |= (np.abs(x - x0) <= _DEGREES) & (y >= min(y0, y1) - _DEGREES) & (y <= max(y0, y1) + _DEGREES)
    return found | edge


def _up_to(radius: Extent, lat0: float, lon0: float, lat: Floats, lon: Floats) -> Flags:
    if radius.km:
        return np.asarray(geodesic(lat0, lon0, lat, lon).distance_km <= radius.number + _KM)
    return np.asarray(distance_degrees(lat0, lon0, lat, lon) <= radius.number + _DEGREES)


def in_range(
    distance: DistanceRange | None,
    azimuth: AzimuthRange | None,
    back_azimuth: AzimuthRange | None,
    event: Place,
    lat: Floats,
    lon: Floats,
) -> Flags:
    """Whether stations (degrees, shape (n,)) lie in ranges of distance and direction from an event."""
    found = np.ones(len(lat), dtype=bool)
    limits = [one for one in (distance.min, distance.max) if one is not None] if distance is not None else []
    if any(not limit.km for limit in limits):
        found &= _between(distance, distance_degrees(event.lat, event.lon, lat, lon), km=False)
    if azimuth is None and back_azimuth is None and not any(limit.km for limit in limits):
        return found
    way = geodesic(event.lat, event.lon, lat, lon)
    found &= _between(distance, way.distance_km, km=True)
    for wanted, angle in ((azimuth, way.azimuth), (back_azimuth, way.back_azimuth)):
        if wanted is not None:
            width = (wanted.max - wanted.min) % 360.0 or (360.0 if wanted.max != wanted.min else 0.0)
            found &= _east_of(angle, wanted.min) <= width + _DEGREES
    return found


def _between(wanted: DistanceRange | None, found: Floats, *, km: bool) -> Flags:
    kept = np.ones(len(found), dtype=bool)
    if wanted is None:
        return kept
    near = _KM if km else _DEGREES
    if wanted.min is not None and wanted.min.km == km:
        kept &= found >= wanted.min.number - near
    if wanted.max is not None and wanted.max.km == km:
        kept &= found <= wanted.max.number + near
    return kept


Station = tuple[str, str]
"""Network and station code."""


def thinned(places: Mapping[Station, Place], data: Mapping[Station, float], spacing: Extent) -> set[Station]:
    """The stations that stay when no two may be closer than `spacing`. Stations with more data are taken first; among
    equals, the first by name."""
    order = sorted(places, key=lambda station: (-data.get(station, 0.0), station))
    kept: list[Station] = []
    lat, lon = np.empty(len(order)), np.empty(len(order))
    for station in order:
        place, n = places[station], len(kept)
        if spacing.km:
            # the distance on a sphere differs from that on the ellipsoid by at most 0.6 %, and is quick to compute
            rough = distance_degrees(place.lat, place.lon, lat[:n], lon[:n]) * 111.195
            near = np.flatnonzero(rough <= spacing.number * 1.01)
            apart = geodesic(place.lat, place.lon, lat[near], lon[near]).distance_km
            close = bool(np.any(apart < spacing.number - _KM))
        else:
            close = bool(np.any(distance_degrees(place.lat, place.lon, lat[:n], lon[:n]) < spacing.number - _DEGREES))
        if not close:
            lat[n], lon[n] = place
            kept.append(station)
    return set(kept)


def preferred(channels: Collection[Channel], prefer: Sequence[str], prefer_loc: Sequence[str]) -> set[Channel]:
    """The preferred channels of each station: those with the first band and instrument of `prefer` that it has, and
    among them those with the first location of `prefer_loc` that they have. A list of which a station has nothing
    changes nothing."""
    of_station: dict[Station, list[Channel]] = {}
    for channel in channels:
        of_station.setdefault((channel.net, channel.sta), []).append(channel)
    found: set[Channel] = set()
    for mine in of_station.values():
        left = mine
        for code in prefer:
            if some := [c for c in left if matches(f"{code}*", c.chan)]:
                left = some
                break
        for loc in prefer_loc:
            if some := [c for c in left if matches(loc, c.loc, of_location=True)]:
                left = some
                break
        found.update(left)
    return found
