"""Range reads through the whole system, behind a proxy that sees every request.

With every defect in, what comes out cold, warm, scanned and with `verify: full` is the same, and what the generator
made; objects that change between jobs; two replicas; cancellation.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pymongo
import pytest

from benchmarks.network import EmulatedNetwork, Fault, Line, Request, emulated_network
from seisbus.archive.definition import load_archives
from seisbus.client import AsyncClient, Job
from seisbus.local.stack import local_stack
from seisbus.planning.ranges import LARGE_PROBE_BYTES
from seisbus.testing import truth
from seisbus.testing.make import make_archive
from seisbus.testing.manifest import DayFile, Manifest
from seisbus.testing.spec import ALL_DEFECTS, NS, TOHOKU, ArchiveSpec, Defect, RateShare
from support.days import Cut, Days, day_ns
from support.servers import S3Server
from support.stored import PlainJob
from support.system import System
from support.waiting import eventually

W0, W1 = TOHOKU.time_ns + 100 * NS, TOHOKU.time_ns + 1900 * NS
SPEC = ArchiveSpec(
    channels=40, mix=(RateShare(40, "B", 1.0),), defects=ALL_DEFECTS, hours=(0.0, 12.0), window=(W0, W1),
    event_traces=3, real=False, bucket="ranges",
)  # fmt: skip
JOB: dict[str, Any] = {
    "archive": "ranges",
    "gaps": "split",
    "windows": {"absolute": [{"start": W0 / NS, "end": W1 / NS}]},
}
# What a range read finds of a defect inside or beside the window, and records; ranges serve the others.
REASONS = {
    Defect.GAP_INSIDE: "gap",
    Defect.MANY_GAPS: "gap",
    Defect.OVERLAP_DUP: "out_of_order",
    Defect.CORRUPT_HEADER: "foreign_bytes",
    Defect.MIXED_RECLEN: "mixed_lengths",
}


@dataclass(frozen=True, slots=True)
class Ranged:
    """The running system with two fetchers and two windowers, and the network before its archives."""

    system: System
    network: EmulatedNetwork

    async def job(self, job: dict[str, Any]) -> tuple[Job, list[Request]]:
        """Run a job; the requests for objects that it made."""
        self.network.clear()
        done = await self.system.run(job)
        return done, self.network.gets()


@pytest.fixture(scope="module")
async def ranged(tmp_path_factory: pytest.TempPathFactory, s3_server: S3Server) -> AsyncIterator[Ranged]:
    folder = tmp_path_factory.mktemp("ranges")
    local = load_archives()["local"]
    async with emulated_network(s3_server.url, Line(round_trip=0.002)) as network:
        definitions = "".join(
            f'[{name}]\nbucket = "{name}"\nendpoint = "{network.url}"\nindex = "{index}"\nobject_unit = "channel"\n'
            f'day_key = "{local.day_key.template}"\nday_cut = "sample"\nmax_in_flight = 16\nround_trip_bytes = 20000\n'
            'waveform_index_prefix = "continuous_waveforms/index/"\n'
            for name, index in (
                ("ranges", "files"),
                ("changing", "listing"),
                ("shrinking6", "listing"),
                ("shrinking1", "listing"),
                ("slow", "listing"),
            )
        )
        (folder / "archives.toml").write_text(definitions)
        async with (
            local_stack(
                folder / "stack",
                extra_env={"SEISBUS_ARCHIVES_FILE": str(folder / "archives.toml")},
                replicas={"fetcher": 2, "windower": 2},
            ) as stack,
            AsyncClient(stack.control_address) as client,
        ):
            yield Ranged(System(stack, client, s3_server.root), network)


@dataclass(frozen=True, slots=True)
class Runs:
    """The defective archive and what each way of reading it stored and asked for."""

    root: Path
    manifest: Manifest
    stored: dict[str, PlainJob]
    requests: dict[str, list[Request]]


def knotted(ranged: Ranged, archive: str) -> list[dict[str, Any]]:
    """Day files of an archive about which something was learned."""
    environment = ranged.system.stack.environment
    with pymongo.MongoClient[dict[str, Any]](environment["SEISBUS_MONGODB_URI"]) as client:
        files = client[environment["SEISBUS_DATABASE"]]["day_file"]
        return list(files.find({"archive": archive, "knots": {"$exists": True}}))


async def build_index(ranged: Ranged, archive: str) -> None:
    """`seisbus index build` over the day, as a user does it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "seisbus.cli", "index", "build", archive, "--start", "2011-03-11", "--end", "2011-03-12",
        env={**os.environ, **ranged.system.stack.environment}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()


