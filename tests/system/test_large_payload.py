"""A window far larger than what one message may hold: it travels as a claim, and nothing of it stays behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from fractions import Fraction

import nats
import numpy as np
import pytest
from nats.js import JetStreamContext

from support.days import NS, Cut, Days, day_ns
from support.system import System
from support.waiting import eventually
from support.windows import absolute

CLAIMS = "OBJ_seis-claims"
DAY = date(2014, 6, 1)
CODES = ("XX", "LARGE", "", "HHZ")


@pytest.fixture(scope="module")
async def day(system: System) -> Days:
    """8,640,000 samples whose differences cost two bytes each: 20 MB of records, 69 MB as float64."""
    noise = np.random.default_rng(5).integers(-12_000, 12_001, 8_640_000).astype(np.int32)
    channel = Days(CODES, Fraction(100), day_ns(DAY), noise)
    (path,) = channel.write(system.buckets / "large", Cut.SAMPLE)
    assert path.stat().st_size > 2 * 8_388_608  # twice max_payload
    return channel


@pytest.fixture(scope="module")
async def jetstream(system: System) -> AsyncIterator[JetStreamContext]:
    client = await nats.connect(system.stack.environment["SEISBUS_NATS_URL"])
    yield client.jetstream()
    await client.close()


async def claims_put(jetstream: JetStreamContext) -> int:
    """How many messages the claims bucket has ever had."""
    return int((await jetstream.stream_info(CLAIMS)).state.last_seq)


async def claimed_bytes(jetstream: JetStreamContext) -> int:
    """Bytes of claims that wait: those of the chunks, without the markers that deletions leave."""
    state = (await jetstream.stream_info(CLAIMS, subjects_filter="$O.seis-claims.C.>")).state
    return sum((state.subjects or {}).values())


@pytest.mark.parametrize("encoding", ["auto", "float64"])
async def test_a_day_at_100_hz_as_one_window(
    system: System, day: Days, jetstream: JetStreamContext, encoding: str
) -> None:
    before = await claims_put(jetstream)
    job = await system.run(
        {
            "archive": "large",
            "windows": absolute((day_ns(DAY), day_ns(DAY) + 86_399 * NS + 990_000_000)),
            "output": {"encoding": encoding},
        }
    )
    assert job.ledger.saved == job.ledger.planned == 1
    # from the fetcher to the windower and on to the writer, in chunks
    assert await claims_put(jetstream) - before >= 8
    (datum,) = [datum async for datum in system.client.stream(job=job.id)]
    assert (datum.t0_ns, datum.npts) == (day_ns(DAY), len(day.data))
    assert np.array_equal(np.array(datum.data), day.data)
    (document,) = await system.client.waveforms(job=job.id)
    assert document["nbytes"] > 2 * 8_388_608

    async def gone() -> bool:
        return await claimed_bytes(jetstream) == 0

    await eventually(gone)
