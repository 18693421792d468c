"""Read secrets from files and make TLS contexts from settings; each hop itself decides who may do what."""

from __future__ import annotations

import ssl
from pathlib import Path

from .errors import UserError


class SecretError(UserError):
    """A secret, certificate or key that cannot be used; `variable` names the setting, `path` the file."""

    def __init__(self, variable: str, path: Path, problem: str) -> None:
        super().__init__(f"{variable}={path}: {problem}")
        self.variable = variable
        self.path = path


def read_secret(path: Path, variable: str) -> str:
    """The text of a secret's file without surrounding blanks; SecretError if it is missing or empty."""
    text = read_bytes(path, variable).decode("utf-8", "replace").strip()
    if not text:
        raise SecretError(variable, path, "the file is empty, expected a secret in it.")
    return text


def read_bytes(path: Path, variable: str) -> bytes:
    """The bytes of a certificate or key; SecretError when the file cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SecretError(variable, path, f"the file cannot be read ({error.strerror}).") from None


def client_tls(ca: Path | None, cert: Path | None, key: Path | None, variable: str) -> ssl.SSLContext:
    """The TLS context of a client: it checks servers with `ca` or the system's authorities, and shows `cert` if given.

    `variable` begins the names of the settings, such as SEISBUS_NATS_TLS. TLS 1.2 is the oldest accepted.
    """
    if ca is not None:
        read_bytes(ca, f"{variable}_CA_FILE")  # raises an error with a clear sentence
    try:
        context = ssl.create_default_context(cafile=None if ca is None else str(ca))
    except ssl.SSLError as error:
        raise SecretError(f"{variable}_CA_FILE", ca or Path(), f"it holds no certificate ({error.reason}).") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert is not None:
        try:
            context.load_cert_chain(cert, key)
        except (OSError, ssl.SSLError) as error:
            reason = getattr(error, "reason", None) or error.strerror
            raise SecretError(f"{variable}_CERT_FILE", cert, f"it and its key cannot be used ({reason}).") from None
    return context
