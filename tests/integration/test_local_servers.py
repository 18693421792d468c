"""The embedded servers: they start, keep their data through kill -9, and leave nothing running."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import boto3
import botocore.exceptions
import nats
import psutil
import pymongo
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from pymongo import AsyncMongoClient
from pymongo.write_concern import WriteConcern

from seisbus.local import FolderInUseError, KeyPair, ServerOptions, StartError, embedded_servers
from support.servers import S3Server
from support.waiting import eventually


async def test_acknowledged_messages_survive_a_killed_nats_server(tmp_path: Path) -> None:
    async with embedded_servers(tmp_path, mongodb=False) as servers:
        before = servers.nats
        client = await nats.connect(before.url, reconnect_time_wait=0.05, max_reconnect_attempts=-1)
        stream = client.jetstream()
        await stream.add_stream(name="KEPT", subjects=["kept.>"])
        for number in range(20):
            await stream.publish("kept.x", str(number).encode())

        after = await servers.restart("nats")

        assert after.url == before.url
        assert after.pid != before.pid
        assert not psutil.pid_exists(before.pid)
        await eventually(lambda: client.is_connected)
        subscription = await stream.pull_subscribe("kept.>", durable="reader")
        messages = await subscription.fetch(20, timeout=5)
        assert [int(message.data) for message in messages] == list(range(20))
        await client.close()


async def test_nats_takes_payloads_up_to_its_limit(nats_server) -> None:
    client = await nats.connect(nats_server.url)
    assert client.max_payload == 8 << 20
    account = await client.jetstream().account_info()
    assert account.streams >= 0
    await client.close()


async def test_committed_transactions_survive_a_killed_mongodb(tmp_path: Path) -> None:
    async with embedded_servers(tmp_path, nats=False) as servers:
        client = AsyncMongoClient(servers.mongodb.url)
        collection = client["kept"]["outcome"]
        committed = 0
        async with asyncio.timeout(30):
            for number in range(50):
                async with (
                    client.start_session() as session,
                    await session.start_transaction(write_concern=WriteConcern(w=1, j=True)),
                ):
                    await collection.insert_many([{"_id": f"{number}-{i}"} for i in range(10)], session=session)
                committed += 10

        await servers.restart("mongodb")

        assert await collection.count_documents({}) == committed
        await client.close()


def test_the_mongodb_fixture_gives_a_transactional_server(mongodb_uri: str, mongodb_database: str) -> None:
    with pymongo.MongoClient(mongodb_uri) as client:
        assert mongodb_database not in client.list_database_names()
        with (
            client.start_session() as session,
            pytest.raises(RuntimeError, match="given up"),
            session.start_transaction(),
        ):
            client[mongodb_database].things.insert_one({"_id": 1}, session=session)
            raise RuntimeError("given up")
        assert client[mongodb_database].things.count_documents({}) == 0


def test_s3_serves_the_files_of_a_bucket_folder(s3_server: S3Server, s3_bucket: Path) -> None:
    (s3_bucket / "2011").mkdir()
    (s3_bucket / "2011" / "object").write_bytes(bytes(range(256)))
    client = boto3.client(
        "s3", endpoint_url=s3_server.url, region_name="us-west-2", config=Config(signature_version=UNSIGNED)
    )
    answer = client.get_object(Bucket=s3_bucket.name, Key="2011/object", Range="bytes=10-19")
    assert answer["Body"].read() == bytes(range(10, 20))
    client.close()


async def test_s3_with_a_key_pair_refuses_anonymous_requests(tmp_path: Path) -> None:
    keys = KeyPair("reader", "a-secret-of-the-test")
    (tmp_path / "s3" / "bucket").mkdir(parents=True)
    (tmp_path / "s3" / "bucket" / "object").write_bytes(b"seen")
    async with embedded_servers(
        tmp_path / "data", nats=False, mongodb=False, s3_root=tmp_path / "s3", options=ServerOptions(s3_keys=keys)
    ) as servers:

        def read(**credentials: object) -> bytes:
            client = boto3.client("s3", endpoint_url=servers.s3.url, region_name="us-west-2", **credentials)
            try:
                return client.get_object(Bucket="bucket", Key="object")["Body"].read()
            finally:
                client.close()

        with pytest.raises(botocore.exceptions.ClientError):
            await asyncio.to_thread(read, config=Config(signature_version=UNSIGNED))
        signed = await asyncio.to_thread(read, aws_access_key_id=keys.access_key, aws_secret_access_key=keys.secret_key)
        assert signed == b"seen"


async def test_two_stacks_do_not_share_a_folder(tmp_path: Path) -> None:
    async with embedded_servers(tmp_path, mongodb=False):
        with pytest.raises(FolderInUseError, match="stop that stack or choose another folder") as refused:
            async with embedded_servers(tmp_path, mongodb=False):
                pass
        assert refused.value.pid == psutil.Process().pid
    async with embedded_servers(tmp_path, mongodb=False) as again:
        assert psutil.pid_exists(again.nats.pid)


async def test_a_server_that_cannot_start_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "nats").mkdir()
    (tmp_path / "nats" / "jetstream").write_text("a file where the server wants its folder")
    with pytest.raises(StartError, match="JetStream"):
        async with embedded_servers(tmp_path, mongodb=False, s3_root=tmp_path / "s3"):
            pass
    assert not [
        child
        for child in psutil.Process().children()
        if child.name() in ("nats-server", "rclone") and str(tmp_path) in " ".join(child.cmdline())
    ]


_PARENT = """
import asyncio, json, signal, sys
from pathlib import Path
from seisbus.local import embedded_servers

async def main(folder):
    async with embedded_servers(folder, s3_root=folder / "s3") as servers:
        pids = [server.handle.pid for server in servers.all()]
        print(json.dumps(pids), flush=True)
        await asyncio.Event().wait()

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background ignores it, and its children
asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_no_server_outlives_its_parent(tmp_path: Path, ending: signal.Signals) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PARENT,
        str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert parent.stdout is not None
    pids = json.loads(await parent.stdout.readline())
    assert len(pids) == 3
    assert all(psutil.pid_exists(pid) for pid in pids)

    parent.send_signal(ending)
    await parent.wait()

    await eventually(lambda: not any(map(psutil.pid_exists, pids)), timeout=5)
