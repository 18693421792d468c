"""Watching a job: snapshots from the bus as they come, the job document whenever the bus is silent.

An event that was lost, or a bus that is away, only delays what a watcher sees.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Final

from seis.v1 import task_pb2

from ..bus.snapshot import snapshot
from ..deadlines import CONTROL_SECONDS
from ..errors import UnavailableError
from ..model.outcome import JobState
from ..store.client import budget
from ..store.jobs import get_job
from ..telemetry.hops import Wait
from .context import CallContext

_log = logging.getLogger(__name__)

# A job publishes each 0.5 s while it moves; so long a silence is worth one read of its document.
SILENCE_SECONDS: Final = 1.5


Watched = tuple[task_pb2.JobSnapshot, list[Wait]]


async def watch(context: CallContext, job: str, silence: float = SILENCE_SECONDS) -> AsyncIterator[Watched]:
    """A snapshot, and who is waited for, at once and at every change of either, until the job is closed.

    NotFoundError for an unknown job.

    An event that would take the job back (events of several services may overtake each other; a retry really does)
    or close it is looked up in the job document, so the last snapshot is the closed job's own ledger.
    """
    with budget(CONTROL_SECONDS):
        document = await get_job(context.store, job)
    archive = document["spec"].get("archive") or ""
    last, waits = snapshot(document), context.hops.waits(archive)
    yield last, waits
    events: asyncio.Queue[task_pb2.JobSnapshot] = asyncio.Queue()
    listener = asyncio.create_task(_listen(context, job, events))
    try:
        while not JobState(last.state).closed:
            found: task_pb2.JobSnapshot | None = None
            with contextlib.suppress(TimeoutError):
                found = await asyncio.wait_for(events.get(), silence)
            if found is None or not goes_on(last, found):
                # A database that is away ends the stream with its sentence: who watches says it, and comes again.
                with budget(CONTROL_SECONDS):
                    found = snapshot(await get_job(context.store, job))
            known, waits = {wait.hop for wait in waits}, context.hops.waits(archive)
            if content(found) != content(last) or {wait.hop for wait in waits} != known:
                last = found
                yield last, waits
    finally:
        listener.cancel()
        await asyncio.wait([listener], timeout=1)  # the client library may swallow a cancellation


async def _listen(context: CallContext, job: str, events: asyncio.Queue[task_pb2.JobSnapshot]) -> None:
    while True:
        try:
            async for found in context.bus.snapshots(job):
                await events.put(found)
        except UnavailableError as error:
            _log.warning("watching job %s by its document: %s", job, error)
        await asyncio.sleep(1)


def goes_on(last: task_pb2.JobSnapshot, found: task_pb2.JobSnapshot) -> bool:
    """Whether `found` is an open job's next step after `last`, which an event may be believed to say."""
    if JobState(found.state).closed or found.attempt < last.attempt:
        return False
    return found.attempt > last.attempt or _place(found) >= _place(last)


_LIFE = list(JobState)


def _place(found: task_pb2.JobSnapshot) -> tuple[int, int]:
    settled = found.saved + found.dead + found.missing + found.failed + found.cancelled
    return settled, _LIFE.index(JobState(found.state))


def content(found: task_pb2.JobSnapshot) -> bytes:
    """Everything but when it was said."""
    copy = task_pb2.JobSnapshot()
    copy.CopyFrom(found)
    copy.time_ns = 0
    return bytes(copy.SerializeToString(deterministic=True))
