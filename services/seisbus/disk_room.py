"""Room on the disk: whether servers and services can continue, and one sentence if they cannot."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

# What a database asks for beyond its data before it runs again: its journal's next files (10 MB each) and a checkpoint.
WANTED_FREE: Final = 48 << 20


def lack_of_room(folder: Path) -> str:
    """Where there is no room and how much is wanted; "" while there is enough, or where `folder` cannot be looked at.

    `folder` need not exist yet: the disk is that of its nearest ancestor.
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
