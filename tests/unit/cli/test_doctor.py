"""What the doctor says on a machine that is too busy to look at everything."""

from __future__ import annotations

import asyncio

import pytest

from seisbus.cli import doctor
from seisbus.cli.doctor import Check, in_time


async def quick() -> list[Check]:
    return [Check("NATS", True, "127.0.0.1:4222")]


async def never() -> list[Check]:
    await asyncio.Event().wait()
    return []


async def test_what_was_not_looked_at_in_time_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "seconds_left", lambda least: 0.0)
    found = await in_time([("the sink", never()), ("fetcher", never()), ("the servers", quick()), ("fetcher", never())])
    assert found == [
        Check("NATS", True, "127.0.0.1:4222"),
        Check("doctor", False, "this machine is too busy to look in time at the sink, fetcher; try again"),
    ]
    assert [check.state for check in found] == ["ok", "wrong"]
