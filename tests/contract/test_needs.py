"""What a job needs and cannot have is told in the dry run and at submission, before anything starts: rates of all days,
station metadata, responses, depths, synthetics, and dates that do not exist wherever one can be written."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from libseis.isotime import DAY_NS
from seisbus.archive.definition import load_archives
from seisbus.bus import Bus
from seisbus.bus.topology import consumer_of, fetch_consumer, plan_consumer
from seisbus.client import AsyncClient, ClientError
from seisbus.control.context import CallContext
from seisbus.control.server import ControlServer
from seisbus.errors import UserError
from seisbus.local import ServerHandle
from seisbus.model.kinds.window import CUT, STORE
from seisbus.store import collections as c
from seisbus.store.client import Store
from seisbus.store.index import upsert, write_day
from support.command import seisbus

FIRST = date(2011, 3, 1)
DAYS = 40
LOWPASS = {"steps": [{"filter": {"type": "lowpass", "freq": 30}}]}
RESPONSE = {"steps": [{"remove_response": {}}]}
TILE = {"tile": {"start": "2011-03-01", "end": "2011-04-10", "length": "1h"}}
JOB: dict[str, Any] = {"archive": "local", "select": {"chan": "HHZ"}, "windows": TILE}
EVENT = {"id": "ev", "time": "2011-03-11T05:46:23", "lat": 38.3, "lon": 142.4, "depth_km": 29.0}
MISFIT: dict[str, Any] = {
    "archive": "local",
    "kind": "misfit",
    "select": {"chan": "HHZ"},
    "windows": {"events": {"list": [EVENT], "end": "1h"}},
    "misfit": {"synthetics": {"files": "{event}/{net}.{sta}.{component}.semd"}},
}


@dataclass(frozen=True, slots=True)
class Front:
    """A control service on a database that the tests fill, and a client of it."""

    store: Store
    client: AsyncClient
    address: str
    input: Path

    async def know(
        self, rate_of: Callable[[str, int], float | None], stations: tuple[str, ...] = ("ADO", "BAR")
    ) -> None:
        """Days with a file of each station, at the rate that the index states of it on that day."""
        for number in range(DAYS):
            day = FIRST + timedelta(days=number)
            files = [
                {"key": f"k/{sta}{number}", "net": "CI", "sta": sta, "loc": "", "chan": "HHZ", "size": 5_000_000,
                 "etag": "x", "day_ns": (day - date(1970, 1, 1)).days * DAY_NS, "indexed": True, "listed": True,
                 "sampling_rate": rate_of(sta, number)}
                for sta in stations
            ]  # fmt: skip
            await write_day(self.store, "local", day.isoformat(), files, {"rows": 2, "listed": 2})

    async def describe(self, sta: str, rate: float | None, *, response: bool | None = True) -> None:
        """Station metadata of a channel; `response` None as an older version kept them."""
        span = {"start_ns": 0, "end_ns": None, "starttime": 0.0, "endtime": None}
        place = {"archive": "local", "net": "CI", "sta": sta, "lat": 1.0, "lon": 2.0, "elev": 0.0}
        await upsert(self.store, c.SITE, [{"_id": f"local/CI.{sta}/0", "key": "k.xml", **place, **span}])
        channel = {"loc": "", "chan": "HHZ", "edepth": 0.0, "hang": 0.0, "vang": 0.0, "sample_rate": rate}
        channel |= {} if response is None else {"response": response}
        await upsert(self.store, c.CHANNEL, [{"_id": f"local/CI.{sta}..HHZ/0", **place, **channel, **span}])

    async def told(self, job: dict[str, Any]) -> str:
        """What the dry run says; the job that is submitted then has it in its notes."""
        basis = (await self.client.estimate(job)).basis
        notes = (await self.client.submit(job)).notes
        assert all(note in basis for note in notes)
        return " ".join(notes)

    async def refused(self, job: dict[str, Any], sentence: str) -> None:
        """Neither call takes it, and nothing is left behind."""
        before = len(await self.client.jobs())
        for call in (self.client.estimate, self.client.submit):
            with pytest.raises((ClientError, UserError), match=sentence) as caught:
                await call(job)
            assert "\n" not in str(caught.value)
        assert len(await self.client.jobs()) == before


@pytest.fixture
async def front(
    mongodb_uri: str, mongodb_database: str, own_nats_server: ServerHandle, tmp_path: Path
) -> AsyncIterator[Front]:
    async with contextlib.AsyncExitStack() as stack:
        store = await stack.enter_async_context(await Store.connect(mongodb_uri, mongodb_database))
        await store.ensure_indexes()
        bus = await stack.enter_async_context(await Bus.connect(own_nats_server.url, name="test"))
        consumers = [plan_consumer(), fetch_consumer("local", 16), consumer_of(CUT), consumer_of(STORE)]
        await bus.ensure_topology(consumers, store_bytes=200_000_000, ack_wait=30)
        (tmp_path / "input").mkdir()
        context = CallContext(store, bus, load_archives(), tmp_path / "output", input_root=tmp_path / "input")
        server = await ControlServer.start(context, "127.0.0.1:0")
        stack.push_async_callback(server.stop)
        address = f"127.0.0.1:{server.port}"
        client = await stack.enter_async_context(AsyncClient(address))
        yield Front(store, client, address, tmp_path / "input")


async def test_the_rates_of_all_days_count_and_one_small_document_a_day_tells_them(front: Front) -> None:
    await front.know(lambda sta, number: 40.0 if (sta, number) == ("BAR", 37) else 100.0)
    await front.store[c.DAY_FILE].delete_many({})  # which are not read for this
    told = await front.told({**JOB, **LOWPASS})
    assert "1 of 2 channels will be dead" in told and "40 Hz: CI.BAR..HHZ" in told and "ADO" not in told
    assert await front.told({**JOB, "steps": [{"filter": {"type": "lowpass", "freq": 15}}]}) == ""
    await front.refused({**JOB, "steps": [{"filter": {"type": "lowpass", "freq": 50}}]}, "no selected channel")
    up = await front.told({**JOB, "steps": [{"resample": {"sampling_rate": 100}}]})
    assert "1 of 2 channels (40 Hz: CI.BAR..HHZ)" in up
    pad = await front.told(
        {**JOB, "steps": [{"resample": {"sampling_rate": 100}}], "pad": {"before": "0.5s", "after": "0.5s"}}
    )
    assert "0.825 s: CI.BAR..HHZ" in pad and "ADO" not in pad.partition("less than the steps want")[2]


async def test_days_that_an_older_version_read_are_looked_at_file_by_file(front: Front) -> None:
    await front.know(lambda sta, number: 20.0 if sta == "BAR" else 100.0)
    await front.store[c.DAY_INDEX].update_many({}, {"$unset": {"rates": ""}})
    assert "20 Hz: CI.BAR..HHZ" in await front.told({**JOB, **LOWPASS})


async def test_where_the_index_states_no_rate_station_metadata_do(front: Front) -> None:
    await front.describe("ADO", 100.0)
    await front.describe("BAR", 20.0)
    # nothing is known of the days yet: told, not refused, as other channels may turn up
    assert "20 Hz: CI.BAR..HHZ" in await front.told({**JOB, **LOWPASS})
    assert "2 of 2 channels" in await front.told({**JOB, "steps": [{"filter": {"type": "lowpass", "freq": 70}}]})
    await front.know(lambda sta, number: None)
    assert "20 Hz: CI.BAR..HHZ" in await front.told({**JOB, **LOWPASS})
    await front.refused({**JOB, "steps": [{"filter": {"type": "lowpass", "freq": 70}}]}, "no selected channel")


async def test_responses_that_the_metadata_do_not_have(front: Front) -> None:
    await front.know(lambda sta, number: 100.0)
    await front.refused({**JOB, **RESPONSE}, "needs station metadata, and none of archive local are known")
    await front.describe("OTHER", 100.0)
    await front.refused({**JOB, **RESPONSE}, "has none of CI.ADO, CI.BAR")
    await front.describe("ADO", 100.0, response=None)
    assert "no station metadata of CI.BAR: remove_response kills" in await front.told({**JOB, **RESPONSE})
    await front.describe("BAR", 100.0, response=False)
    assert "have no response of CI.BAR..HHZ" in await front.told({**JOB, **RESPONSE})
    await front.describe("ADO", 100.0, response=False)
    await front.refused({**JOB, **RESPONSE}, "have none of CI.ADO..HHZ, CI.BAR..HHZ")
    await front.describe("ADO", 100.0)
    await front.describe("BAR", 100.0)
    assert await front.told({**JOB, **RESPONSE}) == ""


async def test_a_misfit_job_says_what_its_stations_and_events_lack(front: Front) -> None:
    def at(name: str) -> Path:
        path = front.input / name
        path.parent.mkdir(exist_ok=True)
        return path

    await front.know(lambda sta, number: 100.0)
    await front.refused(MISFIT, "misfit.config.remove_response needs station metadata")
    await front.describe("ADO", 100.0)
    await front.refused(MISFIT, "none of the 6 files is in the input folder .the first is ev/CI.ADO.E.semd")
    for component in "ENZ":
        at(f"ev/CI.ADO.{component}.semd").write_text("0 0\n1 0\n")
    told = await front.told(MISFIT)
    assert "no station metadata of CI.BAR: misfit.config.remove_response cannot be done" in told
    assert "Of 6 synthetics 3 are not in the input folder: ev/CI.BAR.E.semd" in told
    for job in await front.client.jobs():  # the one that stores the waveforms, and the one that waits for it
        assert any("synthetics" in note for note in job.notes)
    await front.describe("BAR", 100.0, response=False)
    assert "have no response of CI.BAR..HHZ" in await front.told(MISFIT)
    plain = {**MISFIT, "misfit": {**MISFIT["misfit"], "config": {"remove_response": False}}}
    assert "response" not in await front.told(plain)
    surface = {**plain, "windows": {"events": {"list": [{**EVENT, "depth_km": 0}], "end": "1h"}}}
    assert "The depth of ev is 0 km or was not given" in await front.told(surface)
    source = {"archive": "local", "time_ns": 1_299_822_383_000_000_000, "lat": 1.0, "lon": 2.0, "mag": 5.0}
    await upsert(front.store, c.SOURCE, [{"_id": "local/ev", "source_id": "ev", "depth": None, **source}])
    catalog = {**plain, "windows": {"events": {"catalog": {"start": "2011-03-01", "end": "2011-04-01"}, "end": "1h"}}}
    await front.refused(catalog, "no event has a depth in the catalog .ev.")
    await upsert(front.store, c.SOURCE, [{"_id": "local/e2", "source_id": "e2", "depth": 10.0, **source}])
    told = await front.told(catalog)
    assert "The catalog has no depth of ev" in told and "e2/CI.ADO.E.semd" in told


@pytest.mark.parametrize("mark", ["phase", "pick"])
@pytest.mark.parametrize(
    "kind",
    [
        JOB,
        {
            **JOB,
            "inputs": "event_files",
            "windows": {"events": {"catalog": {"start": "2011-03-01", "end": "2011-04-01"}}},
        },
        {**JOB, "kind": "scan"},
        MISFIT,
        {"kind": "export", "export": {"format": "asdf", "tag": "x"}},
        {"kind": "misfit", "misfit": {**MISFIT["misfit"], "observed": {"tag": "x"}}},
        {"kind": "index", "archive": "local"},
    ],
    ids=["windows", "event files", "scan", "misfit", "export", "misfit of stored", "index"],
)
async def test_steps_that_need_a_phase_or_a_pick_are_refused_in_every_kind_of_job_without(
    front: Front, kind: dict[str, Any], mark: str
) -> None:
    await front.refused(
        {**kind, "steps": [{"reference": {"mark": mark}}]},
        f"reference needs {mark}_time, which windows around .* alone have|takes what is stored as it is|no steps",
    )


async def test_a_step_that_needs_an_event_is_refused_where_there_is_none(front: Front) -> None:
    steps = [{"reference": {"mark": "origin"}}]
    tile = {"tile": {"start": "2011-03-11", "end": "2011-03-12", "length": "1h"}}
    for kind in (JOB, {**JOB, "kind": "scan"}):
        await front.refused({**kind, "windows": tile, "steps": steps}, "reference needs source_time, which windows of")


PHASE = {"windows": {"events": {"list": [EVENT], "phase": ["P", "Pdiff"], "start": "-1min", "end": "5min"}}}


async def test_where_stations_are_must_be_known(front: Front) -> None:
    """Of an archive without station metadata nothing can be asked for by place; of some stations it is said."""
    near = {"circle": {"lat": 1, "lon": 2, "radius": "100km"}}
    far = {"circle": {"lat": 50, "lon": 2, "radius": "100km"}}
    await front.know(lambda sta, number: 100.0)
    for job, key in (
        ({**JOB, **PHASE}, "windows.events.phase"),
        ({**JOB, "select": {"within": near}}, "select.within"),
    ):
        await front.refused(job, f"{key} needs to know where stations are, and no station metadata of archive local")
    await front.describe("ADO", 100.0)
    told = await front.told({**JOB, **PHASE})
    assert "no station metadata of CI.BAR: their windows are dead (no_coordinates)" in told and "ADO" not in told
    absolute = {"windows": {"absolute": [{"start": "2011-03-11T00:00:00", "end": "2011-03-11T01:00:00"}]}}
    told = await front.told({**JOB, **absolute, "select": {"within": near}})
    assert "no station metadata of CI.BAR: select.within leaves them out" in told
    await front.refused({**JOB, **absolute, "select": {"within": far}}, "none of them lies where select wants it")
    events = {"windows": {"events": {"list": [EVENT], "end": "1h", "where": {"mag": {"min": 5}}}}}
    await front.refused({**JOB, **events}, "no event fits windows.events.where")
    await front.refused({**JOB, **absolute, "select": {"distance": {"max": "95deg"}}}, "add windows: events")
    await front.refused({**JOB, **absolute, "select": {"within": {"circle": {**near["circle"], "radius": 5}}}},
                        "write degrees or kilometres")  # fmt: skip


@pytest.mark.parametrize("depth", [801, 29000, -11, -1000])
async def test_depths_of_no_earthquake(front: Front, depth: float) -> None:
    events = {"list": [{**EVENT, "depth_km": depth}], "end": "1h"}
    await front.refused({**JOB, "windows": {"events": events}}, "expected kilometres from -10 to 800")
    table = f"time,lat,lon,depth_km\n2011-03-11,38,142,{depth}\n"
    await front.refused({**JOB, "windows": {"events": {"csv": table, "end": "1h"}}}, "depth_km is")
    await front.know(lambda sta, number: 100.0)
    both = {"csv": f"{table}2011-03-12,38,142,-2.5\n", "end": "1h"}
    assert "1 left out: line 2: depth_km" in await front.told({**JOB, "windows": {"events": both}})


BAD = ["2011-02-30", "2011-13-01", "2011-366", "20110230", "2011-03-11T24:30:00"]


@pytest.mark.parametrize("bad", BAD)
async def test_a_date_that_does_not_exist_is_refused_wherever_it_is_written(front: Front, bad: str) -> None:
    head = "archive: local\nselect: {chan: HHZ}\n"
    for text in (  # unquoted, quoted, and in each place of a job
        f"windows:\n  absolute:\n    - {{start: {bad}, end: 2011-04-01}}\n",
        f"windows:\n  absolute:\n    - {{start: 2011-01-01, end: '{bad}'}}\n",
        f"windows: {{tile: {{start: {bad}, end: 2011-04-01, length: 1h}}}}\n",
        f"windows: {{events: {{catalog: {{start: 2011-01-01, end: {bad}}}, end: 1h}}}}\n",
        f"windows: {{events: {{list: [{{time: {bad}, lat: 1, lon: 2}}], end: 1h}}}}\n",
        f'windows: {{"events": {{"csv": "time,lat,lon\\n{bad},1,2\\n", "end": "1h"}}}}\n',
    ):
        for call in (front.client.estimate, front.client.submit):
            with pytest.raises((ClientError, UserError), match=r"is not a time|time is|holds no event|no sound"):
                await call(head + text)
    assert await front.client.jobs() == []
    client = front.client
    for ask in (
        lambda: client.events("local", start=bad),
        lambda: client.channels("local", end=bad),
        lambda: client.day_files("local", bad),
        lambda: client.waveforms(start=bad),
        lambda: client.get_waveforms("CI", "ADO", "", "HHZ", bad, "2011-04-01"),
        lambda: client.purge(closed_before=bad, dry_run=True),
    ):
        with pytest.raises((ValueError, UserError), match="is not a time"):
            await ask()


async def test_a_date_that_does_not_exist_on_the_command_line(front: Front, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(f"time,lat,lon\n{BAD[0]},1,2\n")
    (tmp_path / "job.yaml").write_text("archive: local\nwindows: {events: {file: events.csv, end: 1h}}\n")
    for arguments in (
        ("index", "files", "local", BAD[0]),
        ("events", "local", "--start", BAD[0]),
        ("stations", "local", "--end", BAD[0]),
        ("get", str(tmp_path / "out.mseed"), "--start", BAD[0]),
        ("submit", str(tmp_path / "job.yaml")),
        ("submit", "--dry-run", str(tmp_path / "job.yaml")),
    ):
        code, _, errors = await seisbus(tmp_path, front.address, *arguments)
        assert code == 2 and BAD[0] in errors and "Traceback" not in errors, (arguments, errors)
    assert await front.client.jobs() == []
