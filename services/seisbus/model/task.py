"""Values of the plan: an archive object, the windows wanted from it, and the task that holds both."""

from __future__ import annotations

from dataclasses import dataclass, field

from libseis.codes import Channel

from .marks import Arrival, Pick, Unplaced
from .subject import NO_EVENT, Subject, of_event


@dataclass(frozen=True, slots=True)
class ChannelRun:
    """Where the records of a channel stand in an object of many: bytes [start, end); `knots` and `ordered` as there."""

    channel: Channel
    start: int
    end: int
    knots: tuple[tuple[int, int], ...] = ()
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """One archive object as far as the plan knew it (`size` 0 and `etag` "" when no listing told them).

    `knots` are known record starts near the windows as (offset, time in ns); `ordered` says that a full scan found
    nothing out of the ordinary. `runs` are the channels of an object of many, where these are known.
    """

    archive: str
    key: str
    size: int = 0
    etag: str = ""
    day_ns: int = 0
    channel: Channel | None = None
    missing: str = ""
    knots: tuple[tuple[int, int], ...] = ()
    ordered: bool = False
    runs: tuple[ChannelRun, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """An item of a ledger: a window of a channel, or what else its subject says; times are nanoseconds since 1970.

    `arrival` and `picks` say how a window was placed; they are not part of its identity.
    Where a job takes sensors for items (`Recipe.components` is 3), `channel` stands for one (`Sensor.channel`).
    """

    id: str
    channel: Channel
    start_ns: int
    end_ns: int
    inclusive_end: bool
    subject: Subject = NO_EVENT
    arrival: Arrival | None = None
    picks: tuple[Pick, ...] = ()

    @property
    def event(self) -> str:
        """The event that it is of; "" for none."""
        return of_event(self.subject)


@dataclass(frozen=True, slots=True)
class Part:
    """A run of a task's windows whose bytes travel in one message."""

    first: int
    count: int


@dataclass(frozen=True, slots=True)
class WindowTemplate:
    """How a provisional task's windows follow from what it holds: cut to a span, or whole channels when None."""

    start_ns: int | None
    end_ns: int | None
    event: str


@dataclass(frozen=True, slots=True)
class Existing:
    """Who has saved a window already: the job, and in how many pieces."""

    job: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Task:
    """An archive object (with neighbours) and every window a job wants of it; of a sensor, the objects of its
    channels.

    Without an object it is of windows that could not be placed; `unplaced` says why, one for each.
    The last windows are those that `existing` jobs have saved, one for each.
    """

    id: str
    job: str
    archive: str
    objects: tuple[ObjectRef, ...]
    windows: tuple[Window, ...]
    parts: tuple[Part, ...]
    template: WindowTemplate | None = None
    pad_before_ns: int | None = None  # of this channel; None where the job's recipe says it for all
    pad_after_ns: int | None = None
    unplaced: tuple[Unplaced, ...] = ()
    existing: tuple[Existing, ...] = ()

    @property
    def provisional(self) -> bool:
        """Whether the contents of the object decide the windows (event files)."""
        return self.template is not None


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is done with the records of a window, and how the result is stored. Each of `steps` is {name: parameters}.

    `components`: 1 for windows of channels, 3 for windows of sensors, whose channels become one Seismogram. `prefer`
    and `prefer_loc`: of a station's channels those of the first band and instrument, and location, that there are; for
    objects whose channels show when they are read. `history`: each datum keeps its own processing history.

    Pads are nanoseconds. With `pad_planned` they are what the plan took for the steps' need, and who knows the rate of
    the records takes more where the steps want more; else they are the job's own.
    """

    gaps: str = "kill"
    fill: str = "zero"
    overlap: str = "gap"
    steps: tuple[dict[str, object], ...] = field(default=())
    pad_before_ns: int = 0
    pad_after_ns: int = 0
    storage: str = "file"
    encoding: str = "auto"
    data_tag: str = ""
    verify_full: bool = False
    scan: bool = False
    pad_planned: bool = False
    components: int = 1
    prefer: tuple[str, ...] = ()
    prefer_loc: tuple[str, ...] = ()
    history: bool = False
