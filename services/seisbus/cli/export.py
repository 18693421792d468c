"""`seisbus export`: stored waveforms as ASDF, miniSEED (SDS), SAC, Parquet, SeisBench; adjoint sources for SPECFEM."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import views
from .archives import CodeOption
from .data import EventOption, JobOption, TagOption, VersionOption
from .jobs import follow
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
) -> None:
    """Make datasets of stored waveforms, in the output folder or the deployment's bucket."""
    with client() as connected:
        started = connected.export(
            format,
            version=version,
            job=job,
            tag=tag,
            event=event,
            misfit=misfit or (),
            folder=folder,
            waveform_tag=waveform_tag,
            net=net,
            sta=sta,
            loc=loc,
            chan=chan,
        )
        OUT.print(f"Job {started.id} makes the datasets.")
        if not wait:
            return
        code = follow(connected, started)
        if built := connected.datasets(started.id):
            OUT.print("", views.datasets_table(built))
        if to is not None:
            for dataset in built:
                OUT.print(str(connected.download(dataset, to)), markup=False)
        raise typer.Exit(code)
