"""Values of the plan: an archive object, the windows wanted from it, and the task that holds both."""

from __future__ import annotations

from dataclasses import dataclass, field

from libseis.codes import Channel

from .marks import Arrival, Pick, Unplaced
from .subject import NO_EVENT, Subject, of_event


@dataclass(frozen=True, slots=True)
class ChannelRun:
    """Where the records of a channel are in an object of several channels: bytes [start, end). `knots` and `ordered`:
    as in ObjectRef."""

    channel: Channel
    start: int
    end: int
    knots: tuple[tuple[int, int], ...] = ()
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """One archive object, as far as the plan knows it (`size` 0 and `etag` "" if they are not known).

    `knots` are known record starts near the windows, as (offset, time in ns). `ordered` says that a full scan found
    nothing odd. `runs` are the channels of an object of several channels, if they are known.
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
    """An item of a ledger: a window of a channel, or something else that its subject names. Times are nanoseconds since
    1970.

    `arrival` and `picks` say how a window was placed; they are not part of its identity. If the items of a job are
    sensors (`Recipe.components` is 3), `channel` stands for a sensor (`Sensor.channel`).
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
    """How the windows of a provisional task are made once its content is known: cut to a span, or whole channels if
    that is None."""

    start_ns: int | None
    end_ns: int | None
    event: str


@dataclass(frozen=True, slots=True)
class Existing:
    """The job that has saved a window already, and the number of pieces."""

    job: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Task:
    """An archive object (with neighbours) and all windows that a job wants of it; for a sensor, the objects of its
    channels.

    A task without an object has windows that could not be placed; `unplaced` has the reason for each. The last windows
    are those that earlier jobs have saved; `existing` has one entry for each.
    """

    id: str
    job: str
    archive: str
    objects: tuple[ObjectRef, ...]
    windows: tuple[Window, ...]
    parts: tuple[Part, ...]
    template: WindowTemplate | None = None
    pad_before_ns: int | None = None  # of this channel; None if the job's recipe has one for all
    pad_after_ns: int | None = None
    unplaced: tuple[Unplaced, ...] = ()
    existing: tuple[Existing, ...] = ()

    @property
    def provisional(self) -> bool:
        """Whether the windows follow from the content of the object (event files)."""
        return self.template is not None


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is made of the records of a window, and how it is stored. Each of `steps` is {name: parameters}.

    `components`: 1 for windows of channels, 3 for windows of sensors, whose channels become one Seismogram. `prefer`
    and `prefer_loc`: take a station's channels with the first band and instrument, and the first location, that it has;
    they are used for objects whose channels are known only when they are read. `history`: each datum keeps its own
    processing history.

    Pads are in nanoseconds. With `pad_planned` they are what the plan computed from the steps; a service that knows the
    rate of the records takes more if the steps need more. Otherwise they are the pads of the job file.
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
