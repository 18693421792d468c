"""Times as people write them mean what they meant, or are refused; rebuilt from the symptoms of public reports."""

from __future__ import annotations

import re

import pytest

from libseis.isotime import iso
from seisbus.model.times import moment_ns


def meant(text: object, *expected: str) -> None:
    """`text` is one of the times `expected`, or is refused with a sentence."""
    try:
        found = iso(moment_ns(text))
    except ValueError as error:
        assert repr(text)[1:-1] in str(error)
        return
    assert found in expected


@pytest.mark.parametrize("text", ["2018360", "2018360T", "2018360T00", "2018-360", "2018,360"])
def test_day_360_is_the_26th_of_december(text: str) -> None:
    """Day 360 of a year, where other days work (obspy#2868)."""
    meant(text, "2018-12-26T00:00:00Z")


@pytest.mark.parametrize("day", [1, 59, 60, 100, 360, 365])
def test_days_of_the_year(day: int) -> None:
    """Files are named by year and day of the year (SeisMIC#30)."""
    from datetime import date, timedelta

    expected = f"{date(2019, 1, 1) + timedelta(days=day - 1)}T00:00:00Z"
    for text in (f"2019{day:03d}", f"2019-{day:03d}", f"2019,{day:03d}"):
        meant(text, expected)


@pytest.mark.parametrize("text", ["2005/01/01 20:00:10", "2005/1/1 20:00:10"])
def test_a_date_with_slashes(text: str) -> None:
    """Year, month, day with slashes (obspy#1784)."""
    meant(text, "2005-01-01T20:00:10Z")


@pytest.mark.parametrize("text", ["2019-01-01T10-33", "2019-01-01T10-33-00"])
def test_a_clock_with_dashes_is_no_time_zone(text: str) -> None:
    """An hour and a minute with a dash between them are no offset of 33 hours (obspy#2447)."""
    meant(text, "2019-01-01T10:33:00Z")


@pytest.mark.parametrize("text", ["2017367", "2017-367", "2017,367", "2017366", "2017-000", "2019-02-30", "2019-13-01"])
def test_days_that_do_not_exist_are_refused(text: str) -> None:
    """Day 367, day 366 of a common year, the 30th of February (obspy#1988)."""
    with pytest.raises(ValueError, match=re.escape(text)):
        moment_ns(text)


@pytest.mark.parametrize("text", ["1884-02-01T00:00:00.000000Z", "1884-02-01", "1884-032"])
def test_dates_of_the_nineteenth_century(text: str) -> None:
    """Stations older than 1900 (obspy#168)."""
    meant(text, "1884-02-01T00:00:00Z")
