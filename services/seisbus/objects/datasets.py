"""The files of a dataset in the sink, as its document names them. Checking their sums is left to who keeps them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ..model.stored import SUMS, sums_of
from .bucket import Bucket

# What is asked of the sink in one request: an answer takes 30 to 100 ms to begin.
_REQUEST_BYTES = 8 << 20


async def dataset_files(bucket: Bucket, url: str) -> AsyncIterator[tuple[str, bytes]]:
    """(file name, next bytes) of all files in order; the name is "" where the dataset is one file, and the sums of a
    folder come first. FileNotFoundError when an object is not there, or the URL lies outside of the sink."""
    key = bucket.key(url)
    if key is None:
        raise FileNotFoundError(f"{url} lies outside of the sink")
    if not url.endswith("/"):
        async for data in _object(bucket, key):
            yield "", data
        return
    sums = b"".join([data async for data in _object(bucket, key + SUMS)])
    yield SUMS, sums
    for name in sums_of(sums):
        async for data in _object(bucket, key + name):
            yield name, data


async def _object(bucket: Bucket, key: str) -> AsyncIterator[bytes]:
    looked = await bucket.look(key)
    for start in range(0, max(1, looked.size) if looked else 1, _REQUEST_BYTES):
        data = None if looked is None else await bucket.read(key, start, start + _REQUEST_BYTES)
        if data is None:
            raise FileNotFoundError(f"{bucket.url(key)} is not there")
        yield data
