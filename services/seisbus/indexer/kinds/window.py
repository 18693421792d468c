"""Window jobs: tasks of day files or event files, sent to the fetchers of the archive."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from libseis.codes import Channel
from libseis.steps import build

from ...app.aiming import Places, aims_of, left_out_note
from ...app.picks import pick_rows, picks_of_rows
from ...archive.definition import DayCut
from ...bus.codec import encode_fetch, encode_outcomes
from ...bus.tags import Tag
from ...bus.topology import fetch_subject, subject_of
from ...model.archivejob import ArchiveJob
from ...model.handovers import FetchOrder, LogLine, OutcomeBatch, Severity, WindowOutcome
from ...model.kinds.window import STORE
from ...model.marks import StationPick, Unplaced
from ...model.task import Part, Task, Window
from ...planning.corners import corner_notes
from ...planning.geography import Station
from ...planning.pick_aims import DayPicks
from ...planning.plan import plan_day, plan_event, touched_days
from ...planning.windows import Origin
from ...store.documents import JobChange, JobDocument, OriginRow
from ...store.index import described_stations, event_by_id
from ...store.rows import kept_rows, rows_of
from ...store.tasks import Cursor, OpenTask
from ..kind import CHUNK, Chunk, IndexerKind, Planning, Tasks, archive_of
from ..pads import Pads
from ..pick_inputs import resolve_picks
from ..plan_inputs import DayFilesCache, keep_sources, resolve_events, thinned_stations
from ..reuse import Reuse, settle_existing


class WindowPlanner(IndexerKind[ArchiveJob]):
    """Jobs on windows of an archive's data."""

    bundled = True
    empty = (
        "The selection matches nothing: no channel of the archive fits net, sta, loc and chan on the days of the "
        "windows; widen the selection or the days."
    )

    async def freeze(self, planning: Planning[ArchiveJob]) -> JobChange:
        """Keep the events, so that a later sync of the catalog cannot change the plan."""
        if "origins" in planning.job:
            return {}
        spec = planning.spec
        archive = archive_of(planning)
        origins = await resolve_events(planning.context, spec)
        await keep_sources(planning.context, planning.job)
        placed = aims_of(spec, []).by_place
        fields: JobChange = {"origins": kept_rows([_row(origin, placed=placed) for origin in origins])}
        picks: list[StationPick] = []
        if spec.windows.picks is not None:
            picks, notes = await resolve_picks(planning.context, archive, spec)
            await planning.note(notes)
            fields["picks"] = pick_rows(picks)
        if spec.select.spacing is not None:
            stations, notes = await thinned_stations(
                planning.context, archive, spec, aims_of(spec, origins, None, picks)
            )
            await planning.note(notes)
            fields["stations"] = stations
        return fields

    def tasks(self, planning: Planning[ArchiveJob], cursor: Cursor) -> Tasks:
        """One shard per home day, or one task per event file."""
        event_files = planning.spec.inputs == "event_files"
        return _event_file_tasks(planning, cursor) if event_files else _day_file_tasks(planning, cursor)

    async def send(self, planning: Planning[ArchiveJob], open_task: OpenTask, *, patient: bool = False) -> None:
        """Send the task to the fetchers; parts that are done already are sent without windows."""
        task, attempt, recipe = open_task.task, int(planning.job["attempt"]), planning.spec.recipe()
        if task.unplaced:
            await _send_unplaced(planning, open_task, patient=patient)
            return
        done = open_task.done
        if task.existing and len(done := await settle_existing(planning, open_task)) == len(task.parts):
            return
        parts = tuple(Part(p.first, 0) if number in done else p for number, p in enumerate(task.parts))
        if task.pad_before_ns is not None and task.pad_after_ns is not None:
            recipe = replace(recipe, pad_before_ns=task.pad_before_ns, pad_after_ns=task.pad_after_ns)
        order = FetchOrder(replace(task, parts=parts), recipe, attempt, open_task.publication)
        await planning.context.bus.publish(
            fetch_subject(task.archive, task.job),
            encode_fetch(order),
            tag=Tag(task.job, task.id, attempt),
            message_id=f"{task.id}/fetch/{attempt}.{open_task.publication}",
            patient=patient,
        )


