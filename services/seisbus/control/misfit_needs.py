"""Checks what a misfit job needs: station metadata, responses, depths of sources, synthetics.

This is said before anything starts. A job that can never work is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from libseis.codes import Channel, ChannelFilter
from libseis.isotime import iso
from libseis.misfit import Config

from ..app.events import origins_of
from ..archive.definition import archive_named
from ..deadlines import BY_THE_WAY_SECONDS
from ..errors import JobFileError, SeisbusError
from ..model.archivejob import ArchiveJob, CutJob
from ..model.kind import Job, OfArchive
from ..model.kinds.misfit import FetchedMisfitJob, Measuring, MisfitJob
from ..model.outcome import JobState
from ..planning.corners import some
from ..store.datasets import selected
from ..store.index import described_stations, event_by_id
from ..store.jobs import spec_of, standing_job
from ..store.queries import each_waveform
from .context import CallContext
from .step_needs import known_rates, response_notes

# So many stored waveforms are looked at; so many files are looked for; and so many objects, each by a request.
_WAVEFORMS: Final = 20_000
_FILES: Final = 5_000
_OBJECTS: Final = 12


@dataclass(slots=True)
class _Observed:
    """What will be compared: channels by archive, their stations by event, and the jobs with the events."""

    channels: dict[str, set[Channel]] = field(default_factory=dict)
    stations: set[tuple[str, str, str]] = field(default_factory=set)  # event, net, sta
    sources: dict[str, Job] = field(default_factory=dict)


async def misfit_notes(context: CallContext, spec: MisfitJob | FetchedMisfitJob) -> list[str]:
    """Sentences on what some stations and events of a misfit job lack; JobFileError if none can be measured."""
    config = Config.from_stored(spec.misfit.config)
    found = await (_stored(context, spec) if isinstance(spec, MisfitJob) else _wanted(context, spec))
    notes = [] if config.synthetics_only else await _station_notes(context, config, found)
    return [*notes, *await _depth_notes(context, found), *await _synthetic_notes(context, spec.misfit, config, found)]


async def _wanted(context: CallContext, spec: FetchedMisfitJob) -> _Observed:
    found = _Observed()
    await _of_windows(context, spec, spec.select.filter, "", found)
    return found


async def _stored(context: CallContext, spec: MisfitJob) -> _Observed:
    found = _Observed()
    if job := spec.misfit.observed.job:
        source = await standing_job(context.store, job)
        if not JobState(source["state"]).closed:  # it will store what it plans
            await _of_windows(context, spec_of(source), spec.select.filter, job, found)
            return found
    async for document in each_waveform(context.store, selected(spec), _WAVEFORMS):
        job, channel = str(document["job"]), Channel.of_document(document)
        if job not in found.sources:
            found.sources[job] = spec_of(await standing_job(context.store, job))
        source_spec = found.sources[job]
        archive = source_spec.archive if isinstance(source_spec, OfArchive) else ""
        found.channels.setdefault(archive, set()).add(channel)
        found.stations.add((str(document.get("event") or ""), channel.net, channel.sta))
    return found


async def _of_windows(context: CallContext, windows: Job, select: ChannelFilter, job: str, found: _Observed) -> None:
    """What a window job will store that has not run yet, as far as its days are known."""
    found.sources[job] = windows
    if not isinstance(windows, CutJob):
        return
    channels = {c for c in await known_rates(context, windows) if select.matches(c)}
    found.channels[windows.archive] = channels
    events = [origin.event for origin in await origins_of(context.store, windows)]
    found.stations |= {(event, c.net, c.sta) for event in events[: max(1, _FILES // max(1, len(channels)))]
                       for c in channels}  # fmt: skip


async def _station_notes(context: CallContext, config: Config, found: _Observed) -> list[str]:
    notes: list[str] = []
    for archive, channels in found.channels.items():
        if not archive:
            continue
        if config.remove_response:
            notes += await response_notes(
                context, archive, channels, "misfit.config.remove_response", "cannot be done, and they are not measured"
            )
            continue
        described = await described_stations(context.store, archive)
        without = sorted({(c.net, c.sta) for c in channels} - described)
        if without:
            names = some(f"{net}.{sta}" for net, sta in without)
            effect = (
                "are not rotated to R and T" if config.rotate_to_rtz else "are measured without distance and phases"
            )
            notes.append(f"The archive {archive} has no station metadata of {names}: they {effect}.")
    return notes


async def _depth_notes(context: CallContext, found: _Observed) -> list[str]:
    """Notes on sources without a depth, and at 0 km, which often stands for a depth that was not given."""
    unknown: set[str] = set()
    surface: set[str] = set()
    known = 0
    for spec in found.sources.values():
        if not isinstance(spec, ArchiveJob):
            continue
        events = spec.windows.events
        for event in (events.list if events else None) or ():
            known += 1
            if not event.depth_km:
                surface.add(event.id or f"the event of {iso(event.time)}")
        if events is not None and events.catalog is not None:
            for origin in await origins_of(context.store, spec):
                document = await event_by_id(context.store, spec.archive, origin.event)
                known += 1
                if document is not None and document.get("depth") is None:
                    unknown.add(origin.event)
    if unknown and len(unknown) == known:
        raise JobFileError(
            f"Job file: misfit: no event has a depth in the catalog ({some(sorted(unknown))}), and travel times need "
            "one; write the events with their depths under windows.events.list."
        )
    notes = []
    if unknown:
        notes.append(f"The catalog has no depth of {some(sorted(unknown))}: nothing of them can be measured.")
    if surface:
        notes.append(f"The depth of {some(sorted(surface))} is 0 km or was not given: travel times are those of 0 km.")
    return notes


async def _synthetic_notes(context: CallContext, misfit: Measuring, config: Config, found: _Observed) -> list[str]:
    wanted = misfit.synthetics
    components: Sequence[str] = [""] if wanted.format == "asdf" else config.component_list
    if {"R", "T"} & set(components):
        components = ["N", "E", "Z"]
    names = list(dict.fromkeys(
        wanted.name(event, net, sta, component)
        for event, net, sta in sorted(found.stations) if event for component in components
    ))  # fmt: skip
    if wanted.archive:
        return await _missing_objects(context, wanted.archive, names)
    if context.input_root is None or not names:
        return []
    looked = names[:_FILES]
    missing = await asyncio.to_thread(_missing_files, context.input_root, looked)
    if len(missing) == len(names):
        raise JobFileError(
            f"Job file: misfit.synthetics: none of the {len(names):,} files is in the input folder (the first is "
            f"{missing[0]}); put them there, or correct files."
        )
    if not missing:
        return []
    return [f"Of {len(looked):,} synthetics {len(missing):,} are not in the input folder: {some(missing)}."]


def _missing_files(root: Path, names: Sequence[str]) -> list[str]:
    return [name for name in names if not (root / name).is_file()]


async def _missing_objects(context: CallContext, archive: str, names: Sequence[str]) -> list[str]:
    """Ask for a few of the objects. If the archive does not answer in time, nothing is said; the job will wait for
    it."""
    if context.objects is None or not names:
        return []
    objects, definition = context.objects, archive_named(context.archives, archive)
    looked = names[:: max(1, -(-len(names) // _OBJECTS))]
    try:
        async with asyncio.timeout(BY_THE_WAY_SECONDS):
            read = await asyncio.gather(*(objects.get(definition, name, 0, 1) for name in looked))
    except (SeisbusError, TimeoutError):
        return []
    missing = [name for name, one in zip(looked, read, strict=True) if one is None]
    if not missing:
        return []
    return [
        f"Of {len(looked):,} synthetics that were looked for archive {archive} does not have {len(missing):,}: "
        f"{some(missing)}."
    ]
