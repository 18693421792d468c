"""The control service through the Python client, on a real database and a real bus; no other service runs."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import numpy as np
import pytest
from bson import ObjectId
from grpc_health.v1 import health_pb2, health_pb2_grpc

from libseis import ErrorSeverity, mseed
from libseis.codes import Channel
from libseis.isotime import DAY_NS
from libseis.segments import Rate, Segment
from seis.control.v1 import control_pb2 as pb
from seis.control.v1 import control_pb2_grpc
from seisbus.archive.definition import load_archives
from seisbus.bus import Bus
from seisbus.bus.snapshot import snapshot
from seisbus.bus.tags import Tag
from seisbus.bus.topology import consumer_of, fetch_consumer, fetch_subject, plan_consumer
from seisbus.client import AsyncClient, Client, ClientError, DatasetError, Failure, UnreachableError, WaveformError
from seisbus.client.export import write_miniseed
from seisbus.control.context import CallContext
from seisbus.control.server import SERVICE, ControlServer
from seisbus.local import ServerHandle
from seisbus.model.kinds.window import CUT, STORE
from seisbus.model.outcome import Fate, JobState
from seisbus.store import collections as c
from seisbus.store.client import Store
from seisbus.store.index import write_day
from seisbus.store.jobs import close_job, get_job, update_job

DAY = 15044  # 2011-03-11
JOB = """
archive: local
select: {net: CI, chan: HHZ}
windows:
  absolute:
    - {start: 2011-03-11T05:48:03.2, end: 2011-03-11T06:48:03.2}
