"""Spans of start times: nothing left out, nothing twice, and about as many waveforms in each as asked."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from libseis.isotime import DAY_NS
from seisbus.store.slices import bounded, shares, spans

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


WAVEFORMS = st.tuples(
    st.integers(0, DAY_NS - 1),  # start of the window in its day
    st.integers(-3600 * 10**9, 40 * DAY_NS),  # start of the waveform after that
)
JOBS = st.lists(
    st.dictionaries(st.integers(0, 400), st.lists(WAVEFORMS, min_size=1, max_size=5), max_size=6), max_size=5
)


@settings(deadline=None)
@given(JOBS, st.integers(1, 6))
def test_the_shares_of_a_job_hold_each_of_its_waveforms_once_and_none_too_late(
    jobs: list[dict[int, list[tuple[int, int]]]], at_once: int
) -> None:
    days = [Counter({day * DAY_NS: len(starts) for day, starts in job.items()}) for job in jobs]
    slices = spans(days, at_once)
    for job, counts in zip(jobs, days, strict=True):
        found = shares(slices, counts)
        for day, starts in job.items():
            for in_day, later in starts:
                time = (day * DAY_NS + in_day + later) / 1e9
                holding = [n for n, b in found.items() if b.get("$gte", time) <= time and time < b.get("$lt", time + 1)]
                assert len(holding) == 1
                assert time >= slices[holding[0]].get("$gte", time)  # a later slice would break the order


def test_a_job_has_a_share_only_in_slices_of_its_days() -> None:
    slices = spans([Counter({day * DAY_NS: 10 for day in range(100)})], at_once=10)
    assert len(slices) == 100
    assert shares(slices, {}) == {0: {}}
    found = shares(slices, Counter({50 * DAY_NS: 1, 90 * DAY_NS: 1}))
    assert list(found) == [49, 50, 90]
    assert found[50] == {"$gte": 50 * 86_400, "$lt": 90 * 86_400}
    assert "$gte" not in found[49] and found[90] == {"$gte": 90 * 86_400}


def test_bounds_meet_those_of_a_query() -> None:
    assert bounded({"job": "j"}, {}) == {"job": "j"}
    assert bounded({"job": "j", "starttime": {"$lt": 5.0}}, {"$gte": 1.0, "$lt": 9.0}) == {
        "job": "j",
        "starttime": {"$lt": 5.0, "$gte": 1.0},
    }
    assert bounded({"starttime": {"$gte": 3.0}}, {"$gte": 1.0}) == {"starttime": {"$gte": 3.0}}
