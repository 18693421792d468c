"""The connection to MongoDB, its durability, its transactions, and what its failures mean.

Ledger and index writes are journaled (j=True): with w=1 alone acknowledged writes were lost to kill -9.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self, TypeVar

from pymongo import AsyncMongoClient, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    InvalidURI,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from ..errors import UnavailableError, UserError
from .collections import ensure_indexes
from .documents import Document

_JOURNALED = WriteConcern(w="majority", j=True, wtimeout=20_000)
# Not writable primary, shutting down, interrupted, no such transaction after a restart, write conflict.
_PASSING_CODES = frozenset({91, 112, 189, 251, 10107, 11600, 11602, 13435, 13436})
_CONFLICT_TRIES = 100

T = TypeVar("T")


def _passing(error: PyMongoError) -> bool:
    if isinstance(error, AutoReconnect | ConnectionFailure | ServerSelectionTimeoutError):
        return True
    if error.has_error_label("TransientTransactionError") or error.has_error_label("RetryableWriteError"):
        return True
    return isinstance(error, OperationFailure) and error.code in _PASSING_CODES


@contextmanager
def translated() -> Any:
    """Failures that time may mend become UnavailableError("MongoDB", …); the rest is a defect and passes."""
    try:
        yield
    except PyMongoError as error:
        if _passing(error):
            raise UnavailableError("MongoDB", f"MongoDB: {error}.") from error
        raise


class Store:
    """One database on one connection pool; `connect` makes it, `close` or `async with` ends it."""

    def __init__(self, client: AsyncMongoClient[Document], name: str) -> None:
        self._client = client
        self.database: AsyncDatabase[Document] = client.get_database(name, write_concern=_JOURNALED)

    @classmethod
    async def connect(cls, uri: str, name: str, *, timeout: float = 5.0) -> Self:
        """Connect and check that a server answers; UnavailableError says which address does not."""
        try:
            client: AsyncMongoClient[Document] = AsyncMongoClient(
                uri,
                serverSelectionTimeoutMS=int(timeout * 1000),
                connectTimeoutMS=3000,
                appname="seisbus",
                tz_aware=True,
            )
        except (InvalidURI, ValueError) as error:
            raise UserError(f"SEISBUS_MONGODB_URI is not a MongoDB URI: {error}.") from error
        try:
            await client.admin.command("ping")
        except ServerSelectionTimeoutError as error:
            await client.close()
            shown = uri.rsplit("@", 1)[-1]
            raise UnavailableError(
                "MongoDB", f"No MongoDB server answers at {shown}; start one or set SEISBUS_MONGODB_URI."
            ) from error
        except PyMongoError as error:
            await client.close()
            raise UnavailableError("MongoDB", f"MongoDB refuses the connection: {error}.") from error
        return cls(client, name)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the pool."""
        await self._client.close()

    def __getitem__(self, collection: str) -> AsyncCollection[Document]:
        return self.database[collection]

    async def ensure_indexes(self) -> None:
        """Create collections and indexes that are missing."""
        with translated():
            await ensure_indexes(self.database)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncClientSession]:
        """One journaled transaction: committed on leaving, aborted on any error."""
        async with (
            self._client.start_session() as session,
            await session.start_transaction(write_concern=_JOURNALED),
        ):
            yield session

    async def transact(self, work: Callable[[AsyncClientSession], Awaitable[T]]) -> T:
        """Run `work` in a transaction, again after every write conflict; UnavailableError when the server is away."""
        for tries in range(_CONFLICT_TRIES):
            try:
                async with self.transaction() as session:
                    return await work(session)
            except PyMongoError as error:
                conflict = isinstance(error, OperationFailure) and error.code in (112, 251)
                if conflict and tries + 1 < _CONFLICT_TRIES:
                    await asyncio.sleep(0.002 * (tries + 1))
                    continue
                if _passing(error):
                    raise UnavailableError("MongoDB", f"MongoDB: {error}.") from error
                raise
        raise AssertionError("unreachable")
