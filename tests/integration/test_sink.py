"""The sink's bucket on real S3 servers: a lenient one, and a strict one that demands credentials."""

from __future__ import annotations

import asyncio
import hashlib
import random
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchmarks.network import Fault, Line, emulated_network
from seisbus.admin.server_checks import sink_problem
from seisbus.errors import UnavailableError, UserError
from seisbus.local import embedded_servers
from seisbus.model.handovers import Packing
from seisbus.objects import Bucket
from seisbus.objects.bucket import PART_BYTES
from seisbus.writer.uploads import WaveformObjects
from support.servers import LockedS3, S3Server


@pytest.fixture(params=["lenient", "strict"])
def s3(
    request: pytest.FixtureRequest, s3_server: S3Server, locked_s3: LockedS3, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Any, str]]:
    """A plain S3 client and its endpoint; credentials are in the environment, as an operator gives them."""
    for name, value in locked_s3.environment.items():
        monkeypatch.setenv(name, value)
    server = locked_s3 if request.param == "strict" else LockedS3(s3_server.url, locked_s3.environment)
    with closing(server.client()) as client:
        yield client, server.url


@pytest.fixture
async def bucket(s3: tuple[Any, str]) -> AsyncIterator[Bucket]:
    client, endpoint = s3
    name = f"sink-{uuid.uuid4().hex[:12]}"
    await asyncio.to_thread(client.create_bucket, Bucket=name)
    async with Bucket(f"s3://{name}/some/prefix", endpoint) as bucket:
        yield bucket


def name_of(bucket: Bucket) -> str:
    return bucket.url("").split("/")[2]


def uploads(client: Any, bucket: Bucket) -> list[str]:
    """Keys of uploads that were begun and not completed."""
    try:
        page = client.list_multipart_uploads(Bucket=name_of(bucket))
    except ClientError as error:  # what the lenient server calls an empty list
        assert error.response["Error"]["Code"] == "NoSuchUpload"
        return []
    return [upload["Key"] for upload in page.get("Uploads", ())]


