"""A misfit job over three events and ten stations, with a writer killed before and after it commits.

Every station is accounted for, and what is stored equals a run of the library in this process.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import obspy
import pyasdf
import pymongo
import pytest
from libseis.asdf import opened, write_stream
from libseis.misfit import Config, StationMeasurement, Window, measure_station
from obspy.core.event import Event, Origin
from obspy.core.inventory import Channel, Inventory, Network, Station
from seisbus.admin.archive.imports import import_folder
from seisbus.client import ClientError, Job
from seisbus.errors import UserError
from support.chaos import impatient_system
from support.system import System

FAILPOINTS = ("measured-before-commit", "measured-after-commit")
DT, NPTS, LEAD = 0.125, 2400, 30.0
# Seconds between packets of observed and synthetic.
LATE = 1.5
ORIGINS = {name: obspy.UTCDateTime(2020, 2, 2, 2, minute) for name, minute in (("a", 0), ("b", 20), ("c", 40))}
EPICENTRE = (-39.95, 176.3, 20.0)
STATIONS = {f"S{number:02d}": (-40.0 - 0.2 * number, 178.0 + 0.1 * number) for number in range(10)}
COMPONENTS = {"E": (90.0, 0.0), "N": (0.0, 0.0), "Z": (0.0, -90.0)}
CONFIG: dict[str, Any] = {"iteration": 1, "step_count": 0, "remove_response": False}
EVENTS = [
    {"id": name, "time": str(time), "lat": EPICENTRE[0], "lon": EPICENTRE[1], "depth_km": EPICENTRE[2], "mag": 5.0}
    for name, time in ORIGINS.items()
]
# What is wrong with stations of event c.
BAD = {"S00": "no_synthetic", "S01": "zero_trace", "S02": "not_finite"}
OTHER_RATE = "S03"

Samples = npt.NDArray[np.float64]


def packets(sta: str, component: str, seconds: Samples, late: float) -> Samples:
    """Three wave packets, near the times of P, S and a surface wave at two degrees."""
    lat, lon = STATIONS[sta]
    degrees = float(obspy.geodetics.locations2degrees(*EPICENTRE[:2], lat, lon))
    scale = {"E": 0.9, "N": 0.7, "Z": 1.0}[component]
    data = np.zeros_like(seconds)
    for speed, period, amplitude in ((7.5, 11.0, 0.4), (4.3, 14.0, 0.8), (3.2, 20.0, 1.0)):
        time = seconds - degrees * 111.19 / speed - late
        data += scale * amplitude * np.exp(-((time / (0.7 * period)) ** 2)) * np.cos(2 * np.pi * time / period)
    return data


def counts(sta: str, component: str) -> npt.NDArray[np.int32]:
    """Observed counts from five minutes before the first event, an hour long, with a little noise."""
    start = ORIGINS["a"] - 300
    seconds = np.arange(int(3600 / DT)) * DT
    noise = np.random.default_rng([ord(c) for c in sta + component]).standard_normal(len(seconds))
    data = 0.02 * noise
    for origin in ORIGINS.values():
        data += packets(sta, component, seconds - (origin - start), LATE)
    whole: npt.NDArray[np.int32] = np.round(1e5 * data).astype(np.int32)
    if BAD.get(sta) == "zero_trace":
        whole[int((ORIGINS["c"] - start - 60) / DT) :] = 0
    return whole


def observed(sta: str) -> obspy.Stream:
    """The whole hour of a station."""
    header = {"network": "XX", "station": sta, "location": "10", "delta": DT, "starttime": ORIGINS["a"] - 300}
    return obspy.Stream([obspy.Trace(counts(sta, c), header | {"channel": f"HH{c}"}) for c in COMPONENTS])


def synthetic(event: str, sta: str) -> obspy.Stream:
    """Synthetics of a station; without noise, and at another rate or with NaN where that is what is tried."""
    dt = 2 * DT if (event, sta) == ("c", OTHER_RATE) else DT
    seconds = np.arange(int(NPTS * DT / dt)) * dt - LEAD
    traces = []
    for c in COMPONENTS:
        data = 1e5 * packets(sta, c, seconds, 0.0)
        if event == "c" and BAD.get(sta) == "not_finite":
            data[100] = np.nan
        header = {"network": "XX", "station": sta, "channel": f"{'M' if dt > 0.1 else 'B'}X{c}", "delta": dt}
        traces.append(obspy.Trace(data, header | {"starttime": ORIGINS[event] - LEAD}))
    return obspy.Stream(traces)


def inventory() -> Inventory:
    """Ten stations without responses."""
    stations = [
        Station(sta, lat, lon, 0.0, channels=[
            Channel(f"HH{c}", "10", lat, lon, 0.0, 0.0, azimuth=azimuth, dip=dip, sample_rate=1 / DT)
            for c, (azimuth, dip) in COMPONENTS.items()
        ], start_date=obspy.UTCDateTime(2019, 1, 1))
        for sta, (lat, lon) in STATIONS.items()
    ]  # fmt: skip
    return Inventory([Network("XX", stations)], source="test")


def alone(config: Config, event: str, sta: str, fixed: dict[str, list[Window]] | None = None) -> StationMeasurement:
    """The library's answer, in this process, from the arrays themselves."""
    origin = Origin(time=ORIGINS[event], latitude=EPICENTRE[0], longitude=EPICENTRE[1], depth=EPICENTRE[2] * 1000)
    about = Event(origins=[origin])
    about.preferred_origin_id = origin.resource_id
    cut = observed(sta).slice(ORIGINS[event] - LEAD, ORIGINS[event] - LEAD + (NPTS - 1) * DT).copy()
    # the numbers of SPECFEM's text are those of the arrays: they are written with all their digits
    return measure_station(config, cut, synthetic(event, sta), about, inventory(), fixed_windows=fixed)


