"""What stored bytes mean: those of a wf document, on its exact clock, and the sums of a dataset that is a folder.

Reading the bytes is left to others.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NotRequired, TypedDict

import numpy as np

from libseis import mseed
from libseis.codes import Channel
from libseis.segments import Rate, Segment

from ..errors import SeisbusError

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


class StoredBytesError(SeisbusError):
    """Bytes that do not hold what their wf document promises; `problem` is said of the waveform `document` (its id)."""

    def __init__(self, document: str, problem: str) -> None:
        super().__init__(f"Waveform {document} cannot be read: {problem}")
        self.document = document
        self.problem = problem


class StoredSamples(TypedDict):
    """Which samples stored bytes hold."""

    _id: Any  # an ObjectId, to a client its text
    net: str
    sta: str
    loc: str
    chan: str
    t0_ns: int  # of the first sample
    rate: tuple[int, int]  # Hz as [numerator, denominator]
    npts: int


def stored_segment(document: StoredSamples, data: bytes, *, miniseed: bool) -> Segment:
    """The samples: counts stay int32, processed samples float64; start and rate are the document's,
    the times of records those of miniSEED where they leave that grid.

    `data` is miniSEED or little-endian float64.
    StoredBytesError when the bytes cannot be read or do not hold the samples that the document promises.
    """
    identity = str(document["_id"])
    source = Channel.of_document(document)
    t0_ns, rate = int(document["t0_ns"]), Rate(*document["rate"])
    found = _miniseed(identity, data) if miniseed else None
    samples = np.frombuffer(data, "<f8") if found is None else found.data
    if len(samples) != document["npts"]:
        problem = f"its bytes hold {len(samples):,} samples, its document says {document['npts']:,}."
        raise StoredBytesError(identity, problem)
    times = None
    if found is not None and found.times is not None:
        start_ns = np.append(t0_ns, found.times.start_ns[1:])  # the document has the nanoseconds
        times = replace(found.times, start_ns=start_ns, nominal=rate)
    return Segment(source, t0_ns, rate, samples, times=times)


def _miniseed(identity: str, data: bytes) -> Segment:
    table = mseed.frame(data)
    segments = [segment for joined in mseed.decode(data, table) for segment in joined.segments]
    if len(segments) != 1:
        raise StoredBytesError(identity, f"its miniSEED holds {len(segments)} segments, expected one.")
    return segments[0]


def sums_of(text: bytes) -> dict[str, str]:
    """SHA-256 (hex) by file name, out of the list of sums."""
    rows = (line.split("  ", 1) for line in text.decode().splitlines())
    return {name: sha256 for sha256, name in rows}
