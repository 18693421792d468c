"""The bus against a real server: pulling through restarts, holding, poison, drain, claims, full streams."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import random
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from nats.js.errors import NotFoundError

from seis.v1 import task_pb2
from seisbus.app.health import WorkerControl
from seisbus.bus import Bus, Delivery, Worker, WorkerState
from seisbus.bus.client import ClaimGoneError
from seisbus.bus.jobboard import JobBoard
from seisbus.bus.names import CLAIMS
from seisbus.bus.tags import Tag
from seisbus.bus.topology import INLINE_BYTES, consumer_of, subject_of
from seisbus.bus.worker import DeadLetter
from seisbus.errors import PoisonError, UnavailableError
from seisbus.local import EmbeddedServers, embedded_servers
from seisbus.model.kinds.window import STORE
from seisbus.telemetry.hops import Hops
from support.waiting import eventually

JOB = "0123456789abcdefgh"
_ACK_WAIT = 1.0
_STORE_BYTES = 100_000_000


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[EmbeddedServers]:
    async with embedded_servers(tmp_path, mongodb=False) as running:
        yield running


@pytest.fixture
async def bus(servers: EmbeddedServers) -> AsyncIterator[Bus]:
    async with await Bus.connect(servers.nats.url, name="test") as connected:
        await connected.ensure_topology([consumer_of(STORE)], store_bytes=_STORE_BYTES, ack_wait=_ACK_WAIT)
        yield connected


@dataclass
class Log:
    """What a worker was given, and what it gave up."""

    handled: list[str] = field(default_factory=list)
    buried: list[DeadLetter] = field(default_factory=list)

    async def bury(self, letter: DeadLetter) -> None:
        self.buried.append(letter)


def worker_on(
    bus: Bus,
    log: Log,
    handler: Callable[[Delivery], Awaitable[None]] | None = None,
    *,
    attempt: int = 1,
    slots: int = 4,
    max_deliver: int = 3,
) -> Worker:
    """A worker on the writer's consumer for jobs that are in their `attempt`-th attempt."""

    async def note(delivery: Delivery) -> None:
        if handler is not None:
            await handler(delivery)
        log.handled.append(delivery.body.decode(errors="replace"))

    async def lookup(job: str) -> int | None:
        return attempt if job == JOB else None

    return Worker(
        bus, consumer_of(STORE), note, board=JobBoard(bus, lookup), bury=log.bury, slots=slots,
        max_bytes=64_000_000, ack_wait=_ACK_WAIT, max_deliver=max_deliver,
    )  # fmt: skip


@contextlib.asynccontextmanager
async def running(worker: Worker) -> AsyncIterator[None]:
    work = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        await worker.drain(5)
        await work


async def publish(bus: Bus, *names: str, attempt: int = 1, job: str = JOB) -> None:
    for name in names:
        tag = Tag(job, f"{job}.000000.000000", attempt)
        await bus.publish(subject_of(STORE, job), name.encode(), tag=tag, message_id=f"{job}/{name[:20]}")


async def drained(bus: Bus) -> bool:
    """Whether nothing waits and nothing is being worked on."""
    return (await bus.consumer_lag())["write-store"][:2] == (0, 0)


async def test_a_worker_goes_on_after_restarts_of_the_server(servers: EmbeddedServers, bus: Bus) -> None:
    log = Log()
    worker = worker_on(bus, log)
    async with running(worker):
        for number in range(3):
            await publish(bus, f"before {number}")
            await eventually(lambda n=number: f"before {n}" in log.handled)
            await servers.kill("nats")
            await eventually(lambda: worker.state is WorkerState.HOLDING and "NATS" in worker.holding_for)
            await servers.restart("nats")
            await eventually(lambda: worker.state is WorkerState.RUNNING)
            await eventually(lambda n=number: published(bus, f"after {n}"))
            await eventually(lambda n=number: f"after {n}" in log.handled)
    assert set(log.handled) == {f"{when} {number}" for when in ("before", "after") for number in range(3)}


