"""Kills while tasks travel together: every service dies once with a bundle in its hands, and the job ends the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.chaos import JOB, bus_of, impatient_system, settled_end, small_archive
from support.waiting import eventually

_CHANNELS = 40  # with fewer than 17 every task travels alone
_KILLS = {"seis_fetch-before-ack": "fetcher", "seis_window-before-ack": "windower", "seis_write-before-ack": "writer"}


@pytest.mark.long
async def test_kills_with_bundles_in_hand_change_nothing(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    for name in _KILLS:
        marks.joinpath(name).touch()
    archive = small_archive(tmp_path / "archive", channels=_CHANNELS)
    environment = {"SEISBUS_FAILPOINTS": ",".join(_KILLS), "SEISBUS_FAILPOINT_FOLDER": str(marks)}
    async with impatient_system(tmp_path / "stack", archive, environment=environment) as system:
        undisturbed = await settled_end(system, await system.run(JOB))
        async with bus_of(system.stack) as bus:
            sent = (await bus.connection.jetstream().stream_info("SEIS_FETCH")).state.last_seq
        assert len(undisturbed) > 2 * sent  # windows, two a task
        for name in _KILLS:
            marks.joinpath(name).unlink()
        job = await system.run(JOB)
        assert (job.state, job.ledger.balanced) == ("completed", True), (job.error, job.notes)
        assert await settled_end(system, job) == undisturbed
        await eventually(lambda: all(marks.joinpath(name).exists() for name in _KILLS))
        assert await system.client.dead_letters(job.id) == []
