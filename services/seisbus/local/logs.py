"""Merge the logs of many processes, each line with the name of its process, into a file and optionally a console."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TextIO

_KEPT = 10 << 20  # bytes after which a new run starts a new file; one older file is kept
_TAIL_LINES = 20
_WAITING = 1 << 18  # bytes that wait while the disk is full; older ones are lost
_COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)  # ANSI foreground codes that differ on light and dark backgrounds


class MergedLog:
    """Collects the output of processes line by line; lines of one process keep their order."""

    def __init__(self, path: Path, console: TextIO | None) -> None:
        if path.exists() and path.stat().st_size > _KEPT:
            path.replace(path.with_suffix(path.suffix + ".1"))
        self.path = path
        self._file = path.open("ab", buffering=0)  # unbuffered, so that a line is in the file at once
        self._console = console
        self._unwritten = bytearray()
        self._copies: dict[str, asyncio.Task[None]] = {}
        self._tails: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=_TAIL_LINES))

    def write(self, name: str, line: str) -> None:
        """Add one line said by, or about, the process `name`."""
        self._tails[name].append(line)
        now = datetime.now().astimezone().isoformat(timespec="milliseconds")
        self._unwritten += f"{now} {name:<12} | {line}\n".encode(errors="replace")
        self._write_out()
        if self._console is not None:
            label = f"{name:<12} |"
            if self._console.isatty():
                colour = _COLOURS[sum(name.encode()) % len(_COLOURS)]
                label = f"\033[{colour}m{label}\033[0m"
            with suppress(OSError):  # a console may be a file on that disk
                print(f"{label} {line}", file=self._console, flush=True)

    def _write_out(self) -> None:
        """Write bytes, or keep them while the disk is full, because a process stops if its pipe is not read."""
        with suppress(OSError):
            while self._unwritten and (written := self._file.write(self._unwritten)):
                del self._unwritten[:written]
        del self._unwritten[:-_WAITING]

    def follow(self, name: str, stream: asyncio.StreamReader) -> None:
        """Copy `stream` in the background until it ends."""
        self._copies[name] = asyncio.create_task(self._copy(name, stream))

    async def _copy(self, name: str, stream: asyncio.StreamReader) -> None:
        rest = b""
        while chunk := await stream.read(1 << 16):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self.write(name, line.decode(errors="replace").rstrip("\r"))
        if rest:
            self.write(name, rest.decode(errors="replace"))

    async def tail(self, name: str) -> str:
        """The last lines of the process `name`, which has ended, of this run only."""
        await self._caught_up([self._copies[name]] if name in self._copies else [])
        return "\n".join(self._tails[name])

    async def close(self) -> None:
        """Read the last output of the processes, which have ended."""
        await self._caught_up(list(self._copies.values()))
        self._write_out()
        self._file.close()

    async def _caught_up(self, copies: list[asyncio.Task[None]]) -> None:
        if copies:  # the limit is for a pipe that a child of the process still holds open
            await asyncio.wait(copies, timeout=1)


def tail_of_file(path: Path) -> str:
    """The last lines of a log file."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8192))
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-_TAIL_LINES:])
