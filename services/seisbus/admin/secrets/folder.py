"""The folder of a deployment's secrets: list of its files, and code that makes missing ones.

ca.crt ca.key                       the authority; ca.key can be kept elsewhere once all is made
nats.crt nats.key nats.conf         NATS: certificate, and the configuration with its users and their subjects
mongodb.pem mongodb.keyfile         MongoDB: certificate with key, the replica set's own key
services.crt services.key           the gRPC ports
web.crt web.key                     the web page
nats/{user}.password                what each service logs in with
mongodb/{user}.password             the same for MongoDB; topology is its administrator
tokens                              callers and roles, salted hashes
token-{role}                        the tokens: give them to the callers, then remove these files
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from ...app.tokens import Role, new_token, token_line
from ...bus.permissions import server_users
from ...model.service import ServiceUser
from .certificates import Certificate, issue, make_authority, openssl, subject_alternative
from .passwords import hasher

# Public authorities are held to 398 days for leaves; a private authority outlives its leaves.
LEAF_LASTS = timedelta(days=397)
AUTHORITY_LASTS = timedelta(days=3650)
# Only the owner can open the folder; containers get single files of it and run as another user.
_FOLDER_MODE = 0o700
_FILE_MODE = 0o444
_OWNER_ONLY = ("ca.key", "token-reader", "token-submitter", "token-operator")  # no container needs these
_SERVICES = ("control", "indexer", "fetcher", "windower", "writer")
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Wishes:
    """The values that differ between deployments.

    hosts: further names and addresses under which control is called. nats_folder: where the server finds its
    certificates. nats_store: JetStream's file store in bytes. namespace: of Kubernetes, for the names of services.
    """

    hosts: Sequence[str] = ()
    nats_folder: str = "/run/secrets"
    nats_store: int = 8_000_000_000
    nats_data: str = "/data"
    namespace: str = "seisbus"


def make_secrets(folder: Path, wishes: Wishes, *, renew: bool = False) -> list[Path]:
    """Make the missing files in `folder` and return them; with `renew` make new certificates (not a new authority).

    UserError as of `check`, and nothing made.
    """
    check(wishes)
    return _Folder(folder, wishes).fill(renew=renew)


def check(wishes: Wishes) -> None:
    """UserError where this machine lacks what secrets are made with, or a host of `wishes` cannot be one."""
    openssl()
    hasher()
    for host in wishes.hosts:
        subject_alternative(host)


class _Folder:
    def __init__(self, root: Path, wishes: Wishes) -> None:
        self._root = root
        self._wishes = wishes
        self._hashed = hasher()
        self._made: list[Path] = []

    def fill(self, *, renew: bool) -> list[Path]:
        for folder in (self._root, self._root / "nats", self._root / "mongodb"):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(_FOLDER_MODE)
        if renew:
            for name in ("nats.crt", "services.crt", "web.crt", "mongodb.pem"):
                (self._root / name).unlink(missing_ok=True)
        authority = self._certificate("ca", lambda: make_authority("Seisbus authority", AUTHORITY_LASTS))
        self._certificate("nats", lambda: self._issue(authority, "nats"))
        self._certificate("services", lambda: self._issue(authority, "services", *_SERVICES, *self._wishes.hosts))
        self._certificate("web", lambda: self._issue(authority, "web", *self._wishes.hosts))
        self._text("mongodb.pem", lambda: _joined(self._issue(authority, "mongodb")))
        self._text("mongodb.keyfile", lambda: secrets.token_urlsafe(96))
        self._text("grafana.password", _password)
        nats = {user: self._text(f"nats/{user}.password", _password) for user in ServiceUser}
        for user in ServiceUser:
            self._text(f"mongodb/{user}.password", _password)
        # always made again: the subjects are those of this version's topology
        self._write(self._root / "nats.conf", self._nats_configuration(nats).encode())
        self._tokens()
        return self._made

    def _issue(self, authority: Certificate, name: str, *others: str) -> Certificate:
        hosts = [name, *others]
        inside = [f"{host}.{self._wishes.namespace}.svc" for host in hosts if not {".", ":"} & set(host)]
        return issue(authority, name, [*hosts, *inside, "localhost", "127.0.0.1"], LEAF_LASTS)

    def _certificate(self, name: str, make: Callable[[], Certificate]) -> Certificate:
        cert, key = self._root / f"{name}.crt", self._root / f"{name}.key"
        if not cert.exists() or not key.exists():
            made = make()
            self._write(cert, made.cert)
            self._write(key, made.key)
        return Certificate(cert.read_bytes(), key.read_bytes())

    def _text(self, name: str, make: Callable[[], str]) -> str:
        path = self._root / name
        if not path.exists():
            self._write(path, make().encode())
        return path.read_text().strip()

    def _tokens(self) -> None:
        """Make tokens and hashes together, because tokens without their hashes are useless."""
        if (self._root / "tokens").exists():
            return
        tokens = {role: new_token() for role in Role}
        for role, token in tokens.items():
            self._write(self._root / f"token-{role.name.lower()}", token.encode())
        lines = [token_line(role.name.lower(), role, token) for role, token in tokens.items()]
        self._write(self._root / "tokens", ("\n".join(lines) + "\n").encode())

    def _nats_configuration(self, passwords: dict[ServiceUser, str]) -> str:
        wishes = self._wishes
        hashed = {user: self._hashed(password) for user, password in passwords.items()}
        return (
            "# Made by deploy/make-secrets from the topology; run it again after an upgrade.\n"
            "listen: 0.0.0.0:4222\n"
            "http: 0.0.0.0:8222\n"
            f"max_payload: {8 * _MIB}\n"
            # with the default of 64 MB, a client that is nine full messages behind is disconnected
            f"max_pending: {256 * _MIB}\n"
            f'jetstream {{ store_dir: "{wishes.nats_data}", max_file_store: {wishes.nats_store}, '
            f"max_memory_store: {64 * _MIB} }}\n"
            f'tls {{ cert_file: "{wishes.nats_folder}/nats.crt", key_file: "{wishes.nats_folder}/nats.key", '
            "timeout: 5 }\n" + server_users(hashed)
        )

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file that others cannot read, and replace it as a whole."""
        part = path.with_name(f"{path.name}.part")
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        part.chmod(0o400 if path.name in _OWNER_ONLY else _FILE_MODE)
        part.replace(path)
        self._made.append(path)


def _password() -> str:
    return secrets.token_urlsafe(32)


def _joined(certificate: Certificate) -> str:
    return (certificate.cert + certificate.key).decode()
