"""Reading from a store that misbehaves: throttling, stalls, short bodies, resets; and replaced objects."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from yarl import URL

from benchmarks.network import EmulatedNetwork, Fault, Line, Request, emulated_network
from seisbus.archive.definition import ArchiveDefinition, load_archives
from seisbus.errors import UnavailableError
from seisbus.objects import AccessError, BrokenObjectError, ObjectChangedError, ObjectReader
from seisbus.objects.s3 import proxy
from support.servers import S3Server
from support.waiting import eventually

BODY = bytes(range(256)) * 4000  # 1 MB


@pytest.fixture
async def network(s3_server: S3Server) -> AsyncIterator[EmulatedNetwork]:
    async with emulated_network(s3_server.url, Line(round_trip=0.005)) as running:
        yield running


@pytest.fixture
def archive(network: EmulatedNetwork, s3_bucket: Path) -> ArchiveDefinition:
    (s3_bucket / "day.ms").write_bytes(BODY)
    return replace(
        load_archives()["scedc"], name=uuid.uuid4().hex[:8], bucket=s3_bucket.name, endpoint=network.url,
        max_in_flight=16,
    )  # fmt: skip


@pytest.mark.parametrize("fault", [Fault.SLOW_DOWN, Fault.SHORT, Fault.RESET, Fault.STALL])
async def test_a_fault_is_repeated_until_all_bytes_are_there(
    network: EmulatedNetwork, archive: ArchiveDefinition, fault: Fault
) -> None:
    seen = 0

    def first_two(request: Request) -> Fault | None:
        nonlocal seen
        seen += 1
        return fault if seen <= 2 else None

    network.fault = first_two
    async with ObjectReader(stall_seconds=0.5) as objects:
        found = await objects.get(archive, "day.ms", 1000, 901_000)
        assert found is not None
        assert found.data == BODY[1000:901_000]
        assert found.size == len(BODY)
        assert len(network.gets()) == 3
        assert objects.limit(archive).now < 16


async def test_throttling_shrinks_what_is_in_flight_and_it_grows_again(
    network: EmulatedNetwork, archive: ArchiveDefinition
) -> None:
    """A store that takes four requests at once and refuses the others ends up with few refusals."""
    network.fault = lambda request: Fault.SLOW_DOWN if network.open_now >= 4 else None
    async with ObjectReader() as objects:

        async def read(number: int) -> None:
            found = await objects.get(archive, "day.ms", number * 1000, number * 1000 + 1000)
            assert found is not None
            assert found.data == BODY[number * 1000 : number * 1000 + 1000]

        await asyncio.gather(*(read(number) for number in range(150)))
        refused = sum(request.status == 503 for request in network.requests)
        assert 0 < refused < 75
        throttled = objects.limit(archive).now
        assert throttled < 16
        network.fault = lambda request: None
        await asyncio.gather(*(read(number) for number in range(400)))
        assert objects.limit(archive).now > throttled


async def test_no_more_requests_at_once_than_is_polite(network: EmulatedNetwork, archive: ArchiveDefinition) -> None:
    polite = replace(archive, max_in_flight=3)
    async with ObjectReader() as objects:
        await asyncio.gather(*(objects.get(polite, "day.ms", n, n + 10) for n in range(40)))
    assert network.most_open == 3


async def test_a_store_that_stays_in_trouble_is_unavailable(
    network: EmulatedNetwork, archive: ArchiveDefinition
) -> None:
    network.fault = lambda request: Fault.SLOW_DOWN
    async with ObjectReader() as objects:
        with pytest.raises(UnavailableError, match=r"day\.ms cannot be read"):
            await objects.get(archive, "day.ms")


async def test_one_broken_object_does_not_pass_for_a_store_that_is_away(
    network: EmulatedNetwork, archive: ArchiveDefinition
) -> None:
    network.fault = lambda request: Fault.SLOW_DOWN if request.key.endswith("broken.ms") else None
    async with ObjectReader() as objects:

        async def neighbours() -> None:
            while True:
                await objects.get(archive, "day.ms", 0, 10)
                await asyncio.sleep(0.05)

        beside = asyncio.create_task(neighbours())
        with pytest.raises(BrokenObjectError, match=r"broken\.ms cannot be read"):
            await objects.get(archive, "broken.ms")
        beside.cancel()


async def test_what_a_store_says_for_good_is_not_asked_again(
    network: EmulatedNetwork, archive: ArchiveDefinition
) -> None:
    async with ObjectReader() as objects:
        assert await objects.get(archive, "other.ms") is None
        with pytest.raises(AccessError):
            await objects.get(replace(archive, bucket="no-such-bucket", name="x"), "day.ms", etag="")
        assert len(network.gets()) == 2


async def test_a_replaced_object_is_noticed(
    network: EmulatedNetwork, archive: ArchiveDefinition, s3_server: S3Server
) -> None:
    async with ObjectReader() as objects:
        found = await objects.get(archive, "day.ms", 0, 10)
        assert found is not None
        (s3_server.root / archive.bucket / "day.ms").write_bytes(BODY[:-1])
        with pytest.raises(ObjectChangedError):
            await objects.get(archive, "day.ms", 10, 20, etag=found.etag)


async def test_a_server_that_knows_no_ranges_gives_what_was_asked_for(archive: ArchiveDefinition) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(BODY)}\r\nConnection: close\r\n\r\n".encode() + BODY)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, ObjectReader() as objects:
        found = await objects.get(replace(archive, endpoint=f"http://127.0.0.1:{port}"), "day.ms", 1000, 2000)
    assert found is not None
    assert (found.start, found.data, found.size) == (1000, BODY[1000:2000], len(BODY))


async def test_reads_go_through_the_proxy_that_the_environment_names(
    s3_server: S3Server, archive: ArchiveDefinition, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = URL(s3_server.url)
    asked: list[str] = []

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        address = head.split(" ")[1]
        asked.append(address)
        answers, requests = await asyncio.open_connection(store.host, store.port)
        requests.write(
            head.replace(address, URL(address).path, 1).replace("\r\n", "\r\nConnection: close\r\n", 1).encode()
        )
        writer.write(await answers.read())
        requests.close()
        writer.close()

    async with await asyncio.start_server(relay, "127.0.0.1", 0) as server, ObjectReader() as objects:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        proxy.cache_clear()
        found = await objects.get(replace(archive, endpoint="http://archive.invalid"), "day.ms", 10, 20)
        assert found is not None
        assert found.data == BODY[10:20]
        assert asked == [f"http://archive.invalid/{archive.bucket}/day.ms"]
        found = await objects.get(archive, "day.ms", 10, 20)  # a host that is excepted is asked itself
        assert found is not None
        assert len(asked) == 1


async def test_a_cancelled_read_leaves_its_connection(s3_server: S3Server, archive: ArchiveDefinition) -> None:
    async with emulated_network(s3_server.url, Line(connection=1e6)) as slow, ObjectReader() as objects:
        reading = asyncio.create_task(objects.get(replace(archive, endpoint=slow.url), "day.ms"))
        await eventually(lambda: slow.gets() and slow.gets()[0].sent > 0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await eventually(lambda: slow.open_now == 0)
        assert slow.gets()[0].sent < len(BODY) / 2
