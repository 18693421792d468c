"""A misfit job over three events and ten stations with two windowers and two writers, some of them killed.

Every station is accounted for; what is stored, and every dataset of it, equals what the library makes in this process.
"""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pyasdf
import pytest

from libseis.asdf import opened, read_stream, waveform_tags, write_stream
from libseis.misfit import Config, Manager
from libseis.misfit.geometry import half_duration
from libseis.misfit.storage import evaluations
from seisbus.client import ClientError, Job
from seisbus.errors import UserError
from seisbus.testing.imports import import_folder
from support.chaos import bus_of, impatient_system, paused
from support.command import seisbus
from support.misfits import (
    BAD,
    COMPONENTS,
    CONFIG,
    DT,
    EPICENTRE,
    HALF_DURATION,
    LEAD,
    NPTS,
    ORIGINS,
    OTHER_RATE,
    STATIONS,
    Misfits,
    alone,
    assert_same_tree,
    dataset_alone,
    events,
    order,
    submitted,
    synthetic,
    write_inputs,
)
from support.shapes import check_documents
from support.waiting import eventually

FAILPOINTS = ("measured-before-commit", "measured-after-commit")
SUBMITTING = "submitted-before-publish"
BUILDING = ("dataset-mid-write", "dataset-before-rename")
SOME = ("S04", "S05")


@pytest.fixture(scope="module")
async def misfits(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Misfits]:
    folder = tmp_path_factory.mktemp("misfit")
    marks = folder / "marks"
    marks.mkdir()
    for name in (*BUILDING, SUBMITTING):  # a failpoint with a mark has struck already
        (marks / name).touch()
    write_inputs(folder)
    import_folder(folder / "source", folder / "archive")
    environment = {
        "SEISBUS_FAILPOINTS": ",".join((*FAILPOINTS, *BUILDING, SUBMITTING)),
        "SEISBUS_FAILPOINT_FOLDER": str(marks),
        "SEISBUS_INPUT_ROOT": str(folder / "input"),
    }
    async with impatient_system(
        folder / "stack", folder / "archive", environment=environment, replicas={"windower": 2, "writer": 2}
    ) as system:
        source = await system.run(
            {
                "archive": "local",
                "windows": {"events": {"list": events(), "start": f"-{LEAD:g}s", "end": f"{NPTS * DT - LEAD - DT:g}s"}},
            }
        )
        assert source.ledger.saved == source.ledger.planned == len(ORIGINS) * len(STATIONS) * len(COMPONENTS)
        yield Misfits(system, source, await system.run(order(source, rejected=True)), marks, folder)


async def test_every_station_is_accounted_for_though_writers_were_killed(misfits: Misfits) -> None:
    assert {mark.name for mark in misfits.marks.iterdir()} == {*FAILPOINTS, *BUILDING, SUBMITTING}
    assert misfits.job.ledger.planned == len(ORIGINS) * len(STATIONS)
    outcomes = [outcome async for outcome in misfits.system.client.outcomes(misfits.job.id)]
    assert len({(o.event, o.channel.sta) for o in outcomes}) == len(outcomes) == misfits.job.ledger.planned
    dead = {(o.event, o.channel.sta): o.reason for o in outcomes if o.fate == "dead"}
    assert dead == {("c", sta): reason for sta, reason in BAD.items()}
    assert misfits.job.ledger.saved == len(outcomes) - len(dead)
    graves = await misfits.system.client.cemetery(misfits.job.id)
    assert {(g["tombstone"]["event"], g["tombstone"]["sta"]): g["reason"] for g in graves} == dead
    (no_file,) = [g for g in graves if g["reason"] == "no_synthetic"]
    assert "there is no such file" in json.dumps(no_file["logdata"])


async def test_documents_datasets_and_logs_say_what_the_numbers_are(misfits: Misfits) -> None:
    """Synthetics are what unit_output states; that counts are compared with them is told, and the two have no unit."""
    assert {document["units"] for document in misfits.documents("synthetic", misfits.job)} == {"m"}
    assert not any("units" in document for document in misfits.documents("misfit_window", misfits.job))
    logs = json.dumps(await misfits.system.client.logs(misfits.job.id))
    assert "is in counts and is compared with m: no amplitude of it means anything" in logs
    for dataset in await misfits.exported("asdf", misfit=misfits.job.id, folder="units"):
        path = misfits.output / dataset["path"]
        for tag, units in (("observed", "counts"), ("synthetic_i01s00", "m")):
            assert {trace.stats.units for trace in read_stream(path, "XX.S05", tag)} == {units}


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


