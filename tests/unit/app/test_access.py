"""Tokens on disk, roles by method, secrets of a deployment, and rights that cover what services do and no more."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from seis.control.v1 import control_pb2
from seisbus.admin.secrets.folder import Wishes, make_secrets
from seisbus.app.access import ROLES, needed_role
from seisbus.app.tokens import Role, TokenBook, new_token, token_line
from seisbus.bus.names import event_subject
from seisbus.bus.permissions import permissions
from seisbus.bus.topology import fetch_subject, plan_subject, subject_of
from seisbus.errors import UserError
from seisbus.model.kinds.window import CUT, STORE
from seisbus.model.service import WORKING, ServiceUser
from seisbus.security import SecretError, read_secret
from seisbus.store import collections as c
from seisbus.store.permissions import rights

_READING = {"Get", "List", "Watch", "Stream", "Explain"}


def matches(pattern: str, subject: str) -> bool:
    """NATS's wildcards: * one word, > all that follow."""
    wanted, given = pattern.split("."), subject.split(".")
    for position, word in enumerate(wanted):
        if word == ">":
            return len(given) > position
        if position >= len(given) or word not in ("*", given[position]):
            return False
    return len(wanted) == len(given)


def may_publish(user: ServiceUser, subject: str) -> bool:
    return any(matches(pattern, subject) for pattern in permissions(user).publish)


@pytest.mark.parametrize(
    ("subject", "allowed"),
    [
        (plan_subject("j"), {ServiceUser.CONTROL, ServiceUser.INDEXER}),
        (fetch_subject("scedc", "j"), {ServiceUser.INDEXER}),
        (subject_of(CUT, "j"), {ServiceUser.FETCHER}),
        (subject_of(STORE, "j"), {ServiceUser.INDEXER, ServiceUser.FETCHER, ServiceUser.WINDOWER}),
        (event_subject("j"), {ServiceUser.INDEXER, ServiceUser.WRITER}),
        ("$JS.API.STREAM.CREATE.SEIS_PLAN", {ServiceUser.TOPOLOGY}),
        ("$JS.API.STREAM.PURGE.SEIS_FETCH", {ServiceUser.INDEXER, ServiceUser.TOPOLOGY}),
        ("$SYS.REQ.SERVER.PING", set()),
    ],
)
def test_each_subject_belongs_to_its_services(subject: str, allowed: set[ServiceUser]) -> None:
    assert {user for user in ServiceUser if may_publish(user, subject)} == allowed


def test_only_the_writer_makes_and_removes_waveforms() -> None:
    for user in WORKING:
        actions = rights(user).get(c.WF_TIMESERIES, ())
        assert ("insert" in actions) == (user is ServiceUser.WRITER)
        assert ("remove" in actions) == (user is ServiceUser.WRITER)


def test_a_token_is_found_by_itself_alone(tmp_path: Path) -> None:
    tokens = {role: new_token() for role in Role}
    path = tmp_path / "tokens"
    path.write_text("# callers\n" + "\n".join(token_line(r.name.lower(), r, t) for r, t in tokens.items()))
    book = TokenBook(path)
    for role, token in tokens.items():
        caller = book.by_token(token)
        assert caller is not None
        assert caller.role is role
        assert book.by_token(token[:-1]) is None
        assert token not in path.read_text()
    assert book.by_token("") is None
    assert book.by_certificate("reader") is None


def test_a_removed_line_withdraws_a_token(tmp_path: Path) -> None:
    path, token = tmp_path / "tokens", new_token()
    path.write_text(token_line("alice", Role.READER, token))
    book = TokenBook(path)
    assert book.by_token(token) is not None
    path.write_text("# nobody any more\nbob reader certificate\n")
    later = path.stat().st_mtime_ns + 1_000_000_000
    os.utime(path, ns=(later, later))
    assert book.by_token(token) is None
    assert book.by_certificate("bob") is not None


@pytest.mark.parametrize(
    "line", ["alice reader plain-token", "alice king aa$bb", "alice reader 00$" + "0" * 64, "alice reader", "x"]
)
def test_a_wrong_line_is_named_but_never_shown(line: str, tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    path.write_text(f"# callers\n{line}\n")
    with pytest.raises(SecretError, match="line 2") as caught:
        TokenBook(path)
    assert "plain-token" not in caught.value.message


def test_the_table_has_every_method_and_no_other() -> None:
    services = control_pb2.DESCRIPTOR.services_by_name.values()
    assert set(ROLES) == {
        f"/{service.full_name}/{method}" for service in services for method in service.methods_by_name
    }


def test_methods_that_nobody_thought_of_need_an_operator() -> None:
    assert needed_role("/seis.control.v1.ControlService/DropEverything") is Role.OPERATOR
    assert needed_role("/seis.control.v1.ControlService/PurgeJobs") is Role.OPERATOR
    assert needed_role("/grpc.health.v1.Health/Check") is None
    for service in control_pb2.DESCRIPTOR.services_by_name.values():
        for method in service.methods_by_name:
            role = needed_role(f"/{service.full_name}/{method}")
            reads = any(method.startswith(beginning) for beginning in _READING)
            assert (role is Role.READER) == reads, method


def test_secrets_are_made_once_closed_and_renewable(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder, Wishes(hosts=("example.org",)))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "ca.key").stat().st_mode) == 0o400
    assert [path.name for path in make_secrets(folder, Wishes())] == ["nats.conf"]
    make_secrets(folder, Wishes(), renew=True)
    changed = {path.name for path, content in before.items() if path.read_bytes() != content}
    assert changed == {
        "nats.conf",
        "nats.crt",
        "nats.key",
        "services.crt",
        "services.key",
        "web.crt",
        "web.key",
        "mongodb.pem",
    }
    lasts = str(390 * 86_400)
    for name in ("nats", "services", "web"):
        subprocess.run(["openssl", "x509", "-in", folder / f"{name}.crt", "-checkend", lasts, "-noout"], check=True)
        subprocess.run(["openssl", "verify", "-CAfile", folder / "ca.crt", folder / f"{name}.crt"], check=True)
    assert len({path.read_text() for path in folder.glob("*/*.password")}) == 2 * len(ServiceUser)


def test_an_absent_or_empty_secret_is_a_users_mistake(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for path in (empty, tmp_path / "none", tmp_path):
        with pytest.raises(UserError, match="SEISBUS_X"):
            read_secret(path, "SEISBUS_X")
