"""The speed of a job, and when it will be done, from its progress during the last half minute."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ..client import Progress

# Over a shorter time the mean would jump; over a longer time it would show late that the job has stopped.
_SECONDS: Final = 30.0
_LEAST_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Speed:
    """Windows and stored bytes per second, and the seconds that are left; None if not known."""

    windows: float | None = None
    bytes: float | None = None
    left: float | None = None


@dataclass(slots=True)
class Pace:
    """Remembers the progress of a job during the last half minute."""

    clock: Callable[[], float] = time.monotonic
    _seen: deque[tuple[float, int, int]] = field(default_factory=deque)
    _attempt: int = 0

    def add(self, progress: Progress) -> None:
        """Note the progress of the job now."""
        if progress.attempt != self._attempt:  # a retry takes back outcomes
            self._seen.clear()
            self._attempt = progress.attempt
        now = self.clock()
        self._seen.append((now, progress.ledger.settled, progress.stored_bytes))
        while len(self._seen) > 2 and self._seen[1][0] < now - _SECONDS:
            self._seen.popleft()

    def speed(self, progress: Progress) -> Speed:
        """The recent speed; if nothing happens, it decreases with every second."""
        if not self._seen:
            return Speed()
        began, settled, stored = self._seen[0]
        seconds = self.clock() - began
        if seconds < _LEAST_SECONDS:
            return Speed()
        windows = max(0, progress.ledger.settled - settled) / seconds
        left = progress.ledger.planned - progress.ledger.settled
        known = windows > 0 and progress.planning_done
        return Speed(windows, max(0, progress.stored_bytes - stored) / seconds, left / windows if known else None)
