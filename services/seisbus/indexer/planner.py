"""Planning one job: freeze what it depends on, write tasks shard by shard, keep at most K of them on the bus.

Runs while its plan message is held; a restart goes on from the cursor on the job document. Whoever finds the cursor
moved stops, so two planners of one job cannot both write.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncIterator, Iterable

from libseis.codes import Channel
from libseis.steps import build

from ..app import Context
from ..archive.definition import ArchiveDefinition, DayCut, archive_named
from ..bus.snapshot import snapshot
from ..errors import SeisbusError, UnavailableError, UserError
from ..failpoints import failpoint
from ..model.job import parse_job
from ..model.outcome import JobState
from ..model.task import Task
from ..planning.corners import corner_notes
from ..planning.plan import plan_day, plan_event, touched_days
from ..planning.windows import Origin, home_days, windows_of_day
from ..store.documents import Document
from ..store.index import event_by_id
from ..store.jobs import (
    add_counts,
    add_notes,
    awaited_job,
    count_ledger,
    get_job,
    give_up_job,
    job_attempt,
    outranking_job,
    update_job,
)
from ..store.settle import Settlement, settle
from ..store.tasks import Cursor, OpenTask, PlanMovedError, open_task_ids, open_tasks, reopen_for_retry, write_tasks
from . import sync
from .pads import Pads
from .publish import publish_task
from .sources import DayFilesCache, resolve_events
from .stored import stored_tasks

_log = logging.getLogger(__name__)

# Tasks in one transaction: large enough for batch speed, small enough that a crash repeats little.
_CHUNK = 100
# A job that moves says so twice a second; so long a silence is worth a look.
_SILENCE_SECONDS = 1.5
_NOTHING = (
    "The selection matches nothing: no channel of the archive fits net, sta, loc and chan on the days of the windows; "
    "widen the selection or the days."
)


async def plan_job(context: Context, job_id: str, attempt: int) -> None:
    """Plan a job to its end, or as far as it may go.

    Returns when the plan is finished, moved, cancelled or closed, or waits for another job (the reconciler asks again).
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
    """A job of higher priority waits for the archive."""


