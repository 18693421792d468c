"""What the documents for contributors name is there: files, types, commands, sets of tests."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from seisbus.archive.definition import ArchiveDefinition, load_archives

ROOT = Path(__file__).resolve().parents[3]
PAGES = (
    "CONTRIBUTING.md", "SECURITY.md", "docs/explanation/architecture.md", "docs/contributing/testing.md",
    "docs/contributing/adding_a_job_kind.md", "docs/howto/archives.md",
)  # fmt: skip


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
    page = (ROOT / "docs/explanation/architecture.md").read_text()
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


def blocks(page: str, language: str) -> list[str]:
    """The code of one language in a page."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


@pytest.mark.parametrize(
    ("page", "sources"),
    [
        ("CONTRIBUTING.md", "libseis/libseis/steps"),
        ("docs/contributing/adding_a_job_kind.md", "tests/support/outside/toykind"),
    ],
)
def test_the_code_of_a_guide_is_code_that_runs(page: str, sources: str) -> None:
    files = [path.read_text() for path in (ROOT / sources).glob("*.py")]
    found = blocks(page, "python")
    assert len(found) >= 2
    for code in found:
        assert any(code in text for text in files), code


def test_the_command_of_the_guide_prints_the_section_of_a_step() -> None:
    (command,) = [
        line for text in blocks("CONTRIBUTING.md", "sh") for line in text.splitlines() if "section_of" in line
    ]
    done = subprocess.run(
        command.replace(".venv/bin/python", sys.executable), shell=True, cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.startswith("### clip")
    assert done.stdout.strip() in (ROOT / "docs/reference/steps.md").read_text()


def test_the_archives_of_the_guide_are_archives(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("".join(blocks("docs/howto/archives.md", "toml")))
    archives = load_archives(tmp_path / "mine.toml")
    assert archives["example"].max_in_flight == 16
    assert archives["example"].day_key.parse("miniseed/XX/2022/001/ABC.XX.00.BHZ.2022.001") is not None
    sds = archives["sds"].day_key.parse("2022/FR/ABC/HHZ.D/FR.ABC.00.HHZ.D.2022.001")
    assert sds is not None and (sds.net, sds.sta, sds.loc, sds.chan) == ("FR", "ABC", "00", "HHZ")
    page = (ROOT / "docs/howto/archives.md").read_text()
    (monthly,) = re.findall(r'month and day: `(day_key = ".*")`', page)
    (tmp_path / "monthly.toml").write_text(f'[monthly]\nbucket = "b"\n{monthly}\n')
    key = load_archives(tmp_path / "monthly.toml")["monthly"].day_key.parse("2022/12/31/XX.ABC..BHZ.mseed")
    assert key is not None and (key.day.month, key.day.day) == (12, 31)


def test_every_entry_of_an_archive_is_documented_with_its_default(tmp_path: Path) -> None:
    table = (ROOT / "docs/howto/archives.md").read_text().partition("\n## Write the table")[2]
    table = table.partition("\n## Objects of stations")[0]
    rows = re.findall(r"(?m)^\| (`\w+`(?:, `\w+`)*) \| ([^|]*) \|", table)
    documented = {name: default for names, default in rows for name in re.findall(r"`(\w+)`", names)}
    assert set(documented) == {field.name for field in fields(ArchiveDefinition)} - {"name"}
    (tmp_path / "least.toml").write_text('[least]\nbucket = "b"\nday_key = "{year}/{doy}/{net}.{sta}.{loc}.{chan}"\n')
    least = load_archives(tmp_path / "least.toml")["least"]
    for name, default in documented.items():
        if (stated := re.fullmatch(r"`(.*)`", default)) is not None and name != "region":
            value = getattr(least, name)
            assert stated[1] == ("[]" if value == () else str(value)), name


def test_the_hooks_run_tools_that_are_locked() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        for name in re.findall(r"(?:^| )((?:deploy|protos)/[\w-]+)", hook["entry"]):
            assert (ROOT / name).exists()
