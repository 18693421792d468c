"""Which job and task the running code works for, so that every line of the log can say so."""

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
    """From here on this asyncio task works for a message; every message has an asyncio task of its own."""
    _current.set(Work(job, task, attempt))


def current_work() -> Work | None:
    """What the running code works for, None outside of messages."""
    return _current.get()
