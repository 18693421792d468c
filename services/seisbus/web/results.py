"""The results of jobs that store no windows: the datasets of an export, the total misfits of a misfit job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..client import Job
from ..client.paged import PagedClient

# Rows of a page; `seisbus show` and the client show all.
_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class Results:
    """A part of a job's page: its template, the rows that are shown, and the number of other rows."""

    template: str
    rows: Sequence[Any]
    more: int


async def results_of(client: PagedClient, job: Job) -> Results | None:
    """The present results of a job; None for a kind of job without results of this form."""
    of_kind = _OF_KIND.get(job.kind)
    return None if of_kind is None else await of_kind(client, job.id)


async def _datasets(client: PagedClient, job: str) -> Results:
    found = await client.datasets(job, limit=_ROWS)
    rows = sorted(found, key=lambda dataset: str(dataset["path"]))
    return Results("_datasets.html", rows, max(0, found.total - len(found)))


async def _misfits(client: PagedClient, job: str) -> Results:
    found = await client.misfits(job)
    return Results("_misfits.html", found[:_ROWS], max(0, len(found) - _ROWS))


_OF_KIND: Final[Mapping[str, Callable[[PagedClient, str], Awaitable[Results]]]] = {
    "export": _datasets,
    "misfit": _misfits,
}
