"""Stages B and C: all windows between two minima around a seed maximum, and the tests that need only the shape.

All pairs of minima around a seed form a grid (left x right), and the tests are array operations on this grid. So the
cost per seed grows with the square of the number of minima, not with its cube.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..settings import Edition, WindowSettings
from .stalta import Indices, Samples, extrema
from .window import Rejection

Mask = npt.NDArray[np.bool_]

SHAPE_TESTS = (
    Rejection.TRAVEL_TIME,
    Rejection.MIN_LENGTH,
    Rejection.WATER_LEVEL,
    Rejection.PROMINENCE,
    Rejection.PHASE_SEPARATION,
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where windows may lie, as samples: seeds and edges within [first, last] (earliest start by travel time, latest
    surface wave); a window must reach `arrival` and must not start after `slowest`."""

    first: int
    last: int
    arrival: float
    slowest: float


@dataclass(frozen=True, slots=True)
class SeedGrid:
    """The candidates of one seed: left and right edges, nearest first; and for each pair of them the index of the first
    test of SHAPE_TESTS that it failed, or len(SHAPE_TESTS)."""

    seed: int
    left: Indices
    right: Indices
    failed: npt.NDArray[np.int8]


def peaks_and_edges(ratio: Samples, bounds: Bounds) -> tuple[Indices, Indices]:
    """Maxima within the bounds; and minima, where those outside of a bound are moved onto it."""
    peaks, troughs = extrema(ratio)
    within = (peaks >= bounds.first) & (peaks <= bounds.last)
    return peaks[within], np.unique(np.clip(troughs, bounds.first, bounds.last))


def water_level(ratio: Samples, settings: WindowSettings) -> Samples:
    """w_E at each sample, shape (npts,)."""
    return np.broadcast_to(np.asarray(settings.stalta_waterlevel, dtype=np.float64), ratio.shape)


def seed_grids(
    ratio: Samples,
    peaks: Indices,
    troughs: Indices,
    bounds: Bounds,
    dt: float,
    min_period: float,
    settings: WindowSettings,
) -> Iterator[SeedGrid]:
    """The grid of each maximum above the water level with a minimum on both sides, in order of time."""
    level = water_level(ratio, settings)
    for seed in peaks[ratio[peaks] > level[peaks]]:
        left = troughs[troughs < seed][::-1]
        right = troughs[troughs > seed]
        if not left.size or not right.size:
            continue
        start, end = left[:, None], right[None, :]
        lowest_allowed = settings.c_0 * level
        tests = (
            (end < bounds.arrival) | (start > bounds.slowest),
            (end - start) * dt < settings.c_1 * min_period,
            _dips(ratio, left, lowest_allowed)[:, None] | _dips(ratio, right, lowest_allowed)[None, :],
            np.full((left.size, right.size), _is_flat(ratio, int(seed), left, right, settings.c_2 * level)),
            _holds_another_phase(ratio, int(seed), left, right, peaks, min_period / dt, settings),
        )
        failed = np.full((left.size, right.size), len(tests), dtype=np.int8)
        for index in reversed(range(len(tests))):
            failed[tests[index]] = index
        yield SeedGrid(int(seed), left, right, failed)


def revived(grids: Sequence[SeedGrid]) -> list[SeedGrid]:
    """The grids with the port's fault: if a window passes for one seed, it passes for every other seed. The port tells
    rejected windows from others only by their edges; so curtailing then sees seeds that were rejected."""
    passed = {
        (int(grid.left[i]), int(grid.right[j]))
        for grid in grids
        for i, j in np.argwhere(grid.failed == len(SHAPE_TESTS))
    }
    result = []
    for grid in grids:
        failed = grid.failed.copy()
        for i, j in np.argwhere(failed < len(SHAPE_TESTS)):
            if (int(grid.left[i]), int(grid.right[j])) in passed:
                failed[i, j] = len(SHAPE_TESTS)
        result.append(replace(grid, failed=failed))
    return result


