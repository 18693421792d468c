"""Whatever a job has a great many of is read and removed in slices: no single answer of the database is long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from bson import ObjectId
from pymongo import monitoring

from libseis.codes import Channel, ChannelFilter
from seisbus.model.ids import document_id, new_job_id, window_id
from seisbus.store import collections as c
from seisbus.store import queries
from seisbus.store.client import Store
from seisbus.store.documents import Document
from seisbus.store.earlier import earlier_jobs
from seisbus.store.pages import PageRequest
from seisbus.store.purge import remove_documents
from seisbus.store.references import named_urls
from seisbus.store.slices import AT_ONCE
from seisbus.store.summaries import pack_rows
from support.answers import Answers

DAY_NS = 86_400 * 10**9
DAYS = [15_000, 15_001, 15_400]
CHANNELS = [Channel("CI", f"S{n}", "", "LHZ") for n in range(3)]
MINUTE_NS = 60 * 10**9
A_DAY = 300


def documents_of(
    job: str, tag: str = "", days: Sequence[int] = DAYS, channels: Sequence[Channel] = CHANNELS
) -> dict[str, list[Document]]:
    waveforms: list[Document] = []
    logs: list[Document] = []
    rows: list[Any] = []
    for day in days:
        for channel in channels:
            rows.append((str(channel), day * DAY_NS, "saved", "", A_DAY))
            for n in range(A_DAY):
                start = day * DAY_NS + n * 2 * MINUTE_NS
                window = window_id(job, str(channel), start, start + MINUTE_NS, "")
                waveforms.append({
                    "_id": ObjectId(document_id(window, "0")), "job": job, "window": window, "piece": 0,
                    "net": channel.net, "sta": channel.sta, "chan": channel.chan, "t0_ns": start,
                    "starttime": start / 1e9, "rate": [1, 1], "delta": 1.0, "npts": 60, "data_tag": tag,
                    "storage_mode": "s3", "dir": "s3://bucket", "dfile": f"{job}/{window}",
                })  # fmt: skip
                logs.append({"_id": ObjectId(document_id(window, "elog")), "job": job, "window": window, "logdata": []})
    job_document = {
        "_id": job, "name": "", "kind": "window", "spec": {"output": {"data_tag": tag}}, "closed_ns": 1, "summed": True,
        "state": "done", "recipe": "r" + tag,
    }  # fmt: skip
    summary = {
        "_id": ObjectId(), "job": job, "reasons": [("saved", "", A_DAY * len(days) * len(channels))],
        "rows": pack_rows(rows), "summed": True,
    }  # fmt: skip
    graves = [
        {"_id": ObjectId(document_id(f"{job}.{n}", "grave")), "job": job, "window": f"{job}.{n}", "count": 1}
        for n in range(2_500)
    ]
    return {c.WF_TIMESERIES: waveforms, c.ELOG: logs, c.JOB: [job_document], c.SUMMARY: [summary], c.CEMETERY: graves}


@pytest.fixture(scope="module")
def answers() -> Answers:
    listener = Answers()
    monitoring.register(listener)
    return listener


async def test_no_answer_is_long(answers: Answers, mongodb_uri: str, mongodb_database: str) -> None:
    first, second = new_job_id(), new_job_id()
    ours = documents_of(first, "noise")
    async with await Store.connect(mongodb_uri, mongodb_database) as store:
        await store.ensure_indexes()
        other = documents_of(second, "other")
        for name in (c.JOB, c.SUMMARY, c.WF_TIMESERIES):
            await store.database[name].insert_many(other[name])
        for name, documents in ours.items():
            await store.database[name].insert_many(documents)
        total = len(ours[c.WF_TIMESERIES])
        in_order = sorted(ours[c.WF_TIMESERIES], key=lambda d: (d["starttime"], d["_id"]))
        expected = [d["_id"] for d in in_order]
        answers.of.clear()

        for wanted in (queries.WaveformFilter(job=first), queries.WaveformFilter(data_tag="noise")):
            assert [d["_id"] async for d in queries.each_waveform(store, wanted)] == expected
        everything = [d async for d in queries.each_waveform(store, queries.WaveformFilter())]
        assert len({d["_id"] for d in everything}) == len(everything) == 2 * total
        one = queries.WaveformFilter(job=first, channels=ChannelFilter("CI", "S1", "*", "LHZ"))
        assert [d["_id"] async for d in queries.each_waveform(store, one)] == [
            d["_id"] for d in in_order if d["sta"] == "S1"
        ]

        paged: list[Any] = []
        token = ""
        while True:
            page = await queries.waveforms(store, queries.WaveformFilter(job=first), PageRequest(900, token))
            paged += [d["_id"] for d in page.documents]
            if not (token := page.next_token):
                break
        assert paged == expected

        for read, name in ((queries.logs, c.ELOG), (lambda *a: queries.of_job(a[0], c.CEMETERY, *a[1:]), c.CEMETERY)):
            seen: list[Any] = []
            token = ""
            while True:
                some = await read(store, first, PageRequest(700, token))
                seen += [d["_id"] for d in some.documents]
                if not (token := some.next_token):
                    break
            assert seen == sorted(d["_id"] for d in ours[name])

        (earlier,) = await earlier_jobs(store, "rnoise")
        assert earlier.days == {day * DAY_NS for day in DAYS}
        assert len(await named_urls(store, first)) == total

        await remove_documents(store, first)
        for name in ours:
            assert await store.database[name].count_documents({"job": first}) == 0
        assert await store[c.WF_TIMESERIES].count_documents({"job": second}) == total
    for name in (c.WF_TIMESERIES, c.ELOG, c.CEMETERY):
        assert 0 < answers.longest(name) <= 2 * AT_ONCE, name


async def test_a_job_is_asked_only_about_times_of_which_it_has_data(
    answers: Answers, mongodb_uri: str, mongodb_database: str
) -> None:
    jobs = sorted(new_job_id() for _ in range(6))
    async with await Store.connect(mongodb_uri, mongodb_database) as store:
        await store.ensure_indexes()
        stored: list[Document] = []
        for number, job in enumerate(jobs):  # each has two days of its own, one of them among the days of the others
            documents = documents_of(job, "noise", [15_000 + number, 15_100 - number], CHANNELS[:2])
            late = documents[c.WF_TIMESERIES][5]  # a piece that starts three days after its window
            late["t0_ns"] += 3 * DAY_NS
            late["starttime"] = late["t0_ns"] / 1e9
            for name in (c.JOB, c.SUMMARY, c.WF_TIMESERIES):
                await store.database[name].insert_many(documents[name])
            stored += documents[c.WF_TIMESERIES]
        index = documents_of(new_job_id(), "noise", [])  # a job that saved nothing
        await store.database[c.JOB].insert_many(index[c.JOB])
        expected = [d["_id"] for d in sorted(stored, key=lambda d: (d["starttime"], d["_id"]))]

        for wanted in (queries.WaveformFilter(data_tag="noise"), queries.WaveformFilter()):
            answers.of.clear()
            assert [d["_id"] async for d in queries.each_waveform(store, wanted)] == expected
            # each job in the slices of its two days, and in the one before; every job in every slice would be 72
            assert answers.queries(c.WF_TIMESERIES) <= 3 * 6
            assert answers.longest(c.WF_TIMESERIES) <= 2 * AT_ONCE

        paged: list[Any] = []
        token = ""
        while True:
            page = await queries.waveforms(store, queries.WaveformFilter(data_tag="noise"), PageRequest(3_000, token))
            paged += [d["_id"] for d in page.documents]
            if not (token := page.next_token):
                break
        assert paged == expected
