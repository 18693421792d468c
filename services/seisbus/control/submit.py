"""Submission: a job text becomes a checked specification and then a job; or an estimate of one.

Everything that can be wrong with a job is said here, before anything is written. Planning is the indexer's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from libseis.isotime import iso
from libseis.steps import StepError, build

from ..archive import events as event_files
from ..archive.definition import archive_named
from ..archive.oddities import Oddities
from ..deadlines import BY_THE_WAY_SECONDS
from ..errors import UnavailableError, UserError
from ..failpoints import failpoint
from ..model.ids import new_job_id
from ..model.job import JobFileError, JobSpec, parse_job
from ..model.outcome import JobState
from ..model.task import DAY_NS
from ..store.documents import Document
from ..store.jobs import insert_job
from .context import Context
from .estimate import estimate
from .misfit_needs import misfit_notes
from .needs import check_depths, check_reference, step_notes
from .selection import check_selection

_log = logging.getLogger(__name__)

# A MongoDB document holds 16 MB, and the specification is read with every plan message.
LARGEST_SPEC_BYTES: Final = 4_000_000
LARGEST_EVENT_LIST: Final = 20_000
LARGEST_WINDOW_LIST: Final = 20_000
LONGEST_WINDOW_NS: Final = 31 * DAY_NS  # one window is one object in memory: a month at 100 Hz is 2 GB as float64
LONGEST_TILING_NS: Final = 100 * 366 * DAY_NS


class JobSizeError(UserError):
    """A job beyond what one job may be; `field` names the part, `found` and `most` are its size and the limit."""

    def __init__(self, field: str, found: str, most: str) -> None:
        super().__init__(f"Job file: {field} is {found}, at most {most} fit one job; split it into several jobs.")
        self.field = field
        self.found = found
        self.most = most


async def checked_spec(context: Context, text: str) -> tuple[JobSpec, list[str]]:
    """The specification of a YAML or JSON text with its events inline, and what may fail for some windows or was left
    out of the event file; UserError in one sentence when it cannot be run.

    UnknownArchiveError names the archives there are.
    """
    if len(text.encode()) > LARGEST_SPEC_BYTES:
        raise JobSizeError("the text", f"{len(text.encode()):,} bytes", f"{LARGEST_SPEC_BYTES:,}")
    spec = parse_job(text)
    await asyncio.to_thread(check_quakeml, spec)
    odd = Oddities("The event file")
    spec = await asyncio.to_thread(with_inline_events, spec, odd)
    if not spec.on_stored:
        archive_named(context.archives, spec.archive)
    check_size(spec)
    check_steps(spec)
    check_misfit(context, spec)
    if spec.kind == "purge":
        raise JobFileError("Job file: kind purge is not submitted; use `seisbus purge`, which needs an operator.")
    check_depths(spec)
    check_reference(spec)
    await check_selection(context, spec)
    notes = [*await step_notes(context, spec), *await misfit_notes(context, spec)]
    return spec, [odd.note] * bool(odd) + notes


async def submit(context: Context, text: str, request_id: str) -> Document:
    """The job of a text, written and announced; a repeat of `request_id` gives the job of the first call.

    A misfit job with an archive becomes two: one that stores the observed waveforms, and one that waits for it.
    """
    spec, notes = await checked_spec(context, text)
    await check_windows(context, spec)
    if spec.misfit is not None and spec.window_job is not None:
        first = await start(context, spec.window_job, request_id and f"{request_id}/observed", notes)
        return await start(context, spec.measuring(first["_id"]), request_id, notes)
    return await start(context, spec, request_id, notes)


async def check_windows(context: Context, spec: JobSpec) -> None:
    """JobSizeError when the job asks for more windows than this deployment allows one job."""
    if context.job_windows and spec.windows is not None:
        found = await estimate(context, spec)
        if found.windows > context.job_windows:
            raise JobSizeError("the number of windows", f"{found.windows:,}", f"{context.job_windows:,}")


async def start(context: Context, spec: JobSpec, request_id: str, notes: Sequence[str] = ()) -> Document:
    """Write a job with its first notes and announce it to the indexers."""
    job = await insert_job(context.store, new_job_id(), spec, request_id, notes)
    failpoint("submitted-before-publish")
    if not JobState(job["state"]).closed:
        await announce(context, job)
    return job


async def announce(context: Context, job: Document) -> None:
    """Tell the indexers that a job has work for them; when the bus is away, the reconciler tells them later."""
    try:
        async with asyncio.timeout(BY_THE_WAY_SECONDS):
            await context.bus.publish_plan(job["_id"], job["attempt"])
    except (UnavailableError, TimeoutError) as error:
        _log.warning("job %s is stored but not announced yet: %s", job["_id"], error or "NATS does not answer in time")


def with_inline_events(spec: JobSpec, odd: Oddities | None = None) -> JobSpec:
    """The job with the events of a QuakeML or CSV text as a list; EventInputError when the text cannot be read.

    Entries of it that are no event go to `odd`.
    """
    events = spec.windows.events if spec.windows else None
    if events is None or (events.quakeml is None and events.csv is None):
        return spec
    found = (
        event_files.from_quakeml(events.quakeml.encode(), odd)
        if events.quakeml is not None
        else event_files.from_csv((events.csv or "").encode(), odd)
    )
    if not found:
        raise JobFileError("Job file: windows.events: the file holds no event; expected at least one.")
    content = spec.model_dump(mode="json", exclude_none=True)
    window = content["windows"]["events"]
    window.pop("quakeml", None)
    window.pop("csv", None)
    window["list"] = [
        {
            "id": event.id,
            "time": iso(event.time_ns),
            "lat": event.lat,
            "lon": event.lon,
            "depth_km": event.depth_km or 0.0,
            "mag": event.mag,
            "mag_type": event.mag_type or "",
            "quakeml": event.quakeml,
        }
        for event in found
    ]
    return parse_job(content)


def check_quakeml(spec: JobSpec) -> None:
    """JobFileError when the QuakeML of an event of a list is not of one event."""
    for number, event in enumerate((spec.windows.events.list if spec.windows and spec.windows.events else None) or ()):
        if event.quakeml and len(event_files.from_quakeml(event.quakeml.encode())) != 1:
            raise JobFileError(
                f"Job file: windows.events.list[{number}].quakeml: expected a document of this event alone."
            )


def check_misfit(context: Context, spec: JobSpec) -> None:
    """JobFileError when the settings of a measurement make no sense."""
    if spec.misfit is None:
        return
    from libseis.misfit import Config, ConfigError
    from libseis.misfit.comparable import specfem_units, stated_unit

    if spec.misfit.synthetics.archive:
        archive_named(context.archives, spec.misfit.synthetics.archive)
    try:
        config = Config.from_mapping(spec.misfit.config)
    except ConfigError as error:
        raise JobFileError(f"Job file: misfit.config: {error.message}") from None
    wanted, named = stated_unit(config).si, specfem_units(spec.misfit.synthetics.files)
    if spec.misfit.synthetics.format == "specfem" and config.remove_response and named not in ("", wanted):
        raise JobFileError(
            f"Job file: misfit.synthetics.files: by their names they are in {named}, but misfit.config.unit_output "
            f"{config.unit_output} makes {wanted} of the observed; name others, or set another unit_output."
        )


def check_steps(spec: JobSpec) -> None:
    """JobFileError when a processing step is unknown or has wrong parameters."""
    try:
        build(spec.steps)
    except StepError as error:
        raise JobFileError(f"Job file: steps: {' '.join(error.problems)}") from None


def check_size(spec: JobSpec) -> None:
    """JobSizeError when one job cannot hold this much."""
    windows = spec.windows
    if windows is None:
        return
    longest = 0
    if windows.absolute is not None:
        if len(windows.absolute) > LARGEST_WINDOW_LIST:
            raise JobSizeError("windows.absolute", f"{len(windows.absolute):,} windows", f"{LARGEST_WINDOW_LIST:,}")
        longest = max(span.end - span.start for span in windows.absolute)
    if windows.events is not None:
        if windows.events.list is not None and len(windows.events.list) > LARGEST_EVENT_LIST:
            raise JobSizeError("windows.events.list", f"{len(windows.events.list):,} events", f"{LARGEST_EVENT_LIST:,}")
        if windows.events.end is not None:
            longest = windows.events.end - windows.events.start
    if windows.tile is not None:
        span = windows.tile.end - windows.tile.start
        if span > LONGEST_TILING_NS:
            raise JobSizeError("windows.tile", f"{span // DAY_NS:,} days", f"{LONGEST_TILING_NS // DAY_NS:,}")
        if (windows.tile.step or windows.tile.length) < 1_000_000_000:
            raise JobFileError("Job file: windows.tile.step is under a second, expected at least 1s.")
        longest = windows.tile.length
    if longest > LONGEST_WINDOW_NS:
        raise JobSizeError(
            "windows: the longest window", f"{longest / DAY_NS:.1f} days", f"{LONGEST_WINDOW_NS // DAY_NS} days"
        )
