"""Stored waveforms as one miniSEED file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from libseis import mseed

from .decode import segment_of
from .errors import WaveformError
from .values import Stored


def write_miniseed(stored: Iterable[Stored], path: Path) -> int:
    """Write waveforms one after the other; how many. miniSEED goes through unchanged, float64 as FLOAT64 records.

    The file is made only when there is something to write. WaveformError for a waveform that cannot be read.
    """
    count = 0
    part = path.with_name(f"{path.name}.part")
    try:
        for item in stored:
            if item.error:
                raise WaveformError(str(item.document["_id"]), item.error)
            with part.open("ab" if count else "wb") as file:
                file.write(item.data if item.miniseed else mseed.encode(segment_of(item)))
            count += 1
        if count:
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count
