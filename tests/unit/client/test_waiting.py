"""Whoever watches a job hears once whom it waits for, and once that it waits no more."""

from __future__ import annotations

from seisbus.client.calls.waiting import Waits, waits_for
from seisbus.errors import ClientError, Failure, UnreachableError


def test_whom_a_job_waits_for_is_said_once_however_often_it_was_tried() -> None:
    told: list[str] = []
    waits = Waits(told.append, "j")
    waits.told([])
    for tried in (1, 2, 3):
        waits.told([f"NATS does not answer (tried {tried} times)"])
    assert told == ["Waiting: NATS does not answer (tried 1 times)"]
    waits.told(["NATS does not answer (tried 4 times)", "S3 does not answer (tried once)"])
    assert told[1:] == ["Waiting: S3 does not answer (tried once)"]
    waits.told([])
    waits.told([])
    assert told[2:] == ["Job j does not wait any more and goes on."]


def test_a_call_that_failed_says_whom_it_waits_for() -> None:
    assert "does not answer at host:1" in waits_for(UnreachableError("host:1"))
    assert waits_for(ClientError("MongoDB is away.", "UNAVAILABLE", Failure.SERVICE)) == "Waiting: MongoDB is away."
