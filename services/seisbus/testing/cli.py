"""The command `seisbus archive make`: makes or lays out a local archive, with a progress bar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from seisbus.errors import UserError
from seisbus.extras import require
from seisbus.running import DEFAULT_FOLDER
from seisbus.testing.spec import ALL_DEFECTS, ArchiveSpec, ArchiveSpecError, Defect, Preset, preset

if TYPE_CHECKING:
    from seisbus.testing.make import Progress as Report
    from seisbus.testing.manifest import Manifest

app = typer.Typer(help="Archives in a folder, to be served over S3.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Archives in a folder, which an S3 server can serve."""


@app.command()
def make(
    context: typer.Context,
    root: Annotated[
        Path | None,
        typer.Option(help="Folder for the bucket and its truth; by default that of the archive `local`."),
    ] = None,
    preset_name: Annotated[Preset, typer.Option("--preset", help="Size and content to start from.")] = Preset.DEMO,
    channels: Annotated[int | None, typer.Option(help="Channels per day.")] = None,
    days: Annotated[int | None, typer.Option(help="Consecutive days, from 2011-03-11.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same bytes.")] = None,
    defects: Annotated[str | None, typer.Option(help="all, none, or names separated by commas.")] = None,
    from_folder: Annotated[
        Path | None, typer.Option("--from-folder", help="Lay out these real miniSEED files instead.")
    ] = None,
) -> None:
    """Make an archive in SCEDC layout: day files, event files, indexes, catalogs, StationXML."""
    require("local")
    if root is None:
        root = Path(context.find_root().params.get("data_dir") or DEFAULT_FOLDER) / "archive"
    from seisbus.testing.imports import import_folder
    from seisbus.testing.make import make_archive

    console = Console(stderr=True)
    try:
        with _bars(console) as report:
            if from_folder is not None:
                manifest = import_folder(from_folder, root, report)
            else:
                manifest = make_archive(root, _spec(preset_name, channels, days, seed, defects), report)
    except UserError as error:
        console.print(error.message, style="red", highlight=False, soft_wrap=True, markup=False)
        raise typer.Exit(2) from error
    except OSError as error:
        console.print(f"Cannot write the archive under {root}: {error}.", style="red", soft_wrap=True, markup=False)
        raise typer.Exit(1) from error
    _summary(Console(), root, manifest)


def _spec(name: Preset, channels: int | None, days: int | None, seed: int | None, defects: str | None) -> ArchiveSpec:
    changes: dict[str, object] = {}
    if channels is not None:
        changes["channels"] = channels
    if seed is not None:
        if seed < 0:
            raise ArchiveSpecError("seed", f"is {seed}, expected 0 or more.")
        changes["seed"] = seed
    if days is not None:
        if days < 1:
            raise ArchiveSpecError("days", f"is {days}, expected at least 1.")
        first = ArchiveSpec().days[0]
        changes["days"] = tuple(first + timedelta(days=number) for number in range(days))
    if defects is not None:
        changes["defects"] = _defects(defects)
    return preset(name, **changes)


def _defects(text: str) -> tuple[Defect, ...]:
    if text == "all":
        return ALL_DEFECTS
    if text == "none":
        return ()
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in list(Defect)]
    if unknown:
        raise ArchiveSpecError("defects", f"has {unknown[0]!r}, expected all, none, or some of {', '.join(Defect)}.")
    return tuple(Defect(name) for name in dict.fromkeys(names))


@contextmanager
def _bars(console: Console) -> Iterator[Report]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        yield report


def _summary(console: Console, root: Path, manifest: Manifest) -> None:
    days: dict[date, tuple[int, int]] = {}
    for file in manifest.files:
        if file.stored:
            count, size = days.get(file.day, (0, 0))
            days[file.day] = (count + 1, size + file.bytes)
    table = Table(title=f"{root / manifest.bucket}", title_justify="left")
    for heading, justify in (("day", "left"), ("objects", "right"), ("MB", "right")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for day, (count, size) in sorted(days.items()):
        table.add_row(day.isoformat(), str(count), f"{size / 1e6:.1f}")
    for event in manifest.events:
        table.add_row(f"event {event.evid}", f"1 of {event.traces} channels", f"{event.bytes / 1e6:.1f}")
    console.print(table)
    if manifest.defects():
        console.print(f"Defects, one file each: {', '.join(manifest.defects())}.")
    for note in manifest.notes:
        console.print(note, markup=False, highlight=False)
    console.print(f"What each file holds is in {root / 'truth' / 'manifest.json'}.", highlight=False)