async def test_bodies_of_all_sizes_arrive_through_a_restart_as_they_were_sent(
    servers: EmbeddedServers, bus: Bus
) -> None:
    """Large messages take another way through the client than small ones; the server is killed in the midst of them."""
    sizes = [1, 65_000, 65_536, 70_000, 300_000, 3_000_000, INLINE_BYTES] * 6
    found: dict[int, bytes] = {}
    headers: set[Tag] = set()

    async def keep(delivery: Delivery) -> None:
        found[delivery.tag.part] = delivery.body
        headers.add(delivery.tag)

    async def send() -> None:
        for number, size in enumerate(sizes):
            await bus.publish(
                subject_of(STORE, JOB),
                random.Random(number).randbytes(size),
                tag=Tag(JOB, f"task  with blanks {number}", 1, number),
                message_id=f"{JOB}/{number}",
                patient=True,
            )

    worker = worker_on(bus, Log(), keep)
    async with running(worker):
        sending = asyncio.create_task(send())
        await eventually(lambda: len(found) >= 15)
        await servers.kill("nats")
        await servers.restart("nats")
        await sending
        await eventually(lambda: len(found) == len(sizes))
    for number, size in enumerate(sizes):
        assert found[number] == random.Random(number).randbytes(size), size
    assert headers == {Tag(JOB, f"task  with blanks {n}", 1, n) for n in range(len(sizes))}


async def published(bus: Bus, name: str) -> bool:
    try:
        await publish(bus, name)
    except UnavailableError:
        return False
    return True


async def test_a_drain_hands_back_at_once_what_it_cannot_end(bus: Bus) -> None:
    # What is not handed back stays with its dead worker for half a minute.
    await bus.ensure_topology([consumer_of(STORE)], store_bytes=_STORE_BYTES, ack_wait=30)
    names = [f"m{number}" for number in range(20)]
    begun, log, others = asyncio.Event(), Log(), Log()

    async def stuck(delivery: Delivery) -> None:
        if len(log.handled) >= 3:
            begun.set()
            await asyncio.Event().wait()

    first = worker_on(bus, log, stuck)
    work = asyncio.create_task(first.run())
    await publish(bus, *names)
    await begun.wait()
    await first.drain(0.1)
    await asyncio.wait_for(work, 5)
    assert first.state is WorkerState.DRAINING

    async with running(worker_on(bus, others)):
        await eventually(lambda: drained(bus), timeout=15)
    assert sorted([*log.handled, *others.handled]) == sorted(names)


async def test_a_pull_that_stops_hands_back_what_was_sent(bus: Bus) -> None:
    """Fifty workers are stopped while messages come in: every message is handled, and only once."""
    log = Log()
    names = [f"m{number}" for number in range(100)]
    feeding = asyncio.create_task(publish(bus, *names))
    for _ in range(25):
        worker = worker_on(bus, log)
        work = asyncio.create_task(worker.run())
        await asyncio.sleep(0.02)  # somewhere in the middle of a request
        await worker.drain(5)
        work.cancel()
    await feeding
    async with running(worker_on(bus, log)):
        await eventually(lambda: drained(bus))
    assert sorted(log.handled) == sorted(names)


async def test_a_paused_worker_takes_nothing_though_a_request_was_open(bus: Bus) -> None:
    log = Log()
    worker = worker_on(bus, log)
    name = consumer_of(STORE).name

    async def asks() -> bool:
        return (await bus.consumer_lag())[name] == (0, 0, 1)

    async with running(worker):
        await eventually(asks)
        await worker.pause()
        assert worker.state is WorkerState.PAUSED
        assert (await bus.consumer_lag())[name] == (0, 0, 0)  # the open request would have taken what comes now
        await publish(bus, "a", "b", "c")
        assert (await bus.consumer_lag())[name] == (3, 0, 0)
        worker.resume()
        await eventually(lambda: sorted(log.handled) == ["a", "b", "c"])
        assert worker.stats.redelivered == 0
        await worker.pause()
        worker.resume()  # at once: it works all the same
        await publish(bus, "d")
        await eventually(lambda: log.handled[-1] == "d")


async def test_a_pause_during_the_start_of_a_service_holds(bus: Bus, tmp_path: Path) -> None:
    log = Log()
    control = WorkerControl("writer", drain=lambda: None, hops=Hops(), output=tmp_path)
    await control.Pause(None, None)
    worker = worker_on(bus, log)
    await control.begin([worker])
    assert worker.state is WorkerState.PAUSED
    async with running(worker):
        await publish(bus, "a")
        assert (await bus.consumer_lag())[consumer_of(STORE).name] == (1, 0, 0)
        await control.Resume(None, None)
        await eventually(lambda: log.handled == ["a"])