async def test_datasets_equal_those_of_one_process_though_builders_were_killed(misfits: Misfits) -> None:
    for name in BUILDING:
        (misfits.marks / name).unlink()
    datasets = await misfits.exported("asdf", misfit=misfits.job.id)
    assert {mark.name for mark in misfits.marks.iterdir()} >= set(BUILDING)  # both builders did die
    for dataset in datasets:
        mine, theirs = misfits.output / dataset["path"], misfits.folder / f"alone-{dataset['event']}.h5"
        await asyncio.to_thread(dataset_alone, theirs, Config.from_mapping(CONFIG), dataset["event"])
        assert_same_tree(mine, theirs)
        with pyasdf.ASDFDataSet(mine, mode="r", mpi=False) as ds:
            assert len(ds.waveforms.list()) == len(STATIONS)
            assert ds.events[0].preferred_origin().time == ORIGINS[dataset["event"]]
            assert half_duration(ds.events[0]) == HALF_DURATION
            good = ds.waveforms["XX.S05"]
            assert set(good.get_waveform_tags()) == {"observed", "synthetic_i01s00"}
            assert good.StationXML[0][0].latitude == pytest.approx(STATIONS["S05"][0])
            assert float(ds.auxiliary_data.Configs.i01.s00.parameters["min_period"]) == 10.0
            assert len(ds.auxiliary_data.RejectedWindows.i01.s00.list()) > 0


async def test_a_manager_loads_what_was_exported_and_measures_the_same(misfits: Misfits) -> None:
    """Under another tag of the observed, too: the dataset's config knows it."""
    datasets = await misfits.exported("asdf", misfit=misfits.job.id, folder="tagged", waveform_tag="obs")
    stored = misfits.documents("adjoint_source", misfits.job)
    for dataset in datasets:
        path = misfits.output / dataset["path"]
        for sta in ("S05", OTHER_RATE):
            manager = Manager(ds=path).load(f"XX.{sta}", "i01/s00")
            assert manager.config.synthetic_waveform_tag == "synthetic_i01s00"
            manager.flow(save=False)
            mine = {d["component"]: d["misfit"] for d in stored if (d["event"], d["sta"]) == (dataset["event"], sta)}
            assert {s.component: s.misfit for s in manager.adjsrcs.values()} == pytest.approx(mine, rel=1e-9)


async def test_specfem_gets_files_of_all_components_and_a_list_of_stations(misfits: Misfits) -> None:
    await misfits.exported("specfem", misfit=misfits.job.id, folder="adjoint")
    root = misfits.output / "exports" / "adjoint"
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