"""


@dataclass(frozen=True, slots=True)
class Front:
    """A control service, its parts, and a client of it."""

    context: CallContext
    client: AsyncClient
    address: str


@pytest.fixture
async def front(
    mongodb_uri: str, mongodb_database: str, own_nats_server: ServerHandle, tmp_path: Path
) -> AsyncIterator[Front]:
    async with contextlib.AsyncExitStack() as stack:
        store = await stack.enter_async_context(await Store.connect(mongodb_uri, mongodb_database))
        await store.ensure_indexes()
        bus = await stack.enter_async_context(await Bus.connect(own_nats_server.url, name="test"))
        consumers = [plan_consumer(), fetch_consumer("local", 16), consumer_of(CUT), consumer_of(STORE)]
        await bus.ensure_topology(consumers, store_bytes=200_000_000, ack_wait=30)
        context = CallContext(store, bus, load_archives(), tmp_path / "output")
        context.output_root.mkdir()
        server = await ControlServer.start(context, "127.0.0.1:0")
        stack.push_async_callback(server.stop)
        address = f"127.0.0.1:{server.port}"
        client = await stack.enter_async_context(AsyncClient(address))
        yield Front(context, client, address)


async def know_day(store: Store, size: int = 5_000_000) -> None:
    files = [
        {"key": f"k/{sta}", "net": "CI", "sta": sta, "loc": "", "chan": "HHZ",
         "size": size if sta != "GONE" else 0, "etag": "x", "day_ns": DAY * DAY_NS,
         "indexed": True, "listed": sta != "GONE", "sampling_rate": 100.0}
        for sta in ("ADO", "BAR", "GONE")
    ]  # fmt: skip
    await write_day(store, "local", "2011-03-11", files, {"rows": 3, "listed": 2})


async def test_a_submitted_job_is_stored_announced_and_the_same_when_repeated(front: Front) -> None:
    job = await front.client.submit(JOB)
    assert (job.state, job.kind, job.ledger.planned) == (JobState.SUBMITTED, "window", 0)
    found = await front.client.job(job.id)
    assert found.spec["select"]["chan"] == "HHZ"
    assert (await front.context.bus.pending(job.id))["SEIS_PLAN"] == 1
    assert [j.id for j in await front.client.jobs()] == [job.id]

    async with grpc.aio.insecure_channel(front.address) as channel:
        stub = control_pb2_grpc.ControlServiceStub(channel)
        request = pb.SubmitJobRequest(spec=JOB, request_id=str(uuid.uuid4()))
        first, second = [(await stub.SubmitJob(request)).job.name for _ in range(2)]
    assert first == second != f"jobs/{job.id}"


@pytest.mark.parametrize(
    ("change", "code", "sentence"),
    [
        (("select:", "selct:"), "INVALID_ARGUMENT", "did you mean select"),
        (("archive: local", "archive: mars"), "NOT_FOUND", "scedc"),
        (("06:48", "04:48"), "INVALID_ARGUMENT", "not after start"),
        (("2011-03-11T06", "2011-08-11T06"), "INVALID_ARGUMENT", "at most 31 days"),
        (("archive: local", "steps: [{detrnd: {}}]\narchive: local"), "INVALID_ARGUMENT", "detrnd"),
        (("chan: HHZ", "chan: 'BH?'"), "INVALID_ARGUMENT", "no channel that matches"),
    ],
)
async def test_a_wrong_job_is_refused_in_one_sentence_and_leaves_nothing(
    front: Front, change: tuple[str, str], code: str, sentence: str
) -> None:
    await know_day(front.context.store)
    async with grpc.aio.insecure_channel(front.address) as channel:  # past the checks on the client's side
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await control_pb2_grpc.ControlServiceStub(channel).SubmitJob(
                pb.SubmitJobRequest(spec=JOB.replace(*change), request_id="x")
            )
    assert caught.value.code().name == code
    assert sentence in caught.value.details()
    assert "\n" not in caught.value.details()
    assert await front.client.jobs() == []


async def test_a_catalog_query_needs_a_catalog_that_was_read_and_matches(front: Front) -> None:
    windows = {"events": {"catalog": {"start": "2023-01-01", "end": "2024-01-01", "above_magnitude": 4.5}, "end": "1h"}}
    with pytest.raises(ClientError, match="index sync local"):
        await front.client.submit({"archive": "local", "windows": windows})
    event = {"_id": "local/1", "archive": "local", "source_id": "1", "time_ns": 1_690_000_000_000_000_000, "mag": 4.5}
    await front.context.store[c.SOURCE].insert_one({**event, "lat": 1.0, "lon": 2.0})
    with pytest.raises(ClientError, match="no event in the catalog") as caught:
        await front.client.submit({"archive": "local", "windows": windows})
    assert caught.value.failure is Failure.USER


async def test_events_of_a_file_become_part_of_the_job(front: Front, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(
        "time,latitude,longitude,depth,mag,id\n2011-03-11T05:46:23.2Z,38.3,142.4,29,9.1,tohoku\n"
    )
    (tmp_path / "job.yaml").write_text(
        "archive: local\nwindows:\n  events: {file: events.csv, start: 100s, end: 3700s}\n"
    )
    job = await front.client.submit(tmp_path / "job.yaml")
    events = (await front.client.job(job.id)).spec["windows"]["events"]
    assert events["csv"] is None
    assert [(e["id"], e["time"], e["depth_km"]) for e in events["list"]] == [("tohoku", "2011-03-11T05:46:23.2Z", 29.0)]


async def test_the_estimate_counts_what_is_known_and_says_so(front: Front) -> None:
    unknown = await front.client.estimate(JOB)
    assert (unknown.windows, unknown.days_estimated) == (0, 1)
    await know_day(front.context.store)
    found = await front.client.estimate(JOB)
    assert (found.windows, found.missing, found.objects, found.requests) == (3, 1, 3, 6)
    assert found.fetch_bytes == pytest.approx(1.2 * 10_000_000 / 24, rel=0.01)
    assert found.disk_bytes == pytest.approx(10_000_000 / 24, rel=0.01)
    year = JOB.split("windows:")[0] + "windows: {tile: {start: 2011-01-01, end: 2012-01-01, length: 1h}}"
    tiles = await front.client.estimate(year)
    assert tiles.days_estimated == 365 or tiles.windows == 3 * 24 * 365
    assert await front.client.jobs() == []


async def test_watching_ends_with_the_job_even_when_no_event_arrives(front: Front) -> None:
    store, bus = front.context.store, front.context.bus
    job = await front.client.submit(JOB)
    seen: asyncio.Queue[JobState] = asyncio.Queue()

    async def follow() -> None:
        async for progress in front.client.watch(job.id):
            await seen.put(progress.state)

    watching = asyncio.create_task(follow())
    assert await asyncio.wait_for(seen.get(), 10) is JobState.SUBMITTED
    await update_job(store, await get_job(store, job.id), {"state": "running", "planning_done": True})
    running = snapshot(await get_job(store, job.id))
    while seen.empty():  # the subscription may not stand yet: an event that is lost is what the document is for
        await bus.publish_snapshot(running)
        await asyncio.sleep(0.05)
    assert seen.get_nowait() is JobState.RUNNING
    assert await close_job(store, await get_job(store, job.id), JobState.COMPLETED) is not None
    await asyncio.wait_for(watching, 20)
    assert await seen.get() is JobState.COMPLETED
    assert seen.empty()
    assert (await asyncio.wait_for(front.client.wait(job.id), 10)).state is JobState.COMPLETED


async def test_a_watcher_sees_a_retry_take_the_counts_back(front: Front) -> None:
    store, bus = front.context.store, front.context.bus
    job = await front.client.submit(JOB)
    running = {"state": "running", "planned": 9, "planning_done": True}
    await update_job(store, await get_job(store, job.id), running | {"counts.dead": 5})
    seen: asyncio.Queue[int] = asyncio.Queue()

    async def follow() -> None:
        async for progress in front.client.watch(job.id):
            await seen.put(progress.ledger.dead)

    watching = asyncio.create_task(follow())
    assert await asyncio.wait_for(seen.get(), 10) == 5
    await update_job(store, await get_job(store, job.id), {"counts.dead": 2})
    while seen.empty():  # a stream of events leaves no silence in which the document would be read anyway
        await bus.publish_snapshot(snapshot(await get_job(store, job.id)))
        await asyncio.sleep(0.05)
    assert seen.get_nowait() == 2
    watching.cancel()


async def test_cancel_and_retry_follow_the_life_of_a_job(front: Front) -> None:
    job = await front.client.submit(JOB)
    with pytest.raises(ClientError, match="still submitted") as caught:
        await front.client.retry(job.id)
    assert (caught.value.code, caught.value.failure) == ("FAILED_PRECONDITION", Failure.USER)
    cancelled = await front.client.cancel(job.id)
    assert (cancelled.state, cancelled.progress.attempt) == (JobState.CANCELLING, 2)
    store = front.context.store
    await close_job(store, await get_job(store, job.id), JobState.CANCELLED)
    with pytest.raises(ClientError, match="nothing to cancel"):
        await front.client.cancel(job.id)
    retried = await front.client.retry(job.id, ["dead", "missing"], reason="gap")
    assert (retried.state, retried.progress.attempt) == (JobState.PLANNING, 3)
    assert (await get_job(store, job.id))["retry"] == {"fates": ["dead", "missing"], "reason": "gap"}
    with pytest.raises(ClientError, match="no job nope") as missing:
        await front.client.job("nope")
    assert missing.value.code == "NOT_FOUND"


async def test_explain_names_the_stage_that_nobody_works_on(front: Front) -> None:
    store, bus = front.context.store, front.context.bus
    job = await front.client.submit(JOB)
    assert "for the indexer, and no indexer asks for work" in (await front.client.explain(job.id))[0]
    await bus.purge_job(job.id)
    assert "no plan message waits" in (await front.client.explain(job.id))[0]
    await update_job(store, await get_job(store, job.id), {"state": "running", "planning_done": True, "planned": 2})
    tag = Tag(job.id, f"{job.id}.000000.000000", 1)
    await bus.publish(fetch_subject("local", job.id), b"x", tag=tag, message_id="1")
    await store[c.DEAD_LETTER].insert_one({"_id": "d1", "job": job.id, "reason": "unreadable", "body": b"b"})
    findings = await front.client.explain(job.id)
    assert "for the fetcher" in findings[0]
    assert any("given up (unreadable)" in sentence for sentence in findings)
    assert findings[-1].endswith("0 of 2 planned windows have an outcome, 0 tasks are open.")


def stored_file(front: Front, name: str, data: bytes) -> dict[str, object]:
    (front.context.output_root / name).write_bytes(data)
    return {
        "storage_mode": "file",
        "dir": str(front.context.output_root),
        "dfile": name,
        "foff": 0,
        "nbytes": len(data),
    }


def document(segment: Segment, **more: object) -> dict[str, object]:
    channel = segment.channel
    return {
        "_id": ObjectId(), "job": "j1", "window": "w", "piece": 0,
        "net": channel.net, "sta": channel.sta, "chan": channel.chan, "npts": segment.npts,
        "delta": 1 / segment.rate.hz, "t0_ns": segment.t0_ns, "starttime": segment.t0_ns / 1e9,
        "rate": [segment.rate.numerator, segment.rate.denominator], "sampling_rate": segment.rate.hz, **more,
    }  # fmt: skip


async def insert_j1(front: Front) -> None:
    """The job whose waveforms `document` makes."""
    store = front.context.store
    like = await get_job(store, (await front.client.submit(JOB)).id)
    await store[c.JOB].insert_one({**like, "_id": "j1", "request_id": "of j1"})


@pytest.mark.filterwarnings("ignore:SelectableGroups dict interface:DeprecationWarning")  # obspy on import
async def test_the_error_log_of_each_datum_comes_back_with_it(front: Front) -> None:
    """Two stretches of a channel: members, traces, and the trace that they are joined to say what was said of them."""
    rate, channel = Rate(100, 1), Channel("CI", "ADO", "", "HHZ")
    start = DAY * DAY_NS
    segments = [Segment(channel, start + n * 10**9, rate, np.arange(100, dtype=np.int32) + 100 * n) for n in range(3)]
    store = front.context.store
    documents = []
    for number, segment in enumerate(segments):
        entry = document(segment, format="mseed", **stored_file(front, f"log{number}", mseed.encode(segment)))
        if number < 2:
            entry["elog_id"] = ObjectId()
            badness = ("Complaint", "Informational")[number]
            line = {"algorithm": "mseed", "badness": f"ErrorSeverity.{badness}", "error_message": f"said {number}"}
            await store[c.ELOG].insert_one({"_id": entry["elog_id"], "job": "j1", "logdata": [line]})
        documents.append(entry)
    await store[c.WF_TIMESERIES].insert_many(documents)

    await insert_j1(front)
    members = (await front.client.read(job="j1")).member
    logs = [[(e.algorithm, e.message, e.badness) for e in m.elog.get_error_log()] for m in members]
    assert logs == [
        [("mseed", "said 0", ErrorSeverity.Complaint)],
        [("mseed", "said 1", ErrorSeverity.Informational)],
        [],
    ]
    stream = await front.client.get_waveforms("CI", "ADO", "", "HHZ", start / 1e9, start / 1e9 + 3)
    (trace,) = stream
    assert trace.stats.npts == 300
    assert trace.stats.seisbus.elog == ["mseed: said 0", "mseed: said 1"]
    assert trace.stats.seisbus.wf_ids == [str(d["_id"]) for d in documents]
    assert len(await front.client.get_waveforms("CI", "ADO", "*", "HHZ", start / 1e9, start / 1e9 + 3)) == 1
    assert len(await front.client.get_waveforms("CI", "ADO", "00", "HHZ", start / 1e9, start / 1e9 + 3)) == 0


@pytest.mark.filterwarnings("ignore:SelectableGroups dict interface:DeprecationWarning")  # obspy on import
async def test_stored_waveforms_come_back_exact_in_samples_and_time(front: Front) -> None:
    random = np.random.default_rng(5)
    t0 = DAY * DAY_NS + 123_456_789
    counts = Segment(Channel("CI", "ADO", "", "HHZ"), t0, Rate(100), random.integers(-9000, 9000, 1_000_000, np.int32))
    floats = Segment(Channel("CI", "BAR", "", "HHZ"), t0 + DAY_NS, Rate(1000, 3), random.normal(size=500_000))
    documents = [
        document(counts, format="mseed", **stored_file(front, "a", mseed.encode(counts))),
        document(floats, format="binary", **stored_file(front, "b", floats.data.tobytes())),
    ]
    await front.context.store[c.WF_TIMESERIES].insert_many(documents)
    await insert_j1(front)
    ensemble = await front.client.read(job="j1")
    for member, segment in zip(ensemble.member, (counts, floats), strict=True):
        assert member.live
        assert np.array_equal(np.asarray(member.data), segment.data)
        assert member.t0_ns == segment.t0_ns
        assert member.time_ns(segment.npts - 1) == segment.end_ns
        assert (member["sta"], member["loc"]) == (segment.channel.sta, "")
    stream = await front.client.get_waveforms("CI", "ADO", "--", "HH?", (t0 + 5_000_000) / 1e9, (t0 + 95_000_000) / 1e9)
    assert [(trace.id, trace.stats.npts, trace.data.dtype) for trace in stream] == [
        ("CI.ADO..HHZ", 9, np.dtype(np.int32))
    ]
    assert np.array_equal(stream[0].data, counts.data[1:10])
    assert len(await front.client.waveforms(sta="ADO", limit=5)) == 1


@pytest.mark.filterwarnings("ignore:SelectableGroups dict interface:DeprecationWarning")  # obspy on import
async def test_a_channel_stored_raw_and_processed_has_one_dtype_and_can_be_chosen(front: Front) -> None:
    t0, random = (DAY + 40) * DAY_NS, np.random.default_rng(7)
    counts = Segment(Channel("CI", "TWO", "", "HHZ"), t0, Rate(100), random.integers(-(2**31), 2**31, 900, np.int32))
    motion = Segment(Channel("CI", "TWO", "", "HHZ"), t0, Rate(100), random.normal(size=900))
    other = Segment(Channel("CI", "TWO", "", "HHN"), t0, Rate(100), counts.data)
    documents = [
        document(counts, data_tag="raw", format="mseed", **stored_file(front, "raw", mseed.encode(counts))),
        document(other, data_tag="raw", format="mseed", **stored_file(front, "north", mseed.encode(other))),
        document(
            motion,
            job="j2",
            data_tag="motion",
            format="binary",
            units="m/s",
            **stored_file(front, "motion", motion.data.tobytes()),
        ),
    ]
    await front.context.store[c.WF_TIMESERIES].insert_many(documents)
    where = "CI", "TWO", "", "HH?", t0 / 1e9, t0 / 1e9 + 60
    both = await front.client.get_waveforms(*where)
    assert sorted((trace.id, trace.data.dtype.name) for trace in both) == [
        ("CI.TWO..HHN", "int32"), ("CI.TWO..HHZ", "float64"), ("CI.TWO..HHZ", "float64"),
    ]  # fmt: skip
    found = {tuple(trace.data) for trace in both if trace.stats.channel == "HHZ"}
    assert found == {tuple(counts.data.astype(float)), tuple(motion.data)}
    await insert_j1(front)
    for choice, segments in (
        ({"tag": "motion"}, [motion]), ({"tag": "raw"}, [other, counts]), ({"job": "j1"}, [other, counts]),
        ({"job": "j1", "tag": "motion"}, []), ({"tag": "nothing"}, []),
    ):  # fmt: skip
        stream = (await front.client.get_waveforms(*where, **choice)).sort(["channel"])
        assert [trace.data.dtype for trace in stream] == [segment.data.dtype for segment in segments], choice
        for trace, segment in zip(stream, segments, strict=True):
            assert np.array_equal(trace.data, segment.data)


async def test_a_dataset_is_copied_whole_checked_and_never_from_outside(front: Front, tmp_path: Path) -> None:
    content = np.random.default_rng(6).bytes(3_000_000)
    folder = front.context.output_root / "exports" / "mine"
    (folder / "sac").mkdir(parents=True)
    (folder / "one.h5").write_bytes(content)
    (folder / "empty.h5").touch()
    for name in ("a.SAC", "b.SAC"):
        (folder / "sac" / name).write_bytes(name.encode())
    (tmp_path / "secret").write_text("secret")

    async def built(path: str, sha256: str) -> dict[str, object]:
        found: dict[str, object] = {"_id": ObjectId(), "job": "j2", "path": path, "sha256": sha256}
        await front.context.store[c.ASDF_DATASET].insert_one(found)
        return found

    mine = tmp_path / "mine"
    one = await built("exports/mine/one.h5", hashlib.sha256(content).hexdigest())
    assert (await front.client.download(one, mine)).read_bytes() == content
    empty = await built("exports/mine/empty.h5", hashlib.sha256(b"").hexdigest())
    assert (await front.client.download(empty, mine)).read_bytes() == b""
    sac = await built("exports/mine/sac", "")
    for _ in range(2):  # the second time over the first
        path = await front.client.download(sac, mine)
        assert {file.name: file.read_bytes() for file in path.iterdir()} == {"a.SAC": b"a.SAC", "b.SAC": b"b.SAC"}

    (folder / "one.h5").write_bytes(content[:-1])
    with pytest.raises(DatasetError, match="a later export may have replaced it"):
        await front.client.download(one, mine)
    assert (mine / "mine" / "one.h5").read_bytes() == content
    for path, problem in (("exports/gone.h5", "gone.h5"), ("../secret", "outside"), ("/etc/passwd", "outside")):
        with pytest.raises(ClientError, match=problem):
            await front.client.download({**await built(path, ""), "path": "exports/x"}, mine)
    with pytest.raises(ClientError, match="no dataset nonsense"):
        await front.client.download({**one, "_id": "nonsense"}, mine)
    with pytest.raises(ValueError, match="not the name of a file"):
        await front.client.download({**one, "path": "exports/../../up"}, mine)


async def test_a_waveform_whose_bytes_are_gone_is_dead_and_the_next_one_comes(front: Front, tmp_path: Path) -> None:
    good = Segment(Channel("CI", "ADO", "", "HHZ"), DAY * DAY_NS, Rate(1), np.arange(10, dtype=np.float64))
    gone = {**document(good, **stored_file(front, "gone", b"")), "nbytes": 80, "starttime": 1.0, "t0_ns": 10**9}
    await front.context.store[c.WF_TIMESERIES].insert_many(
        [gone, document(good, **stored_file(front, "good", good.data.tobytes()))]
    )
    stored = [item async for item in front.client.stored(job="j1")]
    assert ["ends at byte 0" in item.error for item in stored] == [True, False]
    await insert_j1(front)
    dead, live = (await front.client.read(job="j1")).member
    assert (dead.live, dead.npts, live.live) == (False, 0, True)
    assert "ends at byte 0" in dead.elog.get_error_log()[0].message
    assert dead["sta"] == "ADO"
    path = tmp_path / "all.mseed"
    with pytest.raises(WaveformError, match="ends at byte"):
        write_miniseed([item async for item in front.client.stored(job="j1")], path)
    assert not path.exists()


async def test_dead_letters_are_shown_and_replayed(front: Front) -> None:
    job = await front.client.submit(JOB)
    store = front.context.store
    await store[c.DEAD_LETTER].insert_one({"_id": "d1", "job": job.id, "reason": "unreadable", "body": b"\x00body"})
    assert [(letter.id, letter.body) for letter in await front.client.dead_letters(job.id)] == [("d1", b"")]
    assert (await front.client.dead_letter("d1")).body == b"\x00body"
    with pytest.raises(ClientError, match="still submitted"):
        await front.client.replay("d1")
    await close_job(store, await get_job(store, job.id), JobState.COMPLETED)
    await front.client.replay("d1")
    assert (await get_job(store, job.id))["retry"] == {"fates": [Fate.FAILED.value], "reason": "dead_letter"}


async def test_a_defect_inside_never_shows_a_traceback(front: Front) -> None:
    await front.context.store[c.JOB].insert_one({"_id": "broken", "request_id": "r"})
    with pytest.raises(ClientError, match="unexpected KeyError; its log has the details") as caught:
        await front.client.job("broken")
    assert (caught.value.code, caught.value.failure) == ("INTERNAL", Failure.SERVICE)


async def test_health_and_reflection_answer(front: Front) -> None:
    async with grpc.aio.insecure_channel(front.address) as channel:
        answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=SERVICE))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
        names = {service.name async for response in call for service in response.list_services_response.service}
    assert SERVICE in names


async def test_an_unreachable_server_is_one_sentence_that_names_the_address() -> None:
    async with AsyncClient("127.0.0.1:1") as client:
        with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:1: start one with `seisbus up`") as caught:
            await client.jobs()
    assert caught.value.failure is Failure.SERVICE


async def test_the_blocking_client_does_the_same_from_any_thread(front: Front) -> None:
    store = front.context.store
    segment = Segment(Channel("CI", "ADO", "", "HHZ"), DAY * DAY_NS, Rate(1), np.arange(10, dtype=np.float64))
    await store[c.WF_TIMESERIES].insert_one(document(segment, **stored_file(front, "w", segment.data.tobytes())))
    await insert_j1(front)

    def work() -> tuple[str, list[JobState], list[float]]:
        with Client(front.address) as client:
            job = client.submit(JOB)
            states = []
            for progress in client.watch(job.id):
                states.append(progress.state)
                break  # a watcher may leave early
            with pytest.raises(ClientError, match="no job nope"):
                client.explain("nope")
            (member,) = client.stream(job="j1")
            assert len(client.read(job="j1").member) == 1
            return job.id, states, np.asarray(member.data).tolist()

    job, states, samples = await asyncio.to_thread(work)
    assert states == [JobState.SUBMITTED]
    assert samples == list(range(10))
    assert job in [found.id for found in await front.client.jobs()]
