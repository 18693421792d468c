"""The .pyi files say what the extension modules are: mypy's stubtest, and a typed use of the main names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy", reason="stubs are checked with mypy, a tool of the developers")

ROOT = Path(__file__).parents[3]
OBJECTS = ROOT / "libseis" / "libseis" / "objects"
MODULES = sorted(f"libseis.objects.{path.stem}" for path in OBJECTS.glob("*.pyx") if path.with_suffix(".pyi").exists())
TYPED_USE = """
from typing import assert_type
import numpy as np
from libseis import DoubleVector, ErrorLogger, Metadata, Seismogram, TimeSeries, TimeSeriesEnsemble, TimeWindow
from libseis.objects.dmatrix import dmatrix

d = TimeSeries({"delta": 0.01, "starttime": 0.0}, np.zeros(3))
assert_type(d.data, DoubleVector)
assert_type(d.time(3), float)
assert_type(d.time_ns(3), int)
assert_type(d.gaps, list[TimeWindow])
assert_type(d.split_gaps(), list[TimeSeries])
assert_type(d.elog, ErrorLogger)
assert_type(d.get_double("delta"), float)
assert_type(Seismogram(3).data, dmatrix)
assert_type(TimeSeriesEnsemble().member[0], TimeSeries)
d.data = [1.0, 2.0]
d.npts = 5
md: Metadata = d
md.put_string("sta", 3)  # E
d.tref = 1  # E
TimeSeries("x")  # E
"""


def test_there_is_a_stub_for_every_module_with_names_for_python() -> None:
    bare = {"historystate", "rotation"}
    names = {path.stem for path in OBJECTS.glob("*.pyx")}
    assert {name.split(".")[2] for name in MODULES} == names - bare


@pytest.mark.long
def test_stubs_match_the_modules(tmp_path: Path) -> None:
    # The member vectors' TypeVar is for typing only; a disjoint base cannot be said without typing_extensions.
    allowed = tmp_path / "allowed"
    allowed.write_text("libseis.objects.members.T\n")
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "--concise", "--ignore-missing-stub", "--ignore-disjoint-bases",
         "--mypy-config-file", "pyproject.toml", "--allowlist", str(allowed), *MODULES],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_a_typed_use(tmp_path: Path) -> None:
    script = tmp_path / "use.py"
    script.write_text(TYPED_USE)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", "pyproject.toml", str(script)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    wrong = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line}
    meant = {n for n, line in enumerate(TYPED_USE.splitlines(), start=1) if line.endswith("# E")}
    assert wrong == meant, done.stdout
