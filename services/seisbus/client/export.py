"""Stored waveforms as one miniSEED file, and copies of datasets in another miniSEED version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from libseis.codes import Channel
from libseis.errors import SampleError
from libseis.isotime import iso

from ..errors import UserError, WaveformError
from ..model.dataset_places import log_beside
from .values import Stored

if TYPE_CHECKING:
    from libseis.segments import Segment

VERSIONS: Final = (2, 3)
MINISEED: Final = ("mseed", "mseed3")
"""Names of the export's formats, by version."""


def check_version(version: int | None) -> None:
    """Raise UserError for a version of miniSEED that cannot be written."""
    if version is not None and version not in VERSIONS:
        raise UserError(f"miniSEED version {version} is not known; use 2 or 3.")


def miniseed_format(format: str, version: int | None) -> str:
    """The export's format for a version of miniSEED. UserError if the two do not fit together."""
    check_version(version)
    if version is None:
        return format
    if format not in MINISEED or (format == "mseed3" and version == 2):
        raise UserError(f"An export as {format} has no version {version}; mseed has 2 and 3.")
    return MINISEED[version - 2]


class MiniseedFile:
    """A file to which waveforms are written one after the other; `count` is their number.

    Seismograms become the records of their three channels. Without `version` (2 or 3) miniSEED goes through unchanged,
    and float64 becomes FLOAT64 records of version 2. With it everything is of that version, records that are so already
    unchanged; version 3 has the document's own clock to the nanosecond, and the units in its extra headers.

    The file is in place at the end of the context, whole, and only when there was something to write. What error logs
    say goes into a file beside it, one JSON object a line (`log_beside`).
    """

    def __init__(self, path: Path, version: int | None = None) -> None:
        check_version(version)
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._version = version
        self._told: list[str] = []
        self.count = 0

    def add(self, item: Stored) -> None:
        """Write one waveform. WaveformError if it cannot be read, or if the version cannot hold it."""
        if item.error:
            raise WaveformError(str(item.document["_id"]), item.error)
        with self._part.open("ab" if self.count else "wb") as file:
            file.write(_records(item, self._version))
        self.count += 1
        self._told += [_line(item, entry) for entry in item.log]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        try:
            if self.count and error is None:
                log_beside(self._path).unlink(missing_ok=True)
                if self._told:
                    log_beside(self._path).write_text("".join(self._told))
                self._part.replace(self._path)
        finally:
            self._part.unlink(missing_ok=True)


def write_miniseed(stored: Iterable[Stored], path: Path, version: int | None = None) -> int:
    """Write waveforms to a MiniseedFile; returns their number."""
    with MiniseedFile(path, version) as file:
        for item in stored:
            file.add(item)
    return file.count


def _records(item: Stored, version: int | None) -> bytes:
    if item.miniseed and (version is None or version == _version_of(item.data)):
        return item.data
    from .decode import segments_of  # late, as below: it loads numpy

    return b"".join(_encoded(item, segment, version or 2) for segment in segments_of(item))


def _encoded(item: Stored, segment: Segment, version: int) -> bytes:
    from libseis import mseed

    extra = mseed.unit_header(_units(item)) if version == 3 else None
    try:
        records = mseed.encode(segment, version=version, extra=extra)
    except SampleError as error:
        raise WaveformError(str(item.document["_id"]), error.message) from None
    if problem := mseed.difference(records, segment):
        raise WaveformError(str(item.document["_id"]), f"miniSEED {version} does not hold all of it: {problem}.")
    return records


def _units(item: Stored) -> str:
    return str(item.document.get("units") or "")


def _version_of(records: bytes) -> int:
    """The version of the records, which were all written together."""
    return 3 if records[:3] == b"MS\x03" else 2


def convert_dataset(path: Path, version: int) -> None:
    """Convert a copy of a miniSEED dataset to another version, in place. SampleError if this version cannot hold
    something."""
    from libseis import mseed

    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(mseed.convert(path.read_bytes(), version, reclen=512))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _line(item: Stored, entry: Mapping[str, Any]) -> str:
    document = item.document
    about = {
        "channel": str(Channel.of_document(document)),
        "starttime": iso(int(document["t0_ns"])),
        "window": document.get("window", ""),
        "algorithm": entry.get("algorithm", ""),
        "badness": entry.get("badness", ""),
        "message": entry.get("error_message", ""),
    }
    return f"{json.dumps(about)}\n"
