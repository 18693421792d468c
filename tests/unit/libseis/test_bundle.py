"""Bundling: orientations of every kind of sensor, choice of components, alignment, and reasons for what is dead."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from obspy import UTCDateTime
from obspy.core.inventory import Channel, Inventory, Network, Station

from libseis import TimeWindow
from libseis.mspass.algorithms.basic import seed_ensemble_sort
from libseis.mspass.algorithms.bundle import BundleSEEDGroup, Policy, Skew, bundle_seed_data
from libseis.mspass.algorithms.orientation import Orientation
from libseis.mspass.seismic import Seismogram, SeismogramEnsemble, TimeSeries
from libseis.mspass.utility import ErrorSeverity, MsPASSError
from support.data_objects import T0, ensemble, messages, time_series

ENZ = {"BHE": (90.0, 90.0), "BHN": (0.0, 90.0), "BHZ": (0.0, 0.0)}
GALPERIN = {"BHU": (0.0, 54.7356103), "BHV": (120.0, 54.7356103), "BHW": (240.0, 54.7356103)}
NPTS = 400
TIMES = np.arange(NPTS) * 0.05
GROUND = np.array([np.sin(TIMES), np.cos(2 * TIMES), np.sin(3 * TIMES + 1)])
"""Ground motion east, north, up."""


def channel(code: str, hang: float, vang: float, npts: int = NPTS, **values: object) -> TimeSeries:
    """What a sensor with that axis records of the ground motion."""
    axis = Orientation(hang, vang).vector()
    t0 = float(values.pop("t0", T0))  # type: ignore[arg-type]
    dt = float(values.pop("dt", 0.05))  # type: ignore[arg-type]
    data = np.resize(axis @ GROUND, npts)
    keys = {"chan": code, "channel_hang": hang, "channel_vang": vang} | values
    return time_series(npts, dt, t0, data=data, **keys)


def triplet(axes: dict[str, tuple[float, float]], **values: object) -> list[TimeSeries]:
    return [channel(code, *angles, **values) for code, angles in axes.items()]


@pytest.mark.parametrize(
    "axes",
    [
        ENZ,
        {"BHZ": (0.0, 180.0), "BH1": (13.5, 90.0), "BH2": (103.5, 90.0)},
        {"BHZ": (0.0, 0.0), "BH1": (77.0, 90.0), "BH2": (347.0, 90.0)},
        GALPERIN,
        {"BH1": (20.0, 88.0), "BH2": (110.0, 93.0), "BH3": (45.0, 3.0)},
    ],
    ids=["ENZ", "down-and-turned", "left-handed", "galperin", "borehole"],
)
def test_ground_motion_comes_back_in_standard_coordinates(axes: dict[str, tuple[float, float]]) -> None:
    s = BundleSEEDGroup(triplet(axes))
    assert s.live and s.elog.size() == 0
    assert s["chan"] == list(axes) and s["loc"] == "" and not s.is_defined("channel_hang")
    for row, angles in zip(s.tmatrix, axes.values(), strict=True):
        np.testing.assert_allclose(row, Orientation(*angles).vector(), atol=1e-12)
    s.rotate_to_standard()
    np.testing.assert_allclose(s.data, GROUND, atol=1e-9)
    assert s.cardinal()


@given(st.floats(0, 360), st.floats(0, 180))
def test_an_axis_is_a_unit_vector(hang: float, vang: float) -> None:
    vector = Orientation(hang, vang).vector()
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-12)
    assert vector[2] == pytest.approx(np.cos(np.radians(vang)), abs=1e-12)


@given(order=st.permutations(range(9)))
def test_a_soup_is_sorted_into_sensors(order: list[int]) -> None:
    """Two stations and a second sensor at another rate, in any order, with one channel missing."""
    soup = [
        *triplet(ENZ),
        *triplet({"HHE": (90.0, 90.0), "HHN": (0.0, 90.0), "HHZ": (0.0, 0.0)}, dt=0.01),
        *triplet(ENZ, sta="LONE")[:1],
        *triplet(GALPERIN, sta="OTHER", loc="10")[:2],
    ]
    result = bundle_seed_data(ensemble(*[soup[i] for i in order], event=3))
    assert isinstance(result, SeismogramEnsemble) and result.live and result["event"] == 3
    found = {(s["sta"], s["chan"][0][:2] if s.live else "", s.live) for s in result.member}
    assert found == {("TEST", "BH", True), ("TEST", "HH", True), ("LONE", "", False), ("OTHER", "", False)}
    for s in result.member:
        if s.live:
            assert [code[-1] for code in s["chan"]] == ["Z", "N", "E"]
        else:
            assert "exactly 3 channels" in messages(s)[-1] and s.npts == 0


def test_a_trailing_single_channel_does_not_spoil_the_group_before() -> None:
    result = bundle_seed_data(ensemble(*triplet(ENZ), *triplet(ENZ, sta="AAA")[:1]))
    assert [(s["sta"], s.live) for s in result.member] == [("TEST", True), ("AAA", False)]


def test_pieces_of_the_same_sensor_become_seismograms_one_after_another() -> None:
    soup = [*triplet(ENZ), *triplet(ENZ, t0=T0 + 100), channel("BHZ", 0, 0, t0=T0 + 200)]
    result = bundle_seed_data(ensemble(*soup[::-1]))
    assert [(s.live, s.t0) for s in result.member] == [(True, T0), (True, T0 + 100)]
    assert "no partners" in messages(result.member[1])[0]


def test_the_sort_is_descending_with_the_undefined_last() -> None:
    e = ensemble(*triplet(ENZ), time_series(5, net="AA"))
    e.member[3].erase("net")
    seed_ensemble_sort(e)
    assert [d["chan"] for d in e.member] == ["BHZ", "BHN", "BHE", "BHZ"]
    assert not e.member[3].is_defined("net")


def test_components_are_cut_to_common_time() -> None:
    late = triplet(ENZ)
    late[1] = channel("BHN", 0, 90, t0=T0 + 1.0)
    late[2] = channel("BHZ", 0, 0, npts=300)
    s = BundleSEEDGroup(late)
    assert (s.t0, s.npts) == (T0 + 1.0, 280)
    np.testing.assert_array_equal(s.data[0], late[0].data[20:300])
    np.testing.assert_array_equal(s.data[1], late[1].data[:280])
    assert not s.is_defined("component_skew")
    late[1] = channel("BHN", 0, 90, t0=T0 + 1e6)
    assert "no time in common" in messages(BundleSEEDGroup(late))[-1]


def test_sub_sample_offsets_are_recorded_resampled_or_refused() -> None:
    skewed = triplet(ENZ)
    skewed[1].data[:] = np.cos(2 * (TIMES + 0.01))
    skewed[1].set_t0_ns(skewed[1].t0_ns + 10_000_000)
    s = BundleSEEDGroup(skewed)
    assert s["component_skew"] == pytest.approx([0.0, 0.01, 0.0])
    np.testing.assert_array_equal(s.data[1], skewed[1].data)
    s = BundleSEEDGroup(skewed, policy=Policy(skew=Skew.RESAMPLE))
    np.testing.assert_allclose(np.asarray(s.data[1])[30:-30], GROUND[1][30:-30], atol=2e-4)
    s = BundleSEEDGroup(skewed, policy=Policy(max_skew=0.005))
    assert s.dead() and "max_skew 0.005 s" in messages(s)[-1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d.erase("channel_hang"), "orientation of XX.TEST..BHN is not known"),
        (lambda d: setattr(d, "dt", 0.04), "different sample rates"),
        (lambda d: d.kill(), "exactly 3 channels, found 2"),
        (lambda d: d.put("chan", "HHN"), "different sensors"),
        (lambda d: d.put("channel_hang", 90.0), "one plane"),
        (lambda d: d.ator(T0), "different time standards"),
        (lambda d: d.add_gap(TimeWindow(T0 + 1, T0 + 2)), "BHN has gaps"),
    ],
)
def test_what_cannot_be_bundled_says_why(change, reason: str) -> None:  # type: ignore[no-untyped-def]
    members = triplet(ENZ)
    members[1].elog.log_error("reader", "a complaint", ErrorSeverity.Complaint)
    change(members[1])
    s = BundleSEEDGroup(members)
    assert s.dead() and s.npts == 0 and s["sta"] == "TEST"
    assert reason in messages(s)[-1]
    assert "a complaint" in messages(s)
    assert s.elog.get_error_log()[-1].badness == ErrorSeverity.Invalid


def test_duplicates_are_resolved_by_start_time() -> None:
    members = [*triplet(ENZ), channel("BHZ", 0, 0, t0=T0 + 5.0)]
    s = BundleSEEDGroup(members, 0, 3)
    assert (s.live, s.t0, s.npts) == (True, T0, NPTS)


def inventory(*epochs: tuple[str, str, float]) -> Inventory:
    """A relocated station: the azimuth of BH1 by epoch, BH2 90 degrees on, BHZ."""
    channels = [
        Channel(
            code,
            "",
            35,
            -117,
            100,
            0,
            azimuth=azimuth,
            dip=dip,
            start_date=UTCDateTime(start),
            end_date=UTCDateTime(end),
        )
        for start, end, turned in epochs
        for code, azimuth, dip in (("BH1", turned, 0.0), ("BH2", turned + 90, 0.0), ("BHZ", 0.0, -90.0))
    ]
    return Inventory([Network("XX", [Station("TEST", 35, -117, 100, channels=channels)])])


def test_station_metadata_give_the_orientation_of_the_right_epoch() -> None:
    moved = inventory(("2000-01-01", "2020-09-01", 30.0), ("2020-09-01", "2030-01-01", 75.0))
    for t0, azimuth in ((T0, 75.0), (T0 - 86400 * 300, 30.0)):
        axes = {"BH1": (azimuth, 90.0), "BH2": (azimuth + 90, 90.0), "BHZ": (0.0, 0.0)}
        members = triplet(axes, t0=t0)
        for d in members:
            d.erase("channel_hang")
            d.erase("channel_vang")
        s = BundleSEEDGroup(members, policy=Policy(inventory=moved))
        s.rotate_to_standard()
        np.testing.assert_allclose(s.data, GROUND, atol=1e-9)
    change = UTCDateTime("2020-09-01").timestamp - 5.0
    across = triplet({"BH1": (0, 90), "BH2": (90, 90), "BHZ": (0, 0)}, t0=change)
    for d in across:
        d.erase("channel_hang")
    assert "was moved" in messages(BundleSEEDGroup(across, policy=Policy(inventory=moved)))[-1]
    for d in across:
        d["sta"] = "NONE"
    assert "no epoch" in messages(BundleSEEDGroup(across, policy=Policy(inventory=moved)))[-1]


def test_history_joins_the_components() -> None:
    members = triplet(ENZ)
    for d in members:
        d.set_id(d["chan"])
    s = BundleSEEDGroup(members, policy=Policy(object_history=True))
    assert s.number_inputs() == 3
    assert BundleSEEDGroup(members).is_empty()


@pytest.mark.parametrize("container", [list, tuple, lambda m: ensemble(*m)])
def test_containers_and_indices(container) -> None:  # type: ignore[no-untyped-def]
    members = triplet(ENZ)
    assert BundleSEEDGroup(container(members), 0, 2).live
    for i0, iend in ((-1, 2), (2, 1), (0, 3), (0.0, 2), (0, "2"), (True, 2)):
        with pytest.raises(ValueError, match=r"i0 and iend|indices must satisfy"):
            BundleSEEDGroup(container(members), i0, iend)


def test_wrong_types() -> None:
    with pytest.raises(TypeError, match="TimeSeriesEnsemble, list, or tuple"):
        BundleSEEDGroup(iter(triplet(ENZ)))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="every input element"):
        BundleSEEDGroup([*triplet(ENZ)[:2], 3])  # type: ignore[list-item]
    for wrong in (3, ensemble(time_series(5))):
        if not isinstance(wrong, int):
            wrong.member[0].erase("chan")
        with pytest.raises(MsPASSError) as caught:
            bundle_seed_data(wrong)  # type: ignore[arg-type]
        assert caught.value.severity == ErrorSeverity.Invalid


def timed(code: str, start: float, npts: int) -> TimeSeries:
    """A channel whose samples are their own times, in seconds after T0."""
    hang, vang = ENZ[code]
    d = channel(code, hang, vang, npts, dt=0.1)
    d.set_t0_ns(round((T0 + start) * 1e9))
    d.data[:] = start + 0.1 * np.arange(npts)
    return d


def bundled(members: list[TimeSeries]) -> list[Seismogram]:
    """The three ways to make a Seismogram of three channels."""
    return [BundleSEEDGroup(members), bundle_seed_data(ensemble(*members)).member[0], Seismogram(members, 0)]


# of the components: seconds and number of samples; then first and last time of the Seismogram
STRETCHES = {
    "one ends a sample before": ([(0.0, 50), (0.0, 50), (0.0, 49)], (0.0, 4.8)),  # 48 samples in MsPASS
    "one ends a sample after": ([(0.0, 50), (0.0, 50), (0.0, 51)], (0.0, 4.9)),  # 49 samples
    "one starts a sample after": ([(0.0, 50), (0.0, 50), (0.1, 50)], (0.1, 4.9)),  # copied as it is, from 0.0 on
    "the first starts a sample after": ([(0.1, 50), (0.0, 50), (0.0, 50)], (0.1, 4.9)),  # copied, from 0.1 on
    "one starts a second after": ([(0.0, 50), (0.0, 50), (1.0, 40)], (1.0, 4.9)),  # 39 samples, some of them zero
    "all differ": ([(0.0, 50), (0.3, 45), (-0.5, 60)], (0.3, 4.7)),  # 44 samples, some of them zero
}


@pytest.mark.parametrize("name", STRETCHES)
def test_components_are_cut_to_the_samples_that_all_have(name: str) -> None:
    spans, (first, last) = STRETCHES[name]
    for s in bundled([timed(code, *span) for code, span in zip(ENZ, spans, strict=True)]):
        assert s.live and (s.t0, s.endtime()) == (pytest.approx(T0 + first), pytest.approx(T0 + last))
        np.testing.assert_allclose(s.data, np.tile(s.time_axis() - T0, (3, 1)), atol=1e-6)


@given(
    st.lists(st.tuples(st.floats(-3.0, 3.0).map(lambda x: round(x, 6)), st.integers(70, 120)), min_size=3, max_size=3)
)
def test_every_sample_stands_within_half_a_sample_of_its_time(spans: list[tuple[float, int]]) -> None:
    """Samples are their own times, so they tell where they belong; and no time that all components have is lost."""
    members = [timed(code, *span) for code, span in zip(ENZ, spans, strict=True)]
    for s in bundled(members):
        assert s.live
        times = np.asarray(s.time_axis()) - T0
        assert np.max(np.abs(np.asarray(s.data) - times)) <= 0.05 + 1e-5
        for time in (times[0] - 0.1, times[-1] + 0.1):
            assert any(
                time < start - 0.05 + 1e-5 or time > start + 0.1 * (npts - 1) + 0.05 - 1e-5 for start, npts in spans
            )
