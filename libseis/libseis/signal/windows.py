"""Cut windows from data by MsPASS's rule (from the sample nearest to the start), and handle data that are too short."""

from __future__ import annotations

import math
from dataclasses import dataclass

from libseis.enums import ErrorSeverity
from libseis.objects.kinds import Atomic
from libseis.objects.samples import part

SHORT_SEGMENT_HANDLING = ("kill", "truncate", "pad")
ALGORITHM = "WindowDataAtomic"  # the name in MsPASS of the function that cuts one datum; users filter log entries by it


@dataclass(frozen=True, slots=True)
class SampleRange:
    """The samples of a window, and the part of them that the datum has."""

    first: int
    count: int
    begin: int
    end: int

    @property
    def is_whole(self) -> bool:
        return self.begin == self.first and self.end == self.first + self.count

    @property
    def missing(self) -> int:
        return self.count - max(0, self.end - self.begin)


def _half_away(x: float) -> int:
    """Round half away from zero, as sample_number does."""
    return math.floor(x + 0.5) if x >= 0 else math.ceil(x - 0.5)


def sample_range(d: Atomic, start: float, end: float) -> SampleRange:
    """MsPASS's rule: the sample nearest to `start`, and round((end - start) / dt) + 1 samples.

    Each end may be up to half a sample beyond the data. Rounding both ends can add one sample after `end`; if the datum
    ends there, the window does not need this sample.
    """
    first = d.sample_number(start)
    count = _half_away((end - start) / d.dt) + 1
    if first + count == d.npts + 1 and end < d.endtime() + 0.5 * d.dt and count > 1:
        count -= 1
    return SampleRange(first, count, max(first, 0), min(first + count, d.npts))


def _shift(d: Atomic, t0shift: float | str | None) -> float | None:
    """The reference time of a window: a number, or the Metadata value of a name (None if it is not defined)."""
    if t0shift is None:
        return 0.0
    if not isinstance(t0shift, str):
        return float(t0shift)
    return float(d.get_double(t0shift)) if d.is_defined(t0shift) else None


def _dead_part(d: Atomic, message: str) -> Atomic:
    """A dead, empty copy with the reason on its log; the datum itself does not change."""
    dead = part(d, 0, 0)
    dead.elog.log_error(ALGORITHM, message, ErrorSeverity.Invalid)
    dead.kill()
    return dead


@dataclass(frozen=True, slots=True)
class WindowRequest:
    """A window of one datum: its ends (s), their reference time, and what to do if the datum is too short."""

    start: float
    end: float
    t0shift: float | str | None
    short_segment_handling: str
    log_recoverable_errors: bool

    def __post_init__(self) -> None:
        if self.short_segment_handling not in SHORT_SEGMENT_HANDLING:
            raise ValueError(
                f"illegal option: short_segment_handling must be one of {', '.join(SHORT_SEGMENT_HANDLING)}, "
                f"found {self.short_segment_handling!r}"
            )

    def cut(self, d: Atomic, empty_outside: bool) -> Atomic:
        """Cut the window of a live datum; with `empty_outside`, a datum outside of it is emptied and killed."""
        shift = _shift(d, self.t0shift)
        if shift is not None:
            return self._cut(d, shift, empty_outside)
        window = self._cut(d, 0.0, empty_outside)
        if self.log_recoverable_errors:
            message = f"t0shift: the Metadata has no {self.t0shift!r}; a shift of 0 was used"
            window.elog.log_error(ALGORITHM, message, ErrorSeverity.Complaint)
        return window

    def _cut(self, d: Atomic, shift: float, empty_outside: bool) -> Atomic:
        start, end = self.start + shift, self.end + shift
        if not (math.isfinite(start) and math.isfinite(end)):
            raise ValueError(f"the window from {start} to {end} must have finite ends")
        if not (math.isfinite(d.dt) and d.dt > 0.0):
            raise ValueError(f"the datum's sample interval {d.dt} must be positive and finite")
        if start > end:
            return _dead_part(d, f"the window from {start} to {end} ends before it starts; swap its ends")
        inside = end >= d.t0 and start <= d.endtime()
        if inside:
            span = sample_range(d, start, end)
            if span.is_whole:
                return part(d, span.first, span.count)
        if not inside:
            message = (
                f"Data time range is outside the window: the data are from {d.t0} to {d.endtime()}, the window is from "
                f"{start} to {end}"
            )
            if not empty_outside:
                return _dead_part(d, message)
            d.elog.log_error(ALGORITHM, message, ErrorSeverity.Invalid)
            d.npts = 0
            d.kill()
            return d
        lacks = (
            f"the window from {start} to {end} is not covered by the data from {d.t0} to {d.endtime()}: {span.missing} "
            f"of {span.count} samples"
        )
        if self.short_segment_handling == "kill":
            return _dead_part(d, f"{lacks} are missing")
        if self.short_segment_handling == "truncate":
            window, done = part(d, span.begin, span.end - span.begin), "left out"
        else:
            window, done = part(d, span.first, span.count), "set to zero"
        if self.log_recoverable_errors:
            window.elog.log_error(ALGORITHM, f"{lacks} were {done}", ErrorSeverity.Complaint)
        return window
