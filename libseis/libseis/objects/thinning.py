"""Fewer points that draw the same line as all samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def thin(times: Floats, samples: Floats, columns: int) -> tuple[Floats, Floats]:
    """At most 2 x columns points that draw the same line: each column's least and greatest sample, as they come."""
    width = -(-len(samples) // columns)
    if width <= 2:
        return times, samples
    # the last column is filled up with the last sample, which adds no extreme
    blocks = np.pad(samples, (0, -len(samples) % width), mode="edge").reshape(-1, width)
    filled_low = np.where(np.isnan(blocks), np.inf, blocks)
    filled_high = np.where(np.isnan(blocks), -np.inf, blocks)
    places = np.sort(np.stack([filled_low.argmin(axis=1), filled_high.argmax(axis=1)], axis=1), axis=1)
    # a column with a gap keeps one NaN, so that the line breaks there
    missing = np.isnan(blocks).any(axis=1)
    places[missing, 1] = np.isnan(blocks[missing]).argmax(axis=1)
    places[missing] = np.sort(places[missing], axis=1)
    index = (places + np.arange(0, len(samples), width)[:, None]).ravel().clip(max=len(samples) - 1)
    return times[index], samples[index]
