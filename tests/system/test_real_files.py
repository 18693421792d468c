"""Real files, laid out as an archive, through the whole pipeline: bit for bit what obspy reads from the whole files."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seisbus.client import Job
from seisbus.testing.imports import import_folder
from seisbus.testing.manifest import Manifest
from support.days import DAY_NS, day_ns
from support.stored import PlainJob
from support.system import System

_SCRIPT = Path(__file__).with_name("obspy_reader.py")
STORAGES: dict[str, dict[str, str]] = {
    "auto": {"storage": "file", "encoding": "auto"},
    "miniseed": {"storage": "file", "encoding": "miniseed"},
    "float64": {"storage": "file", "encoding": "float64"},
    "gridfs": {"storage": "gridfs"},
}
# channel, start, seconds: inside the data of one file, or of two where it runs over midnight
WINDOWS = (
    ("CI.HEC..BHN", "2022-01-02T08:00:00", 3600.0),
    ("CI.HEC..BHN", "2022-01-02T00:00:00.02", 0.5),  # the first records are short, as the day is cut at the sample
    ("CI.HEC..BHN", "2022-01-02T23:59:50", 9.99),
    ("BK.THIS.00.LHZ", "2022-01-02T11:11:11", 7777.0),
    ("CI.FOX2..LHZ", "2022-01-02T22:55:08", 3000.0),
    ("CI.WBM..LHZ", "2022-01-01T23:30:00", 3600.0),
    ("CI.WBM..LHZ", "2022-01-01T12:00:00", 172800.0),
    ("XX.TEST.00.LHZ", "2010-02-27T06:50:10", 3600.0),
    ("XX.TEST..BHZ", "2025-05-12T21:11:25.1", 0.25),
    ("IU.ANMO.00.BH1", "2010-02-27T06:31:00", 60.0),
    ("TA.034A..BHE", "2011-03-11T06:00:00", 600.0),
    ("TA.ABTX..BHN", "2011-03-11T06:40:00", 600.0),
    ("NL.HGN.00.BHZ", "2003-05-29T02:14:00", 60.0),
    ("BW.BGLD..EHE", "2008-01-01T00:01:00", 120.0),
)


@dataclass(frozen=True, slots=True)
class Real:
    """The archive of imported files."""

    manifest: Manifest
    bucket: Path

    def paths(self, channel: str) -> list[str]:
        """The files of a channel, by its key, in order of day."""
        net, sta, loc, chan = channel.split(".")
        name = f"{net:_<2}{sta:_<5}{chan:_<3}{loc:_<2}_"
        return sorted(str(self.bucket / file.key) for file in self.manifest.files if name in file.key)


async def obspy_says(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What `obspy_reader` finds, in a fresh process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", str(_SCRIPT), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate(json.dumps(requests).encode())
    assert process.returncode == 0
    answers: list[dict[str, Any]] = json.loads(output)
    return answers


@pytest.fixture(scope="module")
async def real(system: System, test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Real:
    root = tmp_path_factory.mktemp("real") / "archive"
    manifest = await asyncio.to_thread(import_folder, test_data / "mseed", root)
    bucket = system.buckets / "real"
    bucket.rmdir()
    (root / manifest.bucket).rename(bucket)
    await system.sync("real")
    return Real(manifest, bucket)


def job_of(channel: str, windows: list[dict[str, object]], **more: object) -> dict[str, object]:
    net, sta, loc, chan = channel.split(".")
    select = {"net": net, "sta": sta, "loc": loc or "--", "chan": chan}
    return {"archive": "real", "select": select, "windows": {"absolute": windows}, **more}


async def compare(system: System, real: Real, jobs: list[Job]) -> int:
    """Every datum read back through the client is what obspy gives for its time range; the samples of all."""
    read, requests = [], []
    for job in jobs:
        async for datum in system.client.stream(job=job.id):
            half = round(datum.dt * 1e9 / 2)
            channel = ".".join(datum[name] for name in ("net", "sta", "loc", "chan"))
            last_ns = datum.t0_ns + round((datum.npts - 1) * datum.dt * 1e9)
            requests.append(
                {
                    "paths": real.paths(channel),
                    "channel": channel,
                    "start_ns": datum.t0_ns - half + 1,
                    "end_ns": last_ns + half - 1,
                }
            )
            read.append(datum)
    for datum, request, found in zip(read, requests, await obspy_says(requests), strict=True):
        assert found["npts"] == datum.npts, request
        # two files of a channel may differ by a microsecond in phase, and blockette 1001 ends there
        assert abs(found["first_ns"] - datum.t0_ns) <= 1000, request
        digest = hashlib.sha256(np.ascontiguousarray(np.array(datum.data), "<f8").tobytes()).hexdigest()
        assert found["sha256"] == digest, request
    return sum(datum.npts for datum in read)


async def test_windows_are_what_obspy_reads(system: System, real: Real) -> None:
    wanted: dict[str, list[dict[str, object]]] = {}
    for channel, start, seconds in WINDOWS:
        begin = np.datetime64(start, "ns").astype(np.int64) / 1e9
        wanted.setdefault(channel, []).append({"start": start, "end": begin + seconds})
    jobs = list(await asyncio.gather(*(system.run(job_of(channel, windows)) for channel, windows in wanted.items())))
    for job in jobs:
        assert job.ledger.saved == job.ledger.planned
    assert sum(job.ledger.saved for job in jobs) == len(WINDOWS)
    assert await compare(system, real, jobs) > 400_000


async def test_whole_days_are_what_obspy_reads(system: System, real: Real) -> None:
    """Every file's day, its pieces kept: gaps, records out of order, mixed lengths, a broken end, several channels."""
    days = sorted({file.day for file in real.manifest.files})
    jobs = []
    for day in days:
        end = date.fromordinal(day.toordinal() + 1)
        tile = {"start": day.isoformat(), "end": end.isoformat(), "length": "1d"}
        jobs.append(system.run({"archive": "real", "gaps": "split", "windows": {"tile": tile}}))
    done = list(await asyncio.gather(*jobs))
    assert sum(job.ledger.planned for job in done) == len(real.manifest.files)
    assert all(job.ledger.saved == job.ledger.planned for job in done)
    samples = await compare(system, real, done)
    # and nothing of those days is left out
    channels = {channel for channel, _, _ in WINDOWS} | {"IU.ANMO.00.BH2", "IU.ANMO.00.BHZ"}
    requests = [
        {"paths": [path], "channel": channel, "start_ns": day_ns(day), "end_ns": day_ns(day) + DAY_NS - 1}
        for channel in sorted(channels)
        for path in real.paths(channel)
        for day in days
        if f"{day:%Y%j}" in path
    ]
    assert len(requests) == len(real.manifest.files)
    assert samples == sum(found["npts"] for found in await obspy_says(requests))


