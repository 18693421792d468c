"""Commands about the contents of archives: index sync, index build, index keys, index files, events, stations."""

from __future__ import annotations

from typing import Annotated

import typer

from libseis.codes import location_text

from ..errors import UserError
from ..model.times import moment_ns
from . import views
from .jobs import follow
from .options import OUT, client

index_app = typer.Typer(help="The index of an archive in the database.", no_args_is_help=True)

ArchiveArgument = Annotated[str, typer.Argument(help="Name of the archive, such as scedc or local.")]
StartOption = Annotated[str, typer.Option(help="First time, ISO 8601.")]
EndOption = Annotated[str, typer.Option(help="Times before this, ISO 8601.")]
CodeOption = Annotated[str, typer.Option(help="Codes with * and ?, separated by commas; -- is a blank location.")]


@index_app.command()
def sync(
    archive: ArchiveArgument,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch until it is done.")] = True,
) -> None:
    """Bring an archive's index keys, catalogs and stations into the database."""
    with client() as connected:
        job = connected.sync_index(archive)
        OUT.print(f"Job {job.id} reads the index of {archive}.")
        if wait:
            raise typer.Exit(follow(connected, job))


@index_app.command()
def build(
    archive: ArchiveArgument,
    start: Annotated[str, typer.Option(help="First UTC day, such as 2011-03-11.")],
    end: Annotated[str, typer.Option(help="The UTC day after the last.")],
    net: CodeOption = "*",
    sta: CodeOption = "*",
    loc: CodeOption = "*",
    chan: CodeOption = "*",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch until it is done.")] = True,
) -> None:
    """Read day files whole and keep where their records stand, so that later jobs need one request per object.

    Worth its bytes where many windows will be cut from the same days (docs/explanation/ranges.md).
    """
    with client() as connected:
        job = connected.submit(
            {
                "kind": "scan",
                "archive": archive,
                "select": {"net": net, "sta": sta, "loc": location_text(loc), "chan": chan},
                "windows": {"tile": {"start": start, "end": end, "length": "1d"}},
            }
        )
        OUT.print(f"Job {job.id} scans day files of {archive}.")
        if wait:
            raise typer.Exit(follow(connected, job))


@index_app.command()
def keys(
    archive: ArchiveArgument,
    index: Annotated[str, typer.Option(help="waveform or catalog.")] = "waveform",
    year: Annotated[int, typer.Option(help="Only this year; 0 means all.")] = 0,
    day: Annotated[int, typer.Option(help="Day of the year; 0 means all.")] = 0,
    format: Annotated[str, typer.Option(help="csv or parquet; both by default.")] = "",
) -> None:
    """Index keys of an archive."""
    with client() as connected:
        found = connected.index_keys(archive, index, year=year, day=day, format=format)
    shown = views.table("year", "day", "format", "key", right=("year", "day"), long="key")
    for document in found:
        shown.add_row(str(document["year"]), str(document.get("day") or ""), document["format"], document["s3key"])
    OUT.print(shown)
    OUT.print(f"{len(found):,} keys", style="dim")


@index_app.command()
def files(
    archive: ArchiveArgument,
    date: Annotated[str, typer.Argument(help="UTC day, such as 2011-03-11.")],
    net: CodeOption = "*",
    sta: CodeOption = "*",
    loc: CodeOption = "*",
    chan: CodeOption = "*",
) -> None:
    """Day files of a day that some job has looked at."""
    with client() as connected:
        found = connected.day_files(archive, moment(date), net=net, sta=sta, loc=loc, chan=chan)
    shown = views.table("channel", "size", "listed", "indexed", "key", right=("size",), long="key")
    for document in found:
        channel = ".".join(document[name] for name in ("net", "sta", "loc", "chan"))
        listed, indexed = (("yes" if document[name] else "no") for name in ("listed", "indexed"))
        shown.add_row(channel, views.size_text(document["size"]), listed, indexed, document["key"])
    OUT.print(shown)
    OUT.print(f"{len(found):,} files", style="dim")


def events(
    archive: ArchiveArgument,
    start: StartOption = "",
    end: EndOption = "",
    above: Annotated[float | None, typer.Option("--above", help="Only magnitudes above this.")] = None,
    most: Annotated[float | None, typer.Option("--max", help="Only magnitudes up to this.")] = None,
) -> None:
    """Events of an archive's catalog."""
    span = moment(start), moment(end)
    with client() as connected:
        found = connected.event_documents(archive, *span, above_magnitude=above, max_magnitude=most)
    OUT.print(views.events_table(found))
    OUT.print(f"{len(found):,} events", style="dim")


def stations(
    archive: ArchiveArgument,
    net: CodeOption = "*",
    sta: CodeOption = "*",
    loc: CodeOption = "*",
    chan: CodeOption = "*",
    start: StartOption = "",
    end: EndOption = "",
) -> None:
    """Channel epochs of an archive's station metadata."""
    with client() as connected:
        found = connected.channels(archive, moment(start), moment(end), net=net, sta=sta, loc=loc, chan=chan)
    shown = views.table(
        *("channel", "from", "to", "lat", "lon", "elev", "azimuth", "dip", "rate"),
        right=("lat", "lon", "elev", "azimuth", "dip", "rate"),
    )
    for document in found:
        vang = document["vang"]
        shown.add_row(
            ".".join(document[name] for name in ("net", "sta", "loc", "chan")),
            views.moment_text(document["start_ns"])[:10] if document["start_ns"] > -(2**62) else "–",
            views.moment_text(document["end_ns"])[:10] if document["end_ns"] else "open",
            f"{document['lat']:.4f}",
            f"{document['lon']:.4f}",
            f"{document['elev'] * 1000:.0f} m",
            "" if document["hang"] is None else f"{document['hang']:g}",
            "" if vang is None else f"{vang - 90:g}",
            f"{document['sample_rate'] or 0:g} Hz",
        )
    OUT.print(shown)
    OUT.print(f"{len(found):,} channel epochs", style="dim")


def moment(text: str) -> float | str | None:
    """A time option, or None if it was not given; UserError if it is not a time."""
    if not text:
        return None
    try:
        moment_ns(text)
    except ValueError as error:
        raise UserError(f"{error}.") from None
    return text
