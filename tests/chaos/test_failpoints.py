"""Every failpoint hit once: the process dies by SIGKILL at the worst moment, is started again, and the job ends as if
nothing had happened.

One stack for all of them: every failpoint is armed, but strikes only where its mark file is absent.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pymongo import AsyncMongoClient

from seisbus.client import Job, UnreachableError
from seisbus.local import ServiceName
from seisbus.testing.stations import plan_channels
from support.chaos import HOUR, JOB, NIGHT, SMALL, End, bus_of, impatient_system, paused, settled_end, status_of
from support.system import System
from support.waiting import eventually

# Failpoint -> the service it kills; whether the bus must deliver something again after it; and the service that rests
# until then, for it keeps the job open: a job whose windows are all settled is closed, and needs no message any more.
_FAILPOINTS: dict[str, tuple[str, bool, str]] = {
    "submitted-before-publish": ("control", False, ""),
    "mid-plan": ("indexer", True, ""),
    "seis_plan-before-ack": ("indexer", True, ""),
    "seis_fetch-before-ack": ("fetcher", True, "windower"),
    "seis_window-before-ack": ("windower", True, "writer"),
    "written-before-commit": ("writer", True, ""),
    "mid-transaction": ("writer", True, ""),
    # the acknowledgement was sent and confirmed; what the crash leaves behind is the claim
    "claim-delete": ("writer", False, ""),
}
# For so long the database itself lets a transaction hold documents from which nobody is heard.
_TRANSACTION_NS = 60 * 10**9
_LATE = ("seis_fetch-before-ack", "seis_window-before-ack", "mid-transaction")
_AFTER_COMMIT = "seis_write-before-ack"
_MID_PURGE = "purge-before-documents"
_ALL = (*_FAILPOINTS, _AFTER_COMMIT, _MID_PURGE)
# A window of 3.4 h at 100 Hz as float64 is above what travels inline.
_LARGE = {
    "archive": "local",
    "select": {"chan": "H*"},
    "windows": {"absolute": [{"start": "2011-03-11T04:33:00Z", "end": "2011-03-11T07:57:00Z"}, HOUR, NIGHT]},
    "output": {"encoding": "float64"},
}
_SENSORS = {**JOB, "components": 3}
_STATIONS = sorted({f"{channel.station.net}.{channel.station.sta}" for channel in plan_channels(SMALL)})
# P and S at every station and at one that nobody knows, a window for both.
_PICKED = [
    f"{station}..BH,2011-03-11T0{hour}:{10 + number:02d}:{second:02d}.5,{phase},e{hour}"
    for hour in (5, 6, 7)
    for number, station in enumerate([*_STATIONS, "XX.NONE"])
    for phase, second in (("P", 10), ("S", 25))
]
_CSV = "\n".join(["station_id,phase_time,phase_type,event_id", *_PICKED])
_PICKS = {"archive": "local", "windows": {"picks": {"csv": _CSV, "share": True, "start": "-5s", "end": "30s"}}}
# One of three spans of a channel is saved by an earlier job.
_MORE = {
    "archive": "local",
    "windows": {"absolute": [HOUR, NIGHT, {"start": "2011-03-11T07:00:00Z", "end": "2011-03-11T07:10:00Z"}]},
}


@dataclass(frozen=True, slots=True)
class Trap:
    """A stack whose failpoints strike when their mark is removed, and how its jobs end undisturbed."""

    system: System
    marks: Path
    small: End
    large: End
    sensors: End
    picks: End
    more: End


@pytest.fixture(scope="module")
async def trap(tmp_path_factory: pytest.TempPathFactory, archive: Path) -> AsyncIterator[Trap]:
    folder = tmp_path_factory.mktemp("failpoints")
    marks = folder / "marks"
    marks.mkdir()
    for name in _ALL:
        marks.joinpath(name).touch()
    environment = {"SEISBUS_FAILPOINTS": ",".join(_ALL), "SEISBUS_FAILPOINT_FOLDER": str(marks)}
    async with impatient_system(folder / "stack", archive, environment=environment) as system:
        ends = [await settled_end(system, await system.run(job)) for job in (JOB, _LARGE, _SENSORS, _PICKS, _MORE)]
        yield Trap(system, marks, *ends)


def test_the_undisturbed_jobs_have_every_fate_that_archives_cause(trap: Trap) -> None:
    for end in (trap.small, trap.large):
        assert {fate for fate, _, _ in end.values()} >= {"saved", "dead"}
    assert "missing" in {fate for fate, _, _ in trap.small.values()}
    assert {fate for fate, _, _ in trap.sensors.values()} == {"saved", "dead", "missing"}
    assert {fate for fate, _, _ in trap.picks.values()} >= {"saved", "missing"}
    assert max(npts for _, _, pieces in trap.large.values() for npts, _, _ in pieces) * 8 > 7_000_000


@pytest.mark.parametrize("name", _FAILPOINTS)
async def test_a_kill_at_the_failpoint_changes_nothing(trap: Trap, name: str) -> None:
    service, redelivered, resting = _FAILPOINTS[name]
    job: dict[str, Any] = _LARGE if name == "claim-delete" else JOB
    stack = trap.system.stack
    before = restarts(trap.system, service)
    trap.marks.joinpath(name).unlink()

    async def struck() -> bool:
        assert trap.marks.joinpath(name).exists()
        assert restarts(trap.system, service) == before + 1
        return not redelivered or (await status_of(stack, service)).redelivered > 0

    async with paused(stack, resting) if resting else contextlib.nullcontext():
        submitted = await submit(trap.system, job)
        await eventually(struck)
        if resting:
            assert not (await trap.system.client.job(submitted.id)).state.closed
    done = await closed(trap.system, submitted)
    assert done.close_time_ns - done.submit_time_ns < _TRANSACTION_NS
    assert await settled_end(trap.system, done) == (trap.large if name == "claim-delete" else trap.small)


@pytest.mark.parametrize("name", sorted(_FAILPOINTS.keys() - {"submitted-before-publish", "claim-delete"}))
async def test_a_kill_in_a_job_of_sensors_changes_nothing(trap: Trap, name: str) -> None:
    """Tasks of three objects, and Seismograms: the ledger has each sensor and window once."""
    service, redelivered, resting = _FAILPOINTS[name]
    stack, before = trap.system.stack, restarts(trap.system, service)
    trap.marks.joinpath(name).unlink()

    async def struck() -> bool:
        assert trap.marks.joinpath(name).exists()
        assert restarts(trap.system, service) == before + 1
        return not redelivered or (await status_of(stack, service)).redelivered > 0

    async with paused(stack, resting) if resting else contextlib.nullcontext():
        submitted = await submit(trap.system, _SENSORS)
        await eventually(struck)
    assert await settled_end(trap.system, await closed(trap.system, submitted)) == trap.sensors


@pytest.mark.parametrize(
    "name", ["mid-plan", *(pytest.param(name, marks=pytest.mark.long) for name in ("seis_plan-before-ack", *_LATE))]
)
async def test_a_kill_in_a_job_of_picks_changes_nothing(trap: Trap, name: str) -> None:
    """The picks that were settled when the plan began stand on their windows, once each."""
    await strike(trap, name, _PICKS)
    (job,) = await trap.system.client.jobs(1)
    assert await settled_end(trap.system, await closed(trap.system, job)) == trap.picks
    for document in await trap.system.client.waveforms(job=job.id):
        assert [pick["phase"] for pick in document["picks"]] == ["P", "S"]


@pytest.mark.parametrize(
    "name",
    ["mid-transaction", *(pytest.param(n, marks=pytest.mark.long) for n in ("mid-plan", "seis_plan-before-ack"))],
)
async def test_a_kill_in_a_job_that_skips_windows_changes_nothing(trap: Trap, name: str) -> None:
    """What an earlier job has saved is pointed to, and made by nobody; the rest is made once."""
    system, output = trap.system, {"output": {"data_tag": f"skip-{name}"}}
    earlier = await run(system, {**_MORE, **output, "windows": {"absolute": [HOUR]}})
    await strike(trap, name, {**_MORE, **output})
    (job,) = await system.client.jobs(1)
    done = await closed(system, job)
    assert [note.partition(" of ")[0] for note in done.notes] == [f"already: {earlier.ledger.saved}"]
    outcomes = [outcome async for outcome in system.client.outcomes(done.id)]
    found = {(str(o.channel), o.start_ns, o.end_ns, o.event): (o.fate, o.reason) for o in outcomes}
    assert found == {identity: end[:2] for identity, end in trap.more.items()}
    documents = {str(document["_id"]): document for document in await system.client.waveforms(job=done.id)}
    refs = [ref for outcome in outcomes if outcome.fate == "saved" for ref in outcome.refs]
    assert sorted(refs) == sorted(documents)
    both = {document["job"] for document in documents.values()}
    assert both == {earlier.id, done.id}
    assert sum(document["job"] == earlier.id for document in documents.values()) == earlier.ledger.saved
    samples = [
        sha256(np.ascontiguousarray(m.data, "<f8")).hexdigest() for m in (await system.client.read(job=done.id)).member
    ]
    assert sorted(samples) == sorted(sha for _, _, pieces in trap.more.values() for _, sha, _ in pieces)


async def strike(trap: Trap, name: str, job: dict[str, Any]) -> None:
    """Submit a job, and wait until the failpoint has killed one process, which is there again."""
    services = {status.service for status in trap.system.stack.services()}
    before = sum(restarts(trap.system, service) for service in services)
    trap.marks.joinpath(name).unlink()

    async def struck() -> bool:
        assert trap.marks.joinpath(name).exists()
        assert sum(restarts(trap.system, service) for service in services) == before + 1
        return True

    resting = _FAILPOINTS[name][2]
    async with paused(trap.system.stack, resting) if resting else contextlib.nullcontext():
        await submit(trap.system, job)
        await eventually(struck)


async def test_outcomes_delivered_again_after_their_commit_change_nothing(trap: Trap) -> None:
    """The writer dies between commit and acknowledgement. The windower rests meanwhile, which keeps the job open: what
    is written without it are windows that are missing."""
    system = trap.system
    trap.marks.joinpath(_AFTER_COMMIT).unlink()
    async with paused(system.stack, "windower"):
        submitted = await submit(system, JOB)
        await eventually(trap.marks.joinpath(_AFTER_COMMIT).exists)
        committed = await outcomes_of(system, submitted.id)

        async def handled_again() -> bool:
            assert (await status_of(system.stack, "writer")).redelivered > 0
            async with bus_of(system.stack) as bus:
                return (await bus.pending(submitted.id))["SEIS_WRITE"] == 0

        await eventually(handled_again)
        assert not (await system.client.job(submitted.id)).state.closed
        again = await outcomes_of(system, submitted.id)
    assert committed
    assert committed.items() <= again.items()
    assert await settled_end(system, await closed(system, submitted)) == trap.small


async def test_a_writer_killed_mid_purge_leaves_nothing_of_the_job(trap: Trap) -> None:
    """The files are gone and the documents are not, when it dies; the next one takes the rest."""
    system = trap.system
    kept, doomed = await run(system, JOB), await run(system, JOB)
    assert waveform_files(system.stack.environment, doomed.id)
    trap.marks.joinpath(_MID_PURGE).unlink()

    purge, _ = await system.client.purge([doomed.id])
    assert purge is not None
    assert (await system.client.wait(purge.id)).ledger.saved == 1

    assert trap.marks.joinpath(_MID_PURGE).exists()
    environment = system.stack.environment
    assert not waveform_files(environment, doomed.id)
    async with AsyncMongoClient[dict[str, Any]](environment["SEISBUS_MONGODB_URI"]) as mongo:
        database = mongo[environment["SEISBUS_DATABASE"]]
        assert await database["job"].find_one({"_id": doomed.id}) is None
        for name in await database.list_collection_names():
            assert await database[name].find_one({"job": doomed.id}) is None, name
    assert await settled_end(system, kept) == trap.small


def waveform_files(environment: Mapping[str, str], job: str) -> list[Path]:
    return list(Path(environment["SEISBUS_OUTPUT_ROOT"]).glob(f"waveforms/{job}/*"))


async def outcomes_of(system: System, job: str) -> dict[str, str]:
    """The outcome documents of a job as they are stored now, by `_id`."""
    environment = system.stack.environment
    async with AsyncMongoClient[dict[str, Any]](environment["SEISBUS_MONGODB_URI"]) as mongo:
        found = await mongo[environment["SEISBUS_DATABASE"]]["outcome"].find({"job": job}).to_list()
    return {document["_id"]: repr(document) for document in found}


async def run(system: System, job: dict[str, Any]) -> Job:
    """The job closed."""
    return await closed(system, await submit(system, job))


async def submit(system: System, job: dict[str, Any]) -> Job:
    """The job; one whose submission was cut off is the one that control knows once it is back."""
    known = {found.id for found in await system.client.jobs()}
    try:
        return await system.client.submit(job)
    except UnreachableError:

        async def new() -> list[Job]:
            with contextlib.suppress(UnreachableError):
                return [found for found in await system.client.jobs() if found.id not in known]
            return []

        (submitted,) = await eventually(new)
        return submitted


async def closed(system: System, submitted: Job) -> Job:
    """The job completed, with a ledger that adds up."""
    done = await system.client.wait(submitted.id)
    assert (done.state, done.ledger.balanced) == ("completed", True), (done.error, done.notes)
    return done


def restarts(system: System, service: str) -> int:
    """How often the only process of a service was started again."""
    (count,) = (status.restarts for status in system.stack.services() if status.service == ServiceName(service))
    return count
