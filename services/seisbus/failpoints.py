"""Failpoints: places where a test may end the process at the worst moment, as `kill -9` would.

SEISBUS_FAILPOINTS (comma-separated names) turns them on. With SEISBUS_FAILPOINT_FOLDER each ends one process only: the
first process that creates the mark file there dies, and later ones continue.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

_armed = frozenset(filter(None, os.environ.get("SEISBUS_FAILPOINTS", "").split(",")))
_folder = os.environ.get("SEISBUS_FAILPOINT_FOLDER", "")


def failpoint(name: str) -> None:
    """End this process with SIGKILL if the failpoint is armed and has not struck yet."""
    if name not in _armed:
        return
    if _folder:
        try:
            (Path(_folder) / name).touch(exist_ok=False)
        except FileExistsError:
            return
    os.kill(os.getpid(), signal.SIGKILL)
