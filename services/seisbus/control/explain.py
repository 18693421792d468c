"""Explains why a job is not moving, in plain sentences, from its document, its open tasks, the bus and its dead
letters."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from seis.v1 import task_pb2

from ..deadlines import BY_THE_WAY_SECONDS
from ..disk_room import lack_of_room
from ..errors import UnavailableError
from ..model.outcome import JobState, Ledger
from ..store.documents import JobDocument
from ..store.jobs import awaited_job, get_job, outranking_job
from ..store.queries import count_dead_letters
from ..store.summaries import Summary, summary
from ..store.tasks import open_task_ids
from ..telemetry.hops import Wait
from .context import CallContext
from .messages import ledger_of, reason_messages


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the pipeline: the stream it works on and how its consumers' names begin."""

    stream: str
    consumers: str
    service: str


STAGES: Final = (
    Stage("SEIS_PLAN", "plan", "indexer"),
    Stage("SEIS_FETCH", "fetch-", "fetcher"),
    Stage("SEIS_WINDOW", "window-", "windower"),
    Stage("SEIS_WRITE", "write-", "writer"),
)


@dataclass(frozen=True, slots=True)
class Lag:
    """A consumer: messages waiting, messages being worked on, requests of idle workers."""

    pending: int
    working: int
    idle: int


@dataclass(frozen=True, slots=True)
class Picture:
    """What was found out about a job. `messages` and `lag` are None if the bus did not answer (`bus_problem`). `waits`
    are other servers that do not answer. `awaited` is the job that it waits for, `outranked_by` the job of higher
    priority that is planned first."""

    job: JobDocument
    open_tasks: int
    dead_letters: Mapping[str, int]
    messages: Mapping[str, int] | None
    lag: Mapping[str, Lag] | None
    bus_problem: str = ""
    disk_problem: str = ""
    waits: Sequence[Wait] = ()
    awaited: str = ""
    outranked_by: str = ""
    reasons: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class StageState:
    """A stage now: `messages` of the job that are with it; messages of all jobs that it is `working` on; `idle`
    requests for more work."""

    service: str
    messages: int
    working: int
    idle: int


async def explain(context: CallContext, job: str) -> tuple[list[str], list[StageState]]:
    """One sentence per finding, the most important first, and the stages, if the bus answered. NotFoundError for an
    unknown job."""
    document = await get_job(context.store, job)
    picture = Picture(
        job=document,
        open_tasks=len(await open_task_ids(context.store, job)),
        dead_letters=await count_dead_letters(context.store, job),
        messages=None,
        lag=None,
        disk_problem=lack_of_room(context.output_root),
        waits=context.hops.waits(document["spec"].get("archive") or ""),
        awaited=await awaited_job(context.store, document),
        outranked_by=await outranking_job(context.store, document),
        reasons=reasons_of(await summary(context.store, document)),
    )
    if not (problem := context.hops.sentence("NATS")):  # it is known not to answer, so do not wait for it again
        try:
            # the bus comes last, outside the time limit of the database
            async with asyncio.timeout(BY_THE_WAY_SECONDS):
                messages = await context.bus.pending(job)
                lag = {name: Lag(*figures) for name, figures in (await context.bus.consumer_lag()).items()}
            picture = replace(picture, messages=messages, lag=lag)
            return findings(picture), [] if JobState(document["state"]).closed else stages_of(picture)
        except (UnavailableError, TimeoutError) as error:
            silent = f"NATS: no answer within {BY_THE_WAY_SECONDS:.0f} s."
            problem = context.hops.sentence("NATS") or str(error) or silent
    others = [wait for wait in picture.waits if wait.hop != "NATS"]
    return findings(replace(picture, bus_problem=problem, waits=others)), []


def stages_of(picture: Picture) -> list[StageState]:
    """The state of each stage, in the order of the pipeline."""
    found = []
    for stage in STAGES:
        lags = [lag for name, lag in (picture.lag or {}).items() if name.startswith(stage.consumers)]
        messages = (picture.messages or {}).get(stage.stream, 0)
        working, idle = sum(lag.working for lag in lags), sum(lag.idle for lag in lags)
        found.append(StageState(stage.service, messages, working, idle))
    return found


