"""`seisbus export`: stored waveforms as ASDF, miniSEED (SDS), SAC, Parquet, SeisBench; adjoint sources for SPECFEM."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import views
from .archives import CodeOption
from .data import EventOption, JobOption, TagOption, VersionOption
from .following import follow, started
from .listing import JsonOption, print_json
from .options import OUT, client

_MISFIT = "Misfit job whose synthetics and results are added to asdf (may be repeated), or are made (specfem)."
FolderOption = Annotated[str, typer.Option(help="Folder below `exports`; by default the name of job, tag or event.")]


def export(
    format: Annotated[str, typer.Argument(help="asdf, mseed, mseed3, sac, parquet, seisbench or specfem.")],
    job: JobOption = "",
    tag: TagOption = "",
    event: EventOption = "",
    net: CodeOption = "*",
    sta: CodeOption = "*",
    loc: CodeOption = "*",
    chan: CodeOption = "*",
    misfit: Annotated[list[str] | None, typer.Option(help=_MISFIT)] = None,
    folder: FolderOption = "",
    waveform_tag: Annotated[str, typer.Option(help="Tag of the waveforms in ASDF; by default observed.")] = "",
    version: VersionOption = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch until it is done.")] = True,
    to: Annotated[Path | None, typer.Option(help="Copy the datasets to this folder here.")] = None,
    json: JsonOption = False,
) -> None:
    """Make datasets of stored waveforms, in the output folder or the deployment's bucket."""
    with client() as connected:
        made = connected.export(
            format,
            version=version,
            job=connected.job(job).id if job else "",
            tag=tag,
            event=event,
            misfit=[connected.job(one).id for one in misfit or ()],
            folder=folder,
            waveform_tag=waveform_tag,
            net=net,
            sta=sta,
            loc=loc,
            chan=chan,
        )
        started(made, f"Job {made.id} makes the datasets.", json=json)
        if not wait:
            if json:
                print_json(made)
            return
        code = follow(connected, made, json=json)
        built = connected.datasets(made.id)
        if built and not json:
            OUT.print("", views.datasets_table(built))
        if to is not None:
            for dataset in built:
                path = connected.download(dataset, to)
                if not json:
                    OUT.print(str(path), markup=False)
        raise typer.Exit(code)
