"""Epochs of station metadata: what an element has of its parent, and which ends are open. Nanoseconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

OPEN_START_NS: Final = -(2**63)
"""Start of an element that has existed since ever."""
LATEST_NS: Final = 2**63 - 1
"""2262; a later end (2599, 2999, 3000) is a way to say that it is open."""


@dataclass(frozen=True, slots=True)
class EpochSpan:
    """From `start_ns` on, to `end_ns` (None while it is open)."""

    start_ns: int = OPEN_START_NS
    end_ns: int | None = None


ALWAYS: Final = EpochSpan()


def inherited(start_ns: int | None, end_ns: int | None, parent: EpochSpan = ALWAYS) -> EpochSpan:
    """The span of a channel, station or network: a date that it does not have itself (None) is its parent's."""
    start = parent.start_ns if start_ns is None else max(start_ns, OPEN_START_NS)
    end = parent.end_ns if end_ns is None else end_ns
    return EpochSpan(start, None if end is None or end > LATEST_NS else end)
