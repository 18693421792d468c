"""Publishes an unfinished dataset, so that readers see it: makes it durable, then renames it. No database and no bus
here.

Readers that have the old file open can still read it. A killed process leaves the old dataset and an unfinished one
beside it, which the next builder removes. In the sink every build has keys of its own, and the dataset's document names
the one that counts.
"""

from __future__ import annotations

import asyncio
import glob
import hashlib
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from libseis.durable import sync_path

from ..model.dataset_places import LOG_SUFFIX, SUMS, log_beside, log_path
from ..objects import Bucket

_PUT_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Published:
    """The bytes of a dataset, and the SHA-256 of its file. For a folder it is "" on a disk, and in the sink that of its
    list of checksums. `url` names the object in the sink, or for a folder the beginning of its keys, up to a slash.
    `log_sha256` is that of the file with error logs beside the file, "" if there is none."""

    size: int
    sha256: str
    url: str = ""
    log_sha256: str = ""


def unfinished(target: Path, token: int) -> Path:
    """A new place beside `target` for the builder with this fencing token; what other builders left there is
    removed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_unfinished(target)
    return target.parent / f".{target.name}.{token}.part"


def remove_unfinished(target: Path) -> None:
    """Remove unfinished builds of a dataset. The caller must have its lease."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.part*"):
        _remove(left)


def unfinished_in(folder: Path) -> set[Path]:
    """The datasets of a folder that have unfinished builds there."""
    return {folder / left.name[1:].rsplit(".", 2)[0] for left in folder.glob(".*.*.part")}


def make_durable(part: Path) -> Published:
    """Flush an unfinished file, or every file of an unfinished folder, to the disk."""
    if part.is_dir():
        files = sorted(part.iterdir())
        for file in files:
            sync_path(file)
        sync_path(part)
        return Published(sum(file.stat().st_size for file in files), "")
    sync_path(part)
    log = log_beside(part)
    if log.exists():
        sync_path(log)
    return Published(part.stat().st_size, _sha256(part), log_sha256=_sha256(log) if log.exists() else "")


def publish(part: Path, target: Path) -> None:
    """Put a durable dataset in place.

    A file replaces the old one in one step. The files of a folder replace the old ones one by one; at the end, files of
    the same suffix that do not belong to this build are removed.
    """
    if part.is_dir():
        target.mkdir(exist_ok=True)
        names = {file.name for file in part.iterdir()}
        for name in sorted(names):
            os.replace(part / name, target / name)
        suffixes = {Path(name).suffix for name in (*names, LOG_SUFFIX)} - {""}
        for old in target.iterdir():
            if old.suffix in suffixes and old.name not in names:
                old.unlink()
        part.rmdir()
        sync_path(target)
    else:
        # the log goes first: samples without their log are worse than a log about samples that are gone
        if target.parent.suffix == ".D":
            _publish_log(log_beside(part), Path(log_path(str(target))))
        os.replace(part, target)
    sync_path(target.parent)


def _publish_log(part: Path, target: Path) -> None:
    if part.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, target)
        sync_path(target.parent)
    else:
        target.unlink(missing_ok=True)


async def upload(part: Path, published: Published, bucket: Bucket, key: str) -> Published:
    """Put a durable dataset into the sink under a new key.

    The files of a folder go below the key; the last one is a list of their SHA-256, as `sha256sum -c` reads it.
    UnavailableError when the sink does not take it.
    """
    files = await asyncio.to_thread(lambda: sorted(part.iterdir()) if part.is_dir() else None)
    if files is None:
        if published.log_sha256:
            await bucket.put_file(log_path(key), log_beside(part), published.log_sha256)
        await bucket.put_file(key, part, published.sha256)
        return replace(published, url=bucket.url(key))
    running = asyncio.Semaphore(_PUT_AT_ONCE)

    async def put(file: Path) -> str:
        async with running:
            sha256 = await asyncio.to_thread(_sha256, file)
            await bucket.put_file(f"{key}/{file.name}", file, sha256)
        return f"{sha256}  {file.name}\n"

    putting = [asyncio.create_task(put(file)) for file in files]
    try:
        lines = await asyncio.gather(*putting)
    finally:  # the caller will remove the files, so do not read them any more
        for task in putting:
            task.cancel()
        await asyncio.gather(*putting, return_exceptions=True)
    sums = await bucket.put(f"{key}/{SUMS}", "".join(lines).encode())
    return replace(published, sha256=sums, url=f"{bucket.url(key)}/")


def discard(part: Path) -> None:
    """Remove an unfinished dataset; silent when there is none."""
    _remove(part)
    _remove(log_beside(part))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
