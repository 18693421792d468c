"""Lists of gaps as sorted, disjoint closed intervals: joining, asking, counting. Pure; any one unit of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class GapStatistics:
    """The gaps of a datum: how many, seconds in all and in the longest, samples, and their share of npts."""

    number: int
    seconds: float
    longest: float
    samples: int
    fraction: float


def joined(gaps: Sequence[Interval], start: float, end: float) -> list[Interval]:
    """`gaps` with one more; gaps that touch or overlap become their union."""
    apart = [gap for gap in gaps if gap[1] < start or gap[0] > end]
    touching = [gap for gap in gaps if not (gap[1] < start or gap[0] > end)]
    union = (min([start, *(gap[0] for gap in touching)]), max([end, *(gap[1] for gap in touching)]))
    return sorted([*apart, union])


def overlapping(gaps: Sequence[Interval], start: float, end: float) -> list[Interval]:
    """The gaps that share a time with start to end, whole."""
    return [gap for gap in gaps if gap[0] <= end and gap[1] >= start]
