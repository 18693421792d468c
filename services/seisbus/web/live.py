"""Jobs that visitors are looking at. Each is watched once, however many pages show it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from ..client import ClientError, Progress, Reason
from ..client.paged import Explanation, PagedClient
from .pace import Pace, Speed

# Changes come every half second while a job moves; nobody would see more.
EVERY_SECONDS: Final = 0.5
# The rate changes even if nothing else does, and a lost connection is noticed only when something is sent.
BEAT_SECONDS: Final = 3.0
# Seconds between two questions that cost control more than reading a document: reasons and stages. They take at most a
# tenth of the time.
LOOK_SECONDS: Final = 2.0
_SHARE: Final = 10.0


@dataclass(slots=True)
class Seen:
    """The present state of a job; `problem` says why nothing newer is known."""

    progress: Progress | None = None
    explanation: Explanation = field(default_factory=Explanation)
    reasons: tuple[Reason, ...] = ()
    problem: str = ""
    pace: Pace = field(default_factory=Pace)
    version: int = 0

    @property
    def closed(self) -> bool:
        """Whether there will be no more changes."""
        return self.progress is not None and self.progress.state.closed

    @property
    def speed(self) -> Speed:
        """The speed of the job."""
        return Speed() if self.progress is None else self.pace.speed(self.progress)


class _Watch:
    """One job of one client, followed as long as somebody looks at it."""

    def __init__(self, client: PagedClient, job: str) -> None:
        self._client, self._job = client, job
        self.seen = Seen()
        self.lookers = 0
        self._news = asyncio.Condition()
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        look = asyncio.create_task(self._look())
        try:
            async for progress in self._client.watch(self._job, self._said):
                self.seen.progress, self.seen.problem = progress, ""
                self.seen.pace.add(progress)
                await self._tell()
            await self._ask()
        except ClientError as error:
            self.seen.problem = error.message
        finally:
            look.cancel()
            await asyncio.wait([look])
            await self._tell()

    def _said(self, sentence: str) -> None:
        self.seen.problem = "" if "is watched again" in sentence or "does not wait any more" in sentence else sentence
        self.seen.version += 1

    async def _look(self) -> None:
        """Ask again and again why the job is where it is."""
        while True:
            began = time.monotonic()
            with contextlib.suppress(ClientError):  # the watch reports it
                await self._ask()
                await self._tell()
            await asyncio.sleep(max(LOOK_SECONDS, _SHARE * (time.monotonic() - began)))

    async def _ask(self) -> None:
        explanation, reasons = await asyncio.gather(
            self._client.explanation(self._job), self._client.reasons(self._job)
        )
        self.seen.explanation, self.seen.reasons = explanation, tuple(reasons)

    async def _tell(self) -> None:
        self.seen.version += 1
        async with self._news:
            self._news.notify_all()

    @property
    def over(self) -> bool:
        """Whether it has ended: the job is closed, or its watch failed."""
        return self._task.done()

    async def changed(self, version: int) -> None:
        """Wait for something newer, but not longer than one beat."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BEAT_SECONDS), self._news:
                await self._news.wait_for(lambda: self.seen.version != version or self.over)

    async def end(self) -> None:
        """Stop following."""
        self._task.cancel()
        await asyncio.wait([self._task])


class Live:
    """The watches of this process."""

    def __init__(self) -> None:
        self._watches: dict[tuple[str, str], _Watch] = {}

    async def follow(self, client: PagedClient, token: str, job: str) -> AsyncIterator[Seen]:
        """The state of a job, at once and at each change, until it is closed or cannot be watched."""
        key = (token, job)
        watch = self._watches.get(key)
        if watch is None or watch.over:
            watch = self._watches[key] = _Watch(client, job)
        watch.lookers += 1
        try:
            version = -1
            while True:
                await watch.changed(version)
                version = watch.seen.version
                over = watch.over
                yield watch.seen
                if over:
                    return
                await asyncio.sleep(EVERY_SECONDS)
        finally:
            watch.lookers -= 1
            if not watch.lookers:
                if self._watches.get(key) is watch:
                    del self._watches[key]
                await watch.end()

    async def close(self) -> None:
        """Stop all watches."""
        await asyncio.gather(*(watch.end() for watch in self._watches.values()))
