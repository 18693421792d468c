"""Paged reads against a real database server: order, completeness, filters, tokens, and stored bytes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bson import ObjectId
from gridfs import AsyncGridFSBucket
from pymongo import monitoring

from libseis.codes import Channel, ChannelFilter, Sensor
from libseis.isotime import DAY_NS
from seisbus.errors import NotFoundError, UserError
from seisbus.model.ids import document_id, new_job_id, task_id, window_id
from seisbus.model.outcome import Fate
from seisbus.model.task import Window
from seisbus.store import collections as c
from seisbus.store import outcomes, queries
from seisbus.store.blobs import PIECE_BYTES, BlobError, read_blob
from seisbus.store.client import Store
from seisbus.store.documents import Document
from seisbus.store.outcomes import OutcomeFilter
from seisbus.store.packing import End, pack_outcomes
from seisbus.store.pages import Page, PageError, PageRequest

DAY = 15043 * DAY_NS  # 2011-03-10
CHANNELS = [Channel("CI", f"S{n:03d}", loc, chan) for n in range(10) for loc in ("", "10") for chan in ("BHZ", "HHZ")]


@pytest.fixture
async def store(mongodb_uri: str, mongodb_database: str) -> AsyncIterator[Store]:
    async with await Store.connect(mongodb_uri, mongodb_database) as connected:
        await connected.ensure_indexes()
        yield connected


def outcome(job: str, channel: Channel, start_ns: int, fate: Fate, reason: str = "") -> Document:
    end_ns = start_ns + 3_600_000_000_000
    return {
        "_id": window_id(job, str(channel), start_ns, end_ns, ""), "job": job,
        "fate": fate.value, "reason": reason, "detail": "", "refs": [], "attempt": 1, "task": task_id(job, 0, 0),
        "part": 0, "channel": str(channel), "start_ns": start_ns, "end_ns": end_ns, "event": "",
    }  # fmt: skip


def waveform(job: str, channel: Channel, start_ns: int, tag: str = "", event: str = "", npts: int = 1000) -> Document:
    window = window_id(job, str(channel), start_ns, start_ns + 1, event)
    return {
        "_id": ObjectId(document_id(window, 0)),
        "job": job, "window": window, "piece": 0, "net": channel.net, "sta": channel.sta, "chan": channel.chan,
        **({"loc": channel.loc} if channel.loc else {}), "t0_ns": start_ns, "starttime": start_ns / 1e9,
        "rate": [40, 1], "delta": 0.025, "npts": npts, "data_tag": tag, "event": event, "storage_mode": "file",
    }  # fmt: skip


async def every_page(read, size: int) -> list[list[Document]]:  # type: ignore[no-untyped-def]
    pages: list[list[Document]] = []
    token = ""
    while True:
        page: Page = await read(PageRequest(size, token))
        pages.append(page.documents)
        if not page.next_token:
            return pages
        token = page.next_token
        assert len(pages) < 1000


async def test_outcomes_of_a_large_job_come_once_each_and_in_order_whatever_the_slices(store: Store) -> None:
    job, other = new_job_id(), new_job_id()
    documents = [
        outcome(job, channel, DAY + hour * 3_600_000_000_000, *((Fate.DEAD, "gap") if hour % 7 == 0 else (Fate.SAVED,)))
        for channel in CHANNELS for hour in range(60)
    ]  # fmt: skip
    await store[c.OUTCOME].insert_many([*documents, outcome(other, CHANNELS[0], DAY, Fate.SAVED)])
    ids = sorted(document["_id"] for document in documents)
    for size in (700, 250, 10_000):
        pages = await every_page(lambda r: outcomes.outcomes(store, {"_id": job}, OutcomeFilter(), r), size)
        assert [document["_id"] for page in pages for document in page] == ids
        assert all(len(page) == size for page in pages[:-1])
    dead = await every_page(
        lambda r: outcomes.outcomes(store, {"_id": job}, OutcomeFilter(frozenset({Fate.DEAD})), r), 100
    )
    assert sum(map(len, dead)) == sum(d["fate"] == "dead" for d in documents) > 300


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "of an older version"])
async def test_outcomes_of_one_reason_channel_and_span_come_alone(store: Store, packed: bool) -> None:
    job = new_job_id()
    hour = 3_600_000_000_000
    ends = [
        (channel, DAY + n * hour, *((Fate.DEAD, ("gap", "no_data")[n % 2]) if n % 3 else (Fate.SAVED, "")))
        for channel in CHANNELS[:3] for n in range(48)
    ]  # fmt: skip
    if packed:
        for number, channel in enumerate(CHANNELS[:3]):
            mine = [
                (Window("", channel, start, start + hour, False), fate, reason)
                for c, start, fate, reason in ends
                if c == channel
            ]
            known = [
                (replace(w, id=window_id(job, str(channel), w.start_ns, w.end_ns, "")), End(fate, reason))
                for w, fate, reason in mine
            ]
            await store[c.OUTCOME].insert_one(
                pack_outcomes(f"{job}.0.{number}/0", job, f"{job}.0.{number}", 0, 1, known)
            )
    else:
        await store[c.OUTCOME].insert_many([outcome(job, *end) for end in ends])

    async def found(**wanted: Any) -> set[tuple[str, int]]:
        made = OutcomeFilter(**wanted)
        pages = await every_page(lambda r: outcomes.outcomes(store, {"_id": job}, made, r), 7)
        return {(o["channel"], o["start_ns"]) for page in pages for o in page}

    def expected(chosen: Callable[..., bool]) -> set[tuple[str, int]]:
        return {(str(end[0]), end[1]) for end in ends if chosen(*end)}

    name = str(CHANNELS[1])
    assert await found(reason="gap") == expected(lambda c, s, f, r: r == "gap") != set()
    assert await found(channel=name) == expected(lambda c, s, f, r: str(c) == name) != set()
    span = {"start_ns": DAY + DAY_NS, "end_ns": DAY + DAY_NS + 5 * hour}
    assert await found(**span) == expected(lambda c, s, f, r: span["start_ns"] <= s < span["end_ns"]) != set()
    assert await found(fates=frozenset({Fate.DEAD}), reason="gap", channel=name, **span) == expected(
        lambda c, s, f, r: r == "gap" and str(c) == name and span["start_ns"] <= s < span["end_ns"]
    )
    assert await found(reason="no such reason") == set()


async def test_availability_adds_up_to_outcomes_and_open_windows(store: Store) -> None:
    job = new_job_id()
    late = DAY + DAY_NS - 1
    await store[c.OUTCOME].insert_many(
        [
            outcome(job, CHANNELS[0], DAY, Fate.SAVED),
            outcome(job, CHANNELS[0], late, Fate.DEAD, "gap"),
            outcome(job, CHANNELS[0], DAY + DAY_NS, Fate.MISSING, "not listed"),
            outcome(job, CHANNELS[1], DAY, Fate.SAVED),
        ]
    )
    window = {
        "channel": str(CHANNELS[1]),
        "start_ns": DAY + 5,
        "end_ns": DAY + 6,
        "id": "x",
        "inclusive_end": True,
        "event": "",
    }
    await store[c.TASK].insert_one(
        {
            "_id": task_id(job, 0, 0),
            "job": job,
            "open": True,
            "windows": [window] * 3,
            "parts": [[0, 2], [2, 1]],
            "done": [0],
        }
    )
    rows = await outcomes.availability(store, {"_id": job})
    assert [(channel, day) for channel, day, _ in rows] == [
        (CHANNELS[0], DAY), (CHANNELS[0], DAY + DAY_NS), (CHANNELS[1], DAY),
    ]  # fmt: skip
    assert [row.planned for _, _, row in rows] == [2, 1, 2]
    assert rows[0][2].fates[Fate.DEAD] == 1
    assert rows[0][2].reasons == {"gap"}
    assert rows[1][2].reasons == {"not listed"}
    assert sum(rows[2][2].fates.values()) == 1


async def test_waveforms_by_each_way_to_ask_equal_a_filter_in_memory(store: Store) -> None:
    jobs = [new_job_id(), new_job_id()]
    documents = [
        waveform(job, channel, DAY + hour * 3_600_000_000_000, tag=tag, event=f"ev{hour}")
        for job, tag in zip(jobs, ("first", "second"), strict=True) for channel in CHANNELS for hour in range(5)
    ]  # fmt: skip
    random.Random(1).shuffle(documents)
    await store[c.WF_TIMESERIES].insert_many(documents)
    hour = 3_600_000_000_000
    for wanted in (
        queries.WaveformFilter(),
        queries.WaveformFilter(job=jobs[0]),
        queries.WaveformFilter(data_tag="second", channels=ChannelFilter(sta="S00?", loc="--")),
        queries.WaveformFilter(channels=ChannelFilter("CI", "S003", "10", "HHZ")),
        queries.WaveformFilter(job=jobs[1], event="ev2"),
        queries.WaveformFilter(job=jobs[0], span=queries.TimeSpan(DAY + hour + 24_975_000_000, DAY + 3 * hour)),
        queries.WaveformFilter(job=jobs[0], span=queries.TimeSpan(DAY + hour + 24_975_000_001, DAY + 3 * hour + 1)),
    ):
        expected = sorted((d for d in documents if matches(d, wanted)), key=lambda d: (d["starttime"], d["_id"]))
        assert expected
        pages = await every_page(lambda r, w=wanted: queries.waveforms(store, w, r), 37)
        assert [d["_id"] for page in pages for d in page] == [d["_id"] for d in expected]
        streamed = [d["_id"] async for d in queries.each_waveform(store, wanted, 11)]
        assert streamed == [d["_id"] for d in expected][:11]


def seismogram(job: str, channel: Channel, start_ns: int, tag: str) -> Document:
    """Of the three channels of a channel's sensor."""
    found = waveform(job, Sensor.of(channel).channel, start_ns, tag)
    chans = [f"{channel.chan[:2]}{letter}" for letter in "12Z"]
    return {**found, "chan": chans, "tmatrix": np.eye(3).ravel().tolist()}


