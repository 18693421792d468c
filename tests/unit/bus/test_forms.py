"""Forms say of every field of a value and of a message how it travels, or do not come to be."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from seis.v1 import task_pb2
from seisbus.bus.forms import Form, Item, Spread
from seisbus.errors import PoisonError


@dataclass(frozen=True)
class Run:
    """What a Part holds."""

    first: int
    count: int


@dataclass(frozen=True)
class Lot:
    """Less than an Expansion holds."""

    parts: tuple[Run, ...]


def test_a_form_goes_both_ways_and_into_others() -> None:
    form = Form(Run, task_pb2.Part)
    assert form.decode(form.encode(Run(2, 3))) == Run(2, 3)
    lot = Form(Lot, task_pb2.Expansion, others=("windows",))
    assert lot.decode(lot.encode(Lot((Run(0, 1), Run(1, 5))))) == Lot((Run(0, 1), Run(1, 5)))


def test_other_names_and_conversions() -> None:
    @dataclass(frozen=True)
    class Named:
        start: int
        text: str

    form = Form(
        Named, task_pb2.Part, renamed={"start": "first"}, text=Spread(("count",), lambda t: {"count": len(t)}, str)
    )
    assert task_pb2.Part.FromString(form.encode(Named(4, "abc"))) == task_pb2.Part(first=4, count=3)
    doubled = Form(Run, task_pb2.Part, count=Item(lambda n: 2 * n, lambda n: n // 2))
    assert doubled.decode(doubled.encode(Run(1, 8))) == Run(1, 8)
    assert task_pb2.Part.FromString(doubled.encode(Run(1, 8))).count == 16


def test_what_would_be_forgotten_is_said() -> None:
    @dataclass(frozen=True)
    class Short:
        first: int

    @dataclass(frozen=True)
    class Long:
        first: int
        count: int
        more: str

    @dataclass(frozen=True)
    class Odd:
        first: int
        count: complex

    with pytest.raises(TypeError, match=r"Short and seis\.v1\.Part differ in \['count'\]"):
        Form(Short, task_pb2.Part)
    with pytest.raises(TypeError, match=r"differ in \['more'\]"):
        Form(Long, task_pb2.Part)
    with pytest.raises(TypeError, match=r"differ in \['cuont'\]"):
        Form(Run, task_pb2.Part, cuont=Item())
    with pytest.raises(TypeError, match="type of count"):
        Form(Odd, task_pb2.Part)


def test_a_value_that_is_filled_in_later_is_not_lost_inside_another() -> None:
    Form(Run, task_pb2.Part, count=Spread(("count",), None, lambda m: m.count, lambda m, n: setattr(m, "count", n)))
    with pytest.raises(TypeError, match="type of parts"):
        Form(Lot, task_pb2.Expansion, others=("windows",))


def test_other_bytes_are_poison() -> None:
    with pytest.raises(PoisonError, match=r"not a seis\.v1\.Part"):
        Form(Run, task_pb2.Part).decode(b"\xff\xff")
