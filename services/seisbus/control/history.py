"""How data were made: a document that is written with each job, and the history of a stored waveform with a job that
makes it again."""

from __future__ import annotations

import asyncio
import json
import pickle
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from libseis.codes import Channel
from libseis.isotime import iso
from libseis.wire.headers import history_to_message
from seis.control.v1 import control_pb2 as pb

from ..app.events import event_of
from ..app.program import this_program
from ..deadlines import BY_THE_WAY_SECONDS
from ..errors import SeisbusError, StateError
from ..model.again import Made, again
from ..model.archivejob import ArchiveJob
from ..model.job import parse_job
from ..model.kind import Job
from ..model.task import Window
from ..store.document_json import document_json
from ..store.documents import GlobalHistory, JobDocument, SavedDocument, Source, StepInstance
from ..store.history import global_history, object_history, programs, stored_waveform, window_of
from ..store.jobs import get_job, spec_of
from ..store.rows import rows_of
from .context import CallContext


async def history_of_job(context: CallContext, job: str, spec: Job) -> GlobalHistory:
    """The document that is written with a job."""
    return {
        "_id": job,
        "job": job,
        "job_id": job,
        "job_name": spec.name,
        "time": time.time(),
        "job_file": spec.model_dump(mode="json"),
        "steps": _instances(spec),
        "control": this_program(),
        "services": await programs(context.store),
    }


def _instances(spec: Job) -> list[StepInstance]:
    if not isinstance(spec, ArchiveJob) or not spec.steps:
        return []
    from libseis.steps import build  # brings obspy, which only jobs with steps pay for

    steps = build(spec.steps)
    return [{"alg_name": step.name, "alg_id": step.id, "parameters": _plain(step.values)} for step in steps]


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(dict(values), default=str))
    return plain


async def history_of(context: CallContext, identity: str) -> pb.GetHistoryResponse:
    """How a stored waveform (given by its `_id` or the id of its window) was made.

    NotFoundError when there is no such waveform, StateError when its job or its entry in the ledger is gone.
    """
    waveform = await stored_waveform(context.store, identity)
    job = await get_job(context.store, waveform["job"])
    spec, window = spec_of(job), await window_of(context.store, waveform)
    if window is None or not isinstance(spec, ArchiveJob):
        raise StateError(f"Job {job['_id']} has no task of waveform {identity}; without it nobody knows its window.")
    of_event = window.event if spec.windows.events is not None else ""  # picks come with their events
    event, notes = await _event(context, job, of_event)
    made = Made(
        window=waveform["window"],
        channel=_channel(window, waveform),
        start_ns=window.start_ns,
        end_ns=window.end_ns,
        end_excluded=not window.inclusive_end,
        event_id=window.event,
        event=event,
        phase="" if window.arrival is None else window.arrival.phase,
        picks=window.picks,
        pad_ns=_pad(waveform),
    )
    if spec.steps and made.pad_ns is None:
        notes.append(
            "It was not noted how much data the steps had around the window; samples near its edges may differ."
        )
    content = again(spec, made)
    parse_job(content)  # check that the job file can be submitted
    objects = await _objects(context, waveform.get("provenance", {}).get("sources", ()))
    history = await global_history(context.store, job["_id"])
    notes += [told.problem for told in objects if told.problem]
    notes += _other_versions(history)
    response = pb.GetHistoryResponse(
        job_json=json.dumps(content),
        notes=notes,
        objects=objects,
        global_json="" if history is None else document_json(history),
        waveform=str(waveform["_id"]),
    )
    if (kept := await object_history(context.store, waveform)) is not None:
        response.history.CopyFrom(history_to_message(pickle.loads(kept["processing_history"])))
    return response


def _channel(window: Window, waveform: SavedDocument) -> Channel:
    """The channel of a window, or the three channels of a sensor that were taken."""
    chan = waveform["chan"]
    return window.channel if isinstance(chan, str) else replace(window.channel, chan=",".join(chan))


def _pad(waveform: SavedDocument) -> tuple[int, int] | None:
    if (pad := waveform.get("pad_ns")) is None:
        return None
    before, after = pad
    return before, after


async def _event(context: CallContext, job: JobDocument, event: str) -> tuple[dict[str, Any] | None, list[str]]:
    """The event of a window in the form of a job file, with the origin that was used for planning."""
    if not event:
        return None, []
    found = await event_of(context.store, {job["_id"]: str(job["spec"].get("archive", ""))}, event)
    if found is None:
        return None, [f"Nothing is known of event {event} any more; the window is a span of time without it."]
    frozen = next((row for row in rows_of(job.get("origins", [])) if row[1] == event), None)
    content, notes = found.job_keys(), []
    if frozen is not None:
        if frozen[0] != found.time_ns:
            notes.append(
                f"The catalog has another origin time of event {event} now, {iso(found.time_ns)}; the job's own is "
                f"taken, {iso(frozen[0])}."
            )
        content["time"] = iso(frozen[0])
        places = zip(("lat", "lon", "depth_km"), frozen[2:], strict=False)
        content |= {key: value for key, value in places if value is not None}
    return content, notes


async def _objects(context: CallContext, sources: Iterable[Source]) -> Sequence[pb.GetHistoryResponse.Object]:
    """The objects that were read, and the version of each in the archive now."""
    return await asyncio.gather(*(_object(context, source) for source in sources))


async def _object(context: CallContext, source: Source) -> pb.GetHistoryResponse.Object:
    told = pb.GetHistoryResponse.Object(archive=source["archive"], key=source["key"], etag=source["etag"])
    name = f"Object {source['key']} of archive {source['archive']}"
    archive = context.archives.get(source["archive"])
    if archive is None or context.objects is None:
        told.problem = f"{name} was not asked for: this deployment does not know the archive."
        return told
    try:
        async with asyncio.timeout(BY_THE_WAY_SECONDS):
            found = await context.objects.get(archive, source["key"], 0, 1)
    except (SeisbusError, TimeoutError) as error:
        told.problem = f"{name} was not seen ({str(error).rstrip('.') or 'no answer in time'}); it may have changed."
        return told
    if found is None:
        told.problem = f"{name} is gone."
        return told
    told.now = found.etag
    if told.now != told.etag:
        told.problem = f"{name} has changed: version {told.etag or 'unknown'} was read, {told.now} is there now."
    return told


def _other_versions(history: GlobalHistory | None) -> list[str]:
    """One sentence on packages whose versions differ from those of the job."""
    if history is None:
        return ["The job was made by an older version of Seisbus, which did not note versions of libraries."]
    now, then = this_program()["versions"], history["control"]["versions"]
    changed = sorted(name for name in then.keys() & now if now[name] != then[name])
    other = [f"{name} {then[name]} (now {now[name]})" for name in changed]
    return [f"The job was made with other versions of {', '.join(other)}."] if other else []
