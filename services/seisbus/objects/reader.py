"""Reading from S3-compatible stores: whole objects, byte ranges and listings, one client an endpoint and process.

The body is read inside the retry and its length checked, because a truncated body is not an error of the client
library (boto/boto3#3781). A missing key is an answer (None); a server that stays away is UnavailableError. How many
requests an archive gets at once follows how it takes them (`limit`).
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from aiohttp import ClientError as HttpError  # which aiobotocore lets through while a body is read
from botocore import UNSIGNED
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from ..archive.definition import ArchiveDefinition, Auth
from ..errors import SeisbusError, UnavailableError
from .limit import AdaptiveLimit

# One client's connection pool; the politeness limit of an archive (max_ack_pending) is below it.
_POOL = 64
_TRIES = 6
_FIRST_WAIT_SECONDS = 0.1
# What is taken from a body at once.
_CHUNK = 1 << 20
# A connection that sends nothing for so long is given up: healthy ones of S3 pause for less than a second.
_STALL_SECONDS = 10.0
_ABSENT = frozenset({"NoSuchKey", "404", "NotFound"})
# What a retry can mend: throttling and the server's own trouble.
_PASSING = frozenset({"SlowDown", "503", "500", "502", "504", "InternalError", "ServiceUnavailable", "RequestTimeout",
                      "Throttling", "ThrottlingException", "TooManyRequests"})  # fmt: skip

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fetched:
    """Bytes [start, start + len(data)) of one version of an object of `size` bytes."""

    data: bytes
    start: int
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One object of a listing."""

    key: str
    size: int
    etag: str


class ObjectChangedError(SeisbusError):
    """The object is not the version that was asked for (HTTP 412)."""


class BrokenObjectError(SeisbusError):
    """One object cannot be read while its neighbours can. Holding for it would hold up the whole archive."""


class AccessError(SeisbusError):
    """The store refuses: wrong bucket, no permission, no credentials. No retry helps."""


