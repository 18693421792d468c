"""What services hand each other: the values behind the messages on the bus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from libseis import ProcessingHistory
from libseis.codes import Channel
from libseis.misfit.config import Config
from libseis.misfit.flexwin.window import RejectedWindow
from libseis.misfit.flexwin.window import Window as MisfitWindow
from libseis.segments.segment import Samples

from .outcome import Fate
from .task import ObjectRef, Part, Recipe, Task, Window

NO_METADATA: Final[Mapping[str, Any]] = MappingProxyType({})
"""What steps that put nothing there put into the Metadata."""


def _none() -> Mapping[str, Any]:
    return NO_METADATA


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """A job for an indexer to plan, or to continue planning."""

    job: str
    attempt: int


@dataclass(frozen=True, slots=True)
class FetchOrder:
    """A task for a fetcher. Parts that are done already are there without windows, so that the numbers of the parts
    stay."""

    task: Task
    recipe: Recipe
    attempt: int
    publication: int


@dataclass(frozen=True, slots=True)
class ObjectRecords:
    """What was read of one object: whole records in file order, or the reason (`missing`) why the object has none.

    `ranges` alternates start and end (excluded) of the bytes in the object. `waveform_records` counts all waveform
    records that were seen in it, wanted or not. `problems` says what was wrong with its bytes. `whole` says why it was
    read whole; it is empty if ranges were enough. `strangers` are channels in it that its key does not name.
    `record_bytes` is the length of each record, or 0 if something is odd about the records. `floats` is whether they
    hold floats, None if this was not checked (version 0.1.0).
    """

    ref: ObjectRef
    etag: str = ""
    ranges: tuple[int, ...] = ()
    records: bytes = b""
    problems: tuple[str, ...] = ()
    waveform_records: int = 0
    missing: str = ""
    whole: str = ""
    strangers: tuple[str, ...] = ()
    record_bytes: int = 0
    floats: bool | None = None


@dataclass(frozen=True, slots=True)
class WindowOrder:
    """Records of one part of a task, for a windower."""

    job: str
    task: str
    attempt: int
    publication: int
    part: int
    part_count: int
    inputs: tuple[ObjectRecords, ...]
    windows: tuple[Window, ...]
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class BuildOrder:
    """Work on stored data. Its `window` says which: a dataset to build (export), a station to measure (misfit)."""

    job: str
    task: str
    attempt: int
    publication: int
    window: Window


@dataclass(frozen=True, slots=True)
class MisfitOrder:
    """A station of an event for a windower to measure.

    `config` has the settings of the measurement. `fixed_windows` are windows by component, None if new ones are to be
    found. `quakeml` and `stationxml` are empty if nothing is known. `problems` says what could not be read.
    `keep_rejected` asks for rejected windows too.
    """

    job: str
    task: str
    attempt: int
    publication: int
    window: Window
    observed: tuple[Piece, ...]
    synthetic: tuple[Piece, ...]
    config: Config
    quakeml: bytes = b""
    stationxml: bytes = b""
    fixed_windows: dict[str, tuple[MisfitWindow, ...]] | None = None
    problems: tuple[str, ...] = ()
    keep_rejected: bool = False


@dataclass(frozen=True, slots=True)
class AdjointTrace:
    """A `libseis.misfit.AdjointSource`, its samples as little-endian float64."""

    channel_id: str
    component: str
    type: str
    samples: bytes
    dt: float
    time_offset: float
    misfit: float
    min_period: float
    max_period: float
    starttime: str
    window_misfits: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class MeasuredComponent:
    """The results of one component of a station.

    `component` is the last letter of the channel code, `channel_id` the id of the observed trace. `starttime` (ISO
    8601) and `units` (if they are known) hold for both traces. `rejected` is empty unless it was asked for.
    """

    component: str
    channel_id: str = ""
    starttime: str = ""
    units: str = ""
    windows: tuple[MisfitWindow, ...] = ()
    rejected: tuple[RejectedWindow, ...] = ()
    source: AdjointTrace | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """The results of a station, for a writer: its components with results, and why the others have none.

    `synthetic` has the synthetic data as they were read; `path` names the evaluation (default, i01 or i01/s00).
    """

    job: str
    task: str
    attempt: int
    window: Window
    fate: Fate
    reason: str = ""
    detail: str = ""
    components: tuple[MeasuredComponent, ...] = ()
    path: str = ""
    log: tuple[LogLine, ...] = ()
    synthetic: tuple[Piece, ...] = ()


class Severity(StrEnum):
    """Those of MsPASS's severities that Seisbus uses."""

    INVALID = "Invalid"
    COMPLAINT = "Complaint"
    INFORMATIONAL = "Informational"


