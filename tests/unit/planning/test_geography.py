"""Areas, distances, directions, spacing and preference against brute force: obspy.geodetics, shapely, plain loops."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from obspy.geodetics import gps2dist_azimuth, locations2degrees
from pydantic import ValidationError

from libseis.codes import Channel
from seisbus.model.geography import AzimuthRange, Box, Circle, DistanceRange, Extent, Within, extent
from seisbus.planning.geography import Place, in_range, inside, preferred, thinned

LATS, LONS = st.floats(-89, 89).map(lambda x: round(x, 3)), st.floats(-180, 359).map(lambda x: round(x, 3))
NEAR = 1e-6  # degrees, kilometres: closer to an edge than that, either answer is right


def _places(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(-90, 90, n), rng.uniform(-180, 360, n)


@settings(max_examples=60, deadline=None)
@given(LATS, LATS, LONS, LONS)
def test_a_box(a, b, west, east):
    box = Box(south=min(a, b), north=max(a, b), west=west, east=east)
    lat, lon = _places(200, 1)
    width = (east - west) % 360
    assume(width > 0)
    expected = [min(a, b) <= y <= max(a, b) and (x - west) % 360 <= width for y, x in zip(lat, lon, strict=True)]
    assert inside(Within(box=box), lat, lon).tolist() == expected


def test_edges_and_turns_of_a_box():
    box = Within(box=Box(south=-10, north=10, west=170, east=-170))
    lon = np.array([169.9, 170.0, 180.0, -180.0, 190.0, -170.0, -169.9, 0.0])
    assert inside(box, np.zeros(8), lon).tolist() == [False, True, True, True, True, True, False, False]
    whole = Within(box=Box(south=-90, north=90, west=-180, east=180))
    assert inside(whole, *_places(100, 2)).all()
    zero_to_360 = Within(box=Box(south=-90, north=90, west=0, east=360))
    assert inside(zero_to_360, *_places(100, 2)).all()


@settings(max_examples=40, deadline=None)
@given(LATS, LONS, st.floats(1, 178), st.booleans())
def test_a_circle(lat0, lon0, radius, km):
    number = round(radius * (100 if km else 1), 3)
    circle = Within(circle=Circle(lat=lat0, lon=lon0, radius=Extent(number, km)))
    lat, lon = _places(60, 3)
    found = inside(circle, lat, lon)
    for y, x, is_there in zip(lat, lon, found, strict=True):
        if km:
            if locations2degrees(lat0, lon0, y, x) > 179:
                continue  # obspy gives up close to the antipode
            away = gps2dist_azimuth(lat0, lon0, y, x)[0] / 1000
        else:
            away = locations2degrees(lat0, lon0, y, x)
        if abs(away - number) > 1e-3:
            assert is_there == (away <= number)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-80, 80), st.integers(-85, 85)), min_size=3, max_size=9, unique=True),
    st.integers(-180, 180),
)
def test_a_polygon(corners, turn):
    """Against shapely, also where longitudes pass the date line."""
    import shapely

    shape = shapely.Polygon([(x, y) for y, x in corners])
    assume(shape.is_valid and shape.area > 1)
    moved = tuple((float(y), float((x + turn + 180) % 360 - 180)) for y, x in corners)
    rng = np.random.default_rng(4)
    lat, lon = rng.uniform(-80, 80, 150), rng.uniform(-89.5, 89.5, 150)
    found = inside(Within(polygon=moved), lat, (lon + turn + 180) % 360 - 180)
    for y, x, is_there in zip(lat, lon, found, strict=True):
        point = shapely.Point(x, y)
        if shape.exterior.distance(point) > NEAR:
            assert is_there == shape.contains(point)
    corner = np.array(moved)
    assert inside(Within(polygon=moved), corner[:, 0], corner[:, 1]).all()  # the edge belongs to it


@settings(max_examples=60, deadline=None)
@given(LATS, LONS, st.floats(0, 90), st.floats(91, 178), st.integers(0, 360), st.integers(0, 360), st.booleans())
def test_distances_and_directions(lat0, lon0, low, high, first, last, km):
    unit = 100 if km else 1
    distance = DistanceRange(min=Extent(low * unit, km), max=Extent(high * unit, km))
    azimuth, back = AzimuthRange(min=first, max=last), AzimuthRange(min=last, max=first)
    lat, lon = _places(60, 5)
    assume(first % 360 != last % 360)
    of_distance = in_range(distance, None, None, Place(lat0, lon0), lat, lon)
    of_azimuth = in_range(None, azimuth, None, Place(lat0, lon0), lat, lon)
    of_back = in_range(None, None, back, Place(lat0, lon0), lat, lon)
    every = in_range(distance, azimuth, back, Place(lat0, lon0), lat, lon)
    assert (every == (of_distance & of_azimuth & of_back)).all()
    for number, (y, x) in enumerate(zip(lat, lon, strict=True)):
        degrees = locations2degrees(lat0, lon0, y, x)
        if degrees > 179:
            continue
        metres, forth, backward = gps2dist_azimuth(lat0, lon0, y, x)
        away = metres / 1000 if km else degrees
        if min(abs(away - low * unit), abs(away - high * unit)) > 1e-3:
            assert of_distance[number] == (low * unit <= away <= high * unit)
        for found, angle, begin, end in ((of_azimuth, forth, first, last), (of_back, backward, last, first)):
            turn, width = (angle - begin) % 360, (end - begin) % 360
            if min(turn, 360 - turn, abs(turn - width)) > 1e-3:
                assert found[number] == (turn <= width)


def test_limits_in_both_units():
    places = np.zeros(4), np.array([1.0, 2.0, 3.0, 4.0])
    wanted = DistanceRange(min="1.5deg", max="350km")
    assert in_range(wanted, None, None, Place(0, 0), *places).tolist() == [False, True, True, False]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(20, 2000), st.booleans())
def test_spacing(seed, kilometres, km):
    """Taken in order of data, each station that is far enough from those taken before."""
    rng = np.random.default_rng(seed)
    names = [("XX", f"S{n:02d}") for n in range(40)]
    where = {name: Place(*p) for name, p in zip(names, rng.uniform((30, -120), (45, -100), (40, 2)), strict=True)}
    data = {name: float(rng.integers(0, 5)) for name in names}
    spacing = Extent(kilometres, True) if km else Extent(kilometres / 111.195, False)

    def apart(one, other) -> float:
        a, b = where[one], where[other]
        return gps2dist_azimuth(*a, *b)[0] / 1000 if km else locations2degrees(*a, *b)

    kept: list[tuple[str, str]] = []
    for name in sorted(names, key=lambda name: (-data[name], name)):
        if all(apart(name, other) >= spacing.number for other in kept):
            kept.append(name)
    found = thinned(where, data, spacing)
    assert found == set(kept)
    assert all(apart(a, b) >= spacing.number for a, b in combinations(found, 2))
    # and nobody is left out for nothing
    assert all(any(apart(name, other) < spacing.number for other in found) for name in set(names) - found)


def test_preference():
    def of(sta: str, *names: str) -> list[Channel]:
        return [Channel("CI", sta, *name.split(".")) for name in names]

    both = of("BOTH", ".BHZ", ".HHZ", "00.HHZ", "10.HHZ", ".LHZ")
    broad = of("BROAD", "10.BHZ", "00.BHZ", "00.LHZ")
    other = of("OTHER", "20.EHZ", "30.EHZ")
    channels = [*both, *broad, *other]
    assert preferred(channels, (), ()) == set(channels)
    assert preferred(channels, ("HH", "BH"), ()) == {*both[1:4], *broad[:2], *other}
    assert preferred(channels, ("HH", "BH"), ("", "00", "10")) == {both[1], broad[1], *other}
    assert preferred(channels, (), ("10",)) == {both[3], broad[0], *other}
    assert preferred(channels, ("?H",), ()) == set(channels)


@pytest.mark.parametrize(
    ("text", "found"), [("30deg", (30, False)), (" 2.5 km", (2.5, True)), ("180 degrees", (180, False))]
)
def test_an_extent_is_read(text, found):
    assert extent(text) == found
    assert extent(str(extent(text))) == found


@pytest.mark.parametrize("wrong", [30, "30", "30 miles", "-1deg", "181deg", "20100km", None, "deg"])
def test_what_is_no_extent_is_said(wrong):
    with pytest.raises(
        ValueError, match=r"is not a distance; write degrees or kilometres|is farther than the antipode"
    ):
        extent(wrong)


@pytest.mark.parametrize(
    ("what", "values", "sentence"),
    [
        (Within, {}, "exactly one of box, circle and polygon is needed; found none"),
        (Within, {"polygon": [[1, 2], [3, 4], [1, 2]]}, "a polygon needs three corners"),
        (Box, {"south": 2, "north": 1, "west": 0, "east": 1}, "south 2 is north of north 1"),
        (DistanceRange, {}, "min or max is needed"),
        (DistanceRange, {"min": "50deg", "max": "30deg"}, "min 50deg is larger than max 30deg"),
    ],
)
def test_areas_and_ranges_that_make_no_sense_are_said(what, values, sentence):
    with pytest.raises(ValidationError, match=sentence):
        what(**values)
