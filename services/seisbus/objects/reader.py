"""Read from S3-compatible stores: whole objects, byte ranges and listings, repeated while a repeat can help.

Each try includes the body and checks its length, because a connection may end early without an error. A missing key
gives None. A server that stays away raises UnavailableError. `limit` sets how many requests an archive gets at once.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from aiohttp import ClientError as HttpError
from aiohttp import ClientResponse
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from ..archive.definition import ArchiveDefinition
from ..backoff import Backoff
from ..deadlines import S3_STALL_SECONDS
from ..errors import SeisbusError, UnavailableError
from ..telemetry.hops import ARCHIVE_HOP, Hops
from ..telemetry.metrics import ARCHIVE_READ
from .limit import AdaptiveLimit
from .line import Line
from .s3 import ABSENT, POOL, S3Clients, error_code, proxy

_TRIES = 6
_PATIENCE = Backoff(first=0.1, most=3.2, jitter=0.5)
# Errors that a repeat can solve: throttling, and trouble of the server.
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
    """The object is not the requested version (HTTP 412)."""


class BrokenObjectError(SeisbusError):
    """One object cannot be read but others can, so waiting for it would stop work on the whole archive."""


class AccessError(SeisbusError):
    """The store refuses: wrong bucket, no permission, no credentials. A repeat cannot help."""


class ObjectReader:
    """Reads of all archives; `async with` closes it. `stall_seconds`: silence after which a connection is given up."""

    def __init__(self, stall_seconds: float = S3_STALL_SECONDS, hops: Hops | None = None) -> None:
        self._hops = hops or Hops()
        self._s3 = S3Clients(stall_seconds)
        self._limits: dict[str, AdaptiveLimit] = {}
        self._lines: dict[str, Line] = {}
        self._answers: Counter[str] = Counter()  # requests that succeeded, by archive

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._s3.close()

    def limit(self, archive: ArchiveDefinition) -> AdaptiveLimit:
        """The limit on requests to an archive, which never exceeds its politeness limit."""
        return self._limits.setdefault(archive.name, AdaptiveLimit(min(archive.max_in_flight, POOL)))

    def line(self, archive: ArchiveDefinition) -> Line:
        """The line to an archive, measured by each read."""
        return self._lines.setdefault(archive.name, Line())

    async def get(
        self, archive: ArchiveDefinition, key: str, start: int = 0, end: int | None = None, *, etag: str = ""
    ) -> Fetched | None:
        """Bytes [start, end) of an object (to its end if `end` is None); None if there is no such key.

        With `etag`, ObjectChangedError if the object is another version now. A range that begins at or after the
        object's end is empty.
        """
        http = await self._s3.http()
        headers: dict[str, str] = {}
        if start or end is not None:
            headers["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        if etag:
            headers["If-Match"] = f'"{etag}"'

        async def once() -> Fetched | None:
            address = await self._s3.address(archive, key)
            through = proxy(address.scheme, address.host or "")
            asked = time.monotonic()
            async with http.get(address, headers=headers, proxy=through) as response:
                began = time.monotonic()
                data = await response.read()
                if response.status not in (200, 206):
                    raise _refusal(response, data)
            expected = response.content_length
            if expected is not None and len(data) != expected:
                raise _ShortBodyError(f"{len(data)} of {expected} bytes of {key} came")
            content_range = response.headers.get("Content-Range")  # even servers that answer 200 to a range send it
            size = int(content_range.rsplit("/", 1)[1]) if content_range else len(data)
            if content_range is None:  # the server sent the whole object
                data = data[start:end]
            found = response.headers.get("ETag", "").strip('"')
            if etag and found and found != etag:  # a server that ignores If-Match
                raise _RefusedError("PreconditionFailed", 412, "the object is another version")
            self.line(archive).answered(began - asked, len(data), time.monotonic() - began)
            ARCHIVE_READ.labels(archive.name).inc(expected or len(data))
            return Fetched(data, start, size, found)

        try:
            return await self._retried(archive, key, once)
        except _RefusedError as error:
            if error.code in ABSENT:
                return None
            if error.status == 412:
                raise ObjectChangedError(f"Object {key} is no longer the version {etag} that was planned.") from error
            if error.status == 416:
                return Fetched(b"", start, 0, "")
            raise AccessError(_refused(archive, key, error)) from error

    async def list(self, archive: ArchiveDefinition, prefix: str, *, delimiter: str = "") -> AsyncIterator[Listed]:
        """Objects under a prefix in key order, 1000 per request; with a delimiter, only those of this level."""
        client = await self._s3.client(archive)
        token: str | None = None
        while True:
            arguments: dict[str, Any] = {"Bucket": archive.bucket, "Prefix": prefix}
            if delimiter:
                arguments["Delimiter"] = delimiter
            if token:
                arguments["ContinuationToken"] = token

            async def once(arguments: dict[str, Any] = arguments) -> dict[str, Any]:
                try:
                    page: dict[str, Any] = await client.list_objects_v2(**arguments)
                except ClientError as error:
                    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
                    raise _RefusedError(error_code(error), status, str(error)) from error
                return page

            try:
                page = await self._retried(archive, prefix, once, listing=True)
            except _RefusedError as error:
                raise AccessError(_refused(archive, prefix, error)) from error
            for entry in page.get("Contents", ()):
                yield Listed(entry["Key"], int(entry["Size"]), entry.get("ETag", "").strip('"'))
            token = page.get("NextContinuationToken")
            if not page.get("IsTruncated") or not token:
                return

    @contextmanager
    def _told_late(self, hop: str, key: str) -> Iterator[None]:
        """Report a listing that takes long before its time is over, because unlike a read it shows no progress."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(S3_STALL_SECONDS, self._hops.failed, hop, f"the list of {key}: no answer yet")
        try:
            yield
        finally:
            timer.cancel()

    async def _retried(
        self, archive: ArchiveDefinition, key: str, once: Callable[[], Awaitable[T]], *, listing: bool = False
    ) -> T:
        """`once` with exponential waits and jitter.

        If all tries fail: BrokenObjectError if the archive answered other requests meanwhile, else UnavailableError.
        """
        answers = self._answers[archive.name]
        limit = self.limit(archive)
        hop = f"{ARCHIVE_HOP}{archive.name}"
        began = 0.0
        for tries_left in reversed(range(_TRIES)):
            problem: Exception
            try:
                async with limit.slot() as began:
                    if listing:
                        with self._told_late(hop, key):
                            answer = await once()
                    else:
                        answer = await once()
                limit.progress()
                self._hops.answered(hop)
                self._answers[archive.name] += 1
                return answer
            except NoCredentialsError as error:
                raise AccessError(
                    f"Archive {archive.name} needs AWS credentials and none were found; set AWS_ACCESS_KEY_ID and "
                    "AWS_SECRET_ACCESS_KEY, or auth = 'unsigned' in its definition."
                ) from error
            except _RefusedError as error:
                if not error.passing:
                    raise
                problem = error
            except (BotoCoreError, HttpError, _ShortBodyError, OSError, TimeoutError) as error:
                problem = error
            if isinstance(problem, TimeoutError):
                self._hops.failed(hop, f"{key}: no answer in time")
            elif tries_left < _TRIES - 1 and self._answers[archive.name] == answers:  # not for one failure or object
                self._hops.failed(hop, f"{key}: {_told(problem)}")
            limit.setback(began)
            if tries_left:
                await asyncio.sleep(_PATIENCE.delay(_TRIES - tries_left))
        where = archive.endpoint or f"S3 in {archive.region}"
        sentence = f"Archive {archive.name} at {where}: {key} cannot be read: {_told(problem)}."
        if self._answers[archive.name] > answers:
            raise BrokenObjectError(sentence)
        raise UnavailableError("S3", sentence)


