"""The arithmetic of estimates, against windows counted one by one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis.isotime import DAY_NS
from seisbus.control.estimate import SAMPLED_DAYS, Holdings, Totals, days_text, growth_of, held_of, load_of, summary
from seisbus.control.known_days import READ_DAYS, spread
from seisbus.model.job import parse_job
from seisbus.planning.windows import PlannedWindow, home_days, windows_of_day

MINUTE = 60_000_000_000
HOUR = 3_600_000_000_000


def test_a_window_over_midnight_touches_two_objects_and_a_tile_that_ends_there_one() -> None:
    assert load_of([PlannedWindow(DAY_NS - HOUR, DAY_NS + HOUR, inclusive_end=True)]).objects == 2
    assert load_of([PlannedWindow(DAY_NS - HOUR, DAY_NS, inclusive_end=False)]).objects == 1
    assert load_of([PlannedWindow(DAY_NS - HOUR, DAY_NS, inclusive_end=True)]).objects == 2
    assert load_of([]).objects == 0


def test_a_year_of_tiles_scales_from_a_sample_to_the_exact_number() -> None:
    tile = {"start": "2011-01-01", "end": "2012-01-01", "length": "1h"}
    spec = parse_job({"archive": "local", "windows": {"tile": tile}})
    days = home_days(spec, [])
    sample = spread(days, SAMPLED_DAYS)
    total = Totals()
    for day in sample:
        total.add(
            load_of(windows_of_day(spec, [], day)),
            Holdings(files=100, missing=4, size=10**9),
            growth_of(spec),
            ranges=True,
        )
    found = summary(total, len(sample), len(days))
    assert found.windows == 365 * 24 * 100
    assert found.missing == 365 * 24 * 4
    assert (found.objects, found.requests) == (365 * 100, 365 * 96)
    assert found.fetch_bytes == pytest.approx(365e9)
    assert found.disk_bytes == pytest.approx(365e9)
    assert found.days_estimated == 365 - len(sample)
    assert found.hours == pytest.approx(365e9 / 20e6 / 3600)


@given(st.integers(0, 40_000), st.sampled_from([SAMPLED_DAYS, READ_DAYS, 1]), st.integers(0, 20_000))
def test_of_many_days_a_bounded_sample_is_looked_at_evenly_and_of_few_all(days: int, most: int, first: int) -> None:
    concerned = range(first, first + days)
    sample = spread(concerned, most)
    assert len(sample) <= most
    assert list(sample) == sorted(set(sample) & set(concerned))
    if days <= most:
        assert list(sample) == list(concerned)
    else:
        steps = {b - a for a, b in pairwise(sample)}
        assert len(steps) <= 1 and len(sample) > most / 2
        assert sample[0] == first and concerned[-1] - sample[-1] < max(steps, default=days)


def test_the_days_concerned_are_named_and_of_many_the_first_and_the_last() -> None:
    assert days_text([15_044]) == "2011-03-11"
    assert days_text(range(15_044, 15_048)) == "2011-03-11, 2011-03-12, 2011-03-13, 2011-03-14"
    assert days_text(range(15_044, 15_044 + 40_000)) == "2011-03-11, 2011-03-12, ... to 2120-09-14"


def test_nothing_known_is_said_and_not_guessed() -> None:
    found = summary(Totals(), 0, 12)
    assert (found.windows, found.days_estimated) == (0, 12)
    assert "12 days concerned" in found.basis


@pytest.mark.parametrize(
    ("known", "days", "beginning"),
    [(1, 1, "1 of 1 day was looked at"), (8, 365, "8 of 365 days were looked at")],
)
def test_days_without_a_file_that_fits_are_said(known: int, days: int, beginning: str) -> None:
    found = summary(Totals(), known, days)
    assert (found.windows, found.days, found.days_estimated) == (0, days, days - known)
    assert found.basis.startswith(f"{beginning}, and no file there fits select")


def test_files_that_are_only_indexed_are_missing() -> None:
    held = held_of([{"listed": True, "size": 5}, {"listed": False, "size": 0}, {"listed": True, "size": 10**6}])
    assert held == Holdings(files=3, missing=1, size=10**6 + 5, large=1, large_size=10**6)


@pytest.mark.parametrize(
    ("hours", "ranges", "fetched", "requests"),
    [(1, True, 1000 + 1.2 * 10**7 / 24, 3.8), (1, False, 1000 + 10**7, 2), (20, True, 1000 + 10**7, 2)],
)
def test_ranges_are_read_where_they_are_worth_it(hours: int, ranges: bool, fetched: float, requests: float) -> None:
    held = held_of([{"listed": True, "size": 1000}, {"listed": True, "size": 10**7}])
    total = Totals()
    total.add(load_of([PlannedWindow(0, hours * HOUR, inclusive_end=False)]), held, 1.0, ranges=ranges)
    assert total.fetch_bytes == pytest.approx(fetched)
    assert total.requests == pytest.approx(requests)
    assert total.disk_bytes == pytest.approx((1000 + 10**7) * hours / 24)


@pytest.mark.parametrize(
    ("count", "size", "stretches", "share"),
    # ten minutes of every seventy; a round trip is worth 22 minutes of 10 MB a day, and 3.6 hours of 1 MB
    [(20, 10**7, 20, 20 / 144), (20, 10**6, 1, (19 * 70 + 10) / 1440), (1, 10**6, 1, 1 / 144)],
)
def test_windows_far_apart_are_requests_of_their_own(count: int, size: int, stretches: int, share: float) -> None:
    step, length = 70 * MINUTE, 10 * MINUTE
    windows = [PlannedWindow(n * step, n * step + length, inclusive_end=False) for n in range(count)]
    total = Totals()
    total.add(load_of(windows), Holdings(1, 0, size, large=1, large_size=size), 1.0, ranges=True)
    whole = share > 0.7
    assert total.requests == pytest.approx(1 if whole else 2.8 * stretches)
    assert total.fetch_bytes == pytest.approx(size if whole else 1.2 * share * size)


def test_a_file_that_was_read_before_takes_a_request_a_stretch() -> None:
    document = {"listed": True, "size": 10**7, "etag": "new", "knots": [b"knots"], "knots_etag": "new"}
    held = held_of([document, {**document, "knots_etag": "old"}])
    assert (held.large, held.known) == (2, 1)
    total = Totals()
    total.add(load_of([PlannedWindow(0, HOUR, inclusive_end=False)]), held, 1.0, ranges=True)
    assert total.requests == pytest.approx(1 + 2.8)


@pytest.mark.parametrize(
    ("output", "steps", "growth"),
    [({}, [], 1.0), ({"encoding": "float64"}, [], 6.0), ({"storage": "gridfs"}, [], 6.0), ({}, [{"name": "x"}], 6.0)],
)
def test_processed_or_float_samples_take_more_room(
    output: dict[str, str], steps: list[dict[str, str]], growth: float
) -> None:
    windows = {"absolute": [{"start": "2011-01-01", "end": "2011-01-02"}]}
    spec = parse_job({"archive": "a", "windows": windows, "output": output, "steps": steps})
    assert growth_of(spec) == growth
