"""Job steps: checking of job files, what each step does against obspy and theory, pads, gaps, history, user steps."""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from obspy import Trace, UTCDateTime, read_inventory
from scipy import signal

from libseis import TimeWindow, steps
from libseis.mspass.algorithms.bundle import BundleSEEDGroup
from libseis.mspass.algorithms.window import WindowData
from libseis.mspass.seismic import Seismogram, TimeSeries
from libseis.signal.design import FilterType, settling_time
from libseis.steps import StepContext, StepError, apply, build, registry
from support.data_objects import T0, ensemble, messages, seismogram, time_series

RNG = np.random.default_rng(7)
GROUP = "tests.steps"
TEST_DATA = Path(os.environ.get("SEISBUS_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))

CHAINS = {
    "bandpass": {"filter": {"type": "bandpass", "freqmin": 0.5, "freqmax": 4.0, "corners": 3}},
    "zerophase": {"filter": {"type": "highpass", "freq": 0.4, "zerophase": True}},
    "narrow": {"filter": {"type": "bandpass", "freqmin": 1.0, "freqmax": 1.1, "corners": 2}},
    "decimate": {"decimate": {"factor": 4}},
    "resample": {"resample": {"sampling_rate": 8.0}},
    "upsample": {"resample": {"sampling_rate": 50.0}},
}


def run(spec: object, d, **kwargs):  # type: ignore[no-untyped-def]
    result = apply(build(spec), d, **kwargs)  # type: ignore[arg-type]
    assert result == [d]
    return d


def noise(npts: int, dt: float = 0.05, t0: float = T0, offset: float = 0.0, **values: object) -> TimeSeries:
    return time_series(npts, dt, t0, data=offset + np.random.default_rng(1).standard_normal(npts), **values)


# ---- job files


def test_a_job_file_in_every_form() -> None:
    chain = build(["demean", {"taper": {}}, {"scale": {"factor": 2}}, {"detrend": None}])
    assert [step.name for step in chain] == ["demean", "taper", "scale", "detrend"]
    assert build({"demean": {}, "scale": {"factor": 2}})[1].values["factor"] == 2.0
    assert build("demean")[0].parameters == ()
    again = build([{step.name: dict(step.values)} for step in chain])
    assert again == chain
    assert [step.id for step in again] == [step.id for step in chain]
    assert pickle.loads(pickle.dumps(chain)) == chain
    assert build([]) == []


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (["sharpen"], "Step 1: 'sharpen' is not a step; choose one of:"),
        ([3], "Step 1: 3 is not a step"),
        ([{"scale": 2}], "Step 1 (scale): its parameters must be a mapping, found 2."),
        ([{"scale": {}}], "Step 1 (scale): give either factor or level."),
        ([{"scale": {"factor": "two"}}], "factor must be a finite number, found 'two'"),
        ([{"scale": {"factor": True}}], "factor must be a finite number, found True"),
        ([{"scale": {"factor": float("nan")}}], "factor must be a finite number, found nan"),
        ([{"scale": {"factor": 0}}], "factor must be above 0, found 0"),
        ([{"decimate": {"factor": 1}}], "factor must be at least 2, found 1"),
        ([{"decimate": {"factor": 2.5}}], "factor must be an integer, found 2.5"),
        ([{"taper": {"fraction": 0.6}}], "fraction must be at most 0.5, found 0.6"),
        ([{"taper": {"shape": "hann", "fraction": 0.1}}], "Hann window covers all samples"),
        ([{"detrend": {"type": "cubic"}}], "polynomial, spline, found 'cubic'"),
        ([{"filter": {"type": "lowpass", "freqmin": 1}}], "a lowpass filter needs freq"),
        ([{"filter": {"type": "bandpass", "freqmin": 3, "freqmax": 1}}], "freqmin must be below freqmax"),
        ([{"filter": {"type": "highpass", "freq": 1, "poles": 2}}], "unknown parameter 'poles'"),
        ([{"filter": {"type": "highpass", "freq": 1, "zerophase": 1}}], "zerophase must be true or false, found 1"),
        ([{"remove_response": {"pre_filt": [1, 2, 3]}}], "pre_filt must have 4 values, found 3"),
        ([{"remove_response": {"pre_filt": [4, 3, 2, 1]}}], "four increasing frequencies"),
        ([{"resample": {"sampling_rate": None}}], "sampling_rate must be a finite number (Hz), found None"),
    ],
)
def test_one_clear_sentence_for_each_error(spec: object, reason: str) -> None:
    with pytest.raises(StepError) as caught:
        build(spec)  # type: ignore[arg-type]
    assert reason in caught.value.problems[0]
    assert caught.value.problems[0].endswith(".")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert copy.problems == caught.value.problems