def curtail(edges: Indices, seed: int, peaks: Indices, period: float, settings: WindowSettings) -> Indices:
    """Shorten quiet starts to c_4a periods before the first maximum, quiet ends to c_4b periods after the last.

    `edges` (n, 2) are windows of one seed, `period` is in samples. The paper counts the seed among the maxima; the port
    does not, and does not change windows with fewer than two other maxima.
    """
    first = np.searchsorted(peaks, edges[:, 0], side="right")
    last = np.searchsorted(peaks, edges[:, 1], side="left") - 1
    enough = np.ones(len(edges), dtype=np.bool_)
    if settings.edition is Edition.PORT:
        enough = last - first >= 2
        first = np.where(enough & (peaks[first] == seed), first + 1, first)
        last = np.where(enough & (peaks[last] == seed), last - 1, last)
    left = np.maximum(edges[:, 0], (peaks[first] - settings.c_4a * period).astype(np.int64))
    right = np.minimum(edges[:, 1], (peaks[last] + settings.c_4b * period).astype(np.int64))
    return np.where(enough[:, None], np.column_stack((left, right)), edges)


def _dips(ratio: Samples, edges: Indices, lowest_allowed: Samples) -> Mask:
    """For each edge, whether a minimum nearer to the seed lies at or below the water level."""
    low = ratio[edges] <= lowest_allowed[edges]
    return np.concatenate(([False], np.logical_or.accumulate(low)[:-1]))


def _is_flat(ratio: Samples, seed: int, left: Indices, right: Indices, prominence: Samples) -> bool:
    """Whether the seed is not high enough above the minima on both sides of it."""
    nearest = max(ratio[left[0]], ratio[right[0]])
    return bool(ratio[seed] - nearest < prominence[seed])


def _holds_another_phase(
    ratio: Samples, seed: int, left: Indices, right: Indices, peaks: Indices, period: float, settings: WindowSettings
) -> Mask:
    """Whether a window has another maximum that is so high and so far from the seed that it is another phase.

    Heights are above the lowest minimum of the window, its edges included. Another maximum may be c_3a times as high as
    the seed. From c_3b periods on, this factor decreases as a Gaussian of the distance (see the paper's section on
    phase separation). `period` is in samples.
    """
    lowest_left = np.minimum.accumulate(ratio[left])
    lowest_right = np.minimum.accumulate(ratio[right])
    on_left = peaks[(peaks < seed) & (peaks > left[-1])][::-1]
    on_right = peaks[(peaks > seed) & (peaks < right[-1])]
    from_left = lowest_left[:, None] <= lowest_right[None, :]
    holds = np.zeros(from_left.shape, dtype=np.bool_)
    for others, edges, along in ((on_left, left, 0), (on_right, right, 1)):
        reach = np.searchsorted(np.abs(others - seed), np.abs(edges - seed))  # other maxima inside
        by_left = _too_high(ratio, seed, others, lowest_left, period, settings)
        by_right = _too_high(ratio, seed, others, lowest_right, period, settings)
        row, column = np.arange(left.size)[:, None], np.arange(right.size)[None, :]
        held = reach[row] if along == 0 else reach[column]
        holds |= np.where(from_left, by_left[held, row], by_right[held, column])
    return holds


def _too_high(
    ratio: Samples, seed: int, others: Indices, floors: Samples, period: float, settings: WindowSettings
) -> Mask:
    """Row k: whether one of the k nearest `others` is too high above each floor; (len(others) + 1, len(floors))."""
    distance = np.abs(others - seed) / period
    beyond = np.maximum(distance - settings.c_3b, 0.0) / settings.c_3b
    factor = settings.c_3a * np.exp(-(beyond**2))
    high = ratio[others][:, None] - floors[None, :] > factor[:, None] * (ratio[seed] - floors)[None, :]
    rows = np.zeros((others.size + 1, floors.size), dtype=np.bool_)
    if others.size:
        rows[1:] = np.logical_or.accumulate(high, axis=0)
    return rows
