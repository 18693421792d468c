"""Ways of getting one-hour windows out of day files, side by side in one run over an emulated network.

`python -m tests.benchmarks.range_reads network|limit|local|many`: the scenarios. Every figure of Seisbus is end to end:
from Submit to the job closed, through bus, ledger and store. JSON, tables and a picture go to results/.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from libseis.mseed import frame, overlapping
from libseis.segments import Span
from rich.console import Console
from rich.table import Table
from seisbus.admin.archive.make import make_archive
from seisbus.admin.archive.manifest import Manifest
from seisbus.admin.archive.spec import MIX_BENCH, ArchiveSpec, RateShare
from seisbus.client import AsyncClient
from seisbus.local import embedded_servers
from seisbus.local.stack import local_stack

from . import seisfetch_way
from .network import EmulatedNetwork, Line, emulated_network
from .usage import Usage, measured

DAY = 1299801600  # 2011-03-11
EVENT = (DAY + 20883.2, DAY + 24483.2)  # 100 s to 3700 s after the origin of the Tohoku earthquake
OTHER = (DAY + 41000.0, DAY + 44600.0)  # three and a half hours of other bytes away
SERVICES = ("control", "indexer", "fetcher", "windower", "writer")
SERVERS = ("nats-server", "secantusd", "rclone")
SMALL_BYTES = 192 * 1024
# 100 Hz days of 8 MB beside 40 Hz days of 3.6 MB: 60 % of them 100 Hz
MIX_LARGE = (RateShare(40, "B", 0.40), RateShare(100, "H", 0.60))
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
    """What one way took. Bytes and requests are the proxy's count, objects' bytes only; CPU and memory by process."""

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
        """Have the day's listing read by a job of the 1 Hz channels, of which nothing is learned; its seconds.

        The S3 server hashes every file at every LIST, which costs more than all reads here and nothing on S3. The
        services have done their first work after it, as the loops have imported all that they need.
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
        """seisfetch in 16 threads, or why not."""
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
        emulated_network(servers.s3.url, scenario.line) as network,
        local_stack(folder / "stack", extra_env={"SEISBUS_ARCHIVE_LOCAL_ENDPOINT": network.url}) as stack,
        AsyncClient(stack.control_address) as client,
    ):
        bucket = root / scenario.spec.bucket
        yield Bench(scenario, folder, bucket, manifest, network, client, stack.environment)


async def measure(scenario: Scenario, folder: Path, archives: Path) -> tuple[list[Way], dict[str, float], list[str]]:
    """The ways, figures beside them, and what could not be measured."""
    notes: list[str] = []
    async with running(scenario, folder, archives) as bench:
        keys = list(bench.sizes)
        own, own_other = [await asyncio.to_thread(own_bytes, bench.bucket, keys, w) for w in (EVENT, OTHER)]
        listing = await bench.know_day()
        ways = [await bench.ours("Seisbus, cold", EVENT, own)]
        if scenario.warm:
            ways.append(await bench.ours("Seisbus, same window again", EVENT, own))
            ways.append(await bench.ours("Seisbus, other window, no build", OTHER, own_other))
            bench.network.unlimited = "SEISBUS_BENCH_FAST_BUILD" in os.environ
            if bench.network.unlimited:
                notes.append("index build ran without the line's limits, to save time: its wall time is not the line's")
            ways.append(await bench.build())
            bench.network.unlimited = False
            ways.append(await bench.ours("Seisbus, warm: other window after build", OTHER, own_other))
        if scenario.loops:
            peer = await bench.seisfetch(EVENT, own)
            if isinstance(peer, Way):
                ways.append(peer)
            else:
                notes.append(peer)
            ways.append(await bench.loop(16, EVENT, own))
            ways.append(await bench.loop(1, EVENT, own))
        figures = {
            "objects": len(keys),
            "listing_seconds": listing,
            "mean_object_mb": sum(bench.sizes.values()) / len(keys) / 1e6,
            "own_mb": sum(own.values()) / 1e6,
            "own_other_mb": sum(own_other.values()) / 1e6,
        }
        if scenario.line.total:
            figures["own_seconds"] = sum(own.values()) * 8 / scenario.line.total
            figures["own_other_seconds"] = sum(own_other.values()) * 8 / scenario.line.total
        if scenario.name == "local":
            figures["obspy_cpu"] = await asyncio.to_thread(obspy_cpu, bench.bucket, keys)
    return ways, figures, notes


def obspy_cpu(bucket: Path, keys: Sequence[str]) -> float:
    """CPU seconds of obspy.read of the same whole objects, from memory, in a process of its own."""
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


def report(scenario: Scenario, ways: Sequence[Way], figures: dict[str, float]) -> Table:
    """The ways side by side."""
    line = scenario.line
    emulated = (
        f"{line.round_trip * 1000:.0f} ms, {line.total / 1e6:.0f} Mbit/s, a flow {(line.connection or 0) / 1e6:.0f}"
        if line.total
        else "local network"
    )
    table = Table(
        title=f"{scenario.name}: {figures['objects']:.0f} objects of {figures['mean_object_mb']:.1f} MB, seed "
        f"{scenario.spec.seed}, {emulated}; own record bytes {figures['own_mb']:.0f} MB; "
        f"listing before the clock {figures['listing_seconds']:.1f} s"
    )
    columns = ("", "wall s", "saved", "requests", "MB", "over own", "req/object mean, p95", "CPU s", "servers' CPU s")
    for column in (*columns, "peak MB"):
        table.add_column(column, justify="right")
    for way in ways:
        peak = max((p for n, p in way.peak_mb.items() if n not in SERVERS), default=0.0)
        table.add_row(
            way.name, f"{way.seconds:.1f}", str(way.saved), str(way.requests), f"{way.megabytes:.0f}",
            f"{way.over_own:.2f}", f"{way.requests_mean:.2f}, {way.requests_p95:.0f}", f"{way.work_cpu:.1f}",
            f"{way.server_cpu:.1f}", f"{peak:.0f}",
        )  # fmt: skip
    return table