async def _day_file_tasks(planning: Planning[ArchiveJob], cursor: Cursor) -> Tasks:
    """Chunks of tasks, each with the cursor for what follows. Shards (home days) before the cursor are not planned
    again."""
    context, spec, archive = planning.context, planning.spec, archive_of(planning)
    picks = picks_of_rows(planning.job.get("picks", []))
    aims = await asyncio.to_thread(aims_of, spec, origins_of_job(planning.job), planning.job.get("stations"), picks)
    described = await described_stations(context.store, archive.name) if picks else set()
    pads = Pads(spec)
    cut_at_record = archive.day_cut is DayCut.RECORD
    files = DayFilesCache(context, archive, spec, stated_rates=pads.by_rate)
    places = Places(context.store, archive.name)
    days = aims.home_days()
    rates: dict[Channel, float | None] = {}
    lost: set[Station] = set()
    reuse = await Reuse.of(planning)
    for shard in range(cursor.shard, len(days)):
        windows = aims.reach(days[shard])
        if not windows:
            continue
        # If days are cut at the record, data of a day can be in the file of the next day.
        await files.load_padded(windows, pads, margin_days=int(cut_at_record))
        await planning.note(files.notes)
        files.notes.clear()
        touched = touched_days(min(w.start_ns for w in windows), max(w.end_ns for w in windows))
        for day in touched if spec.steps else ():
            for channel, file in files(day).items():
                known = [rate for rate in (rates.get(channel), file.sampling_rate) if rate]
                rates[channel] = min(known, default=None)
        aimed = None
        if aims.by_channel:
            channels = {channel for day in touched for channel in files(day)}
            if aims.by_place:
                await places.load(channels)
            await asyncio.to_thread(aims.warm, days[shard])
            aimed = aims.of_day(days[shard], channels, places.epochs)
        tasks = plan_day(
            planning.id,
            archive.name,
            shard,
            days[shard],
            windows,
            files,
            cut_at_record=cut_at_record,
            pads=pads,
            aimed=aimed,
            components=spec.recipe().components,
            left=partial(aimed.left, described=described) if isinstance(aimed, DayPicks) else None,
        )
        offset = cursor.offset if shard == cursor.shard else 0
        rest = itertools.islice(tasks, offset, None)
        following: list[Task] = []
        while some := following + await _next(rest, CHUNK + 1 - len(following), aside=aimed is not None):
            chunk, following = some[:CHUNK], some[CHUNK:]
            offset += len(chunk)
            last = not following and shard == len(days) - 1
            yield Chunk(Cursor(shard, offset), await reuse.mark(chunk), last)
        lost |= aimed.without_place if aimed is not None else set()
    await planning.note(left_out_note(lost))
    # the check at submission could not look at days that only this plan has read
    await planning.note(corner_notes(build(spec.steps), rates, refuse=False) if spec.steps else ())


async def _next(tasks: Iterator[Task], most: int, *, aside: bool) -> list[Task]:
    """The next tasks. `aside`: in a thread, because windows of many events and stations take a while."""
    if aside:
        return await asyncio.to_thread(lambda: list(itertools.islice(tasks, most)))
    return list(itertools.islice(tasks, most))


def _row(origin: Origin, *, placed: bool) -> OriginRow:
    """An origin as the job's document keeps it, with its place only if the plan needs it."""
    if not placed:
        return origin.time_ns, origin.event
    return origin.time_ns, origin.event, origin.lat, origin.lon, origin.depth_km


def origins_of_job(job: JobDocument) -> list[Origin]:
    """The origins that were settled before the job's first day was planned."""
    return [Origin(*row) for row in rows_of(job["origins"])]


async def _send_unplaced(planning: Planning[ArchiveJob], open_task: OpenTask, *, patient: bool) -> None:
    """Send the outcomes of windows that could not be placed to the writers; no other service sees these windows."""
    task, attempt = open_task.task, int(planning.job["attempt"])
    for number, part in enumerate(task.parts):
        if number in open_task.done:
            continue
        run = slice(part.first, part.first + part.count)
        outcomes = tuple(
            _unplaced_outcome(window, why) for window, why in zip(task.windows[run], task.unplaced[run], strict=True)
        )
        batch = OutcomeBatch(task.job, task.id, attempt, number, len(task.parts), planning.spec.recipe(), outcomes)
        await planning.context.bus.publish(
            subject_of(STORE, task.job),
            encode_outcomes(batch),
            tag=Tag(task.job, task.id, attempt, number),
            message_id=f"{task.id}/write/{number}/{attempt}.{open_task.publication}",
            patient=patient,
        )


def _unplaced_outcome(window: Window, why: Unplaced) -> WindowOutcome:
    line = LogLine("planner", f"{why.reason}: {why.detail}", Severity.INVALID)
    return WindowOutcome(window, why.fate, why.reason, why.detail, log=(line,))


async def _event_file_tasks(planning: Planning[ArchiveJob], cursor: Cursor) -> Tasks:
    """One provisional task per event of the catalog."""
    spec, archive = planning.spec, archive_of(planning)
    after = spec.windows.events
    origins = rows_of(planning.job["origins"])
    chosen = spec.select
    wanted = Channel(chosen.net, chosen.sta, chosen.loc, chosen.chan)
    for start in range(cursor.offset, len(origins), CHUNK):
        chunk = []
        for number in range(start, min(start + CHUNK, len(origins))):
            time_ns, event, *_ = origins[number]
            document = await event_by_id(planning.store, archive.name, event)
            key = str(document["waveform_key"]) if document else ""
            span = None if after is None or after.end is None else (time_ns + after.start, time_ns + after.end)
            chunk.append(plan_event(planning.id, archive.name, number, event, time_ns, key, span, wanted))
        yield Chunk(Cursor(0, start + len(chunk)), chunk)


KIND: Final = WindowPlanner()
