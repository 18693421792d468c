"""Editing by Metadata: every test and operator on data and ensembles, chains, and what cannot be computed."""

from __future__ import annotations

import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis.mspass.algorithms import edit
from libseis.mspass.algorithms.edit import (
    ChangeKey,
    Executioner,
    FiringSquad,
    MetadataDefined,
    MetadataEQ,
    MetadataGE,
    MetadataGT,
    MetadataInterval,
    MetadataLE,
    MetadataLT,
    MetadataNE,
    MetadataOperator,
    MetadataOperatorChain,
    MetadataUndefined,
    SetValue,
    erase_metadata,
    rename_metadata,
)
from libseis.mspass.utility import ErrorSeverity, MsPASSError
from support.data_objects import ensemble, messages, time_series

COMPARISONS = {
    MetadataGT: operator.gt,
    MetadataGE: operator.ge,
    MetadataLT: operator.lt,
    MetadataLE: operator.le,
    MetadataEQ: operator.eq,
    MetadataNE: operator.ne,
}
ARITHMETIC = {
    "Add": operator.add,
    "Subtract": operator.sub,
    "Multiply": operator.mul,
    "Divide": operator.truediv,
    "IntegerDivide": operator.floordiv,
    "Mod": operator.mod,
}
values = st.integers(-5, 5) | st.floats(-5, 5)


@given(test=st.sampled_from(list(COMPARISONS)), value=values, limit=values)
def test_comparisons_kill_when_true(test: type, value: float, limit: float) -> None:
    d = test("x", limit, verbose=True).kill_if_true(time_series(1, x=value))
    expected = COMPARISONS[test](value, limit)
    assert d.dead() is expected
    assert d.elog.size() == expected


@given(
    value=values, ends=st.tuples(values, values), edges=st.tuples(st.booleans(), st.booleans()), outside=st.booleans()
)
def test_intervals(value, ends, edges, outside) -> None:  # type: ignore[no-untyped-def]
    low, high = min(ends), max(ends)
    test = MetadataInterval("x", low, high, *edges, kill_if_outside=outside)
    inside = (low < value or (edges[0] and low == value)) and (value < high or (edges[1] and value == high))
    assert test.kill_if_true(time_series(1, x=value)).dead() is (inside is not outside)


def test_existence() -> None:
    assert MetadataDefined("sta").kill_if_true(time_series()).dead()
    assert MetadataDefined("nothing").kill_if_true(time_series()).live
    assert MetadataUndefined("nothing").kill_if_true(time_series()).dead()
    assert MetadataUndefined("sta").kill_if_true(time_series()).live


def test_what_cannot_be_compared_lives() -> None:
    d = MetadataGT("sta", 3, verbose=True).kill_if_true(time_series())
    assert d.live and "cannot be tested" in messages(d)[0]
    assert MetadataGT("nothing", 3).kill_if_true(time_series()).live
    with pytest.raises(MsPASSError):
        MetadataGT("x", 3)([1])


def test_ensembles_and_their_members() -> None:
    e = ensemble(time_series(x=1), time_series(x=5), x=9)
    assert MetadataGT("x", 3).kill_if_true(e, apply_to_members=True) is e
    assert [d.live for d in e.member] == [True, False] and e.live
    assert MetadataGT("x", 0).kill_if_true(e, apply_to_members=True).dead()
    e = ensemble(time_series(x=1), x=9)
    assert MetadataGT("x", 3)(e).dead() and e.member[0].live


def test_a_firing_squad_stops_at_the_first_hit() -> None:
    squad = FiringSquad(iter([MetadataGT("x", 8), MetadataLT("x", 2)]))
    assert squad(time_series(x=5)).live
    squad += MetadataEQ("x", 5, verbose=True)
    d = squad.kill_if_true(time_series(x=5))
    assert d.dead() and d.elog.size() == 1
    assert squad.kill_if_true(d) is d and d.elog.size() == 1
    e = squad.kill_if_true(ensemble(time_series(x=5), time_series(x=6)), apply_to_members=True)
    assert [d.live for d in e.member] == [False, True]
    assert FiringSquad([]).kill_if_true(time_series()).live


@pytest.mark.parametrize(
    ("chain", "item"), [(FiringSquad, MetadataEQ("x", 1)), (MetadataOperatorChain, SetValue("x", 1))]
)
def test_chains_refuse_what_is_no_operator(chain, item) -> None:  # type: ignore[no-untyped-def]
    for wrong in (42, [item, object()], [None]):
        new = chain.__new__(chain)
        with pytest.raises(TypeError):
            chain.__init__(new, wrong)
        assert vars(new) == {}
    with pytest.raises(MsPASSError, match="found object") as caught:
        chain([item, object()])
    assert caught.value.severity == ErrorSeverity.Fatal
    with pytest.raises(TypeError):
        full = chain([item])
        full += 3
    assert isinstance(item, Executioner if chain is FiringSquad else MetadataOperator)


