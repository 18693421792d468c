"""`seisbus purge`: closed jobs go with everything that they stored, and nothing else does."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from seisbus.client import AsyncClient, ClientError, Job
from seisbus.local.stack import LocalStack, local_stack
from support.waiting import eventually

Running = tuple[LocalStack, AsyncClient]


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """A stack of its own: purges take a whole database into view."""
    folder = tmp_path_factory.mktemp("purge")
    make = ["archive", "make", "--root", str(folder / "buckets"), "--preset", "demo", "--channels", "6"]
    command = [sys.executable, "-m", "seisbus.cli", *make, "--defects", "none"]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    async with (
        local_stack(folder / "stack", s3_root=folder / "buckets") as stack,
        AsyncClient(stack.control_address) as client,
    ):
        assert (await client.wait((await client.sync_index("local")).id)).state == "completed"
        yield stack, client


async def saved(client: AsyncClient, **more: Any) -> Job:
    """A window job of all six channels, done."""
    windows = {"absolute": [{"start": "2011-03-11T06:00:00", "end": "2011-03-11T06:10:00"}]}
    done = await client.wait((await client.submit({"archive": "local", "windows": windows, **more})).id)
    assert done.ledger.saved == 6
    return done


async def documents(stack: LocalStack) -> dict[str, dict[str, int]]:
    """How many documents of each collection belong to each job; those of none count as ""."""
    async with AsyncMongoClient[dict[str, Any]](stack.environment["SEISBUS_MONGODB_URI"]) as mongo:
        database = mongo[stack.environment.get("SEISBUS_DATABASE", "seisbus")]
        found: dict[str, dict[str, int]] = {}
        for name in await database.list_collection_names():
            counts = found.setdefault(name, {})
            async for document in database[name].find({}, {"job": 1}):
                job = str(document["_id"]) if name == "job" else str(document.get("job", ""))
                counts[job] = counts.get(job, 0) + 1
        return found


def output(stack: LocalStack) -> Path:
    return Path(stack.environment["SEISBUS_OUTPUT_ROOT"])


async def test_a_purge_takes_all_of_its_jobs_and_nothing_else(running: Running) -> None:
    stack, client = running
    kept = await saved(client)
    files, gridfs = await saved(client), await saved(client, output={"storage": "gridfs"})
    dataset = await client.wait((await client.export("asdf", job=files.id)).id)
    (built,) = await client.datasets(dataset.id)
    assert (output(stack) / built["path"]).exists()
    assert (output(stack) / "waveforms" / files.id).is_dir()
    before = await documents(stack)
    assert before["fs.files"] == {"": 6}

    doomed = sorted([files.id, gridfs.id, dataset.id])
    nothing, listed = await client.purge(doomed, dry_run=True)
    assert (nothing, listed) == (None, doomed)
    assert await documents(stack) == before

    purge, _ = await client.purge(doomed)
    assert purge is not None
    done = await client.wait(purge.id)
    assert (done.ledger.planned, done.ledger.saved) == (3, 3)
    after = await documents(stack)
    for name, counts in before.items():
        left = {job: number for job, number in counts.items() if job not in doomed and not name.startswith("fs.")}
        assert {job: n for job, n in after[name].items() if job != purge.id} == left, name
    assert not (output(stack) / "waveforms" / files.id).exists()
    assert not (output(stack) / built["path"]).exists()
    assert len((await client.read(job=kept.id)).member) == 6
    with pytest.raises(ClientError, match="There is no job"):
        await client.job(files.id)


async def test_jobs_are_purged_by_age(running: Running) -> None:
    stack, client = running
    old = await saved(client)
    new = await saved(client)
    purge, names = await client.purge(closed_before=(await client.job(new.id)).submit_time_ns / 1e9)
    assert purge is not None
    assert old.id in names
    assert new.id not in names
    assert (await client.wait(purge.id)).ledger.saved == len(names)
    assert [job.id for job in await client.jobs()] == [purge.id, new.id]
    assert {path.name for path in (output(stack) / "waveforms").iterdir()} == {new.id}


async def test_what_is_open_or_in_use_is_not_purged(running: Running) -> None:
    stack, client = running
    job = await saved(client)
    await stack.hold("writer")
    windows = {"absolute": [{"start": "2011-03-11T07:00:00", "end": "2011-03-11T07:10:00"}]}
    going = await client.submit({"archive": "local", "windows": windows})
    with pytest.raises(ClientError, match="cancel it or wait for it"):
        await client.purge([going.id])
    export = await client.export("asdf", job=job.id)

    async def planned() -> bool:
        return (await client.job(export.id)).ledger.planned == 1

    await eventually(planned)
    purge, _ = await client.purge([job.id])
    assert purge is not None
    await stack.release("writer")
    # whichever of the two messages a writer takes first, the export finds its waveforms
    purged, exported = await client.wait(purge.id), await client.wait(export.id)
    assert exported.ledger.saved == 1
    assert purged.ledger.saved + purged.ledger.dead == 1
    assert [outcome.reason async for outcome in client.outcomes(purge.id, ["dead"])] == ["in_use"] * purged.ledger.dead


async def test_a_purge_is_not_submitted_as_a_job(running: Running) -> None:
    _, client = running
    with pytest.raises(ClientError, match="needs an operator"):
        await client.submit({"kind": "purge", "purge": {"jobs": ["0" * 18]}})
    with pytest.raises(ClientError, match="not both"):
        await client.purge()
