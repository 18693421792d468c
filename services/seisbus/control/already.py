"""Counts, at submission, the windows of a job that earlier jobs have saved."""

from __future__ import annotations

import asyncio
import random

from libseis.codes import Channel, Sensor
from seis.control.v1 import control_pb2 as pb

from ..app.aiming import Places
from ..app.events import origins_of
from ..app.picks import given_picks
from ..archive.definition import ObjectUnit, archive_named
from ..model.archivejob import CutJob
from ..planning.aims import Aims
from ..store.earlier import Span, earlier_jobs, saved_by
from .context import CallContext
from .estimate import SAMPLED_DAYS, aimed_of, by_item, known_aims
from .known_days import files_of, spread
from .resource_names import JOBS

# So many windows are looked for, and the result is scaled. A thousand take about 0.1 s of the embedded database.
_LOOKED_FOR = 10_000
_JOBS_NAMED = 10


async def already(context: CallContext, spec: CutJob, but: str = "") -> pb.Already | None:
    """How much of a job earlier jobs, without the job `but`, have saved, from the days that the database knows. None if
    no job has the same recipe, or if only reading objects tells the windows."""
    if _opaque(context, spec):
        return None
    earlier = await earlier_jobs(context.store, spec.recipe_key, but)
    if not earlier:
        return None
    picks = await asyncio.to_thread(given_picks, spec)
    if picks is None and spec.windows.picks is not None:
        return None  # the archive's phase files are read when the job is planned
    aims = await known_aims(context, spec, await origins_of(context.store, spec), None, picks or ())
    days = aims.home_days()
    sampled = spread(days, SAMPLED_DAYS)
    places = Places(context.store, spec.archive)
    counts: list[int] = []
    kept: list[list[Span]] = []
    for day in sampled:
        windows = await _windows_of(context, spec, aims, day, places)
        counts.append(len(windows))
        kept.append(windows)
        if sum(counts) > _LOOKED_FOR:  # the same number from each day, so that all parts of the time count
            kept = [_some(of_day, _LOOKED_FOR // len(sampled)) for of_day in kept]
    planned, found = sum(counts), 0.0
    for count, of_day in zip(counts, kept, strict=True):
        if of_day:
            found += len(await saved_by(context.store, earlier, of_day)) * count / len(of_day)
    factor = len(days) / len(sampled) if sampled else 1.0
    told = pb.Already(
        windows=round(found * factor),
        planned=round(planned * factor),
        skipped=spec.skips,
        scaled=planned > _LOOKED_FOR or len(sampled) < len(days),
        jobs=[f"{JOBS}/{one.job}" for one in earlier[:_JOBS_NAMED]],
    )
    told.text = _sentence(told, spec)
    return told if told.windows else None


async def _windows_of(context: CallContext, spec: CutJob, aims: Aims, day: int, places: Places) -> list[Span]:
    """The windows of a home day, for the channels or sensors with files on that day."""
    documents = await files_of(context, spec, day)
    aimed = await aimed_of(aims, day, documents, places) if aims.by_channel else None
    reach = aims.reach(day)
    windows: list[Span] = []
    for of_item in by_item(documents, spec.recipe().components):
        channel = Channel.of_document(of_item[0])
        mine = reach if aimed is None else aimed(channel)
        item = str(Sensor.of(channel).channel if spec.recipe().components > 1 else channel)
        windows += [(item, w.start_ns, w.end_ns, w.event) for w in mine if w.unplaced is None]
    return windows


def _some(windows: list[Span], most: int) -> list[Span]:
    """At most so many of the windows, chosen at random, because a regular choice might always take the same hour."""
    return windows if len(windows) <= most else random.Random(0).sample(windows, most)


async def existing_notes(context: CallContext, spec: CutJob) -> list[str]:
    """Why windows that earlier jobs saved under the same data_tag are made again although they could be skipped."""
    what = _opaque(context, spec)
    if not what or spec.existing != "skip" or not spec.output.data_tag:
        return []
    earlier = await earlier_jobs(context.store, spec.recipe_key)
    if not earlier:
        return []
    return [
        f"Job {earlier[0].job} has saved windows with the same recipe and the same data_tag, but existing: skip is not "
        f"for {what}: which windows one holds is known only when it is read, so they are made again."
    ]


def _opaque(context: CallContext, spec: CutJob) -> str:
    """A name for objects whose windows cannot be planned; "" if the job does not have such objects."""
    if spec.inputs == "event_files":
        return "event files"
    station = archive_named(context.archives, spec.archive).object_unit is ObjectUnit.STATION
    return "objects that hold all channels of a station" if station else ""


def _sentence(told: pb.Already, spec: CutJob) -> str:
    names = [name.removeprefix(f"{JOBS}/") for name in told.jobs]
    jobs = f"job {names[0]}" if len(names) == 1 else f"{len(names)} jobs, the last of them {names[0]},"
    about = "about " if told.scaled else ""
    if told.skipped:
        what = "they are not made again (existing: skip)"
    elif spec.output.data_tag:
        what = "they are made again (existing: again)"
    else:
        what = "they are made again, since the job has no data_tag"
    return (
        f"already: {about}{told.windows:,} of {told.planned:,} windows were saved by {jobs} with the same recipe and "
        f"{'the same data_tag' if spec.output.data_tag else 'no data_tag'}; {what}."
    )
