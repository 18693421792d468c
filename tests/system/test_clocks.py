"""A day of 21 stations with real clocks through the whole system: the ledger, what is stored and what is exported are
held against the true time of every sample, and range reads against whole ones and against those of perfect clocks."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pymseed
import pytest

from benchmarks.network import EmulatedNetwork, Line, emulated_network
from seisbus.archive.definition import load_archives
from seisbus.client import AsyncClient, Job
from seisbus.local.stack import local_stack
from support.clocks import CLOCKS, ClockDay
from support.days import DAY_NS, NS, day_ns
from support.servers import S3Server
from support.stored import PlainJob, PlainPiece
from support.system import System
from support.waiting import eventually
from support.windows import absolute, tile

DAY = date(2019, 7, 4)
MIDNIGHT = day_ns(DAY)
LAST = MIDNIGHT + DAY_NS - 1_300_000_000
SAVED = ("events", "split", "tiles")
JOBS: dict[str, dict[str, Any]] = {
    "events": {
        "windows": {
            "events": {
                "list": [
                    {"id": name, "time": f"2019-07-04T{time}Z", "lat": 1.0, "lon": 2.0, "depth_km": 9.0, "mag": 6.0}
                    for name, time in (("a", "02:10:00"), ("b", "12:55:00.123"), ("c", "23:30:10"))
                ],
                "start": "60s",
                "end": "25min",
            }
        }
    },
    "split": {
        "gaps": "split",
        "windows": absolute((MIDNIGHT + 45_000 * NS, MIDNIGHT + 49_000 * NS), (MIDNIGHT + 82_800 * NS, LAST)),
    },
    "tiles": {"windows": tile(DAY, 1, "2h")},
}
READER = Path(__file__).with_name("dataset_reader.py")


@dataclass(frozen=True, slots=True)
class Clocks:
    """The system behind a network that counts, the stations of both archives and the jobs done."""

    system: System
    network: EmulatedNetwork
    days: dict[str, ClockDay]
    jobs: dict[str, Job]
    stored: dict[str, PlainJob]
    data: dict[str, list[Any]]
    requests: dict[str, Counter[str]]

    async def run(self, name: str, job: dict[str, Any]) -> None:
        self.network.clear()
        self.jobs[name] = await self.system.run({**job, "name": name})
        self.requests[name] = Counter(r.key.rpartition("/")[2][2:7].strip("_") for r in self.network.gets())
        self.stored[name] = await self.system.stored(self.jobs[name])

    async def exported(self, format: str, **where: Any) -> tuple[list[list[Any]], list[dict[str, Any]]]:
        """What a process without Seisbus reads of an export, and the datasets' documents."""
        job = await self.system.client.export(format, **where)
        done = await self.system.client.wait(job.id)
        assert done.ledger.saved == done.ledger.planned > 0, (done.error, done.notes)
        documents = await self.system.client.datasets(job.id)
        output = Path(self.system.stack.environment["SEISBUS_OUTPUT_ROOT"])
        order = {"format": format, "paths": [str(output / document["path"]) for document in documents]}
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(READER), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        text, _ = await process.communicate(json.dumps(order).encode())
        assert process.returncode == 0
        return json.loads(text)["rows"], documents


@pytest.fixture(scope="module")
async def clocks(tmp_path_factory: pytest.TempPathFactory, s3_server: S3Server) -> AsyncIterator[Clocks]:
    folder = tmp_path_factory.mktemp("clocks")
    key = load_archives()["local"].day_key.template
    days: dict[str, ClockDay] = {}
    for net, bucket in (("XX", "clocks"), ("YY", "steady")):
        s3_server.root.joinpath(bucket).mkdir()
        for clock in CLOCKS:
            made = ClockDay(clock if net == "XX" else clock.clean(net), DAY)
            days[made.channel] = made
            await asyncio.to_thread(made.write, s3_server.root / bucket)
    async with emulated_network(s3_server.url, Line(round_trip=0.001)) as network:
        (folder / "archives.toml").write_text("".join(
            f'[{name}]\nbucket = "{name}"\nendpoint = "{network.url}"\nindex = "listing"\nobject_unit = "channel"\n'
            f'day_key = "{key}"\nday_cut = "sample"\nmax_in_flight = 16\nround_trip_bytes = 20000\n'
            'waveform_index_prefix = "continuous_waveforms/index/"\n'
            for name in ("clocks", "steady")
        ))  # fmt: skip
        async with (
            local_stack(folder / "stack", extra_env={"SEISBUS_ARCHIVES_FILE": str(folder / "archives.toml")}) as stack,
            AsyncClient(stack.control_address) as client,
        ):
            found = Clocks(System(stack, client, s3_server.root), network, days, {}, {}, {}, {})
            for archive in ("clocks", "steady"):
                await found.run(f"cold {archive}", {**JOBS["split"], "archive": archive})
            # what is learned is written once a second; stations that are read as they are planned learn something
            await eventually(lambda: _knotted(stack.environment) >= 2 * 15)
            for archive in ("clocks", "steady"):
                await found.run(f"warm {archive}", {**JOBS["split"], "archive": archive})
            for name, job in JOBS.items():
                await found.run(name, {**job, "archive": "clocks", "verify": "full"})
                found.data[name] = [datum async for datum in client.stream(job=found.jobs[name].id)]
            yield found


