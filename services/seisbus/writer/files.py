"""Waveform files of this process: appended to, made durable, rotated, never opened again after a crash.

A file belongs to one job, one writer process and one packing; the database decides which of its bytes count.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from ..errors import UnavailableError
from ..model.transfer import Packing
from .waveforms import SUFFIX, Place

_OPEN_FILES = 64


@dataclass(slots=True)
class _File:
    """An open file: bytes before `end` are written, those before `safe` are durable."""

    path: Path
    handle: int
    end: int = 0
    safe: int = 0

    def sync(self) -> None:
        if self.end != self.safe:
            os.fdatasync(self.handle)
            self.safe = self.end


class WaveformFiles:
    """Appends pieces below `root`/waveforms/{job}/; one caller at a time."""

    kept_seconds = math.inf

    def __init__(self, root: Path, boot: str, rotate_bytes: int) -> None:
        self._root = root.absolute() / "waveforms"
        self._boot = boot
        self._rotate_bytes = rotate_bytes
        self._open: OrderedDict[tuple[str, Packing], _File] = OrderedDict()
        self._made = 0

    async def append(self, job: str, packing: Packing, data: bytes) -> Place:
        """Put bytes at the end of the job's file. UnavailableError while the disk takes none; then `roll_back`."""
        return await asyncio.to_thread(self._append, job, packing, data)

    async def sync(self) -> None:
        """Make everything appended so far survive a power cut. UnavailableError when it cannot be; then `roll_back`."""
        await asyncio.to_thread(self._sync)

    async def roll_back(self) -> None:
        """Cut off what was appended since the last `sync`, so that a full disk does not fill with what nobody names."""
        await asyncio.to_thread(self._roll_back)

    async def close(self) -> None:
        """Close all files; the next append begins new ones."""
        while self._open:
            await asyncio.to_thread(self._drop, next(iter(self._open)))

    def _append(self, job: str, packing: Packing, data: bytes) -> Place:
        try:
            file = self._file(job, packing)
            view, at = memoryview(data), file.end
            while view:
                written = os.pwrite(file.handle, view, at)
                view, at = view[written:], at + written
        except OSError as error:
            raise _unavailable(self._root, error) from error
        place = Place(str(file.path.parent), file.path.name, file.end, len(data))
        file.end = at
        return place

    def _sync(self) -> None:
        for key, file in list(self._open.items()):
            try:
                file.sync()
            except OSError as error:
                # After a failed write-back nobody knows what is on the disk: this file is never built upon again.
                del self._open[key]
                os.close(file.handle)
                raise _unavailable(self._root, error) from error

    def _roll_back(self) -> None:
        for file in self._open.values():
            with contextlib.suppress(OSError):
                os.ftruncate(file.handle, file.safe)
            file.end = file.safe

    def _file(self, job: str, packing: Packing) -> _File:
        key = (job, packing)
        file = self._open.get(key)
        if file is not None and file.end < self._rotate_bytes:
            self._open.move_to_end(key)
            return file
        if file is not None:
            self._drop(key)
        while len(self._open) >= _OPEN_FILES:
            self._drop(next(iter(self._open)))
        folder = self._root / job
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{job}-{self._boot}-{self._made}.{SUFFIX[packing]}"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        self._made += 1
        self._open[key] = _File(path, handle)
        return self._open[key]

    def _drop(self, key: tuple[str, Packing]) -> None:
        file = self._open.pop(key)
        try:
            file.sync()
        finally:
            os.close(file.handle)


def _unavailable(root: Path, error: OSError) -> UnavailableError:
    """A full disk, a missing folder, a lost mount: all are held on until somebody mends them."""
    return UnavailableError("disk", f"Waveform files below {root} cannot be written ({error.strerror}).")
