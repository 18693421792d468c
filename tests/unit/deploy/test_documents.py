"""What the documents for contributors name is there: files, types, commands, sets of tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
PAGES = ("CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/testing.md")


@pytest.mark.parametrize("page", PAGES)
def test_links_and_commands_of_a_page_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert not [link for link in links if not ((ROOT / page).parent / link).exists()]
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    assert set(re.findall(r"(?m)(?:^|`)make ([a-z-]+)", text)) <= targets
    named = re.findall(r"\b((?:tests|deploy|protos|requirements|services|libseis/libseis)/[\w./-]+\w)", text)
    assert not [name for name in named if not (ROOT / name).exists() and name != "services/VERSION"]


def test_the_way_of_a_window_names_files_and_types_that_are_there() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    rows = re.findall(r"(?m)^\| (\d+) [^|]*\|([^|]*)\|([^|]*)\|$", page)
    assert [int(number) for number, _, _ in rows] == list(range(1, 21))
    files_of = [path for folder in ("libseis/libseis", "services/seisbus") for path in (ROOT / folder).rglob("*.py*")]
    sources = "\n".join(path.read_text() for path in files_of if path.suffix in (".py", ".pyx"))
    for _, types, files in rows:
        for name in re.findall(r"`([A-Z][A-Za-z]+)`", types):
            assert re.search(rf"class {name}\b", sources), name
        for name in re.findall(r"`([\w/]+\.py)`", files):
            places = (ROOT / "libseis" / name, ROOT / "services/seisbus" / name)
            assert any(place.exists() for place in places), name


def test_the_step_of_the_guide_runs() -> None:
    import numpy as np

    from libseis import TimeSeries
    from libseis.steps import apply, build, builtin, registry

    text = (ROOT / "CONTRIBUTING.md").read_text()
    code = re.search(r"```python\n(def _clip.*?)```", text, re.DOTALL)
    assert code is not None
    exec(code[1], vars(builtin))
    datum = TimeSeries({"delta": 1.0, "starttime": 0.0}, np.array([-5000.0, 3.0, 2000.0]))
    datum.set_live()
    try:
        (done,) = apply(build([{"clip": {"limit": 1000}}]), datum)
    finally:
        del registry._definitions["clip"]
    assert list(done.data) == [-1000.0, 3.0, 1000.0]


def test_the_archive_of_the_guide_is_one(tmp_path: Path) -> None:
    from seisbus.archive.definition import load_archives

    text = re.search(r"```toml\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
    assert text is not None
    (tmp_path / "mine.toml").write_text(text[1])
    assert load_archives(tmp_path / "mine.toml")["example"].max_in_flight == 16


def test_the_hooks_run_tools_that_are_locked() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        for name in re.findall(r"(?:^| )((?:deploy|protos)/[\w-]+)", hook["entry"]):
            assert (ROOT / name).exists()
