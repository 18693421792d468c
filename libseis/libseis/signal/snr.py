"""The ratio of signal to noise, also where the noise is zero."""

from __future__ import annotations

NOISE_FREE = 9999999.9
"""The ratio where the noise is zero: a stand-in for infinity that every store and program can read."""


def amplitude_ratio(signal: float, noise: float, *, noise_free: float = NOISE_FREE, silent: float = 0.0) -> float:
    """`signal` over `noise`; `noise_free` if only the noise is zero, `silent` if both are."""
    if noise > 0.0:
        return signal / noise
    return noise_free if signal > 0.0 else silent
