"""Bearer tokens: make them, store their hashes in a file, and find the caller of a token.

A token is 256 random bits, so one salted SHA-256 is enough (NIST SP 800-63B, 5.1.1.2 requires slow hashes only for
passwords that people choose). The file has one line per caller:

    name role salt$hash        a bearer token
    name role certificate      a client certificate with that common name

Roles: reader (looks), submitter (and starts, cancels, retries jobs), operator (everything). `#` begins a comment.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from ..security import SecretError, read_secret

_VARIABLE = "SEISBUS_TOKENS_FILE"
_CERTIFICATE = "certificate"


class Role(IntEnum):
    """The rights of a caller; a higher role includes all rights of a lower one."""

    READER = 1
    SUBMITTER = 2
    OPERATOR = 3


@dataclass(frozen=True, slots=True)
class Caller:
    """A person or program with a token or certificate."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class _Entry:
    caller: Caller
    salt: bytes  # empty for a certificate
    digest: bytes


def new_token() -> str:
    """A token that no caller has."""
    return secrets.token_urlsafe(32)


def token_line(name: str, role: Role, token: str) -> str:
    """The line of the tokens file for a token; the token cannot be computed from it."""
    salt = secrets.token_bytes(16)
    return f"{name} {role.name.lower()} {salt.hex()}${_digest(salt, token).hex()}"


def _digest(salt: bytes, token: str) -> bytes:
    return hashlib.sha256(salt + token.encode()).digest()


class TokenBook:
    """The callers of a tokens file. It is read again when it changes, so that a token can be withdrawn."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version = 0
        self._entries: Sequence[_Entry] = ()
        self._refresh()

    def by_token(self, token: str) -> Caller | None:
        """The caller with this token; every entry is compared, each in constant time."""
        self._refresh()
        found = None
        for entry in self._entries:
            if hmac.compare_digest(_digest(entry.salt, token), entry.digest):
                found = entry.caller
        return found

    def by_certificate(self, common_name: str) -> Caller | None:
        """The caller whom a checked client certificate names."""
        self._refresh()
        named = (e.caller for e in self._entries if not e.salt and e.caller.name == common_name)
        return next(named, None)

    def _refresh(self) -> None:
        try:
            version = self._path.stat().st_mtime_ns
        except OSError as error:
            raise SecretError(_VARIABLE, self._path, f"the file cannot be read ({error.strerror}).") from None
        if version != self._version:
            text = read_secret(self._path, _VARIABLE)
            self._entries = [_parse(self._path, number, line) for number, line in _lines(text)]
            self._version = version


def _lines(text: str) -> list[tuple[int, str]]:
    stripped = ((number, line.partition("#")[0].strip()) for number, line in enumerate(text.splitlines(), 1))
    return [(number, line) for number, line in stripped if line]


def _parse(path: Path, number: int, line: str) -> _Entry:
    try:
        name, role, secret = line.split()
        caller = Caller(name, Role[role.upper()])
        if secret == _CERTIFICATE:
            return _Entry(caller, b"", b"")
        salt, digest = secret.split("$")
        entry = _Entry(caller, bytes.fromhex(salt), bytes.fromhex(digest))
        if len(entry.salt) < 8 or len(entry.digest) != hashlib.sha256().digest_size:
            raise ValueError
    except (ValueError, KeyError):
        # do not show the line, because it may contain a bare token by mistake
        raise SecretError(
            _VARIABLE, path, f"line {number} is not `name role salt$hash` with role reader, submitter or operator."
        ) from None
    return entry
