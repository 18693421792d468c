"""Who does not answer: what a process says of it, and what it believes others."""

from __future__ import annotations

import asyncio

from seisbus.telemetry.hops import Hops, Wait


def test_own_troubles_come_before_what_others_say() -> None:
    hops = Hops()
    hops.heard = (Wait("NATS", "The writer says: NATS."), Wait("S3 scedc", "S3 scedc."), Wait("S3 ncedc", "S3 ncedc."))
    assert [wait.hop for wait in hops.waits()] == ["NATS", "S3 scedc", "S3 ncedc"]
    assert [wait.hop for wait in hops.waits("scedc")] == ["NATS", "S3 scedc"]
    assert hops.sentence() == ""  # what others wait for does not make this process less ready
    hops.failed("NATS", "NATS: no answer in time.")
    (own, *_) = hops.waits("scedc")
    assert own.text.startswith("NATS has not answered since")
    hops.answered("NATS")
    assert [wait.hop for wait in hops.waits("scedc")] == ["S3 scedc"]  # others have not looked again yet


async def test_news_are_beginnings_and_ends() -> None:
    hops = Hops()

    async def told() -> bool:
        try:
            async with asyncio.timeout(0.05):
                await hops.news(60)
        except TimeoutError:
            return False
        return True

    assert not await told()
    hops.failed("NATS", "no.")
    assert await told()
    hops.failed("NATS", "no.")  # one more try is no news
    assert not await told()
    hops.answered("NATS")
    assert await told()
