"""What all calls share: the connection, and the names of jobs and fates in messages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from typing import Any, Self, TypeVar

from ...model.outcome import Fate
from ...model.shown import Listing
from ...running import Place, control_place, data_folder, stack_place
from ..connection import Connection
from ..direct import Direct
from ..transport import Transport

T = TypeVar("T")


class Rows(Listing[T]):
    """A list with `total`: the number in all, if the list may have only some of them."""

    total: int = 0


class Calls:
    """A connection to control, and its end.

    Parameters
    ----------
    address
        host:port; without it, the first of these: the stack that runs in this folder (`.seisbus`, or SEISBUS_DATA_DIR),
        SEISBUS_CONTROL_ADDRESS, 127.0.0.1:50051. The attribute `place` says which one it is.
    transport
        How control is reached; without it, the environment decides (see Transport), except for the stack of this
        folder, which has no TLS.
    direct
        Reads stored bytes from the bucket with the caller's own credentials, instead of through control.
    find
        Returns where control is now (None if that is unknown). A stack that was started again may have another port; a
        watcher follows it. By default the stack of this folder is looked for, if it was found there.
    patience
        Returns how many seconds the first call may take; 8.5 by default for a quick call.
    """

    def __init__(
        self,
        address: str | Place | None = None,
        transport: Transport | None = None,
        *,
        direct: Direct | None = None,
        find: Callable[[], Place | None] | None = None,
        patience: Callable[[], float] | None = None,
    ) -> None:
        self.place = address if isinstance(address, Place) else control_place(address or "")
        self._direct = direct
        self._find = find or (partial(stack_place, data_folder()) if self.place.stack else None)
        self._transport = transport or (Transport() if self.place.stack else Transport.from_environment())
        self._connection = Connection(self.place, self._transport, patience)

    @property
    def address(self) -> str:
        """host:port of control."""
        return self.place.address

    def __repr__(self) -> str:
        return f"{type(self).__name__} of Seisbus control at {self.place}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connections."""
        await self._connection.close()
        if self._direct is not None:
            await self._direct.close()

    async def _documents(self, method: str, request: Any, limit: int = 0, skip: int = 0) -> Rows[dict[str, Any]]:
        return await self._rows(method, request, lambda r: map(json.loads, r.documents_json), limit, skip)

    async def _rows(
        self, method: str, request: Any, items: Callable[[Any], Iterable[T]], limit: int = 0, skip: int = 0
    ) -> Rows[T]:
        """Items of a paged call, at most `limit` (0: all) after the first `skip`; and the number in all."""
        rows: Rows[T] = Rows()
        if limit or skip:
            request.page_size, request.skip = limit, skip
            if "count" in request.DESCRIPTOR.fields_by_name:  # index keys are counted always
                request.count = True
        async for response in self._connection.responses(method, request):
            rows.total = max(rows.total, int(getattr(response, "total_size", 0)))  # logs and graves are not counted
            rows += items(response)
            if limit and len(rows) >= limit:
                del rows[limit:]
                break
        rows.total = max(rows.total, skip + len(rows) if rows else 0)
        return rows


def job_name(job: str) -> str:
    """The resource name of a job."""
    return job if job.startswith("jobs/") else f"jobs/{job}"


def fate_names(fates: Iterable[Fate | str]) -> list[str]:
    """Names of fates in messages."""
    return [f"FATE_{Fate(fate).name}" for fate in fates]


async def first(items: AsyncIterator[Any], limit: int) -> AsyncIterator[Any]:
    """The first items, up to a limit; 0 means all."""
    given = 0
    async for item in items:
        yield item
        given += 1
        if given == limit:
            return
