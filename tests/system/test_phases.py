"""Windows by predicted phase, and stations and events chosen by geography, over a stack; the truth is obspy's."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seisbus.testing import truth
from seisbus.testing.make import make_archive
from seisbus.testing.manifest import Manifest
from seisbus.testing.spec import ArchiveSpec
from support.days import NS, day_ns
from support.stored import PlainJob
from support.system import System
from support.windows import absolute

FIRST = date(2015, 6, 10)
SPEC = ArchiveSpec(
    seed=11, days=(FIRST, date(2015, 6, 11)), channels=24, hours=(0.0, 24.0), defects=(), event_traces=0, real=False,
    bucket="phases",
)  # fmt: skip
DAY = day_ns(FIRST)
PHASES = ["P", "Pdiff", "PKIKP"]
# one whose P comes after midnight, one at the antipode, one whose depth nobody knows
EVENTS: list[dict[str, Any]] = [
    {"id": name, "time": time, "lat": lat, "lon": lon, "mag": mag, "mag_type": kind}
    | ({"depth_km": depth} if depth is not None else {})
    for name, time, lat, lon, depth, mag, kind in (
        ("tonga", "2015-06-10T03:00:00", -20.0, -175.0, 550.0, 6.5, "mww"),
        ("midnight", "2015-06-10T23:55:00", 35.0, 140.0, 33.0, 7.0, "mww"),
        ("far", "2015-06-11T04:00:00", -34.0, 63.0, 10.0, 6.0, "mb"),
        ("flat", "2015-06-11T08:00:00", 0.0, -100.0, None, 5.0, "ml"),
    )
]


@dataclass(frozen=True, slots=True)
class Network:
    """The archive, and where its stations are as obspy reads their StationXML."""

    root: Path
    manifest: Manifest
    where: dict[str, tuple[float, float]]  # NET.STA.LOC.CHAN

    def degrees(self, event: dict[str, Any], channel: str) -> float:
        from obspy.geodetics import locations2degrees

        return float(locations2degrees(event["lat"], event["lon"], *self.where[channel]))


def places(bucket: Path) -> dict[str, tuple[float, float]]:
    from obspy import UTCDateTime, read_inventory

    found = {}
    for path in (bucket / "FDSNstationXML").rglob("*.xml"):
        for network in read_inventory(str(path)).select(time=UTCDateTime(FIRST.isoformat())):
            for station in network:
                for channel in station:
                    name = f"{network.code}.{station.code}.{channel.location_code}.{channel.code}"
                    found[name] = (channel.latitude, channel.longitude)
    return found


@pytest.fixture(scope="module")
async def network(system: System, tmp_path_factory: pytest.TempPathFactory) -> Network:
    root = tmp_path_factory.mktemp("phases")
    manifest = await asyncio.to_thread(make_archive, root, SPEC)
    bucket = system.buckets / "phases"
    bucket.rmdir()
    (root / "phases").rename(bucket)
    await system.sync("phases")
    return Network(root, manifest, await asyncio.to_thread(places, bucket))


def first_arrival(event: dict[str, Any], degrees: float, phases: list[str]) -> tuple[str, Any] | None:
    """The earliest arrival of the first of the phases that obspy finds."""
    from obspy.taup import TauPyModel

    for phase in phases:
        found = TauPyModel("ak135").get_travel_times(event["depth_km"], degrees, [phase])
        if found:
            return phase, min(found, key=lambda a: a.time)
    return None


async def test_windows_by_phase(system: System, network: Network) -> None:
    """Each channel of each event has its own span; saved windows hold the generator's samples."""
    job = await system.run(
        {
            "archive": "phases",
            "select": {"chan": "BH?,HH?,LH?"},
            "windows": {"events": {"list": EVENTS, "phase": PHASES, "model": "ak135", "start": "-30s", "end": "90s"}},
        }
    )
    stored = await system.stored(job)
    channels = set(stored.by_channel)
    assert len(stored.outcomes) == len(channels) * len(EVENTS) and len(channels) == SPEC.channels
    reasons: Counter[str] = Counter()
    for channel, outcomes in stored.by_channel.items():
        for outcome in outcomes:
            event = next(e for e in EVENTS if e["id"] == outcome["event"])
            reasons[outcome["reason"]] += 1
            if event["id"] == "flat":
                assert (outcome["fate"], outcome["reason"]) == ("dead", "no_source_depth")
                assert "event flat" in outcome["detail"]
                continue
            degrees = network.degrees(event, channel)
            found = first_arrival(event, degrees, PHASES)
            if found is None:
                assert (outcome["fate"], outcome["reason"]) == ("dead", "no_such_phase")
                assert f"{degrees:.2f} degrees" in outcome["detail"] and "P, Pdiff, PKIKP" in outcome["detail"]
                continue
            phase, arrival = found
            origin_ns = day_ns(date.fromisoformat(event["time"][:10])) + _clock_ns(event["time"])
            arrival_ns = origin_ns + arrival.time * NS
            assert abs(outcome["start_ns"] - (arrival_ns - 30 * NS)) < 0.02 * NS
            assert outcome["end_ns"] - outcome["start_ns"] == 120 * NS
            assert outcome["fate"] == "saved", outcome
            (piece,) = stored.pieces_of(outcome["_id"])
            document = piece.document
            assert document["phase_name"] == phase and document["phase_model"] == "ak135"
            assert abs(document["phase_time"] * 1e9 - outcome["start_ns"] - 30 * NS) < 1e3
            assert abs(document["ray_parameter"] - arrival.ray_param_sec_degree) < 0.02
            assert abs(document["incidence"] - arrival.incident_angle) < 0.2
            assert abs(document["takeoff"] - arrival.takeoff_angle) < 0.3
    assert reasons["no_source_depth"] == len(channels) and reasons[""] > 2 * len(channels)
    await _as_the_generator_says(network, stored)
    # what is read has them, so that times can be made relative to the arrival
    ensemble = await system.client.read(job=job.id)
    for member in ensemble.member:
        assert member["phase_time"] == pytest.approx(member.t0 + 30, abs=member.dt)
    # what is dead is dead again when it is tried again
    await system.client.retry(job.id, fates=["dead"])
    again = await system.client.wait(job.id)
    assert again.ledger == job.ledger and again.ledger.balanced


