"""Limit the requests of this process to an archive: up to the polite number, fewer while the archive has trouble.

It uses additive increase and multiplicative decrease (Chiu and Jain 1989), like TCP. If all clients halve their
requests after trouble and add one at a time, they share the capacity of the archive.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class AdaptiveLimit:
    """At most `most` requests at once; halved by `setback`, one more for each limit's worth of `progress`."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._limit = float(most)
        self._clock = clock
        self._halved_at = float("-inf")
        self._running = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def now(self) -> int:
        """Requests allowed at once."""
        return int(self._limit)

    @property
    def running(self) -> int:
        """Requests that are running."""
        return self._running

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[float]:
        """Context of one request; waits in line until there is room. Gives the time at which the request began."""
        if self._running >= self.now or self._waiting:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._leave()  # cancelled at the moment when its turn came
                else:
                    self._waiting.remove(turn)
                raise
        else:
            self._running += 1
        try:
            yield self._clock()
        finally:
            self._leave()

    def progress(self) -> None:
        """Note that a request succeeded."""
        self._limit = min(float(self._most), self._limit + 1 / self._limit)
        self._admit()

    def setback(self, began: float) -> None:
        """Note that the archive throttled or stalled a request that began at a time, or that it timed out.

        Requests that run at the same time fail together, so the limit is halved only once for all of them.
        """
        if began > self._halved_at:
            self._halved_at = self._clock()
            self._limit = max(1.0, self._limit / 2)

    def _leave(self) -> None:
        self._running -= 1
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._running < self.now:
            turn = self._waiting.popleft()
            if not turn.done():
                self._running += 1
                turn.set_result(None)
