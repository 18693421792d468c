"""Replaces a server that runs and does no work; waits, and says so, where the reason is a full disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from seisbus.backoff import Backoff
from seisbus.disk_room import lack_of_room
from seisbus.local.server_trials import Work
from seisbus.local.supervisor import Supervisor

_TELL_AFTER = 3


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may be silent, in seconds.

    every: from one question to the next. limit: for the first replacement; doubled for each one in a row, up to
    `most`. On two busy cores the longest answer that was measured took 0.5 s; a slow disk may stand still for many
    seconds while a checkpoint is written; 30 s is beyond both. A machine slower still is met by the doubling.
    """

    every: float = 5.0
    limit: float = 30.0
    most: float = 240.0

    def of(self, failures: int) -> float:
        """Seconds for the question after so many replacements in a row."""
        return Backoff(self.limit, self.most).delay(failures + 1)


class Watchdog:
    """Asks the process of `supervisor` for `work`, and kills it, so that it is started again, when none is done."""

    def __init__(
        self, supervisor: Supervisor, work: Work, store: Path, log: Path, note: Callable[[str], None],
        patience: Patience | None = None,
    ) -> None:  # fmt: skip
        self._supervisor = supervisor
        self._work = work
        self._store = store
        self._log = log
        self._note = note
        self._patience = Patience() if patience is None else patience
        self._full = False

    async def run(self) -> None:
        """Ask for ever."""
        failures = 0
        while True:
            await asyncio.sleep(self._patience.every)
            child = self._supervisor.child
            if child is None or child.returncode is not None:
                continue
            allowed = self._patience.of(failures)
            problem = await self._problem(allowed)
            if child.returncode is not None or self._supervisor.child is not child:
                continue  # it died, or was replaced, meanwhile
            if not problem:
                failures, self._full = 0, False
                continue
            if self._no_room():
                continue
            failures += 1
            self._note(f"does no work: {problem} for {allowed:.0f} s; it is killed and started again")
            if failures >= _TELL_AFTER:
                self._note(
                    f"did no work {failures} times in a row. Look at its log {self._log} and at the disk of "
                    f"{self._store}; then stop the stack and start it again. It goes on being tried, every time with "
                    f"more patience."
                )
            self._supervisor.kill()
            await self._supervisor.successor(child)

    async def _problem(self, allowed: float) -> str:
        """What keeps it from working for as long as `allowed`; "" as soon as it works.

        Time is counted in slices that we lived through, so that a stack that was stopped, or a laptop that slept,
        finds no fault with its servers at waking up.
        """
        said = "it gives no answer"
        asked = asyncio.ensure_future(self._work())
        try:
            for _ in range(max(1, round(allowed))):
                await asyncio.wait([asked], timeout=min(1.0, allowed))
                if not asked.done():
                    continue
                error = asked.exception()
                if error is None:
                    return ""
                if not isinstance(error, OSError | EOFError | ValueError | LookupError):
                    raise error
                said = f"it says {str(error) or type(error).__name__!r}"
                if self._no_room():
                    return said
                await asyncio.sleep(min(1.0, allowed))
                asked = asyncio.ensure_future(self._work())
        finally:
            asked.cancel()
            await asyncio.wait([asked])
        return said

    def _no_room(self) -> bool:
        """Whether the disk is too full for a restart to help; says so once."""
        lack = lack_of_room(self._store)
        if lack and not self._full:
            self._full = True
            self._note(lack)
        return bool(lack)
