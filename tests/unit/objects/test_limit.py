"""The adaptive limit: bounded, fair, halved by trouble and back again."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seisbus.objects.limit import AdaptiveLimit


@given(st.integers(1, 64), st.lists(st.booleans(), max_size=200))
def test_it_stays_between_one_and_the_most(most: int, events: list[bool]) -> None:
    limit = AdaptiveLimit(most)
    for went_well in events:
        before = limit.now
        if went_well:
            limit.progress()
            assert before <= limit.now <= min(most, before + 1)
        else:
            limit.setback(began=float("inf"))
            assert limit.now == max(1, before // 2)
        assert 1 <= limit.now <= most


def test_a_setback_halves_and_a_round_of_successes_adds_one() -> None:
    limit = AdaptiveLimit(32)
    limit.setback(began=1.0)
    assert limit.now == 16
    for _ in range(17):
        limit.progress()
    assert limit.now == 17
    for _ in range(2000):
        limit.progress()
    assert limit.now == 32


def test_requests_that_fail_together_are_one_setback() -> None:
    limit = AdaptiveLimit(32, lambda: 5.0)
    for began in (1.0, 2.0, 3.0):
        limit.setback(began)
    assert limit.now == 16
    limit.setback(began=6.0)  # this one had begun under the new limit
    assert limit.now == 8


async def test_no_more_than_the_limit_run_and_all_get_their_turn_in_order() -> None:
    limit = AdaptiveLimit(3)
    order: list[int] = []
    most = 0

    async def one(number: int) -> None:
        nonlocal most
        async with limit.slot():
            order.append(number)
            most = max(most, limit.running)
            await asyncio.sleep(0)

    await asyncio.gather(*(one(n) for n in range(20)))
    assert order == list(range(20))
    assert most == 3
    assert limit.running == 0


async def test_a_waiter_that_is_cancelled_leaves_its_place() -> None:
    limit = AdaptiveLimit(1)

    async def wait() -> None:
        async with limit.slot():
            pass

    async with limit.slot():
        waiting = [asyncio.create_task(wait()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting[0]
    await asyncio.wait_for(asyncio.gather(*waiting[1:]), 5)
    assert limit.running == 0


async def test_a_turn_that_comes_as_its_waiter_is_cancelled_goes_to_the_next() -> None:
    limit = AdaptiveLimit(1)

    async def wait() -> None:
        async with limit.slot():
            pass

    holder = limit.slot()
    await holder.__aenter__()
    first, second = asyncio.create_task(wait()), asyncio.create_task(wait())
    await asyncio.sleep(0)
    await holder.__aexit__(None, None, None)  # hands the turn to the first
    first.cancel()
    await asyncio.wait_for(second, 5)
    assert first.cancelled() or first.cancelling()
    assert limit.running == 0