def test_all_errors_are_told_at_once() -> None:
    with pytest.raises(StepError) as caught:
        build(["a", {"scale": {}}, {"filter": {"type": "bandpass"}}])
    assert len(caught.value.problems) == 4


# ---- what the steps do


@pytest.mark.parametrize("make", [time_series, seismogram])
def test_mean_and_trends(make) -> None:  # type: ignore[no-untyped-def]
    x = np.linspace(-1, 1, 100)
    shape = (lambda y: y) if make is time_series else (lambda y: np.array([y, 2 * y, -y]))
    assert abs(np.asarray(run("demean", make()).data).mean(axis=-1)).max() < 1e-9
    assert np.abs(run("detrend", make(data=shape(3 * x + 5))).data).max() < 1e-9
    cubic = run({"detrend": {"type": "polynomial", "order": 3}}, make(data=shape(x**3 - 2 * x + 1)))
    assert np.abs(cubic.data).max() < 1e-9
    assert run({"detrend": {"type": "polynomial", "order": 3}}, make(3)).dead()


def test_filters_are_obspys() -> None:
    d = noise(2000)
    for options in (
        {"type": "bandpass", "freqmin": 0.5, "freqmax": 4.0, "corners": 3, "zerophase": True},
        {"type": "bandstop", "freqmin": 0.5, "freqmax": 4.0},
        {"type": "lowpass", "freq": 2.0, "corners": 2},
        {"type": "highpass", "freq": 2.0, "zerophase": True},
    ):
        trace = Trace(np.array(d.data), {"delta": 0.05})
        trace.filter(**options)
        mine = run({"filter": options}, TimeSeries(d))
        np.testing.assert_allclose(mine.data, trace.data, rtol=0, atol=1e-12)
    s = run({"filter": {"type": "lowpass", "freq": 2.0}}, seismogram(500, 0.05))
    t = run({"filter": {"type": "lowpass", "freq": 2.0}}, time_series(500, 0.05))
    np.testing.assert_allclose(np.asarray(s.data)[0], t.data)
    d = run({"filter": {"type": "lowpass", "freq": 10.0}}, noise(100))
    assert d.dead() and "Nyquist frequency 10 Hz" in messages(d)[0]


def test_tapers() -> None:
    d = run({"taper": {"fraction": 0.1}}, time_series(101, data=1.0))
    assert d.data[0] == d.data[-1] == 0.0 and d.data[5] == pytest.approx(0.5) and np.all(d.data[10:91] == 1.0)
    d = run({"taper": {"shape": "hann"}}, time_series(101, data=1.0))
    np.testing.assert_allclose(d.data, np.hanning(101))
    np.testing.assert_allclose(d.data, np.asarray(d.data)[::-1])
    d = run({"taper": {"shape": "linear", "fraction": 0.5}}, time_series(5, data=1.0))
    np.testing.assert_allclose(d.data, [0, 0.5, 1, 0.5, 0])


