"""Stores waveforms in the sink's bucket: the pieces of one job and packing in a batch become one object, which `sync`
puts there.

A key has the boot id of this process and a number, so two attempts never write the same object. `cleaning` removes
objects that were put but not committed.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field

from ..model.handovers import Packing
from ..objects import Bucket
from .waveforms import SUFFIX, Place, StorageMode


@dataclass(slots=True)
class _Object:
    """An object that is still in memory."""

    name: str
    data: bytearray = field(default_factory=bytearray)


class WaveformObjects:
    """Gathers pieces below waveforms/{job}/ of the sink; a batch of the committer (32 MB, or one window) in memory.

    `orphan_seconds`: age at which the cleaner takes an object without a document for an orphan.
    """

    def __init__(self, bucket: Bucket, boot: str, orphan_seconds: float) -> None:
        self._bucket = bucket
        self._boot = boot
        self._waiting: dict[tuple[str, Packing], _Object] = {}
        self._made = 0
        # half of it, so that a transaction that is running then ends before the cleaner may come
        self.kept_seconds = orphan_seconds / 2

    async def append(self, job: str, packing: Packing, data: bytes | memoryview) -> Place:
        """Take the bytes and return where they will be after `sync`."""
        waiting = self._waiting.get((job, packing))
        if waiting is None:
            waiting = _Object(f"{job}-{self._boot}-{self._made}.{SUFFIX[packing]}")
            self._waiting[job, packing] = waiting
            self._made += 1
        sha256 = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
        folder = self._bucket.url(f"waveforms/{job}")
        place = Place(folder, waiting.name, len(waiting.data), len(data), StorageMode.S3, sha256)
        waiting.data += data
        return place

    async def sync(self) -> None:
        """Put every object. UnavailableError if the sink does not take one; then call `roll_back`."""
        puts = [
            self._bucket.put(f"waveforms/{job}/{waiting.name}", bytes(waiting.data))
            for (job, _), waiting in self._waiting.items()
        ]
        for end in await asyncio.gather(*puts, return_exceptions=True):
            if isinstance(end, BaseException):
                raise end
        self._waiting.clear()

    async def roll_back(self) -> None:
        """Forget the objects; the next attempt makes new ones."""
        self._waiting.clear()

    async def close(self) -> None:
        """Do nothing, because nothing is open."""
