"""Measure an event file: one object of 4,450 traces, from the submission to all of them saved, on the local stack.

The first job makes every process do its first work; the seconds are the medians of the others. The plain way stands
beside: the object read from S3 and by obspy, samples written to a file, a document inserted for each trace.
"""

from __future__ import annotations

import asyncio
import io
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from seisbus.client import AsyncClient
from seisbus.local.stack import local_stack
from seisbus.testing.make import make_archive
from seisbus.testing.spec import OJAI, ArchiveSpec, RateShare

from .usage import Usage, idle, measured

SEED: Final = 1
TRACES: Final = 4450
ROUNDS: Final = 3
PROCESSES: Final = ("control", "indexer", "fetcher", "windower", "writer", "nats-server", "secantusd", "rclone")
SPEC: Final = ArchiveSpec(
    seed=SEED, channels=3, mix=(RateShare(1, "L", 1.0),), hours=(5.0, 6.0), real=False, event_traces=TRACES, templates=3
)


def plain(endpoint: str, bucket: str, key: str, uri: str, folder: Path) -> float:
    """Seconds of the same without services."""
    import boto3
    import numpy as np
    import obspy
    import pymongo
    from botocore import UNSIGNED
    from botocore.config import Config

    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-west-2", config=Config(signature_version=UNSIGNED))
    wf: Any = pymongo.MongoClient(uri)["plain"]["wf"]
    begun = time.perf_counter()
    stream = obspy.read(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()), format="MSEED")
    with (folder / "plain.bin").open("wb") as file:
        for trace in stream:
            foff = file.tell()
            file.write(trace.data.astype(np.float64).tobytes())
            wf.insert_one({"id": trace.id, "starttime": trace.stats.starttime.timestamp, "foff": foff})
        os.fdatasync(file.fileno())
    if len(stream) != TRACES:
        raise AssertionError(f"the plain way saved {len(stream)} traces of {TRACES}")
    return time.perf_counter() - begun


async def measure(root: Path, work: Path, key: str) -> tuple[list[float], list[Usage], list[float]]:
    """Wall seconds and usage of each job but the first; seconds of the plain way."""
    seconds: list[float] = []
    usages: list[Usage] = []
    events = {"catalog": {"start": "2023-01-01", "end": "2024-01-01", "ids": [OJAI.evid]}}
    job_file = {"archive": "local", "inputs": "event_files", "windows": {"events": events}, "existing": "again"}
    async with local_stack(work / "stack", s3_root=root) as stack, AsyncClient(stack.control_address) as client:
        await client.wait((await client.sync_index("local")).id)
        for number in range(ROUNDS + 1):
            await idle()
            with measured() as usage:
                job = await client.submit(job_file)
                job = await client.wait(job.id)
            ledger = job.progress.ledger
            if ledger.saved != TRACES or not ledger.balanced:
                raise AssertionError(f"{TRACES} windows should have been saved: {ledger}")
            if number:
                seconds.append((job.close_time_ns - job.submit_time_ns) / 1e9)
                usages.append(usage)
        where = (stack.servers.s3.url, SPEC.bucket, key, stack.environment["SEISBUS_MONGODB_URI"], work)
        loops = [await asyncio.to_thread(plain, *where) for _ in range(ROUNDS)]
    return seconds, usages, loops


def main() -> dict[str, Any]:
    """Make the archive, run the jobs, print the table; the figures by name."""
    cache = Path(os.environ.get("SEISBUS_BENCH_CACHE", Path.home() / ".cache" / "seisbus")) / "archives" / "event_files"
    manifest = make_archive(cache, SPEC)
    event = max(manifest.events, key=lambda event: event.bytes)
    size = event.bytes
    with tempfile.TemporaryDirectory() as folder:
        seconds, usages, loops = asyncio.run(measure(cache, Path(folder), event.key))
    figures: dict[str, Any] = {"seconds": statistics.median(seconds), "traces": TRACES, "megabytes": size / 1e6}
    figures["plain_seconds"] = statistics.median(loops)
    for name in PROCESSES:
        figures[name] = round(statistics.median(usage.cpu.get(name, 0.0) for usage in usages), 2)
    table = Table(title=f"{TRACES:,} traces of one event file ({size / 1e6:.0f} MB), medians of {ROUNDS}")
    for column in ("", "seconds"):
        table.add_column(column, justify="right")
    table.add_row("submission to end", f"{figures['seconds']:.2f}")
    table.add_row("the plain way", f"{figures['plain_seconds']:.2f}")
    for name in PROCESSES:
        table.add_row(f"CPU of {name}", f"{figures[name]:.2f}")
    Console().print(table)
    return figures
