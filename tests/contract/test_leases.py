"""Leases under wrong clocks: only the server's time counts."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from seisbus.store import collections as c
from seisbus.store.client import Store
from seisbus.store.lease import acquire, release, remove_expired
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
    token = await acquire(store, "r", "right", 60)
    assert token is not None
    assert await skewed(mongodb_uri, mongodb_database, skew, "wrong", 60) == "None"
    assert await acquire(store, "r", "right", 60) == token


@pytest.mark.parametrize("skew", [-900.0, 900.0])
async def test_a_wrong_clock_keeps_a_lease_no_longer_and_no_shorter(
    skew: float, store: Store, mongodb_uri: str, mongodb_database: str
) -> None:
    first = await skewed(mongodb_uri, mongodb_database, skew, "wrong", 60)
    assert await acquire(store, "r", "right", 60) is None
    assert await skewed(mongodb_uri, mongodb_database, skew, "wrong", 1) == first  # goes on, for a second
    token = await eventually(lambda: acquire(store, "r", "right", 1))
    assert token == int(first) + 1


async def test_a_lease_that_ended_leaves_nothing_and_who_comes_late_with_its_token_is_told(store: Store) -> None:
    late = await acquire(store, "dataset/r", "late", 0.001)
    assert late is not None
    await eventually(lambda: acquire(store, "dataset/r", "next", 60))
    await release(store, "dataset/r", "late")  # not the holder's to give back
    assert await acquire(store, "dataset/r", "late", 60) is None
    await release(store, "dataset/r", "next")
    assert await store[c.LEASE].count_documents({}) == 0
    assert await acquire(store, "dataset/r", "late", 60) not in (None, late)


async def test_only_ended_leases_of_the_prefix_are_removed(store: Store) -> None:
    for name, seconds in (("dataset/a", 0.001), ("dataset/b", 60), ("other", 0.001)):
        await acquire(store, name, "holder", seconds)

    async def one_is_gone() -> bool:
        await remove_expired(store, "dataset/")
        return {found["_id"] async for found in store[c.LEASE].find()} == {"dataset/b", "other"}

    await eventually(one_is_gone)


async def test_a_lease_that_a_wrong_clock_wrote_before_ends(store: Store) -> None:
    far = 4_000_000_000 * 10**9  # of an earlier version, whose holders wrote their own time
    await store[c.LEASE].insert_one({"_id": "r", "holder": "wrong", "token": 7, "expires_ns": far})
    assert await acquire(store, "r", "right", 15) == 8
    assert await acquire(store, "r", "other", 5) is None  # a longer lease than one's own is a lease
