"""Shared parts of all commands: options, consoles, and the client for the control service."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from ..client.transport import Transport
from ..deadlines import COMMAND_SECONDS, LEAST_CALL_SECONDS
from ..running import DEFAULT_FOLDER, Place, control_place, stack_place

if TYPE_CHECKING:
    from ..client import Client


@dataclass(slots=True)
class Settings:
    """Options before the command; filled once by the application."""

    address: str = ""
    transport: Transport = field(default_factory=Transport)
    data_dir: Path = Path(DEFAULT_FOLDER)
    debug: bool = False
    began: float = field(default_factory=time.monotonic)


SETTINGS = Settings()
# a pipe or a file has no width, and tables that are cut to 80 columns would lose text that scripts need
_PIPE_WIDTH = 160
OUT = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)


def errors_to(sentence: str) -> None:
    """One sentence on standard error."""
    Console(stderr=True, highlight=False).print(sentence, style="red", markup=False, soft_wrap=True)


def notes_to(sentence: str) -> None:
    """One sentence beside the output, on standard error."""
    Console(stderr=True, highlight=False).print(sentence, style="dim", markup=False, soft_wrap=True)


def place() -> Place:
    """The address of control: --address, or else the stack of the data folder, SEISBUS_CONTROL_ADDRESS, or the usual
    port."""
    return control_place(SETTINGS.address, SETTINGS.data_dir)


def transport(found: Place) -> Transport:
    """How to connect to control at this address: the stack of this machine has no TLS and no tokens."""
    return Transport() if found.stack else SETTINGS.transport


def client() -> Client:
    """A client of the control service for this call; it finds a stack again after a restart."""
    from ..client import Client  # imported late, because it is half of all that a command loads

    found = place()
    if not SETTINGS.address and sys.stderr.isatty():
        notes_to(f"Seisbus at {found}")
    again = partial(stack_place, SETTINGS.data_dir) if found.stack else None
    return Client(found, transport(found), find=again, patience=seconds_left)


def seconds_left(least: float = LEAST_CALL_SECONDS) -> float:
    """The rest of the time within which a command must answer."""
    return max(least, SETTINGS.began + COMMAND_SECONDS - time.monotonic())
