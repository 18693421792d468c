"""Copy a dataset's files into a folder of the caller, and check them against the checksums in its document."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import DatasetError
from ..model.dataset_places import SUMS, sums_of


async def download(document: Mapping[str, Any], files: AsyncIterator[tuple[str, bytes]], folder: Path) -> Path:
    """Write `files` (name, next bytes) as the dataset of `document` below `folder`, and return its path.

    The path is the document's, without `exports/`. The dataset is there only when it is complete. DatasetError if the
    bytes differ from the bytes that were built.
    """
    target = folder.joinpath(*map(_name, PurePosixPath(document["path"]).parts[1:]))
    part = target.with_name(f".{target.name}.part")
    try:
        sums = await _write(part, files)
        await asyncio.to_thread(_check, document, sums, part)
        await asyncio.to_thread(_put_in_place, part, target)
    finally:
        await asyncio.to_thread(_remove, part)
    return target


async def _write(part: Path, files: AsyncIterator[tuple[str, bytes]]) -> dict[str, str]:
    """The SHA-256 of each file by name; the name is "" if there is only one file."""
    digests: dict[str, Any] = {}
    await asyncio.to_thread(_remove, part)
    async for name, data in files:
        digest = digests.setdefault(name, hashlib.sha256())
        await asyncio.to_thread(_append, part / _name(name) if name else part, data)
        digest.update(data)
    return {name: digest.hexdigest() for name, digest in digests.items()}


def _name(text: str) -> str:
    """A name that cannot lead out of its folder, whatever the server sends; ValueError for other names."""
    if text == ".." or PurePosixPath(text).name != text:
        raise ValueError(f"{text!r} is not the name of a file")
    return text


def _append(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(data)


def _check(document: Mapping[str, Any], found: dict[str, str], part: Path) -> None:
    expected = {"": document["sha256"]} if document["sha256"] else {}
    if SUMS in found:
        expected = {SUMS: document["sha256"], **sums_of((part / SUMS).read_bytes())}
    wrong = [name or document["path"] for name, sha256 in expected.items() if found.get(name) != sha256]
    if wrong:
        raise DatasetError(str(document["_id"]), wrong[0])


def _put_in_place(part: Path, target: Path) -> None:
    if part.is_dir():
        _remove(target)
    part.replace(target)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
