"""Makes time spans of the windows that a job asks for, by home day.

A window's home day is the UTC day of its start; only that day's task reads the window's bytes, neighbours included.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from libseis.isotime import DAY_NS

from ..model.archivejob import ArchiveJob
from ..model.marks import Arrival, Pick, Unplaced


@dataclass(frozen=True, slots=True, order=True)
class PlannedWindow:
    """A span wanted of selected channels; `event` names the event it was made for.

    If windows differ from channel to channel, one of these says why it is there: a predicted `arrival`, or `picks`.
    `unplaced` is the reason if there is neither; such a window is an entry of the ledger only.
    """

    start_ns: int
    end_ns: int
    inclusive_end: bool
    event: str = ""
    arrival: Arrival | None = field(default=None, compare=False)
    picks: tuple[Pick, ...] = field(default=(), compare=False)
    unplaced: Unplaced | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Origin of an event: nanoseconds since 1970; degrees and kilometres, None where they are not known."""

    time_ns: int
    event: str
    lat: float | None = field(default=None, compare=False)
    lon: float | None = field(default=None, compare=False)
    depth_km: float | None = field(default=None, compare=False)


def home_days(spec: ArchiveJob, origins: Sequence[Origin]) -> Sequence[int]:
    """The days (counted from 1970) that are home to a window, in order, without repeats."""
    windows = spec.windows
    if windows.tile is not None:
        tile = windows.tile
        return range(tile.start // DAY_NS, -(-tile.end // DAY_NS))
    if windows.events is not None:
        starts = [origin.time_ns + windows.events.start for origin in origins]
    else:
        starts = [span.start for span in windows.absolute or ()]
    return sorted({start // DAY_NS for start in starts})


def days_of(spec: ArchiveJob, origins: Sequence[Origin]) -> Sequence[int]:
    """All days (counted from 1970) that the windows touch, in order; the windows themselves are not made for this."""
    windows = spec.windows
    if windows.tile is not None:
        return range(windows.tile.start // DAY_NS, -(-windows.tile.end // DAY_NS))
    if windows.events is not None:
        after = windows.events
        end = after.end if after.end is not None else after.start
        spans = [(origin.time_ns + after.start, origin.time_ns + end) for origin in origins]
    else:
        spans = [(span.start, span.end) for span in windows.absolute or ()]
    return sorted({day for start, end in spans for day in range(start // DAY_NS, end // DAY_NS + 1)})


def windows_of_day(spec: ArchiveJob, origins: Sequence[Origin], day: int) -> Iterator[PlannedWindow]:
    """Windows whose home is `day`, in order of start.

    Event windows and absolute ones include their last sample (MsPASS's rule), tiles exclude it, so that abutting
    tiles hold every sample once. A tile that would run over the end of its span is left out.
    """
    windows = spec.windows
    low, high = day * DAY_NS, (day + 1) * DAY_NS
    if windows.tile is not None:
        tile = windows.tile
        step = tile.step or tile.length
        number = max(0, -(-(low - tile.start) // step))
        while (start := tile.start + number * step) < high:
            if start + tile.length > tile.end:
                return
            yield PlannedWindow(start, start + tile.length, inclusive_end=False)
            number += 1
    elif windows.events is not None:
        after = windows.events
        end = after.end if after.end is not None else after.start
        yield from sorted(
            PlannedWindow(origin.time_ns + after.start, origin.time_ns + end, inclusive_end=True, event=origin.event)
            for origin in origins
            if low <= origin.time_ns + after.start < high
        )
    else:
        yield from sorted(
            PlannedWindow(span.start, span.end, inclusive_end=not span.end_excluded)
            for span in windows.absolute or ()
            if low <= span.start < high
        )