@pytest.mark.parametrize("rate", [8.0, 50.0, 0.1, 20.0])
def test_resampling_keeps_a_slow_wave(rate: float) -> None:
    d = time_series(20000, 0.05, T0 + 0.35, sampling_rate=20.0)
    times = 0.05 * np.arange(20000)
    frequency = 0.3 * min(rate, 20.0)
    d.data[:] = np.sin(2 * np.pi * frequency * times)
    first = d.t0_ns
    run({"resample": {"sampling_rate": rate}}, d)
    assert d.samprate() == pytest.approx(rate) and d["sampling_rate"] == pytest.approx(rate)
    late = (d.t0_ns - first) * 1e-9
    edge = int(40 * max(1.0, rate / 20.0)) + 1
    expected = np.sin(2 * np.pi * frequency * (late + np.arange(d.npts) / rate))
    np.testing.assert_allclose(np.asarray(d.data)[edge:-edge], expected[edge:-edge], atol=2e-4)


def test_decimation_removes_what_would_alias() -> None:
    d = time_series(8000, 0.01, data=np.sin(2 * np.pi * 40.0 * 0.01 * np.arange(8000)))
    run({"decimate": {"factor": 4}}, d)
    assert (d.npts, d.dt) == (2000, 0.04)
    assert np.abs(np.asarray(d.data)[40:-40]).max() < 1e-4


@given(start=st.integers(0, 5000), phase=st.integers(0, 49_999_999))
def test_new_samples_fall_on_one_grid_whatever_the_window(start: int, phase: int) -> None:
    def times(first: int) -> set[int]:
        d = time_series(400, 0.05)
        d.set_t0_ns(int(T0) * 10**9 + phase + first * 50_000_000)
        run({"resample": {"sampling_rate": 8}}, d)
        return {d.time_ns(i) for i in range(d.npts)}

    whole = time_series(6000, 0.05)
    whole.set_t0_ns(int(T0) * 10**9 + phase)
    run({"resample": {"sampling_rate": 8}}, whole)
    assert times(start) - {whole.time_ns(i) for i in range(-5, whole.npts + 5)} == set()


@given(
    kind=st.sampled_from(list(FilterType)),
    corners=st.integers(1, 10),
    low=st.floats(0.001, 10.0),
    width=st.floats(0.01, 10.0),
)
def test_settling_times_are_those_of_scipys_poles(kind: FilterType, corners: int, low: float, width: float) -> None:
    band = kind in (FilterType.BANDPASS, FilterType.BANDSTOP)
    frequencies = (low, low + width) if band else (low,)
    angular = [2 * np.pi * f for f in frequencies]
    _, poles, _ = signal.iirfilter(
        corners, angular if band else angular[0], btype=kind.value, ftype="butter", analog=True, output="zpk"
    )
    expected = np.log(1e9) / np.min(-poles.real)
    assert settling_time(kind, corners, frequencies) == pytest.approx(expected, rel=1e-4)


def test_checking_a_job_file_needs_neither_scipy_nor_obspy() -> None:
    code = (
        "import sys; from libseis.steps import build, pad\n"
        "pad(build([{'filter': {'type': 'lowpass', 'freq': 1}}, {'remove_response': {}}, 'detrend']))\n"
        "print(sorted({'scipy', 'obspy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", CHAINS)
def test_the_cut_equals_processing_everything_and_then_cutting(name: str) -> None:
    """To 1e-6 of the peak, with counts that stand far off zero, for a window in the middle of a long record."""
    chain = build([CHAINS[name]])
    whole = noise(40_000, offset=1000.0)
    start, end = T0 + 900.0, T0 + 1100.0
    pad = steps.pad(chain, 20.0)
    assert pad < 800.0
    part = WindowData(whole, start - pad, end + pad)
    assert apply(chain, part) == [part] and apply(chain, whole) == [whole]
    a, b = WindowData(part, start, end), WindowData(whole, start, end)
    assert a.live and b.live and (a.t0_ns, a.npts, a.dt) == (b.t0_ns, b.npts, b.dt)
    assert np.abs(np.asarray(a.data) - np.asarray(b.data)).max() <= 1e-6 * np.abs(b.data).max()


