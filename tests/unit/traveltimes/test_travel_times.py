"""Predicted arrivals against obspy.taup, the reference, pair by pair."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from obspy.taup import TauPyModel
from obspy.taup.helper_classes import TauModelError
from obspy.taup.seismic_phase import SeismicPhase

from libseis.traveltimes import MODELS, NO_PHASE, PhaseNameError, TravelTimes, check_phases

TOLERANCE_S = 0.02
# direct, diffracted, core, reflected, converted, depth, surface and head waves
PHASES = (
    *("P", "Pdiff", "PKIKP", "PKP", "PKiKP", "PcP", "PP", "pP", "sP", "S", "Sdiff", "SKS", "SKKS", "ScS", "SS", "sS"),
    *("p", "s", "Pn", "Pg", "Sn", "Sg", "PS", "ScP", "PKKP", "SKIKS", "p^410P", "P410s", "3.5kmps"),
)
# the surface, discontinuities of the three models and both sides of them, a low velocity zone, the deepest earthquakes
DEPTHS = (
    0.0,
    0.004,
    10.0,
    19.99,
    20.0,
    24.4,
    34.99,
    35.0,
    35.01,
    100.0,
    210.0,
    220.0,
    300.0,
    410.0,
    410.01,
    660.0,
    700.0,
)
# zero, near, the 20 degree triplications, edges of the core's shadow, caustics of PKP, the antipode
DEGREES = np.array(
    [0.0, 0.01, 0.1, 0.5, 1.0, 3.0, 8.0, 14.0, 18.0, 20.0, 21.5, 24.0, 28.0, 45.0, 80.0, 97.5, 98.4, 99.5, 104.0, 114.0,
     130.0, 144.0, 145.0, 152.0, 158.0, 170.0, 179.9, 180.0]
)  # fmt: skip


def _worst(model: str, depth_km: float, degrees: np.ndarray, phases=PHASES) -> float:
    """The largest difference from TauP, seconds; a phase that only one of both has fails."""
    # the model cut at the source once; TauPyModel.get_travel_times would do it for every pair
    reference, tables = TauPyModel(model).model.depth_correct(depth_km), TravelTimes(model)
    worst = 0.0
    for phase, curve in zip(phases, tables.curves(phases, depth_km), strict=True):
        of, times, _ = curve.arrivals(degrees)
        try:
            truth = SeismicPhase(phase, reference)
        except TauModelError:  # as for p^410P from above 410 km
            assert not len(of)
            continue
        for number, distance in enumerate(degrees):
            expected = [arrival.time for arrival in truth.calc_time(distance)]
            found = sorted(times[of == number])
            where = f"{model} {phase} {depth_km} km {distance} degrees: {found}, TauP {expected}"
            assert bool(found) == bool(expected), where
            if expected:
                # a distance at a sample of the curve belongs to both neighbours
                differences = [min(abs(one - other) for other in expected) for one in found]
                differences += [min(abs(one - other) for other in found) for one in expected]
                assert max(differences) < TOLERANCE_S, where
                worst = max(worst, *differences)
    return worst


@pytest.mark.parametrize("model", MODELS)
def test_times_are_taups(model):
    for depth in (0.0, 35.0, 217.3):
        assert _worst(model, depth, DEGREES[::3]) < TOLERANCE_S


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("model", MODELS)
def test_times_are_taups_everywhere(model):
    rng = np.random.default_rng(20110311)
    worst = max(_worst(model, depth, DEGREES) for depth in DEPTHS)
    for depth in rng.uniform(0, 700, 40):
        worst = max(worst, _worst(model, round(float(depth), 2), rng.uniform(0, 180, 20)))
    print(f"{model}: at most {worst * 1000:.2f} ms from TauP")
    assert worst < TOLERANCE_S


@settings(max_examples=60, deadline=None)
@given(
    model=st.sampled_from(MODELS),
    phases=st.lists(st.sampled_from(PHASES), min_size=1, max_size=4, unique=True),
    depth=st.floats(0, 700).map(lambda depth: round(depth, 3)),  # obspy cannot cut a layer of a picometre
    degrees=st.floats(0, 180),
)
def test_first_of_the_list_that_exists(model, phases, depth, degrees):
    found = TravelTimes(model).first(phases, depth, np.array([degrees]))
    reference = TauPyModel(model)
    # tables stand for depths to ten metres, so that an edge of a phase may be elsewhere by some metres, too
    for exact in (depth, TravelTimes(model)._step(depth)):
        number, arrival = NO_PHASE, None
        for number_of, phase in enumerate(phases):
            if arrivals := reference.get_travel_times(exact, degrees, [phase]):
                number, arrival = number_of, min(arrivals, key=lambda a: a.time)
                break
        if number == found.phase[0]:
            break
    assert found.phase[0] == number
    if arrival is None:
        assert np.isnan([found.time[0], found.ray_param[0], found.incidence[0], found.takeoff[0]]).all()
        return
    assert found.time[0] == pytest.approx(arrival.time, abs=TOLERANCE_S)


def test_ray_parameter_and_angles_are_taups():
    degrees = np.array([5.0, 33.0, 62.0, 95.0, 120.0, 150.0, 175.0])
    for phases, depth in ((["P", "Pdiff", "PKIKP"], 33.0), (["pP", "pPdiff", "pPKIKP"], 600.0), (["SKS", "S"], 0.0)):
        found = TravelTimes("ak135").first(phases, depth, degrees)
        for number, distance in enumerate(degrees):
            if found.phase[number] == NO_PHASE:
                continue
            name = phases[found.phase[number]]
            arrivals = TauPyModel("ak135").get_travel_times(depth, distance, [name])
            arrival = min(arrivals, key=lambda a: a.time)
            assert found.ray_param[number] == pytest.approx(arrival.ray_param_sec_degree, abs=0.01)
            assert found.incidence[number] == pytest.approx(arrival.incident_angle, abs=0.1)
            assert found.takeoff[number] == pytest.approx(arrival.takeoff_angle, abs=0.2)


def test_shadow_zone_has_no_direct_p():
    found = TravelTimes().first(["P"], 10.0, np.array([50.0, 120.0]))
    assert found.phase.tolist() == [0, NO_PHASE]


def test_a_source_above_the_surface_counts_as_at_it():
    above = TravelTimes().first(["P"], -2.0, np.array([50.0]))
    assert above.time[0] == TravelTimes().first(["P"], 0.0, np.array([50.0])).time[0]


def test_depths_share_curves_but_not_across_a_discontinuity():
    tables = TravelTimes("iasp91")
    assert tables._step(12.3449) == 12.34
    assert tables._step(1e-300) == 0.0 and tables._step(35 + 1e-9) == 35.0
    assert tables._step(35.001) == 35.001 and tables._step(34.999) == 34.999 and tables._step(35.0) == 35.0


@pytest.mark.parametrize("name", ["Q", "Pfoo", "", "Pp", "P^", "99x"])
def test_a_name_that_is_no_phase_is_said(name):
    with pytest.raises(PhaseNameError, match="is not a phase; expected a name of obspy's TauP"):
        check_phases([name])
    with pytest.raises(PhaseNameError):
        TravelTimes().first([name], 10.0, np.array([50.0]))
    check_phases(PHASES)


def test_curves_are_kept_in_a_folder_and_made_again_when_torn(tmp_path):
    degrees = np.linspace(0, 180, 50)
    made = TravelTimes("prem", tmp_path).first(["P", "Pdiff", "PKIKP"], 12.0, degrees)
    (path,) = tmp_path.rglob("*.curves")
    before = path.stat().st_mtime_ns
    read = TravelTimes("prem", tmp_path).first(["P", "Pdiff", "PKIKP"], 12.0, degrees)
    assert path.stat().st_mtime_ns == before
    for one, other in ((made.time, read.time), (made.incidence, read.incidence), (made.takeoff, read.takeoff)):
        np.testing.assert_array_equal(one, other)
    path.write_bytes(path.read_bytes()[:-5])
    again = TravelTimes("prem", tmp_path).first(["P", "Pdiff", "PKIKP"], 12.0, degrees)
    np.testing.assert_array_equal(made.time, again.time)
    TravelTimes("prem", tmp_path).first(["S"], 12.0, degrees)  # a further phase joins what is there
    heading = path.read_bytes().partition(b"\n")[0]
    assert all(f'"{phase}"'.encode() in heading for phase in ("P", "Pdiff", "PKIKP", "S"))


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "file").write_text("")
    tables = TravelTimes("iasp91", tmp_path / "file")
    assert tables.first(["P"], 10.0, np.array([50.0])).phase[0] == 0


def test_memory_holds_so_many_depths():
    tables = TravelTimes("iasp91", keep=3)
    for depth in range(5):
        tables.curves(["P"], float(depth))
    assert list(tables._known) == [2.0, 3.0, 4.0]


def test_a_look_costs_microseconds(tmp_path):
    """Once tables exist a pair costs little: less than a hundredth of what TauP takes for it."""
    degrees = np.random.default_rng(1).uniform(0, 180, 1000)
    phases = ["P", "Pdiff", "PKIKP"]
    TravelTimes("iasp91", tmp_path).first(phases, 33.0, degrees)
    tables = TravelTimes("iasp91", tmp_path)
    began = time.process_time()
    for _ in range(5):
        tables.first(phases, 33.0, degrees)
    ours = (time.process_time() - began) / 5 / len(degrees)
    reference = TauPyModel("iasp91")
    reference.get_travel_times(33.0, 50.0, phases)
    began = time.process_time()
    for distance in degrees[:20]:
        reference.get_travel_times(33.0, distance, phases)
    taups = (time.process_time() - began) / 20
    print(f"{ours * 1e6:.2f} microseconds a pair, TauP {taups * 1e6:.0f}")
    assert ours < taups / 100
