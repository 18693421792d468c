"""How a process logs in to MongoDB and checks the server: the options of a client, made of settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..security import read_bytes, read_secret
from ..settings import MongodbSettings

# The database of users and roles, as in MongoDB's own tools.
USERS_DATABASE: Final = "admin"


@dataclass(frozen=True, slots=True)
class Login:
    """A user with a password, or no login; with `ca_file` or `cert_key_file` the connection is TLS."""

    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    cert_key_file: Path | None = None

    @classmethod
    def of(cls, settings: MongodbSettings) -> Login:
        """The login that settings name; SecretError when a file cannot be used."""
        for path, variable in (
            (settings.mongodb_tls_ca_file, "SEISBUS_MONGODB_TLS_CA_FILE"),
            (settings.mongodb_tls_cert_key_file, "SEISBUS_MONGODB_TLS_CERT_KEY_FILE"),
        ):
            if path is not None:
                read_bytes(path, variable)
        secret = settings.mongodb_password_file
        return cls(
            user=settings.mongodb_user,
            password="" if secret is None else read_secret(secret, "SEISBUS_MONGODB_PASSWORD_FILE"),
            ca_file=settings.mongodb_tls_ca_file,
            cert_key_file=settings.mongodb_tls_cert_key_file,
        )

    def options(self) -> dict[str, Any]:
        """Keyword arguments of a client."""
        found: dict[str, Any] = {}
        if self.user:
            found |= {"username": self.user, "password": self.password, "authSource": USERS_DATABASE}
        if self.ca_file is not None:
            found |= {"tls": True, "tlsCAFile": str(self.ca_file)}
        if self.cert_key_file is not None:
            found |= {"tls": True, "tlsCertificateKeyFile": str(self.cert_key_file)}
        return found
