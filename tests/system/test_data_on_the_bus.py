"""What windower hands to writer are data objects: a program with libseis alone reads them off the bus."""

from __future__ import annotations

import asyncio
import io
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import nats
import numpy as np
import pytest

from libseis.wire import claim_of
from support.chaos import paused
from support.days import NS, Cut, Days, day_ns
from support.system import System
from support.waiting import eventually
from support.windows import absolute

DAY = date(2022, 5, 3)  # no other test lays files of this day into the bucket they share
CODES = ("XX", "BUS", "", "BHZ")
READER = Path(__file__).with_name("libseis_reader.py")
START = day_ns(DAY)
HOURS = [(START + start * NS, START + (start + 1800) * NS) for start in (3600, 7200)]
# as float64 too large for a message, so that it waits in the Object Store
WHOLE = [(START, START + 86_399_975_000_000)]


@pytest.mark.parametrize(
    ("windows", "more", "units"),
    [
        (HOURS, {}, "counts"),
        (HOURS, {"steps": [{"scale": {"factor": 2.0}}]}, "0.5 counts"),
        (WHOLE, {"output": {"encoding": "float64"}}, "counts"),
    ],
    ids=["untouched", "processed", "claimed"],
)
async def test_a_message_off_the_bus_is_read_by_libseis_alone(
    system: System, tmp_path: Path, windows: list[tuple[int, int]], more: dict[str, Any], units: str
) -> None:
    channel = Days.noise(CODES, Fraction(40), DAY, 1)
    channel.write(system.buckets / "days", Cut.SAMPLE)
    async with paused(system.stack, "writer"):
        job = await system.client.submit({"archive": "days", "windows": absolute(*windows), **more})
        message = await message_for_writers(system, job.id)
    found: dict[int, tuple[bool, list[str], Any]] = {}
    assert (len(message) > 1) == (windows is WHOLE)
    read = await read_by_libseis(tmp_path, message)
    for n, live in enumerate(read["live"]):
        t0_ns, *rate = read[f"clock{n}"].tolist()
        assert rate == [40, 1]
        found[t0_ns] = (bool(live), read[f"names{n}"].tolist(), read[f"data{n}"])
    done = await system.client.wait(job.id)
    assert (done.state, done.ledger.saved) == ("completed", len(windows))

    factor = 2.0 if "steps" in more else 1.0
    assert len(found) == len(windows)
    for window in windows:
        first, samples = channel.between(*window, inclusive=True)
        live, names, data = found[channel.time_ns(first)]
        assert (live, names) == (True, [*CODES, units])
        assert np.array_equal(data, factor * samples)


async def message_for_writers(system: System, job: str) -> list[bytes]:
    """The message of a job that waits for a writer, and what waits for it in the Object Store."""
    connection = await nats.connect(system.stack.environment["SEISBUS_NATS_URL"])
    try:
        js = connection.jetstream()

        # a job of one object is one task, and so few windows are one part of it
        async def waiting() -> bytes:
            state = (await js.stream_info("SEIS_WRITE")).state
            message = await js.get_msg("SEIS_WRITE", state.first_seq) if state.messages else None
            assert message is not None and message.headers["Seis-Job"] == job
            return bytes(message.data)

        body = await eventually(waiting, 60)
        if (claim := claim_of(body)) is None:
            return [body]
        store = await js.object_store(claim[0])
        contents = io.BytesIO()
        await store.get(claim[1], writeinto=contents)
        return [body, contents.getvalue()]
    finally:
        await connection.close()


async def read_by_libseis(folder: Path, message: list[bytes]) -> dict[str, Any]:
    """The arrays that a process with libseis alone makes of a message."""
    files = [folder / f"part{n}" for n in range(len(message))]
    for file, data in zip(files, message, strict=True):
        file.write_bytes(data)
    process = await asyncio.create_subprocess_exec(
        sys.executable, READER, folder / "read.npz", *files, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    with np.load(folder / "read.npz") as read:
        return dict(read)