def findings(picture: Picture) -> list[str]:
    """The sentences for a picture."""
    job, state, ledger = picture.job, JobState(picture.job["state"]), ledger_of(picture.job)
    if state.closed:
        return [*_closed(job, state, ledger), *picture.reasons, *_letters(picture)]
    found: list[str] = [picture.disk_problem] if picture.disk_problem else []
    if picture.bus_problem:
        found.append(f"The bus does not answer, so no service can take or hand on work: {picture.bus_problem}")
    found += [wait.text for wait in picture.waits]
    found += _stages(picture)
    messages = sum((picture.messages or {}).values())
    if picture.messages is not None and messages == 0:
        found += _silent(picture, state)
    found += _letters(picture)
    if job.get("error"):
        found.append(f"It reported: {job['error']}")
    found.append(_progress(picture, state, ledger))
    return [*found, *picture.reasons]


def reasons_of(counted: Summary) -> list[str]:
    """Why windows are not saved, one sentence per fate and reason."""
    return [
        f"{reason.windows:,} {'window is' if reason.windows == 1 else 'windows are'} "
        f"{task_pb2.Fate.Name(reason.fate).removeprefix('FATE_').lower()} ({reason.reason}), for example "
        f"{reason.example}"
        for reason in reason_messages(counted)
    ]


def _closed(job: JobDocument, state: JobState, ledger: Ledger) -> list[str]:
    text = f"The job is closed ({state.value}): {ledger.saved:,} of {ledger.planned:,} windows are saved."
    if job.get("error"):
        text += f" It ended because: {job['error']}"
    retriable = [f"{count:,} {name}" for name, count in ledger.counts().items() if name in _RETRY and count]
    if retriable:
        text += f" `seisbus retry {job['_id']}` plans the {' and '.join(retriable)} again."
    return [text]


_RETRY: Final = ("failed", "cancelled")


def _stages(picture: Picture) -> list[str]:
    """Sentences about stages. A stage that does not take the job's messages stops all stages before it."""
    found = []
    for stage in STAGES:
        waiting = (picture.messages or {}).get(stage.stream, 0)
        consumers = {n: lag for n, lag in (picture.lag or {}).items() if n.startswith(stage.consumers)}
        if not waiting:
            continue
        working = sum(lag.working for lag in consumers.values())
        idle = sum(lag.idle for lag in consumers.values())
        if not consumers:
            found.append(
                f"{_wait(waiting)} in {stage.stream}, which has no consumer; "
                "run `python -m seisbus.admin.topology` to create it."
            )
        elif not working and not idle:
            found.append(
                f"{_wait(waiting)} for the {stage.service}, and no {stage.service} asks for work: none is running, or "
                "each is paused or waits until a server answers (its log and `seisbus doctor` say which)."
            )
        elif not working:
            found.append(
                f"{_wait(waiting)} for the {stage.service}, which is idle: just published, or of an archive whose "
                "consumer does not exist."
            )
        else:
            found.append(f"The {stage.service} works on {_messages(working)}; it has {_messages(waiting)} of this job.")
    return found


def _messages(number: int) -> str:
    return f"{number:,} message{'' if number == 1 else 's'}"


def _wait(number: int) -> str:
    return f"{_messages(number)} wait{'s' if number == 1 else ''}"


def _silent(picture: Picture, state: JobState) -> list[str]:
    if picture.awaited:
        job = picture.awaited
        return [f"It waits for job {job}, which stores what it works on; `seisbus watch {job}` shows how far that is."]
    if picture.outranked_by and state in (JobState.SUBMITTED, JobState.PLANNING):
        return [f"Job {picture.outranked_by} has a higher priority on this archive and is planned first."]
    if state is JobState.SUBMITTED:
        return ["No indexer has planned it and no plan message waits; the indexer's reconciler sends one when it runs."]
    if state is JobState.CANCELLING:
        return ["It is being cancelled; the indexer's reconciler settles the rest when it runs."]
    if picture.open_tasks:
        return [
            f"{picture.open_tasks:,} tasks are open without a message on the bus; the indexer's reconciler publishes "
            "them again under a new attempt when it runs."
        ]
    if picture.job.get("planning_done"):
        return ["Every task is settled; the indexer's reconciler closes the job when it runs."]
    return [
        "Planning is not finished and no indexer works on it; the indexer's reconciler sends it again when it runs."
    ]


def _letters(picture: Picture) -> list[str]:
    command = f"`seisbus deadletters list --job {picture.job['_id']}`"
    return [
        f"{count:,} messages were given up ({reason}); {command} shows them."
        for reason, count in sorted(picture.dead_letters.items())
    ]


def _progress(picture: Picture, state: JobState, ledger: Ledger) -> str:
    done = picture.job.get("planning_done")
    planned = f"{ledger.planned:,} planned windows" if done else f"{ledger.planned:,} windows planned so far"
    return (
        f"It is {state.value} in attempt {picture.job['attempt']}: {ledger.settled:,} of {planned} have an outcome, "
        f"{picture.open_tasks:,} tasks are open."
    )