@given(name=st.sampled_from(list(ARITHMETIC)), a=values, b=values)
def test_arithmetic(name: str, a: float, b: float) -> None:
    try:
        expected = ARITHMETIC[name](a, b)
    except ZeroDivisionError:
        expected = None
    one = getattr(edit, name)("x", b).apply(time_series(1, x=a))
    two = getattr(edit, f"{name}2")("out", "x", "y").apply(time_series(1, x=a, y=b))
    if expected is None:
        assert one.dead() and two.dead() and "failed" in messages(one)[0]
    else:
        assert one["x"] == two["out"] == expected


def test_operators_on_ensembles() -> None:
    e = ensemble(time_series(x=1), time_series(), x=10)
    assert edit.Add("x", 2).apply(e)["x"] == 12
    edit.Add("x", 2)(e, apply_to_members=True)
    assert e.member[0]["x"] == 3
    assert e.member[1].dead() and "no x" in messages(e.member[1])[0]
    assert edit.Add("y", 2).apply(ensemble(time_series()), apply_to_members=True).dead()
    with pytest.raises(MsPASSError):
        edit.Add("x", 2).apply("text")


def test_setting_and_renaming() -> None:
    d = SetValue("x", 5).apply(time_series())
    assert d["x"] == 5
    ChangeKey("x", "y")(d)
    assert d["y"] == 5 and not d.is_defined("x")
    assert ChangeKey("y", "z", erase_old=False)(d)["y"] == d["z"] == 5
    assert ChangeKey("nothing", "z")(d).dead()
    for names in ((1, "z"), ("z", None)):
        with pytest.raises(MsPASSError, match="must be text"):
            ChangeKey(*names)  # type: ignore[arg-type]
    assert erase_metadata(time_series(), ["sta", "nothing"]).is_defined("net")
    e = erase_metadata(ensemble(time_series(), sta="X"), ["sta"], apply_to_members=True)
    assert e["sta"] == "X" and not e.member[0].is_defined("sta")
    d = rename_metadata(time_series(a=1, b=2), {"a": "b", "b": "a", "nothing": "c"})
    assert (d["a"], d["b"], d.is_defined("c")) == (2, 1, False)


def test_operator_chains() -> None:
    chain = MetadataOperatorChain([SetValue("x", 3), edit.Multiply("x", 2)])
    chain += edit.Add2("y", "x", "x")
    d = chain(time_series())
    assert (d["x"], d["y"]) == (6, 12)
    assert chain.check_keys(d) and chain.check_operation(d)
    broken = MetadataOperatorChain([edit.Add("nothing", 1), SetValue("x", 3)]).apply(time_series())
    assert broken.dead() and not broken.is_defined("x")
    dead = time_series()
    dead.kill()
    assert chain.apply(dead) is dead and not dead.is_defined("x")


def test_tests_and_operators_of_users_log_and_loop_as_those_here() -> None:
    class TooLoud(Executioner):
        def kill_if_true(self, d, apply_to_members=False):  # type: ignore[no-untyped-def]
            if apply_to_members:
                return self.edit_ensemble_members(d)
            if d["a"] > 1:
                d.kill()
                self.log_kill(d, "TooLoud", "a is over 1")
            return d

    class Mark(MetadataOperator):
        def apply(self, d, apply_to_members=False):  # type: ignore[no-untyped-def]
            if apply_to_members:
                return self.edit_ensemble_members(d)
            d["marked"] = True
            self.log_edit(d, "Mark", "it has a mark now", ErrorSeverity.Debug)
            return d

        def check_keys(self, d):  # type: ignore[no-untyped-def]
            return True

        check_operation = check_keys

    e = ensemble(time_series(a=1), time_series(a=2))
    assert Mark()(TooLoud()(e, apply_to_members=True), apply_to_members=True) is e
    assert [d.live for d in e.member] == [d.is_defined("marked") for d in e.member] == [True, False]
    assert [messages(d) for d in e.member] == [["it has a mark now"], ["a is over 1"]]
    assert e.member[0].elog[0].badness == ErrorSeverity.Debug
    assert e.member[1].elog[0].badness == ErrorSeverity.Informational
    e.member[0]["a"] = 3
    assert TooLoud()(e, apply_to_members=True).dead()
