"""The line to an archive as reads measure it."""

import pytest

from seisbus.objects.line import Line


def test_nothing_is_said_before_enough_is_known() -> None:
    line = Line()
    for _ in range(20):
        line.answered(0.03, 1_536, 0.0)  # probes do not tell the rate
        assert line.round_trip_bytes == 0
    for _ in range(10):
        line.answered(0.03, 200_000, 0.04)
    assert line.round_trip_bytes == pytest.approx(0.03 * 200_000 / 0.04, rel=1e-3)


@pytest.mark.parametrize(
    ("wait", "rate"),
    [(0.030, 5e6), (0.030, 12.5e6 / 16), (0.025, 90e6)],
    ids=["one connection to a cloud archive", "sixteen share 100 Mbit/s", "in the archive's region"],
)
def test_a_wait_is_worth_the_bytes_that_come_in_it(wait: float, rate: float) -> None:
    line = Line()
    for size in (1_536, 400_000, 90_000, 8_704) * 20:
        line.answered(wait, size, size / rate)
    assert line.round_trip_bytes == pytest.approx(wait * rate, rel=1e-3)


def test_a_line_that_changes_is_measured_anew() -> None:
    line = Line()
    for _ in range(500):
        line.answered(0.001, 200_000, 0.0002)
    for _ in range(300):
        line.answered(0.03, 200_000, 0.04)
    assert line.round_trip_bytes == pytest.approx(150_000, rel=0.05)


def test_bytes_that_cost_no_time_at_all_are_no_error() -> None:
    line = Line()
    for _ in range(10):
        line.answered(0.001, 200_000, 0.0)
    assert line.round_trip_bytes > 10_000_000
