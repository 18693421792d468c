"""Fixtures of real servers: shared by the session, or for one test that will kill or change them.

Import nothing from here: tests/conftest.py makes these fixtures known to every test.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pymongo
import pytest
from botocore.config import Config

from seisbus.local import S3Program, ServerHandle, ServerOptions, embedded_servers
from seisbus.local.server_commands import KeyPair

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real data files: SEISBUS_TEST_DATA (relative to the repository), else ../shared/data."""
    folder = (REPOSITORY / os.environ.get("SEISBUS_TEST_DATA", "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"the folder of real test data {folder} does not exist: set SEISBUS_TEST_DATA")
    return folder


@pytest.fixture(scope="session")
async def nats_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerHandle]:
    """A nats-server with JetStream, shared by the session: name streams after the test."""
    async with embedded_servers(tmp_path_factory.mktemp("nats"), mongodb=False) as servers:
        yield servers.nats


@pytest.fixture
async def own_nats_server(tmp_path: Path) -> AsyncIterator[ServerHandle]:
    """An empty nats-server for one test (0.05 s), where the streams of the real topology are wanted."""
    async with embedded_servers(tmp_path / "nats", mongodb=False) as servers:
        yield servers.nats


@pytest.fixture(scope="session")
async def mongodb_uri(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Any server named by SEISBUS_TEST_MONGODB_URI, else an embedded one for the session."""
    if uri := os.environ.get("SEISBUS_TEST_MONGODB_URI"):
        yield uri
        return
    async with embedded_servers(tmp_path_factory.mktemp("mongodb"), nats=False) as servers:
        yield servers.mongodb.url


@pytest.fixture
def mongodb_database(mongodb_uri: str) -> Iterator[str]:
    """A database name nobody has used, dropped after the test."""
    name = f"seisbus_test_{uuid.uuid4().hex[:12]}"
    yield name
    with pymongo.MongoClient[dict[str, object]](mongodb_uri) as client:
        client.drop_database(name)


@dataclass(frozen=True, slots=True)
class S3Server:
    """An anonymous S3 server: a bucket is a folder in `root`, an object a file in it."""

    url: str
    root: Path


@pytest.fixture(scope="session")
async def s3_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[S3Server]:
    """An S3 server for the session, over a folder that tests put buckets into (see `s3_bucket`)."""
    root = tmp_path_factory.mktemp("buckets")
    options = ServerOptions(s3_dir_cache=timedelta(milliseconds=1))  # tests put files in and read them at once
    async with embedded_servers(
        tmp_path_factory.mktemp("s3"), nats=False, mongodb=False, s3_root=root, options=options
    ) as servers:
        yield S3Server(servers.s3.url, root)


@pytest.fixture(scope="session")
async def strict_s3_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerHandle]:
    """An S3 server with exact semantics (206, 412, ETags) that takes buckets and objects over S3 only."""
    options = ServerOptions(s3_program=S3Program.SEAWEEDFS)
    folder = tmp_path_factory.mktemp("strict")
    async with embedded_servers(folder, nats=False, mongodb=False, s3_root=folder / "s3", options=options) as servers:
        yield servers.s3


@dataclass(frozen=True, slots=True)
class LockedS3:
    """An S3 server that refuses callers without a key, and the environment variables with the key."""

    url: str
    environment: Mapping[str, str]

    def client(self) -> Any:
        """A stock client with the key; the caller closes it."""
        config = Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required")
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            config=config,
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
        )


@pytest.fixture(scope="session")
async def locked_s3(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LockedS3]:
    """A strict S3 server that demands a key, shared by the session: make your own bucket."""
    keys = KeyPair("seisbus", "correct-horse-battery")
    options = ServerOptions(s3_program=S3Program.SEAWEEDFS, s3_keys=keys)
    folder = tmp_path_factory.mktemp("locked")
    environment = {"AWS_ACCESS_KEY_ID": keys.access_key, "AWS_SECRET_ACCESS_KEY": keys.secret_key}
    async with embedded_servers(folder, nats=False, mongodb=False, s3_root=folder / "s3", options=options) as servers:
        yield LockedS3(servers.s3.url, environment)


@pytest.fixture
def s3_bucket(s3_server: S3Server) -> Path:
    """The folder of a new bucket; its name is the bucket's."""
    folder = s3_server.root / f"test-{uuid.uuid4().hex[:12]}"
    folder.mkdir()
    return folder
