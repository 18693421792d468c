"""The one place that repairs and closes jobs: at most one replica does it at a time, under a lease.

MongoDB alone is the truth; whatever the bus lost is published again as a new publication. A message exists on some
stream for every open task that was published, or its outcomes are committed; so a job whose open tasks have no message
on two looks in a row has lost them.
"""

from __future__ import annotations

import asyncio
import logging
import time

from ..app import Context
from ..bus.snapshot import snapshot
from ..bus.topology import PLAN
from ..errors import UnavailableError
from ..model.job import parse_job
from ..model.outcome import Fate, JobState
from ..store.documents import Document
from ..store.jobs import add_counts, close_job, count_ledger, get_job, open_jobs, update_job
from ..store.lease import acquire, release
from ..store.settle import settle_rest
from ..store.tasks import bump_publications, open_task_ids, open_tasks
from .pads import default_pads
from .publish import publish_task

_log = logging.getLogger(__name__)

_LEASE = "reconciler"
# Tasks repaired in one look; the rest follows at the next.
_REPAIR_AT_ONCE = 256


class Reconciler:
    """Looks at every open job in turn while it holds the lease."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._silent: dict[str, int] = {}  # job -> looks in a row without any message on the bus

    async def run(self) -> None:
        """Reconcile until cancelled; servers that are away only delay it."""
        settings = self._context.settings
        try:
            while True:
                try:
                    held = await acquire(self._store, _LEASE, self._context.boot, settings.lease_seconds)
                    if held is not None:
                        for job in await open_jobs(self._store):
                            await self._look(job)
                            await acquire(self._store, _LEASE, self._context.boot, settings.lease_seconds)
                except UnavailableError as error:
                    _log.warning("reconciler waits: %s", error)
                await asyncio.sleep(settings.reconcile_seconds)
        finally:
            await asyncio.shield(release(self._store, _LEASE, self._context.boot))

    async def _look(self, job: Document) -> None:
        state = JobState(job["state"])
        if state is JobState.CANCELLING:
            await self._cancel(job)
            return
        pending = await self._context.bus.pending(job["_id"])
        if state in (JobState.SUBMITTED, JobState.PLANNING):
            if pending[PLAN] == 0 and self._silent_again(job):
                _log.info("job %s: nobody plans it, asking again", job["_id"])
                await self._context.bus.publish_plan(job["_id"], job["attempt"], nonce=time.time_ns())
            return
        open_ids = await open_task_ids(self._store, job["_id"])
        if not open_ids:
            await self._close(job, JobState.COMPLETED)
        elif sum(pending.values()) == 0 and self._silent_again(job):
            await self._publish_lost(job)

    def _silent_again(self, job: Document) -> bool:
        """Whether this is the second look in a row without a message: the first may have met a hand-over."""
        key = f"{job['_id']}/{job['attempt']}/{job['state']}/{job['planned']}/{sum(job['counts'].values())}"
        looks = self._silent.get(key, 0) + 1
        self._silent = {k: n for k, n in self._silent.items() if not k.startswith(job["_id"])} | {key: looks}
        return looks > 1

    async def _publish_lost(self, job: Document) -> None:
        lost = (await open_tasks(self._store, job["_id"]))[:_REPAIR_AT_ONCE]
        _log.warning("job %s: %d open tasks have no message on the bus, publishing them again", job["_id"], len(lost))
        await bump_publications(self._store, [open_task.task.id for open_task in lost])
        spec = parse_job(job["spec"])
        recipe = spec.recipe(*default_pads(spec.steps))
        current = {o.task.id: o for o in await open_tasks(self._store, job["_id"])}
        for open_task in lost:
            if open_task.task.id in current:
                await publish_task(self._context, job, recipe, current[open_task.task.id])

    async def _cancel(self, job: Document) -> None:
        """Empty the job's queues, then give every window without outcome the fate `cancelled`."""
        await self._context.bus.purge_job(job["_id"])
        for open_task in await open_tasks(self._store, job["_id"]):
            result = await settle_rest(
                self._store, open_task, job["attempt"], Fate.CANCELLED, "cancelled", "The job was cancelled first."
            )
            for name, fates in result.fates.items():
                await add_counts(self._store, name, fates, 0)
        await self._close(job, JobState.CANCELLED)

    async def _close(self, job: Document, state: JobState) -> None:
        ledger = await close_job(self._store, job, state)
        if ledger is not None:
            _log.info("job %s is %s: %s", job["_id"], state.value, ledger.counts())
            await self._context.bus.publish_snapshot(snapshot(await get_job(self._store, job["_id"])))
            return
        found = await count_ledger(self._store, job["_id"])
        if not found.balanced and not await open_task_ids(self._store, job["_id"]):
            # No open task, yet windows without outcome: a defect that must not hide. Counters tell the user.
            _log.error("job %s does not balance: %s", job["_id"], found.counts())
            await update_job(self._store, job, {"notes": [f"The ledger does not balance: {found.counts()}"]})
