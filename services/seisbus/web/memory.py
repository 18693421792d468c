"""Recent answers, so that pages that show the same ask control only once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, TypeVar

from cachetools import TTLCache

T = TypeVar("T")

# Pictures and tables of a hundred jobs; an answer for a job of 1,000 channels and 30 days takes about ten megabytes.
_MOST: Final = 100


class Memory:
    """Answers by key, forgotten after `seconds`. If an answer is being made already, other callers wait for it."""

    def __init__(self, seconds: float) -> None:
        self._known: TTLCache[Hashable, asyncio.Task[Any]] = TTLCache(_MOST, seconds)

    async def once(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """The answer for a key, which is made if it is not known. All who wait get a failure, which is then
        forgotten."""

        async def made() -> T:
            return await make()

        task = self._known.get(key)
        if task is None:
            task = self._known[key] = asyncio.create_task(made())
        try:
            found: T = await asyncio.shield(task)
        except BaseException:
            if task.done() and self._known.get(key) is task:
                del self._known[key]
            raise
        return found
