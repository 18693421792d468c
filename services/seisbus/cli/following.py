"""Follow a job on the command line until it is closed, and say how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console

from ..model.outcome import JobState
from . import views
from .kind import CLI, PLAIN
from .listing import print_json
from .options import OUT, errors_to
from .progress import JobBar

if TYPE_CHECKING:
    from ..client import Client, Job

NOTHING_SAVED: Final = 3
"""Exit code of a job that completed and saved nothing of what it planned."""
_REASONS: Final = 3


def started(job: Job, sentence: str, *, json: bool) -> None:
    """Say that a job was started; print it as JSON if it is not followed."""
    if not json:
        OUT.print(sentence, markup=False, soft_wrap=True)
        if job.already is not None:
            OUT.print(job.already.text, markup=False, soft_wrap=True)


def follow(connected: Client, job: Job, *, json: bool = False) -> int:
    """Show a job's progress until it is closed, then its ledger.

    A job that waits for another one is shown after that one.

    Parameters
    ----------
    connected
        The client.
    job
        The job.
    json
        Whether to print the closed job as JSON, and progress on standard error.

    Returns
    -------
    int
        The exit code: 0 completed, 1 failed or cancelled, 3 completed with nothing saved of what was planned.
    """
    console = Console(stderr=True, highlight=False) if json else OUT
    awaited = CLI.get(job.kind, PLAIN).awaits(job)
    if awaited and not job.state.closed and not (first := connected.job(awaited)).state.closed:
        console.print(f"It waits for job {first.id}, which stores what it works on.")
        show_progress(connected, first, console)
    show_progress(connected, job, console)
    closed = connected.wait(job.id, errors_to, check=False, progress=False)
    if json:
        print_json(closed)
    elif closed.state is JobState.FAILED and not closed.ledger.planned:
        errors_to(f"Job {closed.id} failed: {closed.error}")  # a job that failed has nothing else to show
    else:
        OUT.print(views.job_table(closed))
    if closed.state is not JobState.COMPLETED:
        return 1
    if closed.ledger.planned and not closed.ledger.saved:
        errors_to(nothing_saved(connected, closed))
        return NOTHING_SAVED
    return 0


def show_progress(connected: Client, job: Job, console: Console) -> None:
    """Show a bar, or lines if there is no terminal, until a job is closed."""
    try:
        with JobBar(console, job.title or job.id) as bar:
            for progress in connected.watch(job.id, errors_to):
                bar.show(progress)
    except KeyboardInterrupt:
        errors_to(f"The job goes on; `seisbus watch {job.id}` shows it again, `seisbus cancel {job.id}` stops it.")
        raise


def nothing_saved(connected: Client, job: Job) -> str:
    """Say that a job saved nothing, with its most frequent reasons."""
    reasons = connected.reasons(job.id)
    shown = views.most_frequent(reasons, _REASONS)
    told = "; ".join(f"{one.windows:,} {one.fate.value} ({one.reason}), for example {one.example}" for one in shown)
    more = len(reasons) - len(shown)
    rest = f"; and {more:,} rarer reasons" if more else ""
    return f"Nothing was saved of {job.ledger.planned:,} windows: {told.rstrip('.')}{rest}. `seisbus show {job.id}`"
