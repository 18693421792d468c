"""Measure very many small windows (60 s around picks in day files) against 16 threads that read whole files, over a
line.

`python -m tests.benchmarks pick_windows`: a fiftieth of it (2,000 windows in 40 files). SEISBUS_BENCH_SHARE=1 measures
all of it: 100,000 windows in 2,000 day files, two channels a station, 50 picks a day. The threads read a sample of the
files and are scaled, because they do the same for each.
"""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from libseis.isotime import iso
from libseis.mseed import frame, overlapping
from libseis.segments import Span
from seisbus.client import AsyncClient
from seisbus.local import embedded_servers, local_stack
from seisbus.testing.make import make_archive
from seisbus.testing.spec import TOHOKU, ArchiveSpec, RateShare

from .network import EmulatedNetwork, Line, emulated_network
from .range_ways import SERVERS, SERVICES, channel_codes
from .usage import measured

_SHARE = float(os.environ.get("SEISBUS_BENCH_SHARE", 0.02))
_FILES, _PICKS, _SECONDS = 2000, 50, 60
_LINE = Line(0.03, 100e6, 40e6)
_THREADS = 16
_SAMPLE = 40  # files that the threads read
_HEAD = "station_id,phase_time,phase_type"
SEED = 7


def _spec() -> ArchiveSpec:
    """Day files of 100 Hz channels, two a station."""
    files = max(8, round(_FILES * _SHARE))
    days = max(1, files // 200)
    return ArchiveSpec(
        seed=SEED,
        days=tuple(TOHOKU.day + timedelta(days=n) for n in range(days)),
        channels=files // days,
        mix=(RateShare(100, "H", 1.0),),
        templates=6,
        real=False,
        event_traces=3,
    )


def _picks(keys: Sequence[str]) -> dict[str, list[float]]:
    """Moments (epoch seconds) by station and day, named by the text that keys of its channels share."""
    rng = np.random.default_rng(SEED)
    stations: dict[str, list[float]] = {}
    for key in sorted(keys):
        net, sta, _, _ = channel_codes(key)
        year, doy = int(key[-10:-6]), int(key[-6:-3])
        name = f"{net}.{sta}"
        start = (np.datetime64(f"{year}-01-01", "s") + np.timedelta64(doy - 1, "D")).astype(int)
        if f"{name} {start}" not in stations:
            stations[f"{name} {start}"] = sorted((start + rng.uniform(60, 86_300, _PICKS)).tolist())
    return stations


def _own_bytes(bucket: Path, keys: Sequence[str], picks: dict[str, list[float]]) -> int:
    """Bytes of the records that the windows need."""
    own = 0
    for key in keys:
        table = frame((bucket / key).read_bytes())
        spans = [Span(int(t * 1e9), int((t + _SECONDS) * 1e9)) for t in picks[_day_of(key)]]
        own += int(table.length[overlapping(table, spans)].sum())
    return own


def _day_of(key: str) -> str:
    net, sta, _, _ = channel_codes(key)
    year, doy = int(key[-10:-6]), int(key[-6:-3])
    start = (np.datetime64(f"{year}-01-01", "s") + np.timedelta64(doy - 1, "D")).astype(int)
    return f"{net}.{sta} {start}"


def _threads(endpoint: str, bucket: str, keys: Sequence[str], picks: dict[str, list[float]], output: Path) -> float:
    """Seconds of whole-file reading by threads: each file read, decoded and cut, samples written to a file."""
    import boto3
    import pymseed
    from botocore import UNSIGNED
    from botocore.config import Config

    settings = Config(signature_version=UNSIGNED, max_pool_connections=_THREADS)
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-west-2", config=settings)

    def one(number: int) -> None:
        body = s3.get_object(Bucket=bucket, Key=keys[number])["Body"].read()
        with (output / f"{number}.bin").open("wb") as file, io.BytesIO(body):
            for trace in pymseed.MS3TraceList.from_buffer(body, unpack_data=True):
                for segment in trace:
                    samples = np.asarray(segment.np_datasamples)
                    for moment in picks[_day_of(keys[number])]:
                        first = round((moment - segment.starttime_seconds) * segment.samprate)
                        file.write(samples[max(0, first) : first + int(_SECONDS * segment.samprate) + 1].tobytes())

    begun = time.perf_counter()
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(one, range(len(keys))))
    return time.perf_counter() - begun


