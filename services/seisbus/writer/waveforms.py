"""What the committer asks of a place for waveforms, whichever it is: `files` (a disk) or `uploads` (the sink)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ..model.handovers import Packing

SUFFIX = {Packing.MINISEED: "mseed", Packing.FLOAT64: "f64"}


class StorageMode(StrEnum):
    """MsPASS's `storage_mode`. It knows no bucket of one's own, so `s3` is ours: it reads such a datum as dead."""

    FILE = "file"
    S3 = "s3"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece stands: MsPASS's dir (of `s3` a URL), dfile, foff and nbytes; of `s3` the piece's SHA-256."""

    dir: str
    dfile: str
    foff: int
    nbytes: int
    mode: StorageMode = StorageMode.FILE
    sha256: str = ""


class WaveformStore(Protocol):
    """Takes pieces and makes them durable; one caller at a time.

    `kept_seconds`: how long bytes stay after `sync` though no document names them.
    """

    kept_seconds: float

    async def append(self, job: str, packing: Packing, data: bytes | memoryview) -> Place:
        """Where the bytes will stand. UnavailableError while there is no room for them; then `roll_back`."""

    async def sync(self) -> None:
        """Make everything appended so far survive a power cut. UnavailableError when it cannot be; then `roll_back`."""

    async def roll_back(self) -> None:
        """Forget what was appended since the last `sync`."""

    async def close(self) -> None:
        """Nothing more will be appended."""
