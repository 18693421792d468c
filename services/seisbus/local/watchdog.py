"""Replace a server that runs but does not work; if the disk is full, report it and wait."""

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

    every: interval between questions. limit: before the first replacement; doubled for each replacement in a row, up to
    `most`. The longest measured answer on two busy cores took 0.5 s, and a slow disk may block for many seconds during
    a checkpoint; 30 s is longer than both. The doubling is for even slower machines.
    """

    every: float = 5.0
    limit: float = 30.0
    most: float = 240.0

    def of(self, failures: int) -> float:
        """Seconds for the question after so many replacements in a row."""
        return Backoff(self.limit, self.most).delay(failures + 1)


class Watchdog:
    """Gives the process of `supervisor` some `work`, and kills it if it does not work, so that it is started again."""

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
        """Repeat for ever."""
        failures = 0
        while True:
            await asyncio.sleep(self._patience.every)
            child = self._supervisor.child
            if child is None or child.returncode is not None:
                continue
            allowed = self._patience.of(failures)
            problem = await self._problem(allowed)
            if child.returncode is not None or self._supervisor.child is not child:
                continue  # it died or was replaced meanwhile
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
        """The reason why it did not work for the time `allowed`; "" as soon as it works.

        Time is counted in short slices while this process runs, so that servers are not blamed after the stack was
        stopped or the laptop slept.
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
