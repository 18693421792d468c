"""Stage E: the set of windows that do not overlap with the largest total weight (weighted interval scheduling,
exact)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence


def best_schedule(
    intervals: Sequence[tuple[int, int]], weights: Sequence[float], *, first_weighs_nothing: bool = False
) -> list[int]:
    """Indices of the set of intervals with the largest weight that do not overlap, in order of time.

    Intervals are (left, right) samples; they do not overlap if they share an edge sample. The method is dynamic
    programming over the intervals, sorted by their ends, in O(n log n) and without recursion. Weights that are not
    positive are never taken. `first_weighs_nothing` repeats the port's fault, for comparison with it: the interval that
    ends first has the weight zero, and is taken if no other interval is.
    """
    order = sorted(range(len(intervals)), key=lambda i: (intervals[i][1], intervals[i][0]))
    ends = [intervals[i][1] for i in order]
    best = [0.0]
    before: list[int] = []
    taken: list[bool] = []
    for position, index in enumerate(order):
        compatible = bisect_right(ends, intervals[index][0], 0, position)
        free = first_weighs_nothing and position == 0
        with_it = best[compatible] + (0.0 if free else weights[index])
        before.append(compatible)
        taken.append(free or with_it > best[-1])
        best.append(max(with_it, best[-1]))
    chosen = []
    position = len(order)
    while position:
        if taken[position - 1]:
            chosen.append(order[position - 1])
            position = before[position - 1]
        else:
            position -= 1
    return chosen[::-1]
