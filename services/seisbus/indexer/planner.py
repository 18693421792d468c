"""Plans one job: freezes what the plan depends on, writes tasks shard by shard, and keeps at most K of them on the bus.

It runs while it holds the job's plan message. After a restart it continues at the cursor in the job document. A planner
that finds the cursor moved stops, so two planners of one job never both write.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from ..app import IndexerContext
from ..bus.snapshot import snapshot
from ..errors import SeisbusError, UnavailableError, UserError
from ..failpoints import failpoint
from ..model.outcome import JobState
from ..model.task import Task
from ..planning.travelling import travelling
from ..store.documents import JobChange, JobDocument, change_job
from ..store.jobs import (
    awaited_job,
    count_ledger,
    get_job,
    give_up_job,
    job_attempt,
    outranking_job,
    spec_of,
    update_job,
)
from ..store.tasks import Cursor, OpenTask, PlanMovedError, open_task_ids, open_tasks, reopen_for_retry, write_tasks
from .kind import INDEXER, UNKNOWN, Planning

_log = logging.getLogger(__name__)

# A job that moves says so twice a second. After so long a silence the planner looks into the store itself.
_SILENCE_SECONDS = 1.5


async def plan_job(context: IndexerContext, job_id: str, attempt: int) -> None:
    """Plan a job to its end, or until it must stop.

    Returns when the plan is finished, another planner has moved it, or the job is cancelled or closed. Returns also
    when it must wait for another job; the reconciler asks again later.
    """
    job = await get_job(context.store, job_id)
    state = JobState(job["state"])
    if job["attempt"] != attempt or state.closed or state is JobState.CANCELLING:
        return
    if await awaited_job(context.store, job) or await outranking_job(context.store, job):
        return
    try:
        await _Planner(context, job).run()
    except PlanMovedError:
        _log.info("job %s: the plan was moved on by somebody else, or the job was cancelled", job_id)
    except _OutrankedError as error:
        _log.info("job %s: planning rests until job %s, of higher priority, is planned", job_id, error)
    except UnavailableError:
        raise
    except SeisbusError as error:  # a selection that matches nothing, an index that cannot be read, access denied
        await give_up_job(context.store, job_id, error.message)
        await context.bus.publish_snapshot(snapshot(await get_job(context.store, job_id)))


class _OutrankedError(Exception):
    """A job of higher priority wants the same archive."""


class _Planner:
    """One planning run of one job."""

    def __init__(self, context: IndexerContext, job: JobDocument) -> None:
        self._context = context
        self._store = context.store
        self._job = job
        spec = spec_of(job)
        self._kind = INDEXER.get(spec.kind, UNKNOWN)
        self._planning = Planning(context, job, spec)
        self._cursor = Cursor(job["cursor"]["shard"], job["cursor"]["offset"])
        self._on_bus: set[str] = set()

    async def run(self) -> None:
        await self._freeze()
        if self._job["retry"] is not None:
            await self._reopen()
        await self._publish_open()
        if self._job["planning_done"]:
            await self._set({"state": JobState.RUNNING.value})
        else:
            await self._plan()
        await self._announce()

    async def _set(self, change: JobChange) -> None:
        """Change the job document; PlanMovedError when somebody else has changed it."""
        if not await update_job(self._store, self._job, change):
            raise PlanMovedError(self._job["_id"])
        change_job(self._job, change)

    async def _freeze(self) -> None:
        if fields := await self._kind.freeze(self._planning):
            await self._set(fields)

    async def _reopen(self) -> None:
        """Carry out a retry: put outcomes aside, open their tasks again, count again."""
        moved = await reopen_for_retry(self._store, self._job)
        _log.info("job %s: %d windows are to be done again", self._job["_id"], moved)
        counts = (await count_ledger(self._store, self._job["_id"])).counts()
        await self._set({"retry": None, "planned": counts.pop("planned"), "counts": counts})

    # -- planning ----------------------------------------------------------------------------------

    async def _plan(self) -> None:
        async for chunk in self._kind.tasks(self._planning, self._cursor):
            await self._give_way()
            await self._room(len(chunk.tasks))
            await self._write(chunk.after, chunk.tasks)
            bundled = self._kind.bundled
            for some in travelling(chunk.tasks, last=chunk.last) if bundled else [[task] for task in chunk.tasks]:
                async with self._context.bus.together(patient=True):
                    for task in some:
                        await self._send(OpenTask(task, 1, frozenset()))
            await self._announce()
        if self._cursor == Cursor(0, 0) and self._kind.empty:
            raise UserError(self._kind.empty)
        await self._write(Cursor(self._cursor.shard + 1, 0), [], done=True)

    # -- the bus -----------------------------------------------------------------------------------

    async def _publish_open(self) -> None:
        """Publish what was planned before a crash, or opened by a retry."""
        for open_task in await open_tasks(self._store, self._job["_id"]):
            await self._room(1)
            await self._send(open_task)

    async def _send(self, open_task: OpenTask) -> None:
        await self._kind.send(self._planning, open_task, patient=True)
        if not self._kind.in_place:
            self._on_bus.add(open_task.task.id)

    async def _room(self, wanted: int) -> None:
        """Wait until there is room for `wanted` more open tasks; stop if the job is no longer ours."""
        bound = max(self._context.settings.open_tasks, wanted)
        job = self._job["_id"]
        while len(self._on_bus) + wanted > bound:
            move = self._context.board.move(job)  # clear it before looking, so that no progress in between is missed
            self._on_bus &= await open_task_ids(self._store, job)
            if await job_attempt(self._store, job) != self._job["attempt"]:
                raise PlanMovedError(job)
            if len(self._on_bus) + wanted > bound:
                await self._give_way()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_SILENCE_SECONDS):
                        await move.wait()

    async def _give_way(self) -> None:
        """Stop for a job of higher priority. Tasks on the bus are still done; the reconciler asks for the rest
        later."""
        if other := await outranking_job(self._store, self._job):
            raise _OutrankedError(other)

    async def _write(self, after: Cursor, tasks: list[Task], *, done: bool = False) -> None:
        await write_tasks(self._store, self._job, self._cursor, after, tasks, done=done)
        self._cursor = after
        self._job["state"] = (JobState.RUNNING if done else JobState.PLANNING).value
        failpoint("mid-plan")

    async def _announce(self) -> None:
        await self._planning.announce()
