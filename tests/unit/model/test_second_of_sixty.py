"""A second of 60 is carried over to the next minute, hour, day and year."""

from __future__ import annotations

import pytest

from libseis.isotime import iso
from seisbus.model.times import moment_ns


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2011-03-11T05:45:60", "2011-03-11T05:46:00Z"),
        ("2011-03-11 05:59:60.5Z", "2011-03-11T06:00:00.5Z"),
        ("1999-12-31T23:59:60.00", "2000-01-01T00:00:00Z"),
        ("2012-02-28T23:59:60+00:00", "2012-02-29T00:00:00Z"),
    ],
)
def test_it_is_carried_over(written: str, meant: str) -> None:
    assert iso(moment_ns(written)) == meant


@pytest.mark.parametrize("written", ["2011-03-11T05:45:61", "2011-03-11T05:60:00", "2011-03-11T05:45:600"])
def test_nothing_else_beyond_the_clock_is(written: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        moment_ns(written)
