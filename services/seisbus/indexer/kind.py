"""What the indexer does for a kind of job: freeze what a plan depends on, make its tasks, send each of them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar

from ..app import IndexerContext
from ..archive.definition import ArchiveDefinition, archive_named
from ..bus.snapshot import snapshot
from ..errors import UserError
from ..model.kind import Job, OfArchive
from ..model.stages import Stage
from ..model.task import Task
from ..store.documents import JobChange, JobDocument
from ..store.jobs import add_notes, get_job
from ..store.tasks import Cursor, OpenTask

_log = logging.getLogger(__name__)

J = TypeVar("J", bound=Job)
# Tasks per transaction: enough to be fast, and few enough that a crash repeats little.
CHUNK: Final = 100


@dataclass(frozen=True, slots=True)
class Chunk:
    """Tasks that are written in one transaction, with the cursor for what follows; `last` if nothing does."""

    after: Cursor
    tasks: list[Task]
    last: bool = False


Tasks = AsyncIterator[Chunk]


class Planning(Generic[J]):
    """A job that the planner or the reconciler works on: its document and its specification."""

    def __init__(self, context: IndexerContext, job: JobDocument, spec: J) -> None:
        self.context = context
        self.store = context.store
        self.job = job
        self.spec = spec

    @property
    def id(self) -> str:
        """The job's id."""
        return str(self.job["_id"])

    async def note(self, sentences: Iterable[str]) -> None:
        """Add what is odd to the job's notes, which users see with the job."""
        for sentence in await add_notes(self.store, self.id, sentences):
            _log.warning("job %s: %s", self.id, sentence)

    async def announce(self) -> None:
        """Tell watchers how far the job is."""
        await self.context.bus.publish_snapshot(snapshot(await get_job(self.store, self.id)))


class IndexerKind(Generic[J]):
    """One kind of job. When a plan is made again, the tasks before its cursor must come out the same.

    `in_place`: `send` does the work itself, so nothing of the job is on the bus. `bundled`: its tasks are small, and
    some of them may travel as one message. `empty`: the message when a plan has no task; "" if that is allowed.
    """

    in_place: ClassVar[bool] = False
    bundled: ClassVar[bool] = False
    empty: ClassVar[str] = ""

    async def freeze(self, planning: Planning[J]) -> JobChange:
        """Fields to be kept in the job document before its first task is planned."""
        return {}

    def tasks(self, planning: Planning[J], cursor: Cursor) -> Tasks:
        """The tasks that follow the cursor, in chunks, each with the cursor for what follows the chunk."""
        raise UserError(f"This deployment plans no jobs of kind {planning.spec.kind}; run indexers that know it.")

    async def send(self, planning: Planning[J], open_task: OpenTask, *, patient: bool = False) -> None:
        """Publish a task, or do it here and settle it. The bus drops a publication that it has already (`patient`: as
        in `Bus.publish`)."""
        raise UserError(f"This deployment sends no tasks of kind {planning.spec.kind}; run indexers that know it.")


INDEXER: Final[Stage[IndexerKind[Any]]] = Stage("indexer")
UNKNOWN: Final = IndexerKind[Any]()


A = TypeVar("A", bound=OfArchive)


def archive_of(planning: Planning[A]) -> ArchiveDefinition:
    """The archive of a job that has one."""
    spec = planning.spec
    return archive_named(planning.context.archives, spec.archive)
