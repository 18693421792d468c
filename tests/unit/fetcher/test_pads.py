"""Pads that an index or a code made too short are made long enough once the records are seen."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from libseis.codes import Channel
from seisbus.fetcher.chunks import Chunk, ObjectBytes
from seisbus.fetcher.pads import padded
from seisbus.model.task import Recipe
from support.days import Days, pack

STEPS = ({"resample": {"sampling_rate": 20.0}},)


def read(*rates: Fraction) -> ObjectBytes:
    data = b""
    for number, rate in enumerate(rates):
        codes = ("XX", "A", f"{number:02}", "BHZ")
        made = Days.noise(codes, rate, date(2011, 3, 11), 1)
        data += b"".join(pack(codes, rate, made.start_ns, made.data[:2000]))
    return ObjectBytes("e", (Chunk.of(0, data),))


def test_the_slowest_records_decide() -> None:
    recipe = Recipe(steps=STEPS, pad_before=3.3, pad_after=5.0, pad_planned=True)
    assert padded(recipe, [read(Fraction(40))]) is recipe
    slower = padded(recipe, [read(Fraction(40)), read(Fraction(100), Fraction(1))])
    assert (slower.pad_before, slower.pad_after) == (33.0, 33.0)
    one = padded(recipe, [read(Fraction(40), Fraction(1), Fraction(5))], Channel("XX", "A", "02", "BHZ"))
    assert (one.pad_before, one.pad_after) == (6.6, 6.6)
    assert padded(recipe, [read(Fraction(40))], Channel("XX", "B", "", "BHZ")) is recipe


def test_the_jobs_own_pad_stays() -> None:
    given = Recipe(steps=STEPS)
    assert padded(given, [read(Fraction(1))]) is given
    assert padded(Recipe(pad_planned=True), [read(Fraction(1))]) == Recipe(pad_planned=True)
    assert padded(Recipe(steps=({"no such step": {}},), pad_planned=True), [read(Fraction(1))]).pad_before == 0
