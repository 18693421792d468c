"""Window jobs: tasks of day files or event files, sent to the fetchers of the archive."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Final

from libseis.codes import Channel
from libseis.steps import build

from ...archive.definition import DayCut
from ...bus.client import Tag
from ...bus.codec import encode_fetch
from ...bus.topology import fetch_subject
from ...model.archivejob import ArchiveJob
from ...model.handovers import FetchOrder
from ...model.task import Part
from ...planning.corners import corner_notes
from ...planning.plan import plan_day, plan_event, touched_days
from ...planning.windows import Origin, home_days, windows_of_day
from ...store.documents import JobChange
from ...store.index import event_by_id
from ...store.tasks import Cursor, OpenTask
from ..kind import CHUNK, IndexerKind, Planning, Tasks, archive_of
from ..pads import Pads
from ..plan_inputs import DayFilesCache, resolve_events


class WindowPlanner(IndexerKind[ArchiveJob]):
    """Jobs on windows of an archive's data."""

    empty = (
        "The selection matches nothing: no channel of the archive fits net, sta, loc and chan on the days of the "
        "windows; widen the selection or the days."
    )

    async def freeze(self, planning: Planning[ArchiveJob]) -> JobChange:
        """The events, so that nothing synced later can change the plan."""
        if "origins" in planning.job:
            return {}
        origins = await resolve_events(planning.context, planning.spec)
        return {"origins": [(origin.time_ns, origin.event) for origin in origins]}

    def tasks(self, planning: Planning[ArchiveJob], cursor: Cursor) -> Tasks:
        """A shard a home day, or a task an event file."""
        event_files = planning.spec.inputs == "event_files"
        return _event_file_tasks(planning, cursor) if event_files else _day_file_tasks(planning, cursor)

    async def send(self, planning: Planning[ArchiveJob], open_task: OpenTask, *, patient: bool = False) -> None:
        """To the fetchers; parts that are done already are sent without windows."""
        task, attempt, recipe = open_task.task, int(planning.job["attempt"]), planning.spec.recipe()
        parts = tuple(Part(p.first, 0) if number in open_task.done else p for number, p in enumerate(task.parts))
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
    """Chunks of tasks, each with the cursor behind it; shards (home days) before the cursor are left alone."""
    context, spec, archive = planning.context, planning.spec, archive_of(planning)
    origins = [Origin(time_ns, event) for time_ns, event in planning.job["origins"]]
    pads = Pads(spec)
    cut_at_record = archive.day_cut is DayCut.RECORD
    files = DayFilesCache(context, archive, spec, stated_rates=pads.by_rate)
    days = home_days(spec, origins)
    rates: dict[Channel, float | None] = {}
    for shard in range(cursor.shard, len(days)):
        windows = list(windows_of_day(spec, origins, days[shard]))
        if not windows:
            continue
        # Data of a day can stand in the neighbour's file where days are cut at the record.
        await files.load_padded(windows, pads, margin_days=int(cut_at_record))
        await planning.note(files.notes)
        files.notes.clear()
        touched = touched_days(min(w.start_ns for w in windows), max(w.end_ns for w in windows))
        for day in touched if spec.steps else ():
            for channel, file in files(day).items():
                known = [rate for rate in (rates.get(channel), file.sampling_rate) if rate]
                rates[channel] = min(known, default=None)
        tasks = plan_day(
            planning.id,
            archive.name,
            shard,
            days[shard],
            windows,
            files,
            cut_at_record=cut_at_record,
            pads=pads,
        )
        offset = cursor.offset if shard == cursor.shard else 0
        rest = itertools.islice(tasks, offset, None)
        while chunk := list(itertools.islice(rest, CHUNK)):
            offset += len(chunk)
            yield Cursor(shard, offset), chunk
    # days that were read for this plan could not be judged at submission
    await planning.note(corner_notes(build(spec.steps), rates, refuse=False) if spec.steps else ())


async def _event_file_tasks(planning: Planning[ArchiveJob], cursor: Cursor) -> Tasks:
    """One provisional task an event of the catalog."""
    spec, archive = planning.spec, archive_of(planning)
    after = spec.windows.events
    origins = planning.job["origins"]
    chosen = spec.select
    wanted = Channel(chosen.net, chosen.sta, chosen.loc, chosen.chan)
    for start in range(cursor.offset, len(origins), CHUNK):
        chunk = []
        for number in range(start, min(start + CHUNK, len(origins))):
            time_ns, event = origins[number]
            document = await event_by_id(planning.store, archive.name, event)
            key = str(document["waveform_key"]) if document else ""
            span = None if after is None or after.end is None else (time_ns + after.start, time_ns + after.end)
            chunk.append(plan_event(planning.id, archive.name, number, event, time_ns, key, span, wanted))
        yield Cursor(0, start + len(chunk)), chunk


KIND: Final = WindowPlanner()