@dataclass(frozen=True, slots=True)
class Misfits:
    """A system with observed waveforms stored, and the job that measured them."""

    system: System
    source: Job
    job: Job
    marks: Path
    folder: Path

    def documents(self, collection: str, job: Job) -> list[dict[str, Any]]:
        environment = self.system.stack.environment
        with pymongo.MongoClient[dict[str, Any]](environment["SEISBUS_MONGODB_URI"]) as client:
            return list(client[environment["SEISBUS_DATABASE"]][collection].find({"job": job.id}))


def write_inputs(folder: Path) -> None:
    """Day files and StationXML as somebody has them, and synthetics as SPECFEM leaves them."""
    source = folder / "source"
    source.mkdir()
    for sta in STATIONS:
        for trace in observed(sta):
            trace.write(str(source / f"{trace.id}.mseed"), format="MSEED", reclen=512, encoding="STEIM2")
        inventory().select(station=sta).write(str(source / f"XX.{sta}.xml"), format="STATIONXML")
        for event in ORIGINS:
            if event == "c" and BAD.get(sta) == "no_synthetic":
                continue
            (folder / "input" / event).mkdir(parents=True, exist_ok=True)
            for trace in synthetic(event, sta):
                times = np.arange(trace.stats.npts) * trace.stats.delta - LEAD
                name = folder / "input" / event / f"XX.{sta}.BX{trace.stats.channel[-1]}.semd"
                np.savetxt(name, np.column_stack((times, trace.data)), fmt="%.17g")


def order(source: Job, **more: Any) -> dict[str, Any]:
    return {
        "kind": "misfit",
        "misfit": {
            "observed": {"job": source.id},
            "synthetics": {"files": "{event}/{net}.{sta}.BX{component}.semd"},
            "config": CONFIG,
            **more,
        },
    }


@pytest.fixture(scope="module")
async def misfits(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Misfits]:
    folder = tmp_path_factory.mktemp("misfit")
    marks = folder / "marks"
    marks.mkdir()
    write_inputs(folder)
    import_folder(folder / "source", folder / "archive")
    environment = {
        "SEISBUS_FAILPOINTS": ",".join(FAILPOINTS),
        "SEISBUS_FAILPOINT_FOLDER": str(marks),
        "SEISBUS_INPUT_ROOT": str(folder / "input"),
    }
    async with impatient_system(
        folder / "stack", folder / "archive", environment=environment, replicas={"windower": 2, "writer": 2}
    ) as system:
        source = await system.run(
            {
                "archive": "local",
                "windows": {"events": {"list": EVENTS, "start": f"-{LEAD:g}s", "end": f"{NPTS * DT - LEAD - DT:g}s"}},
            }
        )
        assert source.ledger.saved == source.ledger.planned == len(EVENTS) * len(STATIONS) * len(COMPONENTS)
        yield Misfits(system, source, await system.run(order(source)), marks, folder)