async def test_seismograms_stand_among_the_others_and_are_found_by_any_of_their_channels(store: Store) -> None:
    job, hour = new_job_id(), 3_600_000_000_000
    single = [waveform(job, channel, DAY + 2 * n * hour, "mixed") for channel in CHANNELS[:3] for n in range(20)]
    three = [seismogram(job, channel, DAY + (2 * n + 1) * hour, "mixed") for channel in CHANNELS[:3] for n in range(20)]
    await store[c.WF_TIMESERIES].insert_many(single)
    await store[c.WF_SEISMOGRAM].insert_many(three)
    channel = CHANNELS[0]
    codes = ChannelFilter(channel.net, channel.sta, channel.loc or "--", f"{channel.chan[:2]}1")
    for wanted, expected in (
        (queries.WaveformFilter(job=job), single + three),
        (queries.WaveformFilter(job=job, components=1), single),
        (queries.WaveformFilter(data_tag="mixed", components=3), three),
        (queries.WaveformFilter(job=job, channels=codes),
         [d for d in three if Channel.of_document(d) == Sensor.of(channel).channel]),
        (queries.WaveformFilter(job=job, span=queries.TimeSpan(DAY + 3 * hour, DAY + 6 * hour)),
         [d for d in single + three if DAY + 3 * hour <= d["t0_ns"] < DAY + 6 * hour]),
    ):  # fmt: skip
        ordered = [d["_id"] for d in sorted(expected, key=lambda d: (d["starttime"], d["_id"]))]
        assert ordered
        pages = await every_page(lambda r, w=wanted: queries.waveforms(store, w, r), 7)
        assert [d["_id"] for page in pages for d in page] == ordered
        assert [d["_id"] async for d in queries.each_waveform(store, wanted, 11)] == ordered[:11]


