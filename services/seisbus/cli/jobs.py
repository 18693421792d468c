"""Commands about jobs: submit, watch, jobs, show, outcomes, cancel, retry, explain."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..model.outcome import Fate, JobState
from . import views
from .datum import is_datum, parts_of
from .history import job_file
from .kind import CLI, PLAIN, Limits
from .options import OUT, client, errors_to
from .progress import JobBar

if TYPE_CHECKING:
    from ..client import Client, Job

JobArgument = Annotated[str, typer.Argument(help="Job id.")]
FateOption = Annotated[str, typer.Option("--fate", help="Fates separated by commas: dead, missing, failed, cancelled.")]


def submit(
    job_file: Annotated[Path, typer.Argument(help="Job file, YAML or JSON (docs/reference/job.md).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what the job would take.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch the job until it is closed.")] = True,
) -> None:
    """Start a job and watch it."""
    with client() as connected:
        if dry_run:
            OUT.print(views.estimate_table(connected.estimate(job_file)))
            return
        job = connected.submit(job_file)
        OUT.print(f"Job {job.id} is submitted.")
        if job.already is not None:
            OUT.print(job.already.text, markup=False, soft_wrap=True)
        if wait:
            raise typer.Exit(follow(connected, job))


def watch(job: JobArgument) -> None:
    """Watch a job until it is closed."""
    with client() as connected:
        raise typer.Exit(follow(connected, connected.job(job)))


def follow(connected: Client, job: Job) -> int:
    """Show a job's progress until it is closed, then its ledger; the exit code (0 completed, 1 otherwise).

    A job that waits for another one is shown after that one.
    """
    awaited = CLI.get(job.kind, PLAIN).awaits(job)
    if awaited and not job.state.closed and not (first := connected.job(awaited)).state.closed:
        OUT.print(f"It waits for job {first.id}, which stores what it works on.")
        follow(connected, first)
    try:
        with JobBar(OUT, job.title or job.id) as bar:
            for progress in connected.watch(job.id, errors_to):
                bar.show(progress)
    except KeyboardInterrupt:
        errors_to(f"The job goes on; `seisbus watch {job.id}` shows it again, `seisbus cancel {job.id}` stops it.")
        raise
    closed = connected.wait(job.id, errors_to)
    OUT.print(views.job_table(closed))
    return 0 if closed.state is JobState.COMPLETED else 1


def jobs(limit: Annotated[int, typer.Option(help="Largest number; 0 means all.")] = 20) -> None:
    """Jobs, newest first."""
    with client() as connected:
        OUT.print(views.jobs_table(connected.jobs(limit, errors_to), lambda job: CLI.get(job.kind, PLAIN).title(job)))


def show(
    job: Annotated[str, typer.Argument(help="Id of a job; or of a datum: of its document or its window.")],
    channels: Annotated[int, typer.Option(help="Channels of the availability table; 0 means all.")] = 40,
    files: Annotated[int, typer.Option(help="Stored waveforms to list.")] = 10,
    history: Annotated[
        bool, typer.Option("--history", help="Print a job file that makes this stored waveform again.")
    ] = False,
) -> None:
    """A job's ledger, why windows are not saved, availability by channel and day, and where its data are.

    Of a datum: what it is, its metadata, its error log, where it comes from and how it was made.
    """
    with client() as connected:
        if history:
            OUT.print(job_file(connected.history(job)), markup=False, soft_wrap=True, end="")
            return
        if is_datum(job):
            datum = connected.datum(job)
            OUT.print(*parts_of(datum, connected.job(datum.job)), sep="\n\n")
            return
        found = connected.job(job)
        OUT.print(views.job_table(found))
        if (reasons := views.reasons_table(connected.reasons(job))) is not None:
            OUT.print("", reasons)
        for shown in CLI.get(found.kind, PLAIN).show(connected, found, Limits(channels, files)):
            OUT.print("", shown)


def outcomes(
    job: JobArgument,
    fate: FateOption = "",
    limit: Annotated[int, typer.Option(help="Largest number; 0 means all.")] = 100,
) -> None:
    """Outcomes of a job's windows."""
    with client() as connected:
        found = connected.outcomes(job, fates(fate))
        OUT.print(views.outcomes_table(islice(found, limit) if limit else found))


def cancel(job: JobArgument) -> None:
    """Stop a job; what has no outcome yet becomes cancelled."""
    with client() as connected:
        OUT.print(f"Job {connected.cancel(job).id} is being cancelled.")


def retry(
    job: JobArgument,
    fate: FateOption = "",
    reason: Annotated[str, typer.Option(help="Only windows with this reason.")] = "",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch the job until it is closed.")] = True,
) -> None:
    """Plan windows again: those failed and cancelled, or those of --fate."""
    with client() as connected:
        again = connected.retry(job, fates(fate), reason)
        OUT.print(f"Job {again.id} is open again, attempt {again.progress.attempt}.")
        if wait:
            raise typer.Exit(follow(connected, again))


def misfit(job: JobArgument) -> None:
    """Total misfits of a misfit job, an event and evaluation a row."""
    with client() as connected:
        OUT.print(views.misfits_table(connected.misfits(job)))


def explain(job: JobArgument) -> None:
    """Why a job is not moving."""
    with client() as connected:
        for sentence in connected.explain(job):
            OUT.print(f"• {sentence}", markup=False, soft_wrap=True)


def fates(text: str) -> list[Fate]:
    """The fates of a comma-separated option; a usage error names the wrong one."""
    found = []
    for name in filter(None, (part.strip() for part in text.split(","))):
        if name not in list(Fate):
            raise typer.BadParameter(f"{name!r} is not a fate; expected some of {', '.join(Fate)}.")
        found.append(Fate(name))
    return found