class _Planner:
    """One planning run of one job."""

    def __init__(self, context: Context, job: Document) -> None:
        self._context = context
        self._store = context.store
        self._job = job
        self._spec = parse_job(job["spec"])
        self._on_stored = self._spec.on_stored
        self._recipe = self._spec.recipe()
        self._cursor = Cursor(job["cursor"]["shard"], job["cursor"]["offset"])
        self._on_bus: set[str] = set()

    async def run(self) -> None:
        await self._freeze()
        if self._job["retry"] is not None:
            await self._reopen()
        await self._publish_open()
        if self._job["planning_done"]:
            await self._set(state=JobState.RUNNING.value)
        elif self._spec.kind == "index":
            await self._sync()
        else:
            await self._plan()
        await self._announce()

    async def _set(self, **change: object) -> None:
        """Change the job document; PlanMovedError when it is not as this planner knows it."""
        if not await update_job(self._store, self._job, change):
            raise PlanMovedError(self._job["_id"])
        self._job |= change

    async def _note(self, sentences: Iterable[str]) -> None:
        """Add what was found odd to the job's notes, which everybody sees who looks at the job."""
        for sentence in await add_notes(self._store, self._job["_id"], sentences):
            _log.warning("job %s: %s", self._job["_id"], sentence)

    @property
    def _archive(self) -> ArchiveDefinition:
        """The archive of the job; jobs on stored data have none."""
        return archive_named(self._context.archives, self._spec.archive)

    async def _freeze(self) -> None:
        """Resolve events into the job document once, so that nothing synced later can change the plan."""
        if "origins" not in self._job and not self._on_stored:
            origins = await resolve_events(self._context, self._spec)
            await self._set(origins=[[origin.time_ns, origin.event] for origin in origins])

    async def _reopen(self) -> None:
        """Carry out the retry that was asked for: outcomes superseded, their tasks open, counters counted anew."""
        moved = await reopen_for_retry(self._store, self._job)
        _log.info("job %s: %d windows are to be done again", self._job["_id"], moved)
        counts = (await count_ledger(self._store, self._job["_id"])).counts()
        await self._set(retry=None, planned=counts.pop("planned"), counts=counts)

    # -- planning ----------------------------------------------------------------------------------

    async def _plan(self) -> None:
        if self._on_stored:
            tasks = stored_tasks(self._context, self._job["_id"], self._spec, self._cursor)
        else:
            tasks = self._event_file_tasks() if self._spec.inputs == "event_files" else self._day_file_tasks()
        async for cursor, chunk in tasks:
            await self._give_way()
            await self._room(len(chunk))
            await self._write(cursor, chunk)
            for task in chunk:
                await self._publish(OpenTask(task, 1, frozenset()))
            await self._announce()
        if self._cursor == Cursor(0, 0):
            raise UserError(_NOTHING)
        await self._write(Cursor(self._cursor.shard + 1, 0), [], done=True)

    async def _day_file_tasks(self) -> AsyncIterator[tuple[Cursor, list[Task]]]:
        """Chunks of tasks, each with the cursor behind it; shards (home days) before the cursor are left alone."""
        origins = [Origin(time_ns, event) for time_ns, event in self._job["origins"]]
        pads = Pads(self._spec)
        cut_at_record = self._archive.day_cut is DayCut.RECORD
        files = DayFilesCache(self._context, self._archive, self._spec, stated_rates=pads.by_rate)
        days = home_days(self._spec, origins)
        rates: dict[Channel, float | None] = {}
        for shard in range(self._cursor.shard, len(days)):
            windows = list(windows_of_day(self._spec, origins, days[shard]))
            if not windows:
                continue
            # Data of a day can stand in the neighbour's file where days are cut at the record.
            await files.load_padded(windows, pads, margin_days=int(cut_at_record))
            await self._note(files.notes)
            files.notes.clear()
            touched = touched_days(min(w.start_ns for w in windows), max(w.end_ns for w in windows))
            for day in touched if self._spec.steps else ():
                for channel, file in files(day).items():
                    known = [rate for rate in (rates.get(channel), file.sampling_rate) if rate]
                    rates[channel] = min(known, default=None)
            tasks = plan_day(
                self._job["_id"],
                self._archive.name,
                shard,
                days[shard],
                windows,
                files,
                cut_at_record=cut_at_record,
                pads=pads,
            )
            offset = self._cursor.offset if shard == self._cursor.shard else 0
            rest = itertools.islice(tasks, offset, None)
            while chunk := list(itertools.islice(rest, _CHUNK)):
                offset += len(chunk)
                yield Cursor(shard, offset), chunk
        # days that were read for this plan could not be judged at submission
        await self._note(corner_notes(build(self._spec.steps), rates, refuse=False) if self._spec.steps else ())

    async def _event_file_tasks(self) -> AsyncIterator[tuple[Cursor, list[Task]]]:
        """One provisional task an event of the catalog."""
        events = self._spec.windows.events if self._spec.windows else None
        assert events is not None  # the job file's validation saw to it
        origins = self._job["origins"]
        chosen = self._spec.select
        wanted = Channel(chosen.net, chosen.sta, chosen.loc, chosen.chan)
        for start in range(self._cursor.offset, len(origins), _CHUNK):
            chunk = []
            for number in range(start, min(start + _CHUNK, len(origins))):
                time_ns, event = origins[number]
                document = await event_by_id(self._store, self._archive.name, event)
                key = str(document["waveform_key"]) if document else ""
                span = None if events.end is None else (time_ns + events.start, time_ns + events.end)
                job, archive = self._job["_id"], self._archive.name
                chunk.append(plan_event(job, archive, number, event, time_ns, key, span, wanted))
            yield Cursor(0, start + len(chunk)), chunk

    async def _sync(self) -> None:
        """An index job: every page of keys is a task that this process does itself."""
        number = 0
        async for keys in sync.pages(self._context, self._archive):
            if number >= self._cursor.offset:
                task = sync.page_task(self._job["_id"], self._archive, number, keys)
                await self._write(Cursor(0, number + 1), [task])
                await self._do_page(task)
            number += 1
        await self._write(Cursor(1, 0), [], done=True)

    async def _do_page(self, task: Task) -> None:
        windows = await sync.read_page(self._context, self._archive, task)
        result = await settle(self._store, [Settlement(task.job, task.id, self._job["attempt"], 0, 1, windows)])
        await add_counts(self._store, task.job, result.fates[task.job], 0)
        await self._note([window.detail for window in windows if window.detail])
        await self._announce()

    # -- the bus -----------------------------------------------------------------------------------

    async def _publish_open(self) -> None:
        """What was planned before a crash, or opened by a retry, onto the bus."""
        for open_task in await open_tasks(self._store, self._job["_id"]):
            if self._spec.kind == "index":
                await self._do_page(open_task.task)
            else:
                await self._room(1)
                await self._publish(open_task)

    async def _publish(self, open_task: OpenTask) -> None:
        await publish_task(self._context, self._job, self._recipe, open_task, patient=True)
        self._on_bus.add(open_task.task.id)

    async def _room(self, wanted: int) -> None:
        """Wait until `wanted` more tasks fit under the bound of open tasks and the job is still ours."""
        bound = max(self._context.settings.open_tasks, wanted)
        job = self._job["_id"]
        while len(self._on_bus) + wanted > bound:
            move = self._context.board.move(job)  # before the look, so that no move is missed
            self._on_bus &= await open_task_ids(self._store, job)
            if await job_attempt(self._store, job) != self._job["attempt"]:
                raise PlanMovedError(job)
            if len(self._on_bus) + wanted > bound:
                await self._give_way()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_SILENCE_SECONDS):
                        await move.wait()

    async def _give_way(self) -> None:
        """Stop here for a job of higher priority; what is on the bus goes on, the reconciler asks for the rest."""
        if other := await outranking_job(self._store, self._job):
            raise _OutrankedError(other)

    async def _write(self, after: Cursor, tasks: list[Task], *, done: bool = False) -> None:
        await write_tasks(self._store, self._job, self._cursor, after, tasks, done=done)
        self._cursor = after
        self._job |= {"state": (JobState.RUNNING if done else JobState.PLANNING).value}
        failpoint("mid-plan")

    async def _announce(self) -> None:
        await self._context.bus.publish_snapshot(snapshot(await get_job(self._store, self._job["_id"])))