async def test_every_station_is_accounted_for_though_writers_were_killed(misfits: Misfits) -> None:
    assert {mark.name for mark in misfits.marks.iterdir()} == set(FAILPOINTS)
    assert misfits.job.ledger.planned == len(EVENTS) * len(STATIONS)
    outcomes = [outcome async for outcome in misfits.system.client.outcomes(misfits.job.id)]
    assert len({(o.event, o.channel.sta) for o in outcomes}) == len(outcomes) == misfits.job.ledger.planned
    dead = {(o.event, o.channel.sta): o.reason for o in outcomes if o.fate == "dead"}
    assert dead == {("c", sta): reason for sta, reason in BAD.items()}
    assert misfits.job.ledger.saved == len(outcomes) - len(dead)
    graves = await misfits.system.client.cemetery(misfits.job.id)
    assert {(g["tombstone"]["event"], g["tombstone"]["sta"]): g["reason"] for g in graves} == dead
    (no_file,) = [g for g in graves if g["reason"] == "no_synthetic"]
    assert "there is no such file" in json.dumps(no_file["logdata"])


async def test_what_is_stored_equals_the_library_in_one_process(misfits: Misfits) -> None:
    stored_windows = misfits.documents("misfit_window", misfits.job)
    stored_sources = misfits.documents("adjoint_source", misfits.job)
    assert all(document["path"] == "i01/s00" for document in (*stored_windows, *stored_sources))
    config = Config.from_mapping(CONFIG)
    totals: dict[str, list[float]] = {name: [] for name in ORIGINS}
    windows, sources = 0, 0
    for event in ORIGINS:
        for sta in STATIONS:
            if event == "c" and sta in BAD:
                continue
            expected = await asyncio.to_thread(alone, config, event, sta)
            mine = [d for d in stored_windows if (d["event"], d["sta"]) == (event, sta)]
            for component in expected.components:
                found = sorted((d for d in mine if d["component"] == component.component), key=lambda d: d["number"])
                assert [(d["left"], d["right"], d["cc_shift"]) for d in found] == [
                    (w.left, w.right, w.cc_shift) for w in component.windows
                ], (event, sta, component.component)
                assert [(d["max_cc"], d["dlna"]) for d in found] == [
                    pytest.approx((w.max_cc, w.dlna), rel=1e-9) for w in component.windows
                ]
                windows += len(found)
                if (wanted := component.adjoint_source) is None:
                    continue
                (source,) = [
                    d for d in stored_sources
                    if (d["event"], d["sta"], d["component"]) == (event, sta, wanted.component)
                ]  # fmt: skip
                assert source["misfit"] == pytest.approx(wanted.misfit, rel=1e-9)
                samples = np.frombuffer(source["samples"], "<f8")
                assert len(samples) == source["npts"]
                assert np.allclose(samples, wanted.samples, rtol=1e-7, atol=1e-9 * np.abs(wanted.samples).max())
                assert np.abs(samples).max() > 0
                totals[event].append(wanted.misfit)
                sources += 1
    assert (windows, sources) == (len(stored_windows), len(stored_sources))
    assert sources > 60
    rows = await misfits.system.client.misfits(misfits.job.id)
    assert [(row.event, row.path) for row in rows] == [(event, "i01/s00") for event in ORIGINS]
    for row in rows:
        assert row.misfit == pytest.approx(sum(totals[row.event]), rel=1e-9)
        assert row.sources == len(totals[row.event])


async def test_datasets_hold_windows_and_sources_that_pyasdf_reads(misfits: Misfits) -> None:
    client = misfits.system.client
    job = await client.wait((await client.export("asdf", job=misfits.source.id, misfit=misfits.job.id)).id)
    assert (job.state, job.ledger.saved) == ("completed", len(ORIGINS))
    root = Path(misfits.system.stack.environment["SEISBUS_OUTPUT_ROOT"])
    windows, sources = (misfits.documents(c, misfits.job) for c in ("misfit_window", "adjoint_source"))
    for dataset in await client.datasets(job.id):
        mine = [d for d in windows if d["event"] == dataset["event"]]
        with pyasdf.ASDFDataSet(root / dataset["path"], mode="r", mpi=False) as ds:
            assert len(ds.waveforms.list()) == len(STATIONS)
            assert float(ds.auxiliary_data.Configs.i01.s00.parameters["min_period"]) == 10.0
            found = ds.auxiliary_data.MisfitWindows.i01.s00
            spans = sorted(tuple(found[name].data[:].tolist()) for name in found.list())
            assert spans == sorted((d["left"], d["right"]) for d in mine)
            adjoint = ds.auxiliary_data.AdjointSources.i01.s00
            for document in (d for d in sources if d["event"] == dataset["event"]):
                table = adjoint[f"{document['net']}_{document['sta']}_{document['component']}"].data[:]
                assert np.array_equal(table[:, 1], np.frombuffer(document["samples"], "<f8"))
                assert table[0, 0] == pytest.approx(-LEAD)


