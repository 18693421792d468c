"""Measure the embedded database with the writes of a large job: rate, longest answer, restarts, size, memory.

Documents like those of saved windows, with the indexes of `store`, are written in journaled transactions of 1,000,
while a prober writes and reads one document of its own. After a quarter and at the end the server is killed during a
write and started again. SEISBUS_BENCH_DOCUMENTS is the number of documents (1,200,000 by default). The same is then
done with the server's change log and a quarter of the documents.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import psutil
from bson import ObjectId
from pymongo import MongoClient, WriteConcern
from pymongo.errors import PyMongoError

from seisbus.local.server_commands import Launch, ServerKind, ServerOptions, mongodb
from seisbus.local.servers import Server
from seisbus.store.collections import INDEXES, TASK, WF_TIMESERIES

SEED: Final = None  # nothing is made at random
_BATCH = 1000
_JOURNALED = WriteConcern(w="majority", j=True)
Figures = dict[str, float]


def main() -> dict[str, Figures]:
    """Run the benchmark as the stack runs the server, and with the change log; print and return the figures."""
    total = int(os.environ.get("SEISBUS_BENCH_DOCUMENTS", "1200000"))
    return {
        name: asyncio.run(_run(name, recipe, documents))
        for name, recipe, documents in (
            ("as shipped", mongodb, total),
            ("with the change log", _with_change_log, total // 4),
        )
    }


def _with_change_log(store: Path, options: ServerOptions, port: int) -> Launch:
    launch = mongodb(store, options, port)
    return replace(launch, command=tuple(word for word in launch.command if word != "--standalone"))


async def _run(name: str, recipe: object, documents: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        options = ServerOptions()
        server = Server(ServerKind.MONGODB, partial(recipe, store, options), store / "log", options.start_timeout)  # type: ignore[arg-type, operator]
        await server.start()
        try:
            return await _measured(name, server, store, documents)
        finally:
            await server.stop()


async def _measured(name: str, server: Server, store: Path, documents: int) -> Figures:
    figures: Figures = {"documents": documents}
    await asyncio.to_thread(_prepare, server.handle.url)
    tenth, rates, probe = documents // 10 // _BATCH, [], _Prober()
    kills = {documents // 4 // _BATCH // tenth * tenth, 10 * tenth}
    with probe.running(server.handle.url):
        for first in range(0, 10 * tenth, tenth):
            began = time.perf_counter()
            await asyncio.to_thread(_write, server.handle.url, range(first, first + tenth))
            rates.append(tenth * _BATCH / (time.perf_counter() - began))
            if (done := first + tenth) in kills:
                figures[f"restart at {done * _BATCH:,} (s)"] = await _killed_in_the_middle(server, probe, done)
    process = psutil.Process(server.handle.pid)
    figures |= {
        "first tenth (1/s)": rates[0],
        "last tenth (1/s)": rates[-1],
        "whole (1/s)": len(rates) / sum(1 / rate for rate in rates),
        "longest answer (s)": probe.longest,
        "memory after the restart (MB)": process.memory_info().rss / 1e6,
        "disk (MB)": _size(store) / 1e6,
    }
    print(f"{name}: " + ", ".join(f"{key} {value:,.2f}" for key, value in figures.items()), flush=True)
    return figures


async def _killed_in_the_middle(server: Server, probe: _Prober, done: int) -> float:
    """Kill -9 while batches are written. Returns the seconds until a write is answered again, and checks that committed
    batches are there."""
    with probe.paused():
        writing = asyncio.create_task(asyncio.to_thread(_write_until_cut, server.handle.url, done))
        await asyncio.sleep(1)
        await server.kill()
        committed = await writing
        began = time.perf_counter()
        await server.start()
        await asyncio.to_thread(_check, server.handle.url, done + committed)
        return time.perf_counter() - began


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _prepare(url: str) -> None:
    with MongoClient(url) as client:
        for collection in (WF_TIMESERIES, TASK):
            client.seisbus.create_collection(collection)
            client.seisbus[collection].create_indexes(INDEXES[collection])


def _write(url: str, batches: range) -> None:
    with MongoClient(url) as client:
        database = client.get_database("seisbus", write_concern=_JOURNALED)
        for batch in batches:
            documents = [_document(n) for n in range(batch * _BATCH, (batch + 1) * _BATCH)]
            with client.start_session() as session, session.start_transaction(write_concern=_JOURNALED):
                database[WF_TIMESERIES].insert_many(documents, session=session)
                database[TASK].insert_one({"_id": str(batch), "job": "large", "done": [0]}, session=session)


def _write_until_cut(url: str, first: int) -> int:
    """Write batches until the server dies; returns how many were acknowledged."""
    extra = 10_000 + 100 * first
    for done in itertools.count():
        try:
            _write(url, range(extra + done, extra + done + 1))
        except PyMongoError:
            return done
    raise AssertionError("unreachable")


def _check(url: str, acknowledged: int) -> None:
    with MongoClient(url) as client:
        client.seisbus.probe.insert_one({})
        found = client.seisbus[TASK].count_documents({"job": "large"})
        assert found >= acknowledged, f"{acknowledged} batches were acknowledged and {found} are there"


@dataclass
class _Prober:
    """Writes and reads one document of its own, over and over; keeps the longest answer."""

    longest: float = 0.0
    _pauses: int = 0

    @contextmanager
    def running(self, url: str) -> Iterator[None]:
        stop = threading.Event()

        def probe() -> None:
            with MongoClient(url) as client:
                while not stop.wait(0.2):
                    pauses, began = self._pauses, time.perf_counter()
                    try:
                        client.seisbus.prober.update_one({"_id": 1}, {"$inc": {"n": 1}}, upsert=True)
                        client.seisbus.prober.find_one({"_id": 1})
                    except PyMongoError:
                        continue
                    if pauses == self._pauses and pauses % 2 == 0:
                        self.longest = max(self.longest, time.perf_counter() - began)

        thread = threading.Thread(target=probe, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Inside the block the server is down, so the time does not count as that of an answer."""
        self._pauses += 1
        try:
            yield
        finally:
            self._pauses += 1


def _document(number: int) -> dict[str, object]:
    start = 1_600_000_000 + 60 * (number % 100_000_000)
    task = f"large.0.{number // 1440}"
    source = {"archive": "generated", "key": f"data/{number // 1440:06d}.ms",
              "etag": "d41d8cd98f00b204e9800998ecf8427e", "ranges": [0, 4096], "whole": False}  # fmt: skip
    return {
        "_id": ObjectId(f"{hash(('wf', number)) & (1 << 96) - 1:024x}"), "npts": 60, "delta": 1.0, "sampling_rate": 1.0,
        "starttime": float(start), "endtime": start + 59.0, "time_standard": "UTC", "utc_convertible": True,
        "t0_ns": start * 10**9, "rate": [1, 1], "net": "XX", "sta": f"S{number // 1440 % 100:03d}", "chan": "LHZ",
        "loc": "", "piece": 0, "provenance": {"task": task, "sources": [source], "steps": ["decode", "merge"]},
        "job": "large", "window": f"large.{number:024x}", "attempt": 1, "data_tag": "bench", "storage_mode": "file",
        "dir": "/output/large/2020/100", "dfile": "XX.LHZ", "foff": 480 * number, "nbytes": 480, "format": "mseed",
    }  # fmt: skip
