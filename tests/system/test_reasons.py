"""Every reason why a window is not saved: the ledger, the error log in the database, what the client reads and what the
commands print say it, each with a sentence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from libseis.segments import CutReason
from seisbus.archive.definition import load_archives
from seisbus.archive.keys import DayKey, TableFormat, catalog_index_key
from seisbus.cli import views
from seisbus.client import Job
from seisbus.model.outcome import Fate, JobState, Reason
from seisbus.testing.folder import Bucket
from seisbus.testing.listings import IndexRow, write_day_index
from support.days import NS, day_ns, pack
from support.system import System
from support.waiting import eventually

DAY = date(2021, 7, 14)
T0 = day_ns(DAY) + 3 * 3600 * NS
START, END = "2021-07-14T03:10:00Z", "2021-07-14T03:20:00Z"
WINDOW = {"absolute": [{"start": START, "end": END}]}
KEY = load_archives()["scedc"].day_key
CATALOG = "ORIGIN_DATETIME,MAG,LAT,LON,DEPTH,EVID,MS_FILENAME\n2021/07/14 03:04:05,5,33,-117,5,77,NA\n"
# reasons of sensors, phases and picks, whose archives hold what gives them, have tests of their own, as have
# an archive that lists an object and refuses to give it, and messages that nobody can read, have tests of their own
ELSEWHERE = {
    Reason.ACCESS_DENIED: "tests/integration/test_object_reader.py",
    Reason.DEAD_LETTER: "tests/system/test_poison.py",
    Reason.JOB_FAILED: "tests/contract/test_ledger.py",
    Reason.LACKS_COMPONENT: "tests/system/test_sensors.py",
    Reason.SURPLUS_CHANNEL: "tests/system/test_sensors.py",
    Reason.NO_ORIENTATION: "tests/system/test_sensors.py",
    Reason.EPOCH_CHANGE: "tests/system/test_sensors.py",
    Reason.LEFT_HANDED: "tests/system/test_sensors.py",
    Reason.COPLANAR: "tests/system/test_sensors.py",
    Reason.TIME_BASES: "tests/unit/windower/test_sensors.py",
    Reason.NO_COORDINATES: "tests/unit/planning/test_aims.py",
    Reason.NO_SOURCE_DEPTH: "tests/system/test_phases.py",
    Reason.NO_SUCH_PHASE: "tests/system/test_phases.py",
    Reason.UNKNOWN_STATION: "tests/system/test_picks.py",
}


def records(sta: str, start_s: float, seconds: float, rate: int = 20, chan: str = "BHZ", seed: int = 1) -> bytes:
    """Counts from so many seconds after three o'clock."""
    walk = np.cumsum(np.random.default_rng(seed).integers(-9, 10, int(seconds * rate))).astype(np.int32)
    return b"".join(pack(("XX", sta, "", chan), Fraction(rate), T0 + int(start_s * NS), walk))


# what the object of each station holds; the window is from 600 s to 1200 s
OBJECTS: dict[str, bytes] = {
    "GOOD": records("GOOD", 0, 3600),
    "GONE": records("GONE", 0, 3600),
    "SLOW": records("SLOW", 0, 3600, 1),
    "GAP": records("GAP", 0, 800) + records("GAP", 900, 900),
    "LATE": records("LATE", 700, 900),
    "EARLY": records("EARLY", 0, 1000),
    "CONF": records("CONF", 0, 1800) + records("CONF", 700, 200, seed=2),
    "MIXED": records("MIXED", 0, 800) + records("MIXED", 800, 800, 40),
    "NONE": b"",
    "ELSE": records("ELSE", 7200, 600),
    "WRONG": records("OTHER", 0, 1800, chan="BHE") + records("OTHER", 0, 1800, chan="BHN"),
    "JUNK": b"<html>503 Slow Down</html>" * 40,
}
BY_STATION = {
    "GAP": Reason.GAP,
    "LATE": Reason.STARTS_LATE,
    "EARLY": Reason.ENDS_EARLY,
    "CONF": Reason.OVERLAP_CONFLICT,
    "MIXED": Reason.MIXED_RATES,
    "NONE": Reason.NO_DATA,
    "ELSE": Reason.NO_DATA_IN_WINDOW,
    "WRONG": Reason.WRONG_CHANNEL,
    "JUNK": Reason.UNREADABLE,
    "NOTL": Reason.NOT_LISTED,
}


def key(sta: str) -> str:
    return KEY.format(DayKey("XX", sta, "", "BHZ", DAY))


@dataclass(frozen=True, slots=True)
class Ended:
    """The job in which each reason comes up."""

    system: System
    jobs: dict[Reason, Job]


