"""What is expected and not there, and events from everywhere: stations, stale listings, NA, QuakeML, CSV, inline."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from seisbus.testing import truth
from seisbus.testing.make import make_archive
from seisbus.testing.manifest import DayFile, Manifest
from seisbus.testing.spec import OJAI, TOHOKU, ArchiveSpec, Defect
from support.days import DAY_NS, NS, day_ns
from support.stored import PlainJob
from support.system import System
from support.windows import absolute, tile

SPEC = ArchiveSpec(
    seed=7,
    days=(date(2011, 3, 11), date(2011, 3, 12)),
    channels=9,
    hours=(5.0, 7.5),
    defects=(Defect.MISSING,),
    event_traces=3,
    real=False,
    bucket="partial",
)
DAY = day_ns(date(2011, 3, 11))
W0, W1 = TOHOKU.time_ns + 100 * NS, TOHOKU.time_ns + 700 * NS


@dataclass(frozen=True, slots=True)
class Partial:
    """The archive and its truth."""

    root: Path
    manifest: Manifest
    bucket: Path

    def files(self, day: int = 0) -> list[DayFile]:
        """The files of one of its days."""
        return [file for file in self.manifest.files if day_ns(file.day) == DAY + day * DAY_NS]

    def assert_windows(self, stored: PlainJob, start_ns: int, end_ns: int) -> None:
        """Every file's window of one span came out as the generator says."""
        for file in self.files():
            expected = truth.expected_window(self.root, file.key, start_ns, end_ns, True)
            outcomes = [o for o in stored.by_channel[channel_of(file.key)] if o["start_ns"] == start_ns]
            assert [(o["fate"], o["reason"], o["end_ns"]) for o in outcomes] == [
                (expected.fate.value, expected.reason, end_ns)
            ]
            pieces = [(p.document["t0_ns"], p.sha256) for p in stored.pieces_of(outcomes[0]["_id"])]
            assert pieces == [(piece.start_ns, piece.sha256) for piece in expected.pieces]


def channel_of(key: str) -> str:
    """NET.STA.LOC.CHAN of a key in SCEDC form, by its fixed columns."""
    name = key.rpartition("/")[2]
    return ".".join(name[a:b].strip("_") for a, b in ((0, 2), (2, 7), (10, 12), (7, 10)))


def open_epochs(bucket: Path, time_ns: int) -> set[str]:
    """The channels that obspy finds open at a moment in all StationXML of a bucket."""
    from obspy import UTCDateTime, read_inventory

    found: set[str] = set()
    for path in (bucket / "FDSNstationXML").rglob("*.xml"):
        inventory = read_inventory(str(path)).select(time=UTCDateTime(ns=time_ns))
        found.update(
            f"{network.code}.{station.code}.{channel.location_code}.{channel.code}"
            for network in inventory
            for station in network
            for channel in station
        )
    return found


@pytest.fixture(scope="module")
async def partial(system: System, tmp_path_factory: pytest.TempPathFactory) -> Partial:
    root = tmp_path_factory.mktemp("partial")
    manifest = await asyncio.to_thread(make_archive, root, SPEC)
    bucket = system.buckets / "partial"
    bucket.rmdir()
    (root / "partial").rename(bucket)
    await system.sync("partial")
    return Partial(root, manifest, bucket)