@pytest.fixture(scope="module")
async def stored(system: System, real: Real) -> dict[str, tuple[Job, PlainJob]]:
    """The same windows kept in every way, and what a process without Seisbus reads of each."""
    windows: list[dict[str, object]] = [{"start": "2022-01-02T23:00:00", "end": "2022-01-02T23:30:00"}]
    kept = {}
    for name, output in STORAGES.items():
        job = await system.run({"archive": "real", "windows": {"absolute": windows}, "output": output})
        assert (job.ledger.planned, job.ledger.saved) == (4, 4)
        kept[name] = (job, await system.stored(job))
    return kept


@pytest.mark.parametrize("storage", STORAGES)
async def test_documents_read_plainly_give_the_clients_samples(
    system: System, stored: dict[str, tuple[Job, PlainJob]], storage: str
) -> None:
    """numpy.fromfile, GridFS or obspy on what a document names: as mspasspy's read_data does it."""
    job, plain = stored[storage]
    by_id = {str(piece.document["_id"]): piece for piece in plain.pieces}
    async for datum in system.client.stream(job=job.id):
        piece = by_id.pop(datum["_id"])
        assert (piece.npts, piece.document["t0_ns"]) == (datum.npts, datum.t0_ns)
        digest = hashlib.sha256(np.ascontiguousarray(np.array(datum.data), "<f8").tobytes()).hexdigest()
        assert piece.sha256 == digest
    assert not by_id
    for piece in plain.pieces:
        document = piece.document
        # what section 17 of MsPASS's documents needs
        assert document["starttime"] == document["t0_ns"] / 1e9
        assert abs(document["endtime"] - document["starttime"] - (piece.npts - 1) * document["delta"]) < 1e-6
        assert (document["time_standard"], document["utc_convertible"]) == ("UTC", True)
        if storage == "gridfs":
            assert document["storage_mode"] == "gridfs"
            assert "dfile" not in document
        else:
            assert document["storage_mode"] == "file"
            assert document["format"] == ("binary" if storage == "float64" else "mseed")
            assert Path(document["dir"]).is_absolute()
            assert document["nbytes"] == 8 * piece.npts or storage != "float64"


def test_all_ways_of_keeping_keep_the_same(stored: dict[str, tuple[Job, PlainJob]]) -> None:
    hashes = {name: sorted(piece.sha256 for piece in plain.pieces) for name, (_, plain) in stored.items()}
    assert hashes["auto"] == hashes["miniseed"] == hashes["float64"] == hashes["gridfs"]
    assert len(set(hashes["auto"])) == 4
    sizes = {name: sum(p.document["nbytes"] for p in stored[name][1].pieces) for name in ("auto", "float64")}
    assert sizes["auto"] < sizes["float64"] / 4
