"""Times and durations are exact, and mistakes are named."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis.isotime import iso
from seisbus.model.times import duration_ns, moment_ns


@given(st.integers(min_value=-(2**62), max_value=2**62))
def test_iso_and_back_is_exact_to_the_nanosecond(ns: int) -> None:
    if -62_000_000_000 * 10**9 < ns < 250_000_000_000 * 10**9:
        assert moment_ns(iso(ns)) == ns


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("2011-03-11T05:48:03.2Z", 1299822483_200000000),
        ("2011-03-11T05:48:03.2", 1299822483_200000000),
        ("2011-03-11T14:48:03.200000001+09:00", 1299822483_200000001),
        ("2011-03-11", 1299801600_000000000),
        (1299822483.2, 1299822483_200000000),
        ("1299822483.2", 1299822483_200000000),
        (datetime(2011, 3, 11, 5, 48, 3, 200_000, UTC), 1299822483_200000000),
        (date(2011, 3, 11), 1299801600_000000000),
    ],
)
def test_moments(text: object, ns: int) -> None:
    assert moment_ns(text) == ns


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        (3600, 3600 * 10**9),
        ("100s", 100 * 10**9),
        ("30min", 1800 * 10**9),
        ("1.5h", 5400 * 10**9),
        ("2 d", 172800 * 10**9),
        ("-5s", -5 * 10**9),
        (timedelta(seconds=1, microseconds=1), 1_000_001_000),
    ],
)
def test_durations(text: object, ns: int) -> None:
    assert duration_ns(text) == ns


@pytest.mark.parametrize("wrong", ["tomorrow", None, True, [], "2011-13-40", "1h"])
def test_what_is_no_time_is_refused_by_name(wrong: object) -> None:
    with pytest.raises(ValueError, match="is not a time; write ISO 8601"):
        moment_ns(wrong)


@pytest.mark.parametrize("wrong", ["soon", None, True, [], "5 parsecs"])
def test_what_is_no_duration_is_refused_by_name(wrong: object) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        duration_ns(wrong)
