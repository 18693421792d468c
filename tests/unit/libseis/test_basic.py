"""Time standard, coordinates, components, tapers, gain control, and the helpers for ensembles."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis import TimeWindow
from libseis.mspass.algorithms import basic
from libseis.mspass.algorithms.basic import (
    ArrivalTimeReference,
    CosineTaper,
    ExtractComponent,
    LinearTaper,
    VectorTaper,
    _TopMute,
    _WindowData,
    _WindowData3C,
    agc,
    transform_to_LQT,
    transform_to_RTZ,
)
from libseis.mspass.seismic import Seismogram, SlownessVector, TimeSeries, TimeSeriesEnsemble
from libseis.mspass.util.seismic import (
    ensemble_time_range,
    has_live_data,
    number_live,
    print_metadata,
    regularize_sampling,
    sort_ensemble,
)
from libseis.mspass.utility import ErrorSeverity, MsPASSError
from support.data_objects import T0, ensemble, messages, seismogram, time_series

MAKERS = [time_series, seismogram]
angles = st.floats(-math.pi, math.pi)


def test_every_public_name_is_there() -> None:
    assert all(hasattr(basic, name) for name in basic.__all__)


@pytest.mark.parametrize("make", MAKERS)
def test_time_standard(make) -> None:  # type: ignore[no-untyped-def]
    d = basic.ator(make(), T0 + 1)
    assert d.time_is_relative() and d.t0 == -1.0
    assert basic.rtoa(d).t0 == T0
    never = make()
    never.tref = type(never.tref).Relative
    assert basic.rtoa(never).dead() and never.elog.size() == 1
    e = basic.ator(ensemble(make(), make()), T0)
    assert [m.t0 for m in e.member] == [0.0, 0.0]


@given(angle=angles)
def test_rotations_are_orthogonal_and_come_back(angle: float) -> None:
    s = basic.rotate(seismogram(5), angle)
    np.testing.assert_allclose(s.tmatrix @ s.tmatrix.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(basic.rotate_to_standard(s).data, seismogram(5).data, atol=1e-9)
    np.testing.assert_allclose(s.tmatrix, np.eye(3), atol=1e-12)


def test_time_zero_may_be_named() -> None:
    d = basic.ator(time_series(origin=T0 + 1.0), "origin")
    assert d.time_is_relative() and d.t0 == -1.0
    d = basic.ator(time_series(), "origin")
    assert d.dead() and "'origin'" in messages(d)[0]


@pytest.mark.parametrize("make", [LinearTaper, CosineTaper])
def test_a_taper_has_a_ramp(make) -> None:  # type: ignore[no-untyped-def]
    for times in ((3.0, 1.0, 2.0, 0.0), (0.0, 0.0, 9.0, 9.0)):
        with pytest.raises(MsPASSError, match="illegal input: neither end has a ramp"):
            make(*times)


def test_transformations() -> None:
    matrix = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 3.0]])
    s = basic.transform(seismogram(5), matrix)
    np.testing.assert_allclose(s.data, matrix @ np.asarray(seismogram(5).data))
    assert basic.transform(seismogram(5), np.zeros((3, 3))).live
    singular = basic.transform(seismogram(5), np.zeros((3, 3)))
    assert basic.rotate_to_standard(singular).dead()
    s = basic.free_surface_transformation(seismogram(5), SlownessVector(0.17085, -0.062185, 0.0), 5.0, 3.5)
    assert s.tmatrix[2, 0] == pytest.approx(-0.597975, abs=1e-5)
    s = basic.free_surface_transformation(seismogram(5, vp0=5.0, vs0=3.5), SlownessVector(0.17085, -0.062185, 0.0))
    assert s.tmatrix[2, 0] == pytest.approx(-0.597975, abs=1e-5)
    assert basic.free_surface_transformation(seismogram(5), SlownessVector(9.0, 0.0, 0.0), 5.0, 3.5).dead()
    s = basic.free_surface_transformation(seismogram(5), SlownessVector(0.1, 0.0, 0.0))
    assert s.dead() and "vp0 is not defined" in messages(s)[0]
    for call in (
        lambda d: basic.rotate(d, 0.1),
        basic.rotate_to_standard,
        lambda d: basic.transform(d, matrix),
        transform_to_RTZ,
        transform_to_LQT,
        lambda d: basic.free_surface_transformation(d, SlownessVector(0.1, 0.0, 0.0), 5.0, 3.5),
    ):
        with pytest.raises(TypeError, match=r"received invalid type TimeSeries.* only accepts Seismogram"):
            call(time_series())
        dead = seismogram(5)
        dead.kill()
        assert call(dead) is dead and np.array_equal(dead.data, seismogram(5).data)


def test_the_free_surface_of_an_ensemble_that_nobody_marked_live() -> None:
    dead = seismogram(5)
    dead.kill()
    e = ensemble(seismogram(5), dead)
    e.live = False
    out = basic.free_surface_transformation(e, vp0=5.0, vs0=3.5, uvec=SlownessVector(0.1, 0.0, 0.0))
    assert out is e and [d.cardinal() for d in e.member] == [False, True]


@given(back_azimuth=st.floats(0, 360))
def test_radial_points_away_from_the_source(back_azimuth: float) -> None:
    """Motion along the direction of propagation is all radial."""
    azimuth = math.radians(back_azimuth + 180.0)
    data = np.outer([math.sin(azimuth), math.cos(azimuth), 0.0], np.arange(1.0, 6.0))
    s = transform_to_RTZ(seismogram(5, data=data, seaz=back_azimuth))
    np.testing.assert_allclose(s.data, [np.arange(1.0, 6.0), np.zeros(5), np.zeros(5)], atol=1e-9)


def test_ray_coordinates() -> None:
    s = transform_to_RTZ(seismogram(5, seaz=37.0), phi=0.0)
    np.testing.assert_allclose(s.data, seismogram(5).data)
    s = transform_to_RTZ(seismogram(5, a=37.0), key="a", key_is_backazimuth=False)
    expected = seismogram(5)
    expected.rotate(math.radians(37.0))
    np.testing.assert_allclose(s.data, expected.data)
    assert transform_to_RTZ(seismogram(5)).dead()
    e = transform_to_RTZ(ensemble(seismogram(5), seismogram(5)), phi=0.4, angle_units="radians")
    expected = seismogram(5)
    expected.rotate(0.4)
    np.testing.assert_allclose(e.member[1].data, expected.data)
    ray = np.array([math.sin(0.5) * math.cos(0.3), math.sin(0.5) * math.sin(0.3), math.cos(0.5)])
    s = transform_to_LQT(seismogram(3, data=np.outer(ray, [1.0, 2.0, 3.0])), phi=0.3, theta=0.5, angle_units="radians")
    np.testing.assert_allclose(s.data, [[1.0, 2.0, 3.0], np.zeros(3), np.zeros(3)], atol=1e-12)
    # angles of the Metadata are degrees, whatever angle_units says
    found = [
        transform_to_LQT(seismogram(5, seaz=240.0, ema=10.0), angle_units=units) for units in ("degrees", "radians")
    ]
    assert found[0].live and np.array_equal(found[0].data, found[1].data)
    for phi, theta in ((None, 0.0), (0.0, None), ("0", 0.0), (True, 0.0), (float("nan"), 0.0)):
        s = seismogram(5)
        for dryrun in (True, False):
            with pytest.raises(TypeError, match="phi and theta"):
                transform_to_LQT(s, phi=phi, theta=theta, dryrun=dryrun)  # type: ignore[arg-type]
        assert np.array_equal(s.data, seismogram(5).data)
    assert transform_to_LQT(seismogram(5), phi=0.0, theta=0.0, dryrun=True) == "OK"


@given(back_azimuth=st.floats(0, 360), angle=st.floats(0.1, 89.9))
def test_longitudinal_comes_first_and_lqt_is_right_handed(back_azimuth: float, angle: float) -> None:
    """P moves along the ray, SV across it in its plane, SH horizontally: L, Q and T alone."""
    azimuth, incidence = math.radians(back_azimuth + 180.0), math.radians(angle)
    forward = np.array([math.sin(azimuth), math.cos(azimuth), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    ray = math.sin(incidence) * forward + math.cos(incidence) * up
    across = math.cos(incidence) * forward - math.sin(incidence) * up
    left = np.cross(up, forward)
    wave = np.arange(1.0, 6.0)
    for row, direction in enumerate((ray, across, left)):
        s = transform_to_LQT(seismogram(5, data=np.outer(direction, wave), seaz=back_azimuth, ema=angle))
        expected = np.zeros((3, 5))
        expected[row] = wave
        np.testing.assert_allclose(s.data, expected, atol=1e-12)
        assert np.linalg.det(s.tmatrix) == pytest.approx(1.0)
        np.testing.assert_allclose(basic.rotate_to_standard(s).data, np.outer(direction, wave), atol=1e-12)


def test_odd_units_count_as_radians_with_a_complaint() -> None:
    for call in (
        lambda units: transform_to_RTZ(seismogram(5), phi=0.4, angle_units=units),
        lambda units: transform_to_LQT(seismogram(5), phi=0.4, theta=0.2, angle_units=units),
    ):
        odd, radians = call("furlong"), call("radians")
        assert odd.live and np.array_equal(odd.data, radians.data) and radians.elog.size() == 0
        (entry,) = odd.elog.get_error_log()
        assert entry.badness == ErrorSeverity.Complaint and "furlong assuming radians" in entry.message


def test_free_surface_takes_what_it_is_not_given_from_the_metadata() -> None:
    expected = basic.free_surface_transformation(seismogram(5), SlownessVector(0.17085, -0.062185), 5.0, 3.5)
    names = {"ux": 0.17085, "uy": -0.062185, "vp0": 5.0, "vs0": 3.5}
    s = basic.free_surface_transformation(seismogram(5, **names))
    np.testing.assert_array_equal(s.data, expected.data)
    other = {f"my_{name}": value for name, value in names.items()}
    s = basic.free_surface_transformation(seismogram(5, **other), **{f"{name}_key": f"my_{name}" for name in names})
    np.testing.assert_array_equal(s.data, expected.data)
    s = basic.free_surface_transformation(seismogram(5, **names | {"vp0": 9.0}), vp0=5.0)
    np.testing.assert_array_equal(s.data, expected.data)
    for missing in names:
        s = seismogram(5, **{name: value for name, value in names.items() if name != missing})
        assert basic.free_surface_transformation(s).dead() and f"{missing} is not defined" in messages(s)[0]
    e = ensemble(seismogram(5, **names), seismogram(5, ux=0.1))
    assert basic.free_surface_transformation(e) is e and e.elog.size() == 0
    np.testing.assert_array_equal(e.member[0].data, expected.data)
    assert e.live and e.member[1].dead()
    e = basic.free_surface_transformation(ensemble(seismogram(5, **names)), uvec=SlownessVector(0.17085, -0.062185))
    np.testing.assert_array_equal(e.member[0].data, expected.data)
    assert "small array" in messages(e)[0]


class BrokenRotation(Seismogram):
    def rotate_to_standard(self) -> None:
        raise MsPASSError("broken", ErrorSeverity.Fatal)


def test_a_failing_rotation_kills_with_its_own_words() -> None:
    for call in (lambda d: transform_to_RTZ(d, phi=0.0), lambda d: transform_to_LQT(d, phi=0.0, theta=0.0)):
        d = BrokenRotation(3)
        d.set_live()
        assert call(d) is d and d.dead()
        assert (messages(d), d.elog.get_error_log()[0].badness) == (["broken"], ErrorSeverity.Fatal)


# ---- components


def test_components() -> None:
    s = seismogram(5, extra=1, chan=["A", "B", "C"], channel_id=["a", "b", "c"])
    for k, (hang, vang) in enumerate([(90, 90), (0, 90), (0, 0)]):
        d = ExtractComponent(s, k)
        assert type(d) is TimeSeries and np.array_equal(d.data, s.data[k]) and d.live
        assert (d["chan"], d["channel_id"], d["extra"]) == ("ABC"[k], "abc"[k], 1)
        assert (d["channel_hang"], d["channel_vang"]) == (pytest.approx(hang), pytest.approx(vang))
        assert (d.t0_ns, d.dt, d.tref, d.id()) == (s.t0_ns, s.dt, s.tref, s.id())
        assert not d.is_defined("tmatrix")
    d.data[0] = -99
    assert s.data[2, 0] != -99
    assert "illegal component number" in messages(ExtractComponent(s, 3))[0]
    s.kill()
    assert ExtractComponent(s, 0).dead() and ExtractComponent(s, 0).npts == 0
    e = ExtractComponent(ensemble(seismogram(5), s, event=1), 2)
    assert isinstance(e, TimeSeriesEnsemble) and e.live and e["event"] == 1
    assert [(d.live, d.npts) for d in e.member] == [(True, 5), (False, 0)]
    dead = ensemble(seismogram(5))
    dead.kill()
    assert len(ExtractComponent(dead, 0).member) == 0
    for wrong in (time_series(), ensemble(time_series()), object()):
        with pytest.raises(TypeError, match="only accepts Seismogram"):
            ExtractComponent(wrong, 0)


def test_arrival_windows() -> None:
    s = seismogram(1000, 0.01, arrival=T0 + 5.0)
    w = ArrivalTimeReference(s, "arrival", TimeWindow(-1.0, 2.0))
    assert (w.t0, w.npts, w.time_reference(), s.npts) == (-1.0, 301, T0 + 5.0, 1000)
    e = ArrivalTimeReference(ensemble(s, seismogram(10)), "arrival", TimeWindow(-1.0, 2.0))
    assert [m.live for m in e.member] == [True, False]


@pytest.mark.parametrize(("make", "window"), [(time_series, _WindowData), (seismogram, _WindowData3C)])
def test_the_plain_window_functions(make, window) -> None:  # type: ignore[no-untyped-def]
    d = make(5, 0.5, 10.0)
    assert window(d, TimeWindow(10.0, d.endtime())).npts == 5
    for end in (d.endtime() + 0.25, d.endtime() + 50):
        w = window(d, TimeWindow(10.0, end))
        assert w.dead() and w.npts == 0 and w.t0 == d.t0 and w.elog.size() == 1
    assert d.live and d.npts == 5 and window(d, TimeWindow(90.0, 91.0)) is not d


# ---- tapers and gain


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("kind", [LinearTaper, CosineTaper])
def test_ramp_tapers(make, kind) -> None:  # type: ignore[no-untyped-def]
    taper = pickle.loads(pickle.dumps(kind(4, 14, 170, 180)))
    assert (taper.get_t0head(), taper.get_t1head(), taper.get_t1tail(), taper.get_t0tail()) == (4, 14, 170, 180)
    d = make(200, 1.0, 0.0, data=1.0)
    assert taper.apply(d) == 0
    x = np.asarray(d.data)
    for index, weight in ((3, 0), (4, 0), (9, 0.5), (14, 1), (100, 1), (170, 1), (175, 0.5), (180, 0), (199, 0)):
        assert np.allclose(x[..., index], weight, atol=1e-15)
    d = make(200, 1.0, 0.0, data=1.0)
    kind(4, 14, 180, 170).apply(d)
    assert np.all(np.asarray(d.data)[..., 14:] == 1.0)
    function = basic.linear_taper if kind is LinearTaper else basic.cosine_taper
    d = function(ensemble(make(200, 1.0, 0.0, data=1.0)), 4, 14, 170, 180).member[0]
    assert np.array_equal(d.data, x)
    with pytest.raises(MsPASSError, match="must be a TimeSeries or Seismogram"):
        taper.apply("text")


@pytest.mark.parametrize("make", MAKERS)
def test_vector_tapers(make) -> None:  # type: ignore[no-untyped-def]
    weights = np.random.default_rng(0).random(100)
    taper = pickle.loads(pickle.dumps(VectorTaper(weights)))
    d = make()
    assert taper.apply(d) == 0
    np.testing.assert_array_equal(d.data, np.asarray(make().data) * weights)
    assert basic.vector_taper(make(), list(weights)).live
    assert "3 values, the datum 100 samples" in messages(basic.vector_taper(make(), [1, 2, 3]))[0]


def test_mutes_pickle() -> None:
    mute = pickle.loads(pickle.dumps(_TopMute(4, 14, "cosine")))
    assert (mute.get_t0(), mute.get_t1(), mute.taper_type()) == (4.0, 14.0, "cosine")


@given(npts=st.integers(1, 30), twin=st.floats(0.01, 20.0), seed=st.integers(0, 99))
def test_gain_control(npts: int, twin: float, seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal((3, npts))
    x[:, npts // 3 : npts // 2] = 0.0
    s = seismogram(npts, 0.5, data=x)
    gains = agc(s, twin)
    half = min(math.floor(math.floor(twin / 0.5 + 0.5) / 2), (npts - 1) // 2)
    for i in range(npts):
        part = x[:, max(0, i - half) : i + half + 1]
        energy = np.square(part).sum()
        expected = 1.0 / math.sqrt(energy / part.size) if energy > 0 else 0.0
        assert gains.data[i] == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(s.data, x * gains.data)
    assert (gains.t0, gains.dt, gains.npts) == (s.t0, s.dt, npts)


def test_gain_control_refuses() -> None:
    for twin in (0.0, -1.0, math.inf, math.nan):
        s = seismogram(5)
        with pytest.raises(MsPASSError):
            agc(s, twin)
        assert np.array_equal(s.data, seismogram(5).data)
    with pytest.raises(MsPASSError, match="no samples"):
        agc(seismogram(0), 1.0)
    dead = seismogram(5)
    dead.kill()
    assert agc(dead, 1.0).dead()


# ---- helpers


@pytest.mark.parametrize("make", MAKERS)
def test_counting_and_time_ranges(make) -> None:  # type: ignore[no-untyped-def]
    e = ensemble(*[make(100 + i, 0.01, T0 + i) for i in range(4)])
    assert number_live(e) == 4 and has_live_data(e)
    starts, ends = [d.t0 for d in e.member], [d.endtime() for d in e.member]
    ranges = {"inner": (max(starts), min(ends)), "outer": (min(starts), max(ends))}
    ranges |= {"median": (np.median(starts), np.median(ends)), "mean": (np.mean(starts), np.mean(ends))}
    for metric, (start, end) in ranges.items():
        found = ensemble_time_range(e, metric=metric)
        assert (found.start, found.end) == (start, end)
    with pytest.raises(ValueError, match="metric"):
        ensemble_time_range(e, metric="best")
    for d in e.member:
        d.kill()
    assert number_live(e) == 0 and not has_live_data(e)
    with pytest.raises(MsPASSError):
        ensemble_time_range(e)
    for call, text in ((number_live, "illegal type for arg0="), (has_live_data, "arg0 must be a TimeSeriesEnsemble")):
        with pytest.raises(TypeError, match=text):
            call(make())


@pytest.mark.parametrize("make", MAKERS)
def test_sorting(make) -> None:  # type: ignore[no-untyped-def]
    dead = make(x=0.5, n=9)
    dead.kill()
    e = ensemble(make(x=3.0, n=0), make(n=1), dead, make(x=-1.0, n=2), event=1)
    out = sort_ensemble(e, "x")
    assert [d["n"] for d in out.member] == [2, 1, 0] and out.live and out["event"] == 1
    assert [d["n"] for d in sort_ensemble(e, "x", 5.0, False, drop_dead=False).member] == [1, 0, 2, 9]
    with pytest.raises(MsPASSError, match="sort_ensemble: arg0 must be a TimeSeriesEnsemble") as caught:
        sort_ensemble(make(), "x")
    assert caught.value.severity == ErrorSeverity.Fatal


@pytest.mark.parametrize("make", MAKERS)
def test_regular_sampling(make) -> None:  # type: ignore[no-untyped-def]
    def build(*intervals: float):  # type: ignore[no-untyped-def]
        return ensemble(*[make(3, dt) for dt in intervals])

    e = regularize_sampling(build(0.2, 0.1, 0.3, 0.1), 0.1, Nsamp=10)
    assert [d.live for d in e.member] == [False, True, False, True] and e.live
    assert [d.elog.size() for d in e.member] == [1, 0, 1, 0]
    edge = 0.125 + 0.125 / 2
    e = regularize_sampling(build(edge, float(np.nextafter(edge, 1))), 0.125, Nsamp=2)
    assert [d.live for d in e.member] == [True, False]
    e = build(0.1, 0.2)
    with pytest.raises(ValueError, match=r"different sample rate: Member 1"):
        regularize_sampling(e, 0.1, abort_on_error=True)
    assert number_live(e) == 2
    e = regularize_sampling(build(0.1, 0.1), 10.0)
    assert e.dead() and e.elog.size() == 1
    assert regularize_sampling(e, 0.1) is e
    for nsamp in (0, 1, 1.5, True, "2"):
        with pytest.raises(ValueError, match="Nsamp must be an integer >= 2"):
            regularize_sampling(build(0.1), 0.1, Nsamp=nsamp)  # type: ignore[arg-type]
    for dt in (0.0, -0.1, math.nan, True, "0.1"):
        with pytest.raises(ValueError, match="finite positive real"):
            regularize_sampling(build(0.1), dt)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        regularize_sampling(make(), 0.1)


def test_printing(capsys: pytest.CaptureFixture[str]) -> None:
    print_metadata(time_series(foo="bar"))
    print_metadata({"a": 1})
    out = capsys.readouterr().out
    assert "'foo': 'bar'" in out and "'a': 1" in out
    with pytest.raises(TypeError, match="arg0 must be a dictionary or a subclass of Metadata"):
        print_metadata("foobar")  # type: ignore[arg-type]
