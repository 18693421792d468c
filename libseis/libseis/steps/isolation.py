"""Run users' steps in a separate process, so that a hang or a crash ends that process and not the pipeline.

One child serves one thread, loads only what its requests name, and is started again after a timeout. Requests and
answers are pickles with a length before them, sent between a process and its own child.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import select
import struct
import subprocess
import sys
import threading
import time
import warnings
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.warned import collected

LENGTH = struct.Struct("<Q")


class StepTimeout(MsPASSError):
    """A user's step did not end within its time limit; `seconds` is the limit."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(f"the step {name} did not end within {seconds:g} s and was stopped", ErrorSeverity.Invalid)
        self.seconds = seconds


class StepCrash(MsPASSError):
    """A user's step ended its process; `returncode` is the exit code of the process."""

    def __init__(self, name: str, returncode: int | None) -> None:
        super().__init__(f"the step {name} ended its process with code {returncode}", ErrorSeverity.Invalid)
        self.returncode = returncode


def reference(function: Callable[..., Any]) -> tuple[str, str]:
    """Module and qualified name by which another process finds a function; ValueError if it cannot find it."""
    module, name = function.__module__, function.__qualname__
    if "<locals>" in name or module == "__main__":
        raise ValueError(f"{name} is not importable by other processes; define it at the top of an installed module")
    return module, name


def _find(module: str, name: str) -> Callable[..., Any]:
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    function: Callable[..., Any] = found
    return function


class _Child:
    """A process that calls functions; not for use by several threads at once."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from libseis.steps.isolation import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._finalizer = weakref.finalize(self, _end, self._process)

    def call(self, name: str, request: bytes, seconds: float) -> tuple[bool, Any]:
        """Send a request: gives (True, result) or (False, error). Raises StepTimeout or StepCrash."""
        deadline = time.monotonic() + seconds
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(LENGTH.pack(len(request)) + request)
            process.stdin.flush()
        except BrokenPipeError:
            raise StepCrash(name, process.wait()) from None
        size = LENGTH.unpack(self._read(name, LENGTH.size, deadline, seconds))[0]
        answer: tuple[bool, Any] = pickle.loads(self._read(name, size, deadline, seconds))
        return answer

    def _read(self, name: str, size: int, deadline: float, seconds: float) -> bytes:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        data = bytearray()
        while len(data) < size:
            ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise StepTimeout(name, seconds)
            part = os.read(descriptor, min(size - len(data), 1 << 20))
            if not part:
                raise StepCrash(name, self._process.wait())
            data += part
        return bytes(data)

    def close(self) -> None:
        """End the process at once."""
        self._finalizer()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            # the process that reads the rest has ended
            with contextlib.suppress(OSError):
                stream.close()


_local = threading.local()


def call(name: str, function: Callable[..., Any], d: Any, values: Mapping[str, Any], seconds: float) -> Any:
    """Call `function(d, **values)` in this thread's child process, which has `seconds` to answer.

    Starting a child (about 2 s) is not counted. The datum that comes back is another object. Raises what the function
    raised, StepTimeout, StepCrash, or ValueError for a function that another process cannot import.
    """
    request = pickle.dumps((reference(function), d, dict(values)), protocol=5)
    child: _Child | None = getattr(_local, "child", None)
    if child is None:
        child = _local.child = _Child()
        child.call(name, pickle.dumps((reference(_ready), None, {})), START_SECONDS)
    try:
        good, result = child.call(name, request, seconds)
    except (StepTimeout, StepCrash):
        child.close()
        _local.child = None
        raise
    if not good:
        raise result
    returned, told = result
    for text in told:
        warnings.warn(text, stacklevel=2)  # as if the function had been called here
    return returned


# even a busy machine imports obspy in this time
START_SECONDS = 120.0


def _ready(d: Any) -> None:
    """The first request of a child, which it answers when it has started."""


def serve() -> None:
    """The loop of the child: read requests, call, answer, until the parent ends."""
    requests = sys.stdin.buffer
    # texts that users' steps print must not mix with the answers
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while header := requests.read(LENGTH.size):
        (module, name), d, values = pickle.loads(requests.read(LENGTH.unpack(header)[0]))
        try:
            with collected() as told:
                returned = _find(module, name)(d, **values)
            answer = pickle.dumps((True, (returned, told)), protocol=5)
        except Exception as error:
            try:
                answer = pickle.dumps((False, error), protocol=5)
                pickle.loads(answer)
            except Exception:
                answer = pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")), protocol=5)
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()