def _clock_ns(text: str) -> int:
    hours, minutes, seconds = (int(part) for part in text[11:].split(":"))
    return ((hours * 60 + minutes) * 60 + seconds) * NS


async def _as_the_generator_says(network: Network, stored: PlainJob) -> None:
    """The samples of saved windows that lie in one day file."""
    checked = 0
    for file in network.manifest.files:
        channel = channel_of(file.key)
        for outcome in stored.by_channel[channel]:
            start, end = outcome["start_ns"], outcome["end_ns"]
            if outcome["fate"] != "saved" or not day_ns(file.day) <= start < end < day_ns(file.day) + 86400 * NS:
                continue
            expected = await asyncio.to_thread(truth.expected_window, network.root, file.key, start, end, True)
            (piece,) = stored.pieces_of(outcome["_id"])
            assert [(p.start_ns, p.sha256) for p in expected.pieces] == [(piece.document["t0_ns"], piece.sha256)]
            checked += 1
    assert checked >= SPEC.channels


async def test_sensors_by_phase(system: System, network: Network) -> None:
    """An entry a sensor and event, whose span is that of the arrival; three rows of the generator's samples."""
    windows = {"events": {"list": EVENTS, "phase": PHASES, "model": "ak135", "start": "-30s", "end": "90s"}}
    job = await system.run({"archive": "phases", "components": 3, "select": {"chan": "BH?,HH?"}, "windows": windows})
    stored = await system.stored(job)
    keys = {(channel_of(file.key), file.day): file.key for file in network.manifest.files}
    sensors = {name[:-1] for name, _ in keys if name.split(".")[3][0] in "BH"}
    assert set(stored.by_channel) == {f"{sensor}?" for sensor in sensors}
    checked = 0
    for name, outcomes in stored.by_channel.items():
        assert len(outcomes) == len(EVENTS)
        for outcome in outcomes:
            event = next(e for e in EVENTS if e["id"] == outcome["event"])
            if event["id"] == "flat":
                assert (outcome["fate"], outcome["reason"]) == ("dead", "no_source_depth")
                continue
            found = first_arrival(event, network.degrees(event, f"{name[:-1]}Z"), PHASES)
            if found is None:
                assert (outcome["fate"], outcome["reason"]) == ("dead", "no_such_phase")
                continue
            origin_ns = day_ns(date.fromisoformat(event["time"][:10])) + _clock_ns(event["time"])
            start, end = outcome["start_ns"], outcome["end_ns"]
            assert abs(start - (origin_ns + (found[1].time - 30) * NS)) < 0.02 * NS and end - start == 120 * NS
            (piece,) = stored.pieces_of(outcome["_id"])
            assert piece.document["phase_name"] == found[0]
            assert piece.document["chan"] == [name[-3:-1] + letter for letter in "ENZ"]
            day = date.fromordinal(date(1970, 1, 1).toordinal() + start // (86400 * NS))
            if end // (86400 * NS) == start // (86400 * NS):
                mine = [keys[f"{name[:-1]}{letter}", day] for letter in "ENZ"]
                rows = [await asyncio.to_thread(truth.expected_window, network.root, k, start, end, True) for k in mine]
                assert {row.pieces[0].start_ns for row in rows} == {piece.document["t0_ns"]}
                assert piece.sha256 == truth.samples_sha256(np.array([row.pieces[0].data for row in rows]))
                checked += 1
    assert checked >= 2 * len(sensors)
    assert {o["reason"] for o in stored.outcomes} >= {"", "no_source_depth"}


def channel_of(key: str) -> str:
    name = key.rpartition("/")[2]
    return ".".join(name[a:b].strip("_") for a, b in ((0, 2), (2, 7), (10, 12), (7, 10)))


async def test_sensors_turned_by_the_ray_of_the_phase(system: System, network: Network) -> None:
    """Steps see the arrival: LQT by its incidence, a window of 20 s about it; a Seismogram a sensor and event."""
    job = await system.run(
        {
            "archive": "phases",
            "components": 3,
            "select": {"chan": "BH?"},
            "windows": {
                "events": {"list": EVENTS[:2], "phase": PHASES, "model": "ak135", "start": "-30s", "end": "90s"}
            },
            "steps": [
                {"demean": {}},
                {"rotate": {"to": "LQT"}},
                {"window": {"mark": "phase", "start": -10, "end": 10}},
            ],
        }
    )
    sensors = {channel[:-1] for channel in network.where if channel.split(".")[3].startswith("BH")}
    assert job.ledger.planned == len(sensors) * 2
    ensemble = await system.client.read(job=job.id)
    assert len(ensemble.member) == job.ledger.saved > 0
    for member in ensemble.member:
        event = next(e for e in EVENTS if e["id"] == member["event"])
        channel = f"{member['net']}.{member['sta']}.{member['loc']}.BHZ"
        found = first_arrival(event, network.degrees(event, channel), PHASES)
        assert found is not None and member["phase_name"] == found[0]
        assert abs(member["incidence"] - found[1].incident_angle) < 0.2
        assert member.t0 == pytest.approx(member["phase_time"] - 10, abs=2 * member.dt)
        assert member.endtime() == pytest.approx(member["phase_time"] + 10, abs=2 * member.dt)


async def test_phases_that_nobody_knows_are_refused(system: System, network: Network) -> None:
    from seisbus.client import ClientError

    windows: dict[str, Any] = {"events": {"list": EVENTS, "phase": ["P", "Pfoo"], "start": 0, "end": "1min"}}
    with pytest.raises(ClientError, match=r"windows\.events\.phase: 'Pfoo' is not a phase"):
        await system.client.submit({"archive": "phases", "windows": windows})


@pytest.mark.parametrize("components", [1, 3])
async def test_phases_of_event_files_are_refused(system: System, network: Network, components: int) -> None:
    """In one sentence that says what to do; event files have their own spans."""
    from seisbus.errors import JobFileError

    catalog = {"start": "2015-06-10", "end": "2015-06-12"}
    spec = {"archive": "phases", "inputs": "event_files", "components": components}
    for more in ({"end": "1min"}, {}):
        windows = {"events": {"catalog": catalog, "phase": "P", **more}}
        with pytest.raises(JobFileError, match="windows by phase are cut out of day files; leave inputs: event_files"):
            await system.client.submit({**spec, "windows": windows})


async def test_the_dry_run_counts_pairs(system: System, network: Network) -> None:
    windows = {"events": {"list": EVENTS[:3], "phase": PHASES, "start": "-30s", "end": "90s"}}
    job = {"archive": "phases", "select": {"distance": {"max": "90deg"}}, "windows": windows}
    done = await system.run(job)
    estimate = await system.client.estimate(job)
    stored = await system.stored(done)
    near = sum(network.degrees(event, channel) <= 90 for event in EVENTS[:3] for channel in stored.by_channel)
    assert done.ledger.planned == near
    # what is scaled from the days that are home to a window, two of three
    assert 0 < estimate.windows <= 2 * near


async def test_stations_by_area_spacing_and_events_by_size(system: System, network: Network) -> None:
    """One station in so many km, those with most data first; events by magnitude type."""
    from obspy.geodetics import gps2dist_azimuth

    box = {"south": 33.0, "north": 36.0, "west": -119.5, "east": -115.0}
    select = {"chan": "?HZ", "within": {"box": box}, "spacing": "60km"}
    where = {"mag_type": "mww", "mag": {"min": 6.6}}
    windows = {"events": {"list": EVENTS, "where": where, "start": 0, "end": "1min"}}
    done = await system.run({"archive": "phases", "select": select, "windows": windows})
    stored = await system.stored(done)
    assert {o["event"] for o in stored.outcomes} == {"midnight"}
    sizes: Counter[str] = Counter()
    for file in network.manifest.files:
        channel = channel_of(file.key)
        lat, lon = network.where[channel]
        inside = box["south"] <= lat <= box["north"] and box["west"] <= lon <= box["east"]
        if file.day == FIRST and channel.endswith("HZ") and inside:
            sizes[".".join(channel.split(".")[:2])] += (system.buckets / "phases" / file.key).stat().st_size
    spot = {".".join(c.split(".")[:2]): place for c, place in network.where.items()}
    kept: list[str] = []
    for station in sorted(sizes, key=lambda s: (-sizes[s], tuple(s.split(".")))):
        if all(gps2dist_azimuth(*spot[station], *spot[other])[0] >= 60_000 for other in kept):
            kept.append(station)
    assert {".".join(c.split(".")[:2]) for c in stored.by_channel} == set(kept)
    assert 1 < len(kept) < len(sizes)


async def test_preferred_channels(system: System, network: Network) -> None:
    """Of each station the first band of the list that it has; absolute windows are chosen in the same way."""
    select = {"chan": "??Z", "prefer": ["HH", "BH", "LH"]}
    windows = absolute((DAY + 3600 * NS, DAY + 3660 * NS))
    stored = await system.stored(await system.run({"archive": "phases", "select": select, "windows": windows}))
    there: dict[str, set[str]] = {}
    for channel in network.where:
        if channel.endswith("Z") and not channel.endswith("UHZ"):
            there.setdefault(".".join(channel.split(".")[:2]), set()).add(channel)
    names = {file.key.rpartition("/")[2][:10].replace("_", "") for file in network.manifest.files}
    expected = set()
    for channels in there.values():
        held = [c for c in channels if "".join(c.split(".")[:2]) + c.split(".")[3] in names]
        if held:
            best = min(("HH", "BH", "LH").index(c.split(".")[3][:2]) for c in held)
            expected |= {c for c in held if c.split(".")[3][:2] == ("HH", "BH", "LH")[best]}
    assert set(stored.by_channel) == expected
