"""What was measured and is kept in the repository: docs/measured, one JSON file for each benchmark.

`python -m tests.benchmarks NAME ... --publish` writes them. The pages, their pictures and the simulation read them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "measured"


def path_of(name: str) -> Path:
    """Where the figures of a benchmark are kept."""
    return FOLDER / f"{name}.json"


def there(name: str) -> bool:
    """Whether they are."""
    return path_of(name).exists()


def read(name: str) -> dict[str, Any]:
    """The kept figures of a benchmark."""
    path = path_of(name)
    if not there(name):
        raise SystemExit(f"{path} is missing: run `python -m tests.benchmarks {name} --publish` first.")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def keep(name: str, figures: Mapping[str, Any]) -> None:
    """Put the figures of a benchmark in the repository."""
    FOLDER.mkdir(exist_ok=True)
    path_of(name).write_text(json.dumps(figures, indent=1) + "\n")