async def test_a_worker_holds_while_a_server_is_away_and_keeps_the_message_alive(bus: Bus) -> None:
    away, deliveries, log = asyncio.Event(), [], Log()

    async def handle(delivery: Delivery) -> None:
        deliveries.append(delivery.deliveries)
        if not away.is_set():
            raise UnavailableError("S3", "S3: nobody answers.")

    worker = worker_on(bus, log, handle)
    async with running(worker):
        await publish(bus, "held")
        await eventually(lambda: worker.state is WorkerState.HOLDING)
        assert worker.holding_for == "S3: nobody answers."
        await publish(bus, "later")
        await eventually(lambda: len(deliveries) >= 4, timeout=3 * _ACK_WAIT + 10)
        await asyncio.sleep(1.5 * _ACK_WAIT)  # longer than an unattended message stays with its worker
        assert "later" not in log.handled
        away.set()
        await eventually(lambda: sorted(log.handled) == ["held", "later"])
        assert worker.state is WorkerState.RUNNING
    assert set(deliveries) == {1}
    assert (worker.stats.redelivered, log.buried) == (0, [])


async def test_a_hold_ends_with_its_message_however_that_ends(bus: Bus) -> None:
    tries, log = [], Log()

    async def handle(delivery: Delivery) -> None:
        if delivery.body == b"bad":
            tries.append(delivery.deliveries)
            if len(tries) == 1:
                raise UnavailableError("S3", "S3: away.")
            raise KeyError("a defect of the handler")

    worker = worker_on(bus, log, handle)
    async with running(worker):
        await publish(bus, "bad")
        await eventually(lambda: len(tries) > 1)
        await publish(bus, "good")
        await eventually(lambda: log.handled == ["good"])
        await eventually(lambda: log.buried)
    (letter,) = log.buried
    assert (letter.deliveries, letter.poison, letter.tag.job) == (4, False, JOB)
    assert tries == [1, 1, 2, 3]
    assert await drained(bus)


async def test_poison_is_buried_and_stale_or_foreign_work_is_dropped(bus: Bus) -> None:
    log = Log()

    async def handle(delivery: Delivery) -> None:
        if delivery.body == b"poison":
            raise PoisonError("It cannot be read.")

    async with running(worker_on(bus, log, handle, attempt=2)):
        await publish(bus, "poison", "fine", attempt=2)
        await publish(bus, "stale", attempt=1)
        await publish(bus, "of no job", job="zzzzzzzzzzzzzzzzzz")
        js = bus.connection.jetstream()
        await js.publish(subject_of(STORE, JOB), b"no headers")
        headers = Tag(JOB, "t", 2).headers()
        await js.publish(subject_of(STORE, JOB), b"\xff\xff no envelope", headers=headers)
        await eventually(lambda: drained(bus))
    assert log.handled == ["fine"]
    assert sorted(letter.body[-11:] for letter in log.buried) == sorted([b"no headers", b"no envelope"[-11:],
                                                                         inline(b"poison")[-11:]])  # fmt: skip
    assert all(letter.poison and letter.deliveries == 1 for letter in log.buried)
    assert len({letter.id for letter in log.buried}) == 3


def inline(body: bytes) -> bytes:
    return bytes(task_pb2.Envelope(inline=body).SerializeToString())


async def test_a_large_body_travels_as_a_claim_and_leaves_nothing_behind(bus: Bus) -> None:
    body = b"x" * (INLINE_BYTES + 1)
    log, sizes = Log(), []

    async def handle(delivery: Delivery) -> None:
        sizes.append(len(delivery.body))

    await bus.publish(subject_of(STORE, JOB), body, tag=Tag(JOB, "t", 1), message_id=f"{JOB}.0.0/write/0/1.1")
    assert len(await bus.claims(JOB)) == 1
    assert await bus.claims("another") == []
    async with running(worker_on(bus, log, handle)):
        await eventually(lambda: sizes)
        await eventually(lambda: no_claims(bus))
    assert sizes == [len(body)]


async def no_claims(bus: Bus) -> bool:
    return not await bus.claims(JOB)


async def test_a_claim_that_is_other_or_gone_is_told_apart(bus: Bus) -> None:
    for number in range(2):
        body = bytes([number]) * (INLINE_BYTES + 1)
        await bus.publish(
            subject_of(STORE, JOB), body, tag=Tag(JOB, "t", 1), message_id=f"{JOB}.0.0/write/{number}/1.1"
        )
    js = bus.connection.jetstream()
    first, second = [(await js.get_msg("SEIS_WRITE", n)).data for n in (1, 2)]
    swapped = task_pb2.Envelope.FromString(first)
    swapped.claim.key = task_pb2.Envelope.FromString(second).claim.key
    with pytest.raises(PoisonError, match="other bytes"):
        await bus.open_envelope(swapped.SerializeToString())
    await bus.delete_claims(JOB)
    assert await bus.claims(JOB) == []
    with pytest.raises(ClaimGoneError):
        await bus.open_envelope(first)
    await bus.delete_claim(task_pb2.Envelope.FromString(first).claim.key)  # silent
    with contextlib.suppress(NotFoundError):
        info = await (await js.object_store(CLAIMS)).status()
        assert info.size < INLINE_BYTES


