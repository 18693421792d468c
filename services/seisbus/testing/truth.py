"""The right answers for a generated archive: samples from before the encoding, and the fate of windows.

It uses the integer arrays of the generator and numpy alone. It shares no code with Seisbus's readers, so that comparing
with it is a real test.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from seisbus.testing import event_files
from seisbus.testing.event_files import EventTrace
from seisbus.testing.listings import EVENTS_2023
from seisbus.testing.manifest import DayFile, Manifest, manifest_path, read_manifest
from seisbus.testing.signal import SignalModel
from seisbus.testing.spec import NS, ArchiveSpec
from seisbus.testing.stations import Channel, plan_channels

Array: TypeAlias = npt.NDArray[Any]


class Fate(StrEnum):
    """The fate of a window whose object was asked for; the names are those of the ledger."""

    SAVED = "saved"
    DEAD = "dead"
    MISSING = "missing"


class Gaps(StrEnum):
    """The policy of a job for windows that have data for a part of them only."""

    KILL = "kill"
    SPLIT = "split"
    FILL = "fill"


class Fill(StrEnum):
    """How `Gaps.FILL` fills."""

    ZERO = "zero"
    LINEAR = "linear"
    NAN = "nan"


class Overlap(StrEnum):
    """What a job does with samples of the same time and different values."""

    GAP = "gap"
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class TruthSegment:
    """Contiguous samples in an object: epoch ns of the first, samples per second, the values.

    `copy` 1 marks a second copy of samples that another segment has with other values.
    """

    start_ns: int
    rate: float
    data: Array
    copy: int = 0

    @property
    def end_ns(self) -> int:
        """The time of the last sample."""
        return self.start_ns + round((len(self.data) - 1) * NS / self.rate)


@dataclass(frozen=True, slots=True)
class ExpectedPiece:
    """A contiguous piece of a window. `sha256` is the digest of its samples as little-endian float64."""

    start_ns: int
    npts: int
    sha256: str
    data: Array


@dataclass(frozen=True, slots=True)
class ExpectedWindow:
    """The right result for a window. `reason` is "" for a saved window, else the ledger's reason."""

    fate: Fate
    pieces: tuple[ExpectedPiece, ...]
    reason: str


def samples_sha256(data: Array) -> str:
    """The hash of `ExpectedPiece` for numbers of any type: exact for counts and for 32-bit floats."""
    return hashlib.sha256(np.ascontiguousarray(data, "<f8").tobytes()).hexdigest()


def truth_segments(root: Path, key: str) -> list[TruthSegment]:
    """Return all samples that a reader can get from a day object, by time, made again from the manifest.

    A second copy with other values comes last.

    Parameters
    ----------
    root
        Folder of the archive.
    key
        Key of the object.

    Returns
    -------
    list[TruthSegment]
        The segments, with read-only arrays.

    Raises
    ------
    KeyError
        The manifest does not have the key.
    """
    return list(_segments(root, _modified_ns(root), key))


# a job cuts many windows out of one object, so it is kept; a day at 100 Hz is 35 MB
@lru_cache(maxsize=3)
def _segments(root: Path, modified_ns: int, key: str) -> tuple[TruthSegment, ...]:
    manifest = _read(root, modified_ns)
    file = manifest.file(key)
    if file.samples is not None:
        return _stored_segments(root, file)
    channel = _channel(manifest, file)
    assert manifest.spec is not None
    model = SignalModel(manifest.spec.seed, manifest.spec.quakes)
    segments = []
    for run in file.runs:
        data: Array = model.samples(channel, run.first, run.npts)
        if run.add:
            data += np.int32(run.add)
        if file.float32:
            data = data.astype(np.float32)
        data.flags.writeable = False
        start_ns = channel.phase_ns + file.shift_ns + run.first * channel.period_ns
        segments.append(TruthSegment(start_ns, channel.rate, data, run.copy))
    return tuple(segments)


def event_traces(root: Path, key: str) -> list[EventTrace]:
    """The traces of an event object, in file order; KeyError for a key that the manifest has not."""
    manifest = _manifest(root)
    assert manifest.spec is not None
    for event in manifest.events:
        if event.key == key:
            quake = next(quake for quake in EVENTS_2023 if quake.evid == event.evid)
            return event_files.event_traces(manifest.spec, quake, event.traces)
    raise KeyError(key)


