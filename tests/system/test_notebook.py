"""The tutorial's own sequence with the blocking client: indexes, an event file, a day of windows, pictures."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import numpy as np
import pymongo
import pytest
from matplotlib.image import imread

from libseis import TimeSeriesEnsemble
from seisbus.client import Client, Job
from seisbus.client.plot import plot
from seisbus.testing import truth
from seisbus.testing.make import make_archive
from seisbus.testing.manifest import Manifest
from seisbus.testing.spec import OJAI, TOHOKU, ArchiveSpec, Defect
from support.command import seisbus
from support.notebooks import execute, notebook_of
from support.shapes import check_documents
from support.system import System

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SPEC = ArchiveSpec(
    channels=12,
    hours=(5.0, 7.5),
    defects=(Defect.GAP_INSIDE, Defect.MISSING),
    event_traces=30,
    real=False,
    bucket="notebook",
)


@dataclass(frozen=True, slots=True)
class Notebook:
    """What the cells share: the client, the archive's truth, where pictures go, the database."""

    client: Client
    root: Path
    manifest: Manifest
    bucket: Path
    database: pymongo.database.Database[dict[str, object]]

    def run(self, job: dict[str, object]) -> Job:
        """Submit and wait."""
        return self.client.wait(self.client.submit(job).id)


@pytest.fixture(scope="module")
async def notebook(system: System, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Notebook]:
    root = tmp_path_factory.mktemp("notebook")
    manifest = await asyncio.to_thread(make_archive, root, SPEC)
    bucket = system.buckets / "notebook"
    bucket.rmdir()
    (root / "notebook").rename(bucket)
    await system.sync("notebook")
    environment = system.stack.environment
    client = await asyncio.to_thread(Client, system.stack.control_address)
    with pymongo.MongoClient[dict[str, object]](environment["SEISBUS_MONGODB_URI"]) as mongodb:
        yield Notebook(client, root, manifest, bucket, mongodb[environment["SEISBUS_DATABASE"]])
    await asyncio.to_thread(client.close)