class Finds(monitoring.CommandListener):
    """Counts queries by collection."""

    def __init__(self) -> None:
        self.of: Counter[str] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name == "find":
            self.of[str(event.command["find"])] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


async def test_error_logs_come_with_their_waveforms_in_few_queries(mongodb_uri: str, mongodb_database: str) -> None:
    finds = Finds()
    monitoring.register(finds)
    job = new_job_id()
    documents = [waveform(job, CHANNELS[0], DAY + n * 10**10) for n in range(350)]
    for number, document in enumerate(documents):
        if number % 2:
            document["elog_id"] = ObjectId(document_id(document["window"], "elog"))
    logs = [{"_id": d["elog_id"], "logdata": [{"error_message": d["window"]}]} for d in documents if "elog_id" in d]
    async with await Store.connect(mongodb_uri, mongodb_database) as store:
        await store.ensure_indexes()
        await store[c.WF_TIMESERIES].insert_many(documents)
        await store[c.ELOG].insert_many(logs)
        finds.of.clear()
        found = [
            pair async for pairs in queries.logged_batches(store, queries.WaveformFilter(job=job)) for pair in pairs
        ]
    assert [d["_id"] for d, _ in found] == [d["_id"] for d in documents]
    assert all([e["error_message"] for e in log] == ([d["window"]] if "elog_id" in d else []) for d, log in found)
    assert finds.of[c.ELOG] <= 5


