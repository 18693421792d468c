"""Every datum knows its source and its receiver: ids in its document, values where it is read, exported, processed.

Truth is the archive's own StationXML as obspy reads it, the events as they were written, and obspy.geodetics.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import obspy
import pyarrow.parquet as pq
import pymongo
import pytest
from obspy.geodetics import gps2dist_azimuth, locations2degrees
from pymongo.asynchronous.database import AsyncDatabase

from libseis.asdf.waveforms import read_stream
from seisbus.client.plot import Order, plot
from seisbus.testing.make import make_archive
from seisbus.testing.spec import TOHOKU, ArchiveSpec
from support.command import seisbus
from support.system import System

Database = AsyncDatabase[dict[str, Any]]

SPEC = ArchiveSpec(channels=15, hours=(5.0, 7.0), real=False, bucket="normal")
EVENT = {
    "id": "quake one", "time": "2011-03-11T05:50:00.25Z", "lat": 38.3, "lon": 142.4, "depth_km": 29.0, "mag": 9.1,
    "mag_type": "Mww",
}  # fmt: skip
# Stations of the spec that lose their StationXML, and one of which all epochs ended before the data begin.
WITHOUT, ENDED = 1, 2


@dataclass(frozen=True)
class Archive:
    """What the archive has: all StationXML that is in it, and the stations (NET.STA) that have none or ended ones."""

    inventory: obspy.Inventory
    without: str
    ended: str


@pytest.fixture(scope="module")
async def archive(system: System, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Archive]:
    root = tmp_path_factory.mktemp("normal")
    await asyncio.to_thread(make_archive, root, SPEC)
    folder = system.buckets / "normal"
    folder.rmdir()
    (root / "normal").rename(folder)
    files = sorted((folder / "FDSNstationXML").rglob("*.xml"))
    names = []
    for number, file in enumerate(files):
        inventory = obspy.read_inventory(file)
        names.append(f"{inventory[0].code}.{inventory[0][0].code}")
        if number == WITHOUT:
            file.unlink()
        if number == ENDED:
            text = file.read_text().replace('startDate="2005-01-01T00:00:00Z"', 'startDate="2012-01-01T00:00:00Z"')
            file.write_text(text)
    assert len(names) > ENDED
    inventory = obspy.Inventory()
    for file in (folder / "FDSNstationXML").rglob("*.xml"):
        inventory += obspy.read_inventory(file)
    await system.sync("normal")
    yield Archive(inventory, names[WITHOUT], names[ENDED])


@pytest.fixture(scope="module")
async def db(system: System) -> AsyncIterator[Database]:
    """The database itself, as MsPASS sees it."""
    async with pymongo.AsyncMongoClient(system.stack.environment["SEISBUS_MONGODB_URI"]) as client:
        yield client["seisbus"]


def job_of(**more: Any) -> dict[str, Any]:
    windows = {"events": {"list": [EVENT], "start": 0, "end": "10min"}}
    return {"archive": "normal", "windows": windows, "select": {"chan": "?H?"}, **more}


def truth_of(inventory: obspy.Inventory, document: dict[str, Any]) -> Any:
    """The StationXML channel of a wf document, None where there is none at its time."""
    time = obspy.UTCDateTime(ns=document["t0_ns"])
    found = inventory.select(document["net"], document["sta"], document["loc"], document["chan"], time=time)
    return found[0][0][0] if len(found) and len(found[0]) and len(found[0][0]) else None


def check_values(values: Any, channel: Any) -> None:
    """What is attached against StationXML and obspy.geodetics."""
    metres, azimuth, back_azimuth = gps2dist_azimuth(EVENT["lat"], EVENT["lon"], channel.latitude, channel.longitude)
    wanted = {
        "channel_lat": channel.latitude,
        "channel_lon": channel.longitude,
        "channel_elev": channel.elevation / 1000,
        "channel_edepth": channel.depth / 1000,
        "channel_hang": channel.azimuth,
        "channel_vang": channel.dip + 90,
        "site_lat": channel.latitude,
        "site_lon": channel.longitude,
        "site_elev": channel.elevation / 1000,
        "source_lat": EVENT["lat"],
        "source_lon": EVENT["lon"],
        "source_depth": EVENT["depth_km"],
        "source_time": obspy.UTCDateTime(str(EVENT["time"])).timestamp,
        "source_magnitude": EVENT["mag"],
        "distance_km": metres / 1000,
        "distance_deg": locations2degrees(EVENT["lat"], EVENT["lon"], channel.latitude, channel.longitude),
        "azimuth": azimuth,
        "back_azimuth": back_azimuth,
    }
    for name, value in wanted.items():
        assert values[name] == pytest.approx(value, abs=1e-4), name
    assert values["source_magnitude_type"] == "Mww"


async def test_documents_keep_ids_and_readers_attach_values(
    system: System, archive: Archive, db: AsyncDatabase[dict[str, Any]]
) -> None:
    job = await system.run(job_of())
    assert job.ledger.saved == job.ledger.planned == SPEC.channels
    stored = (await system.stored(job)).pieces
    kept = [d async for d in db.wf_TimeSeries.find({"job": job.id})]
    assert len(kept) == len(stored)
    for document in await system.client.waveforms(job=job.id):
        (mine,) = [d for d in kept if str(d["_id"]) == document["_id"]]
        assert not any(name.startswith(("channel_lat", "site_lat", "source_lat")) for name in mine)
        source = await db.source.find_one({"_id": mine["source_id"]})
        assert (source["evid"], source["depth"], source["magnitude"]) == (EVENT["id"], 29.0, 9.1)
        truth = truth_of(archive.inventory, document)
        station = f"{document['net']}.{document['sta']}"
        if station in (archive.without, archive.ended):
            assert truth is None
            assert "channel_id" not in mine and "site_id" not in mine
            continue
        check_values(document, truth)
        channel = await db.channel.find_one({"_id": mine["channel_id"]})
        site = await db.site.find_one({"_id": mine["site_id"]})
        assert (channel["chan"], channel["lat"], channel["chan_id"]) == (
            document["chan"],
            truth.latitude,
            channel["_id"],
        )
        assert (site["sta"], site["loc"], site["site_id"]) == (document["sta"], document["loc"], site["_id"])
        assert channel["site_id"] == site["_id"]
    ensemble = await system.client.read(job=job.id)
    drawn = [member for member in ensemble.member if member.is_defined("distance_deg")]
    assert 0 < len(drawn) < len(ensemble.member)
    for member in drawn:
        check_values(
            member,
            truth_of(
                archive.inventory, {**{n: member[n] for n in ("net", "sta", "loc", "chan")}, "t0_ns": member.t0_ns}
            ),
        )
        assert member["units"] == "counts"
    assert plot(drawn, order=Order.DISTANCE).axes


async def test_what_is_not_known_is_said_and_the_datum_lives(system: System, archive: Archive) -> None:
    job = await system.run(job_of())
    ensemble = await system.client.read(job=job.id)
    said = {f"{m['net']}.{m['sta']}": [e.message for e in m.elog.get_error_log()] for m in ensemble.member}
    assert all(member.live for member in ensemble.member)
    assert any("do not have" in text and archive.without in text for text in said.pop(archive.without))
    assert any("have no epoch of" in text and archive.ended in text for text in said.pop(archive.ended))
    assert said and not any(said.values())


async def test_the_dead_have_ids_too(system: System, archive: Archive, db: Database) -> None:
    later = {**EVENT, "time": "2011-03-11T06:55:00Z"}  # the data end before the window
    windows = {"events": {"list": [later], "start": 0, "end": "10min"}}
    job = await system.run(job_of(windows=windows))
    assert job.ledger.dead == job.ledger.planned == SPEC.channels
    with_ids = 0
    async for grave in db.cemetery.find({"job": job.id}):
        tombstone = grave["tombstone"]
        assert (await db.source.find_one({"_id": tombstone["source_id"]}))["time_ns"] % 10**9 == 0
        if f"{tombstone['net']}.{tombstone['sta']}" in (archive.without, archive.ended):
            assert "channel_id" not in tombstone
            continue
        channel = await db.channel.find_one({"_id": tombstone["channel_id"]})
        assert (channel["sta"], channel["chan"]) == (tombstone["sta"], tombstone["chan"])
        with_ids += 1
    assert with_ids


async def test_steps_see_what_is_attached(system: System, archive: Archive) -> None:
    """A step that asks for metadata keeps what has them and kills the rest, each with its reason."""
    job = await system.run(job_of(steps=[{"keep": {"if": ["0 <= distance_deg < 180"]}}]))
    outcomes = [one async for one in system.client.outcomes(job.id)]
    dead = {f"{o.channel.net}.{o.channel.sta}" for o in outcomes if o.fate == "dead"}
    assert dead == {archive.without, archive.ended}
    assert job.ledger.saved == SPEC.channels - sum(f"{o.channel.net}.{o.channel.sta}" in dead for o in outcomes)


async def test_catalog_events_csv_and_quakeml_are_sources(
    system: System, archive: Archive, db: Database, tmp_path: Path
) -> None:
    catalog = {"start": "2011-03-11", "end": "2011-03-12", "above_magnitude": 8.9}
    csv = tmp_path / "events.csv"
    csv.write_text("time,lat,lon,depth_km,mag\n2011-03-11T05:50:00,38.5,142.5,12.5,9.0\n")
    quakeml = tmp_path / "events.xml"
    origin = obspy.core.event.Origin(
        time=obspy.UTCDateTime("2011-03-11T05:51:00"), latitude=38.6, longitude=142.6, depth=24_000.0
    )
    event = obspy.core.event.Event(
        origins=[origin], magnitudes=[obspy.core.event.Magnitude(mag=9.0, magnitude_type="Mw")]
    )
    obspy.core.event.Catalog([event]).write(quakeml, format="QUAKEML")
    for events, lat, depth in (
        ({"catalog": catalog}, TOHOKU.lat, TOHOKU.depth_km),
        ({"file": str(csv)}, 38.5, 12.5),
        ({"file": str(quakeml)}, 38.6, 24.0),
    ):
        job = await system.run(
            job_of(windows={"events": {**events, "start": 0, "end": "1min"}}, select={"chan": "LHZ"})
        )
        assert job.ledger.saved
        async for document in db.wf_TimeSeries.find({"job": job.id}):
            source = await db.source.find_one({"_id": document["source_id"]})
            assert (source["lat"], source["depth"]) == (lat, depth)
            assert source["source_id"] == source["_id"]
        (first, *_) = await system.client.waveforms(job=job.id)
        assert first["source_lat"] == lat
        assert first.get("source_depth") == depth


async def test_obspy_and_exports_have_the_values(system: System, archive: Archive, tmp_path: Path) -> None:
    job = await system.run(job_of())
    first = obspy.UTCDateTime(str(EVENT["time"]))
    stream = await system.client.get_waveforms("*", "*", "*", "*", first, first + 600, job=job.id)
    known = [trace for trace in stream if "distance_km" in trace.stats]
    assert known
    for trace in known:
        codes = dict(zip(("net", "sta", "loc", "chan"), trace.id.split("."), strict=True))
        channel = truth_of(archive.inventory, {**codes, "t0_ns": trace.stats.starttime.ns})
        check_values(trace.stats, channel)
        assert trace.stats.distance == pytest.approx(trace.stats.distance_km * 1000)
        assert trace.stats.coordinates.elevation == pytest.approx(channel.elevation)

    async def exported(format: str) -> Path:
        done = await system.client.wait((await system.client.export(format, job=job.id)).id)
        assert done.ledger.saved == 1, done.notes
        (dataset,) = await system.client.datasets(done.id)
        return await system.client.download(dataset, tmp_path / format)

    folder = await exported("sac")
    checked = 0
    for file in sorted(folder.glob("*.SAC")):
        trace = obspy.read(file, format="SAC")[0]
        codes = dict(zip(("net", "sta", "loc", "chan"), trace.id.split("."), strict=True))
        sac = trace.stats.sac
        assert (sac.evla, sac.evlo, sac.evdp) == pytest.approx((38.3, 142.4, 29.0), abs=1e-5)
        assert sac.o - sac.b == pytest.approx(first - trace.stats.starttime, abs=1e-3)
        channel = truth_of(archive.inventory, {**codes, "t0_ns": trace.stats.starttime.ns})
        if channel is None:
            assert "stla" not in sac and "gcarc" not in sac
            continue
        metres, azimuth, back_azimuth = gps2dist_azimuth(38.3, 142.4, channel.latitude, channel.longitude)
        degrees = locations2degrees(38.3, 142.4, channel.latitude, channel.longitude)
        assert (sac.stla, sac.stlo) == pytest.approx((channel.latitude, channel.longitude), abs=1e-5)
        assert (sac.stel, sac.stdp) == pytest.approx((channel.elevation, channel.depth), abs=1e-3)
        assert (sac.cmpaz, sac.cmpinc) == pytest.approx((channel.azimuth, channel.dip + 90))
        assert (sac.dist, sac.az, sac.baz, sac.gcarc) == pytest.approx(
            (metres / 1000, azimuth, back_azimuth, degrees), rel=1e-6
        )
        checked += 1
    assert checked == len(known)

    rows = pq.read_table(await exported("parquet")).to_pylist()
    assert len(rows) == SPEC.channels
    for row in rows:
        channel = truth_of(archive.inventory, row)
        if channel is not None:
            check_values(row, channel)
            assert len(row["channel_id"]) == 24
        else:
            assert row["channel_lat"] is None and row["source_lat"] == 38.3
            assert any("station metadata" in text for text in row["elog"])

    path = await exported("asdf")
    trace = read_stream(path, ".".join(known[0].id.split(".")[:2]), "observed")[0]
    codes = dict(zip(("net", "sta", "loc", "chan"), trace.id.split("."), strict=True))
    check_values(trace.stats, truth_of(archive.inventory, {**codes, "t0_ns": trace.stats.starttime.ns}))
    import pyasdf

    with pyasdf.ASDFDataSet(str(path), mode="r", mpi=False) as dataset:
        (event,) = dataset.events
        station = dataset.waveforms[".".join(known[0].id.split(".")[:2]).replace(".", "_")]
        assert station.observed[0].stats.asdf.event_ids == [event.resource_id]


async def test_a_datum_is_shown_with_all_that_is_known_of_it(system: System, archive: Archive, tmp_path: Path) -> None:
    steps = [{"filter": {"type": "bandpass", "freqmin": 0.01, "freqmax": 0.1}}]
    job = await system.run(job_of(steps=steps, select={"chan": "LHZ"}))
    table = await system.client.table(job=job.id)
    assert table.num_rows == job.ledger.saved > 1
    for row in table.to_pylist():
        truth = truth_of(archive.inventory, {**row, "t0_ns": row["start"].value})
        if truth is not None:
            check_values(row, truth)
        else:
            assert row["channel_id"] is None
            assert any("normalize: " in text for text in row["elog"])
    known = next(row for row in table.to_pylist() if row["channel_id"])
    lost = next(row for row in table.to_pylist() if f"{row['net']}.{row['sta']}" == archive.without)

    async def shown(identity: str) -> str:
        code, output, errors = await seisbus(tmp_path, system.stack.control_address, "show", identity)
        assert code == 0, errors
        return output

    for identity in (known["id"], known["window"]):
        output = await shown(identity)
        for text in (known["id"], known["window"], "distance_deg", "back_azimuth", "LHZ", "Error log", "Provenance",
                     "normal: continuous_waveforms/", '"freqmax": 0.1', job.id):  # fmt: skip
            assert text in output, text
    assert "do not have" in await shown(lost["window"])

    three = await system.run(job_of(components=3, select={"chan": "LH?"}))
    table = await system.client.table(job=three.id)
    assert table.num_rows == three.ledger.saved > 0
    (row, *_) = table.to_pylist()
    assert len(row["chan"].split(",")) == len(row["channel_id"].split(",")) == 3 and row["distance_deg"] > 1
    output = await shown(row["id"])
    assert row["chan"] in output and "tmatrix" in output

    later = {**EVENT, "time": "2011-03-11T06:55:00Z"}
    windows = {"events": {"list": [later], "start": 0, "end": "10min"}}
    dead = await system.run(job_of(windows=windows, select={"chan": "LHZ"}))
    window = next(iter([outcome async for outcome in system.client.outcomes(dead.id)])).window
    output = await shown(window)
    assert "Dead datum" in output and "ends_early" in output and window in output
    code, _, errors = await seisbus(tmp_path, system.stack.control_address, "show", f"{dead.id}.{'0' * 24}")
    assert code == 2 and errors.startswith(f"No datum {dead.id}.000")


async def test_a_sync_replaces_documents_of_older_versions(system: System, archive: Archive, db: Database) -> None:
    (site,) = await db.site.find({"archive": "normal", "responses": {"$exists": True}}).limit(1).to_list()
    (source,) = await db.source.find({"archive": "normal"}).limit(1).to_list()
    former = f"normal/{site['net']}.{site['sta']}/{site['start_ns']}", f"normal/{source['evid']}"
    await db.site.insert_one({**site, "_id": former[0], "endtime": None})
    await db.source.insert_one({**source, "_id": former[1], "source_id": source["evid"]})
    await system.sync("normal")
    assert await db.site.count_documents({"_id": former[0]}) == await db.source.count_documents({"_id": former[1]}) == 0
    assert await db.site.count_documents({"_id": site["_id"]}) == 1


async def test_mspass_finds_its_documents(system: System, archive: Archive, db: Database) -> None:
    """The queries of mspasspy's matchers and of its get_seed_site, get_seed_channel and get_response."""
    job = await system.run(job_of())
    numbers = 0
    async for wf in db.wf_TimeSeries.find({"job": job.id}):
        # other archives of the shared database have stations of these codes, too
        codes = {"archive": "normal", **{name: wf[name] for name in ("net", "sta", "loc")}}
        within = {"starttime": {"$lte": wf["starttime"]}, "endtime": {"$gte": wf["endtime"]}}
        around = {"starttime": {"$lt": wf["starttime"]}, "endtime": {"$gt": wf["starttime"]}}
        channels = [d async for d in db.channel.find({**codes, "chan": wf["chan"], **within})]
        near = {"$gte": wf["starttime"] - 4.0, "$lte": wf["starttime"] + 4.0}
        sources = [d async for d in db.source.find({"time": near})]
        assert wf["source_id"] in [d["_id"] for d in sources]
        assert all({"_id", "lat", "lon", "depth", "time", "magnitude"} <= d.keys() for d in sources)
        if "channel_id" not in wf:
            assert channels == []
            continue
        assert [d["_id"] for d in channels] == [wf["channel_id"]]
        assert {"starttime", "endtime", "lat", "lon", "elev", "hang", "vang"} <= channels[0].keys()
        (site,) = [d async for d in db.site.find({**codes, **around})]
        assert site["_id"] == wf["site_id"]
        (seed,) = [d async for d in db.channel.find({**codes, "chan": wf["chan"], **around})]
        assert seed["endtime"] == 2556144000.0
        assert seed["location"] == {"type": "Point", "coordinates": [seed["lon"], seed["lat"]]}
        found = pickle.loads(seed["serialized_channel_data"])  # as get_response does it
        truth = truth_of(archive.inventory, wf)
        assert found.response == truth.response
        numbers += 1
    assert numbers
