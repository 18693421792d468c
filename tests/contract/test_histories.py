"""A record of saving stands in history_object with its datum or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.errors import BulkWriteError

from libseis.codes import Channel
from seisbus.model.ids import new_job_id, task_id, window_id
from seisbus.model.outcome import Fate
from seisbus.model.task import Window
from seisbus.store.client import Store
from seisbus.store.collections import HISTORY_OBJECT, WF_TIMESERIES
from seisbus.store.documents import ObjectId
from seisbus.store.settle import Settlement, settle
from seisbus.store.settled import SettledWindow

CHANNEL = Channel("XX", "A", "", "BHZ")


def settlement(job: str, waveform: ObjectId, history: ObjectId) -> Settlement:
    window = Window(window_id(job, str(CHANNEL), 0, 1, ""), CHANNEL, 0, 1, inclusive_end=False)
    entry = SettledWindow(window, Fate.SAVED, pieces=1)
    kept: dict[str, Any] = {"_id": history, "job": job, "wf_TimeSeries_id": waveform}
    document: dict[str, Any] = {"_id": waveform, "job": job, "history_object_id": history}
    entry.add(HISTORY_OBJECT, kept)  # type: ignore[arg-type]
    entry.add(WF_TIMESERIES, document)  # type: ignore[arg-type]
    return Settlement(job, task_id(job, 0, 0), 1, 0, 1, [entry])


async def test_without_the_commit_nothing_is_saved(store: Store) -> None:
    job, waveform, history = new_job_id(), ObjectId(), ObjectId()
    blocking: dict[str, Any] = {"_id": waveform, "job": "another"}
    await store[WF_TIMESERIES].insert_one(blocking)  # type: ignore[arg-type]
    with pytest.raises(BulkWriteError):
        await settle(store, [settlement(job, waveform, history)])
    assert await store[HISTORY_OBJECT].find_one({"_id": history}) is None
    await store[WF_TIMESERIES].delete_one({"_id": waveform})
    await settle(store, [settlement(job, waveform, history)])
    assert await store[HISTORY_OBJECT].find_one({"_id": history}) is not None
