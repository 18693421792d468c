"""What a process knows of its servers: which one does not answer, since when, and what was tried.

Said in the log once when it begins and once when it ends; health, status and control's answers ask for it meanwhile.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Trouble:
    since: datetime
    tries: int
    problem: str


class Hops:
    """Troubles by hop ("MongoDB", "NATS", "S3 scedc")."""

    def __init__(self) -> None:
        self._troubles: dict[str, _Trouble] = {}

    def failed(self, hop: str, problem: str) -> None:
        """One more try that had no answer; `problem` is a sentence."""
        if (known := self._troubles.get(hop)) is not None:
            known.tries += 1
            known.problem = problem
            return
        self._troubles[hop] = _Trouble(datetime.now(UTC), 1, problem)
        _log.warning("%s does not answer, work waits for it: %s", hop, problem)

    def answered(self, hop: str) -> None:
        """It is well."""
        if (known := self._troubles.pop(hop, None)) is not None:
            seconds = (datetime.now(UTC) - known.since).total_seconds()
            _log.info("%s answers again after %.0f s and %d tries in vain", hop, seconds, known.tries)

    def sentence(self, hop: str = "") -> str:
        """Which hop (this one, where named) does not answer, since when, and what was tried; "" when all is well."""
        for name, trouble in self._troubles.items():
            if hop in ("", name):
                tried = "once" if trouble.tries == 1 else f"{trouble.tries} times"
                return (
                    f"{name} has not answered since {trouble.since:%H:%M:%S} UTC (tried {tried}, last: "
                    f"{trouble.problem.rstrip('.')}); nothing is lost, and work goes on when it does."
                )
        return ""
