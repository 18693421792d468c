"""Filters as gains on spectra, for steps that are done together in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from libseis.signal.design import FilterType
from libseis.signal.operators import butterworth_sections

Spectrum = NDArray[np.complex128]


class Gain(Protocol):
    """A filter. Equal filters compare equal and have the same hash."""

    def spectrum(self, length: int, dt: float) -> Spectrum:
        """The gain at the frequencies of a real FFT of `length` samples `dt` seconds apart, (length // 2 + 1,)."""
        ...


@dataclass(frozen=True, slots=True)
class FilterGain:
    """A Butterworth filter, as `operators.apply_filter` applies it."""

    kind: FilterType
    corners: int
    frequencies: tuple[float, ...]
    zerophase: bool

    def spectrum(self, length: int, dt: float) -> Spectrum:
        """The gain of one pass, or of two passes in opposite directions."""
        sections = butterworth_sections(self.kind, self.corners, self.frequencies, 1.0 / dt)
        turn = np.exp(-2j * np.pi / length * np.arange(length // 2 + 1))
        found: Spectrum = np.ones(len(turn), np.complex128)
        for b0, b1, b2, a0, a1, a2 in sections:
            found *= (b0 + turn * (b1 + turn * b2)) / (a0 + turn * (a1 + turn * a2))
        return (found.real**2 + found.imag**2).astype(np.complex128) if self.zerophase else found


@dataclass(frozen=True, slots=True)
class DerivativeGain:
    """Central differences, the same as `operators.differentiate` except at the ends of the data."""

    def spectrum(self, length: int, dt: float) -> Spectrum:
        """i times the sine of the phase between two samples, divided by the interval."""
        found: Spectrum = 1j / dt * np.sin(2 * np.pi / length * np.arange(length // 2 + 1))
        return found
