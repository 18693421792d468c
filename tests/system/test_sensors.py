"""Jobs of sensors end to end: sensors that are turned or dip become Seismograms, what makes none has a reason.

Samples and axes are computed here: from the archive's files by obspy, and from the mounts by numpy.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import obspy
import pytest
from numpy.typing import NDArray
from obspy.signal.rotate import rotate2zne

from libseis import Seismogram, SeismogramEnsemble
from libseis.codes import Channel
from libseis.mseed import frame
from seisbus.client import Job
from seisbus.client.arrays import component_arrays
from seisbus.model.dataset_places import LOG_SUFFIX
from seisbus.testing import ENZ, ArchiveSpec, Axis, Mount, RateShare, make_archive
from seisbus.testing.stations import Channel as MadeChannel
from seisbus.testing.stations import plan_channels
from support.seisbench import read_seisbench
from support.stored import PlainJob, PlainPiece, read_plainly
from support.system import System

NS = 1_000_000_000
START_NS = obspy.UTCDateTime("2011-03-11T05:50:00").ns
END_NS = START_NS + 600 * NS
WINDOWS = {"absolute": [{"start": START_NS / NS, "end": END_NS / NS}]}
TURNED_NS = START_NS + 240 * NS


def mount(letters: str, *angles: tuple[float | None, float | None]) -> Mount:
    return Mount(tuple(Axis(letter, *where) for letter, where in zip(letters, angles, strict=True)))


EAST, NORTH, UP = (90.0, 0.0), (0.0, 0.0), (0.0, -90.0)
# the end of each sensor's window, "" where it is saved
MOUNTS: dict[str, tuple[Mount, str]] = {
    "standard": (Mount(), ""),
    "borehole": (mount("12Z", (37.5, 0.0), (127.5, 0.0), UP), ""),
    "downward": (mount("ENZ", EAST, NORTH, (0.0, 90.0)), ""),
    "galperin": (mount("UVW", (90.0, -35.2644), (330.0, -35.2644), (210.0, -35.2644)), ""),
    "tilted": (mount("12Z", (20.0, 10.0), (112.0, -5.0), (200.0, -80.0)), ""),
    "two": (mount("EZ", EAST, UP), "lacks_component"),
    "four": (mount("12EZ", NORTH, EAST, EAST, UP), "surplus_channel"),
    "mirrored": (mount("ENZ", (270.0, 0.0), NORTH, UP), "left_handed"),
    "silent": (mount("ENZ", EAST, (0.0, None), UP), "no_orientation"),
    "turned": (
        Mount(ENZ, TURNED_NS, (Axis("E", 100.0, 0.0), Axis("N", 10.0, 0.0), Axis("Z", 0.0, -90.0))),
        "epoch_change",
    ),
    "flat": (mount("ENZ", EAST, EAST, UP), "coplanar"),
    "gone": (Mount(), "not_listed"),
    "unknown": (Mount(), "no_orientation"),
}
SAVED = [name for name, (_, reason) in MOUNTS.items() if not reason]
SPEC = ArchiveSpec(
    channels=sum(len(found.axes) for found, _ in MOUNTS.values()),
    mix=(RateShare(40, "B", 1.0),),
    hours=(5.0, 7.0),
    real=False,
    bucket="sensors",
    mounts=tuple(found for found, _ in MOUNTS.values()),
    skewed=True,
)


def sensors() -> dict[str, list[MadeChannel]]:
    """The channels of each mount."""
    channels = iter(plan_channels(SPEC))
    return {name: [next(channels) for _ in found.axes] for name, (found, _) in MOUNTS.items()}


SENSORS = sensors()


def ledger_name(name: str) -> str:
    first = SENSORS[name][0]
    return f"{first.station.net}.{first.station.sta}.{first.loc}.BH?"


@pytest.fixture(scope="module")
async def bucket(system: System, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    root = tmp_path_factory.mktemp("sensors")
    await asyncio.to_thread(make_archive, root, SPEC)
    folder = system.buckets / "sensors"
    folder.rmdir()
    (root / "sensors").rename(folder)
    unknown = SENSORS["unknown"][0].station
    for file in (folder / "FDSNstationXML").rglob(f"{unknown.net}_{unknown.sta}.xml"):
        await asyncio.to_thread(file.unlink)
    (gone,) = (folder / "continuous_waveforms").rglob(f"{key_start(SENSORS['gone'][1])}*")
    await asyncio.to_thread(gone.unlink)
    await system.sync("sensors")
    yield folder


def key_start(channel: MadeChannel) -> str:
    """How the names of a channel's day files begin in SCEDC's layout."""
    station = channel.station
    return f"{station.net}{station.sta:_<5}{channel.chan}"


def job(**more: Any) -> dict[str, Any]:
    return {"archive": "sensors", "components": 3, "select": {"chan": "BH?"}, "windows": WINDOWS, **more}


@dataclass(frozen=True, slots=True)
class Ran:
    """A job and what it stored."""

    job: Job
    stored: PlainJob

    def end(self, name: str) -> dict[str, Any]:
        (found,) = self.stored.by_channel[ledger_name(name)]
        return found

    def piece(self, name: str) -> PlainPiece:
        (found,) = self.stored.pieces_of(self.end(name)["_id"])
        return found


@pytest.fixture(scope="module")
async def plain(system: System, bucket: Path) -> Ran:
    ran = await system.run(job(output={"data_tag": "sensors"}))
    return Ran(ran, await system.stored(ran))


def record(bucket: Path, channel: MadeChannel) -> obspy.Trace:
    """The archive's own file of a channel, as obspy reads it."""
    (path,) = (bucket / "continuous_waveforms").rglob(f"{key_start(channel)}*")
    stream = obspy.read(str(path), format="MSEED")
    assert len(stream) == 1
    return stream[0]


