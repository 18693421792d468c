"""Windows whose own objects are not there are missing, whatever else the task has read."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from libseis.codes import Channel
from libseis.isotime import DAY_NS
from seisbus.model.handovers import ObjectRecords, WindowOrder, WindowOutcome
from seisbus.model.outcome import Fate
from seisbus.model.task import ObjectRef, Recipe, Window
from seisbus.windower.cutting import cut_part
from support.days import NS, Days, day_ns, pack

CODES = ("XX", "STA", "", "LHZ")
CHANNEL = Channel(*CODES)
FIRST = day_ns(date(2012, 2, 28))


def read(day: int, *, missing: str = "", hours: int = 24) -> ObjectRecords:
    """The object of a day from FIRST on, with its first hours of data unless it is missing."""
    ref = ObjectRef("days", f"day-{day}", day_ns=FIRST + day * DAY_NS, channel=CHANNEL)
    if missing:
        return ObjectRecords(ref, missing=missing)
    data = Days.noise(CODES, Fraction(1), date(2012, 2, 28), 1).data[: hours * 3600]
    records = pack(CODES, Fraction(1), ref.day_ns, data)
    return ObjectRecords(ref, records=b"".join(records), waveform_records=len(records))


def outcome(inputs: list[ObjectRecords], start_h: float, end_h: float, *, inclusive: bool = True) -> WindowOutcome:
    start, end = FIRST + int(start_h * 3600 * NS), FIRST + int(end_h * 3600 * NS)
    window = Window("job.1", CHANNEL, start, end, inclusive)
    order = WindowOrder("job", "job.0", 1, 1, 0, 1, tuple(inputs), (window,), Recipe())
    (result,) = cut_part(order, None).outcomes
    return result


@pytest.mark.parametrize("reason", ["not_listed", "no_such_key"])
def test_a_window_of_a_missing_day_is_missing_though_its_neighbours_are_there(reason: str) -> None:
    result = outcome([read(1, missing=reason), read(0), read(2)], 34, 35)
    assert (result.fate, result.reason) == (Fate.MISSING, reason)
    assert result.detail.startswith("day-1: ")


def test_a_tile_that_ends_at_midnight_has_nothing_to_do_with_the_next_day() -> None:
    inputs = [read(0, missing="not_listed"), read(1)]
    assert outcome(inputs, 23, 24, inclusive=False).fate is Fate.MISSING
    # an inclusive end is a sample of the next day: its object is there, and the window has that sample of it
    assert outcome(inputs, 23, 24).reason == "starts_late"


def test_a_window_over_both_days_is_dead_when_one_of_them_is_there() -> None:
    result = outcome([read(0), read(1, missing="not_listed")], 23, 25)
    assert (result.fate, result.reason) == (Fate.DEAD, "ends_early")
    assert any("day-1: not there (not_listed)" in line.message for line in result.log)


def test_a_day_that_is_there_without_the_window_is_dead() -> None:
    assert outcome([read(0, hours=2)], 10, 11).reason == "no_data_in_window"


def test_data_that_stand_in_the_neighbours_file_are_not_missing() -> None:
    """Where days are cut at the record, the file of the day before has the first minutes of this one."""
    day = Days.noise(CODES, Fraction(1), date(2012, 2, 28), 2)
    ref = ObjectRef("days", "day-0", day_ns=FIRST, channel=CHANNEL)
    records = pack(CODES, Fraction(1), FIRST, day.data[: 86400 + 300])
    before = ObjectRecords(ref, records=b"".join(records), waveform_records=len(records))
    inputs = [read(1, missing="not_listed"), before]
    assert outcome(inputs, 24, 24 + 200 / 3600).fate is Fate.SAVED
    assert outcome(inputs, 25, 26).fate is Fate.MISSING
