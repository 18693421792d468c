"""What documents of several collections have in common."""

from __future__ import annotations

from typing import Any, TypeAlias, TypedDict

Document: TypeAlias = dict[str, Any]
"""A document of no known shape: of another package's collection, or of any collection where only names matter."""


class Codes(TypedDict):
    """A channel by MsPASS's names; a code is "" where it is blank."""

    net: str
    sta: str
    loc: str
    chan: str


class LogEntry(TypedDict):
    """One line of an error log, as MsPASS's `logdata` has it."""

    job_id: int  # always 0, ours is the `job` beside the log
    algorithm: str  # who says it: a step, "seisbus.windower" ...
    badness: str  # "ErrorSeverity." and MsPASS's severity
    error_message: str
    process_id: int


class Source(TypedDict):
    """An object of an archive whose bytes went into a datum."""

    archive: str
    key: str
    etag: str
    ranges: list[int]  # first byte, byte after the last, first byte ...; empty where all of it was read
    whole: str  # why all of it was read, "" where ranges were


class Provenance(TypedDict):
    """Where samples came from, and the steps that made them."""

    task: str
    sources: list[Source]
    steps: list[str]  # each with its settings, as it is written in a job file
