"""Settling: the one transaction in which windows get their outcomes and data their documents.

Outcomes go first; a window that has one already is dropped with everything that belongs to it, so a redelivery
changes nothing and the first outcome wins.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError

from ..model.outcome import Fate
from ..model.task import Part, Task, Window
from .client import Store
from .collections import OUTCOME, TASK
from .documents import Document, window_document
from .tasks import OpenTask, settled_windows

_DUPLICATE = 11000


@dataclass(slots=True)
class SettledWindow:
    """One window's end and the documents that go with it, by collection."""

    window: Window
    fate: Fate
    reason: str = ""
    detail: str = ""
    refs: list[str] = field(default_factory=list)
    documents: list[tuple[str, Document]] = field(default_factory=list)
    stored_bytes: int = 0


@dataclass(slots=True)
class Settlement:
    """What one message settles: a part of a task, or what a provisional task turned out to hold (`expansion`)."""

    job: str
    task: str
    attempt: int
    part: int
    part_count: int
    windows: list[SettledWindow]
    expansion: tuple[list[Window], list[Part]] | None = None


@dataclass(slots=True)
class SettleResult:
    """What was new: windows by fate, stored bytes and windows found by expansion, by job."""

    fates: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    stored_bytes: Counter[str] = field(default_factory=Counter)


async def settle(store: Store, settlements: Sequence[Settlement], *, once: bool = False) -> SettleResult:
    """Commit a batch. Idempotent.

    ConflictError when another transaction holds some of it (`once`: at the first sign of that), UnavailableError when
    the database is away.
    """
    known: set[str] = set()

    async def work(session: AsyncClientSession) -> SettleResult:
        return await _commit(store, session, settlements, known)

    while True:
        try:
            return await (store.transact(work, 1) if once else store.transact(work))
        except BulkWriteError as error:
            if not all(problem.get("code") == _DUPLICATE for problem in error.details["writeErrors"]):
                raise
            # A server reports one duplicate or all of them; asking which outcomes exist is right for both.
            ids = [w.window.id for s in settlements for w in s.windows if w.window.id not in known]
            found = await settled_windows(store, ids)
            if not found:
                raise
            known |= found


async def _commit(
    store: Store, session: AsyncClientSession, settlements: Sequence[Settlement], known: set[str]
) -> SettleResult:
    result = SettleResult()
    outcomes: dict[str, Document] = {}
    documents: dict[str, list[Document]] = defaultdict(list)
    for settlement in settlements:
        for entry in settlement.windows:
            window = entry.window
            if window.id in known or window.id in outcomes:
                continue
            outcomes[window.id] = {
                "_id": window.id,
                "job": settlement.job,
                "fate": entry.fate.value,
                "reason": entry.reason,
                "detail": entry.detail,
                "refs": entry.refs,
                "attempt": settlement.attempt,
                "task": settlement.task,
                "part": settlement.part,
                "channel": str(window.channel),
                "start_ns": window.start_ns,
                "end_ns": window.end_ns,
                "event": window.event,
            }
            result.fates[settlement.job][entry.fate.value] += 1
            result.stored_bytes[settlement.job] += entry.stored_bytes
            for collection, document in entry.documents:
                documents[collection].append(document)
    if outcomes:
        await store[OUTCOME].insert_many(list(outcomes.values()), session=session)
    for collection, new in documents.items():
        await store[collection].insert_many(new, session=session)
    for settlement in await _unmarked(store, session, settlements):
        await _mark_task(store, session, settlement)
    return result


async def _unmarked(
    store: Store, session: AsyncClientSession, settlements: Sequence[Settlement]
) -> Sequence[Settlement]:
    """Close the tasks of one part, nearly all there are, in one command; the settlements that need a closer look."""
    simple = [s for s in settlements if s.expansion is None and s.part_count == 1]
    if not simple:
        return settlements
    closed = await store[TASK].bulk_write([_close_simple(s.task) for s in simple], ordered=False, session=session)
    if closed.matched_count < len(simple):  # an event file is among them
        return settlements
    return [s for s in settlements if s.expansion is not None or s.part_count != 1]


def _close_simple(task: str) -> UpdateOne:
    return UpdateOne({"_id": task, "template": None}, {"$set": {"done": [0]}, "$unset": {"open": ""}})


async def _mark_task(store: Store, session: AsyncClientSession, settlement: Settlement) -> None:
    """Note on the task document that a part is done (or what the task holds), and close the task after the last."""
    if settlement.expansion is not None:
        windows, parts = settlement.expansion
        await store[TASK].update_one(
            {"_id": settlement.task, "expanded": None},
            {
                "$set": {
                    "expanded": True,
                    "windows": [window_document(window) for window in windows],
                    "parts": [[part.first, part.count] for part in parts],
                }
            },
            session=session,
        )
    else:
        await store[TASK].update_one(
            {"_id": settlement.task}, {"$addToSet": {"done": settlement.part}}, session=session
        )
    task = await store[TASK].find_one({"_id": settlement.task}, session=session)
    if task is None or len(task["done"]) < len(task["parts"]):
        return
    if task["template"] is not None and not task.get("expanded"):
        # A part may come before the expansion that says how many there are; until then only the provisional window
        # ends the task.
        ends = {entry.window.id for entry in settlement.windows} & {window["id"] for window in task["windows"]}
        if settlement.windows and not ends:
            return
    await store[TASK].update_one({"_id": settlement.task}, {"$unset": {"open": ""}}, session=session)


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
    """Give every window of these tasks (or of some of their parts) that has no outcome this one, in one batch; the
    tasks are then done."""
    windows = {open_task.task.id: _windows_by_part(open_task.task, parts) for open_task in open_tasks}
    settled = await settled_windows(store, [w.id for by_part in windows.values() for p in by_part.values() for w in p])
    settlements = [
        Settlement(
            open_task.task.job,
            open_task.task.id,
            attempt,
            number,
            len(open_task.task.parts),
            [SettledWindow(w, fate, reason, detail, list(refs)) for w in chosen if w.id not in settled],
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
