"""Wait for a condition in another process, without a fixed sleep."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(
    condition: Callable[[], Coroutine[Any, Any, T]], timeout: float = ..., interval: float = ...
) -> T: ...
@overload
async def eventually(condition: Callable[[], T], timeout: float = ..., interval: float = ...) -> T: ...
async def eventually(condition: Callable[[], Any], timeout: float = 30.0, interval: float = 0.05) -> Any:
    """The first truthy value of `condition` (a function or a coroutine function); times in seconds.

    An AssertionError inside counts as not yet. Raises AssertionError with the last answer at the timeout.
    """
    deadline = time.monotonic() + timeout
    while True:
        answer: object
        try:
            result = condition()
            value = await result if inspect.isawaitable(result) else result
            if value:
                return value
            answer = value
        except AssertionError as error:
            answer = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s; the last answer was {answer!r}")
        await asyncio.sleep(interval)
