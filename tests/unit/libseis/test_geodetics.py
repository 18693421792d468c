"""Distances and azimuths against obspy's, and where obspy has none against properties of the ellipsoid."""

from __future__ import annotations

import numpy as np
import pytest
from obspy.geodetics import gps2dist_azimuth, locations2degrees

from libseis.geodetics import WGS84_FLATTENING, WGS84_RADIUS, distance_degrees, geodesic

# Half a meridian, the longest that a shortest way can be: the elliptic integral, as a series in the third flattening.
_N = WGS84_FLATTENING / (2 - WGS84_FLATTENING)
_HALF_MERIDIAN_KM = np.pi * WGS84_RADIUS / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64) / 1000


def _pairs(number: int, farthest: float = 178.0) -> np.ndarray:
    rng = np.random.default_rng(7)
    lat1, lat2 = np.degrees(np.arcsin(rng.uniform(-1, 1, (2, number))))
    pairs = np.stack([lat1, rng.uniform(-180, 360, number), lat2, rng.uniform(-180, 360, number)], axis=1)
    return pairs[distance_degrees(*pairs.T) < farthest]


def _apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.abs((one - other + 180) % 360 - 180)


def test_many_pairs_at_once_are_as_obspy_has_them() -> None:
    pairs = _pairs(2000)
    found = geodesic(*pairs.T)
    truth = np.array([gps2dist_azimuth(*pair) for pair in pairs])
    assert np.abs(found.distance_km - truth[:, 0] / 1000).max() < 1e-4  # obspy stops at some centimetres
    assert _apart(found.azimuth, truth[:, 1]).max() < 1e-6
    assert _apart(found.back_azimuth, truth[:, 2]).max() < 1e-6
    assert np.abs(distance_degrees(*pairs.T) - locations2degrees(*pairs.T)).max() < 1e-10


@pytest.mark.parametrize("pair", [(0, 0, 0, 90), (90, 0, 10, 20), (10, 20, 90, 0), (-30, 179, -31, -179), (5, 5, 5, 6)])
def test_one_pair_gives_floats(pair: tuple[float, float, float, float]) -> None:
    found = geodesic(*pair)
    metres, azimuth, back_azimuth = gps2dist_azimuth(*pair)
    assert all(type(value) is float for value in (*found, distance_degrees(*pair)))
    assert found.distance_km == pytest.approx(metres / 1000, abs=1e-5)
    assert _apart(np.array(found.azimuth), np.array(azimuth)) < 1e-6
    assert _apart(np.array(found.back_azimuth), np.array(back_azimuth)) < 1e-6


def test_equal_places_are_nothing_apart() -> None:
    assert geodesic(10.0, 20.0, 10.0, 380.0) == (0.0, 0.0, 0.0)
    assert distance_degrees(10.0, 20.0, 10.0, 380.0) == pytest.approx(0.0, abs=1e-13)


@pytest.mark.parametrize("lat", [0.0, 12.5, -60.0, 90.0])
def test_to_the_antipode_it_is_half_a_meridian(lat: float) -> None:
    found = geodesic(lat, 30.0, -lat, -150.0)
    assert found.distance_km == pytest.approx(_HALF_MERIDIAN_KM, abs=1e-6)
    assert distance_degrees(lat, 30.0, -lat, -150.0) == pytest.approx(180.0)


def test_near_the_antipode_the_way_is_the_same_from_both_ends_and_continuous() -> None:
    rng = np.random.default_rng(3)
    lat = rng.uniform(-80, 80, 50)
    there = geodesic(lat, 0.0, -lat + 0.3, 179.7)
    back = geodesic(-lat + 0.3, 179.7, lat, 0.0)
    np.testing.assert_allclose(there.distance_km, back.distance_km, atol=1e-6)
    assert _apart(there.azimuth, back.back_azimuth).max() < 1e-5
    # the first variation: a step towards the source, along the back azimuth, shortens the way by the step
    step = 1e-5  # degrees
    for n in range(50):
        east, north = np.sin(np.radians(there.back_azimuth[n])), np.cos(np.radians(there.back_azimuth[n]))
        at = -lat[n] + 0.3
        moved = geodesic(lat[n], 0.0, at + step * north, 179.7 + step * east / np.cos(np.radians(at)))
        metres, *_ = gps2dist_azimuth(at, 179.7, at + step * north, 179.7 + step * east / np.cos(np.radians(at)))
        assert there.distance_km[n] - moved.distance_km == pytest.approx(metres / 1000, rel=0.02)
