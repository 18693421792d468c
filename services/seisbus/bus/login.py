"""Login: the user, password and TLS options of a connection to NATS, made from settings."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..security import client_tls, read_bytes, read_secret
from ..settings import NatsSettings
from .names import inbox_prefix


@dataclass(frozen=True, slots=True)
class Login:
    """A user with a password, an nkey seed or a credentials file, or no user; without `tls` in plain text.

    A named user has a separate inbox prefix, so that permissions can keep a service from reading the replies to others.
    """

    user: str = ""
    password: str = field(default="", repr=False)
    nkey_file: Path | None = None
    credentials_file: Path | None = None
    tls: ssl.SSLContext | None = None

    @classmethod
    def of(cls, settings: NatsSettings) -> Login:
        """The login from settings; SecretError if a file cannot be used."""
        secret = settings.nats_password_file
        for path, variable in (
            (settings.nats_nkey_file, "SEISBUS_NATS_NKEY_FILE"),
            (settings.nats_credentials_file, "SEISBUS_NATS_CREDENTIALS_FILE"),
        ):
            if path is not None:
                read_bytes(path, variable)
        secure = settings.nats_url.startswith("tls:") or settings.nats_tls_ca_file is not None
        return cls(
            user=settings.nats_user,
            password="" if secret is None else read_secret(secret, "SEISBUS_NATS_PASSWORD_FILE"),
            nkey_file=settings.nats_nkey_file,
            credentials_file=settings.nats_credentials_file,
            tls=client_tls(
                settings.nats_tls_ca_file, settings.nats_tls_cert_file, settings.nats_tls_key_file, "SEISBUS_NATS_TLS"
            )
            if secure
            else None,
        )

    def options(self) -> dict[str, Any]:
        """Keyword arguments of a connection."""
        found: dict[str, Any] = {}
        if self.tls is not None:
            found["tls"] = self.tls
        if self.user:
            found["inbox_prefix"] = inbox_prefix(self.user)
        if self.password:
            found |= {"user": self.user, "password": self.password}
        if self.nkey_file is not None:
            found["nkeys_seed"] = str(self.nkey_file)
        if self.credentials_file is not None:
            found["user_credentials"] = str(self.credentials_file)
        return found