async def test_stations_expect_what_nobody_stored(system: System, partial: Partial) -> None:
    """Every open epoch of the StationXML on every day: what nobody stored is missing; epochs of 2004 are not asked."""
    job = await system.run(
        {"archive": "partial", "expect": "stations", "windows": {"absolute": [
            {"start": (DAY + day * DAY_NS) / 1e9 + 6 * 3600, "end": (DAY + day * DAY_NS) / 1e9 + 6 * 3600 + 60}
            for day in range(3)
        ]}}
    )  # fmt: skip
    stored = await system.stored(job)
    lost = channel_of(partial.manifest.defects()[Defect.MISSING].key)
    channels = {channel_of(file.key) for file in partial.files()}
    expected = await asyncio.to_thread(open_epochs, partial.bucket, DAY)
    assert set(stored.by_channel) == expected
    assert channels < expected
    for channel, outcomes in stored.by_channel.items():
        fates = [(outcome["fate"], outcome["reason"]) for outcome in outcomes]
        there = [channel in channels and channel != lost, channel in channels, False]
        assert fates == [("saved", "") if known else ("missing", "not_listed") for known in there], channel
    # the same by channel and day, as `seisbus show` prints it
    rows = await system.client.availability(job.id)
    assert Counter((row.ledger.saved, row.ledger.missing) for row in rows) == Counter(
        (int(o["fate"] == "saved"), int(o["fate"] == "missing")) for o in stored.outcomes
    )
    assert {row.reasons for row in rows if row.ledger.missing} == {("not_listed",)}


async def test_tiles_of_a_day_without_files_are_missing_only_if_expected(system: System, partial: Partial) -> None:
    """Three days of tiles: the third is in no index, so by index nothing of it is planned, by stations all of it."""
    select = {"chan": "LH?"}
    windows = tile(date(2011, 3, 11), 3, "6h")
    slow = [file for file in partial.files() if "LH" in file.key]
    by_index = await system.run({"archive": "partial", "select": select, "windows": windows})
    assert by_index.ledger.planned == len(slow) * 2 * 4
    # data from 05:00 to 07:30: two tiles of a day have some, none has all
    reasons = Counter(outcome.reason for outcome in [o async for o in system.client.outcomes(by_index.id)])
    assert reasons == Counter(
        {"starts_late": 2 * len(slow), "ends_early": 2 * len(slow), "no_data_in_window": 4 * len(slow)}
    )
    expected = await system.run({"archive": "partial", "expect": "stations", "select": select, "windows": windows})
    assert expected.ledger.planned == len(slow) * 3 * 4
    assert expected.ledger.missing == len(slow) * 4
    assert expected.ledger.dead == by_index.ledger.dead


