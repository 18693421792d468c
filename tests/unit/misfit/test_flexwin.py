"""Window selection by its parts: STA:LTA, shape tests, agreement, scheduling; rejected windows and their reasons."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libseis.misfit import Edition, Rejection, WindowSettings
from libseis.misfit.flexwin import SelectionInput, select_windows
from libseis.misfit.flexwin.agreement import measure_agreement
from libseis.misfit.flexwin.scheduling import best_schedule
from libseis.misfit.flexwin.stalta import envelope, extrema, sta_lta
from libseis.misfit.traveltimes import PhaseArrival, first_arrivals, phase_arrivals

INTERVALS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10), st.floats(0.1, 9)), max_size=9)


def trace_pair(seed: int = 1, npts: int = 4000, late: int = 8, noise: float = 0.02) -> SelectionInput:
    """Four wave packets, the observed ones late, with noise; 10-30 s at 0.25 s."""
    random = np.random.default_rng(seed)
    time = np.arange(npts) * 0.25
    synthetic = sum(
        a * np.exp(-(((time - t) / 12) ** 2)) * np.cos(2 * np.pi * (time - t) / 14)
        for t, a in ((200, 0.5), (330, 1.0), (480, 0.8), (640, 1.4))
    )
    observed = 1.2 * np.roll(synthetic, late) + noise * random.standard_normal(npts)
    arrivals = (PhaseArrival("P", 190.0), PhaseArrival("S", 320.0))
    return SelectionInput(observed, synthetic, 0.25, 10.0, 30.0, 10.0, arrivals, 2400.0)


@given(INTERVALS)
def test_the_schedule_is_the_heaviest_of_all_subsets(raw):
    intervals, weights = [(a, a + n) for a, n, _ in raw], [w for *_, w in raw]

    def allowed(chosen: tuple[int, ...]) -> bool:
        ordered = sorted(intervals[i] for i in chosen)
        return all(one[1] <= other[0] for one, other in pairwise(ordered))

    best = max(
        sum(weights[i] for i in chosen)
        for size in range(len(raw) + 1)
        for chosen in combinations(range(len(raw)), size)
        if allowed(chosen)
    )
    chosen = best_schedule(intervals, weights)
    assert allowed(tuple(chosen))
    assert sum(weights[i] for i in chosen) == pytest.approx(best)


def test_the_port_takes_a_light_window_over_a_heavy_first_one():
    intervals, weights = [(0, 8), (2, 10)], [10.0, 6.0]
    assert best_schedule(intervals, weights) == [0]
    assert best_schedule(intervals, weights, first_weighs_nothing=True) == [1]


def test_thousands_of_candidates_need_no_recursion():
    n = 20_000
    intervals = [(i, i + 3) for i in range(n)]
    assert len(best_schedule(intervals, [1.0] * n)) == (n - 1) // 3 + 1


@settings(max_examples=40)
@given(st.integers(2, 200), st.integers(0, 10_000))
def test_agreement_is_that_of_a_direct_correlation(n, seed):
    random = np.random.default_rng(seed)
    data, model = random.standard_normal(n + 40), random.standard_normal(n + 40)
    found = measure_agreement(data, model, 20, 19 + n)
    d, s = data[20 : 20 + n], model[20 : 20 + n]
    full = np.correlate(d, s, mode="full")
    assert found.cc_shift == int(np.argmax(full)) - (n - 1)
    assert found.max_cc == pytest.approx(full.max() / np.sqrt((d @ d) * (s @ s)))
    assert found.dlna == pytest.approx(0.5 * np.log((d @ d) / (s @ s)))


def test_a_late_copy_has_a_positive_shift():
    pair = trace_pair(late=8, noise=0.0)
    assert measure_agreement(pair.observed, pair.synthetic, 700, 2600).cc_shift == 8


def test_a_silent_window_agrees_with_nothing():
    silence, noise = np.zeros(100), np.ones(100)
    assert measure_agreement(silence, silence, 0, 99).max_cc == 0.0
    assert measure_agreement(silence, noise, 0, 99).dlna == -np.inf


def test_sta_lta_is_the_recursion_of_the_paper():
    signal = np.abs(np.random.default_rng(3).standard_normal(300))
    dt, period = 0.5, 10.0
    floor = 1e-5 * signal.max()
    short, long = 10 ** (-dt / period), 10 ** (-dt / (12 * period))
    sta = lta = 0.0
    expected = []
    for sample in np.concatenate((np.zeros(1000), signal)) + floor:
        sta, lta = short * sta + sample, long * lta + sample
        expected.append(sta / lta)
    np.testing.assert_allclose(sta_lta(signal, dt, period), expected[1000:], rtol=1e-10)


def test_a_silent_synthetic_has_no_windows_and_no_warning():
    pair = trace_pair()
    silent = SelectionInput(pair.observed, np.zeros_like(pair.synthetic), 0.25, 10.0, 30.0)
    assert select_windows(silent, WindowSettings()).windows == ()


@given(st.lists(st.integers(0, 5), min_size=3, max_size=60))
def test_maxima_and_minima_alternate(values):
    peaks, troughs = extrema(np.array(values, dtype=float))
    merged = sorted([(int(i), "p") for i in peaks] + [(int(i), "t") for i in troughs])
    assert all(one[1] != other[1] for one, other in pairwise(merged))


@pytest.mark.parametrize("edition", list(Edition))
def test_windows_keep_what_they_promise(edition):
    pair = trace_pair()
    chosen = WindowSettings(edition=edition)
    found = select_windows(pair, chosen, keep_rejected=True)
    assert found.windows
    for w in found.windows:
        assert (w.right - w.left) * pair.dt >= chosen.c_1 * pair.min_period
        assert w.max_cc >= chosen.cc_acceptance_level
        assert abs(w.cc_shift_s) <= chosen.tshift_acceptance_level
        assert abs(w.dlna) <= chosen.dlna_acceptance_level
        assert all(w.start_s - 10 <= p.time <= w.end_s - 10 for p in w.phases)
    ordered = sorted((w.left, w.right) for w in found.windows)
    assert all(one[1] <= other[0] for one, other in pairwise(ordered))
    assert select_windows(pair, chosen).windows == found.windows
    assert select_windows(pair, chosen).rejected == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"tshift_acceptance_level": 0.5}, Rejection.TIME_SHIFT),
        ({"dlna_acceptance_level": 0.01}, Rejection.AMPLITUDE),
        ({"cc_acceptance_level": 0.9999}, Rejection.CORRELATION),
        ({"s2n_limit": 1e6, "noise_end_index": 200}, Rejection.SIGNAL_TO_NOISE),
        ({"c_1": 60.0}, Rejection.MIN_LENGTH),
        ({"c_2": 50.0}, Rejection.PROMINENCE),
    ],
)
def test_rejected_windows_say_why(changed, reason):
    found = select_windows(trace_pair(), WindowSettings(**changed), keep_rejected=True)
    assert found.windows == ()
    assert reason in {r.rejection for r in found.rejected}
    for r in found.rejected:
        if r.limit is not None:
            assert r.value is not None


def test_the_early_window_is_rejected_by_travel_time():
    pair = trace_pair()
    early = SelectionInput(pair.observed, pair.synthetic, 0.25, 10.0, 30.0, 10.0, (PhaseArrival("P", 560.0),), 2400.0)
    chosen = WindowSettings(max_time_before_first_arrival=400.0, c_0=0.0)
    reasons = {r.rejection for r in select_windows(early, chosen, keep_rejected=True).rejected}
    assert Rejection.TRAVEL_TIME in reasons


def test_criteria_may_vary_with_time():
    pair = trace_pair()
    strict = np.where(np.arange(pair.synthetic.size) < 1800, 0.7, 1.1)
    found = select_windows(pair, WindowSettings(cc_acceptance_level=strict))
    everything = select_windows(pair, WindowSettings())
    assert [w for w in everything.windows if w.center < 1800] == list(found.windows)
    assert len(found.windows) < len(everything.windows)


def test_an_own_weight_decides_the_schedule():
    found = select_windows(trace_pair(), WindowSettings(weight_function=lambda left, *_: 1.0 if left < 1500 else -1.0))
    assert found.windows and all(w.left < 1500 for w in found.windows)


def test_noise_ends_before_the_first_arrival_in_the_papers_reading():
    pair = trace_pair()
    loud = pair.observed.copy()
    loud[300:700] += 5.0  # noise before the first arrival, but after the port's index of 180 samples
    noisy = SelectionInput(loud, pair.synthetic, 0.25, 10.0, 30.0, 10.0, pair.arrivals, 2400.0)
    paper = select_windows(noisy, WindowSettings(edition=Edition.PAPER), keep_rejected=True)
    assert paper.windows == ()
    assert Rejection.SIGNAL_TO_NOISE in {r.rejection for r in paper.rejected}
    assert select_windows(noisy, WindowSettings(edition=Edition.PORT)).windows


def test_a_noisy_trace_can_be_refused_as_a_whole():
    found = select_windows(trace_pair(noise=2.0), WindowSettings(check_global_data_quality=True))
    assert found.windows == () and "signal-to-noise" in found.note


def test_travel_times_are_taups_and_cached():
    from obspy.taup import TauPyModel

    expected = TauPyModel("ak135").get_travel_times(33.0, 41.5)
    found = phase_arrivals("ak135", 33.0, 41.5)
    assert [a.name for a in found] == [a.name for a in expected]
    np.testing.assert_allclose([a.time for a in found], [a.time for a in expected], rtol=0, atol=1e-9)
    assert phase_arrivals("ak135", 33.0, 41.5) is found
    assert set(first_arrivals(found)) == {"P", "S"}


def test_envelope_of_a_sine_is_flat():
    wave = np.sin(2 * np.pi * np.arange(400) / 20)
    np.testing.assert_allclose(envelope(wave), 1.0, atol=1e-9)