async def test_what_is_put_comes_back_by_ranges_with_its_hash(bucket: Bucket, s3: tuple[Any, str]) -> None:
    data = random.Random(1).randbytes(100_000)
    sha256 = await bucket.put("a/small", data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    looked = await bucket.look("a/small")
    assert looked is not None
    assert (looked.key, looked.size, looked.sha256) == ("a/small", len(data), sha256)
    assert await bucket.read("a/small", 10, 70_000) == data[10:70_000]
    assert await bucket.read("a/small", 99_990, 200_000) == data[99_990:]
    assert await bucket.read("a/none", 0, 10) is None
    assert await bucket.look("a/none") is None
    # as another program sees it
    found = await asyncio.to_thread(s3[0].get_object, Bucket=name_of(bucket), Key="some/prefix/a/small")
    assert found["Body"].read() == data
    assert {name.lower(): value for name, value in found["Metadata"].items()} == {"sha256": sha256}


async def test_a_large_file_goes_up_in_parts_and_is_listed_once_it_is_whole(bucket: Bucket, tmp_path: Path) -> None:
    path = tmp_path / "large"
    data = random.Random(2).randbytes(2 * PART_BYTES + 12_345)
    await asyncio.to_thread(path.write_bytes, data)
    sha256 = hashlib.sha256(data).hexdigest()
    await bucket.put_file("exports/x/large", path, sha256)
    (kept,) = [kept async for kept in bucket.list("exports/")]
    assert (kept.key, kept.size) == ("exports/x/large", len(data))
    assert abs(kept.modified - datetime.now(UTC)) < timedelta(minutes=1)
    looked = await bucket.look("exports/x/large")
    assert looked is not None
    assert looked.sha256 == sha256
    assert await bucket.read("exports/x/large", 0, len(data)) == data


async def test_an_upload_that_ends_half_way_leaves_nothing(bucket: Bucket, s3: tuple[Any, str]) -> None:
    stuck = asyncio.Event()

    async def part(start: int, end: int) -> bytes:
        if start:
            stuck.set()
            await asyncio.Event().wait()
        return bytes(end - start)

    putting = asyncio.create_task(bucket._put("w/large", 3 * PART_BYTES, "", part))
    await asyncio.wait_for(stuck.wait(), 20)
    assert await asyncio.to_thread(uploads, s3[0], bucket) == ["some/prefix/w/large"]
    putting.cancel()
    await asyncio.gather(putting, return_exceptions=True)
    assert [kept async for kept in bucket.list("w/")] == []
    assert await asyncio.to_thread(uploads, s3[0], bucket) == []


async def test_parts_that_a_killed_process_left_are_thrown_away(bucket: Bucket, s3: tuple[Any, str]) -> None:
    for key in ("some/prefix/w/left", "other/left"):
        await asyncio.to_thread(s3[0].create_multipart_upload, Bucket=name_of(bucket), Key=key)
    now = datetime.now(UTC)
    assert await bucket.abort_uploads("w/", now - timedelta(hours=1)) == 0
    assert await bucket.abort_uploads("w/", now + timedelta(hours=1)) == 1
    assert await asyncio.to_thread(uploads, s3[0], bucket) == ["other/left"]


async def test_deleted_is_deleted_and_twice_is_no_error(bucket: Bucket) -> None:
    keys = [f"d/{number}" for number in range(3)]
    await asyncio.gather(*(bucket.put(key, key.encode()) for key in keys))
    await bucket.delete(keys[:2])
    await bucket.delete(keys[:2])
    assert [kept.key async for kept in bucket.list("d/")] == keys[2:]


async def test_pieces_of_a_batch_share_an_object_and_a_failed_batch_never_reuses_a_key(bucket: Bucket) -> None:
    waveforms = WaveformObjects(bucket, "boot", 10)
    first = await waveforms.append("j", Packing.MINISEED, b"one")
    second = await waveforms.append("j", Packing.MINISEED, b"second")
    other = await waveforms.append("j", Packing.FLOAT64, b"8 bytes.")
    assert [kept async for kept in bucket.list("")] == []
    await waveforms.sync()
    assert (first.dir, first.dfile) == (second.dir, second.dfile) != (other.dir, other.dfile)
    for place, data in ((first, b"one"), (second, b"second"), (other, b"8 bytes.")):
        key = bucket.key(f"{place.dir}/{place.dfile}")
        assert key is not None
        assert await bucket.read(key, place.foff, place.foff + place.nbytes) == data
        assert place.sha256 == hashlib.sha256(data).hexdigest()
    dropped = await waveforms.append("j", Packing.MINISEED, b"dropped")
    await waveforms.roll_back()
    again = await waveforms.append("j", Packing.MINISEED, b"again")
    assert len({first.dfile, dropped.dfile, again.dfile}) == 3
    await waveforms.sync()
    assert len([kept async for kept in bucket.list("waveforms/j/")]) == 3


async def test_the_doctor_says_what_keeps_one_from_the_sink(bucket: Bucket, s3: tuple[Any, str]) -> None:
    environment = {"SEISBUS_SINK": bucket.url("").rstrip("/"), "SEISBUS_SINK_ENDPOINT": s3[1]}
    assert await sink_problem(environment, 8.0) == ""
    assert await sink_problem(environment | {"SEISBUS_SINK": "nowhere"}, 8.0) != ""
    assert "cannot be" in await sink_problem(environment | {"SEISBUS_SINK_ENDPOINT": "http://127.0.0.1:9"}, 8.0)


async def test_a_wrong_key_is_a_sink_to_wait_for(locked_s3: LockedS3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", locked_s3.environment["AWS_ACCESS_KEY_ID"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    async with Bucket("s3://anything", locked_s3.url) as bucket:
        with pytest.raises(UnavailableError, match=r"s3://anything/ at http.* w cannot be written .*SignatureDoesNot"):
            await bucket.put("w", b"x")
        with pytest.raises(UnavailableError, match="w cannot be read"):
            await bucket.read("w", 0, 1)


async def test_a_server_that_is_away_is_waited_for_and_then_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    (tmp_path / "root" / "sink").mkdir(parents=True)
    async with (
        embedded_servers(tmp_path / "s3", nats=False, mongodb=False, s3_root=tmp_path / "root") as servers,
        Bucket("s3://sink", servers.s3.url) as bucket,
    ):
        await bucket.put("before", b"x")
        server = servers.server("s3")
        await server.stop()
        with pytest.raises(UnavailableError, match="after cannot be written"):
            await bucket.put("after", b"x")
        await server.start()
        await bucket.put("after", b"x")
        assert [kept.key async for kept in bucket.list("")] == ["after", "before"]


@pytest.mark.parametrize("fault", [Fault.SLOW_DOWN, Fault.SHORT, Fault.RESET])
async def test_a_fault_on_the_way_is_repeated_until_all_is_there(
    s3_server: S3Server, s3_bucket: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    data = random.Random(3).randbytes(200_000)
    await asyncio.to_thread((s3_bucket / "one").write_bytes, data)
    async with (
        emulated_network(s3_server.url, Line()) as network,
        Bucket(f"s3://{s3_bucket.name}", network.url) as sink,
    ):
        network.fault = lambda _: fault if len(network.gets()) < 2 else None
        assert await sink.read("one", 0, len(data)) == data
        assert len(network.gets()) == 3


@pytest.mark.parametrize(
    "location", ["", "bucket", "s3://", "s3://UPPER", "https://host/b", "s3://b/../x y", "s3://b//c"]
)
def test_what_is_no_bucket_is_said_at_once(location: str) -> None:
    with pytest.raises(UserError, match="expected s3://bucket"):
        Bucket(location)


@pytest.mark.parametrize("endpoint", ["localhost:9000", "s3.example.org", "ftp://s3.example.org"])
def test_what_is_no_address_of_a_store_is_said_at_once(endpoint: str) -> None:
    with pytest.raises(UserError, match="expected a URL such as"):
        Bucket("s3://sink", endpoint)


def test_only_urls_inside_the_prefix_have_a_key() -> None:
    bucket = Bucket("s3://sink/some/prefix/")
    assert bucket.url("a/b") == "s3://sink/some/prefix/a/b"
    assert bucket.key("s3://sink/some/prefix/a/b") == "a/b"
    for outside in ("s3://sink/some/prefix2/a", "s3://sinks/some/prefix/a", "s3://sink/some/prefix/", "/etc/passwd"):
        assert bucket.key(outside) is None
