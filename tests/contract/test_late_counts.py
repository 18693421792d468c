"""Counters that a writer reports after its job was closed do not spoil the ledger that was counted at the close."""

from __future__ import annotations

from libseis.codes import Channel
from seisbus.bus.snapshot import settled, snapshot
from seisbus.model.ids import new_job_id
from seisbus.model.job import parse_job
from seisbus.model.outcome import Fate, JobState
from seisbus.model.task import ObjectRef, Part, Task, Window
from seisbus.store.client import Store
from seisbus.store.jobs import add_counts, close_job, get_job, insert_job
from seisbus.store.settle import Settlement, settle
from seisbus.store.settled import SettledWindow
from seisbus.store.tasks import Cursor, write_tasks

CHANNEL = Channel("XX", "STA", "", "LHZ")


async def test_what_is_reported_late_is_counted_already(mongodb_uri: str, mongodb_database: str) -> None:
    async with await Store.connect(mongodb_uri, mongodb_database) as store:
        await store.ensure_indexes()
        absolute = [{"start": "@0", "end": "@1"}, {"start": "@1", "end": "@2"}]
        name = new_job_id()
        job = await insert_job(store, name, parse_job({"archive": "local", "windows": {"absolute": absolute}}))
        windows = tuple(Window(f"{name}.{n}", CHANNEL, n, n + 1, True) for n in range(2))
        task = Task(f"{name}.0", name, "local", (ObjectRef("local", "k"),), windows, (Part(0, 2),))
        await write_tasks(store, job, Cursor(0, 0), Cursor(1, 0), [task], done=True)
        ends = [SettledWindow(window, Fate.DEAD, "gap") for window in windows]
        await settle(store, [Settlement(name, task.id, 1, 0, 1, ends)])

        await add_counts(store, name, {"dead": 1}, 10)
        assert snapshot(await get_job(store, name)).dead == 1
        ledger = await close_job(store, await get_job(store, name), JobState.COMPLETED)
        assert ledger is not None
        assert (ledger.planned, ledger.dead) == (2, 2)

        late = await add_counts(store, name, {"dead": 1}, 10)
        assert late is not None
        seen = snapshot(late)
        assert (seen.planned, settled(seen), seen.dead, seen.stored_bytes) == (2, 2, 2, 20)
