"""Commands about stored waveforms: get (miniSEED), plot and map (pictures)."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..errors import UserError
from ..model.dataset_places import log_beside
from .archives import CodeOption, EndOption, StartOption, moment
from .options import OUT, client

JobOption = Annotated[str, typer.Option(help="Only waveforms of this job (id, its beginning, or @last).")]
TagOption = Annotated[str, typer.Option("--tag", help="Only waveforms with this data_tag.")]
VersionOption = Annotated[
    int | None, typer.Option(help="Convert to miniSEED version 2 or 3; by default as stored.", min=2, max=3)
]
EventOption = Annotated[str, typer.Option(help="Only waveforms of this event id.")]


def get(
    output: Annotated[Path, typer.Argument(help="miniSEED file to write.")],
    job: JobOption = "",
    net: CodeOption = "*",
    sta: CodeOption = "*",
    loc: CodeOption = "*",
    chan: CodeOption = "*",
    start: StartOption = "",
    end: EndOption = "",
    tag: TagOption = "",
    event: EventOption = "",
    version: VersionOption = None,
) -> None:
    """Write stored waveforms to one miniSEED file, exactly as they are stored or as the version asked for."""
    from ..client import Query

    query = Query(job, net, sta, loc, chan, moment(start), moment(end), tag, event)
    with client() as connected:
        count = connected.save(output, query, version=version)
    if not count:
        raise UserError("No stored waveform matches; `seisbus show` of the job says what there is.")
    OUT.print(f"{count:,} waveforms are in {output}.", markup=False)
    if log_beside(output).exists():
        OUT.print(f"What their error logs say is in {log_beside(output)}.", markup=False)


class Kind(StrEnum):
    """Pictures of stored waveforms."""

    SECTION = "section"
    SPECTROGRAM = "spectrogram"
    COMPONENTS = "components"
    AVAILABILITY = "availability"


def plot(
    output: Annotated[Path, typer.Argument(help="Picture to write: .png, .pdf or .svg.")],
    job: JobOption = "",
    net: CodeOption = "*",
    sta: CodeOption = "*",
    loc: CodeOption = "*",
    chan: CodeOption = "*",
    start: StartOption = "",
    end: EndOption = "",
    tag: TagOption = "",
    event: EventOption = "",
    kind: Annotated[
        Kind,
        typer.Option(
            help="section: of all; spectrogram: of the first; components: three of the first; availability: of JOB."
        ),
    ] = Kind.SECTION,
    style: Annotated[str, typer.Option(help="wt, wtva, var, image or wtvaim.")] = "wtva",
    order: Annotated[str, typer.Option(help="code, distance, or member: as it was stored.")] = "code",
    time_axis: Annotated[str, typer.Option(help="right or down.")] = "right",
    title: Annotated[str, typer.Option(help="Heading.")] = "",
    limit: Annotated[int, typer.Option(help="Largest number of traces.")] = 15,
    phases: Annotated[str, typer.Option(help="Phases to mark where they are predicted: P,S.")] = "",
    model: Annotated[str, typer.Option(help="Earth model of the phases: iasp91, ak135 or prem.")] = "iasp91",
    component: Annotated[
        int | None, typer.Option(help="Component of a Seismogram that a spectrogram shows.", min=0, max=2)
    ] = None,
) -> None:
    """Draw stored waveforms."""
    from ..client import Query
    from ..client.plot import plot as draw
    from ..client.plot_kinds import plot_availability, plot_components, plot_spectrogram
    from ..client.section import label_of, live_members

    query = Query(job, net, sta, loc, chan, moment(start), moment(end), tag, event, limit)
    with client() as connected:
        if kind is Kind.AVAILABILITY:
            if not job:
                raise UserError("Availability is that of a job; name it with --job.")
            plot_availability(connected.availability(job), title=title, path=output)
            OUT.print(f"The availability of job {job} is in {output}.", markup=False)
            return
        ensemble = connected.read(query)
    marked = [name.strip() for name in phases.split(",") if name.strip()]
    if kind is not Kind.SECTION:
        (first,) = live_members(ensemble, 1)
        if kind is Kind.SPECTROGRAM:
            plot_spectrogram(first, component=component, title=title, path=output)
        else:
            plot_components(first, phases=marked, model=model, title=title, path=output)
        OUT.print(f"{label_of(first)} is in {output}.", markup=False)
        return
    draw(ensemble, style, title=title, order=order, time_axis=time_axis, phases=marked, model=model, path=output)
    OUT.print(f"{len(ensemble.member)} traces are in {output}.", markup=False)


def map_(
    output: Annotated[Path, typer.Argument(help="Picture to write: .png, .pdf or .svg.")],
    job: JobOption = "",
    net: CodeOption = "*",
    sta: CodeOption = "*",
    loc: CodeOption = "*",
    chan: CodeOption = "*",
    start: StartOption = "",
    end: EndOption = "",
    tag: TagOption = "",
    event: EventOption = "",
    title: Annotated[str, typer.Option(help="Heading.")] = "",
) -> None:
    """Draw a map of the events and stations of stored waveforms."""
    from ..client import Query
    from ..client.map import plot_map

    query = Query(job, net, sta, loc, chan, moment(start), moment(end), tag, event)
    with client() as connected:
        documents = connected.waveforms(query)
    plot_map(documents, title=title, path=output)
    OUT.print(f"Events and stations of {len(documents):,} waveforms are in {output}.", markup=False)
