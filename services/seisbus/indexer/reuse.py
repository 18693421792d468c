"""Windows that an earlier job has saved are found while a job is planned, and settled without reading the archive."""

from __future__ import annotations

from collections.abc import Sequence

from ..model.archivejob import ArchiveJob
from ..model.ids import document_id, window_id
from ..model.outcome import Fate
from ..model.task import Existing, Task, Window
from ..planning.existing import with_existing
from ..store.earlier import Earlier, earlier_jobs, point_to, saved_by, share
from ..store.jobs import add_counts
from ..store.settle import Settlement, settle
from ..store.settled import SettledWindow
from ..store.tasks import OpenTask
from .kind import Planning


class Reuse:
    """What earlier jobs have of the windows of one job; made by `of`."""

    def __init__(self, planning: Planning[ArchiveJob], earlier: list[Earlier]) -> None:
        self._planning = planning
        self._earlier = earlier
        self._pointed: set[str] = set()

    @classmethod
    async def of(cls, planning: Planning[ArchiveJob]) -> Reuse:
        """Look for earlier jobs by one query, if the job has a data_tag and does not ask for new data."""
        if not planning.spec.skips:
            return cls(planning, [])
        return cls(planning, await earlier_jobs(planning.store, planning.spec.recipe_key, planning.id))

    async def mark(self, tasks: list[Task]) -> list[Task]:
        """The tasks, in each of which the windows that earlier jobs saved come last, with the jobs that have them."""
        if not self._earlier:
            return tasks
        windows = [w for task in tasks if not task.provisional and not task.unplaced for w in task.windows]
        spans = [(str(w.channel), w.start_ns, w.end_ns, w.event) for w in windows]
        numbers = await saved_by(self._planning.store, self._earlier, spans)
        for job in {existing.job for existing in numbers.values()} - self._pointed:
            if await point_to(self._planning.store, self._planning.id, job):
                self._pointed.add(job)
            else:  # that job is being removed
                self._earlier = [one for one in self._earlier if one.job != job]
        found = {windows[n].id: existing for n, existing in numbers.items() if existing.job in self._pointed}
        return [with_existing(task, found) for task in tasks]


async def settle_existing(planning: Planning[ArchiveJob], open_task: OpenTask) -> frozenset[int]:
    """The numbers of the parts that are done. Parts whose windows exist already are settled here as saved, and are
    among them.

    If some of their data are gone by now, the part is made like any other.
    """
    task, done = open_task.task, set(open_task.done)
    first = len(task.windows) - len(task.existing)
    for number, part in enumerate(task.parts):
        if number in done or part.first < first:
            continue
        windows = task.windows[part.first : part.first + part.count]
        existing = task.existing[part.first - first : part.first - first + part.count]
        if not await share(planning.store, task.job, _waveforms(windows, existing)):
            continue
        ends = [
            SettledWindow(window, Fate.SAVED, pieces=one.pieces, of=one.job)
            for window, one in zip(windows, existing, strict=True)
        ]
        attempt = int(planning.job["attempt"])
        result = await settle(planning.store, [Settlement(task.job, task.id, attempt, number, len(task.parts), ends)])
        await add_counts(planning.store, task.job, result.fates[task.job], 0)
        done.add(number)
    return frozenset(done)


def _waveforms(windows: Sequence[Window], existing: Sequence[Existing]) -> list[str]:
    return [
        document_id(window_id(one.job, str(window.channel), window.start_ns, window.end_ns, window.event), str(piece))
        for window, one in zip(windows, existing, strict=True)
        for piece in range(one.pieces)
    ]
