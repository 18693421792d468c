"""Windows that exist stand behind the others, in parts of their own."""

from __future__ import annotations

from libseis.codes import Channel
from seisbus.model.ids import window_id
from seisbus.model.task import Existing, Part, Task, Window
from seisbus.planning.existing import with_existing
from seisbus.store.task_documents import task_document, task_value

CHANNEL = Channel("XX", "A", "", "BHZ")


def task_of(count: int, *parts: int) -> Task:
    windows = tuple(
        Window(window_id("job", str(CHANNEL), n, n + 1, ""), CHANNEL, n, n + 1, inclusive_end=False)
        for n in range(count)
    )
    firsts = [sum(parts[:n]) for n in range(len(parts))]
    made = tuple(Part(first, size) for first, size in zip(firsts, parts, strict=True))
    return Task("job.000000.000000", "job", "days", (), windows, made)


def test_a_task_without_any_stays_as_it_is() -> None:
    task = task_of(3, 3)
    assert with_existing(task, {"another": Existing("j", 1)}) is task


def test_parts_shrink_and_those_of_existing_windows_follow() -> None:
    task = task_of(1203, 2, 1, 1200)
    found = {window.id: Existing("j" if n % 2 else "k", 1 + n % 2) for n, window in enumerate(task.windows) if n > 1}
    marked = with_existing(task, found)
    assert marked.windows == task.windows
    assert marked.parts == (Part(0, 2), Part(2, 500), Part(502, 500), Part(1002, 201))
    marked = with_existing(task, {task.windows[n].id: Existing("j", 1) for n in (0, 2)})
    assert [window.start_ns for window in marked.windows] == [1, *range(3, 1203), 0, 2]
    assert marked.parts == (Part(0, 1), Part(1, 1200), Part(1201, 2))


def test_they_are_kept_in_the_database() -> None:
    task = task_of(5, 5)
    found = {window.id: Existing("j" if n < 3 else "k", 1) for n, window in enumerate(task.windows)}
    marked = with_existing(task, found)
    document = task_document(marked)
    assert document["existing"] == [("j", 1, 3), ("k", 1, 2)]
    assert task_value(document).existing == marked.existing == (*[Existing("j", 1)] * 3, *[Existing("k", 1)] * 2)
