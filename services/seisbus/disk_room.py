"""Check the free room on the disk; one sentence if servers and services cannot continue."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

# Room that a database needs besides its data to start again: the next files of its journal (10 MB each) and a
# checkpoint.
WANTED_FREE: Final = 48 << 20


def lack_of_room(folder: Path) -> str:
    """Which disk is full and how much room is needed; "" if there is enough room or `folder` cannot be checked.

    `folder` need not exist yet; then the disk of its nearest existing parent is checked.
    """
    there = next((path for path in (folder, *folder.absolute().parents) if path.exists()), folder)
    try:
        free = shutil.disk_usage(there).free
    except OSError:
        return ""
    if free >= WANTED_FREE:
        return ""
    return (
        f"The disk of {folder} is full: {free / 1e6:.0f} MB are free and {WANTED_FREE / 1e6:.0f} MB are wanted; "
        f"make room, then all goes on by itself."
    )
