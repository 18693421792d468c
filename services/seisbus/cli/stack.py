"""The command `up`: the whole stack on this machine, in the foreground, with one log."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from ..errors import UserError
from ..extras import require
from ..local import interruptible, is_free, local_stack, usual_replicas
from ..running import CONTROL_PORT
from .options import OUT, SETTINGS, notes_to
from .web import page_beside

# The bucket of the archive `local`, which exists from the start: a missing bucket is an error, an empty one is not.
BUCKET: Final = "scedc-pds"


def up(
    s3_root: Annotated[
        Path | None, typer.Option(help="Folder of buckets, served as archive `local`; by default <data-dir>/archive.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            help=f"Port of control on this machine; by default {CONTROL_PORT}, or any if that is taken (0: any).",
            min=0,
            max=65535,
        ),
    ] = None,
    replicas: Annotated[
        list[str] | None,
        typer.Option(
            "--replicas",
            help="service=number, such as writer=2; may be repeated. By default one of each, and two windowers if "
            "there are two cores.",
        ),
    ] = None,
) -> None:
    """Run servers and services until Ctrl-C; `seisbus` commands in this folder find them."""
    require("local")
    wanted = {**usual_replicas(), **parse_replicas(replicas or [])}
    front = control_port(port)
    root = s3_root or SETTINGS.data_dir / "archive"
    try:
        root.mkdir(parents=True, exist_ok=True)
        if not any(path.is_dir() for path in root.iterdir()):
            (root / BUCKET).mkdir()
    except OSError as error:
        raise UserError(f"The folder {root} cannot be made ({error.strerror}); choose another --data-dir.") from None
    asyncio.run(_up(root, wanted, front))


async def _up(s3_root: Path, replicas: dict[str, int], port: int) -> None:
    async with (
        interruptible(),
        local_stack(
            SETTINGS.data_dir, s3_root=s3_root, replicas=replicas, console=sys.stdout, control_port=port
        ) as stack,
    ):
        OUT.print(about_archive(s3_root), markup=False, soft_wrap=True)
        OUT.print(f"Seisbus answers at {stack.control_address}; Ctrl-C stops everything.", style="bold green")
        async with page_beside(stack.control_address, SETTINGS.data_dir) as page:
            if page:
                OUT.print(f"Its page is {page}.", style="bold green", markup=False)
            await asyncio.Event().wait()


def control_port(wanted: int | None) -> int:
    """The port for control; UserError if another program uses the port that was asked for."""
    if wanted is None:
        if is_free(CONTROL_PORT):
            return CONTROL_PORT
        notes_to(f"Port {CONTROL_PORT} is taken by another program, so control gets another one.")
        return 0
    if wanted and not is_free(wanted):
        raise UserError(f"Port {wanted} cannot be used on this machine; choose another --port, or 0 for any free one.")
    return wanted


def about_archive(root: Path) -> str:
    """What is in the archive `local`, or how to fill it."""
    if has_objects(root):
        return f"The archive local is the folder {root}."
    return (
        f"The archive local ({root}) is empty. `seisbus archive make` fills it with made-up data, and "
        "`seisbus archive make --from-folder FOLDER` with your own miniSEED files."
    )


def has_objects(root: Path) -> bool:
    """Whether the bucket of the archive `local` in a folder has anything."""
    bucket = root / BUCKET
    return bucket.is_dir() and any(bucket.iterdir())


def parse_replicas(texts: list[str]) -> dict[str, int]:
    """`writer=2` ... as a mapping; a usage error says what is wrong."""
    from ..local import ServiceName

    found: dict[str, int] = {}
    for text in texts:
        name, _, number = text.partition("=")
        if name not in list(ServiceName) or not number.isdecimal():
            raise typer.BadParameter(f"{text!r}: expected one of {', '.join(ServiceName)}, = and a number.")
        found[name] = int(number)
    return found
