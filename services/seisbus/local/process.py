"""Child: start one process under the guard in a new process group, and end it.

Other modules decide what to start, when it is ready, and whether to start it again.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import IO, Protocol

from seisbus.errors import UnavailableError, UserError
from seisbus.held import HELD


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


GUARD = Path(__file__).with_name("guard.py")


def find_program(program: str, package: str) -> str:
    """Path of `program`: the one that pip put beside this Python first, then PATH.

    Raises MissingProgramError, which names the `package` to install.
    """
    found = shutil.which(program, path=sysconfig.get_path("scripts")) or shutil.which(program)
    if found is None:
        raise MissingProgramError(program, package)
    return found


class _Input(Protocol):
    """Where a held process gets the rest of its environment."""

    def write(self, data: bytes, /) -> object: ...

    def close(self) -> None: ...


class Process(Protocol):
    """A process as asyncio starts it, or one that came another way."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    @property
    def stdin(self) -> _Input | None: ...

    @property
    def stdout(self) -> asyncio.StreamReader | None: ...

    def terminate(self) -> None: ...

    async def wait(self) -> int: ...


class Child:
    """A running child process.

    It dies with the thread that spawned it, because of Linux's parent-death signal, so spawn it from the main thread's
    event loop. It has a new process group, so that Ctrl-C in a terminal does not reach it and the parent decides the
    order of the shutdown.
    """

    def __init__(self, name: str, process: Process) -> None:
        self.name = name
        self._process = process

    @classmethod
    async def spawn(
        cls,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        output: IO[bytes] | None = None,
        held: bool = False,
    ) -> Child:
        """Start `command`; both output streams go to `output`, or to the pipe `stdout` if `output` is None.

        A Python program of ours may be `held`: it loads its code, and goes on after `release` (seisbus.held).
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(GUARD),
            str(os.getpid()),
            *command,
            env={**env, HELD: "1"} if held else env,
            stdin=asyncio.subprocess.PIPE if held else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if output is None else output,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        return cls(name, process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    @property
    def stdout(self) -> asyncio.StreamReader:
        """The pipe of both output streams; only where `spawn` was given no file."""
        assert self._process.stdout is not None
        return self._process.stdout

    def release(self, variables: Mapping[str, str]) -> None:
        """Give a held process the rest of its environment."""
        assert self._process.stdin is not None
        with suppress(OSError, ValueError):  # it has ended
            self._process.stdin.write(json.dumps(dict(variables)).encode())
        self._process.stdin.close()

    async def wait(self) -> int:
        return await self._process.wait()

    def kill(self) -> None:
        """SIGKILL to the process and its children; nothing if it has ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):  # it has ended, but the event loop does not know yet
                os.killpg(self.pid, signal.SIGKILL)

    async def stop(self, drain: timedelta) -> None:
        """SIGTERM, up to `drain` for an orderly end, then SIGKILL; also when cancelled while it waits."""
        if self.returncode is not None:
            return
        try:
            self._process.terminate()
            async with asyncio.timeout(drain.total_seconds()):
                await self._process.wait()
        except (TimeoutError, ProcessLookupError):
            pass
        finally:
            self.kill()
        await self._process.wait()