@pytest.fixture(scope="module")
async def runs(ranged: Ranged, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The day job four times: nothing known, knots known, after a scan, and every object read whole."""
    root = tmp_path_factory.mktemp("archive")
    manifest = await asyncio.to_thread(make_archive, root, SPEC)
    (root / "ranges").rename(ranged.system.buckets / "ranges")
    stored, requests = {}, {}
    for way in ("cold", "warm", "scanned", "full"):
        if way == "warm":  # what the cold job learned is written once a second
            healthy = {file.key for file in manifest.files if file.defect is None}
            await eventually(lambda healthy=healthy: healthy <= {d["key"] for d in knotted(ranged, "ranges")})
        if way == "scanned":
            await build_index(ranged, "ranges")
            await eventually(lambda: sum(bool(d["ordered"]) for d in knotted(ranged, "ranges")) >= 10)
        job, requests[way] = await ranged.job({**JOB, "name": way} | ({"verify": "full"} if way == "full" else {}))
        stored[way] = await ranged.system.stored(job)
    return Runs(root, manifest, stored, requests)


def channel_of(file: DayFile) -> str:
    """NET.STA.LOC.CHAN of a key in SCEDC form, by its fixed columns."""
    name = file.key.rpartition("/")[2]
    return ".".join(name[a:b].strip("_") for a, b in ((0, 2), (2, 7), (10, 12), (7, 10)))


def end_of(stored: PlainJob, file: DayFile) -> tuple[str, str, list[tuple[int, int, str]]]:
    """Fate, reason, and start, count and hash of each piece of a file's window."""
    (outcome,) = stored.by_channel[channel_of(file)]
    pieces = [(p.document["t0_ns"], p.npts, p.sha256) for p in stored.pieces_of(outcome["_id"])]
    return outcome["fate"], outcome["reason"], pieces


@pytest.mark.parametrize("way", ["cold", "warm", "scanned", "full"])
def test_every_sample_is_the_generators_however_it_was_read(runs: Runs, way: str) -> None:
    wrong = []
    for file in runs.manifest.files:
        expected = truth.expected_window(runs.root, file.key, W0, W1, True, truth.Gaps.SPLIT)
        wanted = [(piece.start_ns, piece.npts, piece.sha256) for piece in expected.pieces]
        if end_of(runs.stored[way], file) != (expected.fate.value, expected.reason, wanted):
            wrong.append((file.key, file.defect, end_of(runs.stored[way], file), expected))
    assert wrong == []
    assert {file.defect for file in runs.manifest.files} == {None, *ALL_DEFECTS}


def test_full_reads_all_and_ranges_a_part(runs: Runs) -> None:
    moved = {way: sum(r.sent for r in requests) for way, requests in runs.requests.items()}
    total = sum(file.bytes for file in runs.manifest.files if file.stored)
    assert moved["full"] >= total
    assert moved["warm"] < moved["cold"] < 0.75 * total
    assert moved["scanned"] < moved["cold"]


def test_known_knots_make_it_one_request(runs: Runs) -> None:
    for way in ("warm", "scanned"):
        for file in runs.manifest.files:
            if file.defect is None:
                assert len([r for r in runs.requests[way] if r.key == file.key]) == 1, (way, file.key)


@pytest.mark.parametrize("way", ["cold", "warm", "scanned", "full"])
def test_two_fetchers_never_ask_for_the_same_bytes(runs: Runs, way: str) -> None:
    """But for probes, which are small, inside of what is read next."""
    sizes = {file.key: file.bytes for file in runs.manifest.files}
    for key, size in sizes.items():
        at = 0
        asked = [(r.start or 0, r.end or size) for r in runs.requests[way] if r.key == key]
        probes = {
            (start, end)
            for start, end in asked
            if end - start <= LARGE_PROBE_BYTES and any(a < start and end < b for a, b in asked)
        }
        assert len(probes) <= 4
        for start, end in sorted(set(asked) - probes):
            assert start >= at, f"bytes of {key} before {at} were asked for twice"
            at = end


@pytest.mark.parametrize("defect", [None, *REASONS])
def test_the_provenance_says_why_an_object_was_read_whole(runs: Runs, defect: Defect | None) -> None:
    for file in runs.manifest.files:
        if file.defect is defect:
            (outcome,) = runs.stored["cold"].by_channel[channel_of(file)]
            for piece in runs.stored["cold"].pieces_of(outcome["_id"]):
                (source,) = piece.document["provenance"]["sources"]
                assert source["whole"] == (REASONS[defect] if defect else "")
            (outcome,) = runs.stored["full"].by_channel[channel_of(file)]
            for piece in runs.stored["full"].pieces_of(outcome["_id"]):
                assert piece.document["provenance"]["sources"][0]["whole"] == "asked"


DAY = date(2020, 5, 5)
HOUR = {"absolute": [{"start": "2020-05-05T03:00:00", "end": "2020-05-05T04:00:00"}]}
OTHER = {"absolute": [{"start": "2020-05-05T09:00:00", "end": "2020-05-05T10:00:00"}]}


def noise(station: str, phase_ns: int = 0) -> Days:
    return Days.noise(("XX", station, "", "BHZ"), Fraction(20), DAY, 1, phase_ns)


async def samples_are(ranged: Ranged, job: Job, days: Days, hour: int) -> None:
    """What a job stored are the samples of an hour."""
    start = day_ns(DAY) + hour * 3600 * NS
    first, data = days.between(start, start + 3600 * NS, inclusive=True)
    (piece,) = (await ranged.system.stored(job)).pieces
    assert piece.npts == len(data)
    assert piece.document["t0_ns"] == days.time_ns(first)
    assert piece.sha256 == truth.samples_sha256(data)


async def test_a_replaced_object_gives_its_new_bytes_and_loses_its_knots(ranged: Ranged) -> None:
    bucket = ranged.system.buckets / "changing"
    bucket.mkdir(exist_ok=True)
    old, new = noise("OLD"), noise("NEW")
    (path,) = old.write(bucket, Cut.SAMPLE)
    job = {"archive": "changing", "select": {"sta": "OLD"}, "windows": HOUR}
    first, _ = await ranged.job(job)
    await samples_are(ranged, first, old, 3)
    (known,) = await eventually(lambda: [d for d in knotted(ranged, "changing") if d["sta"] == "OLD"])
    # the same channel with other samples: another object under the same key
    again = Days(old.codes, new.rate, new.start_ns, new.data[::-1].copy())
    again.write(bucket, Cut.SAMPLE)
    second, _ = await ranged.job({**job, "windows": OTHER})
    await samples_are(ranged, second, again, 9)
    (piece,) = (await ranged.system.stored(second)).pieces
    assert piece.document["provenance"]["sources"][0]["whole"] == "changed"

    async def learned_anew() -> bool:
        (found,) = [d for d in knotted(ranged, "changing") if d["sta"] == "OLD"]
        return bool(found["knots_etag"] == found["etag"] != known["etag"]) and found["size"] == path.stat().st_size

    await eventually(learned_anew)
    # planned with the new version: ranges serve again
    third, requests = await ranged.job(job)
    await samples_are(ranged, third, again, 3)
    assert len(requests) == 1
    assert 0 < requests[0].sent < 0.2 * path.stat().st_size


@pytest.mark.parametrize("share", [0.6, 0.1])
async def test_an_object_that_shrinks_gives_what_is_left(ranged: Ranged, share: float) -> None:
    bucket = ranged.system.buckets / f"shrinking{int(share * 10)}"
    bucket.mkdir(exist_ok=True)
    days = noise("SHR")
    (path,) = days.write(bucket, Cut.SAMPLE)
    job = {"archive": bucket.name, "windows": HOUR, "gaps": "split"}
    first, _ = await ranged.job(job)
    await samples_are(ranged, first, days, 3)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size) // 512 * 512])
    second, _ = await ranged.job({**job, "windows": OTHER if share > 0.5 else HOUR})
    if share > 0.5:
        await samples_are(ranged, second, days, 9)
    else:
        (outcome,) = (await ranged.system.stored(second)).outcomes
        assert (outcome["fate"], outcome["reason"]) == ("dead", "no_data_in_window")


async def test_a_cancelled_job_stops_its_reads(ranged: Ranged) -> None:
    """Eight reads that stand still: their connections are left at once, not when they are found to be stalled."""
    bucket = ranged.system.buckets / "slow"
    bucket.mkdir(exist_ok=True)
    for number in range(8):
        noise(f"C{number}").write(bucket, Cut.SAMPLE)
    client, network = ranged.system.client, ranged.network
    network.clear()
    network.fault = lambda request: Fault.STALL if request.key and request.method == "GET" else None
    try:
        job = await client.submit({"archive": "slow", "windows": HOUR, "verify": "full"})
        await eventually(lambda: len(network.gets()) == 8 and all(r.sent for r in network.gets()))
        assert all(r.ended is None for r in network.gets())
        await client.cancel(job.id)
        await eventually(lambda: all(r.left for r in network.gets()), timeout=6)
        assert len(network.gets()) == 8
    finally:
        network.fault = lambda request: None
    done = await client.wait(job.id)
    assert done.ledger.cancelled == done.ledger.planned == 8
