"""The archive that most tests of the generator read: every defect, a few hours of a day."""

from __future__ import annotations

import pytest

from seisbus.testing.make import make_archive
from seisbus.testing.spec import ALL_DEFECTS, Preset, preset
from unit.archive.made import Archive


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """A tiny archive with all defects."""
    root = tmp_path_factory.mktemp("archive")
    return Archive(root, make_archive(root, preset(Preset.TINY, defects=ALL_DEFECTS)))
