"""README.md tells the truth: from an empty folder to a figure with its commands, word for word, and its program."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import pytest

from seisbus.model.job import parse_job
from seisbus.running import running_stack
from support.waiting import eventually

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


@pytest.fixture(scope="module")
async def study(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    """The folder of a study after the commands up to `seisbus up`, which runs until the end."""
    home = tmp_path_factory.mktemp("readme")
    first, init, up, *_ = commands()
    assert (init, up) == ("seisbus init", "seisbus up")
    folder = home / first.rpartition("cd ")[2]
    told = await run(f"{first} && {init}", home)
    assert "Next:" in told
    log = (home / "up.log").open("wb")
    process = await asyncio.create_subprocess_exec(
        *up.split(), cwd=folder, env=environment(), stdout=log, stderr=log, start_new_session=True
    )
    try:
        await eventually(lambda: process.returncode is not None or running_stack(folder / ".seisbus") is not None, 90)
        assert process.returncode is None, (home / "up.log").read_text()
        yield folder
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            await asyncio.wait_for(process.wait(), 60)
        log.close()
    assert process.returncode == 130, (home / "up.log").read_text()


async def run(command: str, folder: Path) -> str:
    done = await asyncio.to_thread(
        subprocess.run, ["sh", "-c", command], cwd=folder, env=environment(), capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
    print(f"$ {command}\n{done.stdout}{done.stderr}")
    return done.stdout


@pytest.mark.timeout(240)
async def test_from_an_empty_folder_to_a_figure(study: Path) -> None:
    told = {command: await run(command, study) for command in commands()[3:]}
    assert (study / "tohoku.png").stat().st_size > 10_000
    dry, done = told["seisbus submit tohoku.yaml --dry-run"], told["seisbus submit tohoku.yaml"]
    (windows,) = re.findall(r"^windows +([\d,]+)", dry, flags=re.MULTILINE)
    assert f"planned {windows} = saved" in done, "the dry run on a fresh archive says what the job plans"
    assert "2011-03-11" in dry
    assert "the archive's index and listing" in dry
    assert "the stack that runs in .seisbus" in told["seisbus doctor"]
    (study / "tohoku.png").unlink()
    assert "Ledger(planned=" in await run("python first_figure.py", study)
    assert (study / "tohoku.png").stat().st_size > 10_000
    noise = await run("seisbus submit noise.yaml", study)
    assert "completed" in noise


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
