"""Waiting for what another process does, by condition and never by a fixed sleep."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(condition: Callable[[], T | Awaitable[T]], timeout: float = 30.0, interval: float = 0.05) -> T:
    """The first truthy value of `condition` (a function or a coroutine function); times in seconds.

    An AssertionError inside counts as not yet. Raises AssertionError with the last answer at the timeout.
    """
    deadline = time.monotonic() + timeout
    while True:
        answer: object
        try:
            result = condition()
            value: T = await result if inspect.isawaitable(result) else result  # type: ignore[assignment]
            if value:
                return value
            answer = value
        except AssertionError as error:
            answer = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s; the last answer was {answer!r}")
        await asyncio.sleep(interval)
