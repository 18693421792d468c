"""Coastlines of Natural Earth (public domain), which come with this package: nothing is downloaded.

The file is made by deploy/coastlines.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ring = NDArray[np.float64]

_FILE: Final = Path(__file__).with_name("coastlines.npz")
# On wider maps (degrees), the fine scale shows details that are smaller than a pixel.
_FINE_DEGREES: Final = 20.0


@cache
def rings(scale: str) -> tuple[Ring, ...]:
    """Closed rings of land at the scale "10m" or "50m" (1 to 10 or 50 million): longitude and latitude in degrees,
    shape (points, 2).
    """
    with np.load(_FILE) as stored:
        points = np.cumsum(stored[f"steps_{scale}"], axis=0, dtype=np.int64) / 1000.0
        ends = np.cumsum(stored[f"lengths_{scale}"])
    return tuple(np.split(points, ends[:-1]))


def land(west: float, east: float, south: float, north: float) -> list[Ring]:
    """The land in a box of degrees, as rings that end at its edges; `west` < `east`, and both may be beyond 180."""
    scale = "10m" if max(east - west, north - south) <= _FINE_DEGREES else "50m"
    found = []
    for ring in rings(scale):
        (low_lon, low_lat), (high_lon, high_lat) = ring.min(axis=0), ring.max(axis=0)
        if high_lat < south or low_lat > north:
            continue
        for turn in (-360.0, 0.0, 360.0):
            if high_lon + turn >= west and low_lon + turn <= east:
                cut = _cut(ring + np.array([turn, 0.0]), west, east, south, north)
                if len(cut) >= 3:
                    found.append(cut)
    return found


def _cut(ring: Ring, west: float, east: float, south: float, north: float) -> Ring:
    """A ring within a box (Sutherland and Hodgman, Comm. ACM 17, 1974): at each edge in turn, points outside are
    replaced by the points where the line crosses the edge.
    """
    for axis, bound, sign in ((0, west, 1.0), (0, east, -1.0), (1, south, 1.0), (1, north, -1.0)):
        if len(ring) == 0:
            break
        ahead = np.roll(ring, -1, axis=0)
        inside, next_inside = sign * (ring[:, axis] - bound) >= 0, sign * (ahead[:, axis] - bound) >= 0
        crosses = inside != next_inside
        rise = np.where(crosses, ahead[:, axis] - ring[:, axis], 1.0)
        crossing = ring + ((bound - ring[:, axis]) / rise)[:, None] * (ahead - ring)
        kept = np.stack([ring, crossing], axis=1).reshape(-1, 2)
        ring = kept[np.stack([inside, crosses], axis=1).ravel()]
    return ring
