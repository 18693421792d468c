"""A main job and its exports with a bucket as the only place for files: two writers, one killed after it has put its
objects and before it commits them; nothing is lost, doubled or left over."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import obspy
import pyarrow.parquet
import pytest

from seisbus.client import AsyncClient, ClientError, DatasetError, Direct, Job
from seisbus.testing.imports import import_folder
from support import misfits
from support.chaos import JOB, End, impatient_system, settled_end, small_archive
from support.command import seisbus
from support.servers import LockedS3
from support.shapes import check_documents
from support.system import System
from support.waiting import eventually

# Objects this old that no document names are deleted; a job of this file takes less.
_ORPHAN_SECONDS = 20
_FAILPOINTS = ("written-before-commit", "dataset-after-rename")


pytestmark = pytest.mark.long  # the parts are tested in integration/test_sink.py and test_sink_writer.py


@dataclass(frozen=True, slots=True)
class Sunk:
    """A system whose files go to a bucket, and what a stock client says of that bucket."""

    system: System
    s3: Any
    bucket: str
    marks: Path
    reference: End
    endpoint: str

    @property
    def direct(self) -> Direct:
        """The bucket for a client with credentials of its own, which are in the environment."""
        return Direct(self.endpoint)

    def keys(self, job: Job) -> dict[str, int]:
        """Size of every object of a job, by URL."""
        found: dict[str, int] = {}
        for folder in ("waveforms", "exports"):
            for page in self.s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=f"campaign/{folder}/{job.id}/"
            ):
                found |= {f"s3://{self.bucket}/{entry['Key']}": entry["Size"] for entry in page.get("Contents", ())}
        return found

    async def cleaned(self, job: Job, named: set[str]) -> None:
        """Wait until a job's objects are those that its documents name."""

        async def clean() -> bool:
            assert set(await asyncio.to_thread(self.keys, job)) == named
            return True

        await eventually(clean, timeout=_ORPHAN_SECONDS + 30)

    def local_files(self) -> list[Path]:
        """Files in the output folder."""
        output = Path(self.system.stack.environment["SEISBUS_OUTPUT_ROOT"])
        return [path for path in output.rglob("*") if path.is_file()]

    async def kill_once(self, failpoint: str) -> None:
        """Let the next writer that comes to a failpoint die there."""
        await asyncio.to_thread((self.marks / failpoint).unlink)

    async def struck(self, failpoint: str) -> None:
        """Wait until it has died there."""
        await eventually((self.marks / failpoint).exists)


@pytest.fixture(scope="module")
def bucket(locked_s3: LockedS3) -> Iterator[tuple[Any, str]]:
    with closing(locked_s3.client()) as client:
        name = f"sink-{uuid.uuid4().hex[:12]}"
        client.create_bucket(Bucket=name)
        yield client, name


def sinking(s3: LockedS3, bucket: str) -> dict[str, str]:
    """What makes services keep files in a bucket."""
    return {**s3.environment, "SEISBUS_SINK": f"s3://{bucket}/campaign", "SEISBUS_SINK_ENDPOINT": s3.url}


@pytest.fixture(scope="module")
async def sunk(
    tmp_path_factory: pytest.TempPathFactory, locked_s3: LockedS3, bucket: tuple[Any, str]
) -> AsyncIterator[Sunk]:
    folder = tmp_path_factory.mktemp("sink")
    marks = folder / "marks"
    marks.mkdir()
    for name in _FAILPOINTS:  # a failpoint with a mark has struck already
        (marks / name).touch()
    client, name = bucket
    environment = {
        **sinking(locked_s3, name),
        "SEISBUS_SINK_ORPHAN_SECONDS": str(_ORPHAN_SECONDS),
        "SEISBUS_SINK_CLEAN_SECONDS": "1",
        "SEISBUS_FAILPOINTS": ",".join(_FAILPOINTS),
        "SEISBUS_FAILPOINT_FOLDER": str(marks),
    }
    archive = small_archive(folder / "archive")
    async with impatient_system(folder / "stack", archive, environment=environment, replicas={"writer": 2}) as system:
        undisturbed = await system.run({**JOB, "output": {"storage": "gridfs"}})
        yield Sunk(system, client, name, marks, await settled_end(system, undisturbed), locked_s3.url)
        check_documents(system.stack.environment)


