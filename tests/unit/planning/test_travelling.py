"""Tasks travel in groups that leave nothing out, keep their order, and are never too few or too large."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from libseis.codes import Channel
from seisbus.model.task import ObjectRef, Part, Task, Window, WindowTemplate
from seisbus.planning.travelling import travelling

_MB = 1_000_000


def task(number: int, megabytes: int = 8, windows: int = 1, *, provisional: bool = False) -> Task:
    ref = ObjectRef("local", f"key{number}", megabytes * _MB, channel=Channel("CI", "PASC", "", "BHZ"))
    template = WindowTemplate(None, None, "") if provisional else None
    window = Window(f"j.{number}", Channel("CI", "PASC", "", "BHZ"), 0, 1, True)
    parts = (Part(0, windows),)
    return Task(f"j.000000.{number:06d}", "j", "local", (ref,), (window,) * windows, parts, template=template)


@given(
    st.lists(st.tuples(st.integers(0, 90), st.booleans(), st.booleans(), st.integers(1, 200)), max_size=100),
    st.booleans(),
)
def test_groups_hold_every_task_once_in_order_and_within_their_limits(
    drawn: list[tuple[int, bool, bool, int]], last: bool
) -> None:
    tasks = [task(n, size, windows, provisional=event) for n, (size, event, _, windows) in enumerate(drawn)]
    tasks = [replace(t, objects=()) if bare else t for t, (_, _, bare, _) in zip(tasks, drawn, strict=True)]
    groups = list(travelling(tasks, last=last))
    assert [one for group in groups for one in group] == tasks
    for group in groups:
        assert len(group) == 1 or len(group) <= -(-len(tasks) // 16)
        assert len(group) == 1 or sum(one.objects[0].size or 10 * _MB for one in group) <= 64 * _MB
        assert len(group) == 1 or sum(len(one.windows) for one in group) <= 150
        assert len(group) == 1 or not any(one.provisional or not one.objects for one in group)


def test_few_tasks_travel_alone_and_many_still_keep_a_fetcher_busy() -> None:
    assert [len(group) for group in travelling([task(n) for n in range(16)])] == [1] * 16
    assert [len(group) for group in travelling([task(n) for n in range(100)])] == [7] * 14 + [2]


@given(st.integers(0, 100))
def test_groups_of_the_last_tasks_become_smaller_so_that_none_ends_long_after_the_others(number: int) -> None:
    groups = list(travelling([task(n, 1) for n in range(number)], last=True))
    left = number
    for group in groups:
        assert len(group) == -(-left // 16)
        left -= len(group)
    assert [len(group) for group in groups[-15:]] == [1] * min(number, 15)
