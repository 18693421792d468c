"""Hops: which servers of a process do not answer, since when, and how often they were tried.

The log reports trouble once when it begins and once when it ends. Health, status and control's answers read it
meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime

_log = logging.getLogger(__name__)

# After its own trouble with a hop, a process waits this long before it trusts reports of others about it.
_ALONE_SECONDS = 10.0

ARCHIVE_HOP = "S3 "
"""Start of the name of an archive's hop; the archive's name follows."""


def sink_hop(url: str) -> str:
    """The hop of the bucket that Seisbus writes to."""
    return f"Sink {url}"


@dataclass(frozen=True, slots=True)
class Wait:
    """A hop that a process waits for, and a sentence about it."""

    hop: str
    text: str

    def concerns(self, archive: str) -> bool:
        """Whether a job on this archive ("": unknown) must wait too."""
        return not archive or not self.hop.startswith(ARCHIVE_HOP) or self.hop == f"{ARCHIVE_HOP}{archive}"


@dataclass(slots=True)
class _Trouble:
    since: datetime
    tries: int
    problem: str


class Hops:
    """Troubles by hop ("MongoDB", "NATS", "S3 scedc"), and in `heard` those of other processes of the deployment."""

    def __init__(self) -> None:
        self._troubles: dict[str, _Trouble] = {}
        self._news = asyncio.Event()
        self._ended: dict[str, float] = {}
        self.heard: tuple[Wait, ...] = ()

    def failed(self, hop: str, problem: str) -> None:
        """Note a try without an answer; `problem` is a sentence."""
        if (known := self._troubles.get(hop)) is not None:
            known.tries += 1
            known.problem = problem
            return
        self._troubles[hop] = _Trouble(datetime.now(UTC), 1, problem)
        self._news.set()
        _log.warning("%s does not answer, work waits for it: %s", hop, problem)

    def answered(self, hop: str) -> None:
        """Note that the hop works."""
        if (known := self._troubles.pop(hop, None)) is not None:
            self._news.set()
            self._ended[hop] = time.monotonic()
            seconds = (datetime.now(UTC) - known.since).total_seconds()
            _log.info("%s answers again after %.0f s; tries without an answer: %d", hop, seconds, known.tries)

    async def news(self, longest: float) -> None:
        """Return when a trouble begins or ends, at the latest after the given seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), longest)
        self._news.clear()

    def sentence(self, hop: str = "") -> str:
        """Which hop (or a named one) does not answer, since when, and what was tried; "" if all answer."""
        return next((wait.text for wait in self.own() if hop in ("", wait.hop)), "")

    def own(self) -> list[Wait]:
        """The hops that this process itself waits for."""
        found = []
        for name, trouble in self._troubles.items():
            tried = "once" if trouble.tries == 1 else f"{trouble.tries} times"
            text = (
                f"{name} has not answered since {trouble.since:%H:%M:%S} UTC (tried {tried}, last: "
                f"{trouble.problem.rstrip('.')}); nothing is lost, and work goes on when it does."
            )
            found.append(Wait(name, text))
        return found

    def waits(self, archive: str = "") -> list[Wait]:
        """The hops that this process and others wait for, each once; for an archive, those that matter for it."""
        now = time.monotonic()
        # ignore a process that had the same trouble and has not checked again yet
        heard = (wait for wait in self.heard if now - self._ended.get(wait.hop, float("-inf")) >= _ALONE_SECONDS)
        found = {wait.hop: wait for wait in (*heard, *self.own())}
        return [wait for wait in found.values() if wait.concerns(archive)]
