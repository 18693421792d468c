"""Windows that a job file asks for: spans given outright, around events, or tiles over whole days.

Times are written as docs/reference/job.md says, durations as seconds or `100s`, `30min`, `1h`, `2d`; inside both are
integer nanoseconds.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from libseis.codes import matches
from libseis.isotime import DAY_NS, iso

from .fields import Duration, Model, Moment, listed
from .geography import Range, Within

# An event outside these limits is a mistake: 29000 is a depth in metres (the deepest earthquakes are at 735 km), and no
# ground is 10 km above the sea. This is checked at submission and not here, so that old jobs can still be read.
LEAST_DEPTH_KM: Final = -10.0
MOST_DEPTH_KM: Final = 800.0
LEAST_MAGNITUDE: Final = -5.0
MOST_MAGNITUDE: Final = 12.0


def _phases(value: tuple[str, ...]) -> tuple[str, ...]:
    for name in value:
        if not name or not name.isascii() or not name.isprintable() or " " in name:
            raise ValueError(f"{name!r} is not the name of a phase, expected one such as P, Pdiff or PKIKP")
    if len(set(value)) < len(value):
        raise ValueError(f"a phase stands twice in {', '.join(value)}")
    return value


Phases = Annotated[tuple[str, ...], BeforeValidator(listed), AfterValidator(_phases), Field(max_length=20)]


class AbsoluteWindow(Model):
    """A window with its start and end. The sample at `end` belongs to it, unless the end is excluded, as in tiles."""

    start: Moment
    end: Moment
    end_excluded: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"end {iso(self.end)} is not after start {iso(self.start)}")
        return self


class CatalogQuery(Model):
    """Events of the archive's own catalog: origin time from `start` (included) to `end` (excluded)."""

    start: Moment | None = None
    end: Moment | None = None
    above_magnitude: float | None = None
    max_magnitude: float | None = None
    ids: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not self.ids and (self.start is None or self.end is None):
            raise ValueError("a catalog query needs start and end, or ids with the year's start and end")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"end {iso(self.end)} is not after start {iso(self.start)}")
        return self


class InlineEvent(Model):
    """An event written into the job: time, degrees, kilometres, magnitude; `quakeml`: a document of it alone."""

    time: Moment
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=360)
    depth_km: float | None = None
    mag: float | None = None
    mag_type: str = ""
    id: str = ""
    quakeml: str = ""


class EventFilter(Model):
    """Which of the events count: all conditions must hold. A range does not hold for a value that the event does not
    have."""

    within: Within | None = None
    depth_km: Range | None = None
    mag: Range | None = None
    mag_type: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()

    def depth_and_size(self, depth_km: float | None, mag: float | None, mag_type: str) -> bool:
        """Whether an event fits by its depth, its magnitude and its type of magnitude (in any case)."""
        return (
            (self.depth_km is None or self.depth_km.holds(depth_km))
            and (self.mag is None or self.mag.holds(mag))
            and (not self.mag_type or any(matches(wanted.lower(), mag_type.lower()) for wanted in self.mag_type))
        )


class EventWindows(Model):
    """Windows from `start` to `end` after each event's origin, or with `phase` after the predicted arrival of the first
    of these phases that exists; both ends belong to the window.

    Exactly one source of events: `catalog` (the archive's), `list` (inline), `quakeml` or `csv` (contents of a
    file; the client puts a named `file` here).
    """

    catalog: CatalogQuery | None = None
    list: tuple[InlineEvent, ...] | None = None
    quakeml: str | None = None
    csv: str | None = None
    where: EventFilter | None = None
    phase: Phases = ()
    model: Literal["iasp91", "ak135", "prem"] = "iasp91"
    start: Duration = 0
    end: Duration | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if "model" in self.model_fields_set and not self.phase and self.model != "iasp91":
            raise ValueError("model is the Earth model of predicted phases; add phase, such as [P, Pdiff, PKIKP]")
        sources = [n for n in ("catalog", "list", "quakeml", "csv") if getattr(self, n) is not None]
        if len(sources) != 1:
            found = " and ".join(sources) or "none"
            raise ValueError(f"exactly one source of events is needed (catalog, list, quakeml or csv); found {found}")
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"end {self.end / 1e9:g} s is not after start {self.start / 1e9:g} s")
        return self


class PickWindows(Model):
    """Windows from `start` to `end` around picked arrivals; both ends belong to the window.

    Exactly one source of picks: `catalog` (the archive's own phase files, of the events that are asked for), `quakeml`
    or `csv` (contents of a file; the client puts a named `file` here). `share`: one window for all picks of an event at
    a station, from the first to the last.
    """

    catalog: CatalogQuery | None = None
    quakeml: str | None = None
    csv: str | None = None
    phases: Phases = ()
    min_score: float | None = None
    share: bool = False
    start: Duration = 0
    end: Duration

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        sources = [n for n in ("catalog", "quakeml", "csv") if getattr(self, n) is not None]
        if len(sources) != 1:
            found = " and ".join(sources) or "none"
            raise ValueError(f"exactly one source of picks is needed (catalog, quakeml or csv); found {found}")
        if self.end <= self.start:
            raise ValueError(f"end {self.end / 1e9:g} s is not after start {self.start / 1e9:g} s")
        return self

    def wants(self, phase: str, score: float | None) -> bool:
        """Whether a pick counts, by its phase and its score; without a score it does."""
        return (not self.phases or any(matches(wanted, phase) for wanted in self.phases)) and (
            self.min_score is None or score is None or score >= self.min_score
        )


class Tile(Model):
    """Windows of `length` every `step` over [start, end); the sample at the end of a window belongs to the next one."""

    start: Moment
    end: Moment
    length: Duration
    step: Duration | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"end {iso(self.end)} is not after start {iso(self.start)}")
        if self.length <= 0 or (self.step is not None and self.step <= 0):
            raise ValueError("length and step of a tile must be positive")
        if self.start % DAY_NS or self.end % DAY_NS:
            raise ValueError("a tile runs over whole UTC days; write start and end as dates")
        return self


class Windows(Model):
    """Exactly one of: `absolute` spans, `events`, `picks`, a `tile`."""

    absolute: tuple[AbsoluteWindow, ...] | None = None
    events: EventWindows | None = None
    picks: PickWindows | None = None
    tile: Tile | None = None

    @property
    def end_excluded(self) -> list[bool]:
        """The possible answers to whether the sample at the end of a window belongs to the next one: both, if windows
        differ."""
        if self.absolute is not None:
            return sorted({window.end_excluded for window in self.absolute})
        return [self.tile is not None]

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [n for n in ("absolute", "events", "picks", "tile") if getattr(self, n) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"exactly one of absolute, events, picks and tile is needed; found {found}")
        if self.absolute == ():
            raise ValueError("absolute needs at least one window")
        return self
