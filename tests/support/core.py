"""Run Python with only the packages of a plain `pip install seisbus`, without extras."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
_SOURCES = {"libseis": ROOT / "libseis", "seisbus": ROOT / "services"}


def core_packages() -> set[str]:
    """Distributions that seisbus without extras needs, with itself, from the metadata of the installed packages."""
    found: set[str] = set()
    waiting = ["seisbus"]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for text in importlib.metadata.requires(name) or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name.lower())
                for extra in requirement.extras:
                    waiting += [
                        inner.name.lower()
                        for inner in map(Requirement, importlib.metadata.requires(requirement.name) or ())
                        if inner.marker is not None and inner.marker.evaluate({"extra": extra})
                    ]
    return found


def make_core(folder: Path) -> None:
    """Make links to the core's packages and their metadata only."""
    (folder / "seis").mkdir(parents=True)
    for name in core_packages():
        distribution = importlib.metadata.distribution(name)
        for top in {file.parts[0] for file in distribution.files or () if file.parts[0] not in ("..", "__pycache__")}:
            if not top.startswith("__editable__") and top not in ("seis", *_SOURCES):  # these come below
                (folder / top).symlink_to(Path(str(distribution.locate_file(top))))
    for name, source in _SOURCES.items():
        compiled = importlib.metadata.distribution(name)  # if the environment has built extension types, they are used
        built = Path(str(compiled.locate_file(name)))
        (folder / name).symlink_to(built if built.is_dir() else source / name)
        for part in (source / "seis").iterdir():
            (folder / "seis" / part.name).symlink_to(part)


def run_core(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments on the packages of `make_core`, without this environment's site-packages."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SEISBUS_", "PYTHON"))}
    environment |= {"PYTHONPATH": str(folder), "XDG_STATE_HOME": str(folder.parent), "COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-S", *arguments],
        capture_output=True, text=True, env=environment, cwd=folder.parent, timeout=60, check=False,
    )  # fmt: skip
