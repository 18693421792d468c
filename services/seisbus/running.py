"""Find the stack that runs in a folder: who else needs it reads the state file beside its lock."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

LOCK: Final = "lock"
STATE: Final = "stack.json"
DEFAULT_FOLDER: Final = ".seisbus"
CONTROL_PORT: Final = 50051


def data_folder() -> Path:
    """The folder of the local stack: SEISBUS_DATA_DIR, else .seisbus in the present folder."""
    return Path(os.environ.get("SEISBUS_DATA_DIR") or DEFAULT_FOLDER)


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
        part = folder / f"{STATE}.part"
        part.write_text(json.dumps(asdict(self), indent=2) + "\n")
        part.replace(folder / STATE)


def running_stack(folder: Path) -> StackState | None:
    """The stack that runs in `folder` now; None if there is none, if it is still starting, or if it was killed."""
    try:
        import fcntl
    except ImportError:  # no local stack runs on Windows
        return None
    with suppress(OSError, ValueError, KeyError, TypeError), open(folder / LOCK) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            fields = json.loads((folder / STATE).read_text())
            fields["health"] = {service: tuple(all_) for service, all_ in fields["health"].items()}
            return StackState(**fields)
    return None


def default_address() -> str:
    """SEISBUS_CONTROL_ADDRESS, else the usual port of this machine."""
    return os.environ.get("SEISBUS_CONTROL_ADDRESS") or f"127.0.0.1:{CONTROL_PORT}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where control is looked for (host:port), and by whose word ("": it was given).

    `stack` is true where it is the stack of this machine, which has no logins and no TLS.
    """

    address: str
    why: str = ""
    stack: bool = False

    def __str__(self) -> str:
        return f"{self.address} ({self.why})" if self.why else self.address


def stack_place(folder: Path) -> Place | None:
    """Where control of the stack is that runs in a folder; None without one."""
    found = running_stack(folder)
    return None if found is None else Place(found.control_address, f"the stack that runs in {folder}", stack=True)


def control_place(address: str = "", folder: Path | None = None) -> Place:
    """Where control is: the address given, the stack that runs in the folder, SEISBUS_CONTROL_ADDRESS, the usual port.

    Parameters
    ----------
    address
        host:port that was given; "" to look for one.
    folder
        Folder of the local stack; by default `data_folder()`.

    Returns
    -------
    Place
        The address, and why this one.
    """
    if address:
        return Place(address)
    folder = data_folder() if folder is None else folder
    if (found := stack_place(folder)) is not None:
        return found
    if os.environ.get("SEISBUS_CONTROL_ADDRESS"):
        return Place(default_address(), "SEISBUS_CONTROL_ADDRESS")
    why = f"the usual address: no stack runs in {folder}, and SEISBUS_CONTROL_ADDRESS is not set"
    return Place(default_address(), why)
