"""Watches a job: passes on snapshots from the bus, and reads the job document whenever the bus is silent.

If an event is lost or the bus is away, a watcher only sees the news later.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from seis.v1 import task_pb2

from ..bus.snapshot import snapshot
from ..deadlines import CONTROL_SECONDS, WATCH_SILENCE_SECONDS
from ..errors import UnavailableError
from ..model.outcome import JobState
from ..store.client import budget
from ..store.jobs import get_job
from ..telemetry.hops import Wait
from .context import CallContext

_log = logging.getLogger(__name__)

Watched = tuple[task_pb2.JobSnapshot, list[Wait]]


async def watch(context: CallContext, job: str, silence: float = WATCH_SILENCE_SECONDS) -> AsyncIterator[Watched]:
    """Yields the snapshot and what is waited for, at once and whenever one of them changes, until the job is closed.

    NotFoundError for an unknown job.

    If an event takes the job back or closes it, the job document is read. Events of several services may overtake each
    other, and a retry really goes back; and so the last snapshot is the ledger of the closed job.
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
                # if the database is away, the stream ends with its sentence; the client shows it and watches again
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
    """Whether `found` may follow `last` in an open job; then the event is believed without reading the document."""
    if JobState(found.state).closed or found.attempt < last.attempt:
        return False
    return found.attempt > last.attempt or _place(found) >= _place(last)


_LIFE = list(JobState)


def _place(found: task_pb2.JobSnapshot) -> tuple[int, int]:
    settled = found.saved + found.dead + found.missing + found.failed + found.cancelled
    return settled, _LIFE.index(JobState(found.state))


def content(found: task_pb2.JobSnapshot) -> bytes:
    """A snapshot without its time."""
    copy = task_pb2.JobSnapshot()
    copy.CopyFrom(found)
    copy.time_ns = 0
    return bytes(copy.SerializeToString(deterministic=True))
