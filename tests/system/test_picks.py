"""Windows by picks over a stack: of the archive's phase files, of CSV and of QuakeML, and of unknown stations."""

from __future__ import annotations

import asyncio
import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import obspy
import pytest
from obspy import UTCDateTime
from obspy.io.sac import SACTrace

from seisbus.testing import truth
from seisbus.testing.make import make_archive
from seisbus.testing.manifest import Manifest
from seisbus.testing.spec import OJAI, ArchiveSpec
from support.days import NS, day_ns
from support.phase_files import compress, event_card, hypoinverse, phase_card
from support.seisbench import read_seisbench
from support.stored import PlainJob
from support.system import System

QUAKE = OJAI  # the generator makes files of it
DAY = day_ns(QUAKE.day)
HOUR = DAY + 22 * 3600 * NS
SPEC = ArchiveSpec(
    seed=12, days=(QUAKE.day,), channels=12, hours=(21.0, 24.0), defects=(), event_traces=12, real=False,
    quakes=(), bucket="picks",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picked:
    """The archive, its channels (NET.STA.LOC.CHAN) with their keys, and the picks of its phase file."""

    root: Path
    keys: dict[str, str]
    picks: list[tuple[str, str, int, float]]  # NET.STA, phase, ns, score

    @property
    def stations(self) -> list[str]:
        return sorted({".".join(channel.split(".")[:2]) for channel in self.keys})

    def channels(self, station: str) -> list[str]:
        return [channel for channel in self.keys if channel.startswith(station + ".")]

    async def assert_windows(self, stored: PlainJob, expected: dict[tuple[str, int, int], list[str]]) -> None:
        """Saved windows are these (channel, start, end: phases of the picks) and hold the generator's samples."""
        saved = [o for o in stored.outcomes if o["fate"] == "saved"]
        assert sorted((o["channel"], o["start_ns"], o["end_ns"]) for o in saved) == sorted(expected)
        for outcome in saved:
            key = self.keys[outcome["channel"]]
            span = outcome["start_ns"], outcome["end_ns"]
            window = await asyncio.to_thread(truth.expected_window, self.root, key, *span, True)
            (piece,) = stored.pieces_of(outcome["_id"])
            assert [(p.start_ns, p.sha256) for p in window.pieces] == [(piece.document["t0_ns"], piece.sha256)]
            phases = expected[outcome["channel"], *span]
            assert piece.document["phase_name"] == phases[0]
            assert [p["phase"] for p in piece.document.get("picks", [{"phase": phases[0]}])] == phases


def channel_of(key: str) -> str:
    name = key.rpartition("/")[2]
    return ".".join(name[a:b].strip("_") for a, b in ((0, 2), (2, 7), (10, 12), (7, 10)))


def read_phase_file(text: str) -> list[tuple[str, str, int, float]]:
    """The picks, without Seisbus: columns as STP's manual has them."""
    found = []
    for line in text.splitlines()[1:]:
        words = line.split()
        found.append(
            (f"{words[0]}.{words[1]}", words[7], QUAKE.time_ns + round(float(words[12]) * NS), float(words[10]))
        )
    return found


@pytest.fixture(scope="module")
async def picked(system: System, tmp_path_factory: pytest.TempPathFactory) -> Picked:
    root = tmp_path_factory.mktemp("picks")
    manifest: Manifest = await asyncio.to_thread(make_archive, root, SPEC)
    bucket, months = system.buckets / "picks", system.buckets / "months"
    bucket.rmdir()
    (root / "picks").rename(bucket)
    (phases,) = (bucket / "event_phases").rglob(f"{QUAKE.evid}.phase")
    shutil.copytree(bucket / "continuous_waveforms" / "2023", months / "continuous_waveforms" / "2023")
    shutil.copytree(bucket / "FDSNstationXML", months / "FDSNstationXML")
    await system.sync("picks")
    keys = {channel_of(file.key): file.key for file in manifest.files}
    return Picked(root, keys, read_phase_file(phases.read_text()))


async def test_the_archives_own_phase_files(system: System, picked: Picked) -> None:
    query = {"start": "2023-08-20", "end": "2023-08-21", "above_magnitude": 4}
    windows = {"picks": {"catalog": query, "phases": "P", "start": "-5s", "end": "20s"}}
    stored = await system.stored(await system.run({"archive": "picks", "windows": windows}))
    expected = {
        (channel, t - 5 * NS, t + 20 * NS): ["P"]
        for station, phase, t, _ in picked.picks if phase == "P" for channel in picked.channels(station)
    }  # fmt: skip
    assert expected
    await picked.assert_windows(stored, expected)
    # the file has stations that the archive's day has not: each pick of them is accounted for
    lost = [(o["channel"].rpartition(".")[0].rpartition(".")[0], o["fate"]) for o in stored.outcomes if not o["refs"]]
    strangers = {station for station, phase, _, _ in picked.picks if phase == "P"} - set(picked.stations)
    assert sorted(lost) == sorted((station, "missing") for station in strangers)
    for piece in stored.pieces:
        document = piece.document
        assert (
            document["event"] == QUAKE.evid and document["pick_id"].startswith("pk") and document["pick_score"] == 1.0
        )
        assert document["pick_time"] == document["phase_time"] == pytest.approx(document["starttime"] + 5, abs=1.0)


async def test_csv_with_p_and_s_in_one_window_and_stations_that_nobody_knows(system: System, picked: Picked) -> None:
    """What a picker wrote: shared windows hold both picks; each pick of an unknown station has a reason."""
    known = picked.stations[0]
    channel = picked.channels(known)[0]
    station_id = channel[:-1]  # as QuakeFlow writes it: without the component
    at = "2023-08-20T22:00:{:06.3f}"
    lines = [
        "station_id,phase_index,phase_time,phase_score,phase_type,phase_polarity,event_id",
        f"{station_id},1,{at.format(10.5)},0.9,P,0.7,77",
        f"{station_id},2,{at.format(14.25)},0.8,S,,77",
        f"{station_id},3,{at.format(50)},0.1,P,,78",
        f"XX.NONE..HH,4,{at.format(20)},0.9,P,,77",
        f"CI.ZZZZ..BH,5,{at.format(21)},0.9,P,,77",
        f"{station_id},6,yesterday,0.9,P,,77",
    ]
    windows = {"picks": {"csv": "\n".join(lines), "share": True, "min_score": 0.5, "start": "-2s", "end": "10s"}}
    job = await system.run({"archive": "picks", "windows": windows})
    stored = await system.stored(job)
    first, last = HOUR + 10_500_000_000, HOUR + 14_250_000_000
    await picked.assert_windows(
        stored, {(c, first - 2 * NS, last + 10 * NS): ["P", "S"] for c in picked.channels(known)}
    )
    assert any("line 7" in note for note in job.notes)
    estimate = await system.client.estimate({"archive": "picks", "windows": windows})
    assert estimate.windows == job.ledger.saved
    lost = {o["channel"]: (o["fate"], o["reason"], o["detail"]) for o in stored.outcomes if o["fate"] != "saved"}
    assert {name: end[:2] for name, end in lost.items()} == {
        "XX.NONE..HH?": ("missing", "unknown_station"),
        "CI.ZZZZ..BH?": ("missing", "unknown_station"),
    }
    assert "XX.NONE" in lost["XX.NONE..HH?"][2] and "2023-08-20T22:00:20" in lost["XX.NONE..HH?"][2]
    ensemble = await system.client.read(job=job.id)
    for member in ensemble.member:
        assert (member["pick_score"], member["pick_polarity"], member["phase_name"]) == (0.9, "U", "P")
        assert [p["phase"] for p in member["picks"]] == ["P", "S"]
    await system.client.retry(job.id, fates=["missing"])
    assert (await system.client.wait(job.id)).ledger == job.ledger


async def test_the_pick_is_the_reference_of_sac_files(system: System, picked: Picked, tmp_path: Path) -> None:
    """P and S of the archive's phase file in one window: P is time zero of the datum and of SAC, S stands as T1."""
    query = {"start": "2023-08-20", "end": "2023-08-21", "above_magnitude": 4}
    windows = {"picks": {"catalog": query, "share": True, "start": "-3s", "end": "8s"}}
    select = {"sta": picked.stations[0].split(".")[1]}
    spec = {"archive": "picks", "select": select, "windows": windows, "steps": [{"reference": {"mark": "pick"}}]}
    job = await system.run(spec)
    times = {phase: ns for station, phase, ns, _ in picked.picks if station == picked.stations[0]}
    assert list(times) == ["P", "S"]
    span = times["P"] - 3 * NS, times["S"] + 8 * NS
    for member in (await system.client.read(job=job.id)).member:
        assert member.time_is_relative() and member.time_reference() == pytest.approx(times["P"] / NS, abs=1e-5)
        assert member.t0 == pytest.approx(-3, abs=member.dt)
    export = await system.client.wait((await system.client.export("sac", job=job.id, folder="picked-sac")).id)
    (dataset,) = await system.client.datasets(export.id)
    folder = await system.client.download(dataset, tmp_path)
    found = {}
    for path in folder.glob("*.SAC"):
        sac, trace = SACTrace.read(str(path)), obspy.read(str(path))[0]
        found[trace.id] = trace
        assert (sac.iztype, sac.ka, sac.kt0, sac.kt1) == ("it0", "P", "P", "S") and sac.t2 is None
        assert abs(sac.reftime - UTCDateTime(ns=times["P"])) < 1e-3 and 0 <= sac.t0 < 1e-3
        marks = {"a": times["P"], "t0": times["P"], "t1": times["S"], "o": QUAKE.time_ns}
        for name, ns in marks.items():
            assert float(sac.reftime + getattr(sac, name)) == pytest.approx(ns / NS, abs=1e-5), name
        # what obspy writes of it says the same
        trace.write(str(tmp_path / "again.sac"), format="SAC")
        again = SACTrace.read(str(tmp_path / "again.sac"))
        names = ("iztype", "reftime", "b", "o", "a", "t0", "t1", "ka", "kt0", "kt1")
        assert [getattr(again, name) for name in names] == [getattr(sac, name) for name in names]
    assert sorted(found) == sorted(picked.channels(picked.stations[0]))
    for channel, trace in found.items():
        window = await asyncio.to_thread(truth.expected_window, picked.root, picked.keys[channel], *span, True)
        (piece,) = window.pieces
        assert abs(trace.stats.starttime.ns - piece.start_ns) < 20_000  # B in single precision
        assert np.array_equal(trace.data, piece.data.astype(np.float32))


async def test_sensors_around_picks(system: System, picked: Picked, tmp_path: Path) -> None:
    """A Seismogram a sensor, that holds the generator's samples; turned by its back azimuth, and pick the mark."""
    query = {"start": "2023-08-20", "end": "2023-08-21", "above_magnitude": 4}
    windows = {"picks": {"catalog": query, "share": True, "start": "-3s", "end": "8s"}}
    spec = {"archive": "picks", "components": 3, "windows": windows}
    ran = await system.run(spec)
    stored = await system.stored(ran)
    sensors = {channel[:-1] for channel in picked.keys}
    saved = {o["channel"]: o for o in stored.outcomes if o["fate"] == "saved"}
    assert sorted(saved) == sorted(f"{sensor}?" for sensor in sensors)
    assert all(o["fate"] == "missing" for o in stored.outcomes if o["channel"] not in saved)
    counts = {}
    for name, outcome in saved.items():
        times = {phase: ns for station, phase, ns, _ in picked.picks if name.startswith(f"{station}.")}
        span = times["P"] - 3 * NS, times["S"] + 8 * NS
        assert (outcome["start_ns"], outcome["end_ns"]) == span
        (piece,) = stored.pieces_of(outcome["_id"])
        document = piece.document
        assert [p["phase"] for p in document["picks"]] == ["P", "S"] and "component_skew" not in document
        keys = [picked.keys[f"{name[:-1]}{letter}"] for letter in "ENZ"]
        rows = [await asyncio.to_thread(truth.expected_window, picked.root, key, *span, True) for key in keys]
        assert {row.pieces[0].start_ns for row in rows} == {document["t0_ns"]}
        counts[name] = np.array([row.pieces[0].data for row in rows], np.float64)
        assert piece.sha256 == truth.samples_sha256(counts[name])
    export = await system.client.export("seisbench", job=ran.id)
    await system.client.wait(export.id)
    (dataset,) = await system.client.datasets(export.id)
    traces = await asyncio.to_thread(read_seisbench, await system.client.download(dataset, tmp_path))
    assert len(traces.rows) == len(saved)
    for row, samples in traces.rows:
        name = (
            ".".join(row[f"station_{part}code"] for part in ("network_", "", "location_")) + f".{row['trace_channel']}?"
        )
        assert np.array_equal(samples, counts[name][::-1].astype(np.float32))
        start = UTCDateTime(row["trace_start_time"]).ns
        times = {phase: ns for station, phase, ns, _ in picked.picks if name.startswith(f"{station}.")}
        for phase, ns in times.items():
            wanted = (ns - start) / NS * float(row["trace_sampling_rate_hz"])
            assert float(row[f"trace_{phase}_arrival_sample"]) == pytest.approx(wanted, abs=2e-3)
        assert UTCDateTime(row["source_origin_time"]).ns == QUAKE.time_ns
        assert (float(row["source_latitude_deg"]), row["source_id"]) == (QUAKE.lat, QUAKE.evid)
    steps = [{"rotate": {"to": "RTZ"}}, {"window": {"mark": "pick", "start": -1, "end": 2}}]
    turned = await system.run({**spec, "steps": [*steps, {"reference": {"mark": "pick"}}]})
    members = (await system.client.read(job=turned.id)).member
    assert len(members) == len(saved)
    for member in members:
        whole = counts[".".join([member["net"], member["sta"], member["loc"], member["chan"][2][:2] + "?"])]
        b = np.radians(member["back_azimuth"])
        axes = np.array([[-np.sin(b), -np.cos(b), 0], [-np.cos(b), np.sin(b), 0], [0, 0, 1]])
        first = round((member.t0 + 3) / member.dt)  # the window began 3 s before the pick
        expected = axes @ whole
        near = [expected[:, n : n + member.npts] for n in (first - 1, first, first + 1)]
        assert sum(np.allclose(member.data, rows) for rows in near) == 1 and member.npts == round(3 / member.dt) + 1
        assert member.time_is_relative() and -1 - member.dt <= member.t0 <= -1 + member.dt


async def test_quakeml_brings_its_source(system: System, picked: Picked, tmp_path: Path) -> None:
    from obspy.core.event import Catalog, Event, Origin, Pick, ResourceIdentifier, WaveformStreamID

    station = picked.stations[1]
    net, sta = station.split(".")
    time = UTCDateTime(ns=HOUR + 600 * NS)
    pick = Pick(
        resource_id=ResourceIdentifier("smi:local/pick/1"), time=time, phase_hint="Pg", polarity="negative",
        waveform_id=WaveformStreamID(net, sta),
    )  # fmt: skip
    origin = Origin(time=time - 3, latitude=34.0, longitude=-117.0, depth=9000)
    event = Event(resource_id=ResourceIdentifier("smi:local/event/9"), picks=[pick], origins=[origin])
    raw = io.BytesIO()
    Catalog([event]).write(raw, format="QUAKEML")
    (tmp_path / "picks.xml").write_bytes(raw.getvalue())
    path = tmp_path / "job.yaml"
    path.write_text("archive: picks\nwindows: {picks: {file: picks.xml, start: -1s, end: 4s}}\n")
    submitted = await system.client.submit(path)
    job = await system.client.wait(submitted.id)
    assert job.state == "completed", (job.error, job.notes)
    stored = await system.stored(job)
    at = HOUR + 600 * NS
    await picked.assert_windows(stored, {(c, at - NS, at + 4 * NS): ["Pg"] for c in picked.channels(station)})
    for member in (await system.client.read(job=job.id)).member:
        assert (member["pick_id"], member["pick_polarity"]) == ("smi:local/pick/1", "D")
        assert (member["source_lat"], member["source_depth"]) == (34.0, 9.0)


async def test_phase_files_of_a_month(system: System, picked: Picked) -> None:
    """As NCEDC keeps them: Hypoinverse's cards of all events of a month, packed by compress."""
    station = picked.stations[0]
    net, sta = station.split(".")
    chan = picked.channels(station)[0].split(".")[3]
    minute = "202308202200"
    data = hypoinverse(
        (
            event_card(minute, 3.0, 34.2, -117.5, 8.0, 3.5, 7001),
            [phase_card(sta, net, chan, "--", minute, 8.0, 12.0)],
            7001,
        ),
        (
            event_card(minute, 5.0, 34.2, -117.5, 8.0, 1.5, 7002),
            [phase_card(sta, net, chan, "--", minute, 9.0, None)],
            7002,
        ),
    )
    folder = system.buckets / "months" / "by_month"
    folder.mkdir()
    (folder / "2023.08.phase.Z").write_bytes(compress(data))
    await system.sync("months")
    query: dict[str, Any] = {"start": "2023-08-20", "end": "2023-08-21", "above_magnitude": 3}
    windows = {"picks": {"catalog": query, "start": "-1s", "end": "2s"}}
    job = await system.run({"archive": "months", "windows": windows})
    at = HOUR
    expected = {}
    for second, phase in ((8, "P"), (12, "S")):
        spans = {(c, at + (second - 1) * NS, at + (second + 2) * NS): [phase] for c in picked.channels(station)}
        expected |= spans
    await picked.assert_windows(await system.stored(job), expected)
    for member in (await system.client.read(job=job.id)).member:
        assert (member["source_lat"], member["source_lon"], member["source_magnitude"]) == (34.2, -117.5, 3.5)


@pytest.mark.parametrize(
    ("picks", "sentence"),
    [
        ({"csv": "a,b\n1,2\n", "end": "1s"}, "needs station_id"),
        (
            {"csv": "station_id,phase_time,phase_type\nCI.A,2020-01-01,S\n", "phases": "P", "end": "1s"},
            "no pick of the file",
        ),
        ({"quakeml": "<no>", "end": "1s"}, "Cannot read events, the QuakeML"),
    ],
)
async def test_files_without_picks_are_refused(
    system: System, picked: Picked, picks: dict[str, str], sentence: str
) -> None:
    from seisbus.client import ClientError

    with pytest.raises(ClientError, match=sentence):
        await system.client.submit({"archive": "picks", "windows": {"picks": picks}})