def matches(document: Document, wanted: queries.WaveformFilter) -> bool:
    channel = Channel(document["net"], document["sta"], document.get("loc", ""), document["chan"])
    last = document["t0_ns"] + (document["npts"] - 1) * 25_000_000
    return (
        wanted.job in ("", document["job"])
        and wanted.data_tag in ("", document["data_tag"])
        and wanted.event in ("", document["event"])
        and wanted.channels.matches(channel)
        and (wanted.span.end_ns is None or document["t0_ns"] < wanted.span.end_ns)
        and (wanted.span.start_ns is None or last >= wanted.span.start_ns)
    )


async def test_jobs_come_newest_first(store: Store) -> None:
    ids = [f"{n:018d}" for n in range(25)]
    await store[c.JOB].insert_many([{"_id": i, "spec": {}, "state": "completed", "request_id": i} for i in ids])
    pages = await every_page(lambda r: queries.jobs(store, r), 10)
    assert [d["_id"] for page in pages for d in page] == ids[::-1]


async def test_events_respect_strict_and_open_bounds_and_need_a_magnitude_when_asked(store: Store) -> None:
    mags: list[float | None] = [4.5, 4.51, None, 5.0, 5.01]
    await store[c.SOURCE].insert_many(
        [
            {"_id": f"local/{i}", "archive": "local", "source_id": str(i), "time_ns": DAY + i, "mag": mag}
            for i, mag in enumerate(mags)
        ]
    )

    async def found(above: float | None, most: float | None, span: queries.TimeSpan = queries.ANY_TIME) -> list[str]:
        pages = await every_page(lambda r: queries.events(store, "local", span, above, most, r), 2)
        return [d["source_id"] for page in pages for d in page]

    assert await found(None, None) == ["0", "1", "2", "3", "4"]
    assert await found(4.5, 5.0) == ["1", "3"]
    assert await found(None, None, queries.TimeSpan(DAY + 1, DAY + 4)) == ["1", "2", "3"]
    assert await queries.has_events(store, "local")
    assert not await queries.has_events(store, "scedc")


async def test_day_files_index_keys_and_channels_page_in_key_order(store: Store) -> None:
    await store[c.DAY_FILE].insert_many(
        [
            {"_id": f"local/{day}/{ch}", "day": f"local/{day}", "net": ch.net, "sta": ch.sta, "loc": ch.loc,
             "chan": ch.chan}
            for day in ("2011-03-10", "2011-03-11") for ch in CHANNELS
        ]
    )  # fmt: skip
    wanted = ChannelFilter(loc="--", chan="BH?")
    pages = await every_page(lambda r: queries.day_files(store, "local", "2011-03-10", wanted, r), 3)
    assert [d["_id"] for page in pages for d in page] == sorted(
        f"local/2011-03-10/{ch}" for ch in CHANNELS if ch.loc == "" and ch.chan == "BHZ"
    )
    await store[c.WAVEFORM_INDEX].insert_many(
        [
            {"_id": f"local/{year}/{day:03d}/{form}", "archive": "local", "year": year, "day": day, "format": form}
            for year in (1999, 2011) for day in range(1, 6) for form in ("csv", "parquet")
        ]
    )  # fmt: skip
    key_filter = queries.KeyFilter("local", c.WAVEFORM_INDEX, year=2011, format="csv")
    page = await queries.index_keys(store, key_filter, PageRequest(2, count=True))
    assert (len(page.documents), page.total) == (2, 5)
    assert page.documents[0]["_id"] == "local/2011/001/csv"
    await store[c.CHANNEL].insert_many(
        [
            {
                "archive": "local",
                "net": "CI",
                "sta": "ADO",
                "loc": "",
                "chan": "BHZ",
                "starttime": 0.0,
                "endtime": 100.0,
            },
            {
                "archive": "local",
                "net": "CI",
                "sta": "ADO",
                "loc": "",
                "chan": "BHZ",
                "starttime": 100.0,
                "endtime": None,
            },
        ]
    )
    open_at = queries.TimeSpan(100_000_000_000, 200_000_000_000)
    channels = await queries.channels(store, "local", ChannelFilter(net="CI", sta="ADO"), open_at, PageRequest())
    assert [d["starttime"] for d in channels.documents] == [100.0]


