"""The library's README tells the truth: its code runs, its links and module names exist."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3] / "libseis"
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPTIONAL = {"misfit", "asdf"}  # want the extra [misfit]


def test_code_blocks_run_one_after_the_other() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 2
    names: dict[str, Any] = {"__name__": "readme"}
    for number, block in enumerate(blocks):
        exec(compile(block, f"README.md, code block {number}", "exec"), names)


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert targets
    for target in targets:
        assert (ROOT / target).exists(), target


def test_modules_that_are_named_exist() -> None:
    _, text = README.split("## Where things are")
    names = set(re.findall(r"`(?:libseis)?\.([a-z][a-z.]*)`", text))
    (faces,) = re.findall(r"^\| `libseis.mspass` \|(.*)$", text, flags=re.MULTILINE)
    names |= {f"mspass.{name}" for name in re.findall(r"`([a-z._]+)`", faces) if name not in ("ccore", "util")}
    assert len(names) > 20
    for name in sorted(names - OPTIONAL):
        importlib.import_module(f"libseis.{name}")
