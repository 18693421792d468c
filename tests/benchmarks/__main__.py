"""`python -m tests.benchmarks`: run every benchmark and keep the figures in results/latest.json."""

from __future__ import annotations

import json
from pathlib import Path

from . import main_job


def main() -> None:
    """Run them one after the other."""
    figures = {"main_job": main_job.main()}
    results = Path(__file__).with_name("results")
    results.mkdir(exist_ok=True)
    (results / "latest.json").write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
