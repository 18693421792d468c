"""Checks, at submission, the station metadata for jobs that depend on the places of stations."""

from __future__ import annotations

from ..errors import JobFileError
from ..model.archivejob import ArchiveJob
from ..planning.corners import some
from ..store.index import described_stations, has_stations
from .context import CallContext
from .step_needs import known_rates

_BY_PLACE = ("within", "distance", "azimuth", "back_azimuth", "spacing")


def needs_places(spec: ArchiveJob) -> str:
    """The key of a job that needs the places of stations; "" if there is none."""
    if spec.windows.events is not None and spec.windows.events.phase:
        return "windows.events.phase"
    return next((f"select.{name}" for name in _BY_PLACE if getattr(spec.select, name) is not None), "")


async def check_places(context: CallContext, spec: ArchiveJob) -> None:
    """JobFileError if a job needs the places of stations, and no station metadata of its archive are known."""
    if (what := needs_places(spec)) and not await has_stations(context.store, spec.archive):
        raise JobFileError(
            f"Job file: {what} needs to know where stations are, and no station metadata of archive {spec.archive} are "
            f"known; run `seisbus index sync {spec.archive}` first."
        )


async def place_notes(context: CallContext, spec: ArchiveJob) -> list[str]:
    """Notes on known stations without metadata, and on what happens to them."""
    what = needs_places(spec)
    if not what:
        return []
    stations = {(channel.net, channel.sta) for channel in await known_rates(context, spec)}
    without = sorted(stations - await described_stations(context.store, spec.archive))
    if not without:
        return []
    by_phase = what.startswith("windows") and not spec.select.by_place
    effect = "their windows are dead (no_coordinates)" if by_phase else f"{what} leaves them out"
    return [f"The archive has no station metadata of {some(f'{net}.{sta}' for net, sta in without)}: {effect}."]
