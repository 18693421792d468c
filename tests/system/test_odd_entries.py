"""An archive whose indexes, catalogs and metadata hold odd entries, or nothing readable: jobs complete with what is
sound, and their notes say what was left out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from seisbus.archive.keys import TableFormat, catalog_index_key, waveform_index_key
from seisbus.client import ClientError, Job
from seisbus.errors import UnreachableError, UserError
from seisbus.testing.imports import import_folder
from seisbus.testing.make import make_archive
from seisbus.testing.manifest import Manifest
from seisbus.testing.spec import ArchiveSpec
from support.system import System
from support.waiting import eventually

DAYS = tuple(date(2011, 3, 11 + n) for n in range(5))
SPEC = ArchiveSpec(channels=6, days=DAYS, hours=(5.0, 7.0), real=False, bucket="odd")
JOB = {
    "archive": "odd",
    "select": {"chan": "B*"},
    "windows": {"absolute": [{"start": "2011-03-11T05:50:00", "end": "2011-03-11T06:00:00"}]},
}
STATION = (
    '<FDSNStationXML xmlns="http://www.fdsn.org/xml/station/1"><Network code="CI"><Station code="GOOD">'
    '<Latitude>1</Latitude><Longitude>2</Longitude><Elevation>3</Elevation></Station><Station code="BAD"/></Network>'
    "</FDSNStationXML>"
)
CATALOG = (
    "ORIGIN_DATETIME,MAG,LAT,LON,DEPTH,EVID\n2005/01/02 03:04:05,5,33,-117,5,1001\nnever,5,33,-117,5,1002\n"
    "2005/01/02 03:04:05,5,933,-117,5,1003\n2005/01/02 03:04:06,five,33,-117,5,1004\n"
)


@dataclass(frozen=True, slots=True)
class Odd:
    """The archive's bucket, and what a sound index gives."""

    bucket: Path
    manifest: Manifest


@pytest.fixture(scope="module")
async def odd(system: System, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Odd]:
    root = tmp_path_factory.mktemp("odd")
    manifest = await asyncio.to_thread(make_archive, root, SPEC)
    folder = system.buckets / "odd"
    folder.rmdir()
    (root / "odd").rename(folder)
    (folder / "FDSNstationXML/CI").mkdir(parents=True, exist_ok=True)
    (folder / "FDSNstationXML/CI/CI_BAD.xml").write_text(STATION)
    (folder / "FDSNstationXML/CI/CI_JUNK.xml").write_bytes(b"\x00junk")
    key = folder / catalog_index_key(2005, TableFormat.CSV)
    key.parent.mkdir(parents=True)
    key.write_text(CATALOG)
    await eventually(partial(answers, system), 60)
    yield Odd(folder, manifest)


async def answers(system: System) -> bool:
    """Whether the client has its connection again: to make an archive keeps this process from answering pings."""
    try:
        await system.client.jobs(1)
    except UnreachableError:
        return False
    return True


async def test_a_sync_brings_in_what_is_sound(system: System, odd: Odd) -> None:
    job = await system.sync("odd")
    assert (job.ledger.dead, job.ledger.failed) == (1, 0)
    notes = "\n".join(job.notes)
    assert "CI_JUNK.xml: it is not XML" in notes
    assert "CI_BAD.xml: odd entries, 1 left out: CI.BAD has no Latitude" in notes
    assert "2 left out and 1 kept in part: row 2 has the time 'never'" in notes
    events = await system.client.events("odd", start="2005", end="2006")
    assert sorted(event["id"] for event in events.to_pylist()) == ["1001", "1004"]