@pytest.fixture(scope="module")
async def ended(system: System) -> AsyncIterator[Ended]:
    bucket = Bucket(system.buckets / "reasons")
    for sta, data in OBJECTS.items():
        bucket.put(key(sta), data)
    rows = [
        IndexRow(key(sta).rpartition("/")[2], "XX", sta, "BHZ", "", 34.0, -117.0, 1.0 if sta == "SLOW" else 20.0)
        for sta in (*OBJECTS, "NOTL")
    ]
    write_day_index(bucket, DAY, rows)
    bucket.put(catalog_index_key(2021, TableFormat.CSV), CATALOG.encode())
    stations = Bucket(system.buckets / "stations")
    template = load_archives()["earthscope"].day_key
    stations.put(template.format(DayKey("XX", "LOW", None, None, DAY)), records("LOW", 0, 1800, 1, "LHZ"))
    await system.sync("reasons")

    job: dict[str, Any] = {"archive": "reasons", "windows": WINDOW}
    everything = await system.run(job)
    jobs = dict.fromkeys(BY_STATION.values(), everything)
    some = {**job, "select": {"sta": "GOOD,SLOW"}, "steps": [{"filter": {"type": "lowpass", "freq": 5}}]}
    jobs[Reason.STEP_FAILED] = await system.run(some)
    await asyncio.to_thread((bucket.folder / key("GONE")).unlink)
    jobs[Reason.NO_SUCH_KEY] = await system.run({**job, "select": {"sta": "G*"}})
    query = {"catalog": {"start": "2021-07-14", "end": "2021-07-15"}}
    files = {"archive": "reasons", "inputs": "event_files", "windows": {"events": query}}
    jobs[Reason.NOT_AVAILABLE] = await system.run(files)
    jobs[Reason.NO_CHANNEL] = await system.run({**job, "archive": "stations", "select": {"chan": "BH?"}})
    await system.stack.hold("fetcher")
    try:
        submitted = await system.client.submit({**job, "select": {"sta": "GOOD"}})

        async def planned() -> bool:
            return (await system.client.job(submitted.id)).progress.planning_done

        await eventually(planned)
        await system.client.cancel(submitted.id)
        jobs[Reason.CANCELLED] = await system.client.wait(submitted.id)
    finally:
        await system.stack.release("fetcher")
    assert jobs[Reason.CANCELLED].state is JobState.CANCELLED
    yield Ended(system, jobs)


def test_the_list_is_whole() -> None:
    assert {reason.value for reason in CutReason} <= {reason.value for reason in Reason}
    tested = {*BY_STATION.values(), *TESTED}
    assert tested | set(ELSEWHERE) == set(Reason) and not tested & set(ELSEWHERE)
    for reason, path in ELSEWHERE.items():
        text = (Path(__file__).parents[2] / path).read_text()
        assert reason.value in text or "AccessError" in text


TESTED = (*BY_STATION.values(), Reason.STEP_FAILED, Reason.NO_SUCH_KEY, Reason.NOT_AVAILABLE, Reason.NO_CHANNEL,
          Reason.CANCELLED)  # fmt: skip


def rendered(thing: Any) -> str:
    console = Console(width=1000, record=True, file=None, quiet=False)
    with console.capture() as captured:
        console.print(thing)
    return captured.get()


@pytest.mark.parametrize("reason", TESTED, ids=str)
async def test_a_reason_is_told_wherever_one_looks(ended: Ended, reason: Reason) -> None:
    client, job = ended.system.client, ended.jobs[reason]
    outcomes = [outcome async for outcome in client.outcomes(job.id) if outcome.reason == reason]
    assert outcomes and {outcome.fate for outcome in outcomes} == {reason.fate}
    outcome = outcomes[0]
    assert outcome.detail, "a sentence in the ledger"
    if station := next((sta for sta, why in BY_STATION.items() if why is reason), ""):
        assert [outcome.channel.sta for outcome in outcomes] == [station]
    # the database
    graves = [grave for grave in await client.cemetery(job.id) if grave["reason"] == reason]
    assert bool(graves) == (reason.fate is Fate.DEAD)
    for grave in graves:
        assert any(line["error_message"] for line in grave["logdata"])
        assert any(line["badness"] == "ErrorSeverity.Invalid" for line in grave["logdata"])
    # what is read
    word = f"{reason.fate} ({reason})"
    ensemble = await client.read(job=job.id)
    assert any(word in entry.message for entry in ensemble.elog.get_error_log())
    codes = (outcome.channel.net, outcome.channel.sta or "*", outcome.channel.loc or "--", outcome.channel.chan or "*")
    if outcome.channel.net:
        stream = await client.get_waveforms(*codes, outcome.start_ns / 1e9, outcome.end_ns / 1e9, job=job.id)
        assert len(stream) == 0
        assert any(word in text and outcome.detail in text for text in stream.seisbus_elog)
    # and the commands: explain, show, outcomes
    assert any(word in sentence for sentence in await client.explain(job.id))
    shown = rendered(views.reasons_table(await client.reasons(job.id)))
    assert reason in shown and reason.fate in shown
    assert outcome.detail[:60] in rendered(views.outcomes_table(outcomes)).replace("\n", "")