async def _ours(client: AsyncClient, network: EmulatedNetwork, csv: str) -> dict[str, Any]:
    """The job, with what it took."""
    network.clear()
    with measured() as usage:
        begun = time.perf_counter()
        windows = {"picks": {"csv": csv, "start": "0s", "end": f"{_SECONDS}s"}}
        job = await client.wait((await client.submit({"archive": "local", "windows": windows})).id)
        seconds = time.perf_counter() - begun
    gets = [request for request in network.gets() if request.key.endswith(".ms")]
    return {
        "seconds": seconds,
        "saved": job.ledger.saved,
        "planned": job.ledger.planned,
        "requests": len(gets),
        "bytes": sum(request.sent for request in gets),
        "most_open": network.most_open,
        "cpu": {name: round(usage.cpu.get(name, 0.0), 2) for name in (*SERVICES, *SERVERS)},
    }


async def _run(folder: Path) -> dict[str, Any]:
    cache = Path(os.environ.get("SEISBUS_BENCH_CACHE", Path.home() / ".cache" / "seisbus"))
    root = cache / "archives" / f"picks-{_SHARE:g}"
    spec = _spec()
    manifest = await asyncio.to_thread(make_archive, root, spec)
    bucket = root / spec.bucket
    keys = [file.key for file in manifest.files]
    picks = _picks(keys)
    rows = [
        f"{day.partition(' ')[0]},{iso(int(moment * 1e9))},P" for day, moments in picks.items() for moment in moments
    ]
    csv = "\n".join([_HEAD, *rows])
    own = await asyncio.to_thread(_own_bytes, bucket, keys, picks)
    async with (
        embedded_servers(folder / "s3", nats=False, mongodb=False, s3_root=root) as servers,
        emulated_network(servers.s3.url, _LINE, root) as network,
        local_stack(folder / "stack", extra_env={"SEISBUS_ARCHIVE_LOCAL_ENDPOINT": network.url}) as stack,
        AsyncClient(stack.control_address) as client,
    ):
        network.unlimited = True  # the days' listings are read before: this S3 server hashes every file for them
        await asyncio.to_thread(network.ask_etags, [bucket / key for key in keys])
        await client.wait((await client.sync_index("local")).id)  # stations, without which each window has a log
        of_days = {row.split(",")[1][:10]: row for row in rows}
        one = {"picks": {"csv": "\n".join([_HEAD, *of_days.values()]), "start": "0s", "end": "1s"}}
        await client.wait((await client.submit({"archive": "local", "windows": one})).id)
        network.unlimited = False
        ours = await _ours(client, network, csv)
        again = await _ours(client, network, csv)
        sample = keys[:: max(1, len(keys) // _SAMPLE)][:_SAMPLE]
        network.clear()
        seconds = await asyncio.to_thread(_threads, network.url, spec.bucket, sample, picks, folder)
    return {
        "share": _SHARE,
        "files": len(keys),
        "file_mb": sum(file.bytes for file in manifest.files) / len(keys) / 1e6,
        "own_bytes": own,
        "ours": ours,
        "ours_again": again,
        "threads_seconds": seconds * len(keys) / len(sample),
        "threads_sample": len(sample),
    }


def main() -> dict[str, Any]:
    """Print what was found and return it."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(_run(Path(folder)))
    console = Console(width=150)
    console.print(
        f"{found['ours']['planned']:,} windows of {_SECONDS} s in {found['files']:,} files of "
        f"{found['file_mb']:.1f} MB, "
        f"{found['own_bytes'] / 1e6:.1f} MB of records; line 30 ms, 100 Mbit/s, 40 a flow"
    )
    for name, way in (("cold", found["ours"]), ("again, knots known", found["ours_again"])):
        console.print(
            f"{name}: {way['seconds']:.1f} s, saved {way['saved']:,}, {way['requests']:,} requests, "
            f"{way['bytes'] / 1e6:.1f} MB, {way['bytes'] / found['own_bytes']:.2f} of its records', CPU s {way['cpu']}"
        )
    over, faster = found["ours"]["bytes"] / found["own_bytes"], found["threads_seconds"] / found["ours"]["seconds"]
    console.print(f"whole files by {_THREADS} threads: {found['threads_seconds']:.1f} s")
    console.print(f"{'met ' if over <= 1.3 else 'MISS'} bytes over the records': {over:.2f} (at most 1.3)")
    console.print(f"{'met ' if faster >= 10 else 'MISS'} times faster than whole files: {faster:.1f} (at least 10)")
    return found


if __name__ == "__main__":
    main()