def window_of(trace: obspy.Trace, start_ns: int = START_NS, end_ns: int = END_NS) -> tuple[int, NDArray[Any]]:
    """The time of the first sample and the samples by MsPASS's rule: from the sample nearest to the start."""
    period = round(NS / trace.stats.sampling_rate)
    first = round((start_ns - trace.stats.starttime.ns) / period)
    npts = round((end_ns - start_ns) / period) + 1
    return trace.stats.starttime.ns + first * period, trace.data[first : first + npts]


def unit(axis: Axis) -> NDArray[np.float64]:
    """East, north and up of an axis by the FDSN's angles (dip counts down from the horizontal)."""
    assert axis.azimuth is not None
    assert axis.dip is not None
    azimuth, dip = np.radians(axis.azimuth), np.radians(axis.dip)
    return np.array([np.cos(dip) * np.sin(azimuth), np.cos(dip) * np.cos(azimuth), -np.sin(dip)])


def expected(bucket: Path, name: str) -> tuple[int, NDArray[np.float64]]:
    """The sensor's window: the time of its first sample, and the channels' counts, shape (3, npts)."""
    cut = [window_of(record(bucket, channel)) for channel in SENSORS[name]]
    head, period = cut[0][0], NS // 40
    shifts = [round((start - head) / period) for start, _ in cut]
    begin = max(shifts)
    stop = min(shift + len(data) for shift, (_, data) in zip(shifts, cut, strict=True))
    rows = [data[begin - shift : stop - shift] for shift, (_, data) in zip(shifts, cut, strict=True)]
    return head + begin * period, np.array(rows, np.float64)


