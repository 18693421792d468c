"""Leases under wrong clocks: only the server's time counts."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from seisbus.store import collections as c
from seisbus.store.client import Store
from seisbus.store.lease import acquire
from support.waiting import eventually

SKEWED = Path(__file__).parents[1] / "support" / "skewed.py"


@pytest.fixture
async def store(mongodb_uri: str, mongodb_database: str) -> AsyncIterator[Store]:
    async with await Store.connect(mongodb_uri, mongodb_database) as found:
        yield found


async def skewed(uri: str, database: str, skew: float, holder: str, seconds: float) -> str:
    """What a process with wrong clocks gets: a token or None."""
    arguments = [str(SKEWED), uri, database, str(skew), holder, str(seconds)]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode().strip()


@pytest.mark.parametrize("skew", [-900.0, 900.0])
async def test_a_wrong_clock_steals_no_lease(
    skew: float, store: Store, mongodb_uri: str, mongodb_database: str
) -> None:
    assert await acquire(store, "r", "right", 60) == 1
    assert await skewed(mongodb_uri, mongodb_database, skew, "wrong", 60) == "None"
    assert await acquire(store, "r", "right", 60) == 1


@pytest.mark.parametrize("skew", [-900.0, 900.0])
async def test_a_wrong_clock_keeps_a_lease_no_longer_and_no_shorter(
    skew: float, store: Store, mongodb_uri: str, mongodb_database: str
) -> None:
    assert await skewed(mongodb_uri, mongodb_database, skew, "wrong", 60) == "1"
    assert await acquire(store, "r", "right", 60) is None
    assert await skewed(mongodb_uri, mongodb_database, skew, "wrong", 1) == "1"  # goes on, for a second
    token = await eventually(lambda: acquire(store, "r", "right", 1))
    assert token == 2


async def test_a_lease_that_a_wrong_clock_wrote_before_ends(store: Store) -> None:
    far = 4_000_000_000 * 10**9  # of an earlier version, whose holders wrote their own time
    await store[c.LEASE].insert_one({"_id": "r", "holder": "wrong", "token": 7, "expires_ns": far})
    assert await acquire(store, "r", "right", 15) == 8
    assert await acquire(store, "r", "other", 5) is None  # a longer lease than one's own is a lease
