"""Shared parts of all commands: options, consoles, and the client for the control service."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from ..client.transport import Transport, default_address
from ..deadlines import COMMAND_SECONDS, LEAST_CALL_SECONDS
from ..local import running_stack

if TYPE_CHECKING:
    from ..client import Client


@dataclass(slots=True)
class Settings:
    """Options before the command; filled once by the application."""

    address: str = ""
    transport: Transport = field(default_factory=Transport)
    data_dir: Path = Path(".seisbus")
    debug: bool = False
    began: float = field(default_factory=time.monotonic)


SETTINGS = Settings()
# a pipe or a file has no width, and tables cut to 80 columns would lose text that scripts need
_PIPE_WIDTH = 160
OUT = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)


def errors_to(sentence: str) -> None:
    """One sentence on standard error."""
    Console(stderr=True, highlight=False).print(sentence, style="red", markup=False, soft_wrap=True)


def control_address() -> str:
    """--address or SEISBUS_CONTROL_ADDRESS, else the stack that runs in the data folder, else the default."""
    if SETTINGS.address:
        return SETTINGS.address
    running = running_stack(SETTINGS.data_dir)
    return running.control_address if running else default_address()


def client() -> Client:
    """A client of the control service for this call; it finds a stack again after a restart."""
    from ..client import Client  # late: half of what a command loads

    return Client(control_address(), SETTINGS.transport, find=_new_address, patience=seconds_left)


def seconds_left(least: float = LEAST_CALL_SECONDS) -> float:
    """The rest of the time within which a command must answer."""
    return max(least, SETTINGS.began + COMMAND_SECONDS - time.monotonic())


def _new_address() -> str:
    """The address of a running stack's control; "" if no stack runs, or if the address was given."""
    running = None if SETTINGS.address else running_stack(SETTINGS.data_dir)
    return running.control_address if running else ""