@pytest.fixture
def own_keys(locked_s3: LockedS3, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials for the bucket in this process's environment."""
    for name, value in locked_s3.environment.items():
        monkeypatch.setenv(name, value)


async def test_a_killed_writer_loses_and_doubles_nothing_and_leaves_nothing(sunk: Sunk) -> None:
    await sunk.kill_once("written-before-commit")
    job = await sunk.system.run(JOB)
    await sunk.struck("written-before-commit")
    assert await settled_end(sunk.system, job) == sunk.reference

    documents = await sunk.system.client.waveforms(job=job.id)
    assert {document["storage_mode"] for document in documents} == {"s3"}
    named = {f"{document['dir']}/{document['dfile']}" for document in documents}
    before = await asyncio.to_thread(sunk.keys, job)
    assert set(before) > named  # the dead writer's objects
    spans = sorted((d["dir"], d["dfile"], d["foff"], d["nbytes"]) for d in documents)
    for one, two in pairwise(spans):
        assert one[:2] != two[:2] or one[2] + one[3] <= two[2]
    await sunk.cleaned(job, named)
    assert await settled_end(sunk.system, job) == sunk.reference
    assert await asyncio.to_thread(sunk.local_files) == []


async def test_the_client_reads_through_control_or_directly_and_sees_bytes_that_were_changed(
    sunk: Sunk, own_keys: None
) -> None:
    job = await sunk.system.run(JOB)
    read = await sunk.system.client.read(job=job.id)
    assert len(read.member) == job.ledger.saved
    assert all(member.live for member in read.member)
    async with AsyncClient(sunk.system.stack.control_address, direct=sunk.direct) as direct:
        mine = await direct.read(job=job.id)
    assert [(str(m["_id"]), m.data.tobytes()) for m in mine.member] == [
        (str(m["_id"]), m.data.tobytes()) for m in read.member
    ]
    victim = (await sunk.system.client.waveforms(job=job.id))[0]
    key = f"{victim['dir']}/{victim['dfile']}".removeprefix(f"s3://{sunk.bucket}/")
    body = await asyncio.to_thread(lambda: sunk.s3.get_object(Bucket=sunk.bucket, Key=key)["Body"].read())
    middle = victim["foff"] + victim["nbytes"] // 2
    changed = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
    await asyncio.to_thread(lambda: sunk.s3.put_object(Bucket=sunk.bucket, Key=key, Body=changed))
    dead = [member for member in (await sunk.system.client.read(job=job.id)).member if not member.live]
    (only,) = dead
    assert str(only["_id"]) == str(victim["_id"])
    assert "SHA-256 differs" in only.elog.get_error_log()[0].message


async def test_exports_go_to_the_bucket_and_come_back(sunk: Sunk, tmp_path: Path, own_keys: None) -> None:
    """One builder dies after it has put its dataset; SAC is a folder, ASDF a file."""
    client = sunk.system.client
    source = await sunk.system.run({**JOB, "output": {"data_tag": "to-export"}})
    await sunk.kill_once("dataset-after-rename")
    for format in ("asdf", "sac"):
        job = await client.wait((await client.export(format, job=source.id)).id)
        assert (job.state, job.ledger.saved, job.ledger.planned) == ("completed", 1, 1), job.error
        if format == "asdf":
            await sunk.struck("dataset-after-rename")
        (dataset,) = await client.datasets(job.id)
        url = str(dataset["url"])
        there = await asyncio.to_thread(sunk.keys, job)
        mine = {key: size for key, size in there.items() if key.startswith(url)}
        assert len(mine) == (1 if format == "asdf" else source.ledger.saved + 1)
        assert (len(there) > len(mine)) == (format == "asdf")  # the dead builder's
        path = await client.download(dataset, tmp_path)
        assert path == tmp_path.joinpath(*Path(dataset["path"]).parts[1:])
        assert sorted(await asyncio.to_thread(sizes, path)) == sorted(mine.values())
        async with AsyncClient(sunk.system.stack.control_address, direct=sunk.direct) as direct:
            other = await direct.download(dataset, tmp_path / "direct")
        assert await asyncio.to_thread(contents, other) == await asyncio.to_thread(contents, path)
        await sunk.cleaned(job, set(mine))
    rows = await asyncio.to_thread(read_sac, path)
    stored = [
        (datum["chan"], datum.npts, float(np.asarray(datum.data, np.float32)[0]))
        async for datum in client.stream(job=source.id)
    ]
    assert sorted(rows) == sorted(stored)

    (sac,) = [key for key in mine if key.endswith(f"{path.name}/{sorted(p.name for p in path.glob('*.SAC'))[0]}")]
    key = sac.removeprefix(f"s3://{sunk.bucket}/")
    await asyncio.to_thread(lambda: sunk.s3.put_object(Bucket=sunk.bucket, Key=key, Body=b"x" * mine[sac]))
    with pytest.raises(DatasetError, match=Path(key).name):
        await client.download(dataset, tmp_path / "again")
    assert await asyncio.to_thread(sizes, tmp_path / "again") == []
    await asyncio.to_thread(lambda: sunk.s3.delete_object(Bucket=sunk.bucket, Key=key))
    with pytest.raises(ClientError, match="is not there"):
        await client.download(dataset, tmp_path / "again")


async def test_the_command_copies_what_it_made_to_where_it_runs(sunk: Sunk, tmp_path: Path) -> None:
    source = await sunk.system.run({**JOB, "output": {"data_tag": "to-copy"}})
    address = sunk.system.stack.control_address
    arguments = ("export", "parquet", "--job", source.id, "--folder", "mine", "--to", str(tmp_path / "here"))
    code, said, errors = await seisbus(tmp_path, address, *arguments)
    assert (code, errors) == (0, "")
    (path,) = await asyncio.to_thread(lambda: list((tmp_path / "here").rglob("*.parquet")))
    assert str(path) in said
    assert f"s3://{sunk.bucket}/campaign/exports/" in said
    table = await asyncio.to_thread(pyarrow.parquet.read_table, path)
    assert table.num_rows == source.ledger.saved


async def test_a_purged_job_leaves_no_objects(sunk: Sunk) -> None:
    job = await sunk.system.run(JOB)
    export = await sunk.system.client.wait((await sunk.system.client.export("sac", job=job.id)).id)
    for purged in (job, export):
        assert await asyncio.to_thread(sunk.keys, purged)
    # what a writer that was killed within a large object leaves
    prefix = f"campaign/waveforms/{job.id}/"
    begun = {"Bucket": sunk.bucket, "Key": f"{prefix}never-completed"}
    await asyncio.to_thread(lambda: sunk.s3.create_multipart_upload(**begun))
    purge, jobs = await sunk.system.client.purge([job.id, export.id])
    assert purge is not None
    assert set(jobs) == {job.id, export.id}
    done = await sunk.system.client.wait(purge.id)
    assert (done.state, done.ledger.saved) == ("completed", 2), done.error
    for purged in (job, export):
        assert await asyncio.to_thread(sunk.keys, purged) == {}
    left = await asyncio.to_thread(lambda: sunk.s3.list_multipart_uploads(Bucket=sunk.bucket, Prefix=prefix))
    assert left.get("Uploads", []) == []


async def test_a_misfit_job_reads_what_it_observes_out_of_the_bucket(
    tmp_path: Path, locked_s3: LockedS3, bucket: tuple[Any, str]
) -> None:
    await asyncio.to_thread(misfits.write_inputs, tmp_path)
    await asyncio.to_thread(import_folder, tmp_path / "source", tmp_path / "archive")
    environment = {**sinking(locked_s3, bucket[1]), "SEISBUS_INPUT_ROOT": str(tmp_path / "input")}
    end = misfits.NPTS * misfits.DT - misfits.LEAD - misfits.DT
    windows = {"events": {"list": misfits.events(), "start": f"-{misfits.LEAD:g}s", "end": f"{end:g}s"}}
    async with impatient_system(tmp_path / "stack", tmp_path / "archive", environment=environment) as system:
        source = await system.run({"archive": "local", "windows": windows})
        assert {d["storage_mode"] for d in await system.client.waveforms(job=source.id)} == {"s3"}
        measured = await system.run(misfits.order(source))
        assert measured.ledger.planned == len(misfits.ORIGINS) * len(misfits.STATIONS)
        assert (measured.ledger.dead, measured.ledger.failed) == (len(misfits.BAD), 0)
        export = await system.client.wait((await system.client.export("specfem", misfit=measured.id, job=source.id)).id)
        assert (export.state, export.ledger.saved) == ("completed", len(misfits.ORIGINS)), export.error
        for dataset in await system.client.datasets(export.id):
            path = await system.client.download(dataset, tmp_path / "here")
            names = await asyncio.to_thread(lambda path=path: {file.name for file in path.iterdir()})
            assert {"STATIONS_ADJOINT", "SHA256SUMS"} < names


def contents(path: Path) -> dict[str, bytes]:
    """The bytes of a file, or of all files of a folder."""
    return {file.name: file.read_bytes() for file in ([path] if path.is_file() else path.iterdir())}


def sizes(path: Path) -> list[int]:
    """Sizes of a file, or of all files below a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return [file.stat().st_size for file in files]


def read_sac(folder: Path) -> list[tuple[str, int, float]]:
    """Channel, number of samples and first sample of each SAC file."""
    traces = [obspy.read(str(file), format="SAC")[0] for file in folder.glob("*.SAC")]
    return [(trace.stats.channel, trace.stats.npts, float(trace.data[0])) for trace in traces]
