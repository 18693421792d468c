"""The data folder of a stack: its lock, and the state file by which other terminals find the stack."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from seisbus.errors import StateError
from seisbus.running import LOCK, STATE, StackState, running_stack

__all__ = ["FolderInUseError", "StackState", "held_folder", "running_stack"]


class FolderInUseError(StateError):
    """A running stack of process `pid` (None if not known) uses the data folder `folder`."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        holder = "another process" if pid is None else f"process {pid}"
        super().__init__(f"The data folder {folder} is in use by {holder}: stop that stack or choose another folder.")
        self.folder = folder
        self.pid = pid


@contextmanager
def held_folder(folder: Path) -> Iterator[Path]:
    """Create `folder` if need be and hold its lock; yields the resolved path.

    It is a lock of the kernel (flock), so it ends when its process ends for any reason. Raises FolderInUseError.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / LOCK, "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUseError(folder, _holder(lock)) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        state = folder / STATE
        state.unlink(missing_ok=True)  # left by a stack that was killed
        try:
            yield folder
        finally:
            state.unlink(missing_ok=True)


def _holder(lock: TextIO) -> int | None:
    lock.seek(0)
    text = lock.read()
    return int(text) if text.isdecimal() else None
