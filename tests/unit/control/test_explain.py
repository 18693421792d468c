"""What `explain` says about pictures of jobs in trouble."""

from __future__ import annotations

from typing import Any

import pytest

from seisbus.control.explain import Lag, Picture, findings
from seisbus.model.outcome import Fate

IDLE = {
    "plan": Lag(0, 0, 1),
    "fetch-local": Lag(0, 0, 1),
    "window-cut": Lag(0, 0, 1),
    "write-store": Lag(0, 0, 1),
}


def picture(state: str = "running", **more: Any) -> Picture:
    counts = dict.fromkeys((fate.value for fate in Fate), 0) | more.pop("counts", {})
    job = {"_id": "j1", "state": state, "attempt": 2, "planned": more.pop("planned", 10), "counts": counts,
           "planning_done": more.pop("planning_done", True), "error": more.pop("error", "")}  # fmt: skip
    fields: dict[str, Any] = {"open_tasks": 0, "dead_letters": {}, "messages": {}, "lag": IDLE}
    return Picture(job=job, **(fields | more))


@pytest.mark.parametrize(
    ("found", "first"),
    [
        (
            picture(messages={"SEIS_FETCH": 7}, lag=IDLE | {"fetch-local": Lag(7, 0, 0)}),
            "7 messages wait for the fetcher, and no fetcher asks",
        ),
        (
            picture(messages={"SEIS_WINDOW": 7}, lag=IDLE | {"window-cut": Lag(5, 2, 0)}),
            "The windower works on 2 messages; it has 7 messages of this job.",
        ),
        (picture(messages={"SEIS_WRITE": 7}, lag={}), "has no consumer; run `python -m seisbus.admin.topology`"),
        (
            picture(messages={"SEIS_FETCH": 1}),
            "1 message waits for the fetcher, which is idle: just published, or of an archive whose consumer",
        ),
        (picture("submitted"), "No indexer has planned it"),
        (picture("submitted", awaited="j0"), "It waits for job j0, which stores what it works on"),
        (picture("planning", planning_done=False, outranked_by="j0"), "Job j0 has a higher priority on this archive"),
        (picture("planning", planning_done=False), "Planning is not finished and no indexer works on it"),
        (picture(open_tasks=3), "3 tasks are open without a message"),
        (picture("cancelling"), "It is being cancelled"),
        (picture(counts={"saved": 10}), "Every task is settled"),
        (picture(messages=None, lag=None, bus_problem="No NATS."), "The bus does not answer"),
        (picture(messages={}, dead_letters={"bad": 2}, open_tasks=0, counts={"saved": 8}), "Every task is settled"),
    ],
)  # fmt: skip
def test_the_first_sentence_names_the_cause(found: Picture, first: str) -> None:
    sentences = findings(found)
    assert first in sentences[0]
    assert sentences[-1].startswith("It is ")
    assert all(sentence.endswith(".") for sentence in sentences)


def test_a_closed_job_says_what_a_retry_would_do() -> None:
    (sentence,) = findings(picture("completed", counts={"saved": 7, "failed": 2, "cancelled": 1}))
    assert "7 of 10 windows are saved" in sentence
    assert "`seisbus retry j1` plans the 2 failed and 1 cancelled again" in sentence
    (clean,) = findings(picture("completed", counts={"saved": 10}))
    assert "retry" not in clean


def test_dead_letters_are_named_with_their_reason() -> None:
    sentences = findings(picture(dead_letters={"unreadable": 3}, open_tasks=1))
    assert "3 messages were given up (unreadable); `seisbus deadletters list --job j1` shows them." in sentences