@pytest.mark.parametrize("bucket", ["", "no bucket", "other"])
async def test_a_claim_elsewhere_is_poison_and_no_trouble_of_nats(bus: Bus, bucket: str) -> None:
    claim = task_pb2.Claim(bucket=bucket, key=f"{JOB}/1", size=1)
    with pytest.raises(PoisonError, match="claims are in"):
        await bus.open_envelope(task_pb2.Envelope(claim=claim).SerializeToString())


async def test_a_claim_that_is_damaged_in_the_store_is_poison(bus: Bus) -> None:
    body = b"x" * (INLINE_BYTES + 1)
    await bus.publish(subject_of(STORE, JOB), body, tag=Tag(JOB, "t", 1), message_id=f"{JOB}.0.0/write/0/1.1")
    js = bus.connection.jetstream()
    message = (await js.get_msg("SEIS_WRITE", 1)).data
    key = base64.urlsafe_b64encode(task_pb2.Envelope.FromString(message).claim.key.encode()).decode()
    subject = f"$O.{CLAIMS}.M.{key}"
    about = json.loads((await js.get_last_msg(f"OBJ_{CLAIMS}", subject)).data or b"")
    about["digest"] = "SHA-256=" + base64.urlsafe_b64encode(bytes(32)).decode()
    await js.publish(subject, json.dumps(about).encode(), headers={"Nats-Rollup": "sub"})
    with pytest.raises(PoisonError, match="damaged in NATS's Object Store"):
        await bus.open_envelope(message)


async def test_a_patient_publisher_waits_for_room_and_an_impatient_one_says_so(servers: EmbeddedServers) -> None:
    async with await Bus.connect(servers.nats.url, name="test") as bus:
        await bus.ensure_topology([consumer_of(STORE)], store_bytes=400_000, ack_wait=_ACK_WAIT)
        log = Log()
        worker = worker_on(bus, log)
        large = "x" * 40_000
        await publish(bus, f"1{large}", f"2{large}")
        with pytest.raises(UnavailableError, match="the stream is full"):
            await publish(bus, f"3{large}")
        arguments: dict[str, Any] = {"tag": Tag(JOB, "t", 1), "message_id": "patient"}
        patient = asyncio.create_task(
            bus.publish(subject_of(STORE, JOB), f"4{large}".encode(), patient=True, **arguments)
        )
        await eventually(lambda: "full" in worker.holding_for)
        assert worker.state is WorkerState.HOLDING
        await bus.purge_job(JOB)
        await patient
        assert bus.waiting_for == ""
        async with running(worker):
            await eventually(lambda: [name[0] for name in log.handled] == ["4"])


async def test_messages_that_will_be_delivered_are_never_taken_for_struck_off(
    servers: EmbeddedServers, bus: Bus
) -> None:
    """Waiting, in work, handed back, left to its deadline, and all of that across a kill of the server: none goes."""
    log, release, failures = Log(), asyncio.Event(), Counter[str]()
    names = ["done", "held", "bad", *(f"m{number}" for number in range(20))]

    async def handle(delivery: Delivery) -> None:
        name = delivery.body.decode()
        if name == "held":
            await release.wait()
        if name == "bad" and not release.is_set():
            failures[name] += 1
            raise KeyError("a defect of the handler")

    async def left() -> int:
        return (await bus.pending(JOB))["SEIS_WRITE"]

    await publish(bus, *names)
    await bus.purge_acknowledged(JOB)
    assert await left() == len(names)
    worker = worker_on(bus, log, handle, slots=10, max_deliver=1000)
    async with running(worker):
        await eventually(lambda: failures["bad"] > 1)
        for number in range(3):
            await publish(bus, *(f"late {number} {n}" for n in range(20)))
            await bus.purge_acknowledged(JOB)
            assert await left() >= 2, "in work, and to be delivered again"
            await servers.restart("nats")
            await eventually(lambda: worker.state is WorkerState.RUNNING)
            seen = failures["bad"]
            await eventually(lambda seen=seen: failures["bad"] > seen)
        release.set()
        await eventually(lambda: drained(bus))
    assert set(log.handled) == {*names, *(f"late {number} {n}" for number in range(3) for n in range(20))}
    assert await left() == 0