def expected_window(
    root: Path,
    keys: str | Sequence[str],
    start_ns: int,
    end_ns: int,
    inclusive_end: bool,
    gaps: Gaps = Gaps.KILL,
    fill: Fill = Fill.ZERO,
    overlap: Overlap = Overlap.GAP,
) -> ExpectedWindow:
    """Return what a window of one channel must contain.

    An inclusive window (of an event) starts with the sample nearest to its start, halves later, and has round((end -
    start) / dt) + 1 samples; any other window (a tile) has the samples with start <= t < end. A window without samples
    is dead: no_data if the objects have no data at all, overlap_conflict if all samples were left out, else
    no_data_in_window. Under `kill` a window that is not whole is dead too: overlap_conflict if it touches samples that
    were left out, else gap if it is interrupted, else starts_late, else ends_early. `split` keeps the pieces, and
    `fill` fills missing samples, also at the edges.

    Parameters
    ----------
    root
        Folder of the archive.
    keys
        Key of the channel's object; for a window across midnight, keys of several.
    start_ns
        Start of the window in ns since 1970.
    end_ns
        End of the window in ns since 1970.
    inclusive_end
        True for windows of events.
    gaps
        What to do with a window that has gaps.
    fill
        What replaces missing samples.
    overlap
        Which samples are kept if two have the same time and different values; by default none of them.

    Returns
    -------
    ExpectedWindow
        The window.
    """
    manifest = _manifest(root)
    files = [manifest.file(key) for key in ([keys] if isinstance(keys, str) else keys)]
    if not any(file.stored for file in files):
        return ExpectedWindow(Fate.MISSING, (), "not_listed")
    segments = [segment for file in files if file.stored for segment in truth_segments(root, file.key)]
    if not segments:
        return ExpectedWindow(Fate.DEAD, (), "no_data")
    wanted = _wanted(segments[0], start_ns, end_ns, inclusive_end)
    values, present = _spread(segments, wanted, overlap)
    conflicts = [span for file in files for span in file.conflicts] if overlap is Overlap.GAP else []
    for low, high in conflicts:
        present[wanted.positions(low, high)] = False
    # a conflict is found by its times, because a window may have only some of its samples
    touched = any(low <= end_ns and start_ns <= high for low, high in conflicts)
    if touched and (gaps is Gaps.KILL or not present.any()):
        return ExpectedWindow(Fate.DEAD, (), "overlap_conflict")
    if not present.any():
        return ExpectedWindow(Fate.DEAD, (), "no_data_in_window")
    stretches = _stretches(present)
    if gaps is Gaps.KILL and not present.all():
        if len(stretches) > 1:
            return ExpectedWindow(Fate.DEAD, (), "gap")
        return ExpectedWindow(Fate.DEAD, (), "starts_late" if not present[0] else "ends_early")
    if gaps is Gaps.FILL:
        values = _filled(values, present, fill)
        stretches = [(0, len(values))]
    pieces = tuple(
        ExpectedPiece(wanted.time_ns(low), high - low, samples_sha256(values[low:high]), values[low:high])
        for low, high in stretches
    )
    return ExpectedWindow(Fate.SAVED, pieces, "")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Grid indices first .. first + npts - 1 of a window; index 0 of the grid is at `grid_ns`."""

    grid_ns: int
    rate: float
    first: int
    npts: int

    def time_ns(self, position: int) -> int:
        return self.grid_ns + round((self.first + position) * NS / self.rate)

    def positions(self, start_ns: int, end_ns: int) -> slice:
        """The positions of the samples from one time to another, both included."""
        low, high = (round((time_ns - self.grid_ns) * self.rate / NS) - self.first for time_ns in (start_ns, end_ns))
        return slice(max(low, 0), max(high + 1, 0))


def _wanted(on_grid: TruthSegment, start_ns: int, end_ns: int, inclusive_end: bool) -> _Wanted:
    grid_ns, period = on_grid.start_ns, NS / on_grid.rate
    if inclusive_end:
        first = int(np.floor((start_ns - grid_ns) / period + 0.5))
        npts = int(np.floor((end_ns - start_ns) / period + 0.5)) + 1
    else:
        first = int(np.ceil((start_ns - grid_ns) / period))
        npts = int(np.ceil((end_ns - grid_ns) / period)) - first
    return _Wanted(grid_ns, on_grid.rate, first, npts)


def _spread(segments: list[TruthSegment], wanted: _Wanted, overlap: Overlap) -> tuple[Array, npt.NDArray[np.bool_]]:
    """The values of the wanted samples, and a mask of those that exist."""
    values = np.zeros(wanted.npts, segments[0].data.dtype)
    present = np.zeros(wanted.npts, bool)
    for segment in segments:
        if segment.copy and overlap is Overlap.FIRST:
            continue
        at = round((segment.start_ns - wanted.grid_ns) * wanted.rate / NS) - wanted.first
        low, high = max(at, 0), min(at + len(segment.data), wanted.npts)
        if low < high:
            values[low:high] = segment.data[low - at : high - at]
            present[low:high] = True
    return values, present


def _stretches(present: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], present.astype(np.int8), [0]])))
    return [(int(low), int(high)) for low, high in edges.reshape(-1, 2)]


def _filled(values: Array, present: npt.NDArray[np.bool_], fill: Fill) -> Array:
    if present.all():
        return values
    if fill is Fill.ZERO:
        return np.where(present, values, np.zeros_like(values))
    out = values.astype(np.float64)
    if fill is Fill.NAN:
        out[~present] = np.nan
    else:
        out[~present] = np.interp(np.flatnonzero(~present), np.flatnonzero(present), out[present])
    return out


def _manifest(root: Path) -> Manifest:
    return _read(root, _modified_ns(root))


def _modified_ns(root: Path) -> int:
    """Distinguishes a new manifest from the cached one; 0 without a manifest."""
    path = manifest_path(root)
    return path.stat().st_mtime_ns if path.exists() else 0


@lru_cache(maxsize=8)
def _read(root: Path, modified_ns: int) -> Manifest:
    return read_manifest(root)


def _channel(manifest: Manifest, file: DayFile) -> Channel:
    assert manifest.spec is not None and file.channel is not None
    return _plan(manifest.spec)[file.channel]


@lru_cache(maxsize=8)
def _plan(spec: ArchiveSpec) -> list[Channel]:
    return plan_channels(spec)


def _stored_segments(root: Path, file: DayFile) -> tuple[TruthSegment, ...]:
    with np.load(root / "truth" / "samples" / str(file.samples)) as stored:
        ends = np.cumsum(stored["npts"])
        pieces = np.split(stored["data"], ends[:-1])
        return tuple(
            TruthSegment(int(start), float(rate), data)
            for start, rate, data in zip(stored["start_ns"], stored["rate"], pieces, strict=True)
        )
