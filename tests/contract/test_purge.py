"""What a purge marks on a job, against a real database server: nobody opens or reads it again, whoever is first."""

from __future__ import annotations

from typing import Any

import pytest

from seisbus.errors import StateError
from seisbus.model.ids import new_job_id
from seisbus.model.job import parse_job
from seisbus.model.outcome import JobState
from seisbus.store import collections as c
from seisbus.store import jobs, purge
from seisbus.store.client import Store
from seisbus.store.jobs import close_job, get_job, insert_job, request_retry, standing_job

SPEC = parse_job(
    {"archive": "local", "windows": {"absolute": [{"start": "2011-03-11T05:00:00", "end": "2011-03-11T06:00:00"}]}}
)


async def closed_job(store: Store) -> str:
    job = new_job_id()
    assert await close_job(store, await insert_job(store, job, SPEC), JobState.COMPLETED) is not None
    return job


async def test_a_marked_job_is_neither_retried_nor_read(store: Store) -> None:
    job = await closed_job(store)
    assert await purge.mark(store, job, "0purge") == ""
    with pytest.raises(StateError, match=f"Job {job} is being removed by the purge 0purge"):
        await request_retry(store, job, ())
    with pytest.raises(StateError, match="being removed"):
        await standing_job(store, job)
    assert await purge.mark(store, job, "0other") == ""  # one that was cut off is taken up by the next


async def test_a_retry_that_read_the_job_before_it_was_marked_comes_too_late(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await closed_job(store)

    async def read_then_marked(store: Store, job: str) -> dict[str, Any]:
        found = await standing_job(store, job)
        assert await purge.mark(store, job, "0purge") == ""
        return found

    monkeypatch.setattr(jobs, "standing_job", read_then_marked)
    with pytest.raises(StateError, match="changed while it was being retried"):
        await request_retry(store, job, ())
    assert JobState((await get_job(store, job))["state"]).closed


async def test_a_dataset_that_another_job_built_at_the_same_path_stays(store: Store) -> None:
    job, other = await closed_job(store), await closed_job(store)
    built = [("own.h5", job), ("shared.h5", job), ("shared.h5", other), ("theirs.h5", other)]
    await store[c.ASDF_DATASET].insert_many([{"path": path, "job": owner} for path, owner in built])
    assert [path async for path in purge.datasets(store, job)] == ["own.h5"]
    await purge.remove_documents(store, job)
    assert [path async for path in purge.datasets(store, other)] == ["shared.h5", "theirs.h5"]
