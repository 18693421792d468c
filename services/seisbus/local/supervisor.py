"""Supervisor: keep one process running; start it again with backoff when it dies, and count restarts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from seisbus.backoff import Backoff
from seisbus.errors import SeisbusError
from seisbus.local.process import Child

_TELL_EVERY = 3

# After a process ran this long, its start counts as good and the backoff begins again.
_SETTLED_SECONDS = 30.0


class Supervisor:
    """Watches the process that `start` starts; `note` gets one line about each death and restart.

    advice: what to do, said with every third death in a row.
    """

    def __init__(
        self,
        start: Callable[[], Awaitable[Child]],
        note: Callable[[str], None],
        backoff: Backoff | None = None,
        advice: str = "",
    ) -> None:
        self._start = start
        self._note = note
        self._advice = advice
        self._backoff = Backoff(first=0.2, most=10.0) if backoff is None else backoff
        self._child: Child | None = None
        self._watch_task: asyncio.Task[None] | None = None
        self._adopted = asyncio.Event()
        self.restarts = 0
        """Number of restarts, automatic or by `restart`."""

    @property
    def child(self) -> Child | None:
        """The process that was started last, which may have ended; None before `start`."""
        return self._child

    @property
    def pid(self) -> int | None:
        """Id of the running process; None while it does not run."""
        return self._child.pid if self._child is not None and self._child.returncode is None else None

    async def start(self) -> None:
        """Start the process and watch it from now on. Errors of `start` are raised."""
        self.adopt(await self._start())

    def adopt(self, child: Child) -> None:
        """Watch a process that runs already."""
        self._follow(child)
        self._watch_task = asyncio.create_task(self._watch(child))

    async def successor(self, child: Child) -> None:
        """Wait until another process has replaced `child`."""
        while self._child is child:
            await self._adopted.wait()

    def kill(self) -> int | None:
        """SIGKILL the process, which is then restarted as after any death; its id, None if none was running."""
        pid = self.pid
        if self._child is not None:
            self._child.kill()
        return pid

    async def hold(self) -> None:
        """SIGKILL the process and leave it down until `restart`."""
        await self.unwatch()
        if self._child is not None:
            self._child.kill()
            await self._child.wait()

    async def restart(self) -> None:
        """SIGKILL the process if it runs, and start it at once."""
        await self.hold()
        self.restarts += 1
        await self.start()

    async def stop(self, drain: timedelta) -> None:
        """End the process for good: SIGTERM, `drain`, SIGKILL."""
        await self.unwatch()
        if self._child is not None:
            await self._child.stop(drain)

    async def unwatch(self) -> None:
        """Stop watching: the process is not restarted any more."""
        if self._watch_task is not None:
            self._watch_task.cancel()
            # not `await task` under suppress(CancelledError): that would swallow our own cancellation, too
            await asyncio.wait([self._watch_task])
            self._watch_task = None

    async def _watch(self, child: Child) -> None:
        deaths = 0
        while True:
            born = time.monotonic()
            code = await child.wait()
            ending = f"ended with code {code}"
            # 0: it was told to stop, which is not a sign of trouble
            if code == 0 or time.monotonic() - born > _SETTLED_SECONDS:
                deaths = 0
            started = False
            while not started:
                deaths += 1
                delay = self._backoff.delay(deaths)
                self._note(f"{ending}; restart {self.restarts + 1} in {delay:.1f} s")
                if self._advice and deaths % _TELL_EVERY == 0:
                    self._note(f"did not stay up {deaths} times in a row. {self._advice}")
                await asyncio.sleep(delay)
                self.restarts += 1
                try:
                    child = await self._start()
                except (SeisbusError, OSError) as error:  # OSError: no memory, no file handles, a full disk
                    ending = str(error)
                else:
                    self._follow(child)
                    started = True

    def _follow(self, child: Child) -> None:
        self._child = child
        self._adopted.set()
        self._adopted = asyncio.Event()
