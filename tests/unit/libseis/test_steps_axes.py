"""Steps on three components against obspy's rotations, numpy, and waves computed from the boundary condition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from obspy.geodetics import gps2dist_azimuth, locations2degrees
from obspy.signal.rotate import rotate_ne_rt, rotate_zne_lqt

from libseis.mspass.seismic import Seismogram, TimeSeries
from libseis.signal.rotation import KM_PER_DEGREE, free_surface_matrix, rtz_axes
from libseis.steps import REASON, StepError, apply, build
from support.data_objects import messages, seismogram, time_series

CHANNELS = ["BHE", "BHN", "BHZ"]
ANGLES = st.floats(-360.0, 360.0)
PLACES = st.tuples(st.floats(-89, 89), st.floats(-180, 180))
MATRICES = st.lists(st.floats(-1.0, 1.0), min_size=9, max_size=9).map(lambda x: np.reshape(x, (3, 3)))


def ground(npts: int = 50, seed: int = 3) -> np.ndarray:
    """East, north and up, shape (3, npts)."""
    return np.random.default_rng(seed).standard_normal((3, npts))


def sensor(axes: np.ndarray, motion: np.ndarray, **values: object) -> Seismogram:
    """What a sensor whose rows of axes are unit vectors records of a motion."""
    d = seismogram(motion.shape[1], data=axes @ motion, **({"chan": CHANNELS} | values))
    d.tmatrix = axes
    return d


def run(spec: object, d: Any) -> Any:
    (done,) = apply(build(spec), d)  # type: ignore[arg-type]
    return done


@given(back_azimuth=ANGLES)
def test_rtz_is_obspys(back_azimuth: float) -> None:
    motion = ground()
    d = run({"rotate": {"to": "RTZ"}}, sensor(np.eye(3), motion, back_azimuth=back_azimuth))
    radial, transverse = rotate_ne_rt(motion[1], motion[0], back_azimuth % 360.0)
    np.testing.assert_allclose(d.data, [radial, transverse, motion[2]], atol=1e-12)
    assert d["chan"] == ["BHR", "BHT", "BHZ"] and d.orthogonal()
    np.testing.assert_allclose(d.tmatrix @ motion, d.data, atol=1e-12)


@given(back_azimuth=ANGLES, incidence=st.floats(0.0, 90.0))
def test_lqt_is_obspys(back_azimuth: float, incidence: float) -> None:
    motion = ground()
    metadata = {"back_azimuth": back_azimuth, "incidence": incidence}
    d = run({"rotate": {"to": "LQT"}}, sensor(np.eye(3), motion, **metadata))
    wanted = rotate_zne_lqt(motion[2], motion[1], motion[0], back_azimuth % 360.0, incidence)
    np.testing.assert_allclose(d.data, wanted, atol=1e-12)
    assert d["chan"] == ["BHL", "BHQ", "BHT"] and d.orthogonal()
    given_ = run({"rotate": {"to": "LQT", **metadata}}, sensor(np.eye(3), motion))
    np.testing.assert_allclose(given_.data, d.data)


@given(axes=MATRICES, back_azimuth=ANGLES)
def test_any_sensor_comes_to_east_north_up_and_beyond_or_says_why_not(axes: np.ndarray, back_azimuth: float) -> None:
    motion = ground()
    sizes = np.linalg.svd(axes, compute_uv=False)
    whole = sizes[-1] * 1e3 > sizes[0] * (1 + 1e-9)
    flat = sizes[-1] * 1e3 < sizes[0] * (1 - 1e-9)
    for to, wanted in (("ENZ", np.eye(3)), ("RTZ", rtz_axes(back_azimuth))):
        d = run({"rotate": {"to": to}}, sensor(axes, motion, back_azimuth=back_azimuth))
        if whole:
            assert d.live, messages(d)
            np.testing.assert_allclose(d.data, wanted @ motion, atol=1e-8 / sizes[-1])
        elif flat or not sizes[0]:
            assert d.dead() and d[REASON] == "singular matrix" and "one plane" in messages(d)[0]


@pytest.mark.parametrize(
    "axes",
    [
        [[0, 1, 0], [1, 0, 0], [0, 0, 1]],
        [[1, 0, 0], [0, 1, 0], [0, 0, -1]],
        [[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]],
        np.array([[2, 0, 2**0.5], [-1, 3**0.5, 2**0.5], [-1, -(3**0.5), 2**0.5]]) / 6**0.5,
    ],
    ids=["left-handed", "down", "turned", "galperin"],
)
def test_sensors_as_they_stand(axes: object) -> None:
    motion = ground()
    d = run({"rotate": {"to": "ENZ"}}, sensor(np.array(axes, dtype=float), motion))
    np.testing.assert_allclose(d.data, motion, atol=1e-12)
    assert d.cardinal() and d["chan"] == CHANNELS


@given(angle=ANGLES)
def test_a_turn_is_clockwise_and_comes_back(angle: float) -> None:
    motion = ground()
    d = run({"rotate": {"angle": angle}}, sensor(np.eye(3), motion))
    a = np.radians(angle)
    # the second component points to the azimuth `angle`
    np.testing.assert_allclose(np.asarray(d.data)[1], motion[0] * np.sin(a) + motion[1] * np.cos(a), atol=1e-12)
    np.testing.assert_allclose(np.sum(np.square(d.data), axis=0), np.sum(np.square(motion), axis=0))
    assert d["chan"] == ["BH2", "BH1", "BHZ"]
    # axes within 1e-4 of standard ones count as these, as in MsPASS
    tolerance = 1e-3 if d.cardinal() else 1e-12
    np.testing.assert_allclose(run({"rotate": {"to": "ENZ"}}, d).data, motion, atol=tolerance)


def surface_motion(slowness: float, vp: float, vs: float, wave: str) -> np.ndarray:
    """Radial and up of an upgoing P or SV wave of amplitude 1 at a free surface: zero traction by linear algebra."""
    sin_p, sin_s = slowness * vp, slowness * vs
    cos_p, cos_s = np.sqrt(1 - sin_p**2), np.sqrt(1 - sin_s**2)
    polarization = {  # radial, up; and the vertical slowness (up positive)
        "P": (np.array([sin_p, cos_p]), cos_p / vp),
        "S": (np.array([cos_s, -sin_s]), cos_s / vs),
        "p": (np.array([sin_p, -cos_p]), -cos_p / vp),
        "s": (np.array([cos_s, sin_s]), -cos_s / vs),
    }
    mu, lam = vs**2, vp**2 - 2 * vs**2  # of density 1

    def traction(name: str) -> np.ndarray:
        (u, w), q = polarization[name]
        return np.array([mu * (q * u + slowness * w), lam * slowness * u + (lam + 2 * mu) * q * w])

    reflected = np.linalg.solve(np.column_stack([traction("p"), traction("s")]), -traction(wave))
    return polarization[wave][0] + reflected[0] * polarization["p"][0] + reflected[1] * polarization["s"][0]


@given(
    back_azimuth=st.floats(0.0, 360.0), vp=st.floats(2.0, 8.0), ratio=st.floats(1.5, 2.0), share=st.floats(0.0, 0.95),
)  # fmt: skip
def test_the_free_surface_is_undone_for_waves_that_meet_it(
    back_azimuth: float, vp: float, ratio: float, share: float
) -> None:
    vs, slowness = vp / ratio, share / vp
    matrix = free_surface_matrix(back_azimuth, slowness, vp, vs)
    radial, transverse, up = rtz_axes(back_azimuth)
    for wave, wanted in (("P", [1, 0, 0]), ("S", [0, 1, 0])):
        u, w = surface_motion(slowness, vp, vs, wave)
        np.testing.assert_allclose(matrix @ (u * radial + w * up), wanted, atol=1e-9)
    np.testing.assert_allclose(matrix @ (2.0 * transverse), [0, 0, 1], atol=1e-9)


def test_the_free_surface_of_a_phase() -> None:
    slowness, vp, vs = 6.4, 5.8, 3.4
    u, w = surface_motion(slowness / KM_PER_DEGREE, vp, vs, "P")
    radial, _, up = rtz_axes(40.0)
    pulse = np.sin(np.arange(50.0))
    motion = np.outer(u * radial + w * up, pulse)
    d = run(
        {"free_surface": {"vp": vp, "vs": vs}}, sensor(np.eye(3), motion, back_azimuth=40.0, ray_parameter=slowness)
    )
    np.testing.assert_allclose(d.data, [pulse, 0 * pulse, 0 * pulse], atol=1e-12)
    assert d["chan"] == ["BHP", "BHV", "BHH"]
    d = run("free_surface", sensor(np.eye(3), motion, back_azimuth=40.0, ray_parameter=slowness, vp0=vp, vs0=vs))
    np.testing.assert_allclose(np.asarray(d.data)[0], pulse, atol=1e-12)
    d = run({"free_surface": {"vp": vp, "vs": vs, "ray_parameter": 25.0, "back_azimuth": 0}}, sensor(np.eye(3), motion))
    assert d.dead() and "no wave of slowness" in messages(d)[0]


def test_a_matrix() -> None:
    motion = ground()
    matrix = [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    d = run({"transform": {"matrix": matrix, "letters": "ZNE"}}, sensor(np.eye(3), motion))
    np.testing.assert_allclose(d.data, motion[::-1])
    assert d["chan"] == ["BHZ", "BHN", "BHE"] and "left-handed" in messages(d)[0] and d.live
    nine = run({"transform": {"matrix": np.ravel(matrix).tolist()}}, sensor(np.eye(3), motion))
    np.testing.assert_allclose(nine.data, d.data)
    flat = sensor(np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0]], dtype=float), motion)
    assert run({"transform": {"matrix": matrix}}, flat).dead() and flat[REASON] == "singular matrix"


@given(axes=MATRICES.filter(lambda m: np.linalg.cond(m) < 500))
def test_the_norm_is_that_of_the_motion_whatever_the_sensor(axes: np.ndarray) -> None:
    motion = ground()
    d = run("norm", sensor(axes, motion, channel_id=[1, 2, 3]))
    assert isinstance(d, TimeSeries) and d["chan"] == "BHM" and not d.is_defined("channel_id")
    np.testing.assert_allclose(d.data, np.linalg.norm(motion, axis=0), atol=1e-8)
    assert d.t0 == seismogram().t0 and d.current_nodedata().algorithm == "norm"


def test_one_component() -> None:
    motion = ground()
    for name, row in (("Z", 2), ("N", 1), ("1", 0), ("3", 2)):
        d = run({"component": {"component": name}}, sensor(np.eye(3), motion))
        assert isinstance(d, TimeSeries) and d["chan"] == CHANNELS[row]
        np.testing.assert_array_equal(d.data, motion[row])
    d = run({"component": {"component": "1"}}, sensor(np.eye(3), motion, chan=["BH2", "BH1", "BHZ"]))
    np.testing.assert_array_equal(d.data, motion[1])
    d = run({"component": {"component": "R"}}, sensor(np.eye(3), motion))
    assert d.dead() and d[REASON] == "no component R"


@given(source=PLACES, station=PLACES)
def test_the_back_azimuth_of_coordinates_is_obspys(source: tuple[float, float], station: tuple[float, float]) -> None:
    degrees = locations2degrees(*source, *station)
    if not 0.01 < degrees < 179.0:  # obspy's formula does not find the antipode
        return
    motion = ground()
    wanted = rotate_ne_rt(motion[1], motion[0], gps2dist_azimuth(*source, *station)[2])
    event = {"source_lat": source[0], "source_lon": source[1]}
    for name in ("channel", "site"):
        place = {f"{name}_lat": station[0], f"{name}_lon": station[1]}
        d = run({"rotate": {"to": "RTZ"}}, sensor(np.eye(3), motion, **event, **place))
        np.testing.assert_allclose(np.asarray(d.data)[:2], wanted, atol=1e-6)


def test_a_source_at_the_station_is_in_no_direction() -> None:
    place = {"channel_lat": 34.0, "channel_lon": -118.0, "source_lat": 34.0, "source_lon": -118.0}
    d = run({"rotate": {"to": "RTZ"}}, sensor(np.eye(3), ground(), **place))
    assert d.dead() and d[REASON] == "no back_azimuth" and "at the station" in messages(d)[0]
    d = run({"rotate": {"to": "RTZ"}}, sensor(np.eye(3), ground(), back_azimuth=0.0, distance_km=0.0))
    assert d.dead() and d[REASON] == "no back_azimuth"
    d = run(
        {"rotate": {"to": "RTZ"}}, sensor(np.eye(3), ground(), **{**place, "source_lat": -34.0, "source_lon": 62.0})
    )
    assert d.live, "the antipode is in some direction"


@pytest.mark.parametrize(
    ("spec", "key"),
    [
        ({"rotate": {"to": "RTZ"}}, "back_azimuth"),
        ({"rotate": {"to": "LQT", "back_azimuth": 10}}, "incidence"),
        ({"free_surface": {"vp": 5, "vs": 3, "back_azimuth": 0}}, "ray_parameter"),
        ({"free_surface": {"vs": 3, "back_azimuth": 0, "ray_parameter": 5}}, "vp0"),
    ],
)
def test_missing_metadata_kills_that_datum_and_is_named(spec: object, key: str) -> None:
    chain = build(spec)  # type: ignore[arg-type]
    assert key in chain[0].metadata
    d = run(spec, sensor(np.eye(3), ground()))
    assert d.dead() and d[REASON] == f"no {key}" and f"has no {key}" in messages(d)[0]
    bad = run(spec, sensor(np.eye(3), ground(), **{key: "far"}))
    assert bad.dead() and "finite number, found 'far'" in messages(bad)[0]


@pytest.mark.parametrize("name", ["rotate", "free_surface", "transform", "norm", "component"])
def test_a_single_channel_has_no_axes(name: str) -> None:
    values = {
        "rotate": {"to": "ENZ"}, "free_surface": {"vp": 5, "vs": 3}, "transform": {"matrix": np.eye(3).tolist()},
        "norm": {}, "component": {"component": "Z"},
    }  # fmt: skip
    d = run({name: values[name]}, time_series())
    assert d.dead() and d[REASON] == "not three components" and "found a TimeSeries" in messages(d)[0]


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ({"rotate": {}}, "give either to (ENZ, RTZ or LQT) or angle"),
        ({"rotate": {"to": "ENZ", "angle": 3}}, "give either to"),
        ({"rotate": {"to": "NEZ"}}, "to must be one of ENZ, RTZ, LQT, found 'NEZ'"),
        ({"rotate": {"to": "ENZ", "back_azimuth": 3}}, "back_azimuth belongs to RTZ and LQT alone"),
        ({"rotate": {"to": "LQT", "incidence": 190}}, "incidence must be at most 180 degrees, found 190"),
        ({"free_surface": {"vp": 3, "vs": 5}}, "vs must be below vp"),
        ({"transform": {"matrix": [[1, 0, 0], [0, 1, 0], [1, 1, 0]]}}, "matrix is singular"),
        ({"transform": {"matrix": [1, 2]}}, "matrix must be three rows of three finite numbers"),
        ({"transform": {"matrix": [1, 0, 0, 0, 1, 0, 0, 0, 1], "letters": "ZN"}}, "letters must be three"),
        ({"component": {"component": "BHZ"}}, "the last letter of a channel code"),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(spec: object, problem: str) -> None:
    with pytest.raises(StepError) as caught:
        build(spec)  # type: ignore[arg-type]
    (told,) = caught.value.problems
    assert problem in told
