"""The address at which the page listens, and the address by which browsers know it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

from ..errors import UserError

DEFAULT_ADDRESS: Final = "127.0.0.1:8787"
_LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Site:
    """The page listens at `host` and `port`; `url` is its address for browsers ("" for this machine only).
    A certificate and its key are needed if the page itself uses TLS."""

    host: str
    port: int
    url: str = ""
    cert: Path | None = None
    key: Path | None = None

    @classmethod
    def of(cls, address: str, url: str = "", cert: Path | None = None, key: Path | None = None) -> Self:
        """A checked site; UserError in one sentence if it is not possible."""
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65535:
            raise UserError(f"{address!r} is not host:port (SEISBUS_WEB_ADDRESS, --listen), such as {DEFAULT_ADDRESS}.")
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/")):
            raise UserError(
                f"{url!r} is not the address of a page (SEISBUS_WEB_URL, --url): give scheme and host, such as "
                "https://seisbus.example.org."
            )
        if (cert is None) != (key is None):
            raise UserError("SEISBUS_WEB_TLS_CERT_FILE and SEISBUS_WEB_TLS_KEY_FILE go together: give both or none.")
        site = cls(host, int(port), url.rstrip("/"), cert, key)
        if not site.loopback and not url:
            raise UserError(
                f"The page would listen on {address}, beyond this machine: say under which address browsers know it "
                "(SEISBUS_WEB_URL, --url), such as https://seisbus.example.org."
            )
        return site

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return self.host in ("localhost", "127.0.0.1", "::1", "[::1]")

    @property
    def scheme(self) -> str:
        """The address with its own port."""
        return "https" if self.cert is not None else "http"

    @property
    def address(self) -> str:
        """The address that a user opens."""
        return self.url or f"{self.scheme}://{self.host}:{self.port}"

    @property
    def origins(self) -> frozenset[str]:
        """Origins of pages that may change something."""
        local = {f"{self.scheme}://{name}:{self.port}" for name in _LOOPBACK}
        return frozenset({self.url} if self.url else local) | (local if self.loopback else set())

    @property
    def hosts(self) -> frozenset[str]:
        """The host names that a request may have. A request with another name is an attack (DNS rebinding)."""
        return frozenset(urlsplit(origin).netloc for origin in self.origins)

    @property
    def secret(self) -> bool:
        """Whether users may type in a token: only over TLS, or on this machine."""
        return self.address.startswith("https://") or (self.loopback and not self.url)
