"""How data were made is kept with each job; a stored datum tells a job file that makes it again, bit for bit."""

from __future__ import annotations

import asyncio
import pickle
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy
import pymongo
import pytest
import yaml

from libseis.steps import build
from seisbus.client import ClientError, Job, Stored
from seisbus.testing.make import make_archive
from seisbus.testing.spec import ArchiveSpec
from support.command import seisbus
from support.system import System

SPEC = ArchiveSpec(channels=6, hours=(5.0, 7.0), real=False, bucket="again")
SPAN = {"start": "2011-03-11T05:50:00", "end": "2011-03-11T06:10:00.1234"}
TILES = {"tile": {"start": "2011-03-11", "end": "2011-03-12", "length": "10min", "step": "7min"}}
EVENT = {"time": "2011-03-11T05:46:23.2Z", "lat": 38.297, "lon": 142.373, "depth_km": 29, "mag": 9.1}
BAND = {"type": "bandpass", "freqmin": 0.1, "freqmax": 0.4}
PICKS = """station_id,phase_time,phase_type,phase_score,event_id
AZ.BZN,2011-03-11T05:52:01.2345,P,0.9,e1
AZ.BZN,2011-03-11T05:52:41.5,S,,e1
"""
JOBS: dict[str, dict[str, Any]] = {
    "plain": {"windows": {"absolute": [SPAN]}, "gaps": "split", "output": {"data_tag": "history"}},
    "tiles": {"windows": TILES, "gaps": {"fill": "zero"}, "overlap": "first"},
    "steps": {"windows": TILES, "steps": [{"demean": {}}, {"filter": BAND}, {"resample": {"sampling_rate": 4.0}}]},
    "a pad of its own": {"windows": TILES, "steps": [{"detrend": {}}, {"filter": BAND}], "pad": {"before": "3s"}},
    "response": {
        "windows": {"events": {"list": [EVENT], "start": "5min", "end": "25min"}},
        "steps": [{"remove_response": {"output": "VEL", "pre_filt": [0.01, 0.02, 0.3, 0.4]}}],
        "output": {"storage": "gridfs"},
    },
    "phase": {
        "windows": {"events": {"list": [EVENT], "phase": ["P", "Pdiff"], "start": "-20s", "end": "2min"}},
        "steps": [{"taper": {"fraction": 0.1}}],
    },
    "picks": {
        "windows": {"picks": {"csv": PICKS, "share": True, "start": "-30s", "end": "60.5s"}},
        "steps": [{"filter": BAND}],
    },
    "sensors": {"components": 3, "windows": TILES, "select": {"chan": "BH?"}, "output": {"encoding": "float64"}},
    "sensors with steps": {"components": 3, "windows": TILES, "select": {"chan": "BH?"}, "steps": [{"filter": BAND}]},
}


