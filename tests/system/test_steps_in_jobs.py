"""Jobs whose steps turn, measure, edit and cut around marks: against obspy's rotations, geodetics, TauP, and numpy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import obspy
import pytest
from obspy.geodetics import gps2dist_azimuth, locations2degrees
from obspy.io.sac import SACTrace
from obspy.signal.rotate import rotate_ne_rt, rotate_zne_lqt
from obspy.taup import TauPyModel

from libseis import Seismogram
from seisbus.client import ClientError, Job
from seisbus.testing import ArchiveSpec, Axis, Mount, RateShare, make_archive
from support.system import System

NS = 1_000_000_000
EVENT = {"id": "steps", "time": "2011-03-11T05:46:23.2Z", "lat": 38.297, "lon": 142.373, "depth_km": 29.0, "mag": 9.1}
ORIGIN_NS = obspy.UTCDateTime(str(EVENT["time"])).ns
BEFORE, AFTER = 60, 120
UP = Axis("Z", 0.0, -90.0)
MOUNTS = (
    Mount(),
    Mount((Axis("1", 37.5, 0.0), Axis("2", 127.5, 0.0), UP)),
    Mount((Axis("U", 90.0, -35.2644), Axis("V", 330.0, -35.2644), Axis("W", 210.0, -35.2644))),
    Mount((Axis("1", 20.0, 10.0), Axis("2", 112.0, -5.0), Axis("Z", 200.0, -80.0))),
)
SPEC = ArchiveSpec(
    channels=12, mix=(RateShare(40, "B", 1.0),), hours=(5.0, 7.0), real=False, bucket="axes", mounts=MOUNTS
)
Q = Sequence[object]


@dataclass(frozen=True)
class Truth:
    """A station as its StationXML and its day files have it, all computed outside Seisbus."""

    enz: np.ndarray
    first_ns: int
    degrees: float
    back_azimuth: float
    phase_ns: int
    incidence: float


@dataclass(frozen=True)
class Archive:
    """The archive's bucket and what obspy makes of its StationXML."""

    bucket: Path
    inventory: obspy.Inventory

    def truth(self, member: Seismogram) -> Truth:
        """For the samples of a whole window: three channels by obspy, turned by the StationXML's angles."""
        places = [(n, s) for n in self.inventory for s in n if (n.code, s.code) == (member["net"], member["sta"])]
        ((network, station),) = places
        rows, axes = [], []
        open_then = [c for c in station if c.code[:2] == "BH" and c.is_active(obspy.UTCDateTime(ns=ORIGIN_NS))]
        for channel in sorted(open_then, key=lambda c: str(c.code)):
            (file,) = (self.bucket / "continuous_waveforms").rglob(f"{network.code}{station.code:_<5}{channel.code}*")
            trace = obspy.read(str(file), format="MSEED")[0]
            rows.append(trace)
            azimuth, dip = np.radians(channel.azimuth), np.radians(channel.dip)
            axes.append([np.cos(dip) * np.sin(azimuth), np.cos(dip) * np.cos(azimuth), -np.sin(dip)])
        place = (EVENT["lat"], EVENT["lon"], station[0].latitude, station[0].longitude)
        degrees = locations2degrees(*place)
        arrival = TauPyModel("iasp91").get_travel_times(EVENT["depth_km"], degrees, ["P"])[0]
        first = min(round((member_start(member) - t.stats.starttime.ns) / (NS // 40)) for t in rows)
        data = np.array(
            [t.data[(k := round((member_start(member) - t.stats.starttime.ns) / (NS // 40))) : k + member.npts]
             for t in rows], float,
        )  # fmt: skip
        assert first >= 0 and data.shape[1] == member.npts
        return Truth(
            np.linalg.solve(np.array(axes), data), member_start(member), degrees, gps2dist_azimuth(*place)[2],
            ORIGIN_NS + round(arrival.time * NS), arrival.incident_angle,
        )  # fmt: skip


def member_start(member: Seismogram) -> int:
    """UTC of the first sample, in ns."""
    copy = type(member)(member)
    if copy.time_is_relative():
        copy.rtoa()
    return copy.t0_ns


@pytest.fixture(scope="module")
async def archive(system: System, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Archive]:
    root = tmp_path_factory.mktemp("axes")
    await asyncio.to_thread(make_archive, root, SPEC)
    folder = system.buckets / "axes"
    folder.rmdir()
    (root / "axes").rename(folder)
    await system.sync("axes")
    inventory = obspy.Inventory()
    for file in (folder / "FDSNstationXML").rglob("*.xml"):
        inventory += obspy.read_inventory(file)
    yield Archive(folder, inventory)


def job(steps: Q, **more: Any) -> dict[str, Any]:
    events = {"list": [EVENT], "phase": "P", "start": f"-{BEFORE}s", "end": f"{AFTER}s"}
    return {
        "archive": "axes", "components": 3, "select": {"chan": "BH?"}, "windows": {"events": events},
        "steps": list(steps), **more,
    }  # fmt: skip


async def members(system: System, steps: Q, **more: Any) -> tuple[Job, list[Any]]:
    done = await system.run(job(steps, **more))
    return done, list((await system.client.read(job=done.id)).member)


def agrees(member: Any, archive: Archive) -> None:
    """What the Metadata of a datum say of it is what the datum is."""
    assert (member["npts"], member["delta"], member["starttime"]) == (member.npts, member.dt, member.t0)
    assert (member["sampling_rate"], member["endtime"]) == (
        pytest.approx(1 / member.dt, rel=1e-12),
        pytest.approx(member.endtime(), abs=1e-6),
    )
    assert member["time_standard"] == ("Relative" if member.time_is_relative() else "UTC")
    if isinstance(member, Seismogram):
        assert member["tmatrix"] == member.tmatrix.ravel().tolist()
        assert (member["cardinal"], member["orthogonal"]) == (member.cardinal(), member.orthogonal())
        sensor = [
            c for c in archive.inventory.select(member["net"], member["sta"], channel="BH?")[0][0] if not c.end_date
        ]
        assert sorted(member["channels"]) == sorted(channel.code for channel in sensor)
        turned = Seismogram(member)
        turned.tmatrix = member["axes"]
        for row, code in zip(turned.tmatrix, member["channels"], strict=True):
            (channel,) = [c for c in sensor if c.code == code]
            azimuth, dip = np.radians(channel.azimuth), np.radians(channel.dip)
            wanted = [np.cos(dip) * np.sin(azimuth), np.cos(dip) * np.cos(azimuth), -np.sin(dip)]
            np.testing.assert_allclose(row, wanted, atol=1e-9)
    else:
        assert isinstance(member["chan"], str)
        assert not {"tmatrix", "axes", "cardinal", "orthogonal", "components"} & set(member.keys())


async def test_series_of_components_say_where_they_point(system: System, archive: Archive) -> None:
    """The radial component, integrated and resampled: its code, angles, units, rate and times are its own."""
    steps: list[object] = [
        {"remove_response": {"output": "VEL", "pre_filt": [0.1, 0.2, 8, 10]}}, {"rotate": {"to": "RTZ"}},
        {"component": {"component": "R"}}, "integrate", {"resample": {"sampling_rate": 20}},
    ]  # fmt: skip
    _, found = await members(system, steps)
    assert len(found) == len(MOUNTS)
    for member in found:
        assert (member["chan"], member["units"], member["sampling_rate"]) == ("BHR", "m", 20.0)
        agrees(member, archive)
        away = (member["back_azimuth"] + 180) % 360
        assert (member["channel_hang"], member["channel_vang"]) == (pytest.approx(away, abs=1e-6), pytest.approx(90.0))


async def test_radial_and_transverse_relative_to_p_with_snr(system: System, archive: Archive, tmp_path: Path) -> None:
    steps = [
        {"rotate": {"to": "RTZ"}},
        {"snr": {"signal": [0, 20], "noise": [-50, -5], "mark": "phase"}},
        {"reference": {"mark": "phase"}},
    ]
    done, found = await members(system, steps, output={"data_tag": "rtz"})
    assert len(found) == len(MOUNTS) and done.ledger.saved == len(MOUNTS)
    for member in found:
        truth = archive.truth(member)
        east, north, up = truth.enz
        radial, transverse = rotate_ne_rt(north, east, truth.back_azimuth)
        wanted = np.array([radial, transverse, up])
        scale = np.abs(wanted).max()
        np.testing.assert_allclose(member.data, wanted, atol=1e-6 * scale)
        assert member["chan"] == ["BHR", "BHT", "BHZ"]
        agrees(member, archive)
        assert member["back_azimuth"] == pytest.approx(truth.back_azimuth, abs=1e-6)
        assert member.time_is_relative() and member["time_reference"] == "phase"
        assert abs(member.time_reference() - truth.phase_ns / NS) < 0.02
        assert abs(member.t0 + BEFORE) <= 1 / 40  # channels of a sensor start apart
        lengths = np.linalg.norm(wanted, axis=0)
        times = (truth.first_ns - round(member.time_reference() * NS)) / NS + np.arange(member.npts) / 40
        first, noise = np.argmin(np.abs(times)), np.argmin(np.abs(times + 50))
        snr = np.sqrt(np.mean(lengths[first : first + 801] ** 2) / np.mean(lengths[noise : noise + 1801] ** 2))
        assert member["snr"] == pytest.approx(snr, rel=1e-6)
    stored = await system.stored(done)
    assert all(piece.document["orthogonal"] for piece in stored.pieces)
    assert {piece.document["reference_time"] for piece in stored.pieces} == {m.time_reference() for m in found}

    export = await system.client.export("sac", job=done.id, folder="rtz-sac")
    await system.client.wait(export.id)
    (dataset,) = await system.client.datasets(export.id)
    folder = await system.client.download(dataset, tmp_path)
    files = sorted(folder.rglob("*.SAC"))
    assert len(files) == 3 * len(MOUNTS)
    by_station = {member["sta"]: member for member in found}
    for file in files:
        sac, trace = SACTrace.read(str(file)), obspy.read(str(file))[0]
        member = by_station[trace.stats.station]
        assert (sac.iztype, sac.ka) == ("ia", "P") and 0 <= sac.a < 1e-3
        assert abs(float(sac.reftime) - member.time_reference()) < 1e-3
        assert abs(float(sac.reftime + sac.o) - ORIGIN_NS / NS) < 1e-3
        assert abs(trace.stats.starttime.ns - member_start(member)) < NS // 40 * 0.02
        row = ["BHR", "BHT", "BHZ"].index(trace.stats.channel)
        np.testing.assert_allclose(trace.data, np.asarray(member.data)[row].astype(np.float32), rtol=1e-6)


async def test_along_the_ray(system: System, archive: Archive) -> None:
    _, found = await members(system, [{"rotate": {"to": "LQT"}}])
    for member in found:
        truth = archive.truth(member)
        assert member["incidence"] == pytest.approx(truth.incidence, abs=0.05)
        east, north, up = truth.enz
        wanted = np.array(rotate_zne_lqt(up, north, east, truth.back_azimuth, member["incidence"]))
        np.testing.assert_allclose(member.data, wanted, atol=1e-6 * np.abs(wanted).max())
        assert member["chan"] == ["BHL", "BHQ", "BHT"] and member.time_is_UTC()
        agrees(member, archive)


async def test_a_norm_is_a_series_and_a_window_around_a_mark_is_cut(system: System, archive: Archive) -> None:
    steps: list[object] = ["norm", {"window": {"start": -5, "end": 30, "mark": "phase"}}]
    done, found = await members(system, steps)
    _, whole = await members(system, [])
    by_station = {member["sta"]: member for member in whole}
    assert len(found) == len(MOUNTS)
    for member in found:
        assert (member["chan"], member.npts) == ("BHM", 35 * 40 + 1)
        full = by_station[member["sta"]]
        first = round((member.t0_ns - full.t0_ns) / (NS // 40))
        lengths = np.linalg.norm(archive.truth(full).enz, axis=0)
        np.testing.assert_allclose(member.data, lengths[first : first + member.npts], rtol=1e-6)
        assert abs(member.t0 - (full["phase_time"] - 5)) <= 0.5 / 40 + 1e-6
        agrees(member, archive)
    stored = await system.stored(done)
    assert all("without samples" not in stored.log_of(outcome["_id"]) for outcome in stored.outcomes)


async def test_what_is_edited_away_is_dead_with_the_test_as_reason(system: System, archive: Archive) -> None:
    _, whole = await members(system, [])
    degrees = sorted(member["distance_deg"] for member in whole)
    limit = round((degrees[1] + degrees[2]) / 2, 6)
    steps = [{"keep": {"if": [f"distance_deg < {limit}", "source_depth <= 700"]}}, {"keep": {"if": "never_measured"}}]
    done = await system.run(job(steps[:1]))
    assert (done.ledger.saved, done.ledger.dead) == (2, 2)
    found = {(r.reason, r.windows) for r in await system.client.reasons(done.id)}
    assert found == {(f"fails distance_deg < {limit}", 2)}
    none = await system.run(job(steps))
    reasons = {r.reason: r.windows for r in await system.client.reasons(none.id)}
    assert reasons == {f"fails distance_deg < {limit}": 2, "fails never_measured": 2}
    again = await system.client.retry(none.id, reason="fails never_measured", fates=["dead"])  # type: ignore[list-item]
    assert (await system.client.wait(again.id)).ledger.dead == 4


@pytest.mark.parametrize(
    ("steps", "more", "sentence"),
    [
        ([{"rotate": {"to": "RTZ"}}], {"components": 1}, "rotate needs the three components of a sensor"),
        (["norm", {"rotate": {"to": "ENZ"}}], {}, "rotate needs three components, and norm leaves one"),
        ([{"reference": {"mark": "pick"}}], {}, "reference needs pick_time, which windows around picks alone have"),
        ([{"keep": {"if": "snr >> 2"}}], {}, "is not a test; expected KEY < VALUE"),
        ([{"transform": {"matrix": [[1, 0, 0], [0, 1, 0], [1, 1, 0]]}}], {}, "matrix is singular"),
        ([{"rotate": {"to": "ZNE"}}], {}, "to must be one of ENZ, RTZ, LQT, found 'ZNE'"),
    ],
)  # fmt: skip
async def test_what_can_never_work_is_refused_in_a_sentence(
    system: System, archive: Archive, steps: Q, more: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ClientError, match=sentence):
        await system.client.submit({**job(steps), **more})
