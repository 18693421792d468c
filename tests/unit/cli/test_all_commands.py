"""Every command with wrong input of each sort: one sentence (or the usage), the right exit code, never a traceback."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import typer

from seisbus.cli import listing, views
from seisbus.cli.application import app
from seisbus.cli.application import run as run_cli
from seisbus.client import Reason
from seisbus.model.outcome import Fate, Ledger

# What a command needs to get as far as control; a command that is not here needs nothing.
ARGUMENTS = {
    "submit": ["job.yaml"], "watch": ["j1"], "show": ["j1"], "outcomes": ["j1"], "cancel": ["j1"], "retry": ["j1"],
    "misfit": ["j1"], "explain": ["j1"], "get": ["out.mseed"], "plot": ["out.png"], "map": ["out.png"],
    "export": ["asdf", "--tag", "t"], "purge": ["j1"], "plan": ["job.yaml"], "events": ["local"],
    "stations": ["local"], "index sync": ["local"],
    "index build": ["local", "--start", "2011-03-11", "--end", "2011-03-12"],
    "index keys": ["local"], "index files": ["local", "2011-03-11"], "deadletters show": ["d1"],
    "deadletters replay": ["d1"],
}  # fmt: skip
# They ask nothing of control, or run until they are stopped.
LOCAL = {"calibrate", "init", "up", "demo", "web", "version", "archive check", "archive make", "doctor", "token add"}
LISTS = ("jobs", "outcomes", "misfit", "events", "stations", "index keys", "index files", "deadletters list")
JOB = "archive: local\nselect: {net: CI}\nwindows: {absolute: [{start: 2011-03-11, end: 2011-03-12}]}\n"


def commands(group: click.Group | None = None, before: str = "") -> Iterator[tuple[str, click.Command]]:
    found: Any = typer.main.get_command(app) if group is None else group
    for name, command in found.commands.items():
        if isinstance(command, click.Group) or hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


ALL = dict(commands())


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("CONTROL_ADDRESS", "DATA_DIR", "TLS_CA", "TOKEN_FILE"):
        monkeypatch.delenv(f"SEISBUS_{name}", raising=False)
    (tmp_path / "job.yaml").write_text(JOB)


@pytest.fixture(scope="module")
def nobody() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        run_cli(list(arguments))
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_list_of_commands_is_whole() -> None:
    assert set(ARGUMENTS) | LOCAL | {"jobs", "archive list", "deadletters list"} == set(ALL)


@pytest.mark.parametrize("name", sorted(set(ALL) - LOCAL))
def test_without_control_each_says_in_one_sentence_where_it_looked(
    name: str, nobody: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run("--address", nobody, *name.split(), *ARGUMENTS.get(name, []))
    told = capsys.readouterr()
    assert code == 1, told
    assert told.err.count("\n") == 1
    assert f"No Seisbus control service answers at {nobody}: start one with `seisbus up`" in told.err
    assert "Traceback" not in told.out + told.err


@pytest.mark.parametrize("name", sorted(ALL))
def test_an_unknown_option_and_a_missing_argument_are_the_users_turn(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*name.split(), "--no-such-option") == 2
    if any(isinstance(p, click.Argument) and p.required for p in ALL[name].params):
        assert run(*name.split()) == 2
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
    assert "No such option" in told.err


@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_pages_and_json(name: str, nobody: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert {"limit", "page", "json"} <= {parameter.name for parameter in ALL[name].params}
    given = [*name.split(), *ARGUMENTS.get(name, [])]
    for wrong in (["--limit", "-1"], ["--page", "0"], ["--limit", "0", "--page", "2"], ["--limit", "many"]):
        assert run("--address", nobody, *given, *wrong) == 2, wrong
    assert "Traceback" not in capsys.readouterr().err


def test_every_command_with_a_table_has_json() -> None:
    pictures_and_files = {"get", "plot", "map", "init", "up", "demo", "web", "archive make", "token add"}
    without = {name for name, command in ALL.items() if "json" not in {p.name for p in command.params}}
    assert without <= pictures_and_files


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["submit", "nowhere.yaml"], "nowhere.yaml cannot be read (No such file or directory)"),
        (["submit", "."], "cannot be read (Is a directory)"),
        (["submit", "binary.yaml"], "is not UTF-8 text"),
        (["submit", "star.yaml"], 'put it in quotes, such as net: "*"'),
        (["plan", "nowhere.yaml"], "cannot be read"),
        (["plan", "job.yaml", "--machine", "job.yaml"], "is not what `seisbus calibrate` writes"),
        (["calibrate", "job.yaml"], "No local stack runs in .seisbus"),
        (["events", "local", "--start", "yesterday"], "'yesterday' is not a time"),
        (["stations", "local", "--end", "2011-02-30"], "'2011-02-30' is not a time"),
        (["index", "files", "local", "soon"], "'soon' is not a time"),
        (["get", "out.mseed", "--start", "x"], "'x' is not a time"),
        (["plot", "out.png", "--end", "x"], "'x' is not a time"),
        (["--token-file", "secret", "jobs"], "only sent over TLS"),
        (["--tls-ca", "nowhere.crt", "jobs"], "nowhere.crt"),
        (["init", "job.yaml"], "job.yaml"),
        (["archive", "make", "--from-folder", "nowhere"], "nowhere is not a folder"),
        (["archive", "make", "--defects", "rust"], "'rust'"),
        (["--data-dir", "job.yaml", "up", "--port", "0"], "job.yaml"),
    ],
)
def test_wrong_files_times_and_places_are_one_sentence(
    arguments: list[str], told: str, nobody: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00name")
    (tmp_path / "star.yaml").write_text(JOB.replace("net: CI", "net: *"))
    code = run("--address", nobody, *arguments)
    said = capsys.readouterr()
    assert code in (1, 2), said
    assert told in " ".join(said.err.split()), said.err
    assert said.err.count("\n") == 1, said.err
    assert "Traceback" not in said.err


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run("up", "--port", str(port)) == 2
    assert capsys.readouterr().err.startswith(f"Port {port} cannot be used on this machine; choose another --port")


def test_durations_are_said_as_people_say_them() -> None:
    told = [views.duration_text(s) for s in (0.42, 42, 60, 503, 3600, 11_100, 86_400, 187_200)]
    assert told == ["0.4 s", "42 s", "1 min", "8 min 23 s", "1 h", "3 h 5 min", "1 day", "2 days 4 h"]


def test_what_is_not_shown_is_counted() -> None:
    cut = listing.Cut.of(20, 2)
    assert listing.count_text(20, 1234, cut, "jobs") == (
        "jobs 21 to 40 of 1,234; 1,214 are not shown (--page 3 shows the next, --limit 0 shows all)."
    )
    assert listing.count_text(3, 3, listing.Cut.of(20, 1), "jobs") == "3 jobs"
    assert listing.count_text(0, 3, cut, "jobs") == "3 jobs; this page is behind the last one."


def test_values_are_plain_json() -> None:
    reason = Reason(Fate.DEAD, "gap", 3, "CI.ADO..BHZ: a gap")
    told = json.loads(json.dumps(listing.plain([reason, Ledger(3, 1, 2), float("nan"), b"\x01"])))
    assert told[0] == {"fate": "dead", "reason": "gap", "windows": 3, "example": "CI.ADO..BHZ: a gap"}
    assert told[1]["dead"] == 2
    assert told[2:] == [None, "01"]
