"""Exports of a job of two events: read back equal by stock readers, and never half written, whoever is killed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pyasdf
import pytest
from obspy.clients.filesystem.sds import Client as SDSClient

from seisbus.client import ClientError, Job, Outcome
from seisbus.model.dataset_places import log_path
from seisbus.testing.spec import RateShare
from support.chaos import impatient_system, small_archive
from support.shapes import check_documents
from support.system import System
from support.waiting import eventually

FAILPOINTS = ("dataset-mid-write", "dataset-before-rename", "dataset-after-rename")
# The spans overlap by ten minutes, and the second name is none for a file.
TIMES = {"one": "2011-03-11T05:46:23.2Z", "smi:../two": "2011-03-11T05:56:23.2Z"}
EVENTS = [
    {"id": name, "time": time, "lat": 38.3, "lon": 142.4, "depth_km": 29.0, "mag": 9.1} for name, time in TIMES.items()
]
READER = Path(__file__).with_name("dataset_reader.py")


@dataclass(frozen=True, slots=True)
class Exports:
    """A system with a job whose waveforms are exported, and the folder where failpoints leave their marks."""

    system: System
    source: Job
    marks: Path
    output: Path

    async def export(self, format: str, **where: Any) -> tuple[Job, list[dict[str, Any]]]:
        job = await self.system.client.export(format, **({"job": self.source.id} | where))
        done = await self.system.client.wait(job.id)
        assert (done.state, done.ledger.balanced) == ("completed", True), (done.error, done.notes)
        assert done.ledger.saved == done.ledger.planned > 0
        return done, await self.system.client.datasets(job.id)

    async def read(self, format: str, documents: list[dict[str, Any]]) -> dict[str, Any]:
        """What a process without Seisbus reads of the datasets."""
        paths = [str(self.output / document["path"]) for document in documents]
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(READER), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        text, _ = await process.communicate(json.dumps({"format": format, "paths": paths}).encode())
        assert process.returncode == 0
        found: dict[str, Any] = json.loads(text)
        return found

    async def stored(self, precision: str = "<f8") -> list[list[Any]]:
        """What the client reads, in the reader's form, its samples brought to `precision` first."""
        found = []
        async for datum in self.system.client.stream(job=self.source.id):
            codes = ".".join(datum[name] for name in ("net", "sta", "loc", "chan"))
            samples = np.array(datum.data).astype(precision).astype("<f8")
            sha = hashlib.sha256(samples.tobytes()).hexdigest()
            found.append([codes, datum.t0_ns, 1 / datum.dt, datum.npts, sha])
        return sorted(found)


@pytest.fixture(scope="module")
async def exports(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exports]:
    folder = tmp_path_factory.mktemp("export")
    marks = folder / "marks"
    marks.mkdir()
    for name in FAILPOINTS:  # a failpoint with a mark has struck already
        (marks / name).touch()
    archive = small_archive(
        folder / "archive",
        channels=6,
        hours=(5.5, 6.6),
        defects=(),
        mix=(RateShare(1, "L", 0.5), RateShare(40, "B", 0.5)),
    )
    odd = sorted(archive.rglob("continuous_waveforms/**/*.ms"))[0]  # every record of one file has an odd header
    data = bytearray(odd.read_bytes())
    data[7::512] = b"x" * len(data[7::512])
    odd.write_bytes(data)
    environment = {"SEISBUS_FAILPOINTS": ",".join(FAILPOINTS), "SEISBUS_FAILPOINT_FOLDER": str(marks)}
    async with impatient_system(folder / "stack", archive, environment=environment, replicas={"writer": 2}) as system:
        source = await system.run(
            {
                "archive": "local",
                "windows": {"events": {"list": EVENTS, "start": "0s", "end": "20min"}},
                "output": {"data_tag": "both"},
            }
        )
        assert source.ledger.saved == source.ledger.planned >= 12
        yield Exports(system, source, marks, Path(system.stack.environment["SEISBUS_OUTPUT_ROOT"]))
        check_documents(system.stack.environment)


def assert_same(found: list[list[Any]], stored: list[list[Any]], within_ns: int) -> None:
    """Codes, rates and samples equal, starts as near as the format and its reader keep them."""
    assert len(found) == len(stored)
    for mine, theirs in zip(sorted(found), sorted(stored), strict=True):
        assert (mine[0], *mine[3:]) == (theirs[0], *theirs[3:])
        assert mine[2] == pytest.approx(theirs[2], rel=1e-6)
        assert abs(mine[1] - theirs[1]) <= within_ns


async def test_asdf_has_one_file_an_event_with_event_stations_and_exact_samples(exports: Exports) -> None:
    job, documents = await exports.export("asdf")
    assert job.ledger.planned == len(TIMES)
    assert {document["event"] for document in documents} == set(TIMES)
    assert sum(document["waveforms"] for document in documents) == exports.source.ledger.saved
    found = await exports.read("asdf", documents)
    assert_same(found["rows"], await exports.stored(), 500)  # pyasdf reads the nanoseconds through a float
    assert set(found["tags"]) == {"observed"}
    stations = {(d["net"], d["sta"]) for d in await exports.system.client.waveforms(job=exports.source.id)}
    assert len(found["stations"]) == len(TIMES) * len(stations), [d["problems"] for d in documents]
    for origins in found["events"].values():
        ((_, lat, depth),) = origins
        assert (lat, depth) == (38.3, 29_000.0)
    for document in documents:
        path = exports.output / document["path"]
        assert path.resolve().is_relative_to(exports.output.resolve() / "exports")
        assert hashlib.sha256(path.read_bytes()).hexdigest() == document["sha256"]


