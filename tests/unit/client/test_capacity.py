"""The capacity model against measured jobs, and its arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seisbus.client.capacity import BUSY, REFERENCE, CalibrationError, Machine, Stage, Work, plan_campaign

# 40 day files; CPU seconds of each stage as measured on the reference machine, means of two.
MEASURED = {
    "two windows of 2 h": (Work(40, 62, 80, 21.08e6, 13.55e6), (0.06, 0.18, 0.22, 0.09)),
    "12 windows of 20 min, far apart": (Work(40, 282, 480, 21.1e6, 15.9e6), (0.06, 0.36, 0.43, 0.17)),
    "24 windows of 1 h": (Work(40, 40, 960, 95.67e6, 96.14e6), (0.07, 0.40, 1.15, 0.48)),
    "144 windows of 10 min": (Work(40, 40, 5760, 95.67e6, 105.33e6), (0.21, 0.60, 2.38, 1.60)),
    "a window of a day": (Work(40, 40, 40, 95.67e6, 95.67e6), (0.07, 0.57, 0.93, 0.39)),
}
works = st.builds(
    Work,
    *(st.floats(1, most) for most in (1e7, 1e7, 1e9, 1e14, 1e15)),
)


@pytest.mark.parametrize("name", list(MEASURED))
def test_the_reference_is_within_a_quarter_of_what_was_measured(name: str) -> None:
    work, measured = MEASURED[name]
    found = Machine.reference().cpu_seconds(work)
    assert sum(found.values()) == pytest.approx(sum(measured), rel=0.15)
    for stage, seconds in zip(Stage, measured, strict=True):
        assert found[stage] == pytest.approx(seconds, rel=0.25, abs=0.05), stage


@given(works, works, st.floats(0.2, 5))
def test_a_calibrated_machine_gives_back_what_it_was_calibrated_on(one: Work, other: Work, slower: float) -> None:
    measured = {stage: max(0.5, slower * REFERENCE[stage].seconds(one)) for stage in Stage}
    machine = Machine.calibrated(one, measured)
    assert machine.cpu_seconds(one) == pytest.approx(measured)
    twice = Work(2 * other.objects, 2 * other.requests, 2 * other.windows, 2 * other.fetch_bytes, 2 * other.disk_bytes)
    for stage in Stage:
        assert machine.cpu_seconds(twice)[stage] == pytest.approx(2 * machine.cpu_seconds(other)[stage])


def test_too_little_work_is_no_calibration() -> None:
    with pytest.raises(CalibrationError, match=r"used 0.08 CPU seconds .* measure a larger job"):
        Machine.calibrated(Work(1, 1, 1, 1, 1), dict.fromkeys(Stage, 0.02))


def test_a_stage_with_little_to_do_is_as_fast_as_all_together() -> None:
    work, measured = MEASURED["144 windows of 10 min"]
    slower = {stage: 2 * seconds for stage, seconds in zip(Stage, measured, strict=True)} | {Stage.INDEXER: 0.02}
    machine = Machine.calibrated(work, slower)
    assert machine.factors[Stage.INDEXER] == pytest.approx(2, rel=0.2)
    assert machine.factors[Stage.WRITER] == pytest.approx(2, rel=0.25)


@given(works, st.floats(0.1, 10_000))
def test_replicas_are_enough_and_not_one_too_many(work: Work, hours: float) -> None:
    found = plan_campaign(work, Machine.reference(), hours=hours)
    assert found.hours <= hours * (1 + 1e-9)
    for stage, number in found.replicas.items():
        busy = found.cpu_seconds[stage] / (hours * 3600 * BUSY)
        assert number >= busy * (1 - 1e-9)
        assert number == 1 or number - 1 < busy
    assert found.documents >= 2 * work.windows


def test_a_slow_link_is_not_mended_by_replicas() -> None:
    work = Work(1000, 1000, 1000, 3.6e12, 1e9)
    assert plan_campaign(work, Machine.reference(), hours=1, link_bytes_per_second=1e8).hours == pytest.approx(10)
