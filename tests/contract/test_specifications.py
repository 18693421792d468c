"""A job's specification is read once in a process, and asked for by whoever has the job's id."""

from __future__ import annotations

import pytest

from seisbus.errors import JobFileError, NotFoundError
from seisbus.model.job import parse_job
from seisbus.model.kinds.export import ExportJob
from seisbus.model.kinds.window import WindowJob
from seisbus.store.client import Store
from seisbus.store.collections import JOB
from seisbus.store.jobs import get_job, insert_job, job_spec, spec_of

ABSOLUTE = [{"start": "2011-03-11", "end": "2011-03-12"}]


async def test_a_specification_is_read_once(store: Store) -> None:
    name = "specifications1"
    with pytest.raises(NotFoundError):
        await job_spec(store, name, WindowJob)
    spec = parse_job({"archive": "local", "windows": {"absolute": ABSOLUTE}}, WindowJob)
    await insert_job(store, name, spec)
    found = await job_spec(store, name, WindowJob)
    assert found == spec
    assert await job_spec(store, name, WindowJob) is found
    assert spec_of(await get_job(store, name)) is found
    with pytest.raises(JobFileError, match="expected one of kind export"):
        await job_spec(store, name, ExportJob)
    await store[JOB].delete_one({"_id": name})
    with pytest.raises(NotFoundError):  # of a job that was purged nothing is known
        await job_spec(store, name, WindowJob)
    again = parse_job({"archive": "scedc", "windows": {"absolute": ABSOLUTE}}, WindowJob)
    await insert_job(store, name, again)
    assert await job_spec(store, name, WindowJob) == again
    await store[JOB].delete_one({"_id": name})
