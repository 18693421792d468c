"""The bucket that Seisbus writes to (the sink): put whole objects, read ranges, list and delete.

An object appears only when it is complete: a small one needs one request, and the last request of a multipart upload
makes a large one visible. The server checks the MD5 of every body. The SHA-256 of the whole object is stored as
metadata. If the sink is away, full or refuses, UnavailableError is raised and the caller holds. `reader` reads
archives.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

from aiohttp import ClientError as HttpError  # aiobotocore can raise this while a body is read
from botocore.exceptions import BotoCoreError, ClientError

from ..deadlines import S3_PUT_SECONDS
from ..errors import UnavailableError, UserError
from .s3 import ABSENT, error_code, s3_client

SCHEME: Final = "s3://"
# Larger objects are uploaded in parts of this size; S3 requires at least 5 MiB per part.
PART_BYTES: Final = 8 << 20
# docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
_MOST_PARTS = 10_000
_DELETED_AT_ONCE = 1000
_PARTS_AT_ONCE = 4
_POOL = 32
_TRIES = 4
# The bucket's name by S3's rules, then a prefix of characters that every tool accepts in a key.
_LOCATION = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9!_.*'()=-]+)*)/?")
_SHA256 = "sha256"

Part = Callable[[int, int], Awaitable[bytes]]
"""(start, end) -> these bytes of the source of an upload."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One object; `key` is below the sink's prefix; `sha256` is "" in a listing and for objects of others."""

    key: str
    size: int
    modified: datetime
    sha256: str = ""


