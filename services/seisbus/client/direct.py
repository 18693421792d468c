"""Read stored bytes directly from the sink's bucket, with the caller's own credentials and not through control."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from ..extras import require
from .values import Stored

if TYPE_CHECKING:
    from ..objects.bucket import Bucket


class Direct:
    """Reads buckets that documents name, with the caller's own credentials.

    Credentials are found where AWS's own tools look for them. This needs seisbus[direct].

    Parameters
    ----------
    endpoint
        URL of the store; "" for Amazon's.
    region
        Region of the buckets.

    Raises
    ------
    MissingExtraError
        The extra is not installed.
    """

    def __init__(self, endpoint: str = "", region: str = "") -> None:
        require("direct")  # a missing package is reported here, not at the first read
        self._endpoint = endpoint
        self._region = region
        self._stack = AsyncExitStack()
        self._buckets: dict[str, Bucket] = {}

    async def close(self) -> None:
        """End the connections; the next read makes new ones."""
        self._buckets.clear()
        await self._stack.aclose()

    async def stored(self, document: Mapping[str, Any]) -> Stored:
        """Read the bytes of a wf document.

        Parameters
        ----------
        document
            The document.

        Returns
        -------
        Stored
            The document with its bytes, or with the reason why they cannot be read.

        Raises
        ------
        UnavailableError
            The store does not answer.
        """
        from ..objects.sink_reader import StoredObjectError, waveform_bytes

        if document["storage_mode"] != "s3":
            return Stored(document, error="it is not in a bucket; read it through control.")
        try:
            bucket = await self._bucket(document["dir"])
            data = b"".join([data async for data in waveform_bytes(bucket, document)])
        except StoredObjectError as error:
            return Stored(document, error=error.message)
        return Stored(document, data, document["format"] == "mseed")

    async def files(self, dataset: Mapping[str, Any]) -> AsyncIterator[tuple[str, bytes]]:
        """Read the files of a dataset.

        Parameters
        ----------
        dataset
            The document of the dataset.

        Yields
        ------
        tuple[str, bytes]
            The name of a file, and its next bytes.

        Raises
        ------
        StoredObjectError
            A file is damaged or missing.
        UnavailableError
            The store does not answer.
        """
        from ..objects.sink_reader import dataset_files

        url = str(dataset.get("url", dataset["path"]))
        async for name, data in dataset_files(await self._bucket(url), url):
            yield name, data

    async def _bucket(self, url: str) -> Bucket:
        """The bucket of a URL; StoredObjectError if the URL does not name an object."""
        from ..objects.bucket import SCHEME, Bucket
        from ..objects.sink_reader import StoredObjectError

        if not url.startswith(SCHEME):
            raise StoredObjectError(url, "is not in a bucket; read it through control")
        name = url.removeprefix(SCHEME).partition("/")[0]
        if name not in self._buckets:
            bucket = Bucket(f"{SCHEME}{name}", self._endpoint, self._region)
            self._buckets[name] = await self._stack.enter_async_context(bucket)
        return self._buckets[name]
