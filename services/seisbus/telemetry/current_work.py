"""The job and task that the running code works for, so that every log line can name them."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Work:
    """A message's job, task and attempt."""

    job: str
    task: str
    attempt: int


_current: ContextVar[Work | None] = ContextVar("seisbus_work", default=None)


def working_for(job: str, task: str, attempt: int) -> None:
    """Set the message that this asyncio task works for; every message has a separate asyncio task."""
    _current.set(Work(job, task, attempt))


def current_work() -> Work | None:
    """The message that the running code works for; None outside of messages."""
    return _current.get()
