"""What the processes and stores of a stack take, and the bounds that they must keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pymongo

from seisbus.local.stack import LocalStack
from support.chaos import bus_of

MiB = 1 << 20
# Of a service: what it imports, its messages in flight and what it makes of them, and freed memory until it is given
# back; the database its cache and what commits hold.
_MOST_MEMORY = {
    "mongodb": 1536 * MiB, "nats": 768 * MiB, "s3": 512 * MiB,
    "writer": 384 * MiB, "windower": 512 * MiB, "indexer": 320 * MiB,
}  # fmt: skip
_MOST_OF_A_SERVICE = 256 * MiB
# Over what the same process had after the undisturbed jobs: connections that are made anew and pools that fill.
_MORE_FILES = 32
_MORE_THREADS = 24
# Over what was there after the first purge: files are reused, but not at once, and journals come in pieces.
_MORE_STORE = 256 * MiB
_MORE_DOCUMENTS = 50
_MORE_ON_BUS = 8 * MiB


@dataclass(frozen=True, slots=True)
class Use:
    """What one process takes."""

    memory: int
    files: int
    threads: int


@dataclass(frozen=True, slots=True)
class Stores:
    """What is kept: documents of all collections but the archive's index, bytes on disk and in JetStream."""

    documents: int
    bus: int
    folder: int


def uses(stack: LocalStack) -> dict[str, Use]:
    """Every process by name; those that are down are left out."""
    pids = {f"{status.service}-{status.index}": status.pid for status in stack.services()}
    pids |= {str(server.kind): server.handle.pid for server in stack.servers.all()}
    found = {}
    for name, pid in pids.items():
        try:
            process = psutil.Process(pid) if pid else None
            if process is not None:
                found[name] = Use(process.memory_info().rss, process.num_fds(), process.num_threads())
        except psutil.NoSuchProcess:
            continue
    return found


async def stores(stack: LocalStack) -> Stores:
    """The stores as they are now."""
    environment = stack.environment
    with pymongo.MongoClient[dict[str, Any]](environment["SEISBUS_MONGODB_URI"], timeoutMS=60_000) as mongo:
        database = mongo[environment["SEISBUS_DATABASE"]]
        documents = sum(database[name].count_documents({}) for name in database.list_collection_names())
    async with bus_of(stack) as bus:
        on_bus = sum(fill.bytes for fill in (await bus.stream_fill()).values())
    return Stores(documents, on_bus, _size(stack.servers.folder))


def _size(folder: Path) -> int:
    """Bytes below a folder but for logs; a file that goes meanwhile counts nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            if "logs" not in path.parts and path.is_file():
                total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total


@dataclass
class Bounds:
    """Collects what processes and stores take, and says what is over its bound."""

    first: dict[str, Use] = field(default_factory=dict)
    most: dict[str, Use] = field(default_factory=dict)
    stores: Stores | None = None

    def baseline(self, now: Mapping[str, Use]) -> None:
        """Descriptors and threads of each process while the stack was quiet, before anything was disturbed."""
        self.first = dict(now)

    def over(self, now: Mapping[str, Use]) -> list[str]:
        """What is over its bound; for a quiet stack."""
        found = []
        for name, use in now.items():
            seen = self.most.get(name, use)
            self.most[name] = Use(
                max(seen.memory, use.memory), max(seen.files, use.files), max(seen.threads, use.threads)
            )
            most = _MOST_MEMORY.get(name.split("-")[0], _MOST_OF_A_SERVICE)
            if use.memory > most:
                found.append(f"{name} takes {use.memory // MiB} MiB, at most {most // MiB} are right")
            first = self.first.get(name, use)
            if use.files > first.files + _MORE_FILES:
                found.append(f"{name} has {use.files} descriptors, {first.files} at first")
            if use.threads > first.threads + _MORE_THREADS:
                found.append(f"{name} has {use.threads} threads, {first.threads} at first")
        return found

    def grown(self, now: Stores) -> list[str]:
        """What a store kept after a purge of everything, beyond what it kept after the first such."""
        if self.stores is None:
            self.stores = now
            return []
        first = self.stores
        found = []
        if now.documents > first.documents + _MORE_DOCUMENTS:
            found.append(f"{now.documents} documents after a purge, {first.documents} after the first")
        if now.bus > first.bus + _MORE_ON_BUS:
            found.append(f"JetStream keeps {now.bus} bytes after a purge, {first.bus} after the first")
        if now.folder > first.folder + _MORE_STORE:
            found.append(f"{now.folder // MiB} MiB on disk after a purge, {first.folder // MiB} after the first")
        return found
