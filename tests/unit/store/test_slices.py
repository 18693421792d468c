"""Spans of start times: nothing left out, nothing twice, and about as many waveforms in each as asked."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from libseis.isotime import DAY_NS
from seisbus.store.slices import bounded, spans

COUNTS = st.dictionaries(st.integers(0, 20_000), st.integers(1, 500), max_size=8)


@given(COUNTS, st.lists(st.floats(0, 2e9), max_size=20))
def test_spans_follow_each_other_from_the_first_time_to_the_last(days: dict[int, int], times: list[float]) -> None:
    found = spans([Counter({day * DAY_NS: count for day, count in days.items()})])
    assert "$gte" not in found[0] and "$lt" not in found[-1]
    for before, after in itertools.pairwise(found):
        assert before["$lt"] == after["$gte"]
    lows = [span["$gte"] for span in found[1:]]
    assert lows == sorted(set(lows))
    for time in times:
        holding = [s for s in found if s.get("$gte", time) <= time and ("$lt" not in s or time < s["$lt"])]
        assert len(holding) == 1


@settings(deadline=None)
@given(COUNTS)
def test_windows_spread_over_a_day_come_in_slices_of_the_size_asked(days: dict[int, int]) -> None:
    found = spans([Counter({day * DAY_NS: count for day, count in days.items()})], at_once=100)
    starts = [day * 86_400 + 86_400 * n / count for day, count in days.items() for n in range(count)]
    for span in found:
        held = sum(span.get("$gte", time) <= time < span.get("$lt", time + 1) for time in starts)
        assert held <= 202  # the end of a busy day, and quiet days after it


def test_bounds_meet_those_of_a_query() -> None:
    assert bounded({"job": "j"}, {}) == {"job": "j"}
    assert bounded({"job": "j", "starttime": {"$lt": 5.0}}, {"$gte": 1.0, "$lt": 9.0}) == {
        "job": "j",
        "starttime": {"$lt": 5.0, "$gte": 1.0},
    }
    assert bounded({"starttime": {"$gte": 3.0}}, {"$gte": 1.0}) == {"starttime": {"$gte": 3.0}}
