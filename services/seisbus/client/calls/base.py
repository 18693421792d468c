"""What all calls share: the connection, and how jobs and fates are named in messages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, Self

from ...model.outcome import Fate
from ..connection import Connection
from ..direct import Direct
from ..transport import Transport, default_address


class Calls:
    """A connection to control, and its end.

    Parameters
    ----------
    address
        host:port; without it, SEISBUS_CONTROL_ADDRESS or 127.0.0.1:50051.
    transport
        How control is reached; without it, the environment decides (see Transport).
    direct
        Reads stored bytes from the bucket with the caller's own credentials, instead of through control.
    find
        Returns the present address of control ("" if it is unknown). A stack that was started again may have another
        port; a watcher follows it.
    patience
        Returns how many seconds the first call may take; 8.5 by default for a quick call.
    """

    def __init__(
        self,
        address: str | None = None,
        transport: Transport | None = None,
        *,
        direct: Direct | None = None,
        find: Callable[[], str] | None = None,
        patience: Callable[[], float] | None = None,
    ) -> None:
        self.address = address or (find() if find else "") or default_address()
        self._direct = direct
        self._find = find
        self._transport = transport or Transport.from_environment()
        self._connection = Connection(self.address, self._transport, patience)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connections."""
        await self._connection.close()
        if self._direct is not None:
            await self._direct.close()

    async def _documents(self, method: str, request: Any) -> list[dict[str, Any]]:
        pages = self._connection.pages(method, request, lambda r: r.documents_json)
        return [json.loads(text) async for text in pages]


def job_name(job: str) -> str:
    """The resource name of a job."""
    return job if job.startswith("jobs/") else f"jobs/{job}"


def fate_names(fates: Iterable[Fate | str]) -> list[str]:
    """Names of fates in messages."""
    return [f"FATE_{Fate(fate).name}" for fate in fates]


async def first(items: AsyncIterator[Any], limit: int) -> AsyncIterator[Any]:
    """At most so many items; 0 is all."""
    given = 0
    async for item in items:
        yield item
        given += 1
        if given == limit:
            return
