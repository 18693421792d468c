"""deploy/make-secrets on a bare checkout, and tokens for further callers."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from seisbus.admin.secrets.folder import Wishes, make_secrets
from seisbus.admin.tokens import add_token
from seisbus.app.tokens import Caller, Role, TokenBook
from seisbus.cli.application import run as run_cli
from seisbus.errors import UserError

ROOT = Path(__file__).resolve().parents[3]


def run_script(tmp_path: Path, *programs: Path) -> subprocess.CompletedProcess[str]:
    """The script in a checkout without an environment, with these programs and a few tools of the system only."""
    checkout, tools = tmp_path / "checkout", tmp_path / "tools"
    (checkout / "deploy").mkdir(parents=True)
    tools.mkdir()
    shutil.copy(ROOT / "deploy" / "make-secrets", checkout / "deploy")
    for name in ("sh", "dirname", "mkdir", "id", "openssl"):
        if (found := shutil.which(name)) is not None:
            (tools / name).symlink_to(found)
    for program in programs:
        (tools / "python3").write_text(f'#!/bin/sh\nexec "{program}" "$@"\n')
        (tools / "python3").chmod(0o755)
    environment = {"PATH": str(tools), "HOME": str(tmp_path)}
    command = [str(tools / "sh"), str(checkout / "deploy" / "make-secrets"), "kept", "--host", "x.example.org"]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=60)


def test_without_what_it_needs_it_says_so_and_makes_nothing(tmp_path: Path) -> None:
    bare = Path(sys.base_prefix) / "bin" / "python3"  # the interpreter below this environment, without its packages
    done = run_script(tmp_path, bare)
    assert done.returncode == 2
    for way in ("make install", "pip install 'seisbus[topology]'", "docker compose build topology", "nothing was made"):
        assert way in done.stderr
    assert not (tmp_path / "checkout" / "kept").exists()


def test_any_python_that_has_seisbus_is_enough(tmp_path: Path) -> None:
    done = run_script(tmp_path, Path(sys.executable))
    assert done.returncode == 0, done.stderr
    kept = tmp_path / "checkout" / "kept"
    assert (kept / "ca.crt").exists() and (kept / "nats.conf").exists()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "secrets"
    make_secrets(folder, Wishes())
    return folder


@pytest.fixture
def secrets(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "secrets"))


def test_a_token_lets_its_caller_in_and_says_where_it_is(secrets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = TokenBook(secrets / "tokens")
    inode = (secrets / "tokens").stat().st_ino
    with pytest.raises(SystemExit) as ended:
        run_cli(["token", "add", "anna", "submitter", "--folder", str(secrets)])
    assert not ended.value.code
    said = capsys.readouterr()
    given = Path(said.out.strip())
    assert given == secrets / "token-anna"
    assert stat.S_IMODE(given.stat().st_mode) == 0o400
    assert given.read_text() not in (secrets / "tokens").read_text() + said.err
    assert book.by_token(given.read_text()) == Caller("anna", Role.SUBMITTER)  # without a restart
    operator = (secrets / "token-operator").read_text()
    assert book.by_token(operator) == Caller("operator", Role.OPERATOR)
    assert (secrets / "tokens").stat().st_ino == inode  # the file that containers have mounted
    assert stat.S_IMODE((secrets / "tokens").stat().st_mode) == 0o444


@pytest.mark.parametrize(
    ("name", "role", "message"),
    [
        ("anna", "boss", "known are reader, submitter, operator"),
        ("anna smith", "reader", "is wrong"),
        ("../anna", "reader", "is wrong"),
        ("operator", "reader", "has a token already"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(secrets: Path, name: str, role: str, message: str) -> None:
    before = {path: path.read_bytes() for path in secrets.rglob("*") if path.is_file()}
    with pytest.raises(UserError, match=message):
        add_token(secrets, name, role)
    assert {path: path.read_bytes() for path in secrets.rglob("*") if path.is_file()} == before


def test_a_folder_without_tokens_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="make-secrets"):
        add_token(tmp_path, "anna", "reader")
    assert os.listdir(tmp_path) == []
