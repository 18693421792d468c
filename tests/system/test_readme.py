"""README.md tells the truth: from an empty folder to a figure with its commands, word for word, and its program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from seisbus.model.job import parse_job

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
MISFIT = (REPOSITORY / "docs" / "howto" / "misfit.md").read_text(encoding="utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    return [line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines()]


def environment() -> dict[str, str]:
    """As a newcomer has it, with the command on the path."""
    found = {name: value for name, value in os.environ.items() if not name.startswith("SEISBUS_")}
    return {**found, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{found['PATH']}", "MPLBACKEND": "agg"}


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), flags=re.MULTILINE))
    named = [line.split()[1] for block in blocks("sh") for line in block.splitlines() if line.startswith("make ")]
    assert named == ["demo", "test"]
    assert set(named) <= targets
    assert {"up", "test-long", "bench", "check"} <= targets


def test_the_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (REPOSITORY / target).exists(), target


def test_the_readme_shows_the_files_that_init_writes() -> None:
    examples = resources.files("seisbus.cli.examples")
    (job,) = blocks("yaml")
    assert job == examples.joinpath("tohoku.yaml").read_text(encoding="utf-8")
    (program,) = blocks("python")
    assert examples.joinpath("first_figure.txt").read_text(encoding="utf-8").endswith(program)
    assert len(program.splitlines()) <= 10
    for name in ("tohoku", "noise", "scedc"):
        parse_job(examples.joinpath(f"{name}.yaml").read_text(encoding="utf-8"))


@pytest.mark.timeout(360)
def test_from_an_empty_folder_to_a_figure(tmp_path: Path) -> None:
    """`deploy/paste-readme`, which `make dist` runs with nothing but the wheels, with this checkout."""
    words = [REPOSITORY / "deploy" / "paste-readme", tmp_path, "--also", "seisbus submit noise.yaml"]
    done = subprocess.run(
        words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout
    pasted = re.split(r"^\$ (.*)\n", done.stdout, flags=re.MULTILINE)
    told = dict(zip(pasted[1::2], pasted[2::2], strict=True))
    assert list(told)[: len(commands())] == commands()
    assert "Next:" in told["seisbus init"]
    dry, job = told["seisbus submit tohoku.yaml --dry-run"], told["seisbus submit tohoku.yaml"]
    (windows,) = re.findall(r"^windows +([\d,]+)", dry, flags=re.MULTILINE)
    assert f"planned {windows} = saved" in job, "the dry run on a fresh archive says what the job plans"
    assert "2011-03-11" in dry
    assert "the archive's index and listing" in dry
    assert "the stack that runs in .seisbus" in told["seisbus doctor"]
    assert "Ledger(planned=" in told["python figure.py"]
    assert "Ledger(planned=" in told["python first_figure.py"]
    assert "completed" in told["seisbus submit noise.yaml"]
    assert (tmp_path / "study" / "tohoku.png").stat().st_size > 10_000


def test_the_misfit_example_ends_as_printed(tmp_path: Path) -> None:
    script = tmp_path / "misfit.py"
    (program,) = [block for block in blocks("python", MISFIT) if "example()" in block]
    (printed,) = [block for block in blocks("text", MISFIT) if "Manager of NZ.BFZ" in block]
    script.write_text(program)
    for _ in range(2):  # again over its own dataset
        done = subprocess.run(
            [sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
        )
        assert done.stdout.endswith(printed)
    for part in ("NZ.BFZ..BXZ", "Path: 'default/NZ_BFZ_E_0'", "Path: 'default/NZ_BFZ_BXE'", "'MisfitWindows/i01/s00'"):
        assert part in done.stdout
    assert {file.name for file in tmp_path.iterdir()} == {"misfit.py", "example.h5", "example.png"}