async def test_a_row_without_an_object_is_missing_beside_another_day_that_is_there(
    system: System, partial: Partial
) -> None:
    """One task, two windows: the day that is not there is missing, the window over midnight dead for want of data."""
    lost = partial.manifest.defects()[Defect.MISSING]
    net, sta, loc, chan = channel_of(lost.key).split(".")
    over = (DAY + DAY_NS - 600 * NS, DAY + DAY_NS + 600 * NS)
    job = await system.run(
        {
            "archive": "partial",
            "select": {"net": net, "sta": sta, "loc": loc or "--", "chan": chan},
            "windows": absolute((W0 // NS * NS, W1 // NS * NS), over),
        }
    )
    stored = await system.stored(job)
    assert len({outcome["task"] for outcome in stored.outcomes}) == 1
    (first, second) = stored.by_channel[channel_of(lost.key)]
    assert (first["fate"], first["reason"]) == ("missing", "not_listed")
    assert lost.key in first["detail"]
    assert (second["fate"], second["reason"]) == ("dead", "no_data_in_window")
    assert f"{lost.key}: not there (not_listed)" in stored.log_of(second["_id"])


async def test_an_object_that_went_away_since_the_listing(system: System, partial: Partial) -> None:
    """The day was listed by an earlier job; the 404 of the read names the object, and a retry finds it again."""
    file = next(f for f in partial.files(1) if f.stored and "LHZ" in f.key)
    net, sta, _, chan = channel_of(file.key).split(".")
    job = {
        "archive": "partial",
        "select": {"net": net, "sta": sta, "chan": chan},
        "windows": absolute((DAY + DAY_NS + 6 * 3600 * NS, DAY + DAY_NS + 6 * 3600 * NS + 600 * NS)),
    }
    before = await system.run(job)
    assert before.ledger.saved == before.ledger.planned == 1
    path = partial.bucket / file.key
    hidden = partial.root / "hidden"
    await asyncio.to_thread(path.rename, hidden)
    done = await system.run(job)
    stored = await system.stored(done)
    (outcome,) = stored.outcomes
    assert (outcome["fate"], outcome["reason"]) == ("missing", "no_such_key")
    assert file.key in outcome["detail"]
    await asyncio.to_thread(hidden.rename, path)
    await system.client.retry(done.id, ["missing"], "no_such_key")
    again = await system.client.wait(done.id)
    assert (again.ledger.saved, again.ledger.missing) == (1, 0)
    assert [p.sha256 for p in (await system.stored(again)).pieces] == [
        p.sha256 for p in (await system.stored(before)).pieces
    ]


QUAKEML = f"""<?xml version="1.0" encoding="UTF-8"?>
<q:quakeml xmlns="http://quakeml.org/xmlns/bed/1.2" xmlns:q="http://quakeml.org/xmlns/quakeml/1.2">
<eventParameters publicID="smi:local/catalog"><event publicID="smi:local/tohoku"><origin publicID="smi:local/origin">
<time><value>2011-03-11T05:46:23.200000Z</value></time><latitude><value>{TOHOKU.lat}</value></latitude>
<longitude><value>{TOHOKU.lon}</value></longitude><depth><value>{TOHOKU.depth_km * 1000}</value></depth></origin>
<magnitude publicID="smi:local/magnitude"><mag><value>9.1</value></mag></magnitude></event></eventParameters>
</q:quakeml>
"""
SOURCES: dict[str, tuple[dict[str, object], str]] = {
    "catalog": ({"catalog": {"start": "2011-01-01", "end": "2012-01-01", "above_magnitude": 9}}, TOHOKU.evid),
    "quakeml": ({"quakeml": QUAKEML}, "smi:local/tohoku"),
    "csv": (
        {"csv": "id,time,latitude,longitude,depth,mag\nev1,2011-03-11T05:46:23.2Z,38.297,142.373,29.0,9.1\n"},
        "ev1",
    ),
    "list": ({"list": [{"time": "2011-03-11T05:46:23.2", "lat": 38.297, "lon": 142.373, "id": "mine"}]}, "mine"),
}


@pytest.mark.parametrize("source", SOURCES)
async def test_events_from_everywhere_make_the_same_windows(system: System, partial: Partial, source: str) -> None:
    events, name = SOURCES[source]
    job = await system.run({"archive": "partial", "windows": {"events": {**events, "start": "100s", "end": "700s"}}})
    assert job.ledger.planned == len(partial.files())
    stored = await system.stored(job)
    partial.assert_windows(stored, W0, W1)
    assert {outcome["event"] for outcome in stored.outcomes} == {name}
    assert {piece.document["event"] for piece in stored.pieces} == {name}


async def test_a_second_of_sixty_is_carried_over(system: System, partial: Partial) -> None:
    """In the catalog of 1999, over a minute and over the new year, and in events that a user gives."""
    table = await system.client.events("partial", "1999-01-01", "2000-01-02")
    times = dict(zip(table["id"].to_pylist(), table["time"].cast("int64").to_pylist(), strict=True))
    assert times["9108653"] == 940068000 * NS  # 1999-10-16T10:00:00Z
    assert times["9108654"] == 946684800 * NS  # 2000-01-01T00:00:00Z
    start = DAY + (5 * 3600 + 46 * 60 + 120) * NS
    sixty: tuple[dict[str, object], ...] = (
        {"csv": "id,time,lat,lon\nsixty,2011/03/11 05:45:60.00,38.297,142.373\n"},
        {"list": [{"time": "2011-03-11T05:45:60.00", "lat": 38.297, "lon": 142.373}]},
    )
    for source in sixty:
        windows = {"events": {**source, "start": "120s", "end": "130s"}}
        job = await system.run({"archive": "partial", "windows": windows})
        partial.assert_windows(await system.stored(job), start, start + 10 * NS)


async def test_event_files_that_the_catalog_does_not_have(system: System, partial: Partial) -> None:
    """Of three events above 4.5 in 2023 two have files; NA is missing, and so is a file that went away."""
    events = {"catalog": {"start": "2023-01-01", "end": "2024-01-01", "above_magnitude": 4.5}}
    job = {"archive": "partial", "inputs": "event_files", "windows": {"events": events}}
    counts = {event.evid: event.traces for event in partial.manifest.events}
    done = await system.run(job)
    stored = await system.stored(done)
    assert (done.ledger.saved, done.ledger.missing) == (sum(counts.values()), 1)
    (missing,) = (outcome for outcome in stored.outcomes if outcome["fate"] == "missing")
    assert (missing["event"], missing["reason"]) == ("90231002", "not_available")
    assert "(NA)" in missing["detail"]
    for event in partial.manifest.events:
        expected = {t.channel.name: t for t in truth.event_traces(partial.root, event.key)}
        mine = [piece for piece in stored.pieces if piece.document["event"] == event.evid]
        assert len(mine) == event.traces
        for piece in mine:
            trace = expected[".".join(piece.document[code] for code in ("net", "sta", "loc", "chan"))]
            assert piece.document["t0_ns"] == trace.start_ns
            assert piece.sha256 == truth.samples_sha256(trace.data)

    (ojai,) = (event for event in partial.manifest.events if event.evid == OJAI.evid)
    await asyncio.to_thread((partial.bucket / ojai.key).unlink)
    done = await system.run(job)
    reasons = Counter(outcome.reason for outcome in [o async for o in system.client.outcomes(done.id)])
    assert reasons == Counter({"": sum(counts.values()) - ojai.traces, "not_available": 1, "no_such_key": 1})


async def test_event_files_cut_to_a_window(system: System, partial: Partial) -> None:
    """The windows of an event file from 10 s to 40 s after the origin, as its traces hold them."""
    (event,) = (event for event in partial.manifest.events if event.evid != OJAI.evid)
    events = {"catalog": {"start": "2023-01-01", "end": "2024-01-01", "ids": [event.evid]}}
    job = await system.run(
        {
            "archive": "partial",
            "inputs": "event_files",
            "windows": {"events": {**events, "start": "10s", "end": "40s"}},
        }
    )
    assert job.ledger.saved == job.ledger.planned == event.traces
    stored = await system.stored(job)
    origin = 1674820813_120000000
    for trace in truth.event_traces(partial.root, event.key):
        (outcome,) = stored.by_channel[trace.channel.name]
        (piece,) = stored.pieces_of(outcome["_id"])
        period = trace.channel.period_ns
        first = (origin + 10 * NS - trace.start_ns + period // 2) // period
        assert piece.document["t0_ns"] == trace.start_ns + first * period
        assert piece.sha256 == truth.samples_sha256(trace.data[first : first + 30 * NS // period + 1])


async def test_of_an_event_file_the_selected_channels_are_taken(system: System, partial: Partial) -> None:
    (event,) = (event for event in partial.manifest.events if event.evid != OJAI.evid)
    traces = truth.event_traces(partial.root, event.key)
    chan = traces[0].channel.name.rsplit(".", 1)[1]
    events = {"catalog": {"start": "2023-01-01", "end": "2024-01-01", "ids": [event.evid]}}
    wanted = {"archive": "partial", "inputs": "event_files", "windows": {"events": events}}
    job = await system.run({**wanted, "select": {"chan": chan}})
    names = sorted(t.channel.name for t in traces if t.channel.name.endswith(f".{chan}"))
    assert sorted((await system.stored(job)).by_channel) == names and len(names) < len(traces)
    assert job.ledger.saved == len(names)
    none = await system.run({**wanted, "select": {"chan": "XYZ"}})
    (outcome,) = [o async for o in system.client.outcomes(none.id)]
    assert (outcome.fate, outcome.reason) == ("missing", "no_channel") and "*.*.*.XYZ" in outcome.detail
    again = await system.client.wait((await system.client.retry(none.id, ["missing"])).id)
    assert again.ledger == none.ledger
