"""Read three channels of 30 for an hour from a station's object, compared with the whole object, over an emulated line.

`python -m tests.benchmarks station_days`: an object of 50 MB, times SEISBUS_BENCH_SHARE. Each way is
measured from submit to the closed job: without a manifest (the first read of an object is whole), with the archive's
manifest only, and after a scan. The plain way for comparison: obspy reads the whole object and cuts it.
"""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pymseed
from rich.console import Console
from rich.table import Table

from libseis.mseed import frame, overlapping
from libseis.segments import Span
from seisbus.client import AsyncClient
from seisbus.local import embedded_servers, local_stack

from .network import EmulatedNetwork, Line, emulated_network

SEED: Final = 3
_SHARE = float(os.environ.get("SEISBUS_BENCH_SHARE", 1))
_LINE = Line(0.03, 100e6, 40e6)
_DAY = date(2022, 6, 7)
_DAY_START: Final = 1654560000
_LOCATIONS = ("", "00", "10", "20", "30")
_CHANNELS = ("BHE", "BHN", "BHZ", "HNE", "HNN", "HNZ")  # of each location: 30
_WANTED = "BH?"
_BYTES = 50e6 * _SHARE
_HOURS = (7, 15)  # the first is cold; the second uses what is known by then
_MOST_SHARE, _MOST_REQUESTS, _MOST_WARM = 0.05, 4, 3
_DEFINITION = """
[{name}]
bucket = "{name}"
endpoint = "{url}"
day_key = "miniseed/{{net}}/{{year}}/{{doy}}/{{sta}}.{{net}}.{{year}}.{{doy}}{{version}}"
object_unit = "station"
networks = ["TA"]
"""


def _object() -> tuple[bytes, list[str]]:
    """The bytes of a station's day, and the rows of its manifest."""
    rng = np.random.default_rng(SEED)
    samples = int(_BYTES / 30 / 1.05)  # a random walk of this size takes about a byte a sample
    parts, rows, at = [], [], 0
    for loc in _LOCATIONS:
        for chan in _CHANNELS:
            record = pymseed.MS3Record(reclen=512, encoding=pymseed.DataEncoding.STEIM2)
            record.formatversion, record.sourceid = 2, pymseed.nslc2sourceid("TA", "BIG", loc, chan)
            record.samprate, record.starttime = samples / 86400, _DAY_START * 10**9
            walk = np.cumsum(rng.integers(-60, 61, samples)).astype(np.int32)
            parts.append(b"".join(bytes(one) for one in record.generate(walk, "i")))
            rows.append(f"{{path}},,{at},{len(parts[-1])},TA,BIG,{loc},{chan}")
            at += len(parts[-1])
    return b"".join(parts), rows


def _own_bytes(data: bytes, hour: int) -> int:
    table = frame(data)
    span = Span((_DAY_START + 3600 * hour) * 10**9, (_DAY_START + 3600 * (hour + 1)) * 10**9)
    wanted = [n for n, c in enumerate(table.channels) if c.loc == "" and c.chan.startswith("BH")]
    rows = overlapping(table, [span]) & np.isin(table.channel, wanted)
    return int(table.length[rows].sum())


async def _job(client: AsyncClient, network: EmulatedNetwork, archive: str, hour: int) -> dict[str, Any]:
    network.clear()
    begun = time.perf_counter()
    start = _DAY_START + 3600 * hour
    select = {"net": "TA", "loc": "--", "chan": _WANTED}
    spec = {"archive": archive, "select": select, "windows": {"absolute": [{"start": start, "end": start + 3600}]}}
    job = await client.wait((await client.submit(spec)).id)
    gets = [request for request in network.gets() if "miniseed/" in request.key]
    return {
        "seconds": time.perf_counter() - begun,
        "saved": job.ledger.saved,
        "requests": len(gets),
        "bytes": sum(request.sent for request in gets),
    }


