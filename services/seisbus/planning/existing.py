"""Tasks in which an earlier job has saved some of the windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..model.task import Existing, Part, Task, Window

# At most so many windows are settled at once, because one message is settled in one transaction.
_PART_WINDOWS = 500


def with_existing(task: Task, found: Mapping[str, Existing]) -> Task:
    """The task with the windows that are `found` (by id) at its end, in parts of their own."""
    if not any(window.id in found for window in task.windows):
        return task
    left: list[Window] = []
    parts: list[Part] = []
    for part in task.parts:
        mine = [window for window in task.windows[part.first : part.first + part.count] if window.id not in found]
        if mine:
            parts.append(Part(len(left), len(mine)))
            left += mine
    known = [window for window in task.windows if window.id in found]
    for at in range(0, len(known), _PART_WINDOWS):
        parts.append(Part(len(left) + at, min(_PART_WINDOWS, len(known) - at)))
    existing = tuple(found[window.id] for window in known)
    return replace(task, windows=(*left, *known), parts=tuple(parts), existing=existing)