@pytest.mark.parametrize("name", SAVED)
async def test_a_sensor_is_stored_as_mspass_stores_it(plain: Ran, bucket: Path, name: str) -> None:
    piece, document = plain.piece(name), plain.piece(name).document
    t0_ns, samples = expected(bucket, name)
    assert (document["t0_ns"], piece.npts) == (t0_ns, samples.shape[1])
    assert piece.sha256 == hashlib.sha256(np.ascontiguousarray(samples, "<f8").tobytes()).hexdigest()
    axes = [channel.axis for channel in SENSORS[name]]
    assert np.allclose(np.reshape(document["tmatrix"], (3, 3)), [unit(axis) for axis in axes], atol=1e-12)
    assert document["chan"] == [channel.chan for channel in SENSORS[name]]
    assert (document["cardinal"], document["orthogonal"]) == ((name == "standard"),) * 2
    assert (document["storage_mode"], document["format"], document["nbytes"]) == ("file", "binary", 24 * piece.npts)
    assert (document["units"], document["delta"], document["data_tag"]) == ("counts", 0.025, "sensors")
    late = [
        (channel.phase_ns - SENSORS[name][0].phase_ns + NS // 80) % (NS // 40) - NS // 80 for channel in SENSORS[name]
    ]
    assert document.get("component_skew", [0.0, 0.0, 0.0]) == pytest.approx([one / NS for one in late], abs=1e-9)
    if any(late):
        assert "other" in plain.stored.log_of(plain.end(name)["_id"])


def test_every_sensor_has_one_end_and_a_reason_that_names_what_is_wrong(plain: Ran) -> None:
    assert sorted(plain.stored.by_channel) == sorted(map(ledger_name, MOUNTS))
    for name, (_, reason) in MOUNTS.items():
        assert plain.end(name)["reason"] == reason, plain.end(name)
    told = {name: plain.end(name)["detail"] for name in MOUNTS}
    assert "BHE and BHZ" in told["two"] and "no BHN" in told["two"]
    assert "BH1, BH2, BHE, BHZ" in told["four"]
    assert "BHE azimuth 270" in told["mirrored"]
    assert f"{SENSORS['silent'][1].name} is not known" in told["silent"]
    assert "azimuth 90°, dip 0°, then azimuth 100°" in told["turned"]
    assert "BHN azimuth 90" in told["flat"]
    assert "BHN" in told["gone"]
    assert SENSORS["unknown"][0].name in told["unknown"]
    fates = {name: plain.end(name)["fate"] for name in MOUNTS}
    assert {name for name, fate in fates.items() if fate == "missing"} == {"two", "gone"}
    assert "counts down as positive" in plain.stored.log_of(plain.end("downward")["_id"])
    assert plain.job.ledger.saved == len(SAVED)


async def test_clients_read_ensembles_of_seismograms(system: System, plain: Ran, bucket: Path) -> None:
    ensemble = await system.client.read(job=plain.job.id)
    assert isinstance(ensemble, SeismogramEnsemble)
    assert len(ensemble.member) == len(SAVED)
    by_station = {member["sta"]: member for member in ensemble.member}
    for name in SAVED:
        member = by_station[SENSORS[name][0].station.sta]
        assert isinstance(member, Seismogram) and member.live
        t0_ns, samples = expected(bucket, name)
        assert (member.t0_ns, member["chan"]) == (t0_ns, [channel.chan for channel in SENSORS[name]])
        assert np.array_equal(np.asarray(member.data), samples)
        turned = Seismogram(member)
        turned.rotate_to_standard()
        angles = [value for channel in SENSORS[name] for value in (channel.axis.azimuth, channel.axis.dip)]
        arguments = [
            value for row, pair in zip(samples, np.reshape(angles, (3, 2)), strict=True) for value in (row, *pair)
        ]
        z, n, e = rotate2zne(*arguments)
        scale = np.abs(samples).max()
        assert np.allclose(np.asarray(turned.data), [e, n, z], atol=1e-6 * scale)
        assert np.allclose(component_arrays([member])[0], [z, n, e], atol=1e-6 * scale)
    said = [entry.message for entry in ensemble.elog.get_error_log()]
    assert any("left_handed" in text for text in said) and any("lacks_component" in text for text in said)
    one = await system.client.read(job=plain.job.id, chan="BHW")
    assert [member["sta"] for member in one.member] == [SENSORS["galperin"][0].station.sta]
    assert not (await system.client.read(job=plain.job.id, components=1)).member


async def test_a_stream_has_three_traces_of_a_sensor(system: System, plain: Ran, bucket: Path) -> None:
    station = SENSORS["borehole"][0].station
    codes = (station.net, station.sta, "*")
    times = (START_NS / NS - 1, END_NS / NS + 1)
    stream = await system.client.get_waveforms(*codes, "BH?", *times, job=plain.job.id)
    _, samples = expected(bucket, "borehole")
    assert [trace.stats.channel for trace in stream] == ["BH1", "BH2", "BHZ"]
    for trace, row in zip(stream, samples, strict=True):
        assert trace.data.dtype == np.int32
        assert np.array_equal(trace.data, row)
    (alone,) = await system.client.get_waveforms(*codes, "BHZ", *times, job=plain.job.id)
    assert np.array_equal(alone.data, samples[2])
    dead = SENSORS["mirrored"][0].station
    empty = await system.client.get_waveforms(dead.net, dead.sta, "*", "BHE", *times, job=plain.job.id)
    assert not empty and "left_handed" in empty.seisbus_elog[0]


@pytest.mark.parametrize("format", ["mseed", "sac", "asdf", "parquet"])
async def test_exports_have_three_traces_a_sensor(
    system: System, plain: Ran, bucket: Path, tmp_path: Path, format: str
) -> None:
    export = await system.client.export(format, job=plain.job.id, folder=f"sensors-{format}")
    assert (await system.client.wait(export.id)).ledger.balanced
    found: dict[str, NDArray[Any]] = {}
    for dataset in await system.client.datasets(export.id):
        path = await system.client.download(dataset, tmp_path)
        found |= await asyncio.to_thread(traces_in, format, path)
    assert sorted(found) == sorted(channel.name for name in SAVED for channel in SENSORS[name])
    for name in SAVED:
        for channel, row in zip(SENSORS[name], expected(bucket, name)[1], strict=True):
            assert np.array_equal(found[channel.name], row), channel.name


def traces_in(format: str, path: Path) -> dict[str, NDArray[Any]]:
    """Samples by NET.STA.LOC.CHAN."""
    if format == "asdf":
        import pyasdf

        with pyasdf.ASDFDataSet(str(path), mode="r", mpi=False) as data:
            return {trace.id: trace.data for station in data.waveforms for trace in station["observed"]}
    if format == "parquet":
        import pyarrow.parquet as pq

        rows = pq.read_table(path).to_pylist()
        return {".".join(row[key] for key in ("net", "sta", "loc", "chan")): np.array(row["counts"]) for row in rows}
    files = [file for file in path.rglob("*") if not file.name.endswith(LOG_SUFFIX)] if path.is_dir() else [path]
    return {trace.id: trace.data for file in files for trace in obspy.read(str(file))}


async def test_a_seisbench_data_set_has_vertical_north_and_east(
    system: System, plain: Ran, bucket: Path, tmp_path: Path
) -> None:
    """Whatever the axes of a sensor; those that point there keep their counts."""
    export = await system.client.export("seisbench", job=plain.job.id, folder="sensors-seisbench")
    assert (await system.client.wait(export.id)).ledger.balanced
    (dataset,) = await system.client.datasets(export.id)
    assert (dataset["waveforms"], dataset["problems"]) == (len(SAVED), [])
    found = await asyncio.to_thread(read_seisbench, await system.client.download(dataset, tmp_path))
    described = {"component_order": "ZNE", "dimension_order": "CW", "sampling_rate": 40.0, "unit": "counts"}
    assert found.described == described and len(found.rows) == len(SAVED)
    by_station = {row["station_code"]: (row, samples) for row, samples in found.rows}
    for name in SAVED:
        row, samples = by_station[SENSORS[name][0].station.sta]
        t0_ns, counts = expected(bucket, name)
        assert obspy.UTCDateTime(row["trace_start_time"]).ns == t0_ns
        assert (row["trace_component_order"], row["trace_channel"]) == ("ZNE", "BH")
        assert float(row["station_latitude_deg"]) == SENSORS[name][0].station.lat
        if name == "standard":
            assert np.array_equal(samples, counts[::-1].astype(np.float32))
        angles = [(channel.axis.azimuth, channel.axis.dip) for channel in SENSORS[name]]
        wanted = rotate2zne(*[one for data, pair in zip(counts, angles, strict=True) for one in (data, *pair)])
        assert np.allclose(samples, wanted, atol=1e-6 * np.abs(counts).max())
    single = await system.run(job(components=1, select={"sta": SENSORS["silent"][0].station.sta, "chan": "BHZ"}))
    export = await system.client.export("seisbench", job=single.id)
    await system.client.wait(export.id)
    (dataset,) = await system.client.datasets(export.id)
    found = await asyncio.to_thread(read_seisbench, await system.client.download(dataset, tmp_path))
    ((row, samples),) = found.rows
    assert row["trace_component_order"] == "Z" and "component_order" not in found.described
    assert np.array_equal(samples[0], window_of(record(bucket, SENSORS["silent"][2]))[1])


async def test_stored_seismograms_are_saved_as_miniseed(system: System, plain: Ran, tmp_path: Path) -> None:
    path = tmp_path / "all.mseed"
    assert await system.client.save(path, job=plain.job.id, version=3) == len(SAVED)
    table = frame(path.read_bytes())
    assert set(table.channels) == {Channel.parse(channel.name) for name in SAVED for channel in SENSORS[name]}


async def test_steps_run_on_each_component(system: System, bucket: Path) -> None:
    steps = [{"filter": {"type": "bandpass", "freqmin": 0.1, "freqmax": 2.0, "corners": 4, "zerophase": True}}]
    station = SENSORS["tilted"][0].station
    ran = await system.run(job(select={"sta": station.sta, "chan": "BH?"}, steps=steps))
    (member,) = (await system.client.read(job=ran.id)).member
    assert np.allclose(member.tmatrix, [unit(channel.axis) for channel in SENSORS["tilted"]], atol=1e-12)
    for row, channel in zip(np.asarray(member.data), SENSORS["tilted"], strict=True):
        trace = record(bucket, channel)
        trace.data = trace.data.astype(np.float64)
        trace.filter("bandpass", freqmin=0.1, freqmax=2.0, corners=4, zerophase=True)
        first = round((member.t0_ns - trace.stats.starttime.ns) / (NS // 40))
        wanted = trace.data[first : first + len(row)]
        assert abs(member.t0_ns - START_NS) <= NS // 80 and len(row) == 24_001
        assert np.allclose(row, wanted, atol=1e-4 * np.abs(wanted).max())


async def test_gridfs_holds_one_component_after_the_other(system: System, bucket: Path) -> None:
    station = SENSORS["borehole"][0].station
    output = {"storage": "gridfs"}
    ran = await system.run(job(select={"sta": station.sta, "chan": "BH?"}, output=output))
    stored = Ran(ran, await system.stored(ran))
    _, samples = expected(bucket, "borehole")
    assert stored.piece("borehole").document["storage_mode"] == "gridfs"
    assert stored.piece("borehole").sha256 == hashlib.sha256(samples.tobytes()).hexdigest()
    (member,) = (await system.client.read(job=ran.id)).member
    assert np.array_equal(np.asarray(member.data), samples)


async def test_mended_metadata_and_objects_are_retried(system: System, plain: Ran, bucket: Path) -> None:
    """A dry run, a retry of what is dead or missing, and what `show` has of it."""
    estimate = await system.client.estimate(job())
    assert (estimate.windows, estimate.missing) == (len(MOUNTS), 2)
    ran = await system.run(job(name="to be mended"))
    silent = SENSORS["silent"][0].station
    (xml,) = (bucket / "FDSNstationXML").rglob(f"{silent.net}_{silent.sta}.xml")
    text = xml.read_text()
    mended = text.replace("<Azimuth>0.0</Azimuth><SampleRate>", "<Azimuth>0.0</Azimuth><Dip>0.0</Dip><SampleRate>")
    assert mended != text
    await asyncio.to_thread(xml.write_text, mended)
    try:
        await system.sync("sensors")
        await system.client.retry(ran.id, ["dead"], "no_orientation")
        done = await system.client.wait(ran.id)
        assert done.ledger.balanced and done.ledger.saved == len(SAVED) + 1
        again = Ran(done, await read_plainly(system.stack.environment, done.id))
        assert again.end("silent")["fate"] == "saved"
        assert again.end("unknown")["reason"] == "no_orientation"
        rows = await system.client.availability(ran.id)
        assert {str(row.channel): row.ledger.saved for row in rows}[ledger_name("silent")] == 1
    finally:
        await asyncio.to_thread(xml.write_text, text)
        await system.sync("sensors")


async def test_a_purge_takes_seismograms_along(system: System, bucket: Path) -> None:
    ran = await system.run(job(output={"storage": "gridfs"}))
    assert await system.client.waveforms(job=ran.id)
    purge, _ = await system.client.purge([ran.id])
    assert purge is not None
    assert (await system.client.wait(purge.id)).state == "completed"
    assert not await system.client.waveforms(job=ran.id)
    assert not (await system.client.read(data_tag="no such tag")).member


async def test_what_is_of_both_kinds_is_asked_for_one_after_the_other(system: System, plain: Ran, bucket: Path) -> None:
    from seisbus.errors import UserError

    station = SENSORS["standard"][0].station
    where = {"net": station.net, "sta": station.sta, "data_tag": "both"}
    for components in (1, 3):
        spec = job(select={"sta": station.sta, "chan": "BH?"}, output={"data_tag": "both"})
        await system.run({**spec, "components": components})
    with pytest.raises(UserError, match=r"3 TimeSeries and 1 Seismograms.*components=1 or components=3"):
        await system.client.read(**where)
    three, single = [await system.client.read(**where, components=number) for number in (3, 1)]
    assert (len(three.member), len(single.member)) == (1, 3)
    assert len(await system.client.waveforms(**where)) == 4


def test_the_bytes_are_what_mspass_reads(plain: Ran, bucket: Path) -> None:
    """Three doubles a sample, one of each component, from foff on."""
    document = plain.piece("galperin").document
    raw = Path(document["dir"], document["dfile"]).read_bytes()[document["foff"] :][: document["nbytes"]]
    samples = np.frombuffer(raw, "<f8").reshape(document["npts"], 3).T
    assert np.array_equal(samples, expected(bucket, "galperin")[1])


async def test_an_event_file_has_sensors(system: System, bucket: Path) -> None:
    """All channels of an event stand in one object; each sensor of it is one window."""
    catalog = {"start": "2023-01-01", "end": "2024-01-01", "above_magnitude": 5.0}
    spec = {"archive": "sensors", "inputs": "event_files", "components": 3, "windows": {"events": {"catalog": catalog}}}
    ran = await system.run(spec)
    stored = await system.stored(ran)
    names = {o["channel"] for o in stored.outcomes}
    assert all(name.endswith("?") for name in names) and len(names) == ran.ledger.planned > 3
    reasons = {o["reason"] for o in stored.outcomes}
    assert {"no_orientation", "lacks_component", "surplus_channel"} <= reasons


async def test_event_files_are_read_again_and_it_is_said(system: System, bucket: Path) -> None:
    """What an earlier job has saved of one is made again, and why is said at submission."""
    catalog = {"start": "2023-01-01", "end": "2024-01-01", "above_magnitude": 5.0}
    spec = {"archive": "sensors", "inputs": "event_files", "windows": {"events": {"catalog": catalog}}}
    spec["output"] = {"data_tag": "event-file"}
    ran = await system.run(spec)
    assert ran.ledger.saved > 3
    assert not any("existing" in note for note in ran.notes)
    submitted = await system.client.submit(spec)
    said = f"Job {ran.id} has saved windows .* existing: skip is not for event files: .* they are made again"
    (note,) = [note for note in submitted.notes if "existing" in note]
    assert re.match(said, note) and submitted.already is None
    again = await system.client.wait(submitted.id)
    assert again.ledger == ran.ledger
    assert {d["job"] for d in await system.client.waveforms(job=again.id)} == {again.id}


async def test_sensors_that_are_saved_are_not_made_again(system: System, plain: Ran, bucket: Path) -> None:
    """Of two windows a sensor the first is there: the later job points to it, and is read as if it had made all."""
    later = {"start": END_NS / NS + 10, "end": END_NS / NS + 30}
    windows = {"absolute": [*WINDOWS["absolute"], later]}
    submitted = await system.client.submit(job(windows=windows, output={"data_tag": "sensors"}))
    assert submitted.already is not None
    assert (submitted.already.windows, submitted.already.skipped) == (len(SAVED), True)
    assert submitted.already.jobs == (plain.job.id,)
    ran = await system.client.wait(submitted.id)
    assert (ran.state, ran.ledger.balanced, ran.ledger.planned) == ("completed", True, 2 * len(MOUNTS))
    first = {str(d["_id"]): d for d in await system.client.waveforms(job=plain.job.id)}
    mine = await system.client.waveforms(job=ran.id)
    # of the turned one the second window lies after the turn, so that it is saved
    assert len(mine) == ran.ledger.saved == 2 * len(SAVED) + 1
    assert {str(d["_id"]) for d in mine if d["job"] == plain.job.id} == set(first)
    assert len([d for d in mine if d["job"] == ran.id]) == len(SAVED) + 1
    saved = [o async for o in system.client.outcomes(ran.id) if o.fate == "saved"]
    refs = [ref for outcome in saved for ref in outcome.refs]
    assert sorted(refs) == sorted(str(d["_id"]) for d in mine)
    ensemble = await system.client.read(job=ran.id, end=END_NS / NS)
    assert len(ensemble.member) == len(SAVED)
    by_station = {member["sta"]: member for member in ensemble.member}
    for name in SAVED:
        assert np.array_equal(by_station[SENSORS[name][0].station.sta].data, expected(bucket, name)[1])


async def test_a_cut_takes_the_samples_of_its_span(system: System, plain: Ran, bucket: Path) -> None:
    """From start to before end, of each component; without `cut` the whole Seismograms of that time come."""
    start, end = START_NS / NS + 100.01, START_NS / NS + 160.02
    whole = await system.client.read(job=plain.job.id, start=start, end=end)
    assert {member.npts for member in whole.member} <= {24_000, 24_001}
    cut = await system.client.read(job=plain.job.id, start=start, end=end, cut=True)
    assert len(cut.member) == len(SAVED)
    by_station = {member["sta"]: member for member in cut.member}
    for name in SAVED:
        member = by_station[SENSORS[name][0].station.sta]
        t0_ns, samples = expected(bucket, name)
        times = t0_ns + np.arange(samples.shape[1]) * (NS // 40)
        held = (times >= round(start * NS)) & (times < round(end * NS))
        assert member.t0_ns == member["t0_ns"] == times[held][0]
        assert (member.npts, member["npts"]) == (held.sum(), held.sum())
        assert member["starttime"] == member.t0 and member["endtime"] == pytest.approx(member.endtime())
        assert np.array_equal(member.data, samples[:, held])
        assert np.allclose(member.tmatrix, [unit(channel.axis) for channel in SENSORS[name]], atol=1e-12)
    outside = await system.client.read(job=plain.job.id, start=END_NS / NS + 1, end=END_NS / NS + 2, cut=True)
    assert not outside.member


async def test_objects_of_stations_have_sensors(system: System, bucket: Path) -> None:
    """A station's day with all its channels: which sensors it has shows at the first read."""
    from seisbus.archive.definition import load_archives
    from seisbus.archive.keys import DayKey

    first = SENSORS["borehole"][0].station
    stream = obspy.Stream([record(bucket, channel) for channel in SENSORS["borehole"]])
    for trace in stream:
        trace.stats.network = "XX"  # whose objects the archive lists
    template = load_archives()["earthscope"].day_key
    path = system.buckets / "stations" / template.format(DayKey("XX", first.sta, None, None, SPEC.days[0]))
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(stream.write, str(path), format="MSEED", reclen=512)
    (xml,) = (bucket / "FDSNstationXML").rglob(f"{first.net}_{first.sta}.xml")
    target = system.buckets / "stations" / "FDSNstationXML" / "CI" / f"XX_{first.sta}.xml"
    await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
    text = await asyncio.to_thread(xml.read_text)
    await asyncio.to_thread(target.write_text, text.replace(f'code="{first.net}"', 'code="XX"'))
    await system.sync("stations")
    ran = await system.run({**job(), "archive": "stations", "select": {"sta": first.sta, "chan": "BH?"}})
    stored = await system.stored(ran)
    (piece,) = stored.pieces
    _, samples = expected(bucket, "borehole")
    assert (piece.document["net"], piece.document["chan"]) == ("XX", ["BH1", "BH2", "BHZ"])
    assert piece.sha256 == hashlib.sha256(samples.tobytes()).hexdigest()
