"""Checks of jobs on windows of an archive's data, at submission."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from ..app.picks import given_picks
from ..archive.definition import archive_named
from ..archive.oddities import Oddities
from ..errors import JobFileError
from ..model.archivejob import ArchiveJob, CutJob
from .context import CallContext
from .estimate import estimate
from .place_needs import check_places, place_notes
from .selection import check_selection
from .step_metadata import check_metadata
from .step_needs import check_depths, step_notes
from .window_checks import JobSizeError, check_phase_names, check_quakeml, check_size, check_steps, with_inline_events

A = TypeVar("A", bound=ArchiveJob)
C = TypeVar("C", bound=CutJob)


async def checked_windows(context: CallContext, spec: A) -> tuple[A, list[str]]:
    """The job with its events inline, and sentences on what was left out of the event file."""
    await asyncio.to_thread(check_quakeml, spec)
    odd = Oddities("The event file")
    spec = await asyncio.to_thread(with_inline_events, spec, odd)
    archive_named(context.archives, spec.archive)
    check_size(spec)
    await asyncio.to_thread(check_phase_names, spec)
    check_steps(spec)
    check_depths(spec)
    check_metadata(spec)
    odd_picks = Oddities("The pick file")
    picks = await asyncio.to_thread(given_picks, spec, odd_picks)
    if picks is not None and not picks:
        raise JobFileError("Job file: windows.picks: no pick of the file fits phases and min_score; widen these.")
    return spec, [one.note for one in (odd, odd_picks) if one]


async def checked_cuts(context: CallContext, spec: C) -> tuple[C, list[str]]:
    """The same, with sentences on what its steps lack on some channels. The job is refused if nothing would be
    planned."""
    spec, notes = await checked_windows(context, spec)
    await check_places(context, spec)
    await check_selection(context, spec)
    return spec, notes + await place_notes(context, spec) + await step_notes(context, spec)


async def check_number(context: CallContext, spec: CutJob) -> None:
    """JobSizeError if the job asks for more windows than this deployment allows for one job."""
    if context.job_windows:
        found = await estimate(context, spec, read=False)
        if found.windows > context.job_windows:
            raise JobSizeError("the number of windows", f"{found.windows:,}", f"{context.job_windows:,}")
