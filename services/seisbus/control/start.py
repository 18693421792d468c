"""Writes a checked job and announces it to the indexers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from ..deadlines import BY_THE_WAY_SECONDS
from ..errors import UnavailableError
from ..failpoints import failpoint
from ..model.ids import new_job_id
from ..model.kind import Job
from ..model.outcome import JobState
from ..store.documents import JobDocument
from ..store.jobs import insert_job
from .context import CallContext
from .history import history_of_job

_log = logging.getLogger(__name__)


async def start(context: CallContext, spec: Job, request_id: str, notes: Sequence[str] = ()) -> JobDocument:
    """Write a job with its first notes and announce it to the indexers."""
    identity = new_job_id()
    history = await history_of_job(context, identity, spec)
    job = await insert_job(context.store, identity, spec, request_id, notes, history)
    failpoint("submitted-before-publish")
    if not JobState(job["state"]).closed:
        await announce(context, job)
    return job


async def announce(context: CallContext, job: JobDocument) -> None:
    """Tell the indexers that there is a job to plan. If the bus is away, the reconciler does it later."""
    try:
        async with asyncio.timeout(BY_THE_WAY_SECONDS):
            await context.bus.publish_plan(job["_id"], job["attempt"])
    except (UnavailableError, TimeoutError) as error:
        _log.warning("job %s is stored but not announced yet: %s", job["_id"], error or "NATS does not answer in time")
