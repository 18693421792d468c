"""Epochs of station metadata: what an element has of its parent, which ends are open, what lies in an epoch.

Elements of obspy's inventories (`libseis.obspy.inventories`), documents of the database and what reads StationXML all
come through here, so that an
epoch holds the same moments wherever it was read. Nanoseconds since 1970; an epoch is closed at its start and open at
its end, so that a moment at which one ends and the next begins is of the next.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

OPEN_START_NS: Final = -(2**63)
"""Start of an element that has existed since ever."""
FAR_FUTURE: Final = 2556144000.0
"""2051, in epoch seconds: the end that MsPASS's documents have where an epoch is open, and never null."""
LATEST_NS: Final = 2**63 - 1
"""2262; a later end (2599, 2999, 3000) is a way to say that it is open."""


@dataclass(frozen=True, slots=True)
class EpochSpan:
    """From `start_ns` on, to before `end_ns` (None while it is open)."""

    start_ns: int = OPEN_START_NS
    end_ns: int | None = None

    def holds(self, time_ns: int) -> bool:
        """Whether a moment is in it."""
        return self.touches(time_ns, time_ns)

    def touches(self, first_ns: int, last_ns: int) -> bool:
        """Whether any sample of data is in it, from the first to the last, both included."""
        return self.start_ns <= last_ns and (self.end_ns is None or first_ns < self.end_ns)

    def covers(self, first_ns: int, last_ns: int) -> bool:
        """Whether data are in it from the first sample to the last, which may be at its very end."""
        return self.start_ns <= first_ns and (self.end_ns is None or last_ns <= self.end_ns)

    def overlaps(self, start_ns: int | None, end_ns: int | None) -> bool:
        """Whether it shares time with [start, end); None is unbounded."""
        return (end_ns is None or self.start_ns < end_ns) and (
            start_ns is None or self.end_ns is None or start_ns < self.end_ns
        )


ALWAYS: Final = EpochSpan()


def inherited(start_ns: int | None, end_ns: int | None, parent: EpochSpan = ALWAYS) -> EpochSpan:
    """The span of a channel, station or network: a date that it does not have itself (None) is its parent's."""
    start = parent.start_ns if start_ns is None else max(start_ns, OPEN_START_NS)
    end = parent.end_ns if end_ns is None else end_ns
    return EpochSpan(start, None if end is None or end > LATEST_NS else end)


def of_document(document: Mapping[str, Any]) -> EpochSpan:
    """The span of a site or channel document: start_ns and end_ns, or MsPASS's starttime and endtime (in seconds)."""
    if "start_ns" in document:
        return inherited(document["start_ns"], document.get("end_ns"))
    end = document.get("endtime")
    return inherited(_ns(document.get("starttime")), None if end is None or end >= FAR_FUTURE else _ns(end))


def _ns(seconds: float | None) -> int | None:
    if seconds is None or not math.isfinite(seconds):
        return None
    return round(seconds * 1e6) * 1000  # epoch seconds of our time have no finer digits in a float
