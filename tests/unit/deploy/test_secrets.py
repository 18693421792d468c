"""deploy/make-secrets on a bare checkout, and tokens for further callers."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import bcrypt
import pytest

from seisbus.admin.secrets.folder import Wishes, make_secrets
from seisbus.admin.secrets.passwords import hasher, of_the_system
from seisbus.admin.tokens import add_token
from seisbus.app.tokens import Caller, Role, TokenBook
from seisbus.cli.application import run as run_cli
from seisbus.errors import UserError
from seisbus.model.service import ServiceUser

ROOT = Path(__file__).resolve().parents[3]


# the interpreter below this environment, without its packages
BARE = Path(sys.base_prefix) / "bin" / "python3"


def run_script(
    tmp_path: Path, *programs: str, python: str = f'exec "{BARE}" -S "$@"', host: str = "x.example.org"
) -> subprocess.CompletedProcess[str]:
    """The script in a checkout without an environment, with these programs and a few tools of the system only."""
    checkout, tools = tmp_path / "checkout", tmp_path / "tools"
    tools.mkdir()
    (checkout / "deploy").mkdir(parents=True)
    shutil.copy(ROOT / "deploy" / "make-secrets", checkout / "deploy")
    for part in ("services/seisbus", "libseis/libseis"):  # what git has, and nothing that was built
        shutil.copytree(ROOT / part, checkout / part, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    for name in ("sh", "dirname", *programs):
        found = shutil.which(name)
        assert found is not None, f"the tests need {name}"
        (tools / name).symlink_to(found)
    if python:
        (tools / "python3").write_text(f"#!/bin/sh\n{python}\n")
        (tools / "python3").chmod(0o755)
    environment = {"PATH": str(tools), "HOME": str(tmp_path)}
    command = [str(tools / "sh"), str(checkout / "deploy" / "make-secrets"), "kept", "--host", host]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=60)


def test_python_and_openssl_alone_are_enough(tmp_path: Path) -> None:
    done = run_script(tmp_path, "openssl")
    assert done.returncode == 0, done.stderr
    kept = tmp_path / "checkout" / "kept"
    book = TokenBook(kept / "tokens")
    assert book.by_token((kept / "token-operator").read_text()) == Caller("operator", Role.OPERATOR)
    configuration = (kept / "nats.conf").read_text()
    for user in ServiceUser:
        (hashed,) = re.findall(rf'user: "{user}", password: "([^"]*)"', configuration)
        assert bcrypt.checkpw((kept / "nats" / f"{user}.password").read_bytes(), hashed.encode())
    # TLS of this process accepts the certificate, for the names that it shall have and no other
    for name, accepted in (("x.example.org", True), ("control", True), ("control.seisbus.svc", True), ("y.org", False)):
        assert greeted(kept, name) is accepted, name


def greeted(kept: Path, name: str) -> bool:
    """Whether a client that trusts the authority alone is content with the services' certificate under a name."""
    ours = ssl.create_default_context(cafile=str(kept / "ca.crt"))
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(kept / "services.crt", kept / "services.key")
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ours.wrap_bio(to_client, to_server, server_hostname=name)
    server = theirs.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
    return client.getpeercert() is not None


@pytest.mark.parametrize(
    ("programs", "python", "host", "told"),
    [
        ((), f'exec "{BARE}" -S "$@"', "x.org", "because the program openssl is not on the path"),
        (("openssl",), "", "x.org", "because no Python 3.11 or newer is on the path"),
        (("openssl",), "exit 1", "x.org", "because no Python 3.11 or newer is on the path"),
        (("openssl",), f'exec "{BARE}" -S "$@"', "x.org, y.org", "because the host 'x.org, y.org' is neither a name"),
    ],
    ids=["no openssl", "no Python", "an old Python", "no host"],
)
def test_what_is_lacking_is_said_and_nothing_is_made(
    tmp_path: Path, programs: tuple[str, ...], python: str, host: str, told: str
) -> None:
    done = run_script(tmp_path, *programs, python=python, host=host)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"make-secrets: nothing was made, {told}")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "checkout" / "kept").exists()


@pytest.mark.parametrize("of_package", [True, False], ids=["by the package", "by the C library"])
def test_passwords_are_hashed_as_nats_checks_them(of_package: bool) -> None:
    hashed = [hashpw("a password") for hashpw in [hasher() if of_package else of_the_system()] for _ in range(2)]
    assert hashed[0] != hashed[1]
    for one in hashed:
        assert one.startswith("$2b$11$") and bcrypt.checkpw(b"a password", one.encode())
        assert not bcrypt.checkpw(b"another", one.encode())


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