def assert_drawn(picture: Path, traces: int) -> None:
    """The picture has ink in every one of `traces` horizontal bands, and is mostly paper."""
    pixels = imread(picture)[..., :3].mean(axis=2)
    assert pixels.var() > 1e-3
    assert 0.5 < (pixels > 0.95).mean() < 0.99
    height, width = pixels.shape
    middle = pixels[int(0.1 * height) : int(0.9 * height), width // 3 : 2 * width // 3]
    assert all((band < 0.5).any() for band in np.array_split(middle, traces))


async def test_index_keys_are_documents(notebook: Notebook) -> None:
    """What the notebook does with get_s3_index_keys, catkey2doc and insert_one: both collections, queried by parts."""
    keys = [path.relative_to(notebook.bucket).as_posix() for path in notebook.bucket.rglob("*") if path.is_file()]
    catalogs = [key for key in keys if key.startswith("earthquake_catalogs/index/")]
    waveforms = [key for key in keys if key.startswith("continuous_waveforms/index/")]

    def cell() -> None:
        found = notebook.client.index_keys("notebook", "catalog")
        assert sorted(document["s3key"] for document in found) == sorted(catalogs)
        found = notebook.client.index_keys("notebook", "waveform")
        assert sorted(document["s3key"] for document in found) == sorted(waveforms)
        (day,) = notebook.client.index_keys("notebook", "waveform", year=2011, day=70, format="parquet")
        assert day["s3key"].endswith("year=2011/year_doy=2011_070/2011_070_waveform_index.parquet")
        assert (day["year"], day["day"], day["yrday"], day["format"]) == (2011, 70, "2011_070", "parquet")
        assert (day["index_type"], day["filename"]) == ("continuous_waveforms", "2011_070_waveform_index.parquet")

    await asyncio.to_thread(cell)
    # the notebook's own queries, on the collections it names
    mine = {"archive": "notebook"}
    assert notebook.database["s3_waveform_index"].count_documents(mine) == len(waveforms)
    assert notebook.database["s3_catalog_index"].count_documents(mine) == len(catalogs)
    query = {"year": 2023, "format": "parquet", **mine}
    assert notebook.database["s3_catalog_index"].count_documents(query) == 1
    query = {"year": 2011, "day": 70, "format": "parquet", **mine}
    assert notebook.database["s3_waveform_index"].count_documents(query) == 1


async def test_one_event_file_as_an_ensemble(notebook: Notebook, tmp_path: Path) -> None:
    """Catalog of 2023, M above 4.5, the largest event's file, 15 of its members drawn."""

    def cell() -> None:
        table = notebook.client.events("notebook", "2023-01-01", "2024-01-01", above_magnitude=4.5).to_pandas()
        assert list(table["mag"]) == [4.62, 5.08, 4.87]
        largest = table.loc[table["mag"].idxmax()]
        assert (largest["id"], largest["waveform_key"]) == (OJAI.evid, f"event_waveforms/2023/2023_232/{OJAI.evid}.ms")
        job = notebook.run(
            {
                "archive": "notebook",
                "inputs": "event_files",
                "windows": {
                    "events": {"catalog": {"start": "2023-01-01", "end": "2024-01-01", "ids": [largest["id"]]}}
                },
            }
        )
        traces = truth.event_traces(notebook.root, largest["waveform_key"])
        assert job.ledger.counts() == {
            "planned": 30, "saved": 30, "dead": 0, "missing": 0, "failed": 0, "cancelled": 0
        }  # fmt: skip
        ensemble = notebook.client.read(job=job.id)
        assert ensemble.live
        assert len(ensemble.member) == len(traces) == 30
        by_name = {".".join(d[code] for code in ("net", "sta", "loc", "chan")): d for d in ensemble.member}
        for trace in traces:
            datum = by_name[trace.channel.name]
            assert datum.live
            assert datum.t0_ns == trace.start_ns
            assert datum["event"] == OJAI.evid
            assert np.array_equal(np.array(datum.data), trace.data.astype(np.float64))
        few = TimeSeriesEnsemble(15)
        for i in range(15):
            few.member.append(ensemble.member[i])
        few.set_live()
        picture = tmp_path / "event.png"
        plot(few, "wt", normalize=True, title="First 15 TimeSeries objects in ensemble", path=picture)
        assert_drawn(picture, 15)

    await asyncio.to_thread(cell)


async def test_all_day_files_of_a_day(notebook: Notebook, tmp_path: Path) -> None:
    """An hour from 100 s after the origin of every channel; a count, and one station read back and drawn."""

    def cell() -> None:
        start, end = TOHOKU.time_ns / 1e9 + 100.0, TOHOKU.time_ns / 1e9 + 3700.0
        day = notebook.client.index_keys("notebook", "waveform", year=2011, day=70, format="parquet")
        assert len(day) == 1
        job = notebook.run(
            {
                "archive": "notebook",
                "windows": {"absolute": [{"start": start, "end": end}]},
                "output": {"data_tag": "tohoku", "encoding": "float64"},
            }
        )
        ledger = job.ledger
        assert (ledger.planned, ledger.saved, ledger.dead, ledger.missing) == (12, 10, 1, 1)
        outcomes = list(notebook.client.outcomes(job.id))
        assert Counter(o.reason for o in outcomes) == Counter({"": 10, "gap": 1, "not_listed": 1})
        (grave,) = notebook.client.cemetery(job.id)
        assert grave["reason"] == "gap"
        assert "ErrorSeverity.Invalid" in {entry["badness"] for entry in grave["logdata"]}
        assert len(notebook.client.waveforms(data_tag="tohoku")) == 10
        assert notebook.database["wf_TimeSeries"].count_documents({"data_tag": "tohoku"}) == 10
        station = notebook.client.read(job=job.id, sta="BZN")
        files = [file for file in notebook.manifest.files if "BZN" in file.key]
        assert len(station.member) == len(files) > 1
        w0, w1 = TOHOKU.time_ns + 100 * 10**9, TOHOKU.time_ns + 3700 * 10**9
        expected = {truth.expected_window(notebook.root, f.key, w0, w1, True).pieces[0].sha256 for f in files}
        assert {truth.samples_sha256(np.array(datum.data)) for datum in station.member} == expected
        picture = tmp_path / "BZN.png"
        plot(station, title="Data from BZN", path=picture)
        assert_drawn(picture, len(files))

    await asyncio.to_thread(cell)


async def test_the_same_as_an_obspy_stream(notebook: Notebook) -> None:
    """get_waveforms by codes and times gives the counts of what the jobs stored, cut to the sample."""
    trace = truth.event_traces(notebook.root, f"event_waveforms/2023/2023_232/{OJAI.evid}.ms")[4]

    def cell() -> None:
        net, sta, loc, chan = trace.channel.name.split(".")
        start_ns = OJAI.time_ns + 5 * 10**9
        (found,) = notebook.client.get_waveforms(net, sta, loc, chan, start_ns / 1e9, start_ns / 1e9 + 60)
        times = trace.start_ns + np.arange(len(trace.data)) * trace.channel.period_ns
        inside = (times >= start_ns) & (times <= start_ns + 60 * 10**9)
        assert found.stats.starttime.ns == times[inside][0]
        assert found.data.dtype == np.int32
        assert np.array_equal(found.data, trace.data[inside])

    await asyncio.to_thread(cell)


async def test_the_migrated_notebook_runs_as_it_is_written(notebook: Notebook, system: System, tmp_path: Path) -> None:
    """examples/migrate_from_mspass.py, which has every line of Seisbus on the page of the same name."""
    script = EXAMPLES / "migrate_from_mspass.py"
    page = (EXAMPLES.parent / "docs" / "howto" / "migrate_from_mspass.md").read_text()
    code, blocks = script.read_text(), re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    ours = [block for block in blocks if not block.startswith("# MsPASS")]
    assert all(block in code for block in ours) and len(ours) == len(blocks) - len(ours) == 8
    written = re.sub(r"^# ---.*\n", "", code[code.index("# ---") :], flags=re.MULTILINE)
    assert "".join(written.split()) == "".join("".join(ours).split())
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, script, "notebook", tmp_path], capture_output=True, text=True,
        env={**os.environ, "SEISBUS_CONTROL_ADDRESS": system.stack.control_address},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for line in ("Number of members= 30", "planned=12, saved=10, dead=1, missing=1", "data saved= 10"):
        assert line in done.stdout
    ratios = re.findall(r"^(\w+) (\w+) (\w+) ([\d.e+-]+) (\d+)$", done.stdout, flags=re.MULTILINE)
    assert ratios and all(float(ratio) > 0.0 and int(npts) > 600 for *_, ratio, npts in ratios)
    assert_drawn(tmp_path / "event.png", 15)
    assert_drawn(tmp_path / "station.png", len(ratios))


