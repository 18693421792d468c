"""Measure how long a submission looks for windows that an earlier job saved, with a million of them stored.

The documents are made directly: days of 1 Hz channels with windows of 20 minutes, the job that saved them, and its
waveforms. Then a dry run is made with and without the data_tag (the difference is the cost of the look), for the same
windows and for twice as many, of which half are stored. The planner's query is made for every window. CPU is that of
client, control (both in this process) and database.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psutil
from rich.console import Console
from rich.table import Table

from libseis.isotime import DAY_NS
from seisbus.archive.definition import load_archives
from seisbus.bus import Bus
from seisbus.bus.topology import plan_consumer
from seisbus.client import AsyncClient
from seisbus.control.context import CallContext
from seisbus.control.server import ControlServer
from seisbus.local import embedded_servers
from seisbus.model.ids import document_id, window_id
from seisbus.model.job import parse_job
from seisbus.model.kinds.window import WindowJob
from seisbus.store import collections as c
from seisbus.store.client import Store
from seisbus.store.documents import ObjectId
from seisbus.store.earlier import Span, earlier_jobs, saved_by
from seisbus.store.index import write_day
from seisbus.store.jobs import insert_job
from seisbus.store.summaries import Summary

SEED: Final = None  # nothing is made at random
_FIRST = datetime(2011, 1, 1, tzinfo=UTC)
_CHANNELS, _A_DAY = 100, 72
_LENGTH_NS = DAY_NS // _A_DAY
_BATCH = 5000
_JOB = "earlier"
Figures = dict[str, float]


def main(windows: int) -> Figures:
    """Run the benchmark with about so many stored windows; print and return the figures."""
    figures = asyncio.run(_run(-(-windows // (_CHANNELS * _A_DAY))))
    table = Table("", "")
    for name, value in figures.items():
        table.add_row(name, f"{value:,.3f}" if isinstance(value, float) else f"{value:,}")
    Console().print(table)
    return figures


def _spec(days: int, **output: str) -> dict[str, Any]:
    end = _FIRST + timedelta(days=days)
    tile = {"start": f"{_FIRST:%Y-%m-%d}", "end": f"{end:%Y-%m-%d}", "length": "20min"}
    return {"archive": "local", "windows": {"tile": tile}, "output": output}


async def _run(days: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_servers(Path(folder)) as servers, await Store.connect(
            servers.mongodb.url, "seisbus"
        ) as store, await Bus.connect(servers.nats.url, name="benchmark") as bus:  # fmt: skip
            await store.ensure_indexes()
            await bus.ensure_topology([plan_consumer()], store_bytes=200_000_000, ack_wait=30)
            await _know(store, 2 * days)
            await _save(store, days)
            server = await ControlServer.start(CallContext(store, bus, load_archives(), Path(folder)), "127.0.0.1:0")
            try:
                async with AsyncClient(f"127.0.0.1:{server.port}") as client:
                    return await _measured(store, client, days, psutil.Process(servers.mongodb.pid))
            finally:
                await server.stop()


async def _measured(store: Store, client: AsyncClient, days: int, database: psutil.Process) -> Figures:
    stored = days * _CHANNELS * _A_DAY
    figures: Figures = {"windows stored": stored}
    for name, wanted in (("the same windows", days), ("twice as many", 2 * days)):
        for tag in ("", "bench"):
            output = {"data_tag": tag} if tag else {}
            with _taken(figures, f"dry run, {name}, {'with' if tag else 'without'} the look", database):
                estimate = await client.estimate(_spec(wanted, **output))
        assert estimate.already is not None
        found, planned = estimate.already.windows, estimate.already.planned
        print(estimate.already.text, flush=True)
        assert planned == wanted * _CHANNELS * _A_DAY, planned
        assert abs(found - stored) <= 0.02 * planned, found
        figures[f"found of {name}"] = found
    spec = parse_job(_spec(days, data_tag="bench"), WindowJob)
    found = 0
    with _taken(figures, "every window, as the planner asks", database):
        earlier = await earlier_jobs(store, spec.recipe_key)
        for some in _batches(_spans(days), 1000):
            found += len(await saved_by(store, earlier, some))
    assert found == stored
    return figures


@contextmanager
def _taken(figures: Figures, what: str, database: psutil.Process) -> Iterator[None]:
    """Wall seconds and CPU seconds."""

    def cpu() -> float:
        times = database.cpu_times()
        return time.process_time() + times.user + times.system

    began, cpu_began = time.perf_counter(), cpu()
    yield
    figures[f"{what} (s)"] = time.perf_counter() - began
    figures[f"{what}, CPU (s)"] = cpu() - cpu_began
    print(what, figures[f"{what} (s)"], figures[f"{what}, CPU (s)"], flush=True)


def _codes() -> list[str]:
    return [f"S{number:03d}" for number in range(_CHANNELS)]


def _spans(days: int) -> Iterator[Span]:
    first_ns = int(_FIRST.timestamp()) * 10**9
    for number, sta, tile in itertools.product(range(days), _codes(), range(_A_DAY)):
        start_ns = first_ns + number * DAY_NS + tile * _LENGTH_NS
        yield f"XX.{sta}..LHZ", start_ns, start_ns + _LENGTH_NS, ""


def _batches(spans: Iterator[Span], size: int) -> Iterator[list[Span]]:
    while some := list(itertools.islice(spans, size)):
        yield some


async def _know(store: Store, days: int) -> None:
    """Write the files of each day, as an index has them."""
    first = int(_FIRST.timestamp()) * 10**9 // DAY_NS
    for number in range(days):
        files: list[Any] = [
            {"key": f"{number:05d}/{sta}", "net": "XX", "sta": sta, "loc": "", "chan": "LHZ", "size": 100_000,
             "etag": "x", "day_ns": (first + number) * DAY_NS, "indexed": True, "listed": True, "sampling_rate": 1.0}
            for sta in _codes()
        ]  # fmt: skip
        day = (_FIRST + timedelta(days=number)).date().isoformat()
        await write_day(store, "local", day, files, {"rows": _CHANNELS, "listed": _CHANNELS})


async def _save(store: Store, days: int) -> None:
    """Write the earlier job and its waveforms."""
    first_ns = int(_FIRST.timestamp()) * 10**9
    days_ns = [first_ns + number * DAY_NS for number in range(days)]
    rows = Counter({(f"XX.{sta}..LHZ", day, "saved", ""): _A_DAY for day in days_ns for sta in _codes()})
    await store[c.SUMMARY].insert_many(Summary(rows=rows).documents(_JOB))
    await insert_job(store, _JOB, parse_job(_spec(days, data_tag="bench"), WindowJob))
    began = time.perf_counter()
    done = 0
    for some in _batches(_spans(days), _BATCH):
        await store[c.WF_TIMESERIES].insert_many([_waveform(*span) for span in some], ordered=False)
        done += len(some)
        if done % 100_000 < _BATCH:
            print(f"{done:,} documents after {time.perf_counter() - began:.0f} s", flush=True)


def _waveform(channel: str, start_ns: int, end_ns: int, event: str) -> Any:
    window = window_id(_JOB, channel, start_ns, end_ns, event)
    net, sta, loc, chan = channel.split(".")
    return {
        "_id": ObjectId(document_id(window, "0")), "npts": 1200, "delta": 1.0, "sampling_rate": 1.0,
        "starttime": start_ns / 1e9, "endtime": start_ns / 1e9 + 1199.0, "time_standard": "UTC",
        "utc_convertible": True, "t0_ns": start_ns, "rate": [1, 1], "net": net, "sta": sta, "loc": loc, "chan": chan,
        "piece": 0, "job": _JOB, "window": window, "attempt": 1, "data_tag": "bench", "storage_mode": "file",
        "dir": "/output/earlier", "dfile": "earlier-1", "foff": 0, "nbytes": 4096, "format": "mseed",
    }  # fmt: skip
