"""Which events a watcher believes at once, and which are looked up first."""

from __future__ import annotations

import pytest

from seis.v1.task_pb2 import JobSnapshot
from seisbus.control.watch import content, goes_on

LAST = JobSnapshot(job="j", state="running", attempt=2, planned=10, saved=4, dead=1, time_ns=5)


def next_one(**more: object) -> JobSnapshot:
    fields = {"job": "j", "state": "running", "attempt": 2, "planned": 10, "saved": 4, "dead": 1, "time_ns": 6}
    return JobSnapshot(**(fields | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "believed"),
    [
        (next_one(saved=5), True),
        (next_one(planned=12), True),
        (next_one(saved=3), False),  # overtaken, or a retry
        (next_one(state="planning"), False),
        (next_one(state="planning", attempt=3, saved=0), True),
        (next_one(saved=9, attempt=1), False),
        (next_one(saved=9, state="completed"), False),  # the document has the recounted ledger
        (next_one(state="cancelling"), True),
    ],
)
def test_an_event_is_believed_when_it_goes_on(found: JobSnapshot, believed: bool) -> None:
    assert goes_on(LAST, found) is believed


def test_only_what_is_said_counts_as_a_change() -> None:
    assert content(next_one(time_ns=99)) == content(LAST)
    assert content(next_one(stored_bytes=1)) != content(LAST)