def test_scale_and_calib() -> None:
    d = run({"scale": {"factor": 4}}, time_series(3, calib=2.0))
    assert (list(d.data), d["calib"]) == ([4.0, 8.0, 12.0], 0.5)
    d = run("calib", d)
    assert (list(d.data), d["calib"]) == ([2.0, 4.0, 6.0], 1.0)
    for bad in ({}, {"calib": 0.0}, {"calib": "x"}):
        assert run("calib", time_series(3, **bad)).dead()


def test_reference_marks() -> None:
    d = run({"reference": {"mark": "origin"}}, time_series(source_time=T0 - 100.0))
    assert (d.t0, d.time_reference(), d["time_reference"]) == (100.0, T0 - 100.0, "origin")
    assert "relative already" in messages(run({"reference": {"mark": "origin"}}, d))[0]
    assert run({"reference": {"mark": "phase"}}, time_series()).dead()
    s = run({"reference": {"mark": "phase"}}, seismogram(phase_time=T0 + 1.0))
    s.rtoa()
    assert s.t0 == T0


def test_calculus() -> None:
    t = np.arange(1000) * 0.01
    d = run("integrate", time_series(1000, data=np.cos(t)))
    np.testing.assert_allclose(d.data, np.sin(t), atol=1e-4)
    np.testing.assert_allclose(np.asarray(run("differentiate", d).data)[1:-1], np.cos(t)[1:-1], atol=1e-3)
    burst = np.exp(-((t - 5) ** 2)) * np.cos(40 * t)
    np.testing.assert_allclose(run("envelope", time_series(1000, data=burst)).data, np.exp(-((t - 5) ** 2)), atol=1e-6)


# ---- responses

INVENTORY = TEST_DATA / "mseed" / "CI_HEC.xml"
with_inventory = pytest.mark.skipif(not INVENTORY.exists(), reason="the test data of SEISBUS_TEST_DATA are not there")


@pytest.fixture(scope="module")
def context() -> StepContext:
    return StepContext(read_inventory(INVENTORY))


def recorded(npts: int = 4000, **values: object) -> TimeSeries:
    codes = {"net": "CI", "sta": "HEC", "chan": "BHN", "loc": ""}
    t0 = UTCDateTime(2022, 1, 2).timestamp
    return time_series(npts, 0.025, t0, data=1e4 * RNG.standard_normal(npts), **(codes | values))


@with_inventory
@pytest.mark.parametrize("output", ["VEL", "DISP", "ACC"])
@pytest.mark.parametrize(
    "options",
    [{}, {"pre_filt": [0.01, 0.02, 8.0, 15.0]}, {"water_level": None, "pre_filt": [0.1, 0.2, 8.0, 15.0]}, {"taper": 0}],
)
def test_response_removal_is_obspys(context: StepContext, output: str, options: dict[str, object]) -> None:
    d = recorded()
    trace = Trace(
        np.array(d.data),
        {
            "network": "CI",
            "station": "HEC",
            "channel": "BHN",
            "location": d["loc"],
            "delta": 0.025,
            "starttime": UTCDateTime(d.t0),
        },
    )
    taper = options.get("taper", 0.05)
    trace.remove_response(
        context.inventory,
        output=output,
        water_level=options.get("water_level", 60.0),
        pre_filt=options.get("pre_filt"),
        taper=bool(taper),
        taper_fraction=taper,
    )
    run([{"remove_response": {"output": output, **options}}], d, context=context)
    assert d.live, messages(d)
    assert np.abs(d.data - trace.data).max() <= 1e-9 * np.abs(trace.data).max()
    assert d["units"] == {"VEL": "m/s", "DISP": "m", "ACC": "m/s**2"}[output]


