"""The waveform files of this process. They are appended to, made durable and rotated, and never opened again after a
crash.

A file belongs to one job, one writer process and one packing; the database decides which of its bytes count.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from ..errors import UnavailableError
from ..model.handovers import Packing
from .direct_io import BLOCK_BYTES, WORTH_BYTES, DirectWriter, take
from .waveforms import SUFFIX, Place

_OPEN_FILES = 64
_AT_ONCE = 1024  # IOV_MAX of Linux


@dataclass(slots=True)
class _File:
    """An open file: bytes before `safe` are durable, those from there to `end` wait to be written all at once.

    `direct` writes past the page cache; None if the file system cannot do that.
    """

    path: Path
    handle: int
    direct: DirectWriter | None = None
    end: int = 0
    safe: int = 0
    waiting: deque[memoryview] = field(default_factory=deque)

    def take(self, data: bytes | memoryview) -> Place:
        place = Place(str(self.path.parent), self.path.name, self.end, len(data))
        if data:
            self.waiting.append(memoryview(data))
        self.end += len(data)
        return place

    def write(self) -> None:
        total = sum(map(len, self.waiting))
        at = self.end - total
        if self.direct is not None and total >= WORTH_BYTES:
            lead = -at % BLOCK_BYTES
            self._write(at, lead)  # up to the beginning of a block; the rest waits
            at += lead
            if not self.direct.write(at, self.waiting, (self.end - at) // BLOCK_BYTES * BLOCK_BYTES):
                self.direct.close()
                self.direct = None
            at = self.end - sum(map(len, self.waiting))
        self._write(at, self.end - at)

    def _write(self, at: int, count: int) -> None:
        """Write so many of the waiting bytes through the page cache."""
        pieces = take(self.waiting, count)
        while pieces:
            written = os.pwritev(self.handle, list(islice(pieces, _AT_ONCE)), at)
            at += written
            take(pieces, written)

    def sync(self) -> None:
        if self.end != self.safe:
            os.fdatasync(self.handle)
            self.safe = self.end

    def roll_back(self) -> None:
        self.waiting.clear()
        with contextlib.suppress(OSError):
            os.ftruncate(self.handle, self.safe)
        self.end = self.safe

    def close(self) -> None:
        os.close(self.handle)
        if self.direct is not None:
            self.direct.close()


class WaveformFiles:
    """Appends pieces below `root`/waveforms/{job}/; one caller at a time. Pieces stay in memory until `sync`."""

    kept_seconds = math.inf

    def __init__(self, root: Path, boot: str, rotate_bytes: int) -> None:
        self._root = root.absolute() / "waveforms"
        self._boot = boot
        self._rotate_bytes = rotate_bytes
        self._open: OrderedDict[tuple[str, Packing], _File] = OrderedDict()
        self._made = 0

    async def append(self, job: str, packing: Packing, data: bytes | memoryview) -> Place:
        """Take the bytes and return where they will be in the job's file. UnavailableError if the file cannot be made;
        then call `roll_back`."""
        file = self._open.get((job, packing))
        if file is None or file.end >= self._rotate_bytes:
            file = await asyncio.to_thread(self._begin, job, packing)
        else:
            self._open.move_to_end((job, packing))
        return file.take(data)

    async def sync(self) -> None:
        """Write what was appended so that it survives a power cut. UnavailableError if that fails; then call
        `roll_back`."""
        await asyncio.to_thread(self._sync)

    async def roll_back(self) -> None:
        """Cut off what was appended since the last `sync`, so that a full disk does not keep unused bytes."""
        await asyncio.to_thread(self._roll_back)

    async def close(self) -> None:
        """Close all files; the next append begins new ones."""
        while self._open:
            await asyncio.to_thread(self._drop, next(iter(self._open)))

    def _begin(self, job: str, packing: Packing) -> _File:
        try:
            return self._new_file(job, packing)
        except OSError as error:
            raise _unavailable(self._root, error) from error

    def _sync(self) -> None:
        for key, file in list(self._open.items()):
            try:
                file.write()
            except OSError as error:  # a full disk; `roll_back` cuts off what it took
                raise _unavailable(self._root, error) from error
            try:
                file.sync()
            except OSError as error:
                # After a failed write it is not known what is on the disk, so this file is never used again.
                del self._open[key]
                file.close()
                raise _unavailable(self._root, error) from error

    def _roll_back(self) -> None:
        for file in self._open.values():
            file.roll_back()

    def _new_file(self, job: str, packing: Packing) -> _File:
        key = (job, packing)
        if key in self._open:
            self._drop(key)
        while len(self._open) >= _OPEN_FILES:
            self._drop(next(iter(self._open)))
        folder = self._root / job
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{job}-{self._boot}-{self._made}.{SUFFIX[packing]}"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        self._made += 1
        self._open[key] = _File(path, handle, DirectWriter.of(path))
        return self._open[key]

    def _drop(self, key: tuple[str, Packing]) -> None:
        file = self._open.pop(key)
        try:
            file.write()
            file.sync()
        except OSError:
            file.roll_back()
            raise
        finally:
            file.close()


def _unavailable(root: Path, error: OSError) -> UnavailableError:
    """A full disk, a missing folder, a lost mount: the service waits until somebody repairs it."""
    return UnavailableError("disk", f"Waveform files below {root} cannot be written ({error.strerror}).")
