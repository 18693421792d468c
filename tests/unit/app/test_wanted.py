"""What a service brings in once it is ready is there: a name that is wrong would only make the first job slower."""

from __future__ import annotations

import importlib
from importlib.util import find_spec

import pytest


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("seisbus.control.__main__", "_WANTED"),
        ("seisbus.indexer.__main__", "_WANTED"),
        ("seisbus.windower.kinds.window", "_HEAVY"),
    ],
)
def test_every_module_that_is_brought_in_exists(module: str, names: str) -> None:
    wanted = getattr(importlib.import_module(module), names)
    assert wanted
    assert [name for name in wanted if find_spec(name) is None] == []