async def test_a_token_of_another_query_or_of_nobody_is_refused_in_a_sentence(store: Store) -> None:
    await store[c.JOB].insert_many([{"_id": str(n), "request_id": str(n)} for n in range(3)])
    page = await queries.jobs(store, PageRequest(1))
    for wrong in (page.next_token, "rubbish", "e30=", page.next_token[:-4]):
        with pytest.raises(PageError, match="first page") as caught:
            await queries.of_job(store, c.ELOG, "somejob", PageRequest(1, wrong))
        assert caught.value.token == wrong
        assert isinstance(caught.value, UserError)
    with pytest.raises(PageError, match="positive"):
        await queries.jobs(store, PageRequest(-1))


async def test_a_dead_letter_is_found_with_its_body_and_listed_without(store: Store) -> None:
    await store[c.DEAD_LETTER].insert_one({"_id": "abc", "job": "j", "reason": "bad", "body": b"\x00\x01"})
    assert (await queries.dead_letter(store, "abc"))["body"] == b"\x00\x01"
    page = await queries.of_job(store, c.DEAD_LETTER, "", PageRequest())
    assert [("body" in d, d["reason"]) for d in page.documents] == [(False, "bad")]
    assert await queries.count_dead_letters(store, "j") == {"bad": 1}
    with pytest.raises(NotFoundError, match="no dead letter nope"):
        await queries.dead_letter(store, "nope")


async def test_bytes_come_back_from_file_and_gridfs_and_never_from_outside(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "output"
    root.mkdir()
    content = random.Random(2).randbytes(2 * PIECE_BYTES + 77)
    (root / "w1").write_bytes(b"before" + content + b"after")
    document: Document = {
        "_id": ObjectId(), "storage_mode": "file", "dir": str(root), "dfile": "w1", "foff": 6, "nbytes": len(content),
    }  # fmt: skip
    pieces = [piece async for piece in read_blob(store, root, document)]
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= PIECE_BYTES

    identity = await AsyncGridFSBucket(store.database).upload_from_stream("w", content)
    stored = {"_id": ObjectId(), "storage_mode": "gridfs", "gridfs_id": identity, "npts": 1}
    assert b"".join([piece async for piece in read_blob(store, root, stored)]) == content

    (tmp_path / "secret").write_bytes(b"secret" * 10)
    (root / "link").symlink_to(tmp_path / "secret")
    for change, problem in (
        ({"dfile": "../secret", "foff": 0}, "outside the output folder"),
        ({"dfile": "link", "foff": 0}, "outside the output folder"),
        ({"dir": "/etc", "dfile": "passwd"}, "outside the output folder"),
        ({"dfile": "gone"}, "cannot be opened"),
        ({"nbytes": len(content) + 100}, "ends at byte"),
        ({"storage_mode": "url"}, "expected file, s3 or gridfs"),
    ):
        with pytest.raises(BlobError, match=problem):
            _ = [piece async for piece in read_blob(store, root, document | change)]
    with pytest.raises(BlobError, match="no file"):
        _ = [piece async for piece in read_blob(store, root, stored | {"gridfs_id": ObjectId()})]


async def test_indexes_of_older_versions_go_when_others_do_their_work(store: Store) -> None:
    await store[c.WF_TIMESERIES].create_index([("event", 1), ("starttime", 1)])
    await store.ensure_indexes()
    names = set(await store[c.WF_TIMESERIES].index_information())
    assert "event_1" in names
    assert "event_1_starttime_1" not in names
