"""Checks which jobs a purge may remove, before anything is written. The writer removes them."""

from __future__ import annotations

from typing import Final

from seis.control.v1 import control_pb2 as pb

from ..errors import StateError, UserError
from ..store.client import Store
from ..store.jobs import closed_before, job_states, no_job
from .resource_names import JOBS, resource_id

# At most so many jobs, because the specification of the purge names all of them and is read with every plan message.
MOST_JOBS: Final = 10_000


async def purgeable(store: Store, request: pb.PurgeJobsRequest) -> list[str]:
    """Ids of the jobs that a request means, oldest first, at most 10,000 by age.

    UserError if there are none or the request does not say which; NotFoundError or StateError if one cannot be removed.
    """
    if bool(request.names) == bool(request.closed_before_ns):
        raise UserError("A purge needs the names of jobs, or a moment before which they were closed, and not both.")
    if request.closed_before_ns:
        found = await closed_before(store, request.closed_before_ns, MOST_JOBS)
        if not found:
            raise UserError("No job was closed before then; there is nothing to purge.")
        return found
    jobs = sorted({resource_id(name, JOBS) for name in request.names})
    if len(jobs) > MOST_JOBS:
        raise UserError(f"A purge of {len(jobs):,} jobs is too large, at most {MOST_JOBS:,} fit one; send several.")
    states = await job_states(store, jobs)
    for job in jobs:
        if job not in states:
            raise no_job(job)
        if not (state := states[job]).closed:
            raise StateError(f"Job {job} is {state.value}; cancel it or wait for it before it is purged.")
    return jobs
