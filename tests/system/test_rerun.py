"""A job whose windows an earlier job has saved under the same data_tag says so, and points to them."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seisbus.client import Job
from support.command import seisbus
from support.days import Cut, Days
from support.system import System
from support.windows import tile

FIRST, DAYS = date(2010, 6, 1), 4
CHANNELS = (("XX", "RUN", "", "LHZ"), ("XX", "RUN", "", "LHN"))
TAG = "rerun"


def job_of(days: int, tag: str = TAG, **more: Any) -> dict[str, Any]:
    """Hours of the first so many days of all channels."""
    windows = tile(FIRST, days, "1h")
    return {"archive": "rerun", "select": {"sta": "RUN"}, "windows": windows, "output": {"data_tag": tag}, **more}


@pytest.fixture(scope="module")
async def first(system: System) -> Job:
    for codes in CHANNELS:
        Days.noise(codes, Fraction(1), FIRST, DAYS, 0).write(system.buckets / "rerun", Cut.SAMPLE)
    # of the last day only its first half is wanted, so that a longer job finds some of its windows
    return await system.run(job_of(3))


async def made_by(system: System, job: Job) -> int:
    """Waveforms that the job stored itself."""
    return sum(document["job"] == job.id for document in await system.client.waveforms(job=job.id))


async def refs_of(system: System, job: Job) -> list[str]:
    return [ref async for outcome in system.client.outcomes(job.id) for ref in outcome.refs]


async def test_what_is_saved_is_not_made_again(system: System, first: Job) -> None:
    """Four days of which three are there: 144 of 192 windows; the ledger adds up, and points to the earlier data."""
    estimate = await system.client.estimate(job_of(4))
    assert estimate.already is not None
    assert (estimate.already.windows, estimate.already.planned, estimate.already.skipped) == (144, 192, True)
    submitted = await system.client.submit(job_of(4))
    assert submitted.already == estimate.already
    assert submitted.already.text.startswith("already: 144 of 192 windows")
    assert submitted.already.jobs == (first.id,)
    job = await system.client.wait(submitted.id)
    assert job.notes == (submitted.already.text,)
    assert (job.ledger.planned, job.ledger.saved, job.ledger.balanced) == (192, 192, True)
    mine = {str(d["_id"]) for d in await system.client.waveforms(job=job.id)}
    stored = {str(d["_id"]) for d in await system.client.waveforms(job=first.id)}
    assert stored < mine
    assert len(mine) == 192
    assert set(await refs_of(system, job)) == mine
    assert await made_by(system, job) == 48
    rows = await system.client.availability(job.id)
    assert sum(row.ledger.saved for row in rows) == 192


async def test_the_later_job_gives_the_data(system: System, first: Job) -> None:
    """Nothing at all is made, and the data are read by the later job as by the first, in order and page by page."""
    job = await system.run(job_of(3))
    assert await made_by(system, job) == 0
    one, other = [await system.client.read(job=each.id) for each in (first, job)]
    assert len(one.member) == len(other.member) == 144
    for a, b in zip(one.member, other.member, strict=True):
        assert (a.t0_ns, a["chan"]) == (b.t0_ns, b["chan"])
        assert np.array_equal(a.data, b.data)
    north = await system.client.get_waveforms("XX", "RUN", "", "LHN", "2010-06-01", "2010-06-02", job=job.id)
    assert sum(trace.stats.npts for trace in north) == 86_401
    # a tag names each datum once
    tagged = await system.client.waveforms(data_tag=TAG)
    assert len({(d["chan"], d["t0_ns"]) for d in tagged}) == len(tagged)


async def test_another_recipe_is_made(system: System, first: Job) -> None:
    for more in (
        {"steps": [{"demean": {}}]},
        {"gaps": "split"},
        {"output": {"data_tag": TAG, "encoding": "float64"}},
        {"output": {"data_tag": "another"}},
    ):
        estimate = await system.client.estimate(job_of(3) | more)
        assert estimate.already is None, more
    windows = {"absolute": [{"start": "2010-06-01T00:00:00", "end": "2010-06-01T01:00:00"}]}
    assert (await system.client.estimate(job_of(3) | {"windows": windows})).already is None


async def test_again_makes_them_again(system: System, first: Job, tmp_path: Path) -> None:
    file = tmp_path / "job.json"
    file.write_text(json.dumps(job_of(1, existing="again")))
    code, output, _ = await seisbus(tmp_path, system.stack.control_address, "submit", "--no-wait", str(file))
    assert code == 0
    assert "already: 48 of 48 windows" in output
    assert "(existing: again)" in output
    (job,) = await system.client.jobs(limit=1)
    done = await system.client.wait(job.id)
    assert done.ledger.saved == 48
    assert await made_by(system, done) == 48


async def test_jobs_without_a_tag_only_say_it(system: System, first: Job) -> None:
    """Two jobs without a data_tag are not under the same tag: both make their data."""
    one = await system.run(job_of(1, tag=""))
    submitted = await system.client.submit(job_of(1, tag=""))
    assert submitted.already is not None
    assert not submitted.already.skipped
    assert "since the job has no data_tag" in submitted.already.text
    done = await system.client.wait(submitted.id)
    assert done.notes == ()
    assert await made_by(system, done) == await made_by(system, one) == 48


async def test_a_purge_leaves_no_ref_dangling(system: System) -> None:
    """Last here. Who stored what another job points to is removed with it, or after it."""
    earlier = await system.run(job_of(1, tag="purged"))
    later = await system.run(job_of(2, tag="purged"))
    purge, _ = await system.client.purge([earlier.id])
    assert purge is not None
    refused = await system.client.wait(purge.id)
    assert (refused.ledger.dead, refused.ledger.saved) == (1, 0)
    (outcome,) = [one async for one in system.client.outcomes(purge.id)]
    assert outcome.reason == "in_use"
    assert outcome.detail == (
        f"Job {later.id} has windows that job {earlier.id} stored; purge {later.id} first, or both at once."
    )
    assert len(await system.client.waveforms(job=later.id)) == 96
    # it is as it was: a later job finds it
    assert (await system.client.estimate(job_of(1, tag="purged"))).already is not None
    purge, _ = await system.client.purge([later.id])
    assert purge is not None
    assert (await system.client.wait(purge.id)).ledger.saved == 1
    documents = await system.client.waveforms(job=earlier.id)
    assert len(documents) == 48
    assert not any(document.get("shared_by") for document in documents)
    later = await system.run(job_of(2, tag="purged"))
    purge, _ = await system.client.purge([earlier.id, later.id])
    assert purge is not None
    assert (await system.client.wait(purge.id)).ledger.saved == 2
    assert not await system.client.waveforms(data_tag="purged")