@with_inventory
def test_response_removal_of_a_padded_window_is_that_of_the_whole(context: StepContext) -> None:
    def record() -> TimeSeries:
        x = 1e3 + 1e4 * np.random.default_rng(3).standard_normal(50_000)
        return time_series(50_000, 0.2, UTCDateTime(2022, 1, 2).timestamp, data=x, net="CI", sta="HEC", chan="BHN")

    chain = build([{"remove_response": {"pre_filt": [0.02, 0.04, 1.0, 2.0]}}])
    whole = record()
    start, end, pad = whole.t0 + 4000.0, whole.t0 + 4600.0, steps.pad(chain, 5.0)
    part = WindowData(record(), start - pad, end + pad)
    apply(chain, whole, context)
    apply(chain, part, context)
    a, b = WindowData(part, start, end), WindowData(whole, start, end)
    assert a.live and b.live
    assert np.abs(np.asarray(a.data) - np.asarray(b.data)).max() <= 1e-6 * np.abs(b.data).max()


@with_inventory
def test_a_response_is_evaluated_once(context: StepContext, monkeypatch: pytest.MonkeyPatch) -> None:
    from obspy.core.inventory.response import Response

    from libseis.obspy.responses import INVERSES

    INVERSES.clear()
    calls = []
    original = Response.get_evalresp_response_for_frequencies

    def counted(self, frequencies, **kwargs):  # type: ignore[no-untyped-def]
        if len(frequencies) > 1:  # one alone is for the check of the stated sensitivity
            calls.append(len(frequencies))
        return original(self, frequencies, **kwargs)

    monkeypatch.setattr(Response, "get_evalresp_response_for_frequencies", counted)
    fresh = StepContext(context.inventory)
    for npts in (3000, 3000, 3000, 5000):
        run("remove_response", recorded(npts), context=fresh)
    assert len(calls) == 2


@with_inventory
def test_what_has_no_response_says_why(context: StepContext) -> None:
    def reason(d, given=context) -> str:  # type: ignore[no-untyped-def]
        before = np.array(d.data)
        run("remove_response", d, context=given)
        assert d.dead() and np.array_equal(d.data, before)
        return messages(d)[-1]

    assert "no station metadata" in reason(recorded(), None)
    assert "have no epoch of CI.NONE." in reason(recorded(sta="NONE"))
    old = recorded()
    old.t0 = -1e9
    assert "no epoch" in reason(old)
    relative = recorded()
    relative.ator(relative.t0)
    assert "UTC" in reason(relative)
    assert "chan" in reason(recorded(chan=["BHN"]))
    inventory = context.inventory.copy()  # type: ignore[union-attr]
    channels = [c for n in inventory for s in n for c in s]
    d = recorded()
    for channel in channels:
        channel.start_date = UTCDateTime(d.t0 + 10)
    assert "changes, or is not known, within the window" in reason(d, StepContext(inventory))
    for channel in channels:
        channel.start_date = UTCDateTime(0)
        channel.response.instrument_sensitivity.value = 0.0
    assert "is zero" in reason(recorded(), StepContext(inventory))
    for channel in channels:
        channel.response.response_stages = []
    assert "no response stages" in reason(recorded(), StepContext(inventory))


