"""The connection to MongoDB: durability, transactions, and the meaning of failures.

Writes of ledger and index are journaled (j=True). With only w=1, a kill -9 lost writes that were acknowledged.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self, TypeVar, cast

import pymongo
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    ConnectionFailure,
    InvalidURI,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from ..deadlines import LOOK_SECONDS, MONGODB_CONNECT_SECONDS, OPERATION_SECONDS, SELECTION_SECONDS
from ..errors import UnavailableError, UserError
from .collections import JOB, Collection, ensure_indexes
from .documents import Document
from .login import Login


class ConflictError(UnavailableError):
    """Another transaction, perhaps of a process that died, holds documents that this one wants to write.

    A server ends such a transaction after transactionLifetimeLimitSeconds, by default 60.
    """

    def __init__(self, problem: str) -> None:
        super().__init__("MongoDB", f"MongoDB: another transaction holds the documents to be written ({problem}).")


_JOURNALED = WriteConcern(w="majority", j=True, wtimeout=20_000)
# Not writable primary, shutting down, interrupted, no such transaction after a restart, write conflict, no disk space.
_PASSING_CODES = frozenset({91, 112, 189, 251, 10107, 11600, 11602, 13435, 13436, 14031})
# After its disk was full, the embedded server says only this, until it is started again.
_BROKEN = "internal server error"
# Unauthorized, authentication failed.
LOGIN_CODES = frozenset({13, 18})
_CONFLICT_CODES = frozenset({112, 251})
# So many tries take about a second; a transaction of a living process has ended by then.
_CONFLICT_TRIES = 30

T = TypeVar("T")
D = TypeVar("D", bound=Mapping[str, Any])


def _passing(error: PyMongoError) -> bool:
    if isinstance(error, AutoReconnect | ConnectionFailure | ServerSelectionTimeoutError):
        return True
    if error.timeout:  # an operation's own deadline
        return True
    if error.has_error_label("TransientTransactionError") or error.has_error_label("RetryableWriteError"):
        return True
    if not isinstance(error, OperationFailure):
        return False
    return error.code in _PASSING_CODES or (error.details or {}).get("errmsg") == _BROKEN


@contextmanager
def translated() -> Any:
    """Failures that may go away become UnavailableError("MongoDB", …). Others are defects, and are not changed."""
    try:
        yield
    except PyMongoError as error:
        if _passing(error):
            raise UnavailableError("MongoDB", _sentence(error)) from error
        raise


@contextmanager
def budget(seconds: float) -> Iterator[None]:
    """Let all operations inside take at most so long together; UnavailableError if they take longer."""
    with pymongo.timeout(seconds):
        yield


def _sentence(error: PyMongoError) -> str:
    """The driver's message without its description of the topology, which does not help a user."""
    if error.timeout:
        return "MongoDB: no answer in time."
    if "operation cancelled" in str(error):  # the driver's check of the server had no answer
        return "MongoDB: the connection is lost."
    said = re.split(r", Timeout: |, full error:| \(configured timeouts", str(error), maxsplit=1)[0]
    return f"MongoDB: {said.rstrip('.')}."


def _first_line(error: Exception) -> str:
    return str(error).split(",", 1)[0].splitlines()[0][:200]


class Store:
    """One database on one connection pool; `connect` makes it, `close` or `async with` ends it."""

    def __init__(self, client: AsyncMongoClient[Document], name: str) -> None:
        self._client = client
        self.database: AsyncDatabase[Document] = client.get_database(name, write_concern=_JOURNALED)

    @classmethod
    async def connect(
        cls, uri: str, name: str, *, login: Login | None = None, timeout: float = SELECTION_SECONDS
    ) -> Self:
        """Connect and check that a server answers and takes the login; UnavailableError says what is wrong."""
        shown = uri.rsplit("@", 1)[-1].split("?", 1)[0].removeprefix("mongodb://")
        try:
            client: AsyncMongoClient[Document] = AsyncMongoClient(
                uri,
                serverSelectionTimeoutMS=int(timeout * 1000),
                connectTimeoutMS=int(MONGODB_CONNECT_SECONDS * 1000),
                timeoutMS=int(OPERATION_SECONDS * 1000),
                appname="seisbus",
                tz_aware=True,
                **(login or Login()).options(),
            )
        except (ConfigurationError, InvalidURI, ValueError) as error:
            raise UserError(f"SEISBUS_MONGODB_URI or the login beside it is not right: {error}.") from error
        try:
            with budget(2 * timeout):
                await client.admin.command("ping")
                if login is not None and login.user:  # a ping needs no login
                    await client.get_database(name).list_collection_names()
        except ServerSelectionTimeoutError as error:
            await client.close()
            if "SSL" in str(error) or "certificate" in str(error):
                raise UnavailableError(
                    "MongoDB",
                    f"The TLS handshake with MongoDB at {shown} failed; check SEISBUS_MONGODB_TLS_CA_FILE "
                    f"({_first_line(error)}).",
                ) from error
            raise UnavailableError(
                "MongoDB", f"No MongoDB server answers at {shown}; start one or set SEISBUS_MONGODB_URI."
            ) from error
        except OperationFailure as error:
            await client.close()
            if error.code in LOGIN_CODES:
                raise UnavailableError(
                    "MongoDB",
                    f"MongoDB at {shown} refuses the login; check SEISBUS_MONGODB_USER and "
                    f"SEISBUS_MONGODB_PASSWORD_FILE ({error.details and error.details.get('errmsg')}).",
                ) from error
            raise UnavailableError("MongoDB", f"MongoDB refuses the connection: {error}.") from error
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

    def __getitem__(self, collection: Collection[D]) -> AsyncCollection[D]:
        """A collection, whose documents have the type that its name says."""
        return cast(AsyncCollection[D], self.database[str(collection)])

    async def look(self) -> None:
        """Check the server by a little real work, because a damaged one may still answer a ping. UnavailableError if it
        fails."""
        with translated(), budget(LOOK_SECONDS):
            await self.database[JOB].find_one({"_id": ""}, {"_id": 1})

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

    async def transact(self, work: Callable[[AsyncClientSession], Awaitable[T]], tries: int = _CONFLICT_TRIES) -> T:
        """Run `work` in a transaction, again after a write conflict.

        ConflictError after so many `tries`, UnavailableError when the server is away.
        """
        for number in range(1, tries + 1):
            try:
                async with self.transaction() as session:
                    return await work(session)
            except PyMongoError as error:
                if isinstance(error, OperationFailure) and error.code in _CONFLICT_CODES:
                    if number == tries:
                        raise ConflictError(str(error.code)) from error
                    await asyncio.sleep(0.002 * number)
                    continue
                if _passing(error):
                    raise UnavailableError("MongoDB", _sentence(error)) from error
                raise
        raise AssertionError("unreachable")
