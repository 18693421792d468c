"""The picks that a plan is made from: out of the job's text, or out of the archive's own phase files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from libseis.isotime import utc

from ..app import IndexerContext
from ..app.picks import given_picks
from ..archive.catalog import CatalogRow
from ..archive.definition import ArchiveDefinition
from ..archive.oddities import ArchiveFormatError, Oddities
from ..archive.picks import PhaseEvent, from_hypoinverse, from_stp
from ..errors import UserError
from ..model.archivejob import ArchiveJob
from ..model.marks import StationPick
from ..model.windows import CatalogQuery
from ..planning.pick_aims import counting
from ..store.collections import SOURCE
from ..store.index import events, upsert
from .documents import event_document

# The job's document holds its picks: about 110 bytes each, and a document has at most 16 MB.
MAX_PICKS: Final = 60_000
# Phase files of single events are small, so many are read at once.
_AT_ONCE: Final = 16
_EVER_NS: Final = 2**62


async def resolve_picks(
    context: IndexerContext, archive: ArchiveDefinition, spec: ArchiveJob
) -> tuple[list[StationPick], list[str]]:
    """The picks that a job asks for, in order of time, and sentences on what is odd in their files.

    Raises
    ------
    UserError
        There are no picks or too many, or the archive has no phase files.
    """
    wanted = spec.windows.picks
    assert wanted is not None
    odd = Oddities("The pick file")
    notes: list[str] = []
    found = await asyncio.to_thread(given_picks, spec, odd)
    if found is None:
        assert wanted.catalog is not None
        if archive.month_phase_key is not None:
            of_events = await _of_months(context, archive, wanted.catalog, odd, notes)
        elif archive.phase_key is not None:
            of_events = await _of_events(context, archive, wanted.catalog, odd, notes)
        else:
            raise UserError(f"Archive {archive.name} keeps no phase files; give the picks as a file of QuakeML or CSV.")
        found = counting((pick for event in of_events for pick in event.picks), wanted)
    if not found:
        raise UserError("The job's picks are none: no pick of its source fits phases, min_score and the query.")
    if len(found) > MAX_PICKS:
        raise UserError(f"The job has {len(found):,} picks; at most {MAX_PICKS:,} fit one job, split it.")
    return found, [*notes, *([odd.note] if odd else [])]


async def _of_events(
    context: IndexerContext, archive: ArchiveDefinition, query: CatalogQuery, odd: Oddities, notes: list[str]
) -> list[PhaseEvent]:
    """Picks of the fitting events of the archive's catalog, which has a phase file for each event."""
    keys, without = [], 0
    async for event in events(
        context.store,
        archive.name,
        -_EVER_NS if query.start is None else query.start,
        _EVER_NS if query.end is None else query.end,
        above_magnitude=query.above_magnitude,
        max_magnitude=query.max_magnitude,
        ids=query.ids,
    ):
        if event["phase_key"]:
            keys.append(event["phase_key"])
        else:
            without += 1
    if without:
        notes.append(f"The catalog of {archive.name} names no phase file for {without:,} of the events.")
    found: list[PhaseEvent] = []
    missing: list[str] = []
    for at in range(0, len(keys), _AT_ONCE):
        some = keys[at : at + _AT_ONCE]
        for key, read in zip(some, await asyncio.gather(*(context.objects.get(archive, k) for k in some)), strict=True):
            if read is None:
                missing.append(key)
                continue
            try:
                if (one := from_stp(read.data, key, odd)) is not None:
                    found.append(one)
            except ArchiveFormatError as error:
                odd.leave_out(error.message.rstrip("."))
    if missing:
        notes.append(f"The archive has no object {missing[0]}, and so of {len(missing):,} phase files that it names.")
    return found


async def _of_months(
    context: IndexerContext, archive: ArchiveDefinition, query: CatalogQuery, odd: Oddities, notes: list[str]
) -> list[PhaseEvent]:
    """Picks of the fitting events in monthly phase files. The events themselves are kept too, because such an archive
    has no other catalog."""
    if query.start is None or query.end is None:
        raise UserError(f"Archive {archive.name} keeps its phases by month: windows.picks.catalog needs start and end.")
    found: list[PhaseEvent] = []
    for year, month in _months(query.start, query.end):
        key = archive.phases_of_month(year, month)
        assert key is not None
        read = await context.objects.get(archive, key)
        if read is None:
            notes.append(f"The archive has no object {key}.")
            continue
        try:
            of_month = await asyncio.to_thread(from_hypoinverse, read.data, key, odd)
        except ArchiveFormatError as error:
            odd.leave_out(error.message.rstrip("."))
            continue
        found += [event for event in of_month if _fits(event, query)]
    await upsert(context.store, SOURCE, (event_document(archive, _row(event)) for event in found))
    return found


def _months(start_ns: int, end_ns: int) -> Iterable[tuple[int, int]]:
    first, last = utc(start_ns), utc(max(start_ns, end_ns - 1))
    at = datetime(first.year, first.month, 1, tzinfo=UTC)
    while at <= last:
        yield at.year, at.month
        at = datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)


def _fits(event: PhaseEvent, query: CatalogQuery) -> bool:
    if not (query.start or -_EVER_NS) <= event.time_ns < (query.end or _EVER_NS):
        return False
    if query.ids and event.id not in query.ids:
        return False
    if query.above_magnitude is not None and (event.mag is None or event.mag <= query.above_magnitude):
        return False
    return query.max_magnitude is None or (event.mag is not None and event.mag <= query.max_magnitude)


def _row(event: PhaseEvent) -> CatalogRow:
    """The event as a row of a catalog."""
    return CatalogRow(
        evid=event.id, time_ns=event.time_ns, lat=event.lat, lon=event.lon, depth_km=event.depth_km, mag=event.mag,
        mag_type=None, event_type=None, geographic_type=None, quality=None, phases=len(event.picks), waveforms=None,
        prefix=None, ms_filename=None, phase_filename=None,
    )  # fmt: skip
