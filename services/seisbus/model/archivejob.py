"""Jobs on windows of an archive's data: the keys that they share."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from .fields import Code, Duration, Location, Model, StepEntry, listed
from .geography import AzimuthRange, Distance, DistanceRange, Within
from .kind import OfArchive, Select
from .task import Recipe
from .windows import Windows


class Pad(Model):
    """Extra data fetched and processed around a window, then cut away."""

    before: Duration = Field(default=0, ge=0)
    after: Duration = Field(default=0, ge=0)


class Output(Model):
    """Where and how waveforms are kept. `auto`: untouched counts as miniSEED, processed samples as float64; `float32`:
    processed samples rounded to single precision, in miniSEED."""

    storage: Literal["file", "gridfs"] = "file"
    encoding: Literal["auto", "miniseed", "float64", "float32"] = "auto"
    data_tag: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.+-]{0,80}$")] = ""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.encoding == "float32" and self.storage == "gridfs":
            raise ValueError("GridFS holds float64 only, which MsPASS reads; take storage: file, or leave float32 out")
        return self


class Fill(Model):
    """Gap policy: fill gaps with samples."""

    fill: Literal["zero", "linear", "nan"]


class StationSelect(Select):
    """Which channels of an archive: by their codes, by where their stations are, and by preference.

    `distance`, `azimuth` and `back_azimuth` are between each event and station. `spacing` is the least distance between
    two stations. Of a station's channels, those with the first band and instrument code of `prefer`, and with the first
    location of `prefer_loc`, that it has are taken.
    """

    within: Within | None = None
    distance: DistanceRange | None = None
    azimuth: AzimuthRange | None = None
    back_azimuth: AzimuthRange | None = None
    spacing: Distance | None = None
    prefer: Annotated[tuple[Code, ...], BeforeValidator(listed)] = ()
    prefer_loc: Annotated[tuple[Location, ...], BeforeValidator(listed)] = ()

    @property
    def by_event(self) -> bool:
        """Whether the selection differs from event to event."""
        return any(one is not None for one in (self.distance, self.azimuth, self.back_azimuth))

    @property
    def by_place(self) -> bool:
        """Whether the places of stations must be known."""
        return self.by_event or self.within is not None or self.spacing is not None

    @property
    def codes(self) -> Select:
        """The selection by codes alone."""
        return Select(net=self.net, sta=self.sta, loc=self.loc, chan=self.chan)


class ArchiveJob(OfArchive):
    """A job on windows of an archive's data."""

    inputs: Literal["day_files", "event_files"] = "day_files"
    expect: Literal["index", "stations"] = "index"
    select: StationSelect = StationSelect()
    windows: Windows
    gaps: Literal["kill", "split"] | Fill = "kill"
    overlap: Literal["gap", "first", "last"] = "gap"
    verify: Literal["ranges", "full"] = "ranges"
    steps: tuple[StepEntry, ...] = ()
    pad: Pad | None = None
    output: Output = Output()

    @model_validator(mode="after")
    def _geography(self) -> Self:
        chosen, events = self.select, self.windows.events
        if chosen.by_event and events is None:
            raise ValueError("select: distance, azimuth and back_azimuth are from each event; add windows: events")
        if self.inputs == "event_files":
            if events is not None and events.phase:
                raise ValueError("windows by phase are cut out of day files; leave inputs: event_files out")
            if chosen.by_place or chosen.prefer or chosen.prefer_loc:
                raise ValueError(
                    "the channels of event files are known when they are read, and are chosen by net, sta, loc and "
                    "chan alone; leave within, distance, azimuth, back_azimuth, spacing, prefer and prefer_loc out, or "
                    "take day_files"
                )
        return self

    @property
    def skips(self) -> bool:
        """Whether windows that an earlier job has saved are left out."""
        return False

    def recipe(self) -> Recipe:
        """What fetcher, windower and writer must know of the job. If the job gives no pad, each task has its own."""
        pad = self.pad or Pad()
        return Recipe(
            gaps="fill" if isinstance(self.gaps, Fill) else self.gaps,
            fill=self.gaps.fill if isinstance(self.gaps, Fill) else "zero",
            overlap=self.overlap,
            steps=tuple({name: given} for entry in self.steps for name, given in entry.items()),
            pad_before_ns=pad.before,
            pad_after_ns=pad.after,
            pad_planned=self.pad is None,
            storage=self.output.storage,
            encoding=self.output.encoding,
            data_tag=self.output.data_tag,
            verify_full=self.verify == "full",
            prefer=self.select.prefer,
            prefer_loc=self.select.prefer_loc,
        )


# These keys say which windows a job has, or do not change what is made of a window.
_NO_PART_OF_A_RECIPE = frozenset({"name", "kind", "priority", "select", "windows", "expect", "existing"})


class CutJob(ArchiveJob):
    """A job whose windows are cut out of the archive's files and stored.

    `existing` says what happens to windows that an earlier job with the same recipe and data_tag has saved. `history`
    says whether each datum keeps its own processing history.
    """

    history: Literal["none", "object"] = "none"
    existing: Literal["skip", "again"] = "skip"

    @property
    def recipe_key(self) -> str:
        """A hash of everything that decides what is made of a window, given its channel and span.

        Defaults are left out, so that a new key of a later version does not change the hash.
        """
        content = self.model_dump(mode="json", exclude_defaults=True, exclude=set(_NO_PART_OF_A_RECIPE))
        events = self.windows.events
        phase, model = ((), "") if events is None or not events.phase else (events.phase, events.model)
        content["windows"] = [self.windows.end_excluded, phase, model, self.windows.picks is not None]
        return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()

    @property
    def skips(self) -> bool:
        """Whether windows that exist are left out. Jobs without a data_tag always make their windows, and so do jobs on
        event files, whose windows are not known when they are planned."""
        return self.existing == "skip" and bool(self.output.data_tag) and self.inputs != "event_files"

    def recipe(self) -> Recipe:
        """What fetcher, windower and writer must know of the job."""
        return replace(super().recipe(), history=self.history == "object")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        events = self.windows.events
        if self.inputs == "event_files" and (events is None or events.catalog is None):
            raise ValueError("event_files need windows: events: catalog, which names the files")
        if self.inputs == "day_files" and events is not None and events.end is None:
            raise ValueError("windows of day files need an end: how long after the origin the window lasts")
        return self
