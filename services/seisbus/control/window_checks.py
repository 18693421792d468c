"""Checks the windows that a job asks for, without looking at the archive, and puts events of a file inline."""

from __future__ import annotations

from typing import Final, TypeVar

from libseis.isotime import DAY_NS
from libseis.steps import StepError, build
from libseis.traveltimes import PhaseNameError, check_phases

from ..archive import events as event_files
from ..archive.oddities import Oddities
from ..errors import JobFileError, UserError
from ..model.archivejob import ArchiveJob
from ..model.job import parse_job

A = TypeVar("A", bound=ArchiveJob)

LARGEST_EVENT_LIST: Final = 20_000
LARGEST_WINDOW_LIST: Final = 20_000
LONGEST_WINDOW_NS: Final = 31 * DAY_NS  # a window is one object in memory: a month at 100 Hz takes 2 GB as float64
LONGEST_TILING_NS: Final = 100 * 366 * DAY_NS


class JobSizeError(UserError):
    """A job is too large. `field` names the part, `found` and `most` are its size and the limit."""

    def __init__(self, field: str, found: str, most: str) -> None:
        super().__init__(f"Job file: {field} is {found}, at most {most} fit one job; split it into several jobs.")
        self.field = field
        self.found = found
        self.most = most


def with_inline_events(spec: A, odd: Oddities | None = None) -> A:
    """The job with the events of a QuakeML or CSV text as a list; EventInputError when the text cannot be read.

    Entries that cannot be read as events are added to `odd`.
    """
    events = spec.windows.events
    if events is None or (events.quakeml is None and events.csv is None):
        return spec
    found = (
        event_files.from_quakeml(events.quakeml.encode(), odd)
        if events.quakeml is not None
        else event_files.from_csv((events.csv or "").encode(), odd)
    )
    if not found:
        raise JobFileError("Job file: windows.events: the file holds no event; expected at least one.")
    content = spec.model_dump(mode="json", exclude_none=True)
    window = content["windows"]["events"]
    window.pop("quakeml", None)
    window.pop("csv", None)
    window["list"] = [event.job_keys() | {"quakeml": event.quakeml} for event in found]
    return parse_job(content, type(spec))


def check_quakeml(spec: ArchiveJob) -> None:
    """JobFileError if the QuakeML of an event in a list does not have exactly one event."""
    for number, event in enumerate((spec.windows.events.list if spec.windows.events else None) or ()):
        if event.quakeml and len(event_files.from_quakeml(event.quakeml.encode())) != 1:
            raise JobFileError(
                f"Job file: windows.events.list[{number}].quakeml: expected a document of this event alone."
            )


def check_phase_names(spec: ArchiveJob) -> None:
    """JobFileError if the windows are for an unknown phase."""
    events = spec.windows.events
    try:
        check_phases(events.phase if events is not None else ())
    except PhaseNameError as error:
        raise JobFileError(f"Job file: windows.events.phase: {error}") from None


def check_steps(spec: ArchiveJob) -> None:
    """JobFileError when a processing step is unknown or has wrong parameters."""
    try:
        build(spec.steps)
    except StepError as error:
        raise JobFileError(f"Job file: steps: {' '.join(error.problems)}") from None


def check_size(spec: ArchiveJob) -> None:
    """JobSizeError when one job cannot hold this much."""
    windows = spec.windows
    longest = 0
    if windows.absolute is not None:
        if len(windows.absolute) > LARGEST_WINDOW_LIST:
            raise JobSizeError("windows.absolute", f"{len(windows.absolute):,} windows", f"{LARGEST_WINDOW_LIST:,}")
        longest = max(span.end - span.start for span in windows.absolute)
    if windows.events is not None:
        if windows.events.list is not None and len(windows.events.list) > LARGEST_EVENT_LIST:
            raise JobSizeError("windows.events.list", f"{len(windows.events.list):,} events", f"{LARGEST_EVENT_LIST:,}")
        if windows.events.end is not None:
            longest = windows.events.end - windows.events.start
    if windows.picks is not None:
        longest = windows.picks.end - windows.picks.start
    if windows.tile is not None:
        span = windows.tile.end - windows.tile.start
        if span > LONGEST_TILING_NS:
            raise JobSizeError("windows.tile", f"{span // DAY_NS:,} days", f"{LONGEST_TILING_NS // DAY_NS:,}")
        if (windows.tile.step or windows.tile.length) < 1_000_000_000:
            raise JobFileError("Job file: windows.tile.step is under a second, expected at least 1s.")
        longest = windows.tile.length
    if longest > LONGEST_WINDOW_NS:
        raise JobSizeError(
            "windows: the longest window", f"{longest / DAY_NS:.1f} days", f"{LONGEST_WINDOW_NS // DAY_NS} days"
        )
