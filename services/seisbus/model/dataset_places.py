"""Where the files of a dataset and its error logs are, and the checksums of a dataset that is a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NotRequired, TypedDict

# In the sink, a file beside a folder's files lists their SHA-256, as coreutils' sha256sum writes it.
SUMS: Final = "SHA256SUMS"
# A dataset whose format has no place for error logs has them in a file whose name ends so.
LOG_SUFFIX: Final = ".log.jsonl"


def log_beside(path: Path) -> Path:
    """The file with the error logs of a file, beside it."""
    return path.with_name(f"{path.name}{LOG_SUFFIX}")


def log_path(path: str) -> str:
    """Where the error logs of the SDS day file at `path` (or URL) are. SDS keeps logs (type L) apart from data (type
    D), in CHAN.L/NET.STA.LOC.CHAN.L.YEAR.DAY; programs that read SDS would fail on logs in the folder of the data.
    """
    folder, _, name = path.rpartition("/")
    stem, _, year, day = name.rsplit(".", 3)
    return f"{folder.removesuffix('.D')}.L/{stem}.L.{year}.{day}{LOG_SUFFIX}"


class DatasetPlace(TypedDict):
    """Where the files of a dataset are: in the sink if there is a `url`, otherwise in the output folder."""

    _id: Any  # an ObjectId, to a client its text
    path: str
    sha256: str
    url: NotRequired[str]
    log_sha256: NotRequired[str]


def log_of(dataset: DatasetPlace) -> DatasetPlace | None:
    """The file with the error logs of an SDS day, given its document, as a place of its own; None if there is no such
    file."""
    if not dataset.get("log_sha256"):
        return None
    found: DatasetPlace = {"_id": dataset["_id"], "path": log_path(dataset["path"]), "sha256": dataset["log_sha256"]}
    if dataset.get("url"):
        found["url"] = log_path(dataset["url"])
    return found


def sums_of(text: bytes) -> dict[str, str]:
    """Read a list of checksums: SHA-256 (hex) by file name."""
    rows = (line.split("  ", 1) for line in text.decode().splitlines())
    return {name: sha256 for sha256, name in rows}
