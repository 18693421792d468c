"""Clients of control, one for each token that browsers bring."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from cachetools import LRUCache, TTLCache

from ..client import ClientError, Transport
from ..client.paged import Caller, PagedClient
from ..running import Place

# Connections to control. If a client was closed to make room for others, its next request makes it again.
_MOST_CLIENTS: Final = 256
# A changed role is noticed after this time; control itself refuses at once.
_KNOWN_SECONDS: Final = 20.0
RANKS: Final = ("reader", "submitter", "operator")


class LoginError(Exception):
    """Control needs a token, or another one; `said` is its sentence."""

    def __init__(self, said: str = "") -> None:
        super().__init__(said)
        self.said = said


class _Clients(LRUCache[str, PagedClient]):
    """If there are too many clients, the one that was not used for the longest time is closed."""

    def popitem(self) -> tuple[str, PagedClient]:
        token, client = super().popitem()
        _close(client)
        return token, client


_closing: set[asyncio.Task[None]] = set()


def _close(client: PagedClient) -> None:
    task = asyncio.create_task(client.close())
    _closing.add(task)
    task.add_done_callback(_closing.discard)


class Callers:
    """Clients of control and callers, by token.

    `own`: whether every visitor acts with the rights of this process (a page for one person). If it is not set and this
    process has a certificate, every visitor must log in; otherwise control would take all of them for this process.
    """

    def __init__(self, address: Callable[[], str], transport: Transport, *, own: bool) -> None:
        self._address, self._transport, self._own = address, transport, own
        self._clients = _Clients(_MOST_CLIENTS)
        self._known: TTLCache[str, Caller] = TTLCache(_MOST_CLIENTS, _KNOWN_SECONDS)

    @property
    def address(self) -> str:
        """The address of control."""
        return self._address()

    def client(self, token: str) -> PagedClient:
        """The client for a token ("" for none). LoginError if a visitor needs a token."""
        if not token and not self._own and self._transport.cert is not None:
            raise LoginError
        client, address = self._clients.get(token), self._address()
        if client is not None and client.address != address:  # a stack that was started again may have another address
            _close(self._clients.pop(token))
            client = None
        if client is None:
            client = self._clients[token] = PagedClient(address, self._for(token), find=lambda: Place(self._address()))
        return client

    def _for(self, token: str) -> Transport:
        if token:
            return replace(self._transport, token=token, token_file=None)
        return self._transport if self._own else replace(self._transport, token_file=None)

    async def who(self, token: str) -> Caller:
        """The caller with a token. LoginError if control does not know the token."""
        known = self._known.get(token)
        if known is None:
            try:
                known = self._known[token] = await self.client(token).caller()
            except ClientError as error:
                if error.code == "UNAUTHENTICATED":
                    raise LoginError(error.message) from None
                raise
        return known

    async def close(self) -> None:
        """End all connections."""
        clients = [client for _, client in self._clients.items()]
        self._clients.clear()
        await asyncio.gather(*(client.close() for client in clients), *_closing)


def may(caller: Any, role: str) -> bool:
    """Whether a caller has the rights of a role."""
    return caller is not None and RANKS.index(caller.role) >= RANKS.index(role)
