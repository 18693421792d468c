"""Sources and receivers out of the database: of today's documents and those of older versions, read once a job."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pymongo
import pytest
from obspy import UTCDateTime
from obspy.core.event import Catalog, Event, Origin
from pymongo import monitoring

from libseis.codes import Channel
from libseis.isotime import DAY_NS
from seisbus.app.events import JobEvents
from seisbus.app.normalizing import Normalizer, each_attached
from seisbus.archive.catalog import CatalogRow
from seisbus.archive.definition import load_archives
from seisbus.archive.stations import read_stationxml
from seisbus.indexer.documents import event_document, former_ids, station_documents
from seisbus.model.normalized import Known
from seisbus.store import collections as c
from seisbus.store.client import Store
from seisbus.store.index import events, remove, upsert
from seisbus.store.normalized import event_name
from seisbus.store.queries import WaveformFilter

ARCHIVE = load_archives()["scedc"]
CHANNEL = Channel("CI", "ADO", "10", "BHZ")
SECOND = 1_000_000_000
STATIONXML = b"""<FDSNStationXML xmlns="http://www.fdsn.org/xml/station/1" schemaVersion="1.1"><Network code="CI">
<Station code="ADO" startDate="1970-01-02T00:00:00"><Latitude>34.5</Latitude><Longitude>-117.4</Longitude>
<Elevation>908</Elevation><Site><Name>Adelanto</Name></Site>
<Channel code="BHZ" locationCode="" startDate="1970-01-02T00:00:00"><Latitude>34.5</Latitude>
<Longitude>-117.4</Longitude><Elevation>908</Elevation><Depth>0</Depth></Channel>
<Channel code="BHZ" locationCode="10" startDate="1970-01-02T00:00:00" endDate="1970-01-03T00:00:00">
<Latitude>34.6</Latitude><Longitude>-117.5</Longitude><Elevation>900</Elevation><Depth>100</Depth>
<Azimuth>30</Azimuth><Dip>0</Dip>
<Response><InstrumentSensitivity><Value>1</Value><Frequency>1</Frequency><InputUnits><Name>M/S</Name></InputUnits>
<OutputUnits><Name>COUNTS</Name></OutputUnits></InstrumentSensitivity></Response></Channel>
</Station></Network></FDSNStationXML>"""
ROW = CatalogRow(
    evid="1", time_ns=DAY_NS, lat=1.0, lon=2.0, depth_km=3.0, mag=4.0, mag_type="w", event_type="eq",
    geographic_type=None, quality=None, phases=None, waveforms=None, prefix=None, ms_filename=None, phase_filename=None,
)  # fmt: skip
JOB = {
    "kind": "window",
    "spec": {
        "archive": "scedc",
        "windows": {"events": {"list": [{"id": "mine", "time": "1970-01-02T00:00:00Z", "lat": 5, "lon": 6}]}},
    },
}


class Queries(monitoring.CommandListener):
    """How often each collection was read."""

    def __init__(self) -> None:
        self.finds: Counter[str] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name == "find":
            self.finds[event.command["find"]] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


@pytest.fixture
async def queries() -> Queries:
    return Queries()


@pytest.fixture
async def store(mongodb_uri: str, mongodb_database: str, queries: Queries) -> AsyncIterator[Store]:
    client: pymongo.AsyncMongoClient[dict[str, Any]] = pymongo.AsyncMongoClient(mongodb_uri, event_listeners=[queries])
    async with Store(client, mongodb_database) as made:
        await made.ensure_indexes()
        yield made


def old(document: dict[str, Any], identity: str) -> dict[str, Any]:
    """A document as older versions wrote it."""
    new = ("site_id", "chan_id", "coords", "location", "epicenter", "units", "evid", "magnitude_type")
    content = {name: value for name, value in document.items() if name not in new}
    return {**content, "_id": identity, "endtime": None}


async def known(store: Store, job: str = "job") -> Known:
    return await Normalizer(store).known(job, [CHANNEL], ["1", "mine"])


async def test_todays_documents_give_ids_and_values(store: Store) -> None:
    sites, channels = station_documents(ARCHIVE, read_stationxml(STATIONXML), "key", {})
    assert [(site["loc"], site["lat"], site["elev"]) for site in sites] == [("", 34.5, 0.908), ("10", 34.6, 0.9)]
    await upsert(store, c.SITE, sites)
    await upsert(store, c.CHANNEL, channels)
    await upsert(store, c.SOURCE, [event_document(ARCHIVE, ROW)])
    await store[c.JOB].insert_one({"_id": "job", **JOB})
    found = (await known(store)).normal(CHANNEL, "1", DAY_NS, DAY_NS + SECOND)
    assert found.problems == ()
    (mine,) = [channel for channel in channels if channel["loc"] == "10"]
    attributes = found.attributes
    assert attributes["channel_id"] == str(mine["_id"]) == str(mine["chan_id"])
    assert attributes["site_id"] == str(sites[1]["_id"]) == str(mine["site_id"])
    assert (attributes["channel_edepth"], attributes["channel_hang"], attributes["channel_vang"]) == (0.1, 30.0, 90.0)
    assert found.receiver is not None and found.receiver.units == "m/s"
    assert found.source is not None and (found.source.depth, found.source.magnitude_type) == (3.0, "w")
    inline, _ = (await known(store)).source("mine")
    assert inline is not None and (inline.lat, len(inline.source_id)) == (5.0, 24)


async def test_documents_of_older_versions_give_values_until_a_sync_replaces_them(store: Store) -> None:
    sites, channels = station_documents(ARCHIVE, read_stationxml(STATIONXML), "key", {})
    event = event_document(ARCHIVE, ROW)
    first = {name: value for name, value in sites[0].items() if name not in ("loc", "edepth")}
    await store[c.SITE].insert_one(old(first, "scedc/CI.ADO/86400000000000"))
    await store[c.CHANNEL].insert_many(
        [old(dict(channel), identity) for channel, identity in zip(channels, former_ids(channels), strict=True)]
    )
    await store[c.SOURCE].insert_one({**old(dict(event), "scedc/1"), "source_id": "1"})
    await store[c.JOB].insert_one({"_id": "job", **JOB})
    found = (await known(store)).normal(CHANNEL, "1", DAY_NS, DAY_NS + SECOND)
    assert found.receiver is not None and found.source is not None
    assert (found.receiver.channel_id, found.receiver.site_id, found.source.source_id) == ("", "", "")
    assert (found.receiver.lat, found.receiver.site_lat, found.source.lat) == (34.6, 34.5, 1.0)
    assert [event_name(one) async for one in events(store, "scedc", 0, 2 * DAY_NS, ids=["1"])] == ["1"]

    await upsert(store, c.SITE, sites)
    await upsert(store, c.CHANNEL, channels)
    await upsert(store, c.SOURCE, [event])
    await remove(store, c.SITE, former_ids(sites))
    await remove(store, c.CHANNEL, former_ids(channels))
    await remove(store, c.SOURCE, ["scedc/1"])
    again = (await known(store)).normal(CHANNEL, "1", DAY_NS, DAY_NS + SECOND)
    assert again.receiver is not None and len(again.receiver.channel_id) == len(again.receiver.site_id) == 24
    for name in (c.SITE, c.CHANNEL, c.SOURCE):
        assert not [document async for document in store[name].find({}) if isinstance(document["_id"], str)]


async def test_a_job_reads_a_station_and_an_event_once(store: Store, queries: Queries) -> None:
    sites, channels = station_documents(ARCHIVE, read_stationxml(STATIONXML), "key", {})
    await upsert(store, c.SITE, sites)
    await upsert(store, c.CHANNEL, channels)
    await upsert(store, c.SOURCE, [event_document(ARCHIVE, ROW)])
    await store[c.JOB].insert_many([{"_id": job, **JOB} for job in ("job", "later", "together")])
    normalizer = Normalizer(store)
    queries.finds.clear()
    for batch in range(50):
        found = await normalizer.known("job", [CHANNEL, Channel("CI", "ADO", "", "BHZ")], ["1", "mine"])
        for number in range(100):
            start = DAY_NS + (100 * batch + number) * SECOND
            assert found.normal(CHANNEL, "1", start, start + SECOND).receiver is not None
    once = {"job": 1, "site": 1, "channel": 1, "source": 1}
    assert queries.finds == once
    await normalizer.known("later", [CHANNEL], ["1"])  # what came in meanwhile counts for it
    assert queries.finds == dict.fromkeys(once, 2)
    await asyncio.gather(*(normalizer.known("together", [CHANNEL], ["1"]) for _ in range(10)))
    assert queries.finds == dict.fromkeys(once, 3)


async def test_stored_waveforms_without_ids_have_what_is_known_today(store: Store) -> None:
    """Of older versions, or saved before the station metadata came in."""
    waveform = {
        "net": "CI", "sta": "ADO", "loc": "10", "chan": "BHZ", "t0_ns": DAY_NS, "starttime": 86400.0, "npts": 10,
        "rate": [1, 1], "job": "job", "window": "w", "event": "mine",
    }  # fmt: skip
    await store[c.WF_TIMESERIES].insert_one(dict(waveform))
    await store[c.JOB].insert_one({"_id": "job", **JOB})
    ((_, _, attached),) = [one async for one in each_attached(store, WaveformFilter(job="job"))]
    assert attached["source_lat"] == 5.0 and "channel_lat" not in attached
    _, channels = station_documents(ARCHIVE, read_stationxml(STATIONXML), "key", {})
    await upsert(store, c.CHANNEL, channels)
    ((_, _, attached),) = [one async for one in each_attached(store, WaveformFilter(job="job"))]
    assert (attached["channel_lat"], attached["source_lat"]) == (34.6, 5.0)
    assert attached["distance_deg"] > 100


def test_events_that_stand_in_a_job_are_those_of_its_list_and_those_beside_its_picks() -> None:
    origin = Origin(time=UTCDateTime(0), latitude=7.0, longitude=8.0)
    quakeml = io.BytesIO()
    Catalog([Event(resource_id="smi:local/picked", origins=[origin])]).write(quakeml, format="QUAKEML")
    picks = {"picks": {"quakeml": quakeml.getvalue().decode()}}
    assert [event.lat for event in JobEvents({"spec": {"windows": picks}}).all()] == [7.0]
    assert [(event.id, event.lat) for event in JobEvents(JOB).all()] == [("mine", 5.0)]