@pytest.mark.parametrize(
    ("day", "damage", "said"),
    [
        (DAYS[0], "odd row", "row 1 has 1 cells, expected 8"),
        (DAYS[1], "parquet cut", "it is not a parquet table"),
        (DAYS[2], "both unreadable", "the columns ms_filename are missing"),
        (DAYS[3], "empty", ""),
        (DAYS[4], "cut between rows", "of the day's objects"),
    ],
)
async def test_an_index_that_is_odd_fails_no_job(system: System, odd: Odd, day: date, damage: str, said: str) -> None:
    csv, parquet = (odd.bucket / waveform_index_key(day, table) for table in (TableFormat.CSV, TableFormat.PARQUET))
    if damage == "odd row":
        parquet.unlink()
        header, _, rest = csv.read_bytes().partition(b"\n")
        csv.write_bytes(header + b"\nnonsense\n" + rest)
    elif damage == "parquet cut":
        parquet.write_bytes(parquet.read_bytes()[: parquet.stat().st_size // 2])
    elif damage == "both unreadable":
        parquet.write_bytes(b"\x00" * 100)
        csv.write_bytes(b"net,sta,seedchan\nCI,HEC,BHZ\n")
    elif damage == "cut between rows":
        parquet.unlink()
        rows = csv.read_bytes().splitlines(keepends=True)
        csv.write_bytes(b"".join(rows[: len(rows) // 2]))
    else:
        parquet.unlink()
        csv.write_bytes(b"")
    wanted = {**JOB, "windows": {"absolute": [{"start": f"{day}T05:50:00", "end": f"{day}T06:00:00"}]}}
    job = await system.run(wanted)
    assert job.ledger.saved == job.ledger.planned > 0
    assert said in "\n".join(job.notes) and bool(job.notes) == bool(said)
    again = await system.run(wanted)
    assert again.notes == job.notes, "a day that is known already tells again what was odd"


async def test_a_response_that_cannot_be_read_is_told_at_the_sync_before_the_job_and_with_its_windows(
    system: System, odd: Odd
) -> None:
    job = await system.run(JOB)
    channel = (await anext(system.client.outcomes(job.id, ["saved"]))).channel
    (path,) = odd.bucket.glob(f"FDSNstationXML/*/{channel.net}_{channel.sta}.xml")
    sound = path.read_bytes()
    at = sound.index(f'code="{channel.chan}"'.encode())
    path.write_bytes(sound[:at] + sound[at:].replace(b'<Stage number="', b'<Stage number="x', 1))
    synced = await system.sync("odd")
    said = f"the response of {channel} cannot be read"
    assert said in "\n".join(synced.notes)
    assert (await system.sync("odd")).notes == synced.notes, "a document that did not change tells again"
    wanted = {**JOB, "select": {"sta": channel.sta, "chan": "B*"}, "steps": [{"remove_response": {"output": "VEL"}}]}
    assert f"responses of {channel} cannot be read" in (await system.client.estimate(wanted)).basis
    done = await system.run(wanted)
    assert f"responses of {channel} cannot be read" in "\n".join(done.notes)
    (grave,) = [g for g in await system.client.cemetery(done.id) if g["tombstone"]["chan"] == channel.chan]
    assert any(said in line["error_message"] for line in grave["logdata"])
    path.write_bytes(sound)
    assert said not in "\n".join((await system.sync("odd")).notes)
    assert (await system.run(wanted)).ledger.dead == 0


async def test_mistakes_are_told_in_the_dry_run_and_at_submission(system: System, odd: Odd) -> None:
    await system.run(JOB)
    before = {job.id for job in await system.client.jobs()}
    refused = (
        ({"steps": [{"filter": {"type": "lowpass", "freq": 60}}]}, "not below half the sampling rate"),
        ({"steps": [{"reference": {"mark": "origin"}}]}, "reference needs source_time"),
        ({"windows": {"absolute": [{"start": "2011-02-30", "end": "2011-03-11"}]}}, "is not a time"),
        ({"windows": {"events": {"list": [{"time": "2011-03-11T05:46:23", "lat": 38, "lon": 142, "depth_km": 29000}],
                                 "end": "1h"}}}, "depth_km is 29000"),
    )  # fmt: skip
    for change, sentence in refused:
        for call in (system.client.estimate, system.client.submit):
            with pytest.raises((ClientError, UserError), match=sentence):
                await call({**JOB, **change})
    assert {job.id for job in await system.client.jobs()} == before
    some = {**JOB, "select": {"chan": "*"}, "steps": [{"filter": {"type": "lowpass", "freq": 15}}]}
    assert "channels will be dead" in (await system.client.estimate(some)).basis


async def test_every_channel_of_an_imported_file_is_planned_and_can_be_selected(system: System, tmp_path: Path) -> None:
    import numpy as np

    from libseis import mseed
    from libseis.codes import Channel
    from libseis.segments import Rate, Segment

    source = tmp_path / "source"
    source.mkdir()
    start = 1299801600 * 10**9 + 6 * 3600 * 10**9
    samples = {chan: np.arange(60_000, dtype=np.int32) % (1000 + n) for n, chan in enumerate(("BHE", "BHZ"))}
    parts = [mseed.encode(Segment(Channel("XX", "TWO", "", chan), start, Rate(20), x)) for chan, x in samples.items()]
    half = [len(part) // 512 // 2 * 512 for part in parts]
    mixed = parts[0][: half[0]] + parts[1][: half[1]] + parts[0][half[0] :] + parts[1][half[1] :]
    (source / "two.mseed").write_bytes(mixed)
    manifest = await asyncio.to_thread(import_folder, source, tmp_path / "root")
    assert len(manifest.files) == 2 and any("holds 2 channels" in note for note in manifest.notes)
    folder = system.buckets / "two"
    folder.rmdir()
    (tmp_path / "root" / manifest.bucket).rename(folder)
    for chan in ("*", "BHE", "BHZ"):
        job: Job = await system.run({"archive": "two", "select": {"chan": chan}, "windows": {"absolute": [
            {"start": "2011-03-11T06:10:00", "end": "2011-03-11T06:11:00"}]}})  # fmt: skip
        wanted = list(samples) if chan == "*" else [chan]
        assert job.ledger.saved == job.ledger.planned == len(wanted)
        found = await system.client.read(job=job.id)
        assert sorted(d["chan"] for d in found.member) == wanted
        for datum in found.member:
            assert np.array_equal(np.array(datum.data), samples[datum["chan"]][12_000 : 12_000 + 1201])
