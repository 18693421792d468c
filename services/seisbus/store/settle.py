"""Settling: one transaction in which windows get their outcomes, and data their documents.

The outcomes of one part of a task are one document, `_id` = task/part, which the transaction inserts. So of two
messages about one part (a message that came twice, or a cancel) only one commits, and the other gets error 11000. The
other then looks closer: in its own transaction it reads what the task has, drops windows that have an outcome, with
everything that belongs to them, and inserts the rest as task/part/n. n is the first free number in what it read, so if
two do this at once, they collide again and one of them repeats it. A retry takes windows out of task/part but never
removes the document, so later messages look closer. Tasks of older versions have one outcome document per window, and
always need the closer look. So the first outcome of a window always wins.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError

from ..failpoints import failpoint
from ..model.ids import outcome_id, outcome_range
from ..model.outcome import Fate
from ..model.task import Part, Task, Window
from .client import Store
from .collections import CEMETERY, OUTCOME, SUMMARY, TASK, WAVEFORMS, Collection
from .documents import ObjectId, OutcomeDocument, Provenance
from .graves import same_grave, share_grave, with_shared_logs
from .packing import End, expand_all, grave_id, pack_outcomes
from .settled import SettledWindow
from .summaries import delta
from .task_documents import windows_document, windows_of
from .tasks import OpenTask, settled_windows

_DUPLICATE = 11000


@dataclass(slots=True)
class Settlement:
    """What one message settles: a part of a task, or the content of a provisional task (`expansion`).

    `provenance` holds for all its wf documents that have none themselves; the outcome document keeps it for them.
    """

    job: str
    task: str
    attempt: int
    part: int
    part_count: int
    windows: list[SettledWindow]
    expansion: tuple[list[Window], list[Part]] | None = None
    provenance: Provenance | None = None


@dataclass(slots=True)
class SettleResult:
    """What was new, by job: windows by fate, and stored bytes. `ended`: jobs of which a task with several parts, or of
    unknown content, was closed."""

    fates: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    stored_bytes: Counter[str] = field(default_factory=Counter)
    ended: set[str] = field(default_factory=set)


class _LookCloserError(Exception):
    """Some windows of these tasks may have outcomes already."""

    def __init__(self, tasks: set[str]) -> None:
        super().__init__(f"{len(tasks)} tasks")
        self.tasks = tasks


async def settle(store: Store, settlements: Sequence[Settlement], *, once: bool = False) -> SettleResult:
    """Commit a batch. Idempotent.

    ConflictError if another transaction holds some of the documents (with `once`, at the first conflict),
    UnavailableError if the database is away.
    """
    close: set[str] = set()

    async def work(session: AsyncClientSession) -> SettleResult:
        return await _commit(store, session, settlements, close)

    while True:
        try:
            return await (store.transact(work, 1) if once else store.transact(work))
        except _LookCloserError as error:
            close |= error.tasks


async def _commit(
    store: Store, session: AsyncClientSession, settlements: Sequence[Settlement], close: set[str]
) -> SettleResult:
    result = SettleResult()
    known, taken = await _settled_so_far(store, session, settlements, close)
    outcomes: list[OutcomeDocument] = []
    documents: dict[Collection[Any], list[Any]] = defaultdict(list)
    for settlement in settlements:
        new: list[SettledWindow] = []
        for entry in settlement.windows:
            if entry.window.id not in known:
                known.add(entry.window.id)
                new.append(entry)
        if not new:
            continue
        identity = outcome_id(settlement.task, settlement.part)
        number = 0
        while identity in taken:
            number += 1
            identity = outcome_id(settlement.task, settlement.part, number)
        taken.add(identity)
        outcome = pack_outcomes(
            identity, settlement.job, settlement.task, settlement.part, settlement.attempt,
            _bury(settlement, new, documents),
        )  # fmt: skip
        if settlement.provenance is not None:
            outcome["provenance"] = settlement.provenance
        outcomes.append(outcome)
        for entry, belongings in zip(new, with_shared_logs(new), strict=True):
            result.fates[settlement.job][entry.fate.value] += 1
            result.stored_bytes[settlement.job] += entry.stored_bytes
            for collection, document in belongings:
                if collection in WAVEFORMS and settlement.provenance is not None and "provenance" not in document:
                    document["outcome"] = identity
                documents[collection].append(document)
    if outcomes:
        try:
            await store[OUTCOME].insert_many(outcomes, session=session)
        except BulkWriteError as error:
            if not all(problem.get("code") == _DUPLICATE for problem in error.details["writeErrors"]):
                raise
            # Some servers report one duplicate and some report all, so every task is looked at closely.
            raise _LookCloserError({settlement.task for settlement in settlements}) from error
        failpoint("mid-transaction")
        documents[SUMMARY] += delta(outcomes)
    for collection, many in documents.items():
        if many:
            await store[collection].insert_many(many, session=session)
    by_task: dict[str, list[Settlement]] = defaultdict(list)
    for settlement in await _unmarked(store, session, settlements, close):
        by_task[settlement.task].append(settlement)
    for task, same in by_task.items():
        if await _mark_task(store, session, task, same, close):
            result.ended.add(same[0].job)
    return result


async def _settled_so_far(
    store: Store, session: AsyncClientSession, settlements: Sequence[Settlement], close: set[str]
) -> tuple[set[str], set[str]]:
    """For the tasks that need a close look: the windows that have an outcome, and the outcome documents."""
    known: set[str] = set()
    taken: set[str] = set()
    for job, task in sorted({(s.job, s.task) for s in settlements if s.task in close}):
        low, high = outcome_range(task)
        found = await store[OUTCOME].find({"job": job, "_id": {"$gte": low, "$lt": high}}, session=session).to_list()
        taken.update(str(document["_id"]) for document in found)
        known.update(str(outcome["_id"]) for outcome in expand_all(found))
    ids = [w.window.id for s in settlements if s.task in close for w in s.windows if w.window.id not in known]
    if ids:
        known |= await settled_windows(store, ids, session)
    return known, taken


def _bury(
    settlement: Settlement, new: Sequence[SettledWindow], documents: dict[Collection[Any], list[Any]]
) -> list[tuple[Window, End]]:
    """How windows ended; cemetery documents of their runs are added to `documents`."""
    ends: list[tuple[Window, End]] = []
    first: int | None = None
    for number, entry in enumerate(new):
        grave: int | None = None
        if entry.grave is not None:
            if first is not None and same_grave(new, first, number):
                share_grave(documents[CEMETERY][-1], entry.window, entry.grave)
            else:
                first = number
                identity = ObjectId(grave_id(entry.window.id, settlement.attempt))
                documents[CEMETERY].append({"_id": identity, **entry.grave, "count": 1})
            grave = first
        else:
            first = None
        end = End(entry.fate, entry.reason, entry.detail, tuple(entry.refs), entry.pieces, grave, entry.of)
        ends.append((entry.window, end))
    return ends


async def _unmarked(
    store: Store, session: AsyncClientSession, settlements: Sequence[Settlement], close: set[str]
) -> Sequence[Settlement]:
    """Close tasks with one part, which nearly all have, in one command. Returns the settlements whose tasks need
    more."""
    simple = [s for s in settlements if s.expansion is None and s.part_count == 1]
    if not simple:
        return settlements
    closed = await store[TASK].bulk_write([_close_simple(s.task) for s in simple], ordered=False, session=session)
    if closed.matched_count < len(simple):  # some are event files or tasks of older versions
        return settlements
    return [s for s in settlements if s.expansion is not None or s.part_count != 1]


def _close_simple(task: str) -> UpdateOne:
    mine = {"_id": task, "template": None, "count": {"$exists": True}}
    return UpdateOne(mine, {"$set": {"done": [0]}, "$unset": {"open": ""}})


async def _mark_task(
    store: Store, session: AsyncClientSession, task: str, settlements: Sequence[Settlement], close: set[str]
) -> bool:
    """Note on a task's document which parts are done (and what the task holds), and close the task after the last.
    Returns whether it is closed."""
    parts = [settlement.part for settlement in settlements if settlement.expansion is None]
    for settlement in settlements:
        if settlement.expansion is not None:
            windows, of_windows = settlement.expansion
            await store[TASK].update_one(
                {"_id": task, "expanded": None},
                {
                    "$set": {
                        "expanded": True,
                        **windows_document(settlement.job, windows),
                        "parts": [(part.first, part.count) for part in of_windows],
                    }
                },
                session=session,
            )
    if parts:
        await store[TASK].update_one({"_id": task}, {"$addToSet": {"done": {"$each": parts}}}, session=session)
    found = await store[TASK].find_one({"_id": task}, session=session)
    if found is not None and task not in close and "count" not in found:
        raise _LookCloserError({task})
    if found is None or len(found["done"]) < len(found["parts"]):
        return False
    if found["template"] is not None and not found.get("expanded"):
        # A part may come before the expansion that says how many there are; until then only the provisional window
        # ends the task.
        settled = {entry.window.id for settlement in settlements for entry in settlement.windows}
        if settled and not settled & {window.id for window in windows_of(found)}:
            return False
    await store[TASK].update_one({"_id": task}, {"$unset": {"open": ""}}, session=session)
    return True


async def settle_rest(
    store: Store,
    open_tasks: Sequence[OpenTask],
    attempt: int,
    fate: Fate,
    reason: str,
    detail: str,
    *,
    refs: Sequence[str] = (),
    parts: Sequence[int] | None = None,
) -> SettleResult:
    """Give this outcome to every window of these tasks (or of some of their parts) that has none, in one batch. The
    tasks (or parts) are then done. If a part is settled by others at the same time, one of the two wins for the whole
    part."""
    windows = {open_task.task.id: _windows_by_part(open_task.task, parts) for open_task in open_tasks}
    settlements = [
        Settlement(
            open_task.task.job,
            open_task.task.id,
            attempt,
            number,
            len(open_task.task.parts),
            [SettledWindow(w, fate, reason, detail, list(refs)) for w in chosen],
        )
        for open_task in open_tasks
        for number, chosen in windows[open_task.task.id].items()
    ]
    return await settle(store, settlements) if settlements else SettleResult()


def _windows_by_part(task: Task, parts: Sequence[int] | None) -> dict[int, tuple[Window, ...]]:
    return {
        number: task.windows[part.first : part.first + part.count]
        for number, part in enumerate(task.parts)
        if parts is None or number in parts
    }
