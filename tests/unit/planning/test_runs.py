"""Runs of bytes that channels have in an object: which are believed."""

from __future__ import annotations

import pytest

from seisbus.planning.runs import tiled


@pytest.mark.parametrize(
    ("ranges", "size", "believed"),
    [
        ([(0, 10), (10, 30)], 30, True),
        ([(0, 30)], 30, True),
        ([(0, 10), (11, 30)], 30, False),
        ([(0, 10), (9, 30)], 30, False),
        ([(0, 10), (10, 29)], 30, False),
        ([(0, 10), (10, 31)], 30, False),
        ([(0, 10), (10, 10), (10, 30)], 30, False),
        ([(10, 30), (0, 10)], 30, False),
        ([], 0, False),
    ],
)
def test_runs_must_fill_the_object(ranges: list[tuple[int, int]], size: int, believed: bool) -> None:
    assert tiled(ranges, size) is believed
