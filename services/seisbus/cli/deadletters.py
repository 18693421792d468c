"""Commands about dead letters: messages that were given up, each with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import views
from .following import started
from .jobs import WaitOption, closing
from .listing import Cut, JsonOption, LimitOption, PageOption, print_json, show_list
from .options import OUT, client

app = typer.Typer(help="Messages that were given up.", no_args_is_help=True)

Identity = Annotated[str, typer.Argument(help="Id of the dead letter, or its beginning.")]


@app.command("list")
def list_(
    job: Annotated[str, typer.Option(help="Only those of this job.")] = "",
    limit: LimitOption = 100,
    page: PageOption = 1,
    json: JsonOption = False,
) -> None:
    """Dead letters, oldest first."""
    cut = Cut.of(limit, page)
    with client() as connected:
        found = connected.dead_letters(job, cut.limit, skip=cut.skip)
    none = "No message was given up."
    show_list(found, found.total, cut, "dead letters", views.dead_letters_table, json=json, none=none)


@app.command()
def show(
    identity: Identity,
    body: Annotated[Path | None, typer.Option(help="Write the message body to this file.")] = None,
    json: JsonOption = False,
) -> None:
    """One dead letter."""
    with client() as connected:
        letter = connected.dead_letter(identity)
    if body is not None:
        body.write_bytes(letter.body)
    if json:
        print_json(letter)
        return
    OUT.print(views.dead_letters_table([letter]))
    OUT.print(f"subject {letter.subject}, part {letter.part}, body of {len(letter.body):,} bytes", markup=False)
    if body is not None:
        OUT.print(f"The body is in {body}.", markup=False)


@app.command()
def replay(
    identity: Identity,
    wait: WaitOption = True,
    json: JsonOption = False,
) -> None:
    """Plan again what the job of a dead letter lost to dead letters."""
    with client() as connected:
        job = connected.replay(identity)
        started(job, f"Job {job.id} is open again, attempt {job.progress.attempt}.", json=json)
        closing(connected, job, wait=wait, json=json)