@pytest.fixture(scope="module")
async def bucket(system: System, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    root = tmp_path_factory.mktemp("again")
    await asyncio.to_thread(make_archive, root, SPEC)
    folder = system.buckets / "again"
    folder.rmdir()
    (root / "again").rename(folder)
    await system.sync("again")
    yield folder


@pytest.fixture(scope="module")
async def jobs(system: System, bucket: Path) -> dict[str, Job]:
    chosen = {"archive": "again", "select": {"chan": "B*,L*"}}
    return {name: await system.run({**chosen, "name": name, **job}) for name, job in JOBS.items()}


async def stored_of(system: System, job: str) -> dict[str, Stored]:
    return {str(one.document["_id"]): one async for one in system.client.stored(job=job)}


def alike(one: Stored, other: Stored) -> bool:
    keys = ("t0_ns", "npts", "rate", "net", "sta", "loc", "chan", "format", "units", "phase_time", "event", "tmatrix")
    return one.data == other.data and all(one.document.get(key) == other.document.get(key) for key in keys)


async def test_a_stored_datum_is_made_again(system: System, jobs: dict[str, Job]) -> None:
    """Twenty data of nine jobs, by chance: the job file that their history tells makes the same bytes."""
    chance = random.Random(20110311)
    made = {name: await stored_of(system, job.id) for name, job in jobs.items()}
    assert all(made.values())
    chosen = [(name, chance.choice(sorted(made[name]))) for name in sorted(made)]
    every = sorted((name, identity) for name, found in made.items() for identity in found)
    chosen += chance.sample(every, 20 - len(chosen))
    histories = [await system.client.history(identity) for _, identity in chosen]
    submitted = [await system.client.submit(history.job) for history in histories]
    for (name, identity), history, job in zip(chosen, histories, submitted, strict=True):
        done = await system.client.wait(job.id)
        assert (history.waveform, history.notes) == (identity, ())
        assert all(source.now == source.etag != "" for source in history.objects)
        original = made[name][identity]
        same = [one for one in (await stored_of(system, done.id)).values() if alike(one, original)]
        assert len(same) == 1, (name, identity, history.job, done.ledger)
        assert done.ledger.planned == 1


async def test_a_job_says_what_it_was_made_by(system: System, jobs: dict[str, Job]) -> None:
    (identity, *_) = await stored_of(system, jobs["steps"].id)
    history = await system.client.history(identity)
    told = history.of_job
    assert (told["job_id"], told["job_name"]) == (jobs["steps"].id, "steps")
    assert told["job_file"] == jobs["steps"].spec
    assert told["job_file"]["overlap"] == "gap"  # a default
    assert history.versions["numpy"] == numpy.__version__
    assert {"seisbus", "libseis", "scipy", "obspy", "pymseed"} <= history.versions.keys()
    steps = {step["alg_name"]: step for step in told["steps"]}
    assert list(steps) == ["demean", "filter", "resample"]
    assert steps["filter"]["parameters"]["corners"] == 4  # a default
    assert {"control", "indexer", "fetcher", "windower", "writer"} <= told["services"].keys()
    (windower,) = told["services"]["windower"]
    assert windower["host"]["cpus"] > 0
    assert windower["versions"] == history.versions


async def test_the_command_prints_a_job_file(system: System, jobs: dict[str, Job], tmp_path: Path) -> None:
    window = (await anext(aiter(system.client.stored(job=jobs["plain"].id)))).document["window"]
    code, printed, _ = await seisbus(tmp_path, system.stack.control_address, "show", "--history", window)
    assert code == 0
    history = await system.client.history(window)
    assert yaml.safe_load(printed) == history.job
    assert history.objects[0].etag in printed
    assert "data_tag" not in str(history.job)


async def test_who_asks_for_nothing_stored_is_told_so(system: System) -> None:
    with pytest.raises(ClientError, match="There is no stored waveform nothing"):
        await system.client.history("nothing")


async def test_a_datum_may_keep_its_own_history(system: System, jobs: dict[str, Job]) -> None:
    """As MsPASS stores it, read by libseis: the objects, the cut, each step, and the saving."""
    steps = [{"demean": {}}, {"filter": BAND}]
    job = await system.run({**jobs["steps"].spec, "steps": steps, "history": "object", "name": "with histories"})
    documents = {str(one["_id"]): one for one in await system.client.waveforms(job=job.id)}
    with pymongo.MongoClient(system.stack.environment["SEISBUS_MONGODB_URI"]) as client:
        database = client[system.stack.environment.get("SEISBUS_DATABASE", "seisbus")]
        kept = list(database["history_object"].find({"job": job.id}))
        assert not database["history_object"].count_documents({"job": jobs["steps"].id})  # off, unless it is asked for
    assert {str(one["wf_TimeSeries_id"]) for one in kept} == documents.keys()
    for one in kept[:20]:
        document = documents[str(one["wf_TimeSeries_id"])]
        assert document["history_object_id"] == str(one["_id"])
        history = pickle.loads(one["processing_history"])
        assert history.is_saved()
        assert (history.id(), history.stage()) == (one["save_uuid"], one["save_stage"])
        assert history.created_by() == (one["alg_name"], one["alg_id"]) == ("seisbus.writer", job.id)
        found, node = [], history.current_nodedata()
        while parents := history.inputs(node.uuid):
            node = parents[0]
            found.append((node.algorithm, node.algid))
        made = [(step.name, step.id) for step in reversed(build(steps))]
        (source,) = document["provenance"]["sources"]
        assert found == [*made, ("seisbus.windower", document["window"]), ("seisbus.fetcher", source["etag"])]
        assert node.uuid == f"again/{source['key']}"
        asked = (await system.client.history(str(document["_id"]))).history
        assert asked is not None
        assert asked.get_nodes().keys() == history.get_nodes().keys()


async def test_the_history_of_what_is_not_processed(system: System, jobs: dict[str, Job]) -> None:
    job = await system.run({**jobs["plain"].spec, "history": "object", "output": {}})
    for document in await system.client.waveforms(job=job.id):
        history = (await system.client.history(document["window"])).history
        assert history is not None
        assert history.is_saved()
        assert history.stage() == 2


async def test_an_object_that_changed_is_named(system: System, bucket: Path, jobs: dict[str, Job]) -> None:
    """Last in this module: the archive changes."""
    (identity, *_) = await stored_of(system, jobs["plain"].id)
    (source,) = (await system.client.history(identity)).objects
    file = bucket / source.key
    file.write_bytes(file.read_bytes()[:-512])
    changed = await system.client.history(identity)
    assert changed.objects[0].now != source.etag
    assert changed.notes == (changed.objects[0].problem,)
    assert f"version {source.etag} was read" in changed.notes[0]
    file.unlink()
    assert (await system.client.history(identity)).notes == (f"Object {source.key} of archive again is gone.",)
