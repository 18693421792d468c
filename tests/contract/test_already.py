"""How many of a job's windows an earlier one has saved, told at submission: of long jobs from days all over."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from libseis.isotime import DAY_NS
from seisbus.archive.definition import load_archives
from seisbus.bus import Bus
from seisbus.control.already import already
from seisbus.control.context import CallContext
from seisbus.control.kinds import window
from seisbus.control.submit import submit
from seisbus.errors import UnavailableError
from seisbus.local import ServerHandle
from seisbus.model.ids import document_id, window_id
from seisbus.model.job import parse_job
from seisbus.model.kinds.window import WindowJob
from seisbus.store import collections as c
from seisbus.store.client import Store
from seisbus.store.documents import ObjectId
from seisbus.store.index import write_day
from seisbus.store.jobs import insert_job
from seisbus.store.summaries import Summary

FIRST, DAYS = date(2011, 3, 1), 40
FIRST_DAY = (FIRST - date(1970, 1, 1)).days
MINUTE_NS = 60 * 10**9


def job_of(days: int) -> WindowJob:
    end = FIRST + timedelta(days=days)
    tile = {"start": FIRST.isoformat(), "end": end.isoformat(), "length": "1min"}
    return parse_job({"archive": "local", "windows": {"tile": tile}, "output": {"data_tag": "told"}}, WindowJob)


async def test_what_is_saved_at_the_beginning_does_not_count_for_all(
    store: Store, own_nats_server: ServerHandle, tmp_path: Path
) -> None:
    """Minutes of 40 days, of which the first is there: one in 40 of more than can be looked for one by one."""
    for number in range(DAYS):
        file: dict[str, Any] = {
            "key": f"k/{number}", "net": "XX", "sta": "TOLD", "loc": "", "chan": "LHZ", "size": 100_000, "etag": "x",
            "day_ns": (FIRST_DAY + number) * DAY_NS, "indexed": True, "listed": True, "sampling_rate": 1.0,
        }  # fmt: skip
        day = (FIRST + timedelta(days=number)).isoformat()
        await write_day(store, "local", day, [file], {"rows": 1, "listed": 1})  # type: ignore[list-item]
    await insert_job(store, "earlier", job_of(1))
    starts = [FIRST_DAY * DAY_NS + minute * MINUTE_NS for minute in range(1440)]
    documents: list[Any] = [
        {"_id": ObjectId(document_id(window_id("earlier", "XX.TOLD..LHZ", at, at + MINUTE_NS, ""), "0")),
         "job": "earlier", "starttime": at / 1e9}
        for at in starts
    ]  # fmt: skip
    await store[c.WF_TIMESERIES].insert_many(documents)
    saved = Summary(rows=Counter({("XX.TOLD..LHZ", FIRST_DAY * DAY_NS, "saved", ""): len(starts)}))
    await store[c.SUMMARY].insert_many(saved.documents("earlier"))
    async with await Bus.connect(own_nats_server.url, name="test") as bus:
        context = CallContext(store, bus, load_archives(), tmp_path)
        found = await already(context, job_of(DAYS))
        assert found is not None and found.scaled
        assert found.planned == DAYS * 1440
        assert (
            found.windows == 2 * 1440
        )  # the days that are looked at are every second one, and the first is among them
        exact = await already(context, job_of(6))
        assert exact is not None and not exact.scaled
        assert (exact.windows, exact.planned, tuple(exact.jobs)) == (1440, 6 * 1440, ("jobs/earlier",))


async def test_a_job_that_makes_all_its_windows_is_in_before_they_are_counted(
    store: Store, own_nats_server: ServerHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[int] = []

    async def counted(context: CallContext, spec: WindowJob, but: str = "") -> None:
        there.append(await context.store[c.JOB].count_documents({"_id": but}))
        raise UnavailableError("MongoDB", "MongoDB: it is away while the windows are counted.")

    monkeypatch.setattr(window, "already", counted)
    tile = {"start": FIRST.isoformat(), "end": (FIRST + timedelta(days=1)).isoformat(), "length": "1h"}
    again = {"archive": "local", "windows": {"tile": tile}}
    async with await Bus.connect(own_nats_server.url, name="test") as bus:
        context = CallContext(store, bus, load_archives(), tmp_path)
        job, told = await submit(context, json.dumps(again), "first")
        assert (there, told) == ([1], None)  # it is in, and stays so without the count
        assert await store[c.JOB].count_documents({"_id": job["_id"]}) == 1
        with pytest.raises(UnavailableError):  # what is skipped must be known first
            await submit(context, json.dumps({**again, "output": {"data_tag": "told"}}), "second")
        assert there == [1, 0]
