"""The locked requirements of the images hold, with hashes, everything that the distributions say they need."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
IMAGES = ("control", "indexer", "fetcher", "windower", "writer", "topology")


def name_of(requirement: str) -> str:
    """The package's normal name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", requirement.strip())[0]).lower()  # type: ignore[index]


@pytest.mark.parametrize("image", IMAGES)
def test_a_lock_has_all_that_its_image_needs(image: str) -> None:
    services = tomllib.loads((ROOT / "services/pyproject.toml").read_text())["project"]
    libseis = tomllib.loads((ROOT / "libseis/pyproject.toml").read_text())["project"]
    wanted = [*services["dependencies"], *services["optional-dependencies"][image], *libseis["dependencies"]]
    if image in ("windower", "writer"):  # which measure misfits and pack ASDF datasets
        assert "libseis[misfit]" in wanted
        wanted += libseis["optional-dependencies"]["misfit"]
    text = (ROOT / "deploy/docker/requirements" / f"{image}.txt").read_text()
    locked = {name_of(line) for line in text.splitlines() if line and line[0].isalnum()}
    missing = {name_of(requirement) for requirement in wanted} - locked - {"libseis", "seisbus"}
    assert not missing, f"run deploy/docker/lock {image}"
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
