"""Steps on time against numpy: reference marks, windows and mutes around them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis.steps import REASON, StepError, apply, build
from support.data_objects import T0, messages, seismogram, time_series

MARKS = {"origin": "source_time", "phase": "phase_time", "pick": "pick_time"}
MAKERS = pytest.mark.parametrize("make", [time_series, seismogram])


def run(spec: object, d: Any) -> Any:
    (done,) = apply(build(spec), d)  # type: ignore[arg-type]
    return done


@MAKERS
@pytest.mark.parametrize(("mark", "key"), MARKS.items())
def test_times_become_relative_to_a_mark_and_back(make: Any, mark: str, key: str) -> None:
    d = run({"reference": {"mark": mark}}, make(**{key: T0 - 12.5}))
    assert (d.t0, d.time_reference(), d["time_reference"]) == (12.5, T0 - 12.5, mark)
    again = run({"reference": {"mark": mark}}, type(d)(d))
    assert again.dead() and again[REASON] == "relative already"
    back = run("utc", d)
    assert back.t0 == T0 and back.time_is_UTC() and not back.is_defined("time_reference")
    lost = run({"reference": {"mark": mark}}, make())
    assert lost.dead() and lost[REASON] == f"no {key}" and f"has no {key}" in messages(lost)[0]


@MAKERS
@given(start=st.floats(-20.0, 20.0), length=st.floats(0.05, 20.0), relative=st.booleans())
def test_a_window_is_where_its_mark_is(make: Any, start: float, length: float, relative: bool) -> None:
    d = make(1000, 0.05, phase_time=T0 + 25.0, source_time=T0 - 600.0)
    spec = [{"window": {"start": start, "end": start + length, "mark": "phase"}}]
    if relative:
        spec = [{"reference": {"mark": "origin"}}, *spec]
    (w,) = apply(build(spec), type(d)(d))
    before, after = 25.0 + start, 49.95 - (25.0 + start + length)
    if min(before, after) < -0.05:
        assert w.dead()
    if min(before, after) < 0.0:
        return
    assert w.live, messages(w)
    shift = w.time_reference() if relative else 0.0
    assert abs(w.t0 + shift - (T0 + 25.0 + start)) <= 0.5001 * 0.05
    assert abs(w.npts - 1 - length / 0.05) <= 0.5001
    where = round((w.t0 + shift - T0) / 0.05)
    np.testing.assert_array_equal(w.data, np.asarray(d.data)[..., where : where + w.npts])


@MAKERS
def test_data_that_do_not_cover_a_window(make: Any) -> None:
    d = make(100, 0.1, phase_time=T0 + 5.0)
    span = {"start": -10, "end": 2, "mark": "phase"}
    dead = run({"window": span}, type(d)(d))
    assert dead.dead() and dead[REASON] == "window not covered"
    assert "from -10 to 2 s around phase" in messages(dead)[-1]
    short = run({"window": {**span, "short": "truncate"}}, type(d)(d))
    assert (short.t0, short.npts) == (T0, 71) and "left out" in messages(short)[0]
    whole = run({"window": {**span, "short": "pad"}}, type(d)(d))
    few = run({"window": {**span, "short": "pad", "most_missing": 0.3}}, type(d)(d))
    assert few.dead() and few[REASON] == "window not covered" and "50 of the 121 samples" in messages(few)[0]
    assert run({"window": {**span, "short": "pad", "most_missing": 0.5}}, type(d)(d)).live
    assert (whole.t0, whole.npts) == (T0 - 5.0, 121) and not np.any(np.asarray(whole.data)[..., :50])


def test_the_window_of_a_job_is_inside_its_pad() -> None:
    edges = {"window_start": T0 + 10.0, "window_end": T0 + 20.0}
    d = run({"window": {"start": 0, "end": 2}}, time_series(1000, 0.1, **edges))
    assert (d.t0, d.npts) == (T0 + 10.0, 21)
    d = run({"window": {"start": -2, "end": 0, "mark": "end"}}, time_series(1000, 0.1, **edges))
    assert (d.t0, d.endtime()) == (T0 + 18.0, T0 + 20.0)
    d = run({"window": {"start": -2, "end": 0, "mark": "end"}}, time_series(101, 0.1))
    assert (d.t0, d.endtime()) == (T0 + 8.0, T0 + 10.0)


@MAKERS
@pytest.mark.parametrize("shape", ["linear", "cosine"])
def test_mutes(make: Any, shape: str) -> None:
    d = make(101, 0.1, data=1.0, pick_time=T0 + 5.0)
    spec = {"mute": {"top": [-3, -1], "tail": [2, 4], "mark": "pick", "shape": shape}}
    x = np.atleast_2d(np.asarray(run(spec, d).data))
    t = 0.1 * np.arange(101) - 5.0
    rise, fall = np.clip((t + 3) / 2, 0, 1), np.clip((4 - t) / 2, 0, 1)
    ramp = (lambda y: y) if shape == "linear" else (lambda y: (1 - np.cos(np.pi * y)) / 2)
    for row in x:
        np.testing.assert_allclose(row, ramp(rise) * ramp(fall), atol=1e-9)
    lost = run(spec, make(101, 0.1))
    assert lost.dead() and lost[REASON] == "no pick_time"


def test_a_mute_before_the_data_changes_nothing() -> None:
    d = run({"mute": {"top": [-9, -8]}}, time_series(data=1.0))
    assert d.live and np.all(d.data == 1.0)


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ({"reference": {"mark": "start"}}, "mark must be one of origin, phase, pick, found 'start'"),
        ({"window": {"start": 3, "end": 3}}, "end must be after start, found 3 and 3 s"),
        ({"window": {"start": "-5s", "end": 3}}, "start must be a finite number (s), found '-5s'"),
        ({"window": {"start": 0, "end": 3, "short": "drop"}}, "short must be one of kill, truncate, pad"),
        ({"mute": {}}, "give top, tail or both"),
        ({"mute": {"top": [3, 1]}}, "top must end after it starts, found [3.0, 1.0]"),
        ({"mute": {"tail": [3]}}, "tail must have 2 values, found 1"),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(spec: object, problem: str) -> None:
    with pytest.raises(StepError) as caught:
        build(spec)  # type: ignore[arg-type]
    (told,) = caught.value.problems
    assert problem in told
