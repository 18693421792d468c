"""Makes the fixtures of tests/support known to every test, and every hang a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["support.servers", "support.hangs"]

UNIT = Path(__file__).parent / "unit"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Side by side run unit tests only: those with servers stay in one process, which starts each server once."""
    for item in items:
        if UNIT not in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("servers"))