HOUR = {"absolute": [{"start": TOHOKU.time_ns / 1e9 + 100.0, "end": TOHOKU.time_ns / 1e9 + 3700.0}]}


async def test_a_kernel_has_both_clients_tables_pictures_and_a_bar(notebook: Notebook, system: System) -> None:
    """In a real kernel, whose loop runs: the blocking client, await on it, what cells show, and a job that fails."""
    job = {"archive": "notebook", "select": {"chan": "LHZ"}, "windows": HOUR, "output": {"data_tag": "kernel"}}
    cells = [
        "import asyncio\n"
        "from seisbus.client import AsyncClient, Client, FailedJobError\n"
        "from seisbus.client.plot import plot\n"
        f"client = Client({system.stack.control_address!r})\n"
        f"job = client.wait(client.submit({job!r}).id)\n"
        "job",
        f"async with AsyncClient({system.stack.control_address!r}) as other:\n"
        "    again = await other.wait(job.id)\n"
        "print(asyncio.get_running_loop().is_running(), again.id == job.id, client.job(job.id).ledger == again.ledger)",
        "data = client.read(job=job.id)\ndata",
        "plot(data)",
        "client.table(job=job.id)",
        'client.events("notebook", "2023-01-01", "2024-01-01", above_magnitude=4.5)',
        'failed = client.sync_index("empty").id\n'
        "try:\n    client.wait(failed)\nexcept FailedJobError as error:\n    print(error)\n"
        "print(client.wait(failed, check=False).state)",
    ]
    written = notebook_of(*cells)
    await asyncio.to_thread(execute, written, seconds=120)
    shown = [[output.get("data", {}) for output in cell.outputs] for cell in written.cells]
    printed = ["".join(output.get("text", "") for output in cell.outputs) for cell in written.cells]
    assert any("application/vnd.jupyter.widget-view+json" in data for data in shown[0])
    assert "<td" in shown[0][-1]["text/html"] and shown[0][-1]["text/plain"].startswith("Job(")
    assert printed[1] == "True True True\n"
    assert "<svg" in shown[2][-1]["text/html"] and shown[2][-1]["text/plain"].startswith("TimeSeriesEnsemble(")
    assert "image/png" in shown[3][-1]
    assert all("<td" in shown[n][-1]["text/html"] for n in (4, 5))
    assert [shown[n][-1]["text/plain"].split(":")[0].split(", ")[0] for n in (4, 5)] == ["Arrow table"] * 2
    assert "3 rows" in shown[5][-1]["text/plain"] and "5.08" in shown[5][-1]["text/html"]
    assert "2023-08-20 21:41:00.830 UTC" in shown[5][-1]["text/html"]
    assert "The archive empty has no object below" in printed[6] and printed[6].endswith("failed\n")


