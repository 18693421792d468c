"""The job file: what a user asks for, validated once, the same in YAML, in gRPC and in the database.

`parse_job` turns text or a mapping into a `JobSpec`; every mistake becomes one `JobFileError` sentence.
Times are written as docs/job.md says, durations as seconds or `100s`, `30min`, `1h`, `2d`; inside
both are integer nanoseconds.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

import yaml
from libseis.codes import ChannelFilter
from libseis.isotime import iso
from pydantic import BaseModel, Field, ValidationError, model_validator

from ..errors import UserError
from .fields import Code, Duration, Location, Model, Moment, StepEntry
from .jobyaml import load
from .onstored import Export, Misfit, Observed, Purge
from .task import DAY_NS, Recipe

# An event beyond these is a mistake: 29000 is a depth in metres (the deepest earthquakes lie at 735 km), and no ground
# is 10 km above the sea. Checked at submission and not here, so that jobs of old times can still be read.
LEAST_DEPTH_KM: Final = -10.0
MOST_DEPTH_KM: Final = 800.0
LEAST_MAGNITUDE: Final = -5.0
MOST_MAGNITUDE: Final = 12.0


class JobFileError(UserError):
    """A job file that cannot be run; the message names the key, what was found and what was expected."""


class Select(Model):
    """Which channels: wildcards * and ?, comma-separated alternatives, -- or "" for a blank location."""

    net: Code = "*"
    sta: Code = "*"
    loc: Location = "*"
    chan: Code = "*"

    @property
    def filter(self) -> ChannelFilter:
        """The selection as a value of the model."""
        return ChannelFilter(self.net, self.sta, self.loc, self.chan)


class AbsoluteWindow(Model):
    """A window given outright; the sample at `end` belongs to it."""

    start: Moment
    end: Moment

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
    depth_km: float = 0.0
    mag: float | None = None
    mag_type: str = ""
    id: str = ""
    quakeml: str = ""


class EventWindows(Model):
    """Windows from `start` to `end` after each event's origin; both ends belong to the window.

    Exactly one source of events: `catalog` (the archive's), `list` (inline), `quakeml` or `csv` (contents of a
    file; the client puts a named `file` here).
    """

    catalog: CatalogQuery | None = None
    list: tuple[InlineEvent, ...] | None = None
    quakeml: str | None = None
    csv: str | None = None
    start: Duration = 0
    end: Duration | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        sources = [n for n in ("catalog", "list", "quakeml", "csv") if getattr(self, n) is not None]
        if len(sources) != 1:
            found = " and ".join(sources) or "none"
            raise ValueError(f"exactly one source of events is needed (catalog, list, quakeml or csv); found {found}")
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"end {self.end / 1e9:g} s is not after start {self.start / 1e9:g} s")
        return self


class Tile(Model):
    """Windows of `length` every `step` over [start, end); the sample at a window's end belongs to the next."""

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
    """Exactly one of: `absolute` spans, `events`, a `tile`."""

    absolute: tuple[AbsoluteWindow, ...] | None = None
    events: EventWindows | None = None
    tile: Tile | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [n for n in ("absolute", "events", "tile") if getattr(self, n) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"exactly one of absolute, events and tile is needed; found {found}")
        if self.absolute == ():
            raise ValueError("absolute needs at least one window")
        return self


class Pad(Model):
    """Extra data fetched and processed around a window, then cut away."""

    before: Duration = Field(default=0, ge=0)
    after: Duration = Field(default=0, ge=0)


class Output(Model):
    """Where and how waveforms are kept. `auto`: untouched counts as miniSEED, processed samples as float64."""

    storage: Literal["file", "gridfs"] = "file"
    encoding: Literal["auto", "miniseed", "float64"] = "auto"
    data_tag: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.+-]{0,80}$")] = ""


class Fill(Model):
    """Gap policy that fills."""

    fill: Literal["zero", "linear", "nan"]


# What jobs on stored data take; other keys would be silently without effect.
_KEYS_OF_KIND = {kind: frozenset({"name", "kind", "select", kind}) for kind in ("export", "misfit", "purge")}


