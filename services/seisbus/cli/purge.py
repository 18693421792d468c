"""The command `purge`: closed jobs and all that they stored are removed."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from ..model.times import duration_ns
from .following import follow
from .listing import JsonOption, print_json
from .options import OUT, client


def purge(
    jobs: Annotated[list[str] | None, typer.Argument(help="Ids of closed jobs, or their beginnings.")] = None,
    older_than: Annotated[str, typer.Option(help="All jobs that were closed longer ago than this, such as 90d.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print which jobs these are.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: JsonOption = False,
) -> None:
    """Remove closed jobs with their waveforms, datasets and documents, for good."""
    if bool(jobs) == bool(older_than):
        raise typer.BadParameter("Name jobs, or give --older-than, and not both.")
    before = None
    if older_than:
        try:
            before = (time.time_ns() - duration_ns(older_than)) / 1e9
        except ValueError as error:
            raise typer.BadParameter(f"--older-than: {error}") from None
    with client() as connected:
        named = [connected.job(job).id for job in jobs or ()]
        _, found = connected.purge(named, closed_before=before, dry_run=True)
        if dry_run and json:
            print_json(found)
        elif not json:
            OUT.print("\n".join(found), markup=False)
        if dry_run:
            return
        if not yes:
            typer.confirm(f"Remove {len(found):,} jobs and all that they stored, for good?", abort=True)
        job, _ = connected.purge(found)
        assert job is not None  # it was not a dry run
        raise typer.Exit(follow(connected, job, json=json))
