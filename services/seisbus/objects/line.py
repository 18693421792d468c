"""Measure the line to an archive: how long an answer takes to begin, and how fast its bytes come then."""

from __future__ import annotations

# Each read makes what was measured before it count so much less; about fifty reads count.
_FORGET = 0.98
# Answers that are shorter come at once with their headers, so that they do not show how fast the line is.
_LEAST_BYTES = 65_536
# So many reads of each kind are needed.
_ENOUGH = 5.0
# Bodies that were there at once took at least so long.
_LEAST_SECONDS = 1e-6


class Line:
    """The line to an archive as its last reads found it, with all that they share it with."""

    def __init__(self) -> None:
        self._answers = 0.0
        self._waited = 0.0
        self._bodies = 0.0
        self._bytes = 0.0
        self._seconds = 0.0

    def answered(self, waited: float, size: int, seconds: float) -> None:
        """Note a read: seconds until its answer began, bytes of its body, and seconds until the last one."""
        self._answers = _FORGET * self._answers + 1
        self._waited = _FORGET * self._waited + waited
        if size >= _LEAST_BYTES:
            self._bodies = _FORGET * self._bodies + 1
            self._bytes = _FORGET * self._bytes + size
            self._seconds = _FORGET * self._seconds + seconds

    @property
    def round_trip_bytes(self) -> int:
        """Bytes of a body that come in the time that a request waits for its answer; 0 while too little is known."""
        if min(self._answers, self._bodies) < _ENOUGH:
            return 0
        return int(self._waited / self._answers * self._bytes / max(self._seconds, _LEAST_SECONDS))