async def test_messages_that_a_consumer_struck_off_and_its_stream_kept_are_removed(
    servers: EmbeddedServers, bus: Bus
) -> None:
    """As after a full disk: the stream could not note what the consumer did."""
    log = Log()
    await publish(bus, "first", "second")
    await servers.kill("nats")
    (stream,) = servers.folder.glob("nats/**/SEIS_WRITE")
    full = shutil.copytree(stream / "msgs", servers.folder / "full")
    await servers.restart("nats")
    async with running(worker_on(bus, log)):
        await eventually(lambda: drained(bus))
        await eventually(lambda: sorted(log.handled) == ["first", "second"])
    await servers.server("nats").stop()
    shutil.rmtree(stream / "msgs")
    shutil.copytree(full, stream / "msgs")
    await servers.restart("nats")
    await eventually(lambda: bus.connected)
    await publish(bus, "third")
    assert (await bus.pending(JOB))["SEIS_WRITE"] == 3, "the server tidies up by itself: nothing is tested here"
    await bus.purge_acknowledged(JOB)
    assert (await bus.pending(JOB))["SEIS_WRITE"] == 1
    async with running(worker_on(bus, log)):
        await eventually(lambda: sorted(log.handled) == ["first", "second", "third"])


async def test_the_purge_of_one_job_costs_no_other_its_redeliveries(bus: Bus) -> None:
    log, seen = Log(), Counter[str]()
    names = [f"m{number}" for number in range(40)]

    async def handle(delivery: Delivery) -> None:
        seen[delivery.body.decode()] += 1
        if delivery.deliveries < 3:
            raise KeyError("a defect of the handler")

    other = "abcdefghijklmnopqr"
    async with running(worker_on(bus, log, handle, slots=40)):
        await publish(bus, *names)
        while not await drained(bus) or len(log.handled) < len(names):
            await bus.publish(
                subject_of(STORE, other), b"x", tag=Tag(other, "t", 1), message_id=f"{other}{seen.total()}"
            )
            await bus.purge_job(other)
            await bus.purge_acknowledged(JOB)
            assert len(log.handled) <= len(names)
    assert sorted(log.handled) == sorted(names)
    assert set(seen.values()) == {3}


async def test_the_next_snapshot_of_a_job_is_its_move(bus: Bus) -> None:
    async def lookup(job: str) -> int | None:
        return 1

    board = JobBoard(bus, lookup)
    following = asyncio.create_task(board.run())
    try:
        first, other = board.move(JOB), board.move("another")
        assert board.move(JOB) is first

        async def moved() -> bool:  # the first ones may come before the board listens
            await bus.publish_snapshot(task_pb2.JobSnapshot(job=JOB, attempt=1))
            return first.is_set()

        await eventually(moved)
        assert not other.is_set()
        assert not board.move(JOB).is_set()
    finally:
        following.cancel()
        await asyncio.wait([following])


async def test_a_stream_that_is_gone_is_said_and_not_taken_for_empty(bus: Bus) -> None:
    await bus.connection.jetstream().delete_stream("SEIS_WRITE")
    with pytest.raises(UnavailableError, match="stream not found"):
        await bus.stream_fill()


async def test_the_age_of_the_oldest_unacknowledged_message_is_known(bus: Bus) -> None:
    assert (await bus.stream_fill())["SEIS_WRITE"].oldest == 0
    before = time.time()
    await publish(bus, "first")
    published = time.time()
    await publish(bus, "second")
    fill = (await bus.stream_fill())["SEIS_WRITE"]
    assert before - 1 <= fill.oldest <= published + 1
    assert 0 < fill.bytes < fill.limit
    async with running(worker_on(bus, Log())):
        await eventually(lambda: drained(bus))
    assert (await bus.stream_fill())["SEIS_WRITE"].oldest == 0


async def test_a_message_in_hand_is_not_begun_again_when_this_process_was_too_slow_to_say_so(bus: Bus) -> None:
    log, begun = Log(), Counter[str]()

    async def handle(delivery: Delivery) -> None:
        begun[delivery.body.decode()] += 1
        for _ in range(3):
            time.sleep(2.5 * _ACK_WAIT)  # noqa: ASYNC251 (the loop stands still, as on a machine with too much to do)
            await eventually(lambda: worker.stats.redelivered > 0)

    worker = worker_on(bus, log, handle, slots=4)
    async with running(worker):
        await publish(bus, "slow")
        await eventually(lambda: len(log.handled) == 1, 30)
        await eventually(lambda: drained(bus), 30)
    assert begun == {"slow": 1}
    assert worker.stats.redelivered > 0
    assert log.buried == []
