"""What a process makes of what the others wrote: whom they wait for, and who says nothing any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from seisbus.deadlines import SILENT_SECONDS
from seisbus.store.processes import FORGOTTEN, forgotten, heard

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def process(name: str, age: float = 0, **waits: str) -> dict[str, Any]:
    told = [{"hop": hop, "text": text} for hop, text in waits.items()]
    return {
        "_id": name,
        "service": name.split("@")[0],
        "time": NOW - timedelta(seconds=age),
        "left": False,
        "waits": told,
    }


def texts(*documents: dict[str, Any], silent: bool = True) -> dict[str, str]:
    return {wait.hop: wait.text for wait in heard(documents, "control@a", silent=silent)}


def test_each_hop_is_said_once_and_what_all_look_at_with_who_says_so() -> None:
    found = texts(
        process("control@a", Own="me."), process("fetcher@a", S3="S3."), process("fetcher@b", S3="S3 too.", NATS="N.")
    )
    assert found == {"S3": "S3.", "NATS": "The fetcher says: N."}


def test_a_service_of_which_nobody_speaks_is_missed_and_what_it_said_no_longer_holds() -> None:
    late = SILENT_SECONDS + 1
    found = texts(
        process("control@a"), process("fetcher@a", late, S3="S3."), process("writer@a", late), process("writer@b")
    )
    assert list(found) == ["fetcher"]  # one writer is enough
    assert "The fetcher has not been heard of since 23:59:52 UTC" in found["fetcher"]
    assert texts(process("control@a"), process("fetcher@a", late), silent=False) == {}


def test_who_left_is_not_missed() -> None:
    assert texts(process("control@a"), process("fetcher@a", SILENT_SECONDS + 1) | {"left": True}) == {}


def test_who_is_gone_for_good_is_forgotten() -> None:
    documents = process("control@a"), process("fetcher@a", FORGOTTEN.total_seconds())
    assert texts(*documents) == {}
    assert forgotten(documents) == ["fetcher@a"]
