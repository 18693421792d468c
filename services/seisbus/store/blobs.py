"""Reads the stored bytes of a waveform from the output folder, the sink's bucket or GridFS, in pieces.

It does not look into the bytes (miniSEED or float64), and never reads outside the output folder and the sink.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path
from typing import Final

from bson import ObjectId
from gridfs import AsyncGridFSBucket
from gridfs.errors import NoFile

from ..errors import SeisbusError
from ..objects import Bucket
from ..objects.sink_reader import StoredObjectError, waveform_bytes
from .client import Store, translated
from .documents import SavedDocument

PIECE_BYTES: Final = 1_000_000  # gRPC receives at most 4 MB a message by default


class BlobError(SeisbusError):
    """The bytes of a wf document cannot be read; `document` is its id as text."""

    def __init__(self, document: str, problem: str) -> None:
        super().__init__(f"Waveform {document} cannot be read: {problem}")
        self.document = document


class BlobFormat(StrEnum):
    """The format of stored bytes: MsPASS's attribute `format` (absent means raw float64)."""

    MSEED = "mseed"
    BINARY = "binary"


def blob_format(document: SavedDocument) -> BlobFormat:
    """The format of a wf document's bytes; BlobError for one that Seisbus never writes."""
    found = document.get("format") or BlobFormat.BINARY
    try:
        return BlobFormat(found)
    except ValueError:
        raise BlobError(str(document["_id"]), f"its format is {found!r}, expected mseed or binary.") from None


async def read_blob(
    store: Store, root: Path, document: SavedDocument, sink: Bucket | None = None
) -> AsyncIterator[bytes]:
    """The bytes of a wf document in pieces of at most 1 MB, in order.

    `root` is the output folder. BlobError if the bytes are gone, fewer than the document says, or outside `root` and
    `sink`; and, after the last piece, if their SHA-256 is not that of the document.
    """
    mode = document.get("storage_mode", "gridfs")  # MsPASS takes gridfs if a document does not say it
    if mode == "file":
        async for piece in _read_file(root, document):
            yield piece
    elif mode == "s3":
        async for piece in _read_object(sink, document):
            yield piece
    elif mode == "gridfs":
        async for piece in _read_gridfs(store, document):
            yield piece
    else:
        raise BlobError(str(document["_id"]), f"its storage_mode is {mode!r}, expected file, s3 or gridfs.")


async def _read_file(root: Path, document: SavedDocument) -> AsyncIterator[bytes]:
    identity = str(document["_id"])
    path, handle = await asyncio.to_thread(_open, root, document)
    position = int(document["foff"])
    end = position + int(document["nbytes"] if "nbytes" in document else 8 * document["npts"])
    try:
        while position < end:
            piece = await asyncio.to_thread(os.pread, handle, min(PIECE_BYTES, end - position), position)
            if not piece:
                raise BlobError(identity, f"{path} ends at byte {position}, expected {end}.")
            yield piece
            position += len(piece)
    except OSError as error:
        raise BlobError(identity, f"{path} cannot be read ({error.strerror}).") from None
    finally:
        os.close(handle)


def _open(root: Path, document: SavedDocument) -> tuple[Path, int]:
    identity = str(document["_id"])
    path = Path(document["dir"], document["dfile"]).resolve()
    if not path.is_relative_to(root.resolve()):
        raise BlobError(identity, f"{path} lies outside the output folder {root}; start control with the writer's.")
    try:
        return path, os.open(path, os.O_RDONLY)
    except OSError as error:
        raise BlobError(identity, f"{path} cannot be opened ({error.strerror}).") from None


async def _read_object(sink: Bucket | None, document: SavedDocument) -> AsyncIterator[bytes]:
    identity = str(document["_id"])
    if sink is None:
        problem = "it is in a bucket, and this service has no sink; set SEISBUS_SINK as the writers have it."
        raise BlobError(identity, problem)
    try:
        async for data in waveform_bytes(sink, document):
            for at in range(0, len(data), PIECE_BYTES):
                yield data[at : at + PIECE_BYTES]
    except StoredObjectError as error:
        raise BlobError(identity, error.message) from None


async def _read_gridfs(store: Store, document: SavedDocument) -> AsyncIterator[bytes]:
    try:
        with translated():
            stream = await AsyncGridFSBucket(store.database).open_download_stream(document["gridfs_id"])
    except NoFile:
        raise BlobError(str(document["_id"]), f"GridFS has no file {document['gridfs_id']}.") from None
    with translated():
        while piece := await stream.read(PIECE_BYTES):
            yield piece


def gridfs_name(job: str) -> str:
    """The file name of everything that a job has in GridFS. By it a purge finds files that no document names."""
    return f"waveform/{job}"


async def put_gridfs(store: Store, job: str, data: bytes) -> ObjectId:
    """Store bytes in GridFS under a random id. Without a document that names the id, nobody uses them until a purge of
    the job."""
    with translated():
        return await AsyncGridFSBucket(store.database).upload_from_stream(gridfs_name(job), data)
