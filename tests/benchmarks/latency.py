"""Measure the time from `submit` to the first saved window on an idle local stack, as a watcher sees it, and each
stage's part.

`python -m tests.benchmarks latency`. Each job has one hour of one channel, always another hour, so that nothing is
known of it. The first job also reads the day's index and listing, and is shown alone. A listener on the bus notes when
each message passes. The plain way for comparison: obspy reads the same day file over S3 and cuts it, the samples are
written and one document is inserted, without services.
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

from nats.aio.client import Client as NatsClient
from rich.console import Console
from rich.table import Table

from seisbus.client import AsyncClient
from seisbus.local import LocalStack, local_stack
from seisbus.testing.make import make_archive
from seisbus.testing.spec import MIX_BENCH, ArchiveSpec

from .range_ways import channel_codes
from .usage import idle

SEED: Final = 1
_JOBS = int(os.environ.get("SEISBUS_BENCH_ROUNDS", "15"))
_DAY = 1299801600  # 2011-03-11
_AT_MOST = 0.5
_STAGES = ("plan", "fetch", "window", "write", "saved")


async def _job(client: AsyncClient, heard: dict[str, float], channel: tuple[str, ...], hour: int) -> dict[str, float]:
    """Seconds from the call of submit to each stage's message, and to the first saved window."""
    net, sta, loc, chan = channel
    start = _DAY + 3600 * hour
    heard.clear()
    begun = time.perf_counter()
    select = {"net": net, "sta": sta, "loc": loc or "--", "chan": chan}
    window = {"absolute": [{"start": start, "end": start + 3000}]}
    job = await client.submit({"archive": "local", "select": select, "windows": window})
    submitted = time.perf_counter()
    async for progress in client.watch(job.id):
        if progress.ledger.saved:
            heard.setdefault("saved", time.perf_counter())
    closed = time.perf_counter()
    found = {stage: heard[stage] - begun for stage in _STAGES}
    return {"submitted": submitted - begun, **found, "closed": closed - begun}


def _plain(endpoint: str, bucket: str, key: str, uri: str, folder: Path, hour: int) -> float:
    """Seconds of the same without services: whole file, obspy, samples to a file, one document."""
    import boto3
    import numpy as np
    import obspy
    import pymongo
    from botocore import UNSIGNED
    from botocore.config import Config

    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-west-2", config=Config(signature_version=UNSIGNED))
    wf = pymongo.MongoClient(uri)["plain"]["wf"]
    begun = time.perf_counter()
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    start = obspy.UTCDateTime(_DAY + 3600 * hour)
    for trace in obspy.read(io.BytesIO(body), format="MSEED").slice(start, start + 3000):
        (folder / f"{hour}.bin").write_bytes(trace.data.astype(np.float64).tobytes())
        wf.insert_one({"npts": int(trace.stats.npts), "starttime": trace.stats.starttime.timestamp})
    return time.perf_counter() - begun


async def _measure(stack: LocalStack, bucket: Path, key: str, channel: tuple[str, ...], folder: Path) -> dict[str, Any]:
    heard: dict[str, float] = {}
    spy = NatsClient()
    await spy.connect(stack.environment["SEISBUS_NATS_URL"])

    async def note(message: Any) -> None:
        heard.setdefault(message.subject.split(".")[1], time.perf_counter())

    await spy.subscribe("seis.>", cb=note)
    jobs = []
    async with AsyncClient(stack.control_address) as client:
        for number in range(_JOBS + 1):
            await idle()
            jobs.append(await _job(client, heard, channel, number))
    await spy.close()
    plain = [
        await asyncio.to_thread(
            _plain, stack.servers.s3.url, bucket.name, key, stack.environment["SEISBUS_MONGODB_URI"], folder, hour
        )
        for hour in range(_JOBS)
    ]
    return {"first": jobs[0], "jobs": jobs[1:], "plain": plain}


async def _run() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spec = ArchiveSpec(seed=SEED, channels=12, mix=MIX_BENCH, templates=3, real=False, event_traces=3)
        manifest = await asyncio.to_thread(make_archive, folder / "s3", spec)
        file = max(manifest.files, key=lambda file: file.bytes)
        channel = channel_codes(file.key)
        async with local_stack(folder / "stack", s3_root=folder / "s3") as stack:
            return await _measure(stack, folder / "s3" / spec.bucket, file.key, channel, folder)


def main() -> dict[str, Any]:
    """Print the table and return its figures."""
    found = asyncio.run(_run())
    table = Table(title="ms since submit was called: one hour of one channel, idle stack")
    columns = ("submitted", *_STAGES, "closed")
    for column in ("", *columns):
        table.add_column(column, justify="right")
    medians = {column: statistics.median(job[column] for job in found["jobs"]) for column in columns}
    least = {column: min(job[column] for job in found["jobs"]) for column in columns}
    rows = (("first job", found["first"]), ("median", medians), ("least", least))
    for title, row in rows:
        table.add_row(title, *(f"{1000 * row[column]:.0f}" for column in columns))
    console = Console()
    console.print(table)
    plain = statistics.median(found["plain"])
    met = "met " if medians["saved"] <= _AT_MOST else "MISS"
    console.print(f"{met} submit to first saved window: {medians['saved']:.2f} s (at most {_AT_MOST})")
    console.print(f"the plain way, without services: {plain:.2f} s")
    return {"median": medians, "least": least, "first": found["first"], "plain": plain, "at_most": _AT_MOST}


if __name__ == "__main__":
    main()
