"""Distances and azimuths between places on the Earth, for one pair or for arrays of pairs, with numpy alone.

The conventions are the same as in `obspy.geodetics`. Distances in degrees are on a sphere, as TauP expects them.
Kilometres and azimuths are on the WGS84 ellipsoid. Azimuths count clockwise from north, and the back azimuth points
from the receiver to the source.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

WGS84_RADIUS: Final = 6378137.0
"""Half the long axis of the ellipsoid, metres."""
WGS84_FLATTENING: Final = 1 / 298.257223563

Floats = npt.NDArray[np.float64]

_B: Final = WGS84_RADIUS * (1 - WGS84_FLATTENING)
# Pairs that are not nearly antipodal converge in 3 to 8 rounds.
_ROUNDS: Final = 20
_CLOSE: Final = 1e-12  # radians of longitude: 6 micrometres
# Halvings of an azimuth down to the precision of a float64.
_HALVINGS: Final = 60


class Geodesic(NamedTuple):
    """The shortest way from a source to a receiver on the ellipsoid; floats, or arrays of the pairs' shape.

    Attributes
    ----------
    distance_km : float
        Its length, kilometres.
    azimuth : float
        Its direction at the source, degrees from 0 to 360.
    back_azimuth : float
        The direction back to the source at the receiver, degrees from 0 to 360.
    """

    distance_km: Any
    azimuth: Any
    back_azimuth: Any


def distance_degrees(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> Any:
    """The angle between places on a sphere.

    Parameters
    ----------
    lat1, lon1, lat2, lon2 : float or array_like
        Degrees; shapes that numpy can bring together.

    Returns
    -------
    float or numpy.ndarray
        Degrees from 0 to 180, the same as from `obspy.geodetics.locations2degrees`.
    """
    a, b = np.radians(lat1), np.radians(lat2)
    d = np.radians(np.subtract(lon2, lon1))
    sin_a, cos_a, sin_b, cos_b, cos_d = np.sin(a), np.cos(a), np.sin(b), np.cos(b), np.cos(d)
    across = np.hypot(cos_b * np.sin(d), cos_a * sin_b - sin_a * cos_b * cos_d)
    found = np.degrees(np.arctan2(across, sin_a * sin_b + cos_a * cos_b * cos_d))
    return found if np.ndim(found) else float(found)


def azimuthal(centre: tuple[float, float], lat: Any, lon: Any) -> tuple[Floats, Floats]:
    """Places on a map around a centre: the azimuthal equidistant projection of a sphere.

    Straight lines through the centre are great circles; distances and azimuths from it are true.

    Parameters
    ----------
    centre : tuple of float
        Latitude and longitude of the middle of the map, degrees.
    lat, lon : float or array_like
        The places, degrees.

    Returns
    -------
    tuple of numpy.ndarray
        Degrees of arc to the right of the centre and above it.
    """
    a, b, d = np.radians(centre[0]), np.radians(lat), np.radians(np.subtract(lon, centre[1]))
    azimuth = np.arctan2(np.sin(d) * np.cos(b), np.cos(a) * np.sin(b) - np.sin(a) * np.cos(b) * np.cos(d))
    distance = np.asarray(distance_degrees(*centre, lat, lon))
    return distance * np.sin(azimuth), distance * np.cos(azimuth)


def graticule(
    centre: tuple[float, float], reach: float, steps: tuple[float, float]
) -> Iterator[tuple[bool, float, Floats, Floats]]:
    """Parallels and meridians on a map around a centre, as `azimuthal` draws it.

    Parameters
    ----------
    centre : tuple of float
        Latitude and longitude of the middle of the map, degrees.
    reach : float
        Half the width of the map, degrees of arc.
    steps : tuple of float
        From one parallel to the next, and from one meridian to the next, degrees.

    Yields
    ------
    tuple
        Whether it is a parallel; its latitude or longitude; degrees to the right of the centre and above it, NaN where
        the line leaves the map, shape (721,).
    """
    lat, lon = centre
    south, north = max(-90.0, lat - reach), min(90.0, lat + reach)
    pole = north == 90.0 or south == -90.0  # the pole is on the map, and so is a part of each meridian
    half = 180.0 if pole else min(180.0, reach / np.cos(np.radians(max(abs(south), abs(north)))))
    fine = np.linspace(0.0, 1.0, 721)
    lines = [(True, at) for at in _multiples(steps[0], south, north) if abs(at) < 90.0]
    lines += [(False, at) for at in _multiples(steps[1], lon - half, lon + half - (1e-9 if half == 180.0 else 0.0))]
    for parallel, at in lines:
        same = np.full(len(fine), at)
        along = lon - half + 2 * half * fine if parallel else south + (north - south) * fine
        x, y = azimuthal(centre, *((same, along) if parallel else (along, same)))
        # close to the antipode a line leaves on one side and comes back on the other
        jumps = np.append(np.hypot(np.diff(x), np.diff(y)) > reach / 4, False)
        x[(np.hypot(x, y) > reach) | jumps] = np.nan
        yield parallel, at, x, y


def _multiples(step: float, low: float, high: float) -> Floats:
    """Multiples of a step in a range."""
    return np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1) * step


def geodesic(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> Geodesic:
    """The shortest way between places on the WGS84 ellipsoid, to a millimetre.

    Vincenty's inverse formula (Survey Review 23, 1975); if it does not converge (near the antipode), the azimuth is
    found by halving (Karney, Journal of Geodesy 87, 2013, section 4).

    Parameters
    ----------
    lat1, lon1 : float or array_like
        The source, degrees.
    lat2, lon2 : float or array_like
        The receiver, degrees.

    Returns
    -------
    Geodesic
        Kilometres and degrees. Between equal places all are 0; from a pole, or to the antipode, an azimuth is one of
        several.
    """
    places = np.broadcast_arrays(*(np.asarray(value, np.float64) for value in (lat1, lon1, lat2, lon2)))
    shape = places[0].shape
    found = _inverse(*(value.ravel() for value in places))
    if not shape:
        return Geodesic(*(float(value[0]) for value in found))
    return Geodesic(*(value.reshape(shape) for value in found))


def _inverse(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> tuple[Floats, Floats, Floats]:
    f = WGS84_FLATTENING
    u1, u2 = (np.arctan((1 - f) * np.tan(np.radians(lat))) for lat in (lat1, lat2))
    omega = np.radians((lon2 - lon1 + 180.0) % 360.0 - 180.0)
    sin1, cos1, sin2, cos2 = np.sin(u1), np.cos(u1), np.sin(u2), np.cos(u2)
    far = omega.copy()
    with np.errstate(invalid="ignore", divide="ignore"):
        for _ in range(_ROUNDS):
            before = far
            sin_s, cos_s, sin_alpha, cos_2m, _ = _arc(sin1, cos1, sin2, cos2, far)
            far = omega + _longer(np.arctan2(sin_s, cos_s), sin_s, cos_s, sin_alpha, cos_2m)
            if not np.any(np.abs(far - before) > _CLOSE):
                break
        lost = ~(np.abs(far - before) <= _CLOSE) | (np.abs(far) > np.pi)
        sin_s, cos_s, _, cos_2m, cos_sq = _arc(sin1, cos1, sin2, cos2, far)
        metres = _length(np.arctan2(sin_s, cos_s), sin_s, cos_s, cos_2m, cos_sq)
        azimuth = np.arctan2(cos2 * np.sin(far), cos1 * sin2 - sin1 * cos2 * np.cos(far))
        back = np.arctan2(-cos1 * np.sin(far), sin2 * cos1 * -np.cos(far) + cos2 * sin1)
    same = (lat1 == lat2) & (omega == 0)
    for number in np.flatnonzero(lost & ~same):
        metres[number], azimuth[number], back[number] = _antipodal(u1[number], u2[number], omega[number])
    # rounded, because a rounding error would turn due north into nearly 360
    made = metres / 1000.0, np.degrees(azimuth).round(10) % 360.0, np.degrees(back).round(10) % 360.0
    return tuple(np.where(same, 0.0, value) for value in made)  # type: ignore[return-value]


def _arc(sin1: Floats, cos1: Floats, sin2: Floats, cos2: Floats, far: Floats) -> tuple[Floats, ...]:
    """Terms of Vincenty's formula for the arc on the auxiliary sphere for a longitude difference: sine and cosine of
    the arc's length, sine of its azimuth at the equator, cosine of twice the arc to its middle, squared cosine of the
    azimuth.
    """
    sin_s = np.hypot(cos2 * np.sin(far), cos1 * sin2 - sin1 * cos2 * np.cos(far))
    cos_s = sin1 * sin2 + cos1 * cos2 * np.cos(far)
    sin_alpha = np.where(sin_s > 0, cos1 * cos2 * np.sin(far) / sin_s, 0.0)
    cos_sq = 1 - sin_alpha**2
    cos_2m = np.where(cos_sq > 1e-15, cos_s - 2 * sin1 * sin2 / cos_sq, 0.0)  # along the equator any value will do
    return sin_s, cos_s, sin_alpha, cos_2m, cos_sq


def _longer(sigma: Any, sin_s: Any, cos_s: Any, sin_alpha: Any, cos_2m: Any) -> Any:
    """How much larger the longitude on the auxiliary sphere is (Vincenty's equation 11)."""
    f = WGS84_FLATTENING
    cos_sq = 1 - sin_alpha**2
    c = f / 16 * cos_sq * (4 + f * (4 - 3 * cos_sq))
    return (1 - c) * f * sin_alpha * (sigma + c * sin_s * (cos_2m + c * cos_s * (2 * cos_2m**2 - 1)))


def _length(sigma: Any, sin_s: Any, cos_s: Any, cos_2m: Any, cos_sq: Any) -> Any:
    """Metres (Vincenty's equations 3, 4 and 6)."""
    k = cos_sq * (WGS84_RADIUS**2 - _B**2) / _B**2
    big_a = 1 + k / 16384 * (4096 + k * (-768 + k * (320 - 175 * k)))
    big_b = k / 1024 * (256 + k * (-128 + k * (74 - 47 * k)))
    less = (
        big_b
        * sin_s
        * (
            cos_2m
            + big_b / 4 * (cos_s * (2 * cos_2m**2 - 1) - big_b / 6 * cos_2m * (4 * sin_s**2 - 3) * (4 * cos_2m**2 - 3))
        )
    )
    return _B * big_a * (sigma - less)


def _antipodal(u1: float, u2: float, omega: float) -> tuple[float, float, float]:
    """Metres, azimuth and back azimuth (radians) of a nearly antipodal pair, from reduced latitudes."""
    # Karney's canonical form: the start south, no nearer to the equator than the end, the end to the east
    swapped = abs(u1) < abs(u2)
    first, last = (u2, u1) if swapped else (u1, u2)
    mirrored = first >= 0
    if mirrored:
        first, last = -first, -last
    low, high = 0.0, np.pi
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _reached(first, last, middle)[0] < abs(omega) else (low, middle)
    start = (low + high) / 2
    _, metres, end = _reached(first, last, start)
    if swapped:
        start, end = end, start
    if swapped != mirrored:
        start, end = np.pi - start, np.pi - end
    east = -1.0 if omega < 0 else 1.0
    return metres, east * start, east * end + np.pi


def _reached(u1: float, u2: float, azimuth: float) -> tuple[float, float, float]:
    """Longitude, metres and azimuth at the point where a geodesic, which starts at one reduced latitude, crosses
    another one northward."""
    sin0 = np.sin(azimuth) * np.cos(u1)
    cos_start = np.cos(azimuth) * np.cos(u1)
    cos_end = np.sqrt(max(cos_start**2 + np.cos(u2) ** 2 - np.cos(u1) ** 2, 0.0))
    # arcs from the northward crossing of the equator
    one, two = np.arctan2(np.sin(u1), cos_start), np.arctan2(np.sin(u2), cos_end)
    sigma = (two - one) % (2 * np.pi)
    on_sphere = np.arctan2(sin0 * np.sin(two), np.cos(two)) - np.arctan2(sin0 * np.sin(one), np.cos(one))
    cos_2m, sin_s, cos_s = np.cos(one + two), np.sin(sigma), np.cos(sigma)
    longitude = on_sphere % (2 * np.pi) - _longer(sigma, sin_s, cos_s, sin0, cos_2m)
    metres = _length(sigma, sin_s, cos_s, cos_2m, 1 - sin0**2)
    return float(longitude), float(metres), float(np.arctan2(sin0, cos_end))
