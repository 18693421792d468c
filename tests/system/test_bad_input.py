"""Bad input on the command line: one clear sentence, exit code 2 where the user can mend it and 1 where not, and no
job left behind."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.chaos import impatient_system, small_archive
from support.command import seisbus
from support.system import System

_GOOD = """
archive: local
select: {net: CI, chan: BHZ}
windows:
  absolute:
    - {start: 2011-03-11T05:48:03.2Z, end: 2011-03-11T06:48:03.2Z}
"""


@pytest.fixture(scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    archive = small_archive(tmp_path_factory.mktemp("archive"))
    async with impatient_system(tmp_path_factory.mktemp("stack"), archive) as running:
        yield running


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("select:", "selct:", "unknown key selct; did you mean select?"),
        ("archive: local", "archive: mars", "The archive mars is not known; known are"),
        ("chan: BHZ", "chan: XX1", "no channel that matches"),
        ("T06:48", "T04:48", "is not after start"),
        ("archive: local", "archive: [", "not valid YAML in line"),
    ],
)
async def test_a_wrong_job_file_is_refused_in_one_sentence(
    system: System, tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    # the day is known to the deployment, so that an empty selection can be told before anything is planned
    await system.run({"archive": "local", "select": {"chan": "LHZ"}, "windows": {"absolute": [
        {"start": "2011-03-11T05:48:03.2Z", "end": "2011-03-11T05:49:03.2Z"}]}})  # fmt: skip
    before = [job.id for job in await system.client.jobs()]
    assert old in _GOOD
    (tmp_path / "job.yaml").write_text(_GOOD.replace(old, new))

    code, output, errors = await seisbus(tmp_path, system.stack.control_address, "submit", str(tmp_path / "job.yaml"))

    assert (code, output.strip()) == (2, ""), (output, errors)
    assert sentence in errors
    assert one_sentence(errors), errors
    assert [job.id for job in await system.client.jobs()] == before


async def test_a_selection_found_empty_in_planning_fails_the_job_and_leaves_nothing_open(
    system: System, tmp_path: Path
) -> None:
    # nothing is known of this day before the indexer looks
    text = _GOOD.replace("2011-03-11", "2011-04-11")
    (tmp_path / "job.yaml").write_text(text)
    code, _, errors = await seisbus(tmp_path, system.stack.control_address, "submit", str(tmp_path / "job.yaml"))
    (job, *_) = await system.client.jobs()
    assert code == 1, errors
    assert (job.state, job.ledger.planned) == ("failed", 0)
    assert "matches nothing" in job.error


async def test_an_unreachable_server_is_a_failure_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(_GOOD)
    code, output, errors = await seisbus(tmp_path, "127.0.0.1:9", "submit", str(tmp_path / "job.yaml"))
    assert (code, output.strip()) == (1, "")
    assert "No Seisbus control service answers at 127.0.0.1:9" in errors
    assert one_sentence(errors), errors


async def test_a_job_file_that_is_not_there_is_the_users_turn(tmp_path: Path) -> None:
    code, _, errors = await seisbus(tmp_path, "127.0.0.1:9", "submit", str(tmp_path / "no.yaml"))
    assert code == 2
    assert "no.yaml" in errors
    assert "Traceback" not in errors


def one_sentence(errors: str) -> bool:
    """Whether it is one line without a traceback."""
    return "Traceback" not in errors and len(errors.strip().splitlines()) == 1


async def test_a_job_that_saves_nothing_ends_with_3_and_its_reasons(system: System, tmp_path: Path) -> None:
    # data of a day, and windows long before its first sample: each is dead
    text = _GOOD.replace("2011-03-11T05:48:03.2Z", "2011-03-11T00:00:00Z").replace(
        "2011-03-11T06:48:03.2Z", "2011-03-11T00:10:00Z"
    )
    text = text.replace("{net: CI, chan: BHZ}", "{chan: LHZ}")
    (tmp_path / "job.yaml").write_text(text)
    address = system.stack.control_address
    code, output, errors = await seisbus(tmp_path, address, "submit", str(tmp_path / "job.yaml"))
    assert code == 3, (output, errors)
    (job, *_) = await system.client.jobs(1)
    assert (job.state, job.ledger.saved) == ("completed", 0)
    assert f"Nothing was saved of {job.ledger.planned:,} windows: {job.ledger.planned:,} dead (" in errors
    assert (await seisbus(tmp_path, address, "watch", job.id[:14]))[0] == 3, "by the beginning of its id"
    code, output, _ = await seisbus(tmp_path, address, "show", "@last", "--json")
    shown = json.loads(output)
    assert (code, shown["job"]["id"]) == (0, job.id)
    assert shown["reasons"][0]["windows"] == job.ledger.planned
    code, output, _ = await seisbus(tmp_path, address, "outcomes", "@last", "--limit", "1")
    assert code == 0
    assert f"1 to 1 of {job.ledger.planned:,}" in output or job.ledger.planned == 1


@pytest.mark.parametrize("command", ["watch", "show", "outcomes", "explain", "cancel", "retry", "misfit"])
async def test_an_unknown_job_is_the_users_turn(system: System, tmp_path: Path, command: str) -> None:
    code, output, errors = await seisbus(tmp_path, system.stack.control_address, command, "nosuchjob")
    assert (code, output.strip()) == (2, "")
    assert "There is no job nosuchjob; `seisbus jobs` lists them." in errors
    assert one_sentence(errors), errors


@pytest.mark.parametrize("command", [["index", "sync"], ["events"], ["stations"], ["index", "keys"]])
async def test_an_unknown_archive_is_the_users_turn(system: System, tmp_path: Path, command: list[str]) -> None:
    code, output, errors = await seisbus(tmp_path, system.stack.control_address, *command, "IRIS")
    assert (code, output.strip()) == (2, "")
    assert "The archive IRIS is not known; known are" in errors
    assert one_sentence(errors), errors