@with_inventory
def test_three_components_by_their_own_responses(context: StepContext) -> None:
    one = recorded()
    raw = np.array(one.data)
    s = seismogram(4000, 0.025, one.t0, data=np.array([one.data] * 3), net="CI", sta="HEC", loc=one["loc"])
    s["chan"] = ["BHN", "BHN", "BHN"]
    run("remove_response", s, context=context)
    run("remove_response", one, context=context)
    assert s.live, messages(s)
    for row in np.asarray(s.data):
        np.testing.assert_allclose(row, one.data)
    components = [time_series(4000, 0.025, one.t0, data=raw, net="CI", sta="HEC", loc=one["loc"]) for _ in range(3)]
    for d, code, hang, vang in zip(
        components, ("BH1", "BH2", "BHN"), (13.0, 103.0, 0.0), (90.0, 90.0, 0.0), strict=True
    ):
        d["chan"], d["channel_hang"], d["channel_vang"] = code, hang, vang
    oblique = BundleSEEDGroup(components)
    oblique["chan"] = ["BHN", "BHN", "BHN"]
    run("remove_response", oblique, context=context)
    assert oblique.live, messages(oblique)
    np.testing.assert_allclose(np.asarray(oblique.data)[0], one.data)
    turned = Seismogram(s)
    turned.rotate(0.3)
    assert "remove the response before rotating" in messages(run("remove_response", turned, context=context))[-1]


# ---- chains


def test_chains_pass_the_dead_and_kill_on_errors() -> None:
    dead = time_series()
    dead.kill()
    before = np.array(dead.data)
    assert run(["demean", {"scale": {"factor": 2}}], dead) is dead and np.array_equal(dead.data, before)
    d = run([{"detrend": {}}, {"scale": {"factor": 2}}], time_series(1))
    assert d.dead() and d.data[0] == 1.0 and d.elog.get_error_log()[0].algorithm == "detrend"
    e = ensemble(time_series(1), time_series())
    assert run("detrend", e) is e and [m.live for m in e.member] == [False, True]
    e = ensemble(time_series(1))
    assert run("detrend", e).dead() and e.elog.size() == 1
    with pytest.raises(TypeError):
        apply(build("demean"), 3)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["filter", "resample", "decimate", "integrate", "differentiate", "envelope"])
def test_steps_with_memory_refuse_gaps(name: str) -> None:
    options = {"filter": {"type": "lowpass", "freq": 1}, "resample": {"sampling_rate": 5}, "decimate": {"factor": 2}}
    d = time_series()
    d.add_gap(TimeWindow(T0 + 0.2, T0 + 0.3))
    assert run([{name: options.get(name, {})}], d).dead() and "gaps" in messages(d)[0]
    d = time_series()
    d.add_gap(TimeWindow(T0 + 0.2, T0 + 0.3))
    assert run("demean", d).live


def test_history_names_each_instance() -> None:
    chain = build(["demean", {"scale": {"factor": 2}}, {"scale": {"factor": 3}}])
    d = time_series()
    apply(chain, d)
    assert d.number_of_stages() == 3
    assert d.current_nodedata().algorithm == "scale" and d.current_nodedata().algid == chain[2].id
    assert len({step.id for step in chain}) == 3
    quiet = time_series()
    apply(chain, quiet, history=False)
    assert quiet.number_of_stages() == 0
    no_origin = TimeSeries(3)
    no_origin.set_live()
    assert apply(chain, no_origin)[0].elog.size() == 0


# ---- users' own steps


def cut_off(datum: TimeSeries, limit: float, hard: bool = True) -> TimeSeries:
    """Cut off large values."""
    np.clip(datum.data, -limit, limit, out=np.asarray(datum.data))
    return datum


def halve(datum: TimeSeries) -> list[TimeSeries]:
    return [WindowData(datum, datum.t0, datum.t0 + 0.49), WindowData(datum, datum.t0 + 0.5, datum.endtime())]


def drop(datum: TimeSeries) -> None:
    return None


