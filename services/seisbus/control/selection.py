"""Whether a job can find anything at all, as far as a few reads of known days tell; nothing is asked of the archive."""

from __future__ import annotations

from typing import Final

from ..errors import UserError
from ..model.job import JobSpec
from ..model.moments import iso
from ..store.index import day_files, day_is_known
from ..store.queries import has_events
from .context import Context
from .spans import load_of

# More days are not read at submission: a day of an archive is thousands of documents.
MOST_DAYS: Final = 3


class EmptySelectionError(UserError):
    """A job that would plan no window; `archive` is where it would look."""

    def __init__(self, archive: str, problem: str) -> None:
        super().__init__(f"The job would plan no window: {problem}")
        self.archive = archive


async def check_selection(context: Context, spec: JobSpec) -> None:
    """EmptySelectionError when no event, or no channel of at most three known days, matches the job."""
    if spec.kind != "window" or spec.windows is None:
        return
    load = await load_of(context.store, spec.archive, spec)
    events = spec.windows.events
    if events is not None and events.catalog is not None and load.events == 0:
        if await has_events(context.store, spec.archive):
            raise EmptySelectionError(
                spec.archive, f"no event in the catalog of {spec.archive} matches; widen windows.events.catalog."
            )
        return
    if spec.windows.tile is not None and not any(day.windows for day in load.days.values()):
        raise EmptySelectionError(spec.archive, "the tile's length is longer than its span; shorten it.")
    if spec.inputs != "day_files" or spec.expect == "stations" or not 0 < len(load.days) <= MOST_DAYS:
        return
    names = [iso(day)[:10] for day in sorted(load.days)]
    for name in names:
        if await day_is_known(context.store, spec.archive, name) is None:
            return
    for name in names:
        async for _ in day_files(context.store, spec.archive, name, spec.select.filter):
            return
    chosen = spec.select
    raise EmptySelectionError(
        spec.archive,
        f"archive {spec.archive} has no channel that matches net {chosen.net}, sta {chosen.sta}, loc {chosen.loc}, "
        f"chan {chosen.chan} on {' or '.join(names)}; look at `seisbus index files` and change select.",
    )
