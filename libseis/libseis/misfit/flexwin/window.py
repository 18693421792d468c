"""A misfit window and a rejected one: values in samples and seconds from the start of the trace."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..traveltimes import PhaseArrival


class Rejection(StrEnum):
    """The test that a candidate failed; the order is the order of the tests."""

    TRAVEL_TIME = "travel_time"
    MIN_LENGTH = "min_length"
    WATER_LEVEL = "water_level"
    PROMINENCE = "prominence"
    PHASE_SEPARATION = "phase_separation"
    MIN_LENGTH_CURTAILED = "min_length_after_curtailing"
    SIGNAL_TO_NOISE = "signal_to_noise"
    TIME_SHIFT = "time_shift"
    AMPLITUDE = "amplitude"
    CORRELATION = "correlation"
    OVERLAP = "overlap"
    AMPLITUDE_RATIO = "window_amplitude_ratio"


@dataclass(frozen=True, slots=True)
class Window:
    """A window [left, right] of samples, both included, and how well data and synthetic agree in it.

    left, right, center: sample indices. dt: s. cc_shift: samples, positive if the observed trace is late. max_cc:
    largest normalized cross-correlation. dlna: 0.5 ln(sum d^2 / sum s^2). weight: for scheduling. phases: predicted
    arrivals inside the window.
    """

    left: int
    right: int
    center: int
    dt: float
    min_period: float
    cc_shift: int
    max_cc: float
    dlna: float
    weight: float
    phases: tuple[PhaseArrival, ...] = ()

    @property
    def start_s(self) -> float:
        """Seconds from the first sample of the trace to the first of the window."""
        return self.left * self.dt

    @property
    def end_s(self) -> float:
        """Seconds from the first sample of the trace to the last of the window."""
        return self.right * self.dt

    @property
    def cc_shift_s(self) -> float:
        """The shift in seconds."""
        return self.cc_shift * self.dt


@dataclass(frozen=True, slots=True)
class RejectedWindow:
    """A candidate that failed: its samples, the test, and the measured value with its limit if the test has one."""

    left: int
    right: int
    center: int
    rejection: Rejection
    value: float | None = None
    limit: float | None = None
