"""The collection `task`: objects, the windows that are wanted of them, and the parts that are done.

Windows are packed (see `packing`): a day of tiles is one run.
"""

from __future__ import annotations

from typing import NotRequired, TypeAlias, TypedDict

WindowRun: TypeAlias = tuple[int, int, bool, int, int, int, int]
"""[channel, event, inclusive end, start_ns, length_ns, step_ns, count]: windows of one length, equally far apart;
channel and event are indexes into the lists beside."""


class PackedWindows(TypedDict):
    """Windows of one job in their order."""

    channels: list[str]  # NET.STA.LOC.CHAN
    events: list[str]  # texts of the windows' subjects
    runs: list[WindowRun]
    subjects: NotRequired[list[str]]  # types of the subjects, where not all are events
    ids: NotRequired[list[str]]  # only if they are not the hashes of the other fields


class OldWindow(TypedDict):
    """A window of a task of an older version."""

    id: str
    channel: str
    start_ns: int
    end_ns: int
    inclusive_end: bool
    event: str


class TaskRun(TypedDict):
    """Where a channel stands in an object of many."""

    channel: str
    bytes: tuple[int, int]  # [start, end)
    knots: list[int]
    ordered: bool


class TaskObject(TypedDict):
    """An object to read."""

    key: str
    size: int  # bytes, 0 where it is not known
    etag: str
    day_ns: int  # start of the day that it holds
    channel: str | None  # that its key names
    missing: str  # why it is missing, "" if it is there
    knots: NotRequired[list[int]]  # record starts that are known: offset, time_ns, offset, time_ns, ...
    ordered: NotRequired[bool]  # a full scan found its records in order of time
    runs: NotRequired[list[TaskRun]]  # of an object of many channels, where they are known


class Template(TypedDict):
    """The window of every channel of an event file whose channels are not known yet."""

    start_ns: int | None
    end_ns: int | None
    event: str


class Mark(TypedDict, total=False):
    """What decided the place of a window."""

    arrival: ArrivalRow
    picks: list[PickRow]


ArrivalRow: TypeAlias = tuple[str, int, float, float, float, str]
"""[phase, time_ns, ray parameter in s/degree, incidence and take-off in degrees, Earth model]: a predicted arrival."""
PickRow: TypeAlias = tuple[str, int, str, float | None, str]
"""[phase, time_ns, id, score, polarity]."""


class HeldWindows(TypedDict):
    """The fields of a task that say which windows it has."""

    windows: PackedWindows | bytes
    count: int
    marks: NotRequired[list[Mark]]  # one for each window, only where they have any


class TaskDocument(TypedDict):
    """A task; `_id` = job.shard.n."""

    _id: str
    job: str
    open: NotRequired[bool]  # True, only while parts are missing
    attempt: int  # how often it was published
    archive: str
    objects: list[TaskObject]
    windows: PackedWindows | bytes | list[OldWindow]  # as bytes where there are many runs (`store.packing`)
    count: NotRequired[int]  # of windows; not in tasks of older versions
    parts: list[tuple[int, int]]  # [first window, count]: what one message settles
    done: list[int]  # numbers of the parts that have outcomes
    template: Template | None
    expanded: NotRequired[bool]  # the channels of the event file are known by now
    marks: NotRequired[list[Mark]]  # one for each window, only where they have any
    unplaced: NotRequired[list[tuple[str, str, str]]]  # of windows that could not be placed: fate, reason, detail
    existing: NotRequired[list[tuple[str, int, int]]]  # of the last windows: job that saved them, pieces, windows
    pad: NotRequired[tuple[int, int] | None]  # before and after, ns, where it is not the job's
