"""The collection `job`: what was asked for, how far the job is, and its results."""

from __future__ import annotations

from typing import Any, NotRequired, TypeAlias, TypedDict, cast

from .common import Document

OriginRow: TypeAlias = tuple[int, str] | tuple[int, str, float | None, float | None, float | None]
"""[time_ns, event] of an event, and where windows depend on its place [latitude, longitude, depth in km]."""


StationPickRow: TypeAlias = tuple[int, str, str, str, str, str, str, float | None, str, str]
"""[time_ns, net, sta, loc, beginning of chan, phase, id, score, polarity, event] of a pick."""


class PlanCursor(TypedDict):
    """How far a plan has come: shards before `shard` are written, and `offset` tasks of this one."""

    shard: int
    offset: int


class RetryWish(TypedDict):
    """What a retry plans again: windows of these fates with this reason ("" is any)."""

    fates: list[str]
    reason: str


class JobChange(TypedDict, total=False):
    """Fields of a job that change while it lives.

    A job kind of another package may keep more fields: it declares a subclass.
    """

    state: str  # JobState
    attempt: int  # from 1 on; a cancel or a retry raises it
    closed_ns: int  # 0 until it is closed
    planned: int  # windows
    planning_done: bool
    cursor: PlanCursor
    counts: dict[str, int]  # fate: windows; a cache until the job is closed
    ledger: dict[str, int] | None  # `planned` and every fate, counted when the job was closed
    error: str
    notes: list[str]  # what is odd about it, sentences
    retry: RetryWish | None
    # only where it applies
    open: bool  # True, only while the job is not closed
    origins: list[OriginRow] | bytes  # of the events that the job names; frozen before it is planned (`store.rows`)
    picks: list[StationPickRow] | bytes  # that count; frozen like these
    stations: list[str]  # NET.STA of those that `select: spacing` left; frozen like these
    sink_cleaned: int  # the `closed_ns` at which the sink was looked through
    purged_by: str  # the purge that removes it
    points_to: list[str]  # jobs that stored some of its windows
    summed: bool  # its counts are in `summary`; not in jobs of older versions until they are closed


class JobDocument(TypedDict):
    """A job. Times are nanoseconds since 1970."""

    _id: str
    name: str
    kind: str
    spec: dict[str, Any]  # the job file as it was checked: `read_job` makes its type of it
    submitted_ns: int
    stored_bytes: int
    # as in JobChange
    state: str
    attempt: int
    closed_ns: int
    planned: int
    planning_done: bool
    cursor: PlanCursor
    counts: dict[str, int]
    ledger: dict[str, int] | None
    error: str
    notes: list[str]
    retry: RetryWish | None
    open: NotRequired[bool]
    origins: NotRequired[list[OriginRow] | bytes]
    picks: NotRequired[list[StationPickRow] | bytes]
    stations: NotRequired[list[str]]
    sink_cleaned: NotRequired[int]
    purged_by: NotRequired[str]
    summed: NotRequired[bool]
    # hash of everything that decides what is made of a window; only for kinds that store windows
    recipe: NotRequired[str]
    points_to: NotRequired[list[str]]
    request_id: NotRequired[str]  # a submission with the same id is a repeat


def change_job(job: JobDocument, change: JobChange) -> None:
    """Update a document in memory with what was just written to the database."""
    cast(Document, job).update(change)
