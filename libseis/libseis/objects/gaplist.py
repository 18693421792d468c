"""Lists of gaps as sorted, disjoint closed intervals: join, search and count them, in any one unit of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class GapStatistics:
    """Statistics of the gaps of a datum: number, total and longest length (s), samples, and their share of npts."""

    number: int
    seconds: float
    longest: float
    samples: int
    fraction: float


def joined(gaps: Sequence[Interval], start: float, end: float) -> list[Interval]:
    """Add a gap to `gaps`; gaps that touch or overlap become one."""
    apart = [gap for gap in gaps if gap[1] < start or gap[0] > end]
    touching = [gap for gap in gaps if not (gap[1] < start or gap[0] > end)]
    union = (min([start, *(gap[0] for gap in touching)]), max([end, *(gap[1] for gap in touching)]))
    return sorted([*apart, union])


def overlapping(gaps: Sequence[Interval], start: float, end: float) -> list[Interval]:
    """The gaps that share time with start to end, without cutting them."""
    return [gap for gap in gaps if gap[0] <= end and gap[1] >= start]
