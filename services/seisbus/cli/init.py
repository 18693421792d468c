"""The command `init`: example jobs in a folder, a small archive to try them on, and what to do next."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Final

import typer

from ..errors import UserError
from ..extras import MissingExtraError, require
from ..testing.spec import Preset, preset
from .bars import bars
from .options import OUT, SETTINGS, notes_to
from .stack import has_objects

# Names in the folder, and in the package, where a program with its own name would be a module of Seisbus.
FILES: Final = {name: name for name in ("tohoku.yaml", "noise.yaml", "scedc.yaml")} | {
    "first_figure.py": "first_figure.txt"
}
NEXT: Final = (
    ("seisbus up", "starts everything; leave it running, and go on in another terminal in this folder"),
    ("seisbus index sync local", "reads the catalog and the stations of the archive"),
    ("seisbus submit tohoku.yaml --dry-run", "says what the job takes"),
    ("seisbus submit tohoku.yaml", "runs it"),
    ("seisbus plot tohoku.png --job @last", "draws what it saved"),
)


def init(
    folder: Annotated[Path, typer.Argument(help="Folder for the files; it is made if it is not there.")] = Path(),
    archive: Annotated[
        bool, typer.Option("--archive/--no-archive", help="Also fill the archive `local` with made-up data, if empty.")
    ] = True,
) -> None:
    """Write example jobs, fill the archive `local` with made-up data, and say what comes next."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            write(folder / name)
    except OSError as error:
        raise UserError(f"{folder} cannot be written to ({error.strerror}); choose another folder.") from None
    if archive:
        fill(SETTINGS.data_dir if SETTINGS.data_dir.is_absolute() else folder / SETTINGS.data_dir)
    OUT.print("\nNext:", style="bold")
    width = max(len(command) for command, _ in NEXT)
    if folder != Path():
        OUT.print(f"  {f'cd {folder}':{width}}", markup=False, soft_wrap=True)
    for command, meaning in NEXT:
        OUT.print(f"  {command:{width}}  {meaning}", markup=False, soft_wrap=True)
    OUT.print("docs/reference/job.md of Seisbus explains every key of a job file.", style="dim")


def write(path: Path) -> None:
    """Write one of the examples, unless a file with this name exists."""
    if path.exists():
        OUT.print(f"{path} is there already and is kept.", markup=False)
        return
    source = resources.files("seisbus.cli.examples").joinpath(FILES[path.name])
    path.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    OUT.print(f"{path} is written.", markup=False)


def fill(data_dir: Path) -> None:
    """Make a small archive if the archive `local` is empty."""
    root = data_dir / "archive"
    if has_objects(root):
        OUT.print(f"The archive local is the folder {root}.", markup=False)
        return
    try:
        require("local")
    except MissingExtraError as missing:
        notes_to(f"No archive was made. {missing.message}")
        return
    from ..testing.make import make_archive  # imported late, because it is half of all that `seisbus` would load

    with bars() as report:
        manifest = make_archive(root, preset(Preset.DEMO), report)
    stored = sum(file.stored for file in manifest.files)
    OUT.print(f"{stored:,} day files of made-up data are in {root}, the archive local.", markup=False)
