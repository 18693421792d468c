"""Epochs of station metadata: the start and end of an epoch, and which times and data lie in it.

obspy's inventories (`libseis.obspy.inventories`), documents of the database and the readers of StationXML all use this
module, so that an epoch includes the same times wherever it was read. Times are nanoseconds since 1970. An epoch
includes its start and excludes its end: a time at which one epoch ends and the next begins belongs to the next.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

OPEN_START_NS: Final = -(2**63)
"""The start of an element that states none."""
FAR_FUTURE: Final = 2556144000.0
"""2051, in epoch seconds. MsPASS's documents write this end, and never null, for an open epoch."""
LATEST_NS: Final = 2**63 - 1
"""2262. A later end (2599, 2999, 3000) means that the epoch is open."""


@dataclass(frozen=True, slots=True)
class EpochSpan:
    """The times from `start_ns` up to, but without, `end_ns` (None for an open epoch)."""

    start_ns: int = OPEN_START_NS
    end_ns: int | None = None

    def holds(self, time_ns: int) -> bool:
        """Whether the epoch includes a time."""
        return self.touches(time_ns, time_ns)

    def touches(self, first_ns: int, last_ns: int) -> bool:
        """Whether the epoch shares time with data from the first sample to the last, both included."""
        return self.start_ns <= last_ns and (self.end_ns is None or first_ns < self.end_ns)

    def covers(self, first_ns: int, last_ns: int) -> bool:
        """Whether the epoch includes data from the first sample to the last; the last may be exactly at its end."""
        return self.start_ns <= first_ns and (self.end_ns is None or last_ns <= self.end_ns)

    def overlaps(self, start_ns: int | None, end_ns: int | None) -> bool:
        """Whether the epoch shares time with [start, end); None means no limit."""
        return (end_ns is None or self.start_ns < end_ns) and (
            start_ns is None or self.end_ns is None or start_ns < self.end_ns
        )


ALWAYS: Final = EpochSpan()


def inherited(start_ns: int | None, end_ns: int | None, parent: EpochSpan = ALWAYS) -> EpochSpan:
    """The epoch of a channel, station or network; a missing date (None) is taken from the parent element."""
    start = parent.start_ns if start_ns is None else max(start_ns, OPEN_START_NS)
    end = parent.end_ns if end_ns is None else end_ns
    return EpochSpan(start, None if end is None or end > LATEST_NS else end)


def of_document(document: Mapping[str, Any]) -> EpochSpan:
    """The epoch of a site or channel document: start_ns and end_ns, or MsPASS's starttime and endtime (in seconds)."""
    if "start_ns" in document:
        return inherited(document["start_ns"], document.get("end_ns"))
    end = document.get("endtime")
    return inherited(_ns(document.get("starttime")), None if end is None or end >= FAR_FUTURE else _ns(end))


def _ns(seconds: float | None) -> int | None:
    if seconds is None or not math.isfinite(seconds):
        return None
    return round(seconds * 1e6) * 1000  # today's epoch seconds as a float cannot have more digits
