"""Guesses of where a time stands, and of how wrong they may be."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seisbus.planning.guessing import Curve, Point

NS, DAY = 1_000_000_000, 86_400_000_000_000
SIZE = 8_000_000


def rising(seed: int, count: int) -> Curve:
    """Points of an object whose bytes an hour vary smoothly."""
    times = np.sort(np.random.default_rng(seed).uniform(0, DAY, count)).astype(int).tolist()
    return Curve([Point(0, 0, False), *(Point(t, truth(t), True) for t in times), Point(DAY, SIZE, False)])


def truth(time_ns: int) -> int:
    """The offset of a time."""
    part = time_ns / DAY
    return int(SIZE * (part + 0.1 * np.sin(2 * np.pi * part) / np.pi))


@given(st.integers(0, 2**31), st.integers(0, 40), st.integers(0, DAY))
def test_a_guess_is_between_its_neighbours(seed: int, count: int, time_ns: int) -> None:
    curve = rising(seed, count)
    offset, doubt = curve.guess(time_ns)
    before = [p.offset for p in curve.points if p.time_ns <= time_ns]
    behind = [p.offset for p in curve.points if p.time_ns > time_ns]
    assert max(before) <= offset <= min(behind, default=SIZE)
    assert doubt >= 0


def test_what_is_known_is_not_guessed() -> None:
    curve = rising(1, 20)
    for point in curve.points[1:-1]:
        assert curve.guess(point.time_ns) == (point.offset, 0.0)


def test_many_points_of_a_smooth_object_leave_less_doubt_than_few_and_are_right() -> None:
    times = np.random.default_rng(5).uniform(0.2 * DAY, 0.8 * DAY, 200).astype(int).tolist()
    few, many = rising(3, 3), rising(3, 60)

    def doubts(curve: Curve) -> float:
        return float(np.mean([curve.guess(t)[1] for t in times]))

    assert doubts(many) < doubts(few) / 50
    wrong = [abs(many.guess(t)[0] - truth(t)) for t in times]
    assert np.mean(wrong) < 500


def test_the_slope_of_a_few_odd_records_does_not_hold_for_an_hour() -> None:
    """Such as of the last record of a day, which holds few samples: it would put all before it at the point before."""
    end = Point(DAY, SIZE, True, slope=512 / (0.08 * NS))
    curve = Curve([Point(0, 0, True), end])
    offset, doubt = curve.guess(DAY - 600 * NS)
    assert offset < SIZE - 20_000
    assert doubt > 0
