"""Days that are read for a plan for the first time: what the steps meet on their channels is in the job's notes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from seisbus.testing.make import make_archive
from seisbus.testing.spec import ArchiveSpec
from support.system import System

SPEC = ArchiveSpec(channels=12, hours=(5.0, 7.0), real=False, bucket="rates")


async def test_rates_that_only_planning_reads_are_told(system: System, tmp_path: Path) -> None:
    await asyncio.to_thread(make_archive, tmp_path, SPEC)
    folder = system.buckets / "rates"
    folder.rmdir()
    (tmp_path / "rates").rename(folder)
    wanted = {
        "archive": "rates",
        "windows": {"absolute": [{"start": "2011-03-11T05:50:00", "end": "2011-03-11T06:00:00"}]},
        "steps": [{"filter": {"type": "lowpass", "freq": 5}}],
    }
    first = await system.client.submit(wanted)
    assert first.notes == (), "nothing is known of the day yet"
    done = await system.client.wait(first.id)
    slow = {file["chan"]: file["sampling_rate"] for file in await system.client.day_files("rates", "2011-03-11")}
    assert min(slow.values()) <= 10 < max(slow.values())
    (note,) = done.notes
    assert "the corner 5 Hz, which is not below half the sampling rate" in note and "1 Hz: " in note
    assert done.ledger.dead > 0 and f"the windows of {done.ledger.dead} of {done.ledger.planned} channels" in note
    # now the day is known: told at submission, in the same words, and once
    second = await system.client.submit(wanted)
    assert second.notes == (note,)
    assert (await system.client.wait(second.id)).notes == (note,)
