"""Tests on Metadata that decide what is kept, and changes of Metadata: against Python's own comparisons."""

from __future__ import annotations

import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis.steps import REASON, StepError, apply, build
from libseis.steps.conditions import parse
from support.data_objects import messages, seismogram, time_series

OPERATORS = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
LESS = st.sampled_from(["<", "<="])
NUMBERS = st.floats(-1e6, 1e6).map(lambda x: round(x, 3)) | st.integers(-5, 5)


def run(spec: object, d: Any) -> Any:
    (done,) = apply(build(spec), d)  # type: ignore[arg-type]
    return done


@given(found=NUMBERS, limit=NUMBERS, sign=st.sampled_from(list(OPERATORS)))
def test_a_comparison_is_pythons(found: float, limit: float, sign: str) -> None:
    text = f"snr {sign} {limit!r}"
    d = run({"keep": {"if": text}}, time_series(snr=found))
    assert d.live == OPERATORS[sign](found, limit)
    if d.dead():
        assert d[REASON] == f"fails {text}" and f"it does not pass {text}" in messages(d)[0]


@given(
    found=NUMBERS, low=NUMBERS, high=NUMBERS, first=st.sampled_from(["<", "<="]), second=st.sampled_from(["<", "<="])
)
def test_an_interval_is_pythons(found: float, low: float, high: float, first: str, second: str) -> None:
    d = run({"keep": {"if": f"{low!r} {first} x {second} {high!r}"}}, seismogram(x=found))
    assert d.live == (OPERATORS[first](low, found) and OPERATORS[second](found, high))


def test_the_first_test_that_fails_is_the_reason() -> None:
    spec = {"keep": {"if": ["distance_deg < 95", "snr > 2", "sta != ABC"]}}
    assert run(spec, time_series(distance_deg=40.0, snr=3.0)).live
    for values, reason in (
        ({"distance_deg": 95.0, "snr": 1.0}, "fails distance_deg < 95"),
        ({"distance_deg": 40.0, "snr": 2.0}, "fails snr > 2"),
        ({"distance_deg": 40.0, "snr": 3.0, "sta": "ABC"}, "fails sta != ABC"),
        ({"snr": 3.0}, "no distance_deg"),
        ({"distance_deg": "far", "snr": 3.0}, "fails distance_deg < 95"),
    ):
        d = run(spec, time_series(**values))
        assert d.dead() and d[REASON] == reason
        assert d.elog.get_error_log()[-1].algorithm == "keep"


def test_texts_truth_and_presence() -> None:
    for text, lives in (
        ("net == XX", True), ("net == 'XX'", True), ('net == "YY"', False), ("clean == true", True),
        ("clean == false", False), ("net", True), ("not net", False), ("not pick_time", True), ("pick_time", False),
        ("clean == 1", False), ("net < 3", False),
    ):  # fmt: skip
        assert run({"keep": {"if": text}}, time_series(clean=True)).live == lives, text


@pytest.mark.parametrize(
    "text", ["", "snr >", "> 2", "snr => 2", "snr > two", "snr = 2", "1 < 2", "snr > 2 > 1", "not", "snr > nan", "a b",
             "__import__('os')", "snr > 2; x"],
)  # fmt: skip
def test_what_is_no_test_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)
    with pytest.raises(StepError):
        build({"keep": {"if": text}})


def test_changes_of_metadata() -> None:
    d = time_series(distance_km=111.0, mag=5)
    run(
        [
            {"calculate": {"key": "distance_km", "operation": "multiply", "by": 1000, "to": "distance_m"}},
            {"calculate": {"key": "distance_m", "operation": "divide", "by": "distance_km", "to": "ratio"}},
            {"set_metadata": {"key": "quality", "value": "good"}},
            {"rename_metadata": {"key": "mag", "to": "magnitude"}},
            {"erase_metadata": {"keys": ["distance_km", "never_there"]}},
        ],
        d,
    )
    assert (d["distance_m"], d["ratio"], d["quality"], d["magnitude"]) == (111000.0, 1000.0, "good", 5)
    assert not d.is_defined("mag") and not d.is_defined("distance_km")
    for spec, reason in (
        ({"rename_metadata": {"key": "nowhere", "to": "x"}}, "no nowhere"),
        ({"calculate": {"key": "nowhere", "operation": "add", "by": 1}}, "no nowhere"),
        ({"calculate": {"key": "ratio", "operation": "divide", "by": 0}}, "no result"),
        ({"calculate": {"key": "quality", "operation": "add", "by": 1}}, "bad quality"),
    ):
        dead = run(spec, type(d)(d))
        assert dead.dead() and dead[REASON] == reason


@given(a=st.floats(-1e3, 1e3), b=st.floats(0.1, 1e3))
def test_operations_are_pythons(a: float, b: float) -> None:
    functions = {
        "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
        "integer_divide": operator.floordiv, "modulo": operator.mod,
    }  # fmt: skip
    for name, function in functions.items():
        d = run({"calculate": {"key": "a", "operation": name, "by": "b"}}, time_series(5, a=a, b=b))
        assert d["a"] == function(a, b)


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ({"keep": {}}, "the parameter if is missing"),
        ({"keep": {"if": []}}, "if must be a text or a list of texts, found []"),
        ({"keep": {"if": 3}}, "if must be a text or a list of texts, found 3"),
        ({"keep": {"if": "snr > big"}}, "> compares numbers, and 'big' is not a number"),
        ({"set_metadata": {"key": "npts", "value": 3}}, "npts belongs to the samples"),
        ({"set_metadata": {"key": "a b", "value": 3}}, "'a b' is not a name"),
        ({"set_metadata": {"key": "x", "value": [3]}}, "value must be a finite number, a text, true or false"),
        ({"rename_metadata": {"key": "x", "to": "sta"}}, "sta belongs to the samples"),
        ({"erase_metadata": {"keys": "delta"}}, "delta belongs to the samples"),
        ({"calculate": {"key": "starttime", "operation": "add", "by": 1}}, "starttime belongs to the samples"),
        ({"calculate": {"key": "x", "operation": "power", "by": 1}}, "operation must be one of add, subtract"),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(spec: object, problem: str) -> None:
    with pytest.raises(StepError) as caught:
        build(spec)  # type: ignore[arg-type]
    (told,) = caught.value.problems
    assert problem in told
