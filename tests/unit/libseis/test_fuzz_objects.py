"""No call with wrong types, NaN, infinities or absurd sizes ends the interpreter (see fuzz_objects)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("fuzz_objects.py")


def survive(seed: int, rounds: int) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(seed), str(rounds)], capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr[:3000]
    assert done.stdout.split()[0] == str(rounds)


def test_a_short_storm() -> None:
    survive(0, 1500)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 110))
def test_a_long_storm(seed: int) -> None:
    survive(seed, 5000)
