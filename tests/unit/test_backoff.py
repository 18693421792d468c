"""Waits between tries."""

from __future__ import annotations

import pytest

from seisbus.backoff import Backoff
from seisbus.local.watchdog import Patience


def test_waits_double_up_to_the_longest() -> None:
    assert [Backoff(1, 6).delay(failures) for failures in (1, 2, 3, 4, 500, 10**9)] == [1, 2, 4, 6, 6, 6]
    assert [Patience(limit=30, most=240).of(failures) for failures in (0, 1, 3, 10**6)] == [30, 60, 240, 240]


def test_jitter_spreads_waits_around_the_plain_one() -> None:
    waits = [Backoff(1, 6, jitter=0.3).delay(3) for _ in range(2000)]
    assert min(waits) >= 4 * 0.7 and max(waits) <= 4 * 1.3
    assert sum(waits) / len(waits) == pytest.approx(4, rel=0.05)
    assert max(waits) - min(waits) > 1
