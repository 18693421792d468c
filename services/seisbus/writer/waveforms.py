"""The interface of a store for waveforms, which the committer uses: `files` (a disk) or `uploads` (the sink)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ..model.handovers import Packing

SUFFIX = {Packing.MINISEED: "mseed", Packing.FLOAT64: "f64"}


class StorageMode(StrEnum):
    """MsPASS's `storage_mode`. MsPASS has no mode for a bucket of one's own, so `s3` is ours; MsPASS reads such a datum
    as dead."""

    FILE = "file"
    S3 = "s3"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece is: MsPASS's dir (a URL for `s3`), dfile, foff and nbytes; for `s3` also the piece's SHA-256."""

    dir: str
    dfile: str
    foff: int
    nbytes: int
    mode: StorageMode = StorageMode.FILE
    sha256: str = ""


class WaveformStore(Protocol):
    """Takes pieces and makes them durable; one caller at a time.

    `kept_seconds`: how long bytes surely stay after `sync` without a document that names them.
    """

    kept_seconds: float

    async def append(self, job: str, packing: Packing, data: bytes | memoryview) -> Place:
        """Take the bytes and return where they will be. UnavailableError if there is no room for them; then call
        `roll_back`."""

    async def sync(self) -> None:
        """Make everything appended so far survive a power cut. UnavailableError if that fails; then call
        `roll_back`."""

    async def roll_back(self) -> None:
        """Forget what was appended since the last `sync`."""

    async def close(self) -> None:
        """Nothing more will be appended."""
