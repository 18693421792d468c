"""Two minutes of what `make soak` does for hours."""

from __future__ import annotations

from pathlib import Path

import pytest

from soak.soak import soak


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_two_minutes_of_random_disturbance(tmp_path: Path) -> None:
    lines: list[str] = []
    done = await soak(tmp_path, 2, 1, lines.append)
    assert len(lines) == done.rounds + 1
    assert done.kills > 0