class JobSpec(Model):
    """A job as the user wrote it."""

    name: Annotated[str, Field(max_length=200)] = ""
    kind: Literal["window", "index", "scan", "export", "misfit", "purge"] = "window"
    archive: Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,40}$")] = ""
    priority: Annotated[int, Field(ge=-9, le=9)] = 0
    inputs: Literal["day_files", "event_files"] = "day_files"
    expect: Literal["index", "stations"] = "index"
    select: Select = Select()
    windows: Windows | None = None
    gaps: Literal["kill", "split"] | Fill = "kill"
    overlap: Literal["gap", "first", "last"] = "gap"
    verify: Literal["ranges", "full"] = "ranges"
    steps: tuple[StepEntry, ...] = ()
    pad: Pad | None = None
    output: Output = Output()
    export: Export | None = None
    misfit: Misfit | None = None
    purge: Purge | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for kind in _KEYS_OF_KIND:
            if (self.kind == kind) != (getattr(self, kind) is not None):
                raise ValueError(f"a job of kind {kind} needs the key {kind}, and no other kind takes it")
        if self.on_stored:
            for name, field in type(self).model_fields.items():
                if name not in _KEYS_OF_KIND[self.kind] and getattr(self, name) != field.default:
                    raise ValueError(f"a job of kind {self.kind} takes what is stored as it is, and no {name}")
            return self
        if self.misfit is not None and (self.windows is None or self.windows.events is None or not self.archive):
            raise ValueError("a misfit job needs misfit: observed, or an archive and windows: events to fetch it")
        if not self.archive:
            raise ValueError("archive is missing; add it (see docs/job.md)")
        if self.kind != "index" and self.windows is None:
            raise ValueError(f"a job of kind {self.kind} needs windows: absolute, events or tile")
        if self.kind == "scan" and (self.windows is None or self.windows.tile is None):
            raise ValueError("a job of kind scan needs windows: tile, with the days whose files are to be scanned")
        events = self.windows.events if self.windows else None
        if self.window_job is not None and self.inputs == "event_files" and (events is None or events.catalog is None):
            raise ValueError("event_files need windows: events: catalog, which names the files")
        if self.window_job is not None and self.inputs == "day_files" and events is not None and events.end is None:
            raise ValueError("windows of day files need an end: how long after the origin the window lasts")
        return self

    @property
    def on_stored(self) -> bool:
        """Whether the job works on what is stored, and needs no archive."""
        return self.kind in _KEYS_OF_KIND and self.window_job is None

    @property
    def window_job(self) -> JobSpec | None:
        """The windows that the job fetches: itself, or what a misfit job that has an archive stores first."""
        if self.kind == "window":
            return self
        if self.misfit is None or self.misfit.observed is not None:
            return None
        name = f"{self.name[:180]}, observed" if self.name else ""
        return self.model_copy(update={"kind": "window", "misfit": None, "name": name})

    def measuring(self, job: str) -> JobSpec:
        """This misfit job on the waveforms that its window job `job` stores."""
        assert self.misfit is not None  # only such jobs have another one to store their waveforms
        misfit = self.misfit.model_copy(update={"observed": Observed(job=job)})
        return JobSpec(name=self.name, kind="misfit", select=self.select, misfit=misfit)

    def recipe(self) -> Recipe:
        """What fetcher, windower and writer need of the job; where it names no pad, each task has its own."""
        pad = self.pad or Pad()
        return Recipe(
            gaps="fill" if isinstance(self.gaps, Fill) else self.gaps,
            fill=self.gaps.fill if isinstance(self.gaps, Fill) else "zero",
            overlap=self.overlap,
            steps=self.steps,
            pad_before=pad.before / 1e9,
            pad_after=pad.after / 1e9,
            pad_planned=self.pad is None,
            storage=self.output.storage,
            encoding=self.output.encoding,
            data_tag=self.output.data_tag,
            verify_full=self.verify == "full",
            scan=self.kind == "scan",
        )


def _field_names(location: tuple[int | str, ...]) -> list[str]:
    """Keys that are allowed where an unknown key stood."""
    model: Any = JobSpec
    for step in location:
        if isinstance(step, int):
            continue
        found = model.model_fields.get(step) if hasattr(model, "model_fields") else None
        if found is None:
            break
        choices = [found.annotation, *getattr(found.annotation, "__args__", ())]
        nested = [c for c in choices if isinstance(c, type) and issubclass(c, BaseModel)]
        if not nested:
            break
        model = nested[0]
    return sorted(model.model_fields)


def _sentence(error: ValidationError) -> str:
    """The first problem of a validation, in one sentence; unknown keys first, since others follow from them."""
    problems = sorted(error.errors(include_url=False), key=lambda p: p["type"] != "extra_forbidden")
    first = problems[0]
    where = ".".join(str(part) for part in first["loc"]) or "the job"
    if first["type"] == "extra_forbidden":
        *parents, key = first["loc"]
        allowed = _field_names(tuple(parents))
        near = difflib.get_close_matches(str(key), allowed, n=1)
        hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(allowed)}."
        return f"Job file: unknown key {where}; {hint}"
    if first["type"] == "missing":
        return f"Job file: {where} is missing; add it (see docs/job.md)."
    text = first["msg"].removeprefix("Value error, ")
    shown = (
        ""
        if isinstance(first["input"], Mapping) or text.startswith(repr(first["input"]))
        else f" (found {first['input']!r})"
    )
    return f"Job file: {where}: {text}{shown}."


def yaml_content(text: str) -> object:
    """What a YAML or JSON text holds, times as text; JobFileError in one sentence where it cannot be read."""
    try:
        return load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise JobFileError(f"Job file: not valid YAML{line}: {problem}.") from None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, OverflowError) as error:
        # an explicit tag such as !!timestamp on what is none, lists within lists without end, a key that is a list
        raise JobFileError(f"Job file: a value cannot be read ({error}).") from None


def parse_job(source: str | Mapping[str, Any]) -> JobSpec:
    """The validated job of a YAML or JSON text, or of a mapping; JobFileError in one sentence otherwise."""
    content: object = source
    if isinstance(source, str):
        content = yaml_content(source)
    if not isinstance(content, Mapping):
        raise JobFileError("Job file: expected a mapping with at least archive and windows.")
    try:
        return JobSpec.model_validate(content)
    except ValidationError as error:
        raise JobFileError(_sentence(error)) from None
