"""Sentences on what a client waits for while it watches a job; each is said once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from ...errors import ClientError, UnreachableError

# Seconds between two tries of a watch: a restart of control or of a server takes seconds.
AGAIN_SECONDS: Final = 0.5
# Servers that do not answer now may answer later.
PASSING: Final = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"})


def waits_for(error: ClientError) -> str:
    """The server that a call waits for if it failed with this error."""
    if isinstance(error, UnreachableError):
        return f"Waiting for Seisbus control, which does not answer at {error.address}; the job goes on where it can."
    return f"Waiting: {error.message}"


class Waits:
    """Says once what a watched job waits for, and when it does not wait any more."""

    def __init__(self, tell: Callable[[str], None], job: str) -> None:
        self._tell, self._job = tell, job
        self._known: set[str] = set()

    def told(self, sentences: Iterable[str]) -> None:
        """The sentence that control gives now."""
        found = {gist(sentence): sentence for sentence in sentences}
        for key, sentence in found.items():
            if key not in self._known:
                self._tell(f"Waiting: {sentence}")
        if self._known and not found:
            self._tell(f"Job {self._job} does not wait any more and goes on.")
        self._known = set(found)


def gist(sentence: str) -> str:
    """A sentence without its count of tries, to see whether the job waits for something else."""
    return sentence.split(" (tried ")[0]