# Lines of this algorithm concern the job, not the datum alone: the writer puts them into the job's notes too.
NOTED = "index"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry of a datum's error log."""

    algorithm: str
    message: str
    severity: Severity


def stranger_lines(key: str, strangers: Sequence[str]) -> tuple[LogLine, ...]:
    """Complaints about channels in an object that its key does not name."""
    if not strangers:
        return ()
    names = ", ".join(strangers[:_SHOWN]) + (
        f" and {len(strangers) - _SHOWN:,} more" if len(strangers) > _SHOWN else ""
    )
    text = (
        f"{key} also holds records of {names}, which its key does not name and no plan knew of; the index has them "
        "now: jobs that are submitted from now on plan them."
    )
    return (LogLine(NOTED, text, Severity.COMPLAINT),)


class Packing(StrEnum):
    """The format of a piece's bytes; the values are those of MsPASS's `format`."""

    MINISEED = "mseed"
    FLOAT64 = "binary"


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples of a window without a gap between them, packed as they will be stored.

    `units` are the units of the samples (counts, m/s ...), "" if they are not known. `metadata` is what steps put into
    the datum's Metadata: numbers, texts, truth values and lists of them. `history` is the processing history, if the
    job keeps one per datum.
    """

    channel: Channel
    t0_ns: int
    rate_numerator: int
    rate_denominator: int
    npts: int
    packing: Packing
    data: bytes
    units: str = ""
    metadata: Mapping[str, Any] = field(default_factory=_none)
    history: ProcessingHistory | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SeismogramPiece:
    """Samples of a sensor's window without a gap between them: three components at common times.

    `channels` are the channels of the sensor's axes; `axes` has their directions (east, north, up), one row per
    channel. `tmatrix` has the directions of the rows of `samples`: the same, until a step rotates them. `samples`:
    shape (3, npts) in Fortran order, int32 for untouched counts, otherwise float64. `skew`: seconds by which each
    channel is sampled later than the first; empty if they are sampled together.
    """

    channels: tuple[Channel, ...]
    t0_ns: int
    rate_numerator: int
    rate_denominator: int
    samples: Samples
    tmatrix: tuple[float, ...]
    axes: tuple[float, ...]
    cardinal: bool
    orthogonal: bool
    units: str = ""
    skew: tuple[float, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=_none)
    history: ProcessingHistory | None = None

    @property
    def npts(self) -> int:
        """Number of samples of each component."""
        return int(self.samples.shape[1])

    def __eq__(self, other: object) -> bool:
        """Whether everything is equal, also the samples and their type."""
        if not isinstance(other, SeismogramPiece):
            return NotImplemented
        names = [field.name for field in fields(self) if field.name != "samples"]
        return (
            all(getattr(self, name) == getattr(other, name) for name in names)
            and self.samples.dtype == other.samples.dtype
            and np.array_equal(self.samples, other.samples)
        )

    __hash__ = None  # type: ignore[assignment]  # arrays have none


@dataclass(frozen=True, slots=True)
class Source:
    """Where samples came from: object, version, byte ranges (start and end, excluded, in turn), and why the object was
    read whole (empty if it was not)."""

    archive: str
    key: str
    etag: str
    ranges: tuple[int, ...]
    whole: str = ""


@dataclass(frozen=True, slots=True)
class WindowOutcome:
    """How a window ended, with its samples if it is saved.

    `pad_before_ns` and `pad_after_ns` are the padding that its steps got.
    """

    window: Window
    fate: Fate
    reason: str = ""
    detail: str = ""
    pieces: tuple[Piece, ...] = ()
    log: tuple[LogLine, ...] = ()
    seismograms: tuple[SeismogramPiece, ...] = ()
    pad_before_ns: int = 0
    pad_after_ns: int = 0
    sources: tuple[Source, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expansion:
    """The windows and parts that a provisional task turned out to have."""

    windows: tuple[Window, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class OutcomeBatch:
    """For a writer: the outcomes of one part of a task, or the windows that a provisional task turned out to have."""

    job: str
    task: str
    attempt: int
    part: int
    part_count: int
    recipe: Recipe
    outcomes: tuple[WindowOutcome, ...] = ()
    expansion: Expansion | None = field(default=None)
