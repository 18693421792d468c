"""Windows a second by the size of the job: a thousand, ten thousand, a hundred thousand one-minute tiles, on loopback.

From the submission to the end of the job, so that planning and closing count. The plain loop does some of the same day
files: each is read from S3 and by obspy, its minutes sliced, appended to a file, one document inserted for each.
"""

from __future__ import annotations

import asyncio
import io
import os
import statistics
import tempfile
import time
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from seisbus.client import AsyncClient
from seisbus.local import LocalStack, local_stack
from seisbus.testing.make import make_archive
from seisbus.testing.spec import TOHOKU, ArchiveSpec, RateShare

from .range_ways import channel_codes
from .usage import idle

SEED: Final = 5
MINUTES: Final = 1440
# Day files and their channels: about 10^3, 10^4 and 10^5 windows; a station has three channels.
SIZES: Final = ((1, "LHZ"), (7, "LH?"), (70, "LH?"))
ROUNDS: Final = int(os.environ.get("SEISBUS_BENCH_ROUNDS", "3"))
_PLAIN_FILES: Final = 2
SPEC: Final = ArchiveSpec(
    seed=SEED,
    channels=max(files for files, _ in SIZES),
    mix=(RateShare(1, "L", 1.0),),
    templates=3,
    event_traces=3,
    real=False,
)


def plain(endpoint: str, bucket: str, keys: list[str], uri: str, folder: Path) -> float:
    """Windows a second of the same without services."""
    import boto3
    import obspy
    import pymongo
    from botocore import UNSIGNED
    from botocore.config import Config

    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-west-2", config=Config(signature_version=UNSIGNED))
    wf: Any = pymongo.MongoClient(uri)["plain"]["wf"]
    saved, begun = 0, time.perf_counter()
    with (folder / "plain.bin").open("wb") as file:
        for key in keys:
            body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            stream = obspy.read(io.BytesIO(body), format="MSEED")
            midnight = obspy.UTCDateTime(TOHOKU.day.isoformat())
            for minute in range(MINUTES):
                start = midnight + 60 * minute
                for trace in stream.slice(start, start + 59):
                    foff = file.tell()
                    file.write(trace.data.astype(np.float64).tobytes())
                    wf.insert_one(
                        {"starttime": trace.stats.starttime.timestamp, "foff": foff, "npts": trace.stats.npts}
                    )
                    saved += 1
    if saved != MINUTES * len(keys):
        raise AssertionError(f"the plain loop saved {saved} windows of {MINUTES * len(keys)}")
    return saved / (time.perf_counter() - begun)


async def job(client: AsyncClient, stations: list[str], chan: str, windows: int) -> float:
    """Seconds of one job over all tiles of some channels."""
    select = {"sta": ",".join(stations), "chan": chan}
    tile = {"start": "2011-03-11", "end": "2011-03-12", "length": "1min"}
    await idle()
    begun = time.perf_counter()
    made = await client.submit({"archive": "local", "select": select, "windows": {"tile": tile}, "existing": "again"})
    done = await client.wait(made.id)
    seconds = time.perf_counter() - begun
    if done.ledger.saved != windows or not done.ledger.balanced:
        raise AssertionError(f"{windows} windows should have been saved: {done.ledger}")
    return seconds


def _by_station(keys: list[str], chan: str) -> Counter[str]:
    """Day files of a station that have such a channel."""
    codes = [channel_codes(key) for key in keys]
    return Counter(sta for _, sta, _, channel in codes if fnmatch(channel, chan))


async def measure(stack: LocalStack, bucket: str, keys: list[str], folder: Path) -> dict[str, Any]:
    """Both sides."""
    found: dict[str, Any] = {}
    async with AsyncClient(stack.control_address) as client:
        await client.wait((await client.sync_index("local")).id)
        for size, chan in (SIZES[0], *SIZES):  # one more of the smallest, in which every process does its first work
            files, stations = 0, []
            for sta, count in _by_station(keys, chan).items():
                if files < size:
                    stations.append(sta)
                    files += count
            rounds = [await job(client, stations, chan, MINUTES * files) for _ in range(ROUNDS)]
            found[str(MINUTES * files)] = {
                "windows": MINUTES * files,
                "seconds_of_rounds": [round(one, 2) for one in rounds],
                "windows_per_s": round(MINUTES * files / statistics.median(rounds), 1),
            }
    some = keys[:_PLAIN_FILES]
    arguments = (stack.servers.s3.url, bucket, some, stack.environment["SEISBUS_MONGODB_URI"], folder)
    loops = [await asyncio.to_thread(plain, *arguments) for _ in range(ROUNDS)]
    return {"sizes": found, "plain_loop_windows_per_s": round(statistics.median(loops), 1)}


async def run(root: Path, folder: Path) -> dict[str, Any]:
    """On a stack of its own."""
    manifest = await asyncio.to_thread(make_archive, root, SPEC)
    keys = sorted(file.key for file in manifest.files)
    async with local_stack(folder / "stack", s3_root=root) as stack:
        return await measure(stack, SPEC.bucket, keys, folder)


def main() -> dict[str, Any]:
    """Print the table and return its figures."""
    cache = Path(os.environ.get("SEISBUS_BENCH_CACHE", Path.home() / ".cache" / "seisbus")) / "archives"
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(run(cache / "job_sizes", Path(folder)))
    table = Table(title=f"One-minute windows of 1 Hz, medians of {ROUNDS}")
    for column in ("windows", "s", "windows/s", "times the plain loop"):
        table.add_column(column, justify="right")
    loop = found["plain_loop_windows_per_s"]
    for one in found["sizes"].values():
        seconds = statistics.median(one["seconds_of_rounds"])
        table.add_row(
            f"{one['windows']:,}",
            f"{seconds:.1f}",
            f"{one['windows_per_s']:,.0f}",
            f"{one['windows_per_s'] / loop:.1f}",
        )
    Console().print(table)
    Console().print(f"the plain loop: {loop:,.0f} windows/s")
    return {**found, "rounds": ROUNDS}
