"""Archives behind emulated lines, and each way to get one-hour windows from them, with its costs."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from libseis.mseed import frame, overlapping
from libseis.segments import Span
from seisbus.client import AsyncClient
from seisbus.local import embedded_servers
from seisbus.local.stack import local_stack
from seisbus.testing.make import make_archive
from seisbus.testing.manifest import Manifest
from seisbus.testing.spec import MIX_BENCH, ArchiveSpec, RateShare

from . import seisfetch_way
from .network import EmulatedNetwork, Line, emulated_network
from .usage import Usage, measured

DAY = 1299801600  # 2011-03-11
EVENT = (DAY + 20883.2, DAY + 24483.2)  # 100 s to 3700 s after the origin of the Tohoku earthquake
OTHER = (DAY + 41000.0, DAY + 44600.0)  # it is three and a half hours of other bytes away
SERVICES = ("control", "indexer", "fetcher", "windower", "writer")
SERVERS = ("nats-server", "secantusd", "rclone")
SMALL_BYTES = 192 * 1024
# 100 Hz days of 8 MB beside 40 Hz days of 3.6 MB, and some of 1 Hz, by which the day is known before the clock
MIX_LARGE = (RateShare(1, "L", 0.02), RateShare(40, "B", 0.40), RateShare(100, "H", 0.58))
# 2,000 objects are about memory, not bytes: mostly 40 Hz, six hours of the day
MIX_MANY = (RateShare(1, "L", 0.30), RateShare(40, "B", 0.60), RateShare(100, "H", 0.10))


@dataclass(frozen=True, slots=True)
class Scenario:
    """An archive, a line, and which ways are measured."""

    name: str
    spec: ArchiveSpec
    line: Line
    loops: bool = False
    warm: bool = True


SCENARIOS = {
    s.name: s
    for s in (
        Scenario(
            "network",
            ArchiveSpec(channels=180, mix=MIX_BENCH, templates=6, real=False, event_traces=3),
            Line(0.03, 100e6, 40e6),
            loops=True,
        ),
        Scenario(
            "limit",
            ArchiveSpec(seed=7, channels=510, mix=MIX_LARGE, templates=9, real=False, event_traces=3),
            Line(0.03, 50e6, 40e6),
        ),
        Scenario(
            "local",
            ArchiveSpec(channels=180, mix=MIX_BENCH, templates=6, real=False, event_traces=3),
            Line(),
            loops=True,
            warm=False,
        ),
        Scenario(
            "many",
            ArchiveSpec(channels=2000, mix=MIX_MANY, templates=6, hours=(4.0, 10.0), real=False, event_traces=3),
            Line(),
            warm=False,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Way:
    """The costs of one way. The proxy counts bytes (of objects only) and requests; CPU and memory are by process."""

    name: str
    seconds: float
    saved: int
    requests: int
    megabytes: float
    work_cpu: float
    server_cpu: float
    peak_mb: dict[str, float]
    cpu: dict[str, float]
    over_own: float  # bytes moved over the windows' own record bytes, objects above 192 KB
    requests_mean: float
    requests_p95: float


@dataclass(frozen=True, slots=True)
class Bench:
    """A running stack behind the emulated network, and the bucket's objects."""

    scenario: Scenario
    folder: Path
    bucket: Path
    manifest: Manifest
    network: EmulatedNetwork
    client: AsyncClient
    environment: dict[str, str]

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each day object."""
        return {file.key: file.bytes for file in self.manifest.files}

    def way(self, name: str, seconds: float, saved: int, usage: Usage, own: dict[str, int] | None) -> Way:
        """The measured way, with what the proxy counted since the log was cleared."""
        gets = [r for r in self.network.gets() if r.key in self.sizes]
        large = [r for r in gets if self.sizes[r.key] > SMALL_BYTES]
        keys = [key for key, size in self.sizes.items() if size > SMALL_BYTES]
        counts = dict.fromkeys(keys, 0)
        for request in large:
            counts[request.key] += 1
        per_object = np.array(list(counts.values()))
        servers = usage.total_cpu(*SERVERS)
        return Way(
            name,
            seconds,
            saved,
            len(gets),
            sum(r.sent for r in gets) / 1e6,
            usage.total_cpu() - servers,
            servers,
            {label: peak / 1e6 for label, peak in usage.peak.items()},
            usage.cpu,
            sum(r.sent for r in large) / sum(own[key] for key in keys) if own else float("nan"),
            float(per_object.mean()),
            float(np.percentile(per_object, 95)),
        )

    async def know_day(self) -> float:
        """Read the day's listing by a job on the 1 Hz channels, from which nothing else is learned. Returns its
        seconds.

        Our S3 server hashes every file at every LIST, which costs more than all reads here, and nothing on S3.
        Afterwards the services have done their first work, just as the loops have done their imports.
        """
        window = {"absolute": [{"start": EVENT[0], "end": EVENT[1]}]}
        job = await self.client.submit({"archive": "local", "select": {"chan": "L??"}, "windows": window})
        job = await self.client.wait(job.id)
        return (job.close_time_ns - job.submit_time_ns) / 1e9

    async def ours(self, name: str, window: tuple[float, float], own: dict[str, int]) -> Way:
        """A window job of all channels."""
        self.network.clear()
        with measured() as usage:
            job = await self.client.submit(
                {"archive": "local", "windows": {"absolute": [{"start": window[0], "end": window[1]}]}}
            )
            job = await self.client.wait(job.id)
        seconds = (job.close_time_ns - job.submit_time_ns) / 1e9
        return self.way(name, seconds, job.progress.ledger.saved, usage, own)

    async def build(self) -> Way:
        """`index build` over the day."""
        self.network.clear()
        with measured() as usage:
            tile = {"start": "2011-03-11", "end": "2011-03-12", "length": "1d"}
            job = await self.client.submit({"kind": "scan", "archive": "local", "windows": {"tile": tile}})
            job = await self.client.wait(job.id)
        seconds = (job.close_time_ns - job.submit_time_ns) / 1e9
        return self.way("index build", seconds, job.progress.ledger.saved, usage, None)

    async def loop(self, threads: int, window: tuple[float, float], own: dict[str, int]) -> Way:
        """The plain loop, one after the other or in threads."""
        self.network.clear()
        command = [
            sys.executable, str(Path(__file__).with_name("plain_loop.py")), self.network.url,
            self.environment["SEISBUS_MONGODB_URI"], str(self.folder / "plain.bin"), *map(str, window), str(threads),
        ]  # fmt: skip
        with measured() as usage:
            done = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, text=True)
        answer = json.loads(done.stdout.splitlines()[-1])
        name = "plain loop" if threads == 1 else f"plain loop, {threads} threads"
        return self.way(name, answer["seconds"], answer["saved"], usage, own)

    async def seisfetch(self, window: tuple[float, float], own: dict[str, int]) -> Way | str:
        """Measure seisfetch in 16 threads, or say why it cannot be measured."""
        peer = await asyncio.to_thread(seisfetch_way.installed)
        if peer.python is None:
            return peer.problem
        self.network.clear()
        start, end = (datetime.fromtimestamp(t, UTC).replace(tzinfo=None).isoformat() for t in window)
        channels = [channel_codes(key) for key in self.sizes]
        with measured() as usage:
            answer = await asyncio.to_thread(
                seisfetch_way.run, peer.python, self.network.url, self.folder / "seisfetch.bin", channels, start, end
            )
        return self.way("seisfetch", answer["seconds"], int(answer["saved"]), usage, own)


def channel_codes(key: str) -> tuple[str, str, str, str]:
    """net, sta, loc, chan of a key in SCEDC form, by its fixed columns."""
    name = key.rpartition("/")[2]
    net, sta, chan, loc = (name[a:b].strip("_") for a, b in ((0, 2), (2, 7), (7, 10), (10, 12)))
    return net, sta, loc, chan


def own_bytes(bucket: Path, keys: Sequence[str], window: tuple[float, float]) -> dict[str, int]:
    """Bytes of the records that hold the window, by key, from the files themselves."""
    span = Span(int(window[0] * 1e9), int(window[1] * 1e9))
    out = {}
    for key in keys:
        table = frame((bucket / key).read_bytes())
        out[key] = int(table.length[overlapping(table, [span])].sum())
    return out


@asynccontextmanager
async def running(scenario: Scenario, folder: Path, archives: Path) -> AsyncIterator[Bench]:
    """The archive (kept from run to run), its S3 server, the emulated network, and a fresh stack behind that."""
    root = archives / scenario.name
    manifest = await asyncio.to_thread(make_archive, root, scenario.spec)
    async with (
        embedded_servers(folder / "s3", nats=False, mongodb=False, s3_root=root) as servers,
        emulated_network(servers.s3.url, scenario.line, root) as network,
        local_stack(folder / "stack", extra_env={"SEISBUS_ARCHIVE_LOCAL_ENDPOINT": network.url}) as stack,
        AsyncClient(stack.control_address) as client,
    ):
        bucket = root / scenario.spec.bucket
        # the ETags are there before somebody waits for them: a store does not hash an object when it is read
        await asyncio.to_thread(network.ask_etags, [bucket / file.key for file in manifest.files])
        yield Bench(scenario, folder, bucket, manifest, network, client, stack.environment)


def obspy_cpu(bucket: Path, keys: Sequence[str]) -> float:
    """CPU seconds of obspy.read on the same whole objects, from memory, in a separate process."""
    program = (
        "import io, sys, time, obspy\n"
        "used = 0.0\n"
        "for path in sys.stdin.read().split():\n"
        "    data = open(path, 'rb').read()\n"
        "    begun = time.process_time()\n"
        "    obspy.read(io.BytesIO(data), format='MSEED')\n"
        "    used += time.process_time() - begun\n"
        "print(used)\n"
    )
    paths = "\n".join(str(bucket / key) for key in keys)
    done = subprocess.run([sys.executable, "-c", program], input=paths, capture_output=True, text=True, check=True)
    return float(done.stdout)
