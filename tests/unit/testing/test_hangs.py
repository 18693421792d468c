"""A test that hangs in native code fails and ends the run, whether or not it lets other threads run meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("library", ["CDLL", "PyDLL"])  # the second keeps the interpreter lock
def test_a_hang_in_native_code_ends_the_run(library: str, tmp_path: Path) -> None:
    hanging = tmp_path / "test_hanging.py"
    hanging.write_text(f"import ctypes\n\n\ndef test_hangs():\n    ctypes.{library}(None).pause()\n")
    options = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), "-p", "support.hangs"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--timeout", "1", str(hanging)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "Timeout" in said
    assert "test_hangs" in said, said  # its stack is shown
