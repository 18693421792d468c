"""Repairs and closes jobs. Nothing else does; one replica at a time works, under a lease.

MongoDB alone is the truth: messages that the bus lost are published again, as new publications. Each open task that was
published has a message on some stream, or its outcomes are committed. So if a job's open tasks have no messages on two
looks in a row, the messages are lost.

Messages are removed in two cases, and no work is lost by it:
- A job that is being cancelled, or whose windows are all settled, needs no messages. A retry may open it again while a
  reconciler that lost its lease still purges; then its open tasks have no messages, and they are published again.
- For a job that stands still, messages are removed that their consumers will never deliver again. Messages that wait,
  are worked on or will be delivered again stay.
If a task is published twice, its work may be done twice, but only the first outcome counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time

from ..app import IndexerContext
from ..bus.names import PLAN
from ..bus.snapshot import settled, snapshot
from ..errors import JobFileError, UnavailableError
from ..model.outcome import Fate, JobState, Reason
from ..store.documents import JobDocument
from ..store.jobs import (
    add_counts,
    awaited_job,
    close_job,
    count_ledger,
    get_job,
    give_up_job,
    open_jobs,
    outranking_job,
    spec_of,
    update_job,
)
from ..store.lease import acquire, release
from ..store.settle import settle_rest
from ..store.summaries import compact
from ..store.tasks import bump_publications, open_task_ids, open_tasks
from .kind import INDEXER, UNKNOWN, Planning

_log = logging.getLogger(__name__)

_LEASE = "reconciler"
# At most so many tasks are repaired in one look; the rest follows at the next.
_REPAIR_AT_ONCE = 256
# So many tasks are cancelled in one transaction; a task with a day of hourly tiles has 24 windows.
_CANCEL_AT_ONCE = 20


class Reconciler:
    """While it holds the lease, it looks at every open job in turn. It looks at a job at once when its last window
    settles."""

    def __init__(self, context: IndexerContext) -> None:
        self._context = context
        self._store = context.store
        # How each job looked when it stopped moving, and since when (loop time).
        self._silent: dict[str, tuple[str, float]] = {}
        self._finished: set[str] = set()
        self._wake = asyncio.Event()

    async def follow(self) -> None:
        """Listen for jobs whose windows are all settled, so that they are closed at once; until cancelled."""
        while True:
            try:
                async for seen in self._context.bus.snapshots():
                    if seen.planning_done and settled(seen) >= seen.planned and seen.state == JobState.RUNNING:
                        self._finished.add(seen.job)
                        self._wake.set()
            except UnavailableError:
                await asyncio.sleep(self._context.settings.reconcile_seconds)

    async def run(self) -> None:
        """Reconcile until cancelled. If a server is away, it waits."""
        settings = self._context.settings
        next_round = 0.0
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    if loop.time() >= next_round:
                        next_round = loop.time() + settings.reconcile_seconds
                        await self._round()
                    elif self._finished and await self._holds_lease():
                        await self._look(await get_job(self._store, self._finished.pop()))
                except UnavailableError as error:
                    _log.warning("reconciler waits: %s", error)
                if not self._finished:
                    self._wake.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), max(0.0, next_round - loop.time()))
        finally:
            with contextlib.suppress(UnavailableError):  # it closes by itself
                await asyncio.shield(release(self._store, _LEASE, self._context.boot))

    async def _round(self) -> None:
        """One look at every open job."""
        if not await self._holds_lease():
            return
        jobs = await open_jobs(self._store)
        self._silent = {job: seen for job, seen in self._silent.items() if job in {j["_id"] for j in jobs}}
        for job in jobs:
            await self._look(job)
            if not await self._holds_lease():
                return

    async def _holds_lease(self) -> bool:
        return await acquire(self._store, _LEASE, self._context.boot, self._context.settings.lease_seconds) is not None

    async def _look(self, job: JobDocument) -> None:
        state = JobState(job["state"])
        if state.closed:
            return
        if state is JobState.CANCELLING:
            await self._cancel(job)
            return
        await compact(self._store, job["_id"])
        pending = await self._context.bus.pending(job["_id"])
        planned = state is JobState.RUNNING
        if not planned and pending[PLAN] == 0:
            waits = await awaited_job(self._store, job) or await outranking_job(self._store, job)
            if not waits and self._silent_again(job):
                _log.info("job %s: it is not being planned, asking again", job["_id"])
                await self._context.bus.publish_plan(job["_id"], job["attempt"], nonce=time.time_ns())
            return
        open_ids = await open_task_ids(self._store, job["_id"])
        if planned and not open_ids:
            await self._close(job, JobState.COMPLETED)
            return
        held = sum(pending.values())
        if not self._silent_again(job, held):
            return
        if held:
            await self._context.bus.purge_acknowledged(job["_id"])
        # The planner waits for the tasks that it published, so it goes on once they are repaired.
        if open_ids and held == pending[PLAN]:
            await self._publish_lost(job)

    def _silent_again(self, job: JobDocument, held: int = 0) -> bool:
        """Whether the job looked the same a whole round ago, with as many messages `held` on the bus. One look is not
        enough: it may come while a message moves from one stream to the next."""
        now = asyncio.get_running_loop().time()
        looks = f"{job['attempt']} {job['state']} {job['planned']} {job['cursor']} {job['counts']} {held}"
        before, since = self._silent.get(job["_id"], ("", now))
        if before != looks:
            self._silent[job["_id"]] = (looks, now)
            return False
        return now - since >= self._context.settings.reconcile_seconds

    async def _publish_lost(self, job: JobDocument) -> None:
        try:
            spec = spec_of(job)
        except JobFileError as error:  # this deployment no longer knows its kind
            await give_up_job(self._store, job["_id"], error.message)
            return
        kind = INDEXER.get(spec.kind, UNKNOWN)
        if kind.in_place:  # its tasks are done where they are planned
            return
        planning = Planning(self._context, job, spec)
        lost = (await open_tasks(self._store, job["_id"]))[:_REPAIR_AT_ONCE]
        _log.warning("job %s: %d open tasks have no message on the bus, publishing them again", job["_id"], len(lost))
        await bump_publications(self._store, [open_task.task.id for open_task in lost])
        current = {o.task.id: o for o in await open_tasks(self._store, job["_id"])}
        for open_task in lost:
            if open_task.task.id in current:
                await kind.send(planning, current[open_task.task.id])

    async def _cancel(self, job: JobDocument) -> None:
        """Empty the job's queues, then give every window without an outcome the fate `cancelled`."""
        await self._context.bus.purge_job(job["_id"])
        reason, detail = Reason.CANCELLED.value, "The job was cancelled first."
        if job["error"]:
            reason, detail = Reason.JOB_FAILED.value, job["error"]
        left = await open_tasks(self._store, job["_id"])
        for at in range(0, len(left), _CANCEL_AT_ONCE):
            batch = left[at : at + _CANCEL_AT_ONCE]
            result = await settle_rest(self._store, batch, job["attempt"], Fate.CANCELLED, reason, detail)
            await add_counts(self._store, job["_id"], result.fates[job["_id"]], 0)
        await self._close(job, JobState.FAILED if job["error"] else JobState.CANCELLED)

    async def _close(self, job: JobDocument, state: JobState) -> None:
        # This comes before the close, because nobody looks at a closed job any more, and claims and messages that are
        # left over would fill their stores. Every window has its outcome now, so the messages are not needed.
        await self._context.bus.delete_claims(job["_id"])
        await self._context.bus.purge_job(job["_id"], plan=False)
        ledger = await close_job(self._store, job, state)
        if ledger is not None:
            _log.info("job %s is %s: %s", job["_id"], state.value, ledger.counts())
            await self._context.bus.publish_snapshot(snapshot(await get_job(self._store, job["_id"])))
            return
        found = await count_ledger(self._store, job["_id"])
        if not found.balanced and not await open_task_ids(self._store, job["_id"]):
            # No task is open, but windows have no outcome: a defect, which must be seen. Its counts show it to the
            # user.
            _log.error("job %s does not balance: %s", job["_id"], found.counts())
            await update_job(self._store, job, {"notes": [f"The ledger does not balance: {found.counts()}"]})