async def test_specfem_gets_files_of_all_components_and_a_list_of_stations(misfits: Misfits) -> None:
    client = misfits.system.client
    exported = await client.export("specfem", job=misfits.source.id, misfit=misfits.job.id, folder="adjoint")
    job = await client.wait(exported.id)
    assert (job.state, job.ledger.saved) == ("completed", len(ORIGINS))
    root = Path(misfits.system.stack.environment["SEISBUS_OUTPUT_ROOT"]) / "exports" / "adjoint"
    sources = misfits.documents("adjoint_source", misfits.job)
    for event in ORIGINS:
        lines = [line.split() for line in (root / event / "STATIONS_ADJOINT").read_text().splitlines()]
        wanted = {d["sta"] for d in sources if d["event"] == event}
        assert {line[0] for line in lines} == wanted
        assert all((float(line[2]), float(line[3])) == pytest.approx(STATIONS[line[0]]) for line in lines)
        files = {path.name: np.loadtxt(path) for path in (root / event).glob("*.adj")}
        assert len(files) == 3 * len(wanted)
        measured = {f"XX.{d['sta']}.{d['component']}.adj": d for d in sources if d["event"] == event}
        for name, table in files.items():
            expected = np.frombuffer(measured[name]["samples"], "<f8") if name in measured else 0 * table[:, 1]
            assert np.allclose(table[:, 1], expected, rtol=1e-8, atol=0)
            assert table[0, 0] == pytest.approx(-LEAD)


@pytest.mark.parametrize("format", ["sac", "asdf"])
async def test_synthetics_of_other_formats_and_places_give_the_same_misfits(misfits: Misfits, format: str) -> None:
    """SAC files in the archive's bucket, and an ASDF dataset an event in the input folder."""
    sta = "S05"
    if format == "sac":
        (bucket,) = (
            path for path in (misfits.folder / "archive").iterdir() if (path / "continuous_waveforms").is_dir()
        )
        for event in ORIGINS:
            (bucket / "synthetics" / event).mkdir(parents=True)
            for trace in synthetic(event, sta):
                trace.write(str(bucket / "synthetics" / event / f"{sta}.{trace.stats.channel[-1]}.sac"), format="SAC")
        where = {"archive": "local", "files": "synthetics/{event}/{sta}.{component}.sac"}
    else:
        for event in ORIGINS:
            with opened(misfits.folder / "input" / f"{event}.h5", "a") as file:
                write_stream(file, synthetic(event, sta), "synthetic_i01s00")
        where = {"files": "{event}.h5"}
    again = order(misfits.source, synthetics={"format": format, **where}) | {"select": {"sta": sta}}
    job = await misfits.system.run(again)
    assert job.ledger.saved == job.ledger.planned == len(EVENTS)

    def measured(of: Job) -> dict[tuple[str, str], float]:
        found = (d for d in misfits.documents("adjoint_source", of) if d["sta"] == sta)
        return {(d["event"], d["component"]): d["misfit"] for d in found}

    # SAC holds single precision
    assert measured(job) == pytest.approx(measured(misfits.job), rel=1e-3 if format == "sac" else 1e-9)


async def test_an_iteration_is_measured_again_with_fixed_windows(misfits: Misfits) -> None:
    again = order(misfits.source, fixed_windows=misfits.job.id)
    again["misfit"]["config"] = CONFIG | {"step_count": 1, "min_period": 9.0}
    again["select"] = {"sta": "S04,S05"}
    job = await misfits.system.run(again)
    assert job.ledger.saved == job.ledger.planned == 2 * len(EVENTS)

    def places(of: Job) -> set[tuple[Any, ...]]:
        return {
            tuple(d[name] for name in ("event", "sta", "component", "number", "left", "right"))
            for d in misfits.documents("misfit_window", of)
            if d["sta"] in ("S04", "S05")
        }

    assert places(job) == places(misfits.job)
    assert {d["path"] for d in misfits.documents("misfit_window", job)} == {"i01/s01"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"config": {"min_perod": 10}}, "Unknown setting 'min_perod'"),
        ({"synthetics": {"files": "../{sta}"}}, "neither / in front nor .. is allowed"),
        ({"synthetics": {"files": "{station}"}}, "found station"),
        ({"synthetics": {"files": "{sta}", "archive": "nowhere"}}, "nowhere"),
        ({"fixed_windows": "0000"}, "There is no job 0000"),
    ],
)
async def test_a_job_that_cannot_run_is_refused(misfits: Misfits, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises((ClientError, UserError), match=sentence) as caught:
        await misfits.system.client.submit(order(misfits.source, **change))
    assert "\n" not in str(caught.value)
