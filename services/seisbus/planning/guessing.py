"""Guesses the offset of a time in an object from its known points, and by how much the guess may be wrong. Pure."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

# Bytes an hour vary; a guess is trusted to this part of its distance from the nearest known point. Measured on
# generated files whose hours hold 0.6 to 2.1 times the mean: 1.1 times the windows' bytes in 3.2 requests and 2.2 round
# trips; lower values extend more often, higher ones read more.
_DOUBT = 0.1
# If many points are known, each is also guessed from the others. The doubt is this part of that error, because between
# neighbours at half the distance a guess is better.
_LEARNED = 0.5
_LEAST_DOUBT = 0.003
_MOST_DOUBT = 0.15
# Points that are nearer to each other do not tell the bytes per hour, because records differ.
_APART = 16_384
# Over this time a slope that was read counts more than the mean slope to the next point.
_SLOPE_NS = 3_600_000_000_000


@dataclass(frozen=True, slots=True)
class Point:
    """A (time, offset) pair; `slope` is bytes a nanosecond among the records next to it, 0 when not known."""

    time_ns: int
    offset: int
    hard: bool
    slope: float = 0.0


@dataclass(slots=True)
class Curve:
    """Known points of an object in order of offset. Its ends are points too; they are soft if nothing is known of
    them."""

    points: Sequence[Point]
    _times: list[int] = field(init=False)
    _sites: list[Point] = field(init=False)
    _site_times: list[int] = field(init=False)
    _slopes: list[float] = field(init=False)
    _doubts: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self._times = [p.time_ns for p in self.points]
        sites: list[Point] = []
        for point in self.points:
            if not point.hard:
                continue
            if not sites or (point.offset - sites[-1].offset >= _APART and point.time_ns > sites[-1].time_ns):
                sites.append(point)
        self._sites, self._site_times = sites, [p.time_ns for p in sites]
        means = [(b.offset - a.offset) / (b.time_ns - a.time_ns) for a, b in pairwise(sites)]
        self._slopes = [0.0, *(_between(a, b) for a, b in pairwise(means)), 0.0]
        self._doubts = [0.0] * len(sites)
        for n in range(1, len(sites) - 1):
            before, here, after = sites[n - 1], sites[n], sites[n + 1]
            mean = (after.offset - before.offset) / (after.time_ns - before.time_ns)
            wrong = abs(before.offset + (here.time_ns - before.time_ns) * mean - here.offset)
            self._doubts[n] = wrong / min(here.offset - before.offset, after.offset - here.offset)

    def gap(self, time_ns: int) -> int:
        """The number of points before a time."""
        return bisect.bisect_right(self._times, time_ns)

    def guess(self, time_ns: int) -> tuple[int, float]:
        """Offset of a time, and by how many bytes it may be wrong.

        Among enough points by a curve through them. Else, between two neighbours, the mean slope holds in the middle,
        and near a point that was read the slope seen there.
        """
        at = bisect.bisect_right(self._times, time_ns)
        left, right = self.points[max(0, at - 1)], self.points[min(len(self.points) - 1, at)]
        if right.time_ns <= left.time_ns:
            return left.offset, 0.0
        share = _DOUBT
        mean = (right.offset - left.offset) / (right.time_ns - left.time_ns)
        site = bisect.bisect_right(self._site_times, time_ns) - 1
        if 1 <= site < len(self._sites) - 2:
            offset = self._curved(site, time_ns)
            share = _LEARNED * max(self._doubts[site], self._doubts[site + 1])
            share = min(max(share, _LEAST_DOUBT), _MOST_DOUBT)
        else:
            nearer = left.slope and time_ns - left.time_ns < right.time_ns - time_ns
            near = left if nearer or right.slope == 0 else right
            away = time_ns - near.time_ns
            trust = _SLOPE_NS / (_SLOPE_NS + abs(away)) if near.slope else 0.0
            offset = near.offset + away * (trust * near.slope + (1 - trust) * mean)
        if (left.hard and offset < left.offset) or (right.hard and offset > right.offset):
            # this slope holds only for a few records
            offset = left.offset + (time_ns - left.time_ns) * mean
        offset = min(max(offset, left.offset), right.offset)
        hard = [abs(offset - p.offset) for p in (left, right) if p.hard]
        distance = min(hard, default=max(offset, self.points[-1].offset - offset))
        return int(offset), share * distance

    def _curved(self, site: int, time_ns: int) -> float:
        """The curve between a site and the next one: a cubic with their offsets and slopes that never falls (Fritsch
        and Butland 1984)."""
        a, b = self._sites[site], self._sites[site + 1]
        span, rise = b.time_ns - a.time_ns, b.offset - a.offset
        x = (time_ns - a.time_ns) / span
        first, last = self._slopes[site] * span, self._slopes[site + 1] * span
        return a.offset + x * (first + x * (3 * rise - 2 * first - last + x * (first + last - 2 * rise)))


def _between(a: float, b: float) -> float:
    """The slope where two mean slopes meet."""
    return 2 * a * b / (a + b) if a > 0 and b > 0 else 0.0
