"""A person hears of a server that is away within ten seconds: on every way the waits one after another are shorter."""

from __future__ import annotations

import pytest

from seisbus import deadlines as d

# What people wait for at most, and what of it is kept for Python's start and end (deadlines.py).
PATIENCE = 10.0
PYTHON = 0.5
# Which waits follow each other until the sentence is there.
LOOKS = d.LOOK_EVERY_SECONDS
WAYS = {
    "submit --dry-run: the archive takes no connection": [max(d.S3_CONNECT_SECONDS, d.S3_DRY_RUN_SECONDS), PYTHON],
    "submit --dry-run: the archive is silent": [max(d.S3_STALL_SECONDS, d.S3_DRY_RUN_SECONDS), PYTHON],
    "watch: the archive takes no connection": [d.S3_CONNECT_SECONDS, LOOKS, d.WATCH_SILENCE_SECONDS],
    "watch: the archive is silent": [d.S3_STALL_SECONDS, LOOKS, d.WATCH_SILENCE_SECONDS],
    "watch: the database is silent": [d.WATCH_SILENCE_SECONDS, d.CONTROL_SECONDS],
    "explain: the archive is silent": [d.S3_STALL_SECONDS, LOOKS, PYTHON],
    "explain: the bus is silent": [d.LOOK_SECONDS, d.BY_THE_WAY_SECONDS, PYTHON],
    "explain: the database is silent": [d.CONTROL_SECONDS, PYTHON],
    "doctor: the archive is silent": [d.S3_STALL_SECONDS, PYTHON],
    "doctor: control is silent": [d.COMMAND_SECONDS, PYTHON],
    "archive check": [d.COMMAND_SECONDS, PYTHON],
    "any call: control is silent": [d.CALL_SECONDS, PYTHON],
}


@pytest.mark.parametrize("waits", WAYS.values(), ids=WAYS.keys())
def test_the_waits_of_a_way_are_together_under_ten_seconds(waits: list[float]) -> None:
    assert all(wait > 0 for wait in waits)
    assert sum(waits) < PATIENCE


def test_who_waits_for_another_waits_longer_so_that_the_right_server_is_named() -> None:
    assert d.S3_CONNECT_SECONDS < d.S3_STALL_SECONDS < d.S3_DRY_RUN_SECONDS < d.LONG_CALL_SECONDS
    assert d.MONGODB_CONNECT_SECONDS < d.LOOK_SECONDS < d.CONTROL_SECONDS < d.CALL_SECONDS
    assert d.CONTROL_LONG_SECONDS + d.CONTROL_EARLIER_SECONDS < d.LONG_CALL_SECONDS
    assert d.BY_THE_WAY_SECONDS < d.CONTROL_SECONDS
    assert d.S3_CONTROL_SECONDS * d.S3_CONTROL_TRIES < d.CONTROL_SECONDS
    assert d.LEAST_CALL_SECONDS < d.COMMAND_SECONDS < d.CALL_SECONDS
