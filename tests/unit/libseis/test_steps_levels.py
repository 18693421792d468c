"""Steps on amplitudes against numpy: levels, gain control, signal over noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import LSQUnivariateSpline

from libseis.steps import REASON, StepError, apply, build
from support.data_objects import T0, messages, seismogram, time_series

RNG = np.random.default_rng(11)
MAKERS = pytest.mark.parametrize("make", [time_series, seismogram])


def run(spec: object, d: Any) -> Any:
    (done,) = apply(build(spec), d)  # type: ignore[arg-type]
    return done


def lengths(d: Any) -> np.ndarray:
    """Absolute values, or lengths of vectors, by numpy."""
    return np.linalg.norm(np.atleast_2d(np.asarray(d.data)), axis=0)


METRICS = {
    "peak": np.max,
    "rms": lambda x: np.sqrt(np.mean(x**2)),
    "mad": lambda x: np.sort(x)[len(x) // 2],
    "perc": lambda x: np.sort(x)[int(0.95 * len(x))],
    "median": np.median,
    "quantile": lambda x: np.quantile(x, 0.95),
}
KEYS = {"peak": "amplitude"} | {name: f"{name}_amplitude" for name in METRICS if name != "peak"}


@MAKERS
@pytest.mark.parametrize("metric", METRICS)
def test_scale_to_a_level(make: Any, metric: str) -> None:
    d = make(300, 0.1, calib=2.0, units="m/s")
    before = METRICS[metric](lengths(d))
    run({"scale": {"level": 5.0, "metric": metric}}, d)
    assert METRICS[metric](lengths(d)) == pytest.approx(5.0)
    assert d[KEYS[metric]] == pytest.approx(before)
    assert d["calib"] == pytest.approx(2.0 * before / 5.0) and d["units"].endswith("m/s")
    window = run({"scale": {"level": 1.0, "window": [2, 4], "mark": "phase", "metric": metric}},
                 make(300, 0.1, phase_time=T0 + 3.0))  # fmt: skip
    assert METRICS[metric](lengths(window)[50:71]) == pytest.approx(1.0)


def test_what_has_no_amplitude_is_not_scaled_in_silence() -> None:
    for data in (0.0, np.nan):
        d = run({"scale": {"level": 1}}, time_series(data=data))
        assert d.dead() and d[REASON] == "no amplitude"
    d = run({"scale": {"level": 1, "window": [-5, 1]}}, time_series())
    assert d.dead() and d[REASON] == "window not covered"


@MAKERS
def test_clip_limits_each_component(make: Any) -> None:
    data = RNG.standard_normal(500) if make is time_series else RNG.standard_normal((3, 500)) * [[1.0], [5.0], [9.0]]
    d = run({"clip": {"level": 0.5}}, make(500, 0.1, data=data, units="m/s"))
    np.testing.assert_array_equal(d.data, np.clip(data, -0.5, 0.5))
    assert d["units"] == "m/s"
    d = run({"clip": {"rms": 2}}, make(500, 0.1, data=data))
    level = 2.0 * np.sqrt(np.mean(data**2, axis=-1, keepdims=True))
    np.testing.assert_allclose(d.data, np.clip(data, -level, level), rtol=1e-12)
    assert (np.abs(data) > level).any()
    for odd in (make(100, 0.1, data=np.nan), make(0)):
        assert run({"clip": {"rms": 2}}, odd).dead() and odd[REASON] == "no amplitude"


@MAKERS
def test_gain_control_is_the_root_mean_square_around_each_sample(make: Any) -> None:
    data = RNG.standard_normal(200) if make is time_series else RNG.standard_normal((3, 200))
    d = run({"agc": {"length": 2.0}}, make(200, 0.1, data=data, units="m/s"))
    power = np.mean(np.atleast_2d(data) ** 2, axis=0)
    level = np.array([np.sqrt(np.mean(power[max(0, i - 10) : i + 11])) for i in range(200)])
    np.testing.assert_allclose(d.data, data / level, rtol=1e-10)
    assert not d.is_defined("units")


@MAKERS
@pytest.mark.parametrize("signal", METRICS)
@pytest.mark.parametrize("noise", METRICS)
def test_signal_over_noise(make: Any, signal: str, noise: str) -> None:
    data = RNG.standard_normal(1000) if make is time_series else RNG.standard_normal((3, 1000))
    d = make(1000, 0.1, data=data, phase_time=T0 + 50.0)
    spec = {"signal": [-1, 10], "noise": [-30, -5], "mark": "phase", "signal_metric": signal, "noise_metric": noise}
    x = lengths(run({"snr": spec}, d))
    wanted = METRICS[signal](x[490:601]), METRICS[noise](x[200:451])
    assert (d["snr_signal"], d["snr_noise"]) == pytest.approx(wanted)
    assert d["snr"] == pytest.approx(wanted[0] / wanted[1])


def test_named_windows_have_marks_of_their_own() -> None:
    d = time_series(1000, 0.1, phase_time=T0 + 60.0, window_start=T0 + 20.0)
    run({"snr": {"signal": [0, 5], "mark": "phase", "noise": [0, 10], "noise_mark": "start", "key": "snr_p"}}, d)
    x = np.asarray(d.data)
    wanted = np.sqrt(np.mean(x[600:651] ** 2)) / np.sqrt(np.mean(x[200:301] ** 2))
    assert d["snr_p"] == pytest.approx(wanted) and d.is_defined("snr_p_noise")


def test_noise_that_is_zero_or_not_there() -> None:
    x = np.concatenate([np.zeros(50), np.ones(50)])
    spec = {"snr": {"signal": [6, 9], "noise": [0, 4]}}
    d = run(spec, time_series(100, 0.1, data=x))
    assert d.live and d["snr"] == 9999999.9 and "noise is zero" in messages(d)[0]
    assert run(spec, time_series(100, 0.1, data=0.0))["snr"] == 0.0
    bad = run(spec, time_series(100, 0.1, data=np.nan))
    assert bad.dead() and bad[REASON] == "no snr"
    short = run(spec, time_series(70, 0.1))
    assert short.dead() and short[REASON] == "signal not covered"
    assert "go from 0 to 6.9 s after start and do not cover 6 to 9 s" in messages(short)[0]
    lost = run({"snr": {"signal": [0, 1], "noise": [-2, -1], "mark": "origin"}}, time_series())
    assert lost.dead() and lost[REASON] == "no source_time"


@MAKERS
@given(rate=st.sampled_from([5.0, 8.0, 20.0, 33.0]))
@pytest.mark.parametrize("method", ["lanczos", "weighted_average_slopes", "slinear", "quadratic", "cubic", "nearest"])
def test_interpolation_is_obspys(make: Any, method: str, rate: float) -> None:
    x = np.sin(2 * np.pi * 0.3 * 0.1 * np.arange(300))
    d = make(300, 0.1, data=x if make is time_series else np.array([x, 2 * x, -x]))
    wanted = time_series(300, 0.1, data=x).toTrace()
    options = {"a": 20} if method == "lanczos" else {}
    wanted.stats.starttime = 0  # obspy's epoch seconds lose digits
    wanted.interpolate(rate, method, **options)
    run({"interpolate": {"sampling_rate": rate, "method": method}}, d)
    assert d.t0 == T0 and d.dt == pytest.approx(1 / rate) and abs(d.npts - len(wanted.data)) <= 1
    n = min(d.npts, len(wanted.data))
    edge = int(3 * rate) if method == "lanczos" else 0
    first = np.atleast_2d(np.asarray(d.data))[0]
    np.testing.assert_allclose(first[edge : n - edge], wanted.data[edge : n - edge], atol=1e-6)


@MAKERS
def test_trends_of_other_kinds(make: Any) -> None:
    x = RNG.standard_normal(300).cumsum()
    shape = (lambda y: y) if make is time_series else (lambda y: np.array([y, 2 * y, -y]))
    d = run({"detrend": {"type": "simple"}}, make(300, data=shape(x)))
    np.testing.assert_allclose(d.data, shape(x - np.linspace(x[0], x[-1], 300)), atol=1e-9)
    d = run({"detrend": {"type": "spline", "order": 3, "knots": 0.5}}, make(300, data=shape(x)))
    places = np.arange(300.0)
    spline = LSQUnivariateSpline(places, x, places[50:296:50], k=3)
    np.testing.assert_allclose(d.data, shape(x - spline(places)), atol=1e-9)


def test_weights_of_a_taper() -> None:
    d = run({"taper": {"weights": [0, 1, 2]}}, seismogram(3, data=1.0))
    np.testing.assert_array_equal(d.data, [[0, 1, 2]] * 3)
    assert run({"taper": {"weights": [0, 1]}}, time_series(3)).dead()


@pytest.mark.parametrize("method", ["zero", "linear"])
def test_gaps_are_filled(method: str) -> None:
    from libseis import TimeWindow

    d = time_series(100, 0.1)
    d.add_gap(TimeWindow(T0 + 2.0, T0 + 3.0))
    run({"fill_gaps": {"method": method}}, d)
    assert d.live and not d.has_gap()
    np.testing.assert_allclose(d.data[20:31], 0 if method == "zero" else np.arange(21.0, 32.0))
    assert run("fill_gaps", seismogram()).live


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ({"scale": {"factor": 2, "level": 1}}, "give either factor or level"),
        ({"scale": {"factor": 2, "window": [0, 1]}}, "window belongs to level"),
        ({"scale": {"level": -1}}, "level must be above 0, found -1"),
        (
            {"scale": {"level": 1, "metric": "mean"}},
            "metric must be one of peak, rms, mad, perc, median, quantile, found 'mean'",
        ),
        ({"snr": {"signal": [0, 1]}}, "the parameter noise is missing"),
        ({"snr": {"signal": [1, 0], "noise": [0, 1]}}, "signal must end after it starts"),
        ({"snr": {"signal": [0, 1], "noise": [0, 1], "key": "a b"}}, "key must be a name"),
        ({"agc": {"length": 0}}, "length must be above 0 s, found 0"),
        ({"clip": {}}, "give either level or rms"),
        ({"clip": {"level": 1, "rms": 3}}, "give either level or rms"),
        ({"clip": {"level": 0}}, "level must be above 0 units of the samples, found 0"),
        ({"detrend": {"type": "spline"}}, "a spline needs knots"),
        ({"detrend": {"knots": 3}}, "knots belong to a spline alone"),
        ({"taper": {"weights": [1], "fraction": 0.1}}, "give either weights or a fraction"),
        ({"interpolate": {"sampling_rate": 1, "method": "sinc"}}, "method must be one of lanczos"),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(spec: object, problem: str) -> None:
    with pytest.raises(StepError) as caught:
        build(spec)  # type: ignore[arg-type]
    (told,) = caught.value.problems
    assert problem in told
