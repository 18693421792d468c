"""README.md tells the truth: its commands exist, its job file and its code run against a real stack."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from seisbus.local.stack import local_stack
from seisbus.model.job import parse_job
from seisbus.testing.make import make_archive
from seisbus.testing.spec import Preset, preset

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    return [line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines()]


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), flags=re.MULTILINE))
    named = [line.split()[1] for block in blocks("sh") for line in block.splitlines() if line.startswith("make ")]
    assert named == ["demo", "test"]
    assert set(named) <= targets
    assert {"up", "test-long", "bench", "check"} <= targets


def test_the_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (REPOSITORY / target).exists(), target


def test_the_folders_of_the_table_exist() -> None:
    for name in ("model", "planning", "bus", "store", "objects", "control", "client", "cli", "local", "admin"):
        assert (REPOSITORY / "services" / "seisbus" / name).is_dir()


def test_the_job_file_is_valid() -> None:
    (text,) = blocks("yaml")
    spec = parse_job(text)
    assert spec.windows is not None and spec.windows.events is not None


@pytest.fixture(scope="module")
async def readme_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, str]]:
    """The environment of a running stack with a small generated archive."""
    folder = tmp_path_factory.mktemp("readme-stack")
    make_archive(folder / "archive", preset(Preset.TINY, channels=30))
    async with local_stack(folder / "data", s3_root=folder / "archive") as stack:
        yield {**os.environ, **stack.environment}


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the README's job file, to run its commands in."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "tohoku.yaml").write_text(blocks("yaml")[0])
    yield folder


async def run(arguments: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = await asyncio.to_thread(
        subprocess.run, arguments, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
    return done.stdout


async def test_commands_and_python_run_as_written(readme_stack: dict[str, str], workplace: Path) -> None:
    program = str(Path(sys.executable).with_name("seisbus"))
    for command in commands():
        name, *arguments = command.split()
        assert name == "seisbus"
        output = await run([program, *arguments], workplace, readme_stack)
        assert output or arguments[0] == "plot", command
    assert (workplace / "tohoku.png").stat().st_size > 10_000
    code, _ = blocks("python")
    script = workplace / "readme.py"
    script.write_text(
        code + "\nassert job.progress.ledger.balanced and ensemble.member and stream and len(catalog) == 3\n"
    )
    output = await run([sys.executable, str(script)], workplace, readme_stack)
    assert "Ledger(planned=" in output


def test_the_misfit_example_ends_as_printed(tmp_path: Path) -> None:
    script = tmp_path / "misfit.py"
    script.write_text(blocks("python")[1])
    for _ in range(2):  # again over its own dataset
        done = subprocess.run(
            [sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
        )
        assert done.stdout.endswith(blocks("text")[1])
    for part in ("NZ.BFZ..BXZ", "Path: 'default/NZ_BFZ_E_0'", "Path: 'default/NZ_BFZ_BXE'", "'MisfitWindows/i01/s00'"):
        assert part in done.stdout
    assert {file.name for file in tmp_path.iterdir()} == {"misfit.py", "example.h5", "example.png"}
