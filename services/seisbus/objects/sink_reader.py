"""Read objects that documents name in the sink, with checks: the bytes of a waveform, the files of a dataset."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from ..errors import SeisbusError
from ..model.dataset_places import SUMS, sums_of
from .bucket import Bucket

# Bytes per request to the sink, because each answer takes 30 to 100 ms to begin.
_REQUEST_BYTES = 8 << 20


class StoredObjectError(SeisbusError):
    """An object (`url`) does not exist, is not in this sink, or differs from the stored one."""

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(f"{url} {problem}.")
        self.url = url


async def waveform_bytes(bucket: Bucket, document: Mapping[str, Any]) -> AsyncIterator[bytes]:
    """The bytes of a wf document of storage mode `s3`, in order. StoredObjectError after the last bytes if their
    SHA-256 differs from the one in the document."""
    url = f"{document['dir']}/{document['dfile']}"
    start = int(document["foff"])
    end = start + int(document["nbytes"])
    digest = hashlib.sha256()
    async for data in _stretches(bucket, url, start, end):
        digest.update(data)
        yield data
    if digest.hexdigest() != document["sha256"]:
        raise StoredObjectError(url, "does not hold the bytes that were written (their SHA-256 differs)")


async def dataset_files(bucket: Bucket, url: str) -> AsyncIterator[tuple[str, bytes]]:
    """(file name, next bytes) of a dataset's files in order; StoredObjectError.

    The name is "" if the dataset is one file. For a folder, the file with checksums comes first; the caller must check.
    """
    if not url.endswith("/"):
        async for data in _whole(bucket, url):
            yield "", data
        return
    sums = b"".join([data async for data in _whole(bucket, url + SUMS)])
    yield SUMS, sums
    for name in sums_of(sums):
        async for data in _whole(bucket, url + name):
            yield name, data


async def _whole(bucket: Bucket, url: str) -> AsyncIterator[bytes]:
    looked = await bucket.look(_key(bucket, url))
    if looked is None:
        raise StoredObjectError(url, "is not there")
    if not looked.size:
        yield b""
    async for data in _stretches(bucket, url, 0, looked.size):
        yield data


async def _stretches(bucket: Bucket, url: str, start: int, end: int) -> AsyncIterator[bytes]:
    key = _key(bucket, url)
    while start < end:
        data = await bucket.read(key, start, min(start + _REQUEST_BYTES, end))
        if not data:
            raise StoredObjectError(url, "is not there" if data is None else f"ends at byte {start}, expected {end}")
        yield data
        start += len(data)


def _key(bucket: Bucket, url: str) -> str:
    key = bucket.key(url)
    if key is None:
        raise StoredObjectError(url, f"lies outside of the sink {bucket.url('')}")
    return key
