"""The guide to seisbus.testing tells the truth: its code runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[3] / "docs" / "howto" / "testing_readers.md"


def test_the_code_of_the_guide_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), flags=re.MULTILINE | re.DOTALL)
    small = block.replace("channels=60", "channels=60, hours=(4.5, 8.0)")
    assert small != block
    names: dict[str, object] = {"__name__": "guide"}
    exec(compile(small, "testing_readers.md", "exec"), names)
    lines = capsys.readouterr().out.splitlines()
    assert any("gap_inside" in line for line in lines) and len(lines) > 30