def _plain(url: str, key: str, hour: int) -> dict[str, Any]:
    import boto3
    import obspy
    from botocore import UNSIGNED
    from botocore.config import Config

    s3 = boto3.client("s3", endpoint_url=url, region_name="us-east-1", config=Config(signature_version=UNSIGNED))
    begun = time.perf_counter()
    body = s3.get_object(Bucket="plain", Key=key)["Body"].read()
    start = obspy.UTCDateTime(_DAY_START + 3600 * hour)
    stream = obspy.read(io.BytesIO(body), format="MSEED").select(location="", channel=_WANTED)
    saved = len(stream.slice(start, start + 3600))
    return {"seconds": time.perf_counter() - begun, "saved": saved, "requests": 1, "bytes": len(body)}


async def _run(folder: Path) -> dict[str, Any]:
    data, rows = await asyncio.to_thread(_object)
    key = f"miniseed/TA/2022/{_DAY:%j}/BIG.TA.2022.{_DAY:%j}"
    root = folder / "root"
    header = "object_path,version,offset,byte_count,network,station,location,channel"
    for name in ("plain", "manifested"):
        path = root / name / key
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    manifest = root / "manifested" / f"manifests/2022/{_DAY:%j}.csv"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("\n".join([header, *(row.format(path=key) for row in rows)]))
    async with (
        embedded_servers(folder / "s3", nats=False, mongodb=False, s3_root=root) as servers,
        emulated_network(servers.s3.url, _LINE, root) as network,
    ):
        tables = [_DEFINITION.format(name=name, url=network.url) for name in ("plain", "manifested")]
        (folder / "archives.toml").write_text("".join(tables) + 'manifest_key = "manifests/{year}/{doy}.csv"\n')
        environment = {"SEISBUS_ARCHIVES_FILE": str(folder / "archives.toml")}
        async with (
            local_stack(folder / "stack", extra_env=environment) as stack,
            AsyncClient(stack.control_address) as client,
        ):
            ways = {"no manifest, first read": await _job(client, network, "plain", _HOURS[0])}
            ways["manifest alone (cold)"] = await _job(client, network, "manifested", _HOURS[0])
            tile = {"tile": {"start": f"{_DAY}", "end": f"{date.fromordinal(_DAY.toordinal() + 1)}", "length": "1d"}}
            await client.wait((await client.submit({"kind": "scan", "archive": "plain", "windows": tile})).id)
            ways["known (warm)"] = await _job(client, network, "plain", _HOURS[1])
            ways["obspy, whole object"] = await asyncio.to_thread(_plain, network.url, key, _HOURS[1])
    return {
        "share": _SHARE,
        "object_bytes": len(data),
        "own_bytes": [_own_bytes(data, hour) for hour in _HOURS],
        "ways": ways,
    }


def main() -> dict[str, Any]:
    """Print the table and return its figures."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(_run(Path(folder)))
    size = found["object_bytes"]
    table = Table(title=f"three channels x 1 h of 30 channels in {size / 1e6:.1f} MB; own {found['own_bytes']} bytes")
    for column in ("", "s", "saved", "requests", "bytes", "of the object"):
        table.add_column(column, justify="right")
    for name, way in found["ways"].items():
        table.add_row(
            name, f"{way['seconds']:.2f}", str(way["saved"]), str(way["requests"]), f"{way['bytes']:,}",
            f"{100 * way['bytes'] / size:.1f} %",
        )  # fmt: skip
    console = Console()
    console.print(table)
    cold, warm = found["ways"]["manifest alone (cold)"], found["ways"]["known (warm)"]
    for name, value, most in (
        ("part of the object, cold", cold["bytes"] / size, _MOST_SHARE),
        ("requests, cold", cold["requests"], _MOST_REQUESTS),
        ("requests, warm", warm["requests"], _MOST_WARM),
    ):
        console.print(f"{'met ' if value <= most else 'MISS'} {name}: {value:.3g} (at most {most})")
    return found


if __name__ == "__main__":
    main()
