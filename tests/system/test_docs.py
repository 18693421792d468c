"""The pages of docs/ tell the truth: every block of code on them runs, or another test runs it, and says so here."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import click
import nbformat
import pytest
import yaml
from typer.main import get_command

from seisbus.cli.application import app
from seisbus.local import local_stack
from seisbus.model.job import parse_job
from support.notebooks import execute

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = {
    path.relative_to(DOCS).as_posix(): path.read_text()
    for path in sorted(DOCS.rglob("*.md"))
    if not {"made", "_build", "pictures"} & set(path.relative_to(DOCS).parts)
}
# Pages whose Python and commands run here, in this order, in one folder; and lines that come before those of a page.
RUN = {
    "tutorial/1_first_job.md": "",
    "tutorial/2_look.md": "",
    "tutorial/3_process.md": "",
    "tutorial/4_keep.md": "",
    "howto/noise.md": "",
    "howto/machine_learning.md": "",
    "reference/client.md": "",
    "reference/bus.md": "",
    "reference/job.md": (
        "from seisbus.client import Client\nclient = Client()\nidentity = str(client.waveforms(limit=1)[0]['_id'])\n"
    ),
}
# Pages whose Python another test runs, or compares with files that run.
ELSEWHERE = {
    "contributing/adding_a_job_kind.md": "tests/unit/deploy/test_documents.py",
    "howto/misfit.md": "tests/system/test_readme.py",
    "howto/migrate_from_mspass.md": "tests/system/test_notebook.py",
    "howto/testing_readers.md": "tests/unit/testing/test_testing_readers.py",
    "howto/three_components.md": "tests/system/test_receiver_functions.py",
    "reference/storage.md": "tests/system/test_sink.py",
}


def blocks(page: str, *languages: str) -> list[tuple[str, str]]:
    """Language and text of the blocks of a page, in order."""
    found = re.findall(r"^```([a-z]+)\n(.*?)^```", PAGES[page], flags=re.MULTILINE | re.DOTALL)
    return [(language, text) for language, text in found if language in languages]


def test_the_python_of_every_page_runs_somewhere() -> None:
    having = {page for page in PAGES if blocks(page, "python", "console")}
    assert having == set(RUN) | set(ELSEWHERE)
    for test in ELSEWHERE.values():
        assert (ROOT / test).exists(), test


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "yaml")])
def test_job_files_are_valid(page: str) -> None:
    for _, text in blocks(page, "yaml"):
        job = yaml.safe_load(text)
        if set(job) == {"steps"}:
            job |= {"archive": "local", "components": 3, "windows": {"absolute": [{"start": "2020", "end": "2021"}]}}
            job["windows"] = {"events": {"csv": "time,lat,lon\n2020-01-01,0,0\n", "phase": "P", "end": 600}}
        for kind, content in (("events", "time,lat,lon\n2020-01-01,0,0\n"), ("picks", "station_id,phase_time\n")):
            part = job.get("windows", {}).get(kind, {})
            if part.pop("file", None):  # which the client reads
                part["csv"] = content
        parse_job(job)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "sh", "console")])
def test_commands_are_those_of_the_program(page: str) -> None:
    for _, text in blocks(page, "sh", "console"):
        for line in text.replace("\\\n", " ").splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words[:1] != ["seisbus"]:
                continue
            command: click.Command = get_command(app)  # type: ignore[assignment]
            context = click.Context(command)
            while isinstance(command, click.Group) or hasattr(command, "commands"):
                name = words[len(_path(context))] if len(words) > len(_path(context)) else ""
                found = command.get_command(context, name)  # type: ignore[attr-defined]
                assert found is not None, line
                context, command = click.Context(found, parent=context, info_name=name), found
            options = {option for parameter in command.params for option in parameter.opts}
            named = {word.split("=")[0] for word in words if word.startswith("--")}
            assert named <= options | {"--help"}, line


def _path(context: click.Context) -> list[str]:
    found = []
    while context is not None:
        found.append(context.info_name or "seisbus")
        context = context.parent  # type: ignore[assignment]
    return found


@pytest.fixture(scope="module")
async def study(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    """A folder as `seisbus init` makes it, whose stack runs."""
    folder = tmp_path_factory.mktemp("docs")
    assert problem(["seisbus", "init"], folder) == []
    data = folder / ".seisbus"
    async with local_stack(data, s3_root=data / "archive"):
        yield folder


def problem(command: list[str], folder: Path) -> list[str]:
    """What a command says that fails, nothing where it does not."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEISBUS_")}
    kept["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    done = subprocess.run(
        command, cwd=folder, env=kept | {"MPLBACKEND": "agg"}, capture_output=True, text=True, timeout=200
    )
    return [f"{command}: {done.stdout}\n{done.stderr}"] if done.returncode else []


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_the_blocks_of_the_pages_run_as_written(study: Path) -> None:
    wrong = []
    for page, before in RUN.items():
        program = before
        for language, text in blocks(page, "python", "console"):
            program += text if language == "python" else ""
            for line in text.splitlines() if language == "console" else ():
                wrong += await asyncio.to_thread(problem, shlex.split(line.removeprefix("$ ")), study)
        if program:
            (study / "program.py").write_text(program)
            wrong += [
                f"{page}: {found}" for found in await asyncio.to_thread(problem, [sys.executable, "program.py"], study)
            ]
    assert not wrong, "\n\n".join(wrong)


# receiver_functions.ipynb needs an archive of its own, which tests/system/test_receiver_functions.py has.
NOTEBOOKS = [
    path for path in sorted((ROOT / "examples" / "notebooks").glob("*.ipynb")) if path.stem != "receiver_functions"
]


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_example_notebooks_run(path: Path, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SEISBUS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "notebooks are kept without outputs"
    execute(notebook, study)
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert any("image/png" in output.get("data", {}) or "text/html" in output.get("data", {}) for output in shown)
    nbformat.write(notebook, study / path.name)


def test_diagrams_are_svg() -> None:
    pytest.importorskip("mermaid_render", reason="the packages of the site are not installed")
    pytest.importorskip("sphinx", reason="the packages of the site are not installed")
    spec = importlib.util.spec_from_file_location("diagrams", DOCS / "_extensions" / "diagrams.py")
    assert spec is not None and spec.loader is not None
    diagrams = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(diagrams)
    drawn = diagrams.svg("flowchart LR\n    job --> windows")
    assert drawn.startswith("<svg") and drawn.endswith("</svg>")