def _told(problem: Exception) -> str:
    """What a person is told of a problem: the client library puts the whole address of a request into its texts."""
    return re.sub(r"\?list-type=[^\s\"]*", "", str(problem)).rstrip(".")


class _ShortBodyError(Exception):
    """A body shorter than its announced length."""


class _RefusedError(Exception):
    """An error answer of the store: its code, the HTTP status and its text."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code = code or str(status)
        self.status = status

    @property
    def passing(self) -> bool:
        """Whether a repeat may succeed."""
        return self.code in _PASSING or str(self.status) in _PASSING


def _refused(archive: ArchiveDefinition, key: str, error: _RefusedError) -> str:
    """The sentence for a refusal that no repeat helps."""
    where = archive.endpoint or f"S3 in {archive.region or 'any region'}"
    if error.code == "NoSuchBucket":
        return (
            f"Archive {archive.name}: there is no bucket {archive.bucket} at {where}; make it, or correct the "
            "archive's definition."
        )
    return f"Archive {archive.name}: the store at {where} refused {archive.bucket}/{key}: {error}."


def _refusal(response: ClientResponse, body: bytes) -> _RefusedError:
    """An error answer by its XML document (docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)."""
    said = {
        name: match.group(1)
        for name in ("Code", "Message")
        if (match := re.search(f"<{name}>([^<]*)</{name}>", body.decode("utf-8", "replace")))
    }
    code = said.get("Code", "")
    return _RefusedError(code, response.status, f"{response.status} {code} {said.get('Message', response.reason)}")
