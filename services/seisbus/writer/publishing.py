"""Making an unfinished dataset the one that readers see: durable first, then by rename. No database, no bus.

Readers that have the old file open go on with it; a killed process leaves the old one and an unfinished one beside it,
which the next builder removes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Published:
    """Bytes of a dataset, and the SHA-256 of its one file ("" for a folder)."""

    size: int
    sha256: str


def unfinished(target: Path, token: int) -> Path:
    """A fresh place beside `target` for the builder with this fencing token; what others left there is removed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f".{target.name}.*.part"):
        _remove(left)
    return target.parent / f".{target.name}.{token}.part"


def make_durable(part: Path) -> Published:
    """Flush an unfinished file, or every file of an unfinished folder, to the disk."""
    if part.is_dir():
        files = sorted(part.iterdir())
        for file in files:
            _sync(file)
        _sync(part)
        return Published(sum(file.stat().st_size for file in files), "")
    _sync(part)
    with part.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return Published(part.stat().st_size, digest)


def publish(part: Path, target: Path) -> None:
    """Put a durable dataset in place.

    A file replaces the old one at once. A folder's files replace theirs one by one, each at once; files of the same
    suffix that are not of this build are removed last.
    """
    if part.is_dir():
        target.mkdir(exist_ok=True)
        names = {file.name for file in part.iterdir()}
        for name in sorted(names):
            os.replace(part / name, target / name)
        suffixes = {Path(name).suffix for name in names} - {""}
        for old in target.iterdir():
            if old.suffix in suffixes and old.name not in names:
                old.unlink()
        part.rmdir()
        _sync(target)
    else:
        os.replace(part, target)
    _sync(target.parent)


def discard(part: Path) -> None:
    """Remove an unfinished dataset; silent when there is none."""
    _remove(part)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