async def test_each_kind_of_picture_is_drawn_at_the_command_line(
    notebook: Notebook, system: System, tmp_path: Path
) -> None:
    """Its words are read from SVG, where each text is a comment too."""
    select = {"archive": "notebook", "windows": HOUR}
    traces = await system.run({**select, "select": {"chan": "BH?"}, "output": {"data_tag": "pictures"}})
    sensors = await system.run(
        {**select, "select": {"chan": "BH?"}, "components": 3, "output": {"data_tag": "picture-sensors"}}
    )
    name = (await system.client.waveforms(job=traces.id, limit=1))[0]
    code = f"{name['net']}.{name['sta']}"
    wanted = {
        "section": (traces.id, (code, "peak", "UTC, 2011-03-11")),
        "spectrogram": (traces.id, ("Frequency (Hz)", "Power (dB of (counts)²/Hz)", "Amplitude (counts)")),
        "components": (sensors.id, ("East", "North", "Up", "Amplitude (counts)")),
        "availability": (traces.id, ("Windows that are saved (%)", "2011-03-11", "Channel")),
    }

    async def command(picture: Path, job: str, kind: str) -> tuple[int, str, str]:
        arguments = ("plot", str(picture), "--job", job, "--kind", kind)
        return await seisbus(tmp_path, system.stack.control_address, *arguments)

    *told, no = await asyncio.gather(
        *(command(tmp_path / f"{kind}.svg", job, kind) for kind, (job, _) in wanted.items()),
        command(tmp_path / "no.png", sensors.id, "spectrogram"),
    )
    for (kind, (_, words)), said in zip(wanted.items(), told, strict=True):
        picture = tmp_path / f"{kind}.svg"
        assert said[0] == 0 and f"in {picture}." in said[1].replace("\n", ""), said
        texts = {unescape(text).strip() for text in re.findall(r"<!--(.*?)-->", picture.read_text())}
        missing = [word for word in words if not any(word in text for text in texts)]
        assert not missing, (kind, missing, sorted(texts))
    assert no[0] == 2 and "give component 0, 1 or 2" in no[2] and "Traceback" not in no[2]
    assert not (tmp_path / "no.png").exists()


async def test_documents_are_of_the_types_of_their_collections(notebook: Notebook, system: System) -> None:
    """All that is in the database by now; a field that no type has is found out."""
    archives = {"s3_catalog_index", "s3_waveform_index", "day_index", "day_file", "source", "site", "channel"}
    jobs = {"job", "task", "outcome", "summary", "wf_TimeSeries", "cemetery", "process"}
    assert archives | jobs <= set(check_documents(system.stack.environment))
    notebook.database["process"].insert_one({"_id": "nobody", "surprise": 1})
    with pytest.raises(AssertionError, match=r"process\.surprise is not a field of ProcessDocument"):
        check_documents(system.stack.environment)
    notebook.database["process"].delete_one({"_id": "nobody"})
