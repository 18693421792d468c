"""The command `up`: the whole stack on this machine, in the foreground, with one log."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..extras import require
from ..local import interruptible, local_stack
from .options import OUT, SETTINGS
from .web import page_beside


def up(
    s3_root: Annotated[
        Path | None, typer.Option(help="Folder of buckets, served as archive `local`; by default <data-dir>/archive.")
    ] = None,
    replicas: Annotated[
        list[str] | None, typer.Option("--replicas", help="service=number, such as writer=2; may be repeated.")
    ] = None,
) -> None:
    """Run servers and services until Ctrl-C; `seisbus` commands in other terminals find them."""
    require("local")
    root = s3_root or SETTINGS.data_dir / "archive"
    root.mkdir(parents=True, exist_ok=True)
    asyncio.run(_up(root, parse_replicas(replicas or [])))


async def _up(s3_root: Path, replicas: dict[str, int]) -> None:
    async with (
        interruptible(),
        local_stack(SETTINGS.data_dir, s3_root=s3_root, replicas=replicas, console=sys.stdout) as stack,
    ):
        OUT.print(f"Seisbus answers at {stack.control_address}; Ctrl-C stops everything.", style="bold green")
        async with page_beside(stack.control_address, SETTINGS.data_dir) as page:
            if page:
                OUT.print(f"Its page is {page}.", style="bold green", markup=False)
            await asyncio.Event().wait()


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