def crash(datum: TimeSeries) -> TimeSeries:
    raise RuntimeError("boom")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entry points as installed distributions declare them, and a registry that forgets them afterwards."""
    points = [EntryPoint(name, f"{__name__}:{name}", GROUP) for name in ("cut_off", "halve", "drop", "crash")]
    points.append(EntryPoint("broken", "no.such.module:f", GROUP))
    functions = {"cut_off": cut_off, "halve": halve, "drop": drop, "crash": crash}
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    monkeypatch.setattr(EntryPoint, "load", lambda self: functions[self.name])
    monkeypatch.setattr(registry, "_definitions", dict(registry._definitions))


@pytest.mark.usefixtures("installed")
def test_user_steps_are_steps_once_they_are_allowed() -> None:
    with pytest.raises(StepError, match="'cut_off' is not a step"):
        build([{"cut_off": {"limit": 2}}])
    steps.load_user_steps(["cut_off", "halve", "drop", "crash"], GROUP)
    with pytest.raises(StepError, match="limit must be a finite number"):
        build([{"cut_off": {"limit": "x"}}])
    d = time_series()
    chain = build([{"cut_off": {"limit": 20.5}}])
    assert apply(chain, d) == [d] and d.data.max() == 20.5
    assert d.current_nodedata().algorithm == "cut_off"
    halves = apply(build("halve"), time_series())
    assert [h.npts for h in halves] == [50, 50]
    e = ensemble(time_series(), time_series())
    apply(build("halve"), e)
    assert len(e.member) == 4
    for name, reason in (("drop", "returned no data"), ("crash", "RuntimeError: boom")):
        d = time_series()
        assert apply(build(name), d) == [d]
        assert d.dead() and reason in messages(d)[0] and d.elog.get_error_log()[0].algorithm == name
    for name in ("absent", "broken"):
        with pytest.raises(StepError, match=name):
            steps.load_user_steps([name], GROUP)


LIMITED = """
import os, time

def double(datum: object, factor: float = 2.0) -> object:
    print("printed by a step")
    datum.data[:] *= factor
    datum["pid"] = os.getpid()
    return datum

def hang(datum: object) -> object:
    time.sleep(600)

def die(datum: object) -> object:
    os._exit(3)

def fail(datum: object) -> object:
    raise LookupError("nothing there")
"""


def test_a_hang_or_crash_of_a_user_step_ends_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "limited_steps.py").write_text(LIMITED)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(registry, "_definitions", dict(registry._definitions))
    limited = importlib.import_module("limited_steps")
    for name in ("double", "hang", "die", "fail"):
        steps.register(steps.definition_of(name, getattr(limited, name), "1"))
    context = StepContext(time_limit=0.5)
    (twice,) = apply(build([{"double": {"factor": 3}}]), time_series(5), context)
    assert list(twice.data) == [3.0, 6.0, 9.0, 12.0, 15.0] and twice["pid"] != os.getpid()
    assert twice.number_of_stages() == 1
    for name, reason in (
        ("hang", "did not end within 0.5 s"),
        ("die", "ended its process with code 3"),
        ("fail", "LookupError: nothing there"),
    ):
        d = time_series(5)
        assert apply(build(name), d, context) == [d]
        assert d.dead() and reason in messages(d)[0]
    (twice,) = apply(build("double"), time_series(5), context)
    assert twice.live and twice.data[0] == 2.0
    monkeypatch.setattr(registry, "_definitions", dict(registry._definitions))

    def local(datum: TimeSeries) -> TimeSeries:
        return datum

    steps.register(steps.definition_of("local", local, "1"))
    d = time_series(5)
    apply(build("local"), d, context)
    assert "not importable" in messages(d)[0]


def test_unusable_signatures_are_refused() -> None:
    def untyped(d, x):  # type: ignore[no-untyped-def]
        return d

    def variadic(d: TimeSeries, *args: float) -> TimeSeries:
        return d

    def nothing() -> None: ...

    def odd(d: TimeSeries, x: complex) -> TimeSeries:
        return d

    for function in (untyped, variadic, nothing, odd):
        with pytest.raises(StepError, match="cannot be used"):
            steps.definition_of("mine", function, "1")


def test_registering_a_name_twice() -> None:
    present = steps.definitions()["demean"]
    assert steps.register(present) is present
    with pytest.raises(StepError, match="already registered"):
        steps.register(steps.definition_of("demean", cut_off, "1"))
