"""The context that .dockerignore leaves for the builds of images."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def sent(path: str) -> bool:
    """Whether a build gets a file: the last line counts that fits the file or a folder above it."""
    parts = path.split("/")
    places = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    sends = True
    for line in (ROOT / ".dockerignore").read_text().split():
        pattern = re.escape(line.removeprefix("!")).replace(r"\*\*/", "(.*/)?").replace(r"\*\*", ".*")
        pattern = pattern.replace(r"\*", "[^/]*")
        if any(re.fullmatch(pattern, place) for place in places):
            sends = line.startswith("!")
    return sends


def test_builds_get_all_files_of_the_distributions_and_nothing_else() -> None:
    """A line that leaves out what Cython writes must not leave out the pages of the web service."""
    kept = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = kept.strip("\0").split("\0")
    needed = {file for file in files if file.startswith(("libseis/", "services/", "requirements/", "deploy/docker/"))}
    assert "services/seisbus/web/templates/login.html" in needed
    assert {file for file in files if sent(file)} == needed
    assert not sent("libseis/libseis/objects/timeseries.c")
    assert not sent("libseis/libseis/objects/timeseries.html")
    assert not sent("secrets/ca.key")
