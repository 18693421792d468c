"""Which tasks travel in one message: neighbours of one day, as many as leave enough messages for all fetchers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..model.task import Task

# A chunk of tasks becomes at least so many messages: a fetcher works on so many at once, and the tasks of one message
# are done in turn. Of a job's last chunk a message has this part of what is left (Polychronopoulos and Kuck 1987), down
# to a single task, so that all end at about the same time: a few that still read cannot fill a line.
_MESSAGES: Final = 16
# A fetcher that ends lets go of a message with all that it read for it.
_OBJECT_BYTES: Final = 64_000_000
# A message costs little beside so many windows. With more of them the next stage would only wait, because the results
# of a message travel when all of it is done.
_WINDOWS: Final = 150
_ASSUMED_BYTES: Final = 10_000_000


def travelling(tasks: Sequence[Task], *, last: bool = False) -> Iterator[list[Task]]:
    """A chunk of planned tasks, or the `last` one of a job, in the groups that travel together, in their order.

    Tasks of objects with many channels, which are large and decide their windows when they are read, travel alone, as
    do those without an object.
    """
    most = -(-len(tasks) // _MESSAGES)
    group: list[Task] = []
    size = windows = 0
    for number, task in enumerate(tasks):
        own = sum(ref.size or _ASSUMED_BYTES for ref in task.objects if not ref.missing)
        alone = task.provisional or not task.objects
        full = len(group) == most or size + own > _OBJECT_BYTES or windows + len(task.windows) > _WINDOWS
        if group and (alone or full):
            yield group
            group, size, windows = [], 0, 0
        if alone:
            yield [task]
            continue
        if last and not group:
            most = -(-(len(tasks) - number) // _MESSAGES)
        group.append(task)
        size += own
        windows += len(task.windows)
    if group:
        yield group
