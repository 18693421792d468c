"""How a client connects to control: which authority must have signed the certificate, and which token is sent."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from ..errors import UserError
from ..security import read_bytes

# Written in place of a file name: the certificate is signed by an authority that the system trusts.
SYSTEM: Final = "system"


@dataclass(frozen=True, slots=True)
class Transport:
    """How a client connects: plain text without `tls_ca` (a file of certificates, or "system").

    A token is sent only over TLS. `cert` and `key` are the client's own certificate, if control asks for one. `token`
    is a token itself, in place of a file.
    """

    tls_ca: str = ""
    token_file: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    token: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls) -> Self:
        """From SEISBUS_TLS_CA, SEISBUS_TOKEN_FILE, SEISBUS_TLS_CERT_FILE and SEISBUS_TLS_KEY_FILE."""

        def path(name: str) -> Path | None:
            value = os.environ.get(name)
            return Path(value) if value else None

        return cls(
            tls_ca=os.environ.get("SEISBUS_TLS_CA", ""),
            token_file=path("SEISBUS_TOKEN_FILE"),
            cert=path("SEISBUS_TLS_CERT_FILE"),
            key=path("SEISBUS_TLS_KEY_FILE"),
        )

    def channel(self, address: str, options: list[tuple[str, Any]]) -> Any:
        """Make a gRPC channel.

        Parameters
        ----------
        address
            host:port of control.
        options
            Options of gRPC.

        Returns
        -------
        Any
            The channel.

        Raises
        ------
        UserError
            A file cannot be used, or a token would be sent without encryption.
        """
        import grpc  # imported late, because commands that connect to nothing do not need it

        if not self.tls_ca:
            if self.token_file is not None or self.token:
                raise UserError(
                    "A token is only sent over TLS: give --tls-ca (SEISBUS_TLS_CA), a file of certificates or `system`."
                )
            return grpc.aio.insecure_channel(address, options=options)
        roots = None if self.tls_ca == SYSTEM else read_bytes(Path(self.tls_ca), "SEISBUS_TLS_CA")
        credentials = grpc.ssl_channel_credentials(
            roots,
            None if self.key is None else read_bytes(self.key, "SEISBUS_TLS_KEY_FILE"),
            None if self.cert is None else read_bytes(self.cert, "SEISBUS_TLS_CERT_FILE"),
        )
        return grpc.aio.secure_channel(address, credentials, options=options, interceptors=self._bearer())

    def _bearer(self) -> Sequence[Any] | None:
        from .bearer import bearer, bearer_of

        if self.token:
            return bearer_of(self.token)
        return None if self.token_file is None else bearer(self.token_file, "SEISBUS_TOKEN_FILE")
