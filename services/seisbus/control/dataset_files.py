"""Reads a dataset's files from the output folder or the sink, in pieces that fit into a message."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path

from ..errors import NotFoundError
from ..model.dataset_places import DatasetPlace
from ..objects.sink_reader import StoredObjectError, dataset_files
from ..store.blobs import PIECE_BYTES
from .context import CallContext


async def stretches(context: CallContext, document: DatasetPlace) -> AsyncIterator[tuple[str, bytes]]:
    """(file name, at most 1 MB) of all files in order; NotFoundError if a file is not where the document says."""
    try:
        if (url := document.get("url")) is None:
            files = _local(context.output_root, document["path"])
        elif context.sink is None:
            raise StoredObjectError(url, "needs SEISBUS_SINK to be set as the writers have it")
        else:
            files = dataset_files(context.sink, url)
        with nullcontext() if url is None else context.reading_sink():
            async for name, data in files:
                for at in range(0, max(1, len(data)), PIECE_BYTES):
                    yield name, data[at : at + PIECE_BYTES]
    except (OSError, StoredObjectError) as error:
        raise NotFoundError(f"Dataset {document['_id']} cannot be read: {error}.") from error


async def _local(root: Path, path: str) -> AsyncIterator[tuple[str, bytes]]:
    for name, file in await asyncio.to_thread(_files, root, path):
        handle = await asyncio.to_thread(os.open, file, os.O_RDONLY)
        try:
            position = 0
            while (data := await asyncio.to_thread(os.pread, handle, PIECE_BYTES, position)) or position == 0:
                yield name, data
                position += max(1, len(data))
        finally:
            os.close(handle)


def _files(root: Path, path: str) -> list[tuple[str, Path]]:
    target = root.joinpath(path).resolve()
    if not target.is_relative_to(root.resolve()):
        raise FileNotFoundError(f"{path} lies outside of the output folder")
    if target.is_dir():
        return [(file.name, file) for file in sorted(target.iterdir()) if file.is_file()]
    return [("", target)]
