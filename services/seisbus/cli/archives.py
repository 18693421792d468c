"""Commands about the contents of archives: index sync, index build, index keys, index files, events, stations;
archive check and list."""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict
from datetime import date
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from libseis.codes import location_text

from ..deadlines import COMMAND_SECONDS
from ..errors import UserError
from ..extras import require
from ..model.times import moment_ns
from ..running import running_stack
from . import views
from .following import follow, started
from .listing import Cut, JsonOption, LimitOption, PageOption, show_list
from .options import OUT, SETTINGS, client

index_app = typer.Typer(help="The index of an archive in the database.", no_args_is_help=True)

ArchiveArgument = Annotated[str, typer.Argument(help="Name of the archive, such as scedc or local.")]
StartOption = Annotated[str, typer.Option(help="First time, ISO 8601.")]
EndOption = Annotated[str, typer.Option(help="Times before this, ISO 8601.")]
CodeOption = Annotated[str, typer.Option(help="Codes with * and ?, separated by commas; -- is a blank location.")]


@index_app.command()
def sync(
    archive: ArchiveArgument,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch until it is done.")] = True,
    json: JsonOption = False,
) -> None:
    """Bring an archive's index keys, catalogs and stations into the database."""
    with client() as connected:
        job = connected.sync_index(archive)
        started(job, f"Job {job.id} reads the index of {archive}.", json=json)
        if wait:
            raise typer.Exit(follow(connected, job, json=json))


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
    json: JsonOption = False,
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
        started(job, f"Job {job.id} scans day files of {archive}.", json=json)
        if wait:
            raise typer.Exit(follow(connected, job, json=json))


@index_app.command()
def keys(
    archive: ArchiveArgument,
    index: Annotated[str, typer.Option(help="waveform or catalog.")] = "waveform",
    year: Annotated[int, typer.Option(help="Only this year; 0 means all.")] = 0,
    day: Annotated[int, typer.Option(help="Day of the year; 0 means all.")] = 0,
    format: Annotated[str, typer.Option(help="csv or parquet; both by default.")] = "",
    limit: LimitOption = 100,
    page: PageOption = 1,
    json: JsonOption = False,
) -> None:
    """Index keys of an archive."""
    cut = Cut.of(limit, page)
    where = {"year": year, "day": day, "format": format}
    with client() as connected:
        found = connected.index_keys(archive, index, **where, limit=cut.limit, skip=cut.skip)  # type: ignore[arg-type]
    none = f"No index key is known that fits; `seisbus index sync {archive}` reads them."
    show_list(found, found.total, cut, "keys", views.index_keys_table, json=json, none=none)


@index_app.command()
def files(
    archive: ArchiveArgument,
    date: Annotated[str, typer.Argument(help="UTC day, such as 2011-03-11.")],
    net: CodeOption = "*",
    sta: CodeOption = "*",
    loc: CodeOption = "*",
    chan: CodeOption = "*",
    limit: LimitOption = 100,
    page: PageOption = 1,
    json: JsonOption = False,
) -> None:
    """Day files of a day that some job has looked at."""
    cut, day = Cut.of(limit, page), moment(date)
    with client() as connected:
        found = connected.day_files(archive, day, net=net, sta=sta, loc=loc, chan=chan, limit=cut.limit, skip=cut.skip)
    none = "No file of these codes is known on this day; jobs and dry runs look at the days that they need."
    show_list(found, found.total, cut, "files", views.day_files_table, json=json, none=none)


def events(
    archive: ArchiveArgument,
    start: StartOption = "",
    end: EndOption = "",
    above: Annotated[float | None, typer.Option("--above", help="Only magnitudes above this.")] = None,
    most: Annotated[float | None, typer.Option("--max", help="Only magnitudes up to this.")] = None,
    limit: LimitOption = 100,
    page: PageOption = 1,
    json: JsonOption = False,
) -> None:
    """Events of an archive's catalog."""
    cut, span = Cut.of(limit, page), (moment(start), moment(end))
    with client() as connected:
        found = connected.event_documents(
            archive, *span, above_magnitude=above, max_magnitude=most, limit=cut.limit, skip=cut.skip
        )
    none = "No event of the catalog fits; widen the times or the magnitudes."
    show_list(found, found.total, cut, "events", views.events_table, json=json, none=none)


def stations(
    archive: ArchiveArgument,
    net: CodeOption = "*",
    sta: CodeOption = "*",
    loc: CodeOption = "*",
    chan: CodeOption = "*",
    start: StartOption = "",
    end: EndOption = "",
    limit: LimitOption = 100,
    page: PageOption = 1,
    json: JsonOption = False,
) -> None:
    """Channel epochs of an archive's station metadata."""
    cut, span = Cut.of(limit, page), (moment(start), moment(end))
    with client() as connected:
        found = connected.channels(archive, *span, net=net, sta=sta, loc=loc, chan=chan, limit=cut.limit, skip=cut.skip)
    none = f"No channel fits; `seisbus index sync {archive}` reads the station metadata."
    show_list(found, found.total, cut, "channel epochs", views.channels_table, json=json, none=none)


def check(
    archive: ArchiveArgument,
    file: Annotated[
        Path | None,
        typer.Option(help="TOML file with the definition; by default SEISBUS_ARCHIVES_FILE and the packaged ones."),
    ] = None,
    day: Annotated[str, typer.Option(help="UTC day to look at, such as 2022-01-02; else the first listed.")] = "",
    json: JsonOption = False,
) -> None:
    """Try an archive's definition: one listing, one index, one object; exit code 1 if one is not as it says.

    It asks the archive itself from this machine, with the AWS credentials of this shell if the archive needs some.
    """
    require("services")
    from ..admin.archive_check import check_archive, definition_of

    running = running_stack(SETTINGS.data_dir)
    environment = {**(running.environment if running else {}), **os.environ}
    definition = definition_of(environment, archive, file)
    seen = asyncio.run(check_archive(definition, _day(day), COMMAND_SECONDS))
    if json:
        print(dumps([asdict(each) for each in seen], indent=2))
    for each in [] if json else seen:
        word = {True: "good", False: "wrong", None: "-"}[each.good]
        OUT.print(f"{each.what:8}{word:6}{each.text}", markup=False, soft_wrap=True)
    raise typer.Exit(0 if all(each.good for each in seen) else 1)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UserError(f"--day is {text!r}, expected a day such as 2022-01-02.") from None


def list_archives(json: JsonOption = False) -> None:
    """Archives that Seisbus knows."""
    with client() as connected:
        found = connected.archives()
    show_list(found, len(found), Cut(0, 0), "archives", views.archives_table, json=json)


def moment(text: str) -> float | str | None:
    """A time option, or None if it was not given; UserError if it is not a time."""
    if not text:
        return None
    try:
        moment_ns(text)
    except ValueError as error:
        raise UserError(f"{error}.") from None
    return text