class Bucket:
    """The objects of a bucket below a prefix, which keys do not include; `async with` closes the client.

    `location` is s3://bucket/prefix, `endpoint` the URL of a store other than Amazon's; UserError if one of them is
    wrong. Credentials come from the same places as for AWS's tools. Each of `tries` may take `answer_seconds`.
    """

    def __init__(
        self,
        location: str,
        endpoint: str = "",
        region: str = "",
        *,
        answer_seconds: float = S3_PUT_SECONDS,
        tries: int = _TRIES,
    ) -> None:
        match = _LOCATION.fullmatch(location)
        if match is None:
            raise UserError(f"{location!r} is not a place for a sink; expected s3://bucket or s3://bucket/prefix.")
        if endpoint and not endpoint.startswith(("http://", "https://")):
            raise UserError(
                f"{endpoint!r} is not the address of a store; expected a URL such as https://s3.example.org."
            )
        self._bucket = match.group(1)
        self._prefix = f"{match.group(2)[1:]}/" if match.group(2) else ""
        self._endpoint = endpoint
        self._region = region
        self._answer_seconds = answer_seconds
        self._tries = tries
        self._stack = AsyncExitStack()
        self._lock = asyncio.Lock()
        self._made: Any = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()

    def url(self, key: str) -> str:
        """The s3:// URL of a key, as documents name it."""
        return f"{SCHEME}{self._bucket}/{self._prefix}{key}"

    def key(self, url: str) -> str | None:
        """The key of an s3:// URL; None for a URL outside of the sink."""
        inside = self.url("")
        return url[len(inside) :] if url.startswith(inside) and url != inside else None

    async def put(self, key: str, data: bytes) -> str:
        """Put bytes as one object; their SHA-256 (hex)."""
        sha256 = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())

        async def part(start: int, end: int) -> bytes:
            return data[start:end]

        await self._put(key, len(data), sha256, part)
        return sha256

    async def put_file(self, key: str, path: Path, sha256: str) -> None:
        """Put a file that does not change meanwhile; its SHA-256 (hex) is known. OSError if it cannot be read."""
        handle = os.open(path, os.O_RDONLY)
        try:

            async def part(start: int, end: int) -> bytes:
                return await asyncio.to_thread(os.pread, handle, end - start, start)

            await self._put(key, os.fstat(handle).st_size, sha256, part)
        finally:
            os.close(handle)

    async def _put(self, key: str, size: int, sha256: str, part: Part) -> None:
        what = {"Bucket": self._bucket, "Key": self._prefix + key}
        client = await self._client()
        with self._reported(f"{key} cannot be written"):
            if size <= PART_BYTES:
                body = await part(0, size)
                md5 = await asyncio.to_thread(_md5, body)
                await client.put_object(**what, Body=body, ContentMD5=md5, Metadata={_SHA256: sha256})
            else:
                await _put_in_parts(client, what, size, sha256, part)

    async def read(self, key: str, start: int, end: int) -> bytes | None:
        """Bytes [start, end) of an object, fewer if it ends earlier; None if there is no such key."""
        client = await self._client()
        problem: object = None
        for _ in range(self._tries):  # tries for the body; the library repeats everything before it
            with self._reported(f"{key} cannot be read"):
                try:
                    answer = await client.get_object(
                        Bucket=self._bucket, Key=self._prefix + key, Range=f"bytes={start}-{end - 1}"
                    )
                except ClientError as error:
                    if error_code(error) in ABSENT:
                        return None
                    if error_code(error) == "InvalidRange":  # the object ends before the range
                        return b""
                    raise
            try:
                async with answer["Body"] as body:
                    data: bytes = await body.read()
            except (BotoCoreError, HttpError, OSError) as error:
                problem = error
                continue
            if len(data) == int(answer["ContentLength"]):
                return data
            problem = f"{len(data)} of {answer['ContentLength']} bytes came"
        raise self._unavailable(f"{key} cannot be read", problem)

    async def look(self, key: str) -> Kept | None:
        """An object without its bytes; None if there is no such key."""
        client = await self._client()
        with self._reported(f"{key} cannot be looked at"):
            try:
                answer = await client.head_object(Bucket=self._bucket, Key=self._prefix + key)
            except ClientError as error:
                if error_code(error) in ABSENT:
                    return None
                raise
        metadata = {name.lower(): value for name, value in answer["Metadata"].items()}
        return Kept(key, int(answer["ContentLength"]), answer["LastModified"], metadata.get(_SHA256, ""))

    async def answers(self) -> None:
        """Ask for a key that is never used; any response is an answer, UnavailableError without one."""
        client = await self._client()
        with self._reported("it does not answer"), contextlib.suppress(ClientError):
            await client.head_object(Bucket=self._bucket, Key=f"{self._prefix}.seisbus-look")

    async def list(self, prefix: str) -> AsyncIterator[Kept]:
        """Objects whose keys begin with a prefix, in order of key; 1000 per request."""
        client = await self._client()
        token: dict[str, str] = {}
        while True:
            with self._reported(f"{prefix} cannot be listed"):
                page = await client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix + prefix, **token)
            for entry in page.get("Contents", ()):
                yield Kept(entry["Key"][len(self._prefix) :], int(entry["Size"]), entry["LastModified"])
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    async def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; objects that are already gone are ignored."""
        names = [{"Key": self._prefix + key} for key in keys]
        client = await self._client()
        for at in range(0, len(names), _DELETED_AT_ONCE):
            some = {"Objects": names[at : at + _DELETED_AT_ONCE], "Quiet": True}
            with self._reported("objects cannot be deleted"):
                answer = await client.delete_objects(Bucket=self._bucket, Delete=some)
            if errors := answer.get("Errors"):
                raise self._unavailable(f"{errors[0].get('Key')} cannot be deleted", errors[0].get("Message"))

    async def abort_uploads(self, prefix: str, before: datetime) -> int:
        """Delete the parts of incomplete uploads that began before a time; returns the number of uploads."""
        client = await self._client()
        aborted = 0
        with self._reported("unfinished uploads cannot be cleaned"):
            try:
                page = await client.list_multipart_uploads(Bucket=self._bucket, Prefix=self._prefix + prefix)
            except ClientError as error:
                if error_code(error) == "NoSuchUpload":  # some stores answer so if there are no uploads
                    return 0
                raise
            for upload in page.get("Uploads", ()):
                if upload["Initiated"] < before:
                    await client.abort_multipart_upload(
                        Bucket=self._bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                    )
                    aborted += 1
        return aborted

    async def _client(self) -> Any:
        async with self._lock:
            if self._made is None:
                client = s3_client(
                    self._endpoint,
                    self._region,
                    answer_seconds=self._answer_seconds,
                    max_pool_connections=_POOL,
                    retries={"mode": "standard", "total_max_attempts": self._tries},
                    # every store checks MD5, but only Amazon supports trailing checksums
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                )
                with self._reported("no client can be made"):
                    self._made = await self._stack.enter_async_context(client)
        return self._made

    @contextmanager
    def _reported(self, problem: str) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError, HttpError, TimeoutError, ConnectionError) as error:
            raise self._unavailable(problem, error) from error

    def _unavailable(self, problem: str, cause: object) -> UnavailableError:
        where = f" at {self._endpoint}" if self._endpoint else ""
        return UnavailableError("S3", f"Sink {self.url('')}{where}: {problem} ({cause}).")


async def _put_in_parts(client: Any, what: dict[str, str], size: int, sha256: str, part: Part) -> None:
    """A multipart upload, aborted if it fails; the cleaner removes the parts that a killed process leaves."""
    step = max(PART_BYTES, -(-size // _MOST_PARTS))
    upload = (await client.create_multipart_upload(**what, Metadata={_SHA256: sha256}))["UploadId"]
    running = asyncio.Semaphore(_PARTS_AT_ONCE)

    async def send(number: int, start: int) -> dict[str, Any]:
        async with running:
            body = await part(start, min(start + step, size))
            md5 = await asyncio.to_thread(_md5, body)
            answer = await client.upload_part(**what, UploadId=upload, PartNumber=number, Body=body, ContentMD5=md5)
        return {"PartNumber": number, "ETag": answer["ETag"]}

    sending = [asyncio.create_task(send(number, at)) for number, at in enumerate(range(0, size, step), 1)]
    try:
        parts = await asyncio.gather(*sending)
        await client.complete_multipart_upload(**what, UploadId=upload, MultipartUpload={"Parts": parts})
    except BaseException:
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        with contextlib.suppress(BotoCoreError, ClientError, HttpError, OSError):
            await client.abort_multipart_upload(**what, UploadId=upload)
        raise


def _md5(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
