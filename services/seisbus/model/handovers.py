"""What services hand each other: the values behind the messages on the bus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from libseis.codes import Channel

from .outcome import Fate
from .task import ObjectRef, Part, Recipe, Task, Window


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """A job for an indexer to plan, or to go on planning."""

    job: str
    attempt: int


@dataclass(frozen=True, slots=True)
class FetchOrder:
    """A task for a fetcher. Parts that are done already have no windows left, so that their numbers stay."""

    task: Task
    recipe: Recipe
    attempt: int
    publication: int


@dataclass(frozen=True, slots=True)
class ObjectRecords:
    """What was read of one object: whole records in file order, or the reason (`missing`) why there are none.

    `ranges` alternates start and end (excluded) of the bytes in the object; `waveform_records` counts all waveform
    records that were seen in it, wanted or not; `problems` says what was wrong with its bytes; `whole` why it was read
    whole, empty when ranges of it served; `strangers` are channels in it that nobody knew of: its key names another.
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
    """Work on what is stored, as its `window` says: a dataset to build (export), a station to measure (misfit)."""

    job: str
    task: str
    attempt: int
    publication: int
    window: Window


@dataclass(frozen=True, slots=True)
class MisfitOrder:
    """A station of an event for a windower to measure.

    `config` are the settings of the measurement; `fixed_windows` documents of windows by component, None for new ones;
    `quakeml` and `stationxml` are empty where nothing is known; `problems` says what could not be read;
    `keep_rejected` asks for rejected windows too.
    """

    job: str
    task: str
    attempt: int
    publication: int
    window: Window
    observed: tuple[Piece, ...]
    synthetic: tuple[Piece, ...]
    config: dict[str, Any]
    quakeml: bytes = b""
    stationxml: bytes = b""
    fixed_windows: dict[str, Any] | None = None
    problems: tuple[str, ...] = ()
    keep_rejected: bool = False


@dataclass(frozen=True, slots=True)
class AdjointTrace:
    """An adjoint source: its attributes, as its document has them, its samples as little-endian float64."""

    attributes: dict[str, Any]
    samples: bytes


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a station gave, for a writer: documents of windows, adjoint sources, and why some component gave none.

    `synthetic` is what was compared, as it was read; `rejected` are rejected windows, one document for a component.
    """

    job: str
    task: str
    attempt: int
    window: Window
    fate: Fate
    reason: str = ""
    detail: str = ""
    windows: tuple[dict[str, Any], ...] = ()
    sources: tuple[AdjointTrace, ...] = ()
    log: tuple[LogLine, ...] = ()
    synthetic: tuple[Piece, ...] = ()
    rejected: tuple[dict[str, Any], ...] = ()


class Severity(StrEnum):
    """MsPASS's severities that Seisbus logs with."""

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
    """What is said of channels in an object that its key does not name and that nobody knew of."""
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
    """How the bytes of a piece are to be read; the values are MsPASS's `format`."""

    MINISEED = "mseed"
    FLOAT64 = "binary"


@dataclass(frozen=True, slots=True)
class Piece:
    """A contiguous stretch of a window's samples, packed as it will be stored.

    `units` are those of the samples (counts, m/s ...), "" where they are not known.
    """

    channel: Channel
    t0_ns: int
    rate_numerator: int
    rate_denominator: int
    npts: int
    packing: Packing
    data: bytes
    units: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where samples came from: object, version, byte ranges (alternating start and end, excluded), and why the object
    was read whole (empty when it was not)."""

    archive: str
    key: str
    etag: str
    ranges: tuple[int, ...]
    whole: str = ""


@dataclass(frozen=True, slots=True)
class WindowOutcome:
    """How a window ended, with its samples if it lives."""

    window: Window
    fate: Fate
    reason: str = ""
    detail: str = ""
    pieces: tuple[Piece, ...] = ()
    log: tuple[LogLine, ...] = ()
    sources: tuple[Source, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expansion:
    """The windows and parts that a provisional task turned out to have."""

    windows: tuple[Window, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class OutcomeBatch:
    """Outcomes of one part of a task, or what a provisional task holds, for a writer."""

    job: str
    task: str
    attempt: int
    part: int
    part_count: int
    recipe: Recipe
    outcomes: tuple[WindowOutcome, ...] = ()
    expansion: Expansion | None = field(default=None)
