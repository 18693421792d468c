"""Bundles on a real server: what is published together travels as one, and no message of it harms the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from libseis.wire import carried, claim_of
from seis.v1 import task_pb2
from seisbus.bus import Bus, Delivery, Worker
from seisbus.bus.bundles import BUNDLE_BYTES, Enclosed, bundle_id, enclosed_in, enclosing, inline_envelope, is_bundle
from seisbus.bus.codec import encode_outcomes
from seisbus.bus.jobboard import JobBoard
from seisbus.bus.tags import Tag
from seisbus.bus.topology import INLINE_BYTES, consumer_of, subject_of
from seisbus.bus.worker import DeadLetter
from seisbus.errors import PoisonError, UnavailableError
from seisbus.local import EmbeddedServers
from seisbus.model.kinds.window import CUT, STORE
from support.messages import CASES
from support.waiting import eventually

from .test_bus import JOB, Log, bus, drained, publish, running, servers, worker_on

__all__ = ["bus", "servers"]  # fixtures

SUBJECT = subject_of(STORE, JOB)
NAMES = [f"m{number}" for number in range(7)]


async def messages(bus: Bus, stream: str = "SEIS_WRITE") -> int:
    """How many messages a stream ever took."""
    return (await bus.connection.jetstream().stream_info(stream)).state.last_seq


async def bundled(bus: Bus, *names: str) -> None:
    async with bus.together():
        await publish(bus, *names)


async def test_what_is_published_together_is_one_message_and_handled_as_many(bus: Bus) -> None:
    log = Log()
    await bundled(bus, *NAMES)
    await bundled(bus, *NAMES)  # a repeat, which the server drops
    assert await messages(bus) == 1
    worker = worker_on(bus, log, slots=1)
    async with running(worker):
        await eventually(lambda: drained(bus))
    assert sorted(log.handled) == NAMES
    assert worker.stats.done == 1


async def test_a_bundle_has_a_limit_and_what_is_large_travels_alone(bus: Bus) -> None:
    log, sizes = Log(), []

    async def handle(delivery: Delivery) -> None:
        sizes.append(len(delivery.body))
        delivery.body.decode()

    some = BUNDLE_BYTES // 3
    async with bus.together():
        for number, size in enumerate([some, some, some, some, BUNDLE_BYTES + 1, INLINE_BYTES + 1]):
            body = b"x" * size
            await bus.publish(SUBJECT, body, tag=Tag(JOB, "t", 1, number), message_id=f"{JOB}.0.0/write/{number}/1.1")
    assert await messages(bus) == 4  # three of the first four, and each of the others by itself
    async with running(worker_on(bus, log, handle)):
        await eventually(lambda: drained(bus))
    assert sorted(sizes) == [some] * 4 + [BUNDLE_BYTES + 1, INLINE_BYTES + 1]


@pytest.mark.parametrize("in_turn", [True, False])
async def test_what_becomes_of_a_bundle_travels_together_and_before_the_acknowledgement(
    bus: Bus, in_turn: bool
) -> None:
    await bus.ensure_topology([consumer_of(CUT)], store_bytes=100_000_000, ack_wait=1.0)
    at_once, most = 0, 0

    async def cut(delivery: Delivery) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        name = delivery.body.decode()
        await bus.publish(SUBJECT, name.encode(), tag=delivery.tag, message_id=f"{JOB}/{name}/write")
        at_once -= 1

    async def lookup(job: str) -> int | None:
        return 1

    async with bus.together():
        for name in NAMES:
            tag = Tag(JOB, f"{JOB}.000000.{name}", 1)
            await bus.publish(subject_of(CUT, JOB), name.encode(), tag=tag, message_id=f"{JOB}/{name}/window")
    windower = Worker(
        bus, consumer_of(CUT), cut, board=JobBoard(bus, lookup), bury=Log().bury, slots=4, max_bytes=64_000_000,
        ack_wait=1.0, max_deliver=3, in_turn=in_turn,
    )  # fmt: skip
    log = Log()
    async with running(windower), running(worker_on(bus, log)):
        await eventually(lambda: len(log.handled) == len(NAMES))
        await eventually(lambda: drained(bus))
    assert log.handled == NAMES
    assert (await messages(bus, "SEIS_WINDOW"), await messages(bus)) == (1, 1)
    assert (most == 1) is in_turn


async def handled_of(bus: Bus, handle: Callable[[Delivery], Awaitable[None]]) -> Log:
    """What a worker with this handler made of a bundle."""
    log = Log()
    await bundled(bus, *NAMES)
    async with running(worker_on(bus, log, handle)):
        await eventually(lambda: drained(bus))
    return log


async def test_a_poison_message_of_a_bundle_is_buried_alone(bus: Bus) -> None:
    async def handle(delivery: Delivery) -> None:
        if delivery.body in (b"m2", b"m4"):
            raise PoisonError("It cannot be read.")

    log = await handled_of(bus, handle)
    assert sorted(log.handled) == sorted(set(NAMES) - {"m2", "m4"})
    assert sorted(letter.body for letter in log.buried) == [
        b"".join(inline_envelope(b"m2")),
        b"".join(inline_envelope(b"m4")),
    ]
    assert sorted(letter.headers["Nats-Msg-Id"] for letter in log.buried) == [f"{JOB}/m2", f"{JOB}/m4"]
    assert len({letter.id for letter in log.buried}) == 2


async def test_a_message_that_fails_again_and_again_is_given_up_alone(bus: Bus) -> None:
    async def handle(delivery: Delivery) -> None:
        if delivery.body == b"m3":
            raise ValueError("a defect")

    log = await handled_of(bus, handle)
    assert set(log.handled) == set(NAMES) - {"m3"}
    (letter,) = log.buried
    assert (letter.body, letter.poison) == (b"".join(inline_envelope(b"m3")), False)
    assert await messages(bus) == 1 + len(NAMES)  # taken apart once


async def test_a_hold_repeats_nothing_of_a_bundle_that_is_done(bus: Bus) -> None:
    failures: list[DeadLetter | str] = []

    async def handle(delivery: Delivery) -> None:
        if delivery.body == b"m5" and len(failures) < 2:
            failures.append("m5")
            raise UnavailableError("S3", "S3 is away.")

    log = await handled_of(bus, handle)
    assert sorted(log.handled) == NAMES
    assert await messages(bus) == 1


async def test_a_bundle_that_comes_again_is_taken_apart_for_others(bus: Bus) -> None:
    log, others, stuck = Log(), Log(), asyncio.Event()

    async def hangs(delivery: Delivery) -> None:
        if delivery.body == b"m6":
            stuck.set()
            await asyncio.Event().wait()

    await bundled(bus, *NAMES)
    first = worker_on(bus, log, hangs)
    work = asyncio.create_task(first.run())
    await asyncio.wait_for(stuck.wait(), 30)
    await first.drain(0.01)
    await work
    async with running(worker_on(bus, others)):
        await eventually(lambda: drained(bus))
    assert sorted(others.handled) == NAMES
    assert await messages(bus) == 1 + len(NAMES)
    assert not log.buried + others.buried


async def test_a_bundle_is_worked_on_as_it_is_where_its_queue_has_no_room_to_take_it_apart(bus: Bus) -> None:
    log, others, stuck = Log(), Log(), asyncio.Event()

    async def hangs(delivery: Delivery) -> None:
        stuck.set()
        await asyncio.Event().wait()

    await bundled(bus, *(name * 50_000 for name in NAMES))
    first = worker_on(bus, log, hangs)
    work = asyncio.create_task(first.run())
    await asyncio.wait_for(stuck.wait(), 30)
    js = bus.connection.jetstream()
    info = await js.stream_info("SEIS_WRITE")
    info.config.max_bytes = info.state.bytes + 1000
    await js.update_stream(info.config)
    await first.drain(0.01)
    await work
    async with running(worker_on(bus, others)):
        await eventually(lambda: drained(bus))
    assert sorted(name[:2] for name in others.handled) == NAMES
    assert await messages(bus) == 1


async def test_what_cannot_be_sent_yet_waits_in_its_order(servers: EmbeddedServers, bus: Bus) -> None:
    js = bus.connection.jetstream()
    config = (await js.stream_info("SEIS_WRITE")).config
    config.max_msgs = 1
    await js.update_stream(config)
    await publish(bus, "before")
    log = Log()
    with pytest.raises(UnavailableError, match="full"):
        await bundled(bus, *NAMES)
    async with await Bus.connect(servers.nats.url, name="publisher") as publisher:
        sending = asyncio.create_task(patiently(publisher))
        await eventually(lambda: publisher.waiting_for)
        async with running(worker_on(bus, log)):
            await asyncio.wait_for(sending, 30)
            await eventually(lambda: drained(bus))
    assert log.handled == ["before", *NAMES]


async def patiently(bus: Bus) -> None:
    async with bus.together(patient=True):
        await publish(bus, *NAMES)


def test_the_bytes_of_a_bundle_hold_what_each_message_has_alone() -> None:
    some = [Enclosed(Tag(JOB, f"t{n}", 3, n), f"id{n}", bytes([n]) * n) for n in range(5)]
    data = b"".join(enclosing(some))
    assert is_bundle(data)
    assert enclosed_in(data, Tag(JOB, "t0", 3)) == some
    assert bundle_id(some) == bundle_id(list(some)) != bundle_id(some[::-1])
    for body in (b"", b"a", b"x" * 127, b"x" * 128, b"x" * 70_000):
        alone = b"".join(inline_envelope(body))
        assert alone == task_pb2.Envelope(inline=body).SerializeToString() or not body
        assert task_pb2.Envelope.FromString(alone).WhichOneof("body") == "inline"
        assert not is_bundle(alone)
    for damaged in (data[:-1], b"\x1a\x00", data[:1]):
        with pytest.raises(PoisonError):
            enclosed_in(damaged, Tag(JOB, "t0", 3))


def test_readers_of_data_find_those_of_a_bundle() -> None:
    value, _, _ = CASES["outcomes"]
    body = encode_outcomes(value)
    alone = carried(b"".join(inline_envelope(body)))
    both = b"".join(enclosing([Enclosed(Tag(JOB, "t", 1, n), str(n), body) for n in range(2)]))
    assert claim_of(both) is None
    assert len(carried(both)) == 2 * len(alone) > 0