def _knotted(environment: dict[str, str]) -> int:
    import pymongo

    with pymongo.MongoClient[dict[str, Any]](environment["SEISBUS_MONGODB_URI"]) as client:
        files = client[environment["SEISBUS_DATABASE"]]["day_file"]
        return files.count_documents({"knots": {"$exists": True}})


def codes_of(datum: Any) -> str:
    return ".".join(datum[name] for name in ("net", "sta", "loc", "chan"))


def fits(day: ClockDay, first: int, t0_ns: int, rate: float, npts: int, told: str) -> bool:
    """Whether the start is where the record says it is, and the rate leads to the last sample, or it is said."""
    tolerance = 0.1 * day.period + (0 if day.clock.micro else 100_000)
    if abs(t0_ns - day.times[first]) > tolerance:
        return False
    grid = t0_ns + np.arange(npts) * (1e9 / rate)
    worst = np.abs(grid - day.times[first : first + npts]).max()
    return worst <= (0.15 + day.clock.jitter) * day.period or "one even grid" in told


@pytest.mark.parametrize("name", ["events", "tiles"])
def test_the_ledger_says_the_truth(clocks: Clocks, name: str) -> None:
    wrong = []
    for channel, outcomes in clocks.stored[name].by_channel.items():
        for outcome in outcomes:
            expected = clocks.days[channel].expected(outcome["start_ns"], outcome["end_ns"])
            if (outcome["fate"], outcome["reason"]) != expected:
                wrong.append((channel, outcome["start_ns"], expected, outcome["fate"], outcome["reason"]))
    assert wrong == []
    assert len(clocks.stored[name].by_channel) == len(CLOCKS) == 21
    assert {o["reason"] for o in clocks.stored[name].outcomes} >= {"", "gap", "overlap_conflict"}


@pytest.mark.parametrize("name", SAVED)
def test_every_window_has_its_samples_and_no_others(clocks: Clocks, name: str) -> None:
    found: dict[str, list[Any]] = {}
    for datum in clocks.data[name]:
        assert datum.live, codes_of(datum)
        found.setdefault(datum["window"], []).append(datum)
    stored, wrong = clocks.stored[name], []
    for channel, outcomes in stored.by_channel.items():
        day, seen = clocks.days[channel], []
        for outcome in outcomes:
            if outcome["fate"] != "saved":
                continue
            start, end = outcome["start_ns"], outcome["end_ns"]
            taken = []
            pieces: list[PlainPiece] = stored.pieces_of(outcome["_id"])
            assert len(pieces) == len(found[outcome["_id"]])
            for plain, datum in zip(pieces, sorted(found[outcome["_id"]], key=lambda d: d.t0_ns), strict=True):
                data = np.array(datum.data)
                first = day.locate(datum.t0_ns, data)
                told = "\n".join(entry.message for entry in datum.elog.get_error_log())
                if not fits(day, first, datum.t0_ns, 1 / datum.dt, datum.npts, told):
                    wrong.append((channel, start, first, datum.t0_ns - day.times[first], 1 / datum.dt, told))
                # MsPASS's plain reading
                digest = hashlib.sha256(data.astype("<f8").tobytes()).hexdigest()
                assert (plain.npts, plain.sha256) == (len(data), digest)
                assert plain.rate is None or plain.rate == pytest.approx(1 / datum.dt, rel=1e-7)
                taken.append(np.arange(first, first + len(data)))
            samples = np.concatenate(taken)
            beyond = day.near + (day.period / 2 if outcome["inclusive_end"] else 100_000)
            last = end + (day.period if outcome["inclusive_end"] else 0)
            assert len(np.unique(samples)) == len(samples)
            assert set(day.surely(start, end)) <= set(samples.tolist()), (channel, start)
            assert start - beyond <= day.times[samples[0]], (channel, start)
            assert day.times[samples[-1]] <= last + beyond, (channel, start)
            seen.append(samples)
        if name == "tiles" and len(seen) == len(outcomes):
            assert np.array_equal(np.concatenate(seen), np.arange(len(day.data))), channel
    assert wrong == []


