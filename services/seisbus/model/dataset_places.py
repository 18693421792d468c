"""Where the files of a dataset are, with its error logs, and the sums of one that is a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NotRequired, TypedDict

# In the sink, the list of the SHA-256 of a folder's files lies beside them, in the form of coreutils' sha256sum.
SUMS: Final = "SHA256SUMS"
# Ends the name of the file that has the error logs of a dataset whose format has no place for them.
LOG_SUFFIX: Final = ".log.jsonl"


def log_beside(path: Path) -> Path:
    """Where error logs stand beside a file."""
    return path.with_name(f"{path.name}{LOG_SUFFIX}")


def log_path(path: str) -> str:
    """Where the error logs of the SDS day file at `path` (or URL) stand: SDS has logs (type L) beside data (type D), in
    CHAN.L/NET.STA.LOC.CHAN.L.YEAR.DAY. In the folder of the data, programs that read SDS stumble over them.
    """
    folder, _, name = path.rpartition("/")
    stem, _, year, day = name.rsplit(".", 3)
    return f"{folder.removesuffix('.D')}.L/{stem}.L.{year}.{day}{LOG_SUFFIX}"


class DatasetPlace(TypedDict):
    """Where the files of a dataset are: in the output folder, or in the sink where there is a `url`."""

    _id: Any  # an ObjectId, to a client its text
    path: str
    sha256: str
    url: NotRequired[str]
    log_sha256: NotRequired[str]


def log_of(dataset: DatasetPlace) -> DatasetPlace | None:
    """The file with the error logs of an SDS day (its document), in the form of a dataset; None without one."""
    if not dataset.get("log_sha256"):
        return None
    found: DatasetPlace = {"_id": dataset["_id"], "path": log_path(dataset["path"]), "sha256": dataset["log_sha256"]}
    if dataset.get("url"):
        found["url"] = log_path(dataset["url"])
    return found


def sums_of(text: bytes) -> dict[str, str]:
    """SHA-256 (hex) by file name, out of the list of sums."""
    rows = (line.split("  ", 1) for line in text.decode().splitlines())
    return {name: sha256 for sha256, name in rows}