def verdicts(scenario: Scenario, ways: Sequence[Way], figures: dict[str, float]) -> list[str]:
    """Each target of the scenario with what was measured."""
    by_name = {way.name: way for way in ways}
    cold = by_name["Seisbus, cold"]
    warm = by_name.get("Seisbus, warm: other window after build")
    out = []

    def say(what: str, value: float, bound: float, *, least: bool = False) -> None:
        met = value >= bound if least else value <= bound
        out.append(f"{'met ' if met else 'MISS'} {what}: {value:.2f} ({'at least' if least else 'at most'} {bound})")

    if scenario.name == "network":
        for name, bound in (("plain loop", 25), ("plain loop, 16 threads", 8), ("seisfetch", 8)):
            if name in by_name:
                say(f"times faster than {name}", by_name[name].seconds / cold.seconds, bound, least=True)
    if scenario.name == "local":
        say("times faster than plain loop", by_name["plain loop"].seconds / cold.seconds, 3, least=True)
        services = sum(cold.cpu.get(name, 0.0) for name in SERVICES)
        say("CPU of the services over obspy.read", services / figures["obspy_cpu"], 0.3)
    if scenario.name == "limit":
        say("time over the own bytes' time, cold", cold.seconds / figures["own_seconds"], 2.0)
        if warm:
            say("the same, warm", warm.seconds / figures["own_other_seconds"], 1.3)
    if scenario.name != "many":  # its objects hold six hours of their day, which a search takes for the whole of it
        say("bytes over own, cold", cold.over_own, 1.5)
        say("requests an object in the mean, cold", cold.requests_mean, 3)
    if warm:
        say("bytes over own, warm", warm.over_own, 1.15)
        say("requests an object in the mean, warm", warm.requests_mean, 1)
    if scenario.name == "many":
        for service in SERVICES:
            say(f"peak MB of {service}", cold.peak_mb.get(service, 0.0), 400)
    return out


def picture(scenario: Scenario, ways: Sequence[Way], path: Path) -> None:
    """Wall and megabytes of each way as bars on log scales."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(12, 0.6 + 0.5 * len(ways)), sharey=True, layout="constrained")
    names = [way.name for way in ways]
    for axis, values, label in (
        (axes[0], [way.seconds for way in ways], "wall (s)"),
        (axes[1], [way.megabytes for way in ways], "bytes moved (MB)"),
    ):
        colours = ["#1f77b4" if name.startswith("Seisbus") else "#999999" for name in names]
        bars = axis.barh(names, values, color=colours)
        axis.bar_label(bars, fmt="%.1f", padding=3)
        axis.set_xscale("log")
        axis.set_xlabel(label)
        axis.set_xlim(1, 2.5 * max(values))
    axes[0].invert_yaxis()
    figure.suptitle(f"{scenario.name}: {len(ways)} ways of the same windows")
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def run(name: str) -> dict[str, object]:
    """One scenario: printed, drawn and returned."""
    scenario = SCENARIOS[name]
    if share := os.environ.get("SEISBUS_BENCH_SHARE"):  # a smaller one for a first look
        scenario = replace(
            scenario,
            name=scenario.name,
            spec=replace(scenario.spec, channels=max(12, int(scenario.spec.channels * float(share)))),
        )
    archives = Path(os.environ.get("SEISBUS_BENCH_CACHE", Path.home() / ".cache" / "seisbus")) / "archives"
    if share:
        archives = archives.with_name(f"archives-{share}")
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        ways, figures, notes = asyncio.run(measure(scenario, Path(folder), archives))
    console = Console(width=190)
    console.print(report(scenario, ways, figures))
    lines = verdicts(scenario, ways, figures)
    for text in (*lines, *notes):
        console.print(text, highlight=False)
    for way in ways:
        if way.name.startswith("Seisbus"):
            own = {n: round(way.cpu.get(n, 0.0), 1) for n in SERVICES}
            peaks = {n: round(way.peak_mb.get(n, 0.0)) for n in SERVICES}
            console.print(f"{way.name}: CPU s {own}, peak MB {peaks}", highlight=False)
    console.print(f"the whole scenario took {time.perf_counter() - begun:.0f} s")
    results = Path(__file__).with_name("results")
    results.mkdir(exist_ok=True)
    found = {"ways": [asdict(way) for way in ways], "figures": figures, "verdicts": lines, "notes": notes}
    (results / f"range_reads_{name}.json").write_text(json.dumps(found, indent=2))
    picture(scenario, ways, results / f"range_reads_{name}.png")
    return found


def main(names: Sequence[str] = ()) -> dict[str, object]:
    """The named scenarios, else all."""
    return {name: run(name) for name in names or SCENARIOS}


if __name__ == "__main__":
    main(sys.argv[1:])