async def test_sds_days_hold_every_sample_once(exports: Exports) -> None:
    job, documents = await exports.export("mseed", job="", tag="both", folder="sds")
    channels = {
        (d["net"], d["sta"], d.get("loc", ""), d["chan"])
        for d in await exports.system.client.waveforms(job=exports.source.id)
    }
    assert job.ledger.planned == len(documents) == len(channels)
    for document in documents:
        net, sta, loc, chan = document["channel"].split(".")
        assert document["path"] == f"exports/sds/2011/{net}/{sta}/{chan}.D/{net}.{sta}.{loc}.{chan}.D.2011.070"
        assert document["problems"] == []
    found = await exports.read("mseed", documents)
    assert len(found["rows"]) == len(channels)  # the two spans overlap, so each channel is one run of half an hour
    union = {
        trace.id: (trace.stats.starttime.ns, hashlib.sha256(np.asarray(trace.data, "<f8").tobytes()).hexdigest())
        for net, sta, loc, chan in channels
        for trace in await exports.system.client.get_waveforms(
            net, sta, loc or "--", chan, "2011-03-11T05:40", "2011-03-11T06:30"
        )
    }
    assert {codes: sha for codes, _, _, _, sha in found["rows"]} == {codes: sha for codes, (_, sha) in union.items()}


async def test_sac_and_parquet_give_the_samples_back(exports: Exports) -> None:
    (_, sac), (_, parquet) = await asyncio.gather(exports.export("sac"), exports.export("parquet"))
    found = await exports.read("parquet", parquet)
    assert_same(found["rows"], await exports.stored(), 0)
    found = await exports.read("sac", sac)
    # SAC counts seconds from its reference in single precision
    assert_same(found["rows"], await exports.stored("<f4"), 1_000_000)


async def test_what_the_error_logs_say_goes_with_every_format(exports: Exports, tmp_path: Path) -> None:
    client, said = exports.system.client, "reserved byte"
    told = (await _told(exports, said)).channel
    for format in ("sac", "mseed", "asdf", "parquet"):
        _, documents = await exports.export(format, folder=f"told-{format}")
        texts = []
        for document in documents:
            where = await client.download(document, tmp_path)
            if format == "sac":
                texts += [file.read_text() for file in where.glob("*.log.jsonl")]
            elif format == "mseed":
                texts += await asyncio.to_thread(_beside, tmp_path, document)
            elif format == "parquet":
                texts += [json.dumps(row) for row in pq.read_table(where, columns=["elog", "chan"]).to_pylist()]
            else:
                with pyasdf.ASDFDataSet(where, mode="r", mpi=False) as dataset:
                    logs = dataset.auxiliary_data.ErrorLogs if "ErrorLogs" in dataset.auxiliary_data else ()
                    for station in logs.list() if logs else ():
                        texts += [logs[station][one].data[()].tobytes().decode() for one in logs[station].list()]
        assert said in "\n".join(texts), format
        if format == "mseed":
            (mine,) = [d for d in documents if d["channel"] == str(told)]
            assert [d["channel"] for d in documents if d.get("log_sha256")] == [mine["channel"]]
            sds = SDSClient(str(tmp_path / "told-mseed"))
            assert len(sds.get_all_nslc()) == len(documents), "the file beside is none of the archive"


def _beside(folder: Path, document: dict[str, Any]) -> list[str]:
    """What the log of an SDS day says, if there is one."""
    log = folder / log_path(document["path"]).removeprefix("exports/")
    return [log.read_text()] if log.exists() else []


async def _told(exports: Exports, said: str) -> Outcome:
    """A saved window whose error log says this."""
    logs = await exports.system.client.logs(exports.source.id)
    windows = {log["window"] for log in logs if any(said in line["error_message"] for line in log["logdata"])}
    async for outcome in exports.system.client.outcomes(exports.source.id):
        if outcome.window in windows:
            return outcome
    raise AssertionError(f"no log says {said!r}")


async def test_a_killed_builder_leaves_the_old_file_and_the_job_ends_well(exports: Exports) -> None:
    _, before = await exports.export("asdf", folder="killed")
    old = await exports.read("asdf", before)
    for name in FAILPOINTS:
        (exports.marks / name).unlink()
    again = await exports.system.client.export("asdf", job=exports.source.id, folder="killed")
    for name in FAILPOINTS:
        await eventually((exports.marks / name).exists, timeout=40)
        assert sorted((await exports.read("asdf", before))["rows"]) == sorted(old["rows"])
    done = await exports.system.client.wait(again.id)
    assert (done.state, done.ledger.saved) == ("completed", len(TIMES))
    after = await exports.system.client.datasets(again.id)
    assert sorted((await exports.read("asdf", after))["rows"]) == sorted(old["rows"])
    assert max(document["token"] for document in after) > max(document["token"] for document in before)
    assert not list((exports.output / "exports").rglob(".*.part"))


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ({"job": "", "tag": "nothing"}, "no stored waveform fits"),
        ({"job": "", "event": "one", "tag": "other"}, "no stored waveform fits"),
        ({"job": "0000"}, "There is no job 0000"),
    ],
)
async def test_an_export_of_nothing_is_refused(exports: Exports, where: dict[str, str], sentence: str) -> None:
    with pytest.raises(ClientError, match=sentence):
        await exports.export("asdf", **where)
