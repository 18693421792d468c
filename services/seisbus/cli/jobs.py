"""Commands about jobs: submit, watch, jobs, show, outcomes, cancel, retry, misfit, explain."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from ..errors import ClientError
from ..model.outcome import Fate
from . import views
from .datum import is_datum, may_be_datum, parts_of
from .following import follow, started
from .history import job_file
from .kind import CLI, PLAIN, Limits
from .listing import Cut, JsonOption, LimitOption, PageOption, print_json, show_list
from .options import OUT, client, errors_to

if TYPE_CHECKING:
    from ..client import Client, Job

JobArgument = Annotated[str, typer.Argument(help="Id of a job, the beginning of it, or @last for the newest job.")]
FateOption = Annotated[str, typer.Option("--fate", help="Fates separated by commas: dead, missing, failed, cancelled.")]
WaitOption = Annotated[bool, typer.Option("--wait/--no-wait", help="Watch the job until it is closed.")]


def submit(
    job_file: Annotated[Path, typer.Argument(help="Job file, YAML or JSON (docs/reference/job.md).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what the job would take.")] = False,
    wait: WaitOption = True,
    json: JsonOption = False,
) -> None:
    """Start a job and watch it; exit code 3 if it completes and saves nothing."""
    with client() as connected:
        if dry_run:
            estimate = connected.estimate(job_file)
            print_json(estimate) if json else OUT.print(views.estimate_table(estimate))
            return
        job = connected.submit(job_file)
        started(job, f"Job {job.id} is submitted.", json=json)
        closing(connected, job, wait=wait, json=json)


def watch(job: JobArgument, json: JsonOption = False) -> None:
    """Watch a job until it is closed; exit code 3 if it completes and saves nothing."""
    with client() as connected:
        raise typer.Exit(follow(connected, connected.job(job), json=json))


def closing(connected: Client, job: Job, *, wait: bool, json: bool) -> None:
    """Watch a job if the user wants it, and leave with its exit code."""
    if wait:
        raise typer.Exit(follow(connected, job, json=json))
    if json:
        print_json(job)


def jobs(limit: LimitOption = 20, page: PageOption = 1, json: JsonOption = False) -> None:
    """Jobs, newest first."""
    cut = Cut.of(limit, page)
    with client() as connected:
        found = connected.jobs(cut.limit, errors_to, skip=cut.skip)

    def table(rows: Sequence[Job]) -> RenderableType:
        return views.jobs_table(rows, lambda job: CLI.get(job.kind, PLAIN).title(job))

    show_list(found, found.total, cut, "jobs", table, json=json, none="There are no jobs yet; `seisbus submit FILE`.")


def show(
    job: Annotated[
        str, typer.Argument(help="Id of a job (or its beginning, or @last), of a document, or of a window.")
    ],
    channels: Annotated[
        int, typer.Option("--channels", "--limit", help="Channels of the availability table; 0 means all.", min=0)
    ] = 40,
    page: PageOption = 1,
    files: Annotated[int, typer.Option(help="Stored waveforms to list.", min=0)] = 10,
    reasons: Annotated[int, typer.Option(help="Reasons to list, the most frequent; 0 means all.", min=0)] = 20,
    history: Annotated[
        bool, typer.Option("--history", help="Print a job file that makes this stored waveform again.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """A job's ledger, why windows are not saved, availability by channel and day, and where its data are.

    Of a datum: what it is, its metadata, its error log, where it comes from and how it was made.
    """
    cut = Cut.of(channels, page)
    with client() as connected:
        if history:
            OUT.print(job_file(connected.history(job)), markup=False, soft_wrap=True, end="")
            return
        if is_datum(job) or (found := job_or_none(connected, job)) is None:
            datum = connected.datum(job)
            if json:
                print_json(datum)
            else:
                OUT.print(*parts_of(datum, connected.job(datum.job)), sep="\n\n")
            return
        kind, limits = CLI.get(found.kind, PLAIN), Limits(channels, files, cut.skip)
        counted = connected.reasons(found.id)
        if json:
            print_json({"job": found, "reasons": counted, **kind.values(connected, found, limits)})
            return
        OUT.print(views.job_table(found))
        if (table := views.reasons_table(counted, reasons)) is not None:
            OUT.print("", table)
        for shown in kind.show(connected, found, limits):
            OUT.print("", shown)


def job_or_none(connected: Client, text: str) -> Job | None:
    """The job with an id; None if there is none and the text may name a datum."""
    try:
        return connected.job(text)
    except ClientError as error:
        if error.code == "NOT_FOUND" and may_be_datum(text):
            return None
        raise


def outcomes(
    job: JobArgument,
    fate: FateOption = "",
    limit: LimitOption = 100,
    page: PageOption = 1,
    json: JsonOption = False,
) -> None:
    """Outcomes of a job's windows."""
    cut, wanted = Cut.of(limit, page), fates(fate)
    with client() as connected:
        counts = connected.job(job).ledger.counts()
        found = connected.outcomes(job, wanted, skip=cut.skip)
        rows = list(islice(found, limit) if limit else found)
    total = max(sum(counts[one] for one in wanted or Fate), cut.skip + len(rows) if rows else 0)
    show_list(rows, total, cut, "outcomes", views.outcomes_table, json=json, none="No window has such an outcome.")


def cancel(job: JobArgument, json: JsonOption = False) -> None:
    """Stop a job; what has no outcome yet becomes cancelled."""
    with client() as connected:
        stopped = connected.cancel(job)
    print_json(stopped) if json else OUT.print(f"Job {stopped.id} is being cancelled.")


def retry(
    job: JobArgument,
    fate: FateOption = "",
    reason: Annotated[str, typer.Option(help="Only windows with this reason.")] = "",
    wait: WaitOption = True,
    json: JsonOption = False,
) -> None:
    """Plan windows again: those failed and cancelled, or those of --fate."""
    wanted = fates(fate)
    with client() as connected:
        again = connected.retry(job, wanted, reason)
        started(again, f"Job {again.id} is open again, attempt {again.progress.attempt}.", json=json)
        closing(connected, again, wait=wait, json=json)


def misfit(job: JobArgument, limit: LimitOption = 100, page: PageOption = 1, json: JsonOption = False) -> None:
    """Total misfits of a misfit job, one row per event and evaluation."""
    cut = Cut.of(limit, page)
    with client() as connected:
        found = connected.misfits(job)
    none = "The job has no misfits; it measured nothing, or is of another kind."
    show_list(cut.rows(found), len(found), cut, "misfits", views.misfits_table, json=json, none=none)


def explain(job: JobArgument, json: JsonOption = False) -> None:
    """Why a job is not moving."""
    with client() as connected:
        sentences = connected.explain(job)
    if json:
        print_json(sentences)
        return
    for sentence in sentences:
        OUT.print(f"• {sentence}", markup=False, soft_wrap=True)


def fates(text: str) -> list[Fate]:
    """The fates of a comma-separated option; a usage error names the wrong one."""
    found = []
    for name in filter(None, (part.strip() for part in text.split(","))):
        if name not in list(Fate):
            raise typer.BadParameter(f"{name!r} is not a fate; expected some of {', '.join(Fate)}.")
        found.append(Fate(name))
    return found
