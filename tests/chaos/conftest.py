"""One archive for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.chaos import small_archive


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of an archive of twelve channels and one day."""
    return small_archive(tmp_path_factory.mktemp("archive"))
