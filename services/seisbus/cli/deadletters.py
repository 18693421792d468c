"""Commands about dead letters: messages that were given up, each with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import views
from .jobs import follow
from .options import OUT, client

app = typer.Typer(help="Messages that were given up.", no_args_is_help=True)

Identity = Annotated[str, typer.Argument(help="Id of the dead letter.")]


@app.command("list")
def list_(
    job: Annotated[str, typer.Option(help="Only those of this job.")] = "",
    limit: Annotated[int, typer.Option(help="Largest number; 0 means all.")] = 100,
) -> None:
    """Dead letters, oldest first."""
    with client() as connected:
        OUT.print(views.dead_letters_table(connected.dead_letters(job, limit)))


@app.command()
def show(
    identity: Identity,
    body: Annotated[Path | None, typer.Option(help="Write the message body to this file.")] = None,
) -> None:
    """One dead letter."""
    with client() as connected:
        letter = connected.dead_letter(identity)
    OUT.print(views.dead_letters_table([letter]))
    OUT.print(f"subject {letter.subject}, part {letter.part}, body of {len(letter.body):,} bytes", markup=False)
    if body is not None:
        body.write_bytes(letter.body)
        OUT.print(f"The body is in {body}.", markup=False)


@app.command()
def replay(
    identity: Identity,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch the job until it is closed.")] = True,
) -> None:
    """Plan again what the job of a dead letter lost to dead letters."""
    with client() as connected:
        job = connected.replay(identity)
        OUT.print(f"Job {job.id} is open again, attempt {job.progress.attempt}.")
        if wait:
            raise typer.Exit(follow(connected, job))
