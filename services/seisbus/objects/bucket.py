"""The bucket that Seisbus itself writes to (the sink): objects put whole, read back by ranges, listed and deleted.

An object appears whole or not at all: a small one is one request, a large one a multipart upload that only its last
request makes visible. The server checks the MD5 of every body; the SHA-256 of the whole is kept as metadata. A sink
that is away, full or refuses raises UnavailableError, and the caller holds. `reader` reads archives.
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

from aiohttp import ClientError as HttpError  # which aiobotocore lets through while a body is read
from botocore.exceptions import BotoCoreError, ClientError

from ..deadlines import S3_PUT_SECONDS
from ..errors import UnavailableError, UserError
from .s3 import ABSENT, error_code, s3_client

SCHEME: Final = "s3://"
# Larger objects go up in parts of this size; a multiple of what S3 asks of a part at least (5 MiB).
PART_BYTES: Final = 8 << 20
# docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
_MOST_PARTS = 10_000
_DELETED_AT_ONCE = 1000
_PARTS_AT_ONCE = 4
_POOL = 32
_TRIES = 4
# The bucket's name by S3's rules, then a prefix of characters that every tool takes in a key.
_LOCATION = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9!_.*'()=-]+)*)/?")
_SHA256 = "sha256"

Part = Callable[[int, int], Awaitable[bytes]]
"""(start, end) -> those bytes of what is being put."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One object; `key` is below the sink's prefix, `sha256` "" in a listing and where Seisbus did not put it."""

    key: str
    size: int
    modified: datetime
    sha256: str = ""


class Bucket:
    """The part of a bucket below a prefix; keys are below it. One client, made at the first call; `async with` closes.

    `location` is s3://bucket/prefix, `endpoint` the URL of a store other than Amazon's (UserError when it is not).
    Credentials come from where AWS's own tools look for them. An answer may take `answer_seconds`, each of `tries`.
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
        """The key of an s3:// URL; None for one that lies outside of the sink."""
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
        """Bytes [start, end) of an object, fewer where it ends earlier; None when there is no such key."""
        client = await self._client()
        problem: object = None
        for _ in range(self._tries):  # of the body; the library repeats what happens before it
            with self._reported(f"{key} cannot be read"):
                try:
                    answer = await client.get_object(
                        Bucket=self._bucket, Key=self._prefix + key, Range=f"bytes={start}-{end - 1}"
                    )
                except ClientError as error:
                    if error_code(error) in ABSENT:
                        return None
                    if error_code(error) == "InvalidRange":  # it ends before
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
        """An object without its bytes; None when there is no such key."""
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
        """Objects whose keys begin so, in order of key; a page (1000) a request."""
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
        """Throw away the parts of uploads that were begun before that moment and never completed; how many."""
        client = await self._client()
        aborted = 0
        with self._reported("unfinished uploads cannot be cleaned"):
            try:
                page = await client.list_multipart_uploads(Bucket=self._bucket, Prefix=self._prefix + prefix)
            except ClientError as error:
                if error_code(error) == "NoSuchUpload":  # what some stores call an empty list
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
                    # MD5 is what every store checks; trailing checksums are Amazon's own
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
    """A multipart upload, aborted when it cannot be completed; what a killed process leaves is the cleaner's."""
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