@pytest.mark.long
async def test_get_waveforms_joins_what_several_jobs_stored(clocks: Clocks) -> None:
    for channel, day in clocks.days.items():
        if day.clock.net != "XX":
            continue
        net, sta, loc, chan = channel.split(".")
        stream = await clocks.system.client.get_waveforms(net, sta, loc, chan, MIDNIGHT / NS, MIDNIGHT / NS + 86400)
        taken = []
        for trace in stream:
            first = day.locate(trace.stats.starttime.ns, trace.data)
            told = "\n".join(trace.stats.seisbus.elog)
            assert fits(day, first, trace.stats.starttime.ns, trace.stats.sampling_rate, len(trace), told), channel
            taken.append(np.arange(first, first + len(trace)))
        samples = np.concatenate(taken)
        mine = [datum for name in SAVED for datum in clocks.data[name] if codes_of(datum) == channel]
        union = [np.arange(a, a + d.npts) for d in mine for a in [day.locate(d.t0_ns, np.array(d.data))]]
        assert np.array_equal(np.sort(samples), np.unique(np.concatenate(union))), channel
        if not (day.clock.lost or day.clock.conflict or day.clock.sta == "A21"):
            assert len(stream) == 1, channel


@pytest.mark.parametrize(("format", "precision"), [("asdf", "<f8"), ("parquet", "<f8"), ("sac", "<f4")])
@pytest.mark.parametrize("name", ["events", "split"])
async def test_exports_give_the_windows_back(clocks: Clocks, name: str, format: str, precision: str) -> None:
    rows, _ = await clocks.exported(format, job=clocks.jobs[name].id, folder=f"{format}-{name}")
    wanted = []
    for datum in clocks.data[name]:
        sha = hashlib.sha256(np.array(datum.data).astype(precision).astype("<f8").tobytes()).hexdigest()
        wanted.append([codes_of(datum), datum.t0_ns, 1 / datum.dt, datum.npts, sha])
    assert len(rows) == len(wanted)
    for mine, theirs in zip(sorted(rows), sorted(wanted), strict=True):
        assert (mine[0], *mine[3:]) == (theirs[0], *theirs[3:])
        assert abs(mine[1] - theirs[1]) <= 0.01 * clocks.days[mine[0]].period
        assert mine[2] == pytest.approx(theirs[2], rel=1e-7)


@pytest.mark.parametrize("name", [pytest.param("tiles", marks=pytest.mark.long), "split"])
async def test_an_sds_day_has_every_sample_once_at_its_time(clocks: Clocks, name: str) -> None:
    rows, documents = await clocks.exported("mseed", job=clocks.jobs[name].id, folder=f"sds-{name}")
    output = Path(clocks.system.stack.environment["SEISBUS_OUTPUT_ROOT"])
    assert {row[0] for row in rows} == {codes_of(datum) for datum in clocks.data[name]}
    for document in documents:
        day = clocks.days[document["channel"]]
        taken = []
        for record in pymseed.MS3Record.from_buffer((output / document["path"]).read_bytes(), unpack_data=True):
            data = np.array(record.np_datasamples)
            first = day.locate(record.starttime, data)
            assert fits(day, first, record.starttime, record.samprate, len(data), ""), (day.channel, first)
            taken.append(np.arange(first, first + len(data)))
        samples = np.concatenate(taken)
        mine = [datum for datum in clocks.data[name] if codes_of(datum) == day.channel]
        union = [np.arange(a, a + d.npts) for d in mine for a in [day.locate(d.t0_ns, np.array(d.data))]]
        assert np.array_equal(samples, np.unique(np.concatenate(union))), day.channel
        traces = [row for row in rows if row[0] == day.channel]
        assert sum(row[3] for row in traces) == len(samples)
        assert len(traces) == 1 + int((np.diff(day.times[samples]) > 1.5 * day.period).sum()), day.channel


@pytest.mark.parametrize("way", ["cold", "warm"])
def test_range_reads_find_what_whole_reads_find(clocks: Clocks, way: str) -> None:
    full, ranged = clocks.stored["split"], clocks.stored[f"{way} clocks"]
    assert len(full.by_channel) == 21
    for channel, outcomes in full.by_channel.items():
        period = clocks.days[channel].period
        for one, other in zip(outcomes, ranged.by_channel[channel], strict=True):
            assert (one["fate"], one["reason"]) == (other["fate"], other["reason"])
            mine, theirs = full.pieces_of(one["_id"]), ranged.pieces_of(other["_id"])
            assert [p.sha256 for p in mine] == [p.sha256 for p in theirs], channel
            for a, b in zip(mine, theirs, strict=True):
                assert abs(a.document["t0_ns"] - b.document["t0_ns"]) <= 0.02 * period


@pytest.mark.parametrize("way", ["cold", "warm"])
def test_a_real_clock_costs_no_request_more_than_a_perfect_one(clocks: Clocks, way: str) -> None:
    assert clocks.requests[f"{way} clocks"] == clocks.requests[f"{way} steady"]
    assert sum(clocks.requests[f"{way} clocks"].values()) >= 21
