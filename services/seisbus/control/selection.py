"""Checks whether a job can find anything at all, by a few reads of days that the database knows. The archive is not
asked."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from itertools import islice
from typing import Final

from libseis.codes import Channel
from libseis.isotime import DAY_NS, iso

from ..app.aiming import Places, aims_of
from ..app.events import origins_of
from ..app.picks import given_picks
from ..errors import UserError
from ..model.archivejob import ArchiveJob
from ..model.kind import StoredJob
from ..planning.aims import Aims
from ..planning.plan import touched_days
from ..planning.windows import windows_of_day
from ..store.datasets import selected
from ..store.index import day_files, day_is_known
from ..store.queries import each_waveform, has_events
from .context import CallContext

# So many days are read at submission, because a day of an archive is thousands of documents.
MOST_DAYS: Final = 3


class EmptySelectionError(UserError):
    """A job would not plan any window; `archive` is where it would look."""

    def __init__(self, archive: str, problem: str) -> None:
        super().__init__(f"The job would plan no window: {problem}")
        self.archive = archive


def day_name(day: int) -> str:
    """YYYY-MM-DD of a day counted from 1970."""
    return iso(day * DAY_NS)[:10]


async def check_selection(context: CallContext, spec: ArchiveJob) -> None:
    """EmptySelectionError when no event, no tile, or no channel of at most three known days matches the job."""
    origins = await origins_of(context.store, spec)
    catalog = spec.windows.events is not None and spec.windows.events.catalog is not None
    if catalog and not origins:
        if await has_events(context.store, spec.archive):
            raise EmptySelectionError(
                spec.archive, f"no event in the catalog of {spec.archive} matches; widen windows.events.catalog."
            )
        raise EmptySelectionError(
            spec.archive,
            f"no catalog of {spec.archive} has been read yet; run `seisbus index sync {spec.archive}` first.",
        )
    if spec.windows.events is not None and spec.windows.events.where is not None and not origins:
        raise EmptySelectionError(spec.archive, "no event fits windows.events.where; widen it.")
    if (picks := await asyncio.to_thread(given_picks, spec)) is None and spec.windows.picks is not None:
        return  # the planner reads the archive's phase files
    aims = await asyncio.to_thread(aims_of, spec, origins, None, picks or ())
    days = aims.home_days()
    if spec.windows.tile is not None and not _any(windows_of_day(spec, origins, days[0])):
        raise EmptySelectionError(spec.archive, "the tile's length is longer than its span; shorten it.")
    if spec.inputs == "day_files" and spec.expect == "index" and len(days) <= MOST_DAYS:
        await _check_channels(context, spec, aims)


async def check_stored(context: CallContext, spec: StoredJob) -> None:
    """UserError when no stored waveform fits a job."""
    async for _ in each_waveform(context.store, selected(spec), 1):
        return
    raise UserError(
        f"The {spec.kind} would hold nothing: no stored waveform fits its job, tag, event and select; "
        "`seisbus show JOB` says what a job stored."
    )


async def _check_channels(context: CallContext, spec: ArchiveJob, aims: Aims) -> None:
    # as in planning, a channel counts if it has a file on any day that its windows touch
    homes = {home: aims.reach(home) for home in aims.home_days()}
    windows = [window for found in homes.values() for window in found]
    days = sorted({day for w in windows for day in touched_days(w.start_ns, w.end_ns - (not w.inclusive_end))})
    if len(days) > MOST_DAYS:
        return
    for day in days:
        if await day_is_known(context.store, spec.archive, day_name(day)) is None:
            return
    channels: set[Channel] = set()
    for day in days:
        async for document in day_files(context.store, spec.archive, day_name(day), spec.select.filter):
            channels.add(Channel.of_document(document))
    wanted = spec.select
    if channels:
        if aims.by_channel and not await _any_aimed(context, spec, aims, homes, channels):
            raise EmptySelectionError(
                spec.archive,
                f"archive {spec.archive} has {len(channels):,} channels of these codes on "
                f"{' or '.join(map(day_name, days))}, and none of them lies where select wants it (within, distance, "
                "azimuth, back_azimuth); widen these.",
            )
        return
    raise EmptySelectionError(
        spec.archive,
        f"archive {spec.archive} has no channel that matches net {wanted.net}, sta {wanted.sta}, loc {wanted.loc}, "
        f"chan {wanted.chan} on {' or '.join(map(day_name, days))}; change select "
        f"(`seisbus index files {spec.archive} {day_name(days[0])}` shows what is there).",
    )


async def _any_aimed(
    context: CallContext, spec: ArchiveJob, aims: Aims, homes: Iterable[int], channels: Collection[Channel]
) -> bool:
    """Whether any channel has any window."""
    places = Places(context.store, spec.archive)
    if aims.by_place:
        await places.load(channels)
    for home in homes:
        await asyncio.to_thread(aims.warm, home)
        aimed = aims.of_day(home, channels, places.epochs)
        if any(aimed(channel) for channel in sorted(channels)):
            return True
    return False


def _any(items: Iterable[object]) -> bool:
    return bool(list(islice(items, 1)))
