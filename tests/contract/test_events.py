"""The events of a job are the same ones for who checks it, who plans it and who looks them up again."""

from __future__ import annotations

import pytest

from seisbus.app.events import event_of, origins_of
from seisbus.model.ids import new_job_id
from seisbus.model.job import parse_job
from seisbus.store import collections as c
from seisbus.store.client import Store
from seisbus.store.jobs import insert_job

JOB = """
archive: scedc
select: {{net: CI}}
windows:
  events:
    end: 1h
    {source}
"""
LIST = """list:
      - {time: 2011-03-11T05:46:23.2, lat: 38.3, lon: 142.4}
      - {id: named, time: 2011-03-10T05:46:23.200000001, lat: 38.3, lon: 142.4, depth_km: 29}
      - {time: 2011-03-09, lat: -1, lon: 359}"""
CSV = r'csv: "time,lat,lon,id\n2011-03-11T05:46:23.2,38.3,142.4,a\n2011-03-10,1,2,b\n"'
QUAKE_NS = 1_299_822_383_200_000_000


async def test_an_event_without_an_id_has_one_for_everybody(store: Store) -> None:
    """What checked a job took it for an event without a name, what planned it gave it one."""
    spec = parse_job(JOB.format(source=LIST))
    origins = await origins_of(store, spec)
    assert [origin.time_ns for origin in origins] == sorted(event.time for event in spec.windows.events.list)
    assert origins[1].event == "named"
    assert all(origins[n].event.startswith("ev") for n in (0, 2))
    job = new_job_id()
    await insert_job(store, job, spec, "", [])
    for origin in origins:
        found = await event_of(store, {job: "scedc"}, origin.event)
        assert found is not None and (found.time_ns, found.id) == (origin.time_ns, origin.event)
    assert await event_of(store, {job: "scedc"}, "other") is None


async def test_an_event_file_that_an_older_version_stored_as_text_is_still_read(store: Store) -> None:
    origins = await origins_of(store, parse_job(JOB.format(source=CSV)))
    assert [(origin.event, origin.time_ns) for origin in origins] == [
        ("b", QUAKE_NS // 86_400_000_000_000 * 86_400_000_000_000 - 86_400_000_000_000),
        ("a", QUAKE_NS),
    ]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("start: 2011-03-01, end: 2011-04-01", ["first", "second"]),
        ("start: 2011-03-01, end: 2011-04-01, above_magnitude: 6", ["second"]),
        ("ids: [first]", ["first"]),
    ],
)
async def test_a_catalog_is_asked_in_order_of_time(store: Store, query: str, wanted: list[str]) -> None:
    await store[c.SOURCE].delete_many({"archive": "scedc"})
    for name, ahead, mag in (("second", 10, 7.0), ("first", 0, 5.0)):
        document = {"_id": f"scedc/{name}", "archive": "scedc", "source_id": name, "time_ns": QUAKE_NS + ahead}
        await store[c.SOURCE].insert_one({**document, "lat": 0.0, "lon": 0.0, "mag": mag})
    origins = await origins_of(store, parse_job(JOB.format(source=f"catalog: {{{query}}}")))
    assert [origin.event for origin in origins] == wanted
