"""The data folder of a stack: its lock, and the state file by which other terminals find the stack."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from seisbus.errors import StateError


class FolderInUseError(StateError):
    """A running stack of process `pid` (None if not known) uses the data folder `folder`."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        holder = "another process" if pid is None else f"process {pid}"
        super().__init__(f"The data folder {folder} is in use by {holder}: stop that stack or choose another folder.")
        self.folder = folder
        self.pid = pid


_LOCK = "lock"
_STATE = "stack.json"


@contextmanager
def held_folder(folder: Path) -> Iterator[Path]:
    """Create `folder` if need be and hold its lock; yields the resolved path.

    It is a lock of the kernel (flock), so it ends when its process ends for any reason. Raises FolderInUseError.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / _LOCK, "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUseError(folder, _holder(lock)) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        state = folder / _STATE
        state.unlink(missing_ok=True)  # left by a stack that was killed
        try:
            yield folder
        finally:
            state.unlink(missing_ok=True)


def _holder(lock: TextIO) -> int | None:
    lock.seek(0)
    text = lock.read()
    return int(text) if text.isdecimal() else None


@dataclass(frozen=True, slots=True)
class StackState:
    """What another process needs to use a running stack.

    `pid` is its process. `environment` has the SEISBUS_ variables by which a client, a command or a service finds it.
    `health` has the health addresses (host:port) of each service, one per replica. `log` is the merged log.
    """

    pid: int
    environment: Mapping[str, str]
    control_address: str
    health: Mapping[str, tuple[str, ...]]
    log: str

    def write(self, folder: Path) -> None:
        """Write the state file and rename it into place, so that readers never see an incomplete one."""
        part = folder / f"{_STATE}.part"
        part.write_text(json.dumps(asdict(self), indent=2) + "\n")
        part.replace(folder / _STATE)


def running_stack(folder: Path) -> StackState | None:
    """The stack that runs in `folder` now; None if there is none, if it is still starting, or if it was killed."""
    with suppress(FileNotFoundError), open(folder / _LOCK) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            fields = json.loads((folder / _STATE).read_text())
            fields["health"] = {service: tuple(all_) for service, all_ in fields["health"].items()}
            return StackState(**fields)
    return None
