"""Pads that an index or a code made too short are made long enough once the records are seen."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from libseis.codes import Channel
from libseis.isotime import SECOND_NS
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
    recipe = Recipe(steps=STEPS, pad_before_ns=3_300_000_000, pad_after_ns=5 * SECOND_NS, pad_planned=True)
    assert padded(recipe, [read(Fraction(40))]) is recipe
    slower = padded(recipe, [read(Fraction(40)), read(Fraction(100), Fraction(1))])
    assert (slower.pad_before_ns, slower.pad_after_ns) == (33 * SECOND_NS, 33 * SECOND_NS)
    one = padded(recipe, [read(Fraction(40), Fraction(1), Fraction(5))], Channel("XX", "A", "02", "BHZ"))
    assert (one.pad_before_ns, one.pad_after_ns) == (6_600_000_000, 6_600_000_000)
    assert padded(recipe, [read(Fraction(40))], Channel("XX", "B", "", "BHZ")) is recipe


def test_the_jobs_own_pad_stays() -> None:
    given = Recipe(steps=STEPS)
    assert padded(given, [read(Fraction(1))]) is given
    assert padded(Recipe(pad_planned=True), [read(Fraction(1))]) == Recipe(pad_planned=True)
    unknown = Recipe(steps=({"no such step": {}},), pad_planned=True)
    assert padded(unknown, [read(Fraction(1))]) is unknown
