"""Backoff: how long to wait before the next try."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from `first` to `most` seconds, each changed at random by up to the fraction `jitter`.

    Because of the jitter, processes that failed together do not try again together.
    """

    first: float
    most: float
    jitter: float = 0.0

    def delay(self, failures: int) -> float:
        """Seconds to wait after the `failures`-th failure in a row (from 1)."""
        wait = min(self.first * 2.0 ** min(failures - 1, 60), self.most)
        return wait * random.uniform(1 - self.jitter, 1 + self.jitter) if self.jitter else wait
