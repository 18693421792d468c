"""Removes a closed job from the database, step by step, so that a purge can be repeated.

The job document goes last; until then it is marked, so that the job is not opened again. The writer removes files.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from gridfs import AsyncGridFSBucket
from gridfs.errors import NoFile

from ..errors import JobFileError
from ..model.kinds.purge import PurgeJob
from ..model.outcome import JobState
from . import collections as c
from .blobs import gridfs_name
from .client import Store, translated
from .documents import JobDocument
from .earlier import pointing_jobs, unshare
from .jobs import get_job, open_jobs, spec_of, update_job
from .slices import by_hash, remove_waveforms, waveforms_of

# Paths in one query: far below the 16 MB of a document.
_PATHS_AT_ONCE = 500
# A job can have as many of these as windows; what is deleted at once must fit into the cache of the embedded server.
_MANY: Final[tuple[c.Collection[Any], ...]] = (c.ELOG, c.CEMETERY, c.HISTORY_OBJECT)
# Collections whose documents have the field `job`.
OF_JOB: Final[tuple[str, ...]] = (
    *c.WAVEFORMS,
    c.ASDF_DATASET,
    c.MISFIT_WINDOW,
    c.ADJOINT_SOURCE,
    c.REJECTED_WINDOW,
    c.SYNTHETIC,
    c.ELOG,
    c.HISTORY_OBJECT,
    c.HISTORY_GLOBAL,
    c.CEMETERY,
    c.DEAD_LETTER,
    c.OUTCOME_SUPERSEDED,
    c.OUTCOME,
    c.SUMMARY,
    c.TASK,
)


async def mark(store: Store, job: str, purge: str) -> str:
    """Reserve a job for a purge. Returns why it cannot be removed now, "" if it can.

    NotFoundError when there is no such job.
    """
    while True:
        found = await get_job(store, job)
        if not JobState(found["state"]).closed:
            return f"Job {job} is {found['state']} again."
        for other in await open_jobs(store):
            if job in _read_by(other):
                return f"Job {other['_id']}, which is {other['state']}, reads what job {job} stored."
        if await update_job(store, found, {"purged_by": purge}):
            break
    for pointing, removed_by in await pointing_jobs(store, job):
        if removed_by == purge:
            continue
        if pointing not in await _purged_with(store, purge):
            refusal = f"Job {pointing} has windows that job {job} stored; purge {pointing} first, or both at once."
        else:
            refusal = await mark(store, pointing, purge)
        if refusal:
            with translated():
                await store[c.JOB].update_one({"_id": job}, {"$unset": {"purged_by": ""}})
            return refusal
    return ""


async def _purged_with(store: Store, purge: str) -> Sequence[str]:
    """The jobs that a purge is to remove."""
    spec = spec_of(await get_job(store, purge))
    return spec.purge.jobs if isinstance(spec, PurgeJob) else ()


def _read_by(job: JobDocument) -> frozenset[str]:
    """Jobs whose data a job reads."""
    try:
        return spec_of(job).reads
    except JobFileError:  # of a kind that this process does not know
        return frozenset()


async def datasets(store: Store, job: str) -> AsyncIterator[str]:
    """Paths of the datasets that a job built and that no document of another job names."""
    with translated():
        mine = [str(found["path"]) async for found in store[c.ASDF_DATASET].find({"job": job}, {"path": 1})]
        for at in range(0, len(mine), _PATHS_AT_ONCE):
            some = mine[at : at + _PATHS_AT_ONCE]
            others = store[c.ASDF_DATASET].find({"path": {"$in": some}, "job": {"$ne": job}}, {"path": 1})
            shared = {str(found["path"]) async for found in others}
            for path in some:
                if path not in shared:
                    yield path


async def remove_blobs(store: Store, job: str) -> None:
    """Delete the waveforms of a job that are in GridFS."""
    with translated():
        bucket = AsyncGridFSBucket(store.database)
        async for document in waveforms_of(store, job, {"gridfs_id": 1}):
            if "gridfs_id" in document:
                with contextlib.suppress(NoFile):
                    await bucket.delete(document["gridfs_id"])
        # files of a writer that died before it committed
        async for found in store.database["fs.files"].find({"filename": gridfs_name(job)}, {"_id": 1}):
            with contextlib.suppress(NoFile):
                await bucket.delete(found["_id"])


async def remove_documents(store: Store, job: str) -> None:
    """Delete everything that has the job's id, and the job last."""
    with translated():
        await unshare(store, job)
        await remove_waveforms(store, job)
        for collection in _MANY:
            async for some in by_hash(store, collection, job):
                await store[collection].delete_many({"_id": {"$in": [document["_id"] for document in some]}})
        for name in OF_JOB:
            await store.database[name].delete_many({"job": job})
        await store[c.JOB].delete_one({"_id": job})