class ObjectReader:
    """Clients by endpoint; `async with` closes them. `stall_seconds`: silence after which a connection is given up."""

    def __init__(self, stall_seconds: float = _STALL_SECONDS) -> None:
        self._stack = AsyncExitStack()
        self._clients: dict[tuple[str | None, str | None, Auth], Any] = {}
        self._lock = asyncio.Lock()
        self._stall_seconds = stall_seconds
        self._limits: dict[str, AdaptiveLimit] = {}
        self._answers: Counter[str] = Counter()  # requests that succeeded, by archive
        self.requests = 0
        self.bytes_read = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()

    async def _client(self, archive: ArchiveDefinition) -> Any:
        identity = (archive.endpoint, archive.region, archive.auth)
        async with self._lock:
            if identity not in self._clients:
                config = AioConfig(
                    signature_version=UNSIGNED if archive.auth is Auth.UNSIGNED else None,
                    max_pool_connections=_POOL,
                    connect_timeout=5,
                    read_timeout=60,  # for listings, which take some servers long; reads have a limit of their own
                    # Our own retry reads the body too and decides by kind of error; one inside it would multiply.
                    retries={"mode": "standard", "total_max_attempts": 1},
                    s3={"addressing_style": "path" if archive.endpoint else "auto"},
                )
                context = get_session().create_client(
                    "s3", region_name=archive.region or "us-east-1", endpoint_url=archive.endpoint, config=config
                )
                self._clients[identity] = await self._stack.enter_async_context(context)
        return self._clients[identity]

    def limit(self, archive: ArchiveDefinition) -> AdaptiveLimit:
        """The limit on requests to an archive; never above its politeness limit."""
        return self._limits.setdefault(archive.name, AdaptiveLimit(min(archive.max_in_flight, _POOL)))

    async def get(
        self, archive: ArchiveDefinition, key: str, start: int = 0, end: int | None = None, *, etag: str = ""
    ) -> Fetched | None:
        """Bytes [start, end) of an object (to its end when None); None when there is no such key.

        With `etag`, ObjectChangedError when the object is another version by now. A range that begins at or after
        the object's end comes back empty.
        """
        client = await self._client(archive)
        arguments: dict[str, Any] = {"Bucket": archive.bucket, "Key": key}
        if start or end is not None:
            arguments["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        if etag:
            arguments["IfMatch"] = etag

        async def once() -> Fetched | None:
            async with asyncio.timeout(self._stall_seconds):
                response = await client.get_object(**arguments)
            async with response["Body"] as body:
                data = await self._read(body)
            expected = int(response["ContentLength"])
            if len(data) != expected:
                raise _ShortBodyError(f"{len(data)} of {expected} bytes of {key} came")
            content_range = response.get("ContentRange")  # some servers answer 200 to a range, but always say this
            size = int(content_range.rsplit("/", 1)[1]) if content_range else len(data)
            found = response.get("ETag", "").strip('"')
            if etag and found and found != etag.strip('"'):  # a server that ignores If-Match
                raise ObjectChangedError(f"Object {key} is no longer the version {etag} that was planned.")
            self.bytes_read += len(data)
            return Fetched(data, start, size, found)

        try:
            return await self._retried(archive, key, once)
        except _RefusedError as error:
            if error.code in _ABSENT:
                return None
            if error.code in ("412", "PreconditionFailed"):
                raise ObjectChangedError(f"Object {key} is no longer the version {etag} that was planned.") from error
            if error.code in ("416", "InvalidRange"):
                return Fetched(b"", start, 0, "")
            raise AccessError(f"{archive.bucket}/{key}: the store refused with {error}.") from error

    async def _read(self, body: Any) -> bytes:
        """The whole body; TimeoutError when nothing comes for the stall limit."""
        parts: list[bytes] = []
        while True:
            async with asyncio.timeout(self._stall_seconds):
                part = await body.read(_CHUNK)
            if not part:
                return parts[0] if len(parts) == 1 else b"".join(parts)
            parts.append(part)

    async def list(self, archive: ArchiveDefinition, prefix: str, *, delimiter: str = "") -> AsyncIterator[Listed]:
        """Objects under a prefix in key order, a page (1000) a request; with a delimiter only that level."""
        client = await self._client(archive)
        token: str | None = None
        while True:
            arguments: dict[str, Any] = {"Bucket": archive.bucket, "Prefix": prefix}
            if delimiter:
                arguments["Delimiter"] = delimiter
            if token:
                arguments["ContinuationToken"] = token

            async def once(arguments: dict[str, Any] = arguments) -> dict[str, Any]:
                page: dict[str, Any] = await client.list_objects_v2(**arguments)
                return page

            try:
                page = await self._retried(archive, prefix, once)
            except _RefusedError as error:
                raise AccessError(f"{archive.bucket}/{prefix}: the store refused to list: {error}.") from error
            for entry in page.get("Contents", ()):
                yield Listed(entry["Key"], int(entry["Size"]), entry.get("ETag", "").strip('"'))
            token = page.get("NextContinuationToken")
            if not page.get("IsTruncated") or not token:
                return

    async def _retried(self, archive: ArchiveDefinition, key: str, once: Callable[[], Awaitable[T]]) -> T:
        """`once` with exponential waits and jitter.

        When it never gets through: BrokenObjectError if the archive answered others meanwhile, else UnavailableError.
        """
        wait = _FIRST_WAIT_SECONDS
        answers = self._answers[archive.name]
        limit = self.limit(archive)
        began = 0.0
        for tries_left in reversed(range(_TRIES)):
            self.requests += 1
            problem: Exception
            try:
                async with limit.slot() as began:
                    answer = await once()
                limit.progress()
                self._answers[archive.name] += 1
                return answer
            except NoCredentialsError as error:
                raise AccessError(
                    f"Archive {archive.name} needs AWS credentials and none were found; set AWS_ACCESS_KEY_ID and "
                    "AWS_SECRET_ACCESS_KEY, or auth = 'unsigned' in its definition."
                ) from error
            except ClientError as error:
                code = str(error.response.get("Error", {}).get("Code", ""))
                status = str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
                if code not in _PASSING and status not in _PASSING:
                    raise _RefusedError(code or status, str(error)) from error
                problem = error
            except (BotoCoreError, HttpError, _ShortBodyError, OSError, TimeoutError) as error:
                problem = error
            limit.setback(began)
            if tries_left:
                await asyncio.sleep(wait * random.uniform(0.5, 1.5))
                wait *= 2
        where = archive.endpoint or f"S3 in {archive.region}"
        sentence = f"Archive {archive.name} at {where}: {key} cannot be read: {problem}."
        if self._answers[archive.name] > answers:
            raise BrokenObjectError(sentence)
        raise UnavailableError("S3", sentence)


class _ShortBodyError(Exception):
    """A body shorter than its announced length."""


class _RefusedError(Exception):
    """The store's final answer, by code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
