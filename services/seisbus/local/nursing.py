"""Processes from a nursery (seisbus.nursery): they are started together, and are then children of this process like
others."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from typing import IO, Final

from seisbus.local.process import GUARD, Child

_PR_SET_CHILD_SUBREAPER: Final = 36  # linux/prctl.h
_PR_GET_CHILD_SUBREAPER: Final = 37


class Nursling:
    """A process that another one started for us, with the part of `asyncio.subprocess.Process` that `Child` needs."""

    def __init__(self, pid: int, stdin: IO[bytes], stdout: asyncio.StreamReader) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin = stdin
        self.stdout = stdout
        self._ended = asyncio.Event()
        self._handle = os.pidfd_open(pid)
        asyncio.get_running_loop().add_reader(self._handle, self._reap)

    def _reap(self) -> None:
        asyncio.get_running_loop().remove_reader(self._handle)
        os.close(self._handle)
        _, status = os.waitpid(self.pid, 0)
        self.returncode = os.waitstatus_to_exitcode(status)
        self.stdin.close()
        self._ended.set()

    def terminate(self) -> None:
        """Send SIGTERM. ProcessLookupError if the process has ended."""
        if self.returncode is not None:
            raise ProcessLookupError(self.pid)
        os.kill(self.pid, signal.SIGTERM)

    async def wait(self) -> int:
        """The exit code, after the process has ended."""
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode


class Nursery:
    """Starts modules as processes that load their common modules only once."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    @staticmethod
    def works() -> bool:
        """Whether this system has everything that a nursery needs."""
        return sys.platform == "linux" and hasattr(os, "pidfd_open")

    def end(self) -> None:
        """End the nursery, if it has not started its processes yet."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    async def started(self, modules: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, Child]:
        """A held process for each name; those that could not be started so are not there. Not to be cancelled: `end`
        makes it short."""
        loop = asyncio.get_running_loop()
        ours: dict[str, tuple[IO[bytes], IO[bytes]]] = {}
        words: list[str] = []
        theirs: list[int] = []
        for name, module in modules.items():
            (their_in, our_in), (our_out, their_out) = os.pipe(), os.pipe()
            ours[name] = os.fdopen(our_in, "wb", buffering=0), os.fdopen(our_out, "rb", buffering=0)
            theirs += (their_in, their_out)
            words.append(f"{name},{module},{their_in},{their_out}")
        try:
            with _subreaper():
                self._process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-I", "-S", str(GUARD), str(os.getpid())),
                    *(sys.executable, "-m", "seisbus.nursery", *words),
                    env=environment,
                    pass_fds=theirs,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                    start_new_session=True,
                )
                said, _ = await self._process.communicate()
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        pids: dict[str, int] = json.loads(said or b"{}")
        children: dict[str, Child] = {}
        for name, (stdin, stdout) in ours.items():
            if name not in pids:
                stdin.close()
                stdout.close()
                continue
            reader = asyncio.StreamReader()
            await loop.connect_read_pipe(lambda reader=reader: asyncio.StreamReaderProtocol(reader), stdout)  # type: ignore[misc]
            children[name] = Child(name, Nursling(pids[name], stdin, reader))
        return children


@contextlib.contextmanager
def _subreaper() -> Iterator[None]:
    """Inside this context, processes whose parents end become children of this process."""
    libc, before = ctypes.CDLL(None), ctypes.c_int(0)
    libc.prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(before), 0, 0, 0)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(_PR_SET_CHILD_SUBREAPER, before.value, 0, 0, 0)
