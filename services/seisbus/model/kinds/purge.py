"""Jobs of kind purge: closed jobs are removed with all that they stored."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from ..fields import JobId, Model
from ..kind import Job, Needs, Queue, Work

REMOVE: Final = Queue(Work.WRITE, "purge", 4000)


class Purge(Model):
    """Closed jobs to remove with all that they stored. Made by PurgeJobs alone, never submitted."""

    jobs: Annotated[tuple[JobId, ...], Field(min_length=1)]


class PurgeJob(Job):
    """Jobs to remove."""

    queues = (REMOVE,)
    needs: ClassVar[Needs] = {"purge": "a job of kind purge needs the key purge, and no other kind takes it"}

    kind: Literal["purge"] = "purge"
    purge: Purge


KIND: Final = PurgeJob