def is_served(url: str) -> bool:
    """Whether a server has an object."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=10):
            return True
    except urllib.error.HTTPError:
        return False


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
        # the archive's server sees its folder with a delay
        endpoint = misfits.system.stack.environment["SEISBUS_ARCHIVE_LOCAL_ENDPOINT"]
        keys = [f"synthetics/{event}/{sta}.{component}.sac" for event in ORIGINS for component in "ENZ"]
        await eventually(lambda: all(is_served(f"{endpoint}/{bucket.name}/{key}") for key in keys), timeout=30)
    else:
        for event in ORIGINS:
            with opened(misfits.folder / "input" / f"{event}.h5", "a") as file:
                write_stream(file, synthetic(event, sta), "synthetic_i01s00")
        where = {"files": "{event}.h5"}
    again = order(misfits.source, synthetics={"format": format, **where}) | {"select": {"sta": sta}}
    job = await misfits.system.run(again)
    assert job.ledger.saved == job.ledger.planned == len(ORIGINS)

    def measured(of: Job) -> dict[tuple[str, str], float]:
        found = (d for d in misfits.documents("adjoint_source", of) if d["sta"] == sta)
        return {(d["event"], d["component"]): d["misfit"] for d in found}

    # SAC holds single precision
    assert measured(job) == pytest.approx(measured(misfits.job), rel=1e-3 if format == "sac" else 1e-9)


async def test_iterations_are_measured_with_fixed_windows_and_stand_side_by_side(misfits: Misfits) -> None:
    def places(of: Job) -> set[tuple[Any, ...]]:
        return {
            tuple(d[name] for name in ("event", "sta", "component", "number", "left", "right"))
            for d in misfits.documents("misfit_window", of)
            if d["sta"] in SOME
        }

    jobs = [misfits.job]
    for iteration, step in ((1, 1), (2, 0)):
        again = order(misfits.source, fixed_windows=misfits.job.id) | {"select": {"sta": ",".join(SOME)}}
        again["misfit"]["config"] = CONFIG | {"iteration": iteration, "step_count": step, "min_period": 9.0}
        job = await misfits.system.run(again)
        assert job.ledger.saved == job.ledger.planned == len(SOME) * len(ORIGINS)
        assert places(job) == places(misfits.job)
        assert {d["path"] for d in misfits.documents("misfit_window", job)} == {f"i{iteration:02d}/s{step:02d}"}
        jobs.append(job)
    paths = ["i01/s00", "i01/s01", "i02/s00"]
    for dataset in await misfits.exported("asdf", misfit=[job.id for job in jobs], folder="iterations"):
        path = misfits.output / dataset["path"]
        for kind in ("MisfitWindows", "AdjointSources", "Configs"):
            assert [evaluation.path for evaluation in evaluations(path, kind)] == paths
        assert waveform_tags(path, "XX.S05") == ["observed", "synthetic_i01s00", "synthetic_i01s01", "synthetic_i02s00"]
        # the dataset knows which evaluation came before, so that its windows can be measured again here too
        manager = Manager(ds=path).load("XX.S05", "i02/s00").flow(fix_windows=True, save=False)
        last = misfits.documents("adjoint_source", jobs[-1])
        mine = {d["component"]: d["misfit"] for d in last if (d["event"], d["sta"]) == (dataset["event"], "S05")}
        assert {s.component: s.misfit for s in manager.adjsrcs.values()} == pytest.approx(mine, rel=1e-9)


@pytest.mark.parametrize(
    ("format", "misfit", "sentence"),
    [
        ("asdf", ("job", "job"), "are of the evaluations i01/s00 and i01/s00, which"),
        ("asdf", ("source",), "is of kind window, expected a misfit job"),
        ("asdf", ("job", "iteration"), "are of the evaluations i01/s00 and i01, which"),
        ("specfem", ("job", "job"), "one misfit job"),
    ],
)
async def test_an_export_of_misfits_that_do_not_fit_is_refused(
    misfits: Misfits, format: str, misfit: tuple[str, ...], sentence: str
) -> None:
    jobs = {"job": misfits.job, "source": misfits.source}
    if "iteration" in misfit:
        whole = order(misfits.source, config={"iteration": 1, "remove_response": False})
        jobs["iteration"] = await misfits.system.run(whole | {"select": {"sta": "S05"}})
    ids = [jobs[name].id for name in misfit]
    with pytest.raises((ClientError, UserError), match=sentence):
        await misfits.system.client.export(format, job=misfits.source.id, misfit=ids)


async def test_what_a_dead_station_was_compared_with_is_kept_and_found_after_a_retry(misfits: Misfits) -> None:
    client = misfits.system.client
    job = await misfits.system.run(order(misfits.source) | {"select": {"sta": "S01"}})
    assert (job.ledger.saved, job.ledger.dead) == (2, 1)
    await client.retry(job.id, fates=["dead"])
    again = await client.wait(job.id)
    assert again.ledger == job.ledger
    (path,) = [d["path"] for d in await misfits.exported("asdf", misfit=job.id, folder="dead") if d["event"] == "c"]
    found = read_stream(misfits.output / path, "XX.S01", "synthetic_i01s00")
    assert len(found) == len(COMPONENTS)
    assert all(np.array_equal(t.data, synthetic("c", "S01").select(id=t.id)[0].data) for t in found)


async def test_observed_straight_from_the_archive_though_control_is_killed_between_the_two_jobs(
    misfits: Misfits,
) -> None:
    """The window job is stored once, the misfit job waits for it, and a station without any data is in its ledger."""
    client = misfits.system.client
    place = {"lat": EPICENTRE[0], "lon": EPICENTRE[1], "depth_km": EPICENTRE[2]}
    listed = [*events(), {"id": "before", "time": str(ORIGINS["a"] - 3600), **place}]
    whole = order(misfits.source) | {
        "archive": "local",
        "select": {"sta": ",".join(SOME)},
        "windows": {"events": {"list": listed, "start": f"-{LEAD:g}s", "end": f"{NPTS * DT - LEAD - DT:g}s"}},
    }
    del whole["misfit"]["observed"]
    before = {job.id for job in await client.jobs()}
    assert (await client.estimate(whole)).windows == len(listed) * len(SOME) * len(COMPONENTS)
    (misfits.marks / SUBMITTING).unlink()
    job = await client.wait(await submitted(misfits.system, whole))
    assert (misfits.marks / SUBMITTING).exists()
    first = job.spec["misfit"]["observed"]["job"]
    assert {one.id for one in await client.jobs()} - before == {job.id, first}
    stored = await client.job(first)
    assert (stored.state, stored.ledger.saved) == ("completed", len(ORIGINS) * len(SOME) * len(COMPONENTS))
    assert job.ledger.planned == len(listed) * len(SOME)
    outcomes = [outcome async for outcome in client.outcomes(job.id)]
    assert {(o.event, o.reason) for o in outcomes if o.fate == "dead"} == {("before", "no_observed")}
    assert job.ledger.saved == len(ORIGINS) * len(SOME)

    def measured(of: Job) -> dict[tuple[str, ...], float]:
        found = (d for d in misfits.documents("adjoint_source", of) if d["sta"] in SOME)
        return {(d["event"], d["sta"], d["component"]): d["misfit"] for d in found}

    assert measured(job) == pytest.approx(measured(misfits.job), rel=1e-9)


async def test_the_commands_of_the_documentation(misfits: Misfits, tmp_path: Path) -> None:
    """Submit a job that fetches its observed waveforms, then export it beside another evaluation."""
    address = misfits.system.stack.control_address
    whole = order(misfits.source, config=CONFIG | {"step_count": 2}) | {
        "archive": "local",
        "select": {"sta": "S05"},
        "windows": {"events": {"list": events(), "start": f"-{LEAD:g}s", "end": f"{NPTS * DT - LEAD - DT:g}s"}},
    }
    del whole["misfit"]["observed"]
    (tmp_path / "job.json").write_text(json.dumps(whole))
    code, said, errors = await seisbus(tmp_path, address, "submit", str(tmp_path / "job.json"))
    assert code == 0, errors
    job, first = (await misfits.system.client.jobs(2))[:2]
    assert f"Job {job.id} is submitted." in said
    assert f"It waits for job {first.id}" in said
    chosen = ("--misfit", misfits.job.id, "--misfit", job.id, "--folder", "both", "--sta", "S05")
    code, said, errors = await seisbus(tmp_path, address, "export", "asdf", "--job", misfits.source.id, *chosen)
    assert code == 0, errors
    for event in ORIGINS:
        path = misfits.output / "exports" / "both" / f"{event}.h5"
        assert str(path.relative_to(misfits.output)) in said
        assert [evaluation.path for evaluation in evaluations(path)] == ["i01/s00", "i01/s02"]


async def test_a_misfit_job_waits_for_the_job_of_its_waveforms_and_says_so(misfits: Misfits) -> None:
    """Also when that job is cancelled, so that nothing could be measured, and then both are retried."""
    client, spec = misfits.system.client, misfits.source.spec
    async with paused(misfits.system.stack, "fetcher"), bus_of(misfits.system.stack) as bus:

        async def nobody_asks_for_work() -> bool:
            _, _, idle = (await bus.consumer_lag())["fetch-local"]
            return idle == 0

        await eventually(nobody_asks_for_work)
        source = await client.submit({key: spec[key] for key in ("archive", "windows")} | {"select": {"sta": "S05"}})
        job = await client.submit(order(source) | {"select": {"sta": "S05"}})

        async def says_so() -> bool:
            said = " ".join(await client.explain(job.id))
            assert f"It waits for job {source.id}" in said, said
            return (await client.job(source.id)).ledger.planned == len(ORIGINS) * len(COMPONENTS)

        await eventually(says_so)
        await client.cancel(source.id)
        assert (await client.wait(source.id)).ledger.cancelled == len(ORIGINS) * len(COMPONENTS)
    done = await client.wait(job.id)
    assert (done.ledger.planned, done.ledger.dead) == (len(ORIGINS), len(ORIGINS))
    assert {o.reason async for o in client.outcomes(job.id)} == {"no_observed"}
    await client.retry(source.id)
    await client.retry(job.id, fates=["dead"], reason="no_observed")
    done = await client.wait(job.id)
    assert (await client.job(source.id)).ledger.saved == len(ORIGINS) * len(COMPONENTS)
    assert (done.state, done.ledger.planned, done.ledger.saved) == ("completed", len(ORIGINS), len(ORIGINS))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"config": {"min_perod": 10}}, "Unknown setting 'min_perod'"),
        ({"synthetics": {"files": "../{sta}"}}, "neither / in front nor .. is allowed"),
        ({"synthetics": {"files": "{station}"}}, "found station"),
        ({"synthetics": {"files": "{sta}", "archive": "nowhere"}}, "nowhere"),
        ({"fixed_windows": "0000"}, "There is no job 0000"),
        (
            {"synthetics": {"files": "{sta}.{component}.semv"}, "config": {}},
            "by their names they are in m/s, but misfit.config.unit_output DISP makes m of the observed",
        ),
    ],
)
async def test_a_job_that_cannot_run_is_refused(misfits: Misfits, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises((ClientError, UserError), match=sentence) as caught:
        await misfits.system.client.submit(order(misfits.source, **change))
    assert "\n" not in str(caught.value)


def test_documents_are_of_the_types_of_their_collections(misfits: Misfits) -> None:
    """All that the jobs of this module stored."""
    counts = check_documents(misfits.system.stack.environment)
    measured = {"misfit_window", "adjoint_source", "synthetic", "rejected_window"}
    assert measured | {"asdf_dataset", "cemetery", "elog", "outcome_superseded"} <= set(counts)
