"""Exit codes and sentences of the command line where no server is needed: nothing but one clear line, ever."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from seisbus.cli import options
from seisbus.cli.application import report
from seisbus.cli.application import run as run_cli
from seisbus.client import ClientError, Failure
from seisbus.errors import UnavailableError, UserError


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a stack, and no address in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("CONTROL_ADDRESS", "DATA_DIR", "NATS_URL", "MONGODB_URI", "ARCHIVE_LOCAL_ENDPOINT", "OUTPUT_ROOT"):
        monkeypatch.delenv(f"SEISBUS_{name}", raising=False)


@pytest.fixture
def closed_address() -> str:
    """An address of this machine at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        run_cli(list(arguments))
    code = ended.value.code
    assert isinstance(code, int)
    return code


def test_an_unreachable_server_is_a_failure_in_one_sentence(
    closed_address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--address", closed_address, "jobs") == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith(f"No Seisbus control service answers at {closed_address}: start one with `seisbus up`")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("archive: local\nwindws: {}\n", "unknown key windws; did you mean windows?"),
        ("archive: local\n", "needs windows"),
        ("archive: local\nwindows: {absolute: [{start: 2011-03-12, end: 2011-03-11}]}\n", "is not after start"),
        ("archive: [\n", "not valid YAML"),
    ],
)
def test_a_wrong_job_file_is_the_users_turn_before_any_server_is_asked(
    text: str, sentence: str, tmp_path: Path, closed_address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "job.yaml"
    path.write_text(text)
    assert run("--address", closed_address, "submit", str(path)) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("submit", "nowhere.yaml"), "cannot be read"),
        (("events", "local", "--start", "yesterday"), "'yesterday' is not a time"),
        (("outcomes", "j1", "--fate", "dead,lost"), "'lost' is not a fate"),
        (("up", "--replicas", "poet=2"), "control"),
        (("nonsense",), "No such command"),
        (("submit",), "Missing argument"),
    ],
)
def test_wrong_arguments_are_the_users_turn(
    arguments: tuple[str, ...], said: str, closed_address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--address", closed_address, *arguments) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UserError("A sentence."), 2),
        (UnavailableError("NATS", "A sentence."), 1),
        (ClientError("A sentence.", "NOT_FOUND", Failure.USER), 2),
        (ClientError("A sentence.", "INTERNAL", Failure.SERVICE), 1),
    ],
)
def test_errors_have_their_exit_code(error: Exception, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(error) == code
    assert capsys.readouterr().err == "A sentence.\n"


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    place = tmp_path / "file" / "machine.json"
    with pytest.raises(OSError) as caught:
        place.write_text("{}")
    assert report(caught.value) == 1
    said = capsys.readouterr().err.replace("\n", "")
    assert said == f"{place} cannot be read or written (Not a directory)."
    assert not (tmp_path / "state").exists()


def test_an_unexpected_error_is_one_line_and_its_traceback_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("seisbus.cli.jobs.client", broken)
    assert run("jobs") == 1
    told = capsys.readouterr().err
    log = tmp_path / "state" / "seisbus" / "cli.log"
    assert told.replace("\n", "") == (
        f"An unexpected ZeroDivisionError ended the command; its traceback is in {log} (--debug shows it)."
    )
    assert "ZeroDivisionError: oh" in log.read_text()
    assert run("--debug", "jobs") == 1
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_is_130_and_silent(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("seisbus.cli.jobs.client", interrupted)
    assert run("jobs") == 130
    assert "Traceback" not in capsys.readouterr().err


def test_the_doctor_finds_that_nothing_runs_and_says_what_to_do(
    closed_address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEISBUS_NATS_URL", f"nats://{closed_address}")
    monkeypatch.setenv("SEISBUS_MONGODB_URI", f"mongodb://user:secret@{closed_address}/?replicaSet=x")
    monkeypatch.setattr("seisbus.cli.doctor.OUT", options.Console(width=200, highlight=False))
    assert run("--address", closed_address, "doctor") == 1
    told = capsys.readouterr().out
    assert "no local stack runs" in told
    assert f"{closed_address} takes no connection" in told
    assert "set SEISBUS_NATS_URL" in told
    assert "set SEISBUS_MONGODB_URI" in told
    assert f"No Seisbus control service answers at {closed_address}" in told
    assert "secret" not in told


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    main_code = run("version")
    assert main_code == 0
