"""A generated archive and a reading of its bytes record by record, for the tests of the generator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pymseed

from seisbus.testing import truth
from seisbus.testing.manifest import DayFile, Manifest
from seisbus.testing.spec import NS, Defect


@dataclass(frozen=True)
class Archive:
    root: Path
    manifest: Manifest
    decoded: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def read(self, key: str) -> bytes:
        return (self.root / self.manifest.bucket / key).read_bytes()

    def samples(self, key: str) -> tuple[np.ndarray, np.ndarray]:
        """Times and values of a file's samples, decoded once."""
        if key not in self.decoded:
            self.decoded[key] = by_time(sample_times(self.read(key)))
        return self.decoded[key]

    def truth(self, key: str) -> tuple[np.ndarray, np.ndarray]:
        """Times and values that the generator's truth has of a file, without second copies."""
        segments = [segment for segment in truth.truth_segments(self.root, key) if segment.copy == 0]
        times = [s.start_ns + np.arange(len(s.data)) * int(NS / s.rate) for s in segments]
        return np.concatenate(times), np.concatenate([s.data for s in segments])

    def defect(self, defect: Defect) -> DayFile:
        """The file that has a defect."""
        return self.manifest.defects()[defect]


def records(data: bytes) -> Iterator[tuple[int, float, np.ndarray]]:
    """Every record that can be decoded: start (ns), rate, samples; byte by byte where there is none."""
    at = 0
    while at + 64 <= len(data):
        head = data[at : at + 64]
        if not (head[:6].isdigit() and head[6:8] == b"D " and head[48:50] == b"\x03\xe8"):
            at += 1
            continue
        length = 2 ** head[54]
        block = data[at : at + length]
        at += length
        if len(block) < length:
            return
        try:
            record = pymseed.MS3Record.parse(block, unpack_data=True)
        except pymseed.MiniSEEDError:
            continue
        yield record.starttime, record.samprate, np.array(record.np_datasamples)


def sample_times(data: bytes) -> list[tuple[np.ndarray, np.ndarray]]:
    """Times (ns) and values of every record, in file order."""
    return [
        (start + np.arange(len(values)) * int(NS / rate), values)
        for start, rate, values in records(data)
        if len(values)
    ]


def by_time(parts: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """All samples by time; of those that stand twice the first in the file."""
    times = np.concatenate([part[0] for part in parts])
    values = np.concatenate([part[1] for part in parts])
    unique, first = np.unique(times, return_index=True)
    return unique, values[first]
