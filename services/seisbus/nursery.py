"""Start several processes of Seisbus from one: it loads the modules that all of them need once, and then forks.

`python -m seisbus.nursery NAME,MODULE,STDIN,STDOUT ...`: for each name a process that runs the module, with its
standard streams on these descriptors. Five services and the topology command load the same thousand modules, which
takes half a second of CPU each. The local stack starts them so while its servers start; they are `held` until then.

The nursery prints the ids of its processes and ends, so that they become children of whoever started it, which must be
a subreaper (prctl(2)). Each then asks to end with that process, as `local/guard.py` does. Linux only.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Final

# Modules that most of the processes need. Each process loads its other modules itself, at the same time as the others.
COMMON: Final = (
    "seisbus.app.lifecycle",
    "seisbus.app.events",
    "seisbus.app.inventories",
    "seisbus.app.normalizing",
    "seisbus.model.kinds.misfit",
    "seisbus.model.kinds.window",
    "seisbus.store.queries",
)
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_A_MOMENT_SECONDS: Final = 0.001


def main() -> None:
    """Load the modules, fork, report the new processes, and end. In a new process, return when its module has ended."""
    stack, nursery = os.getppid(), os.getpid()
    words = (word.split(",") for word in sys.argv[1:])
    orders = [(name, module, int(own_in), int(out)) for name, module, own_in, out in words]
    gc.disable()  # none of the loaded objects becomes free, and the search for free ones takes a tenth of the time
    for common in COMMON:
        with contextlib.suppress(ImportError):  # the module that needs the missing package reports it
            importlib.import_module(common)
    gc.freeze()
    gc.enable()
    # from here on, every process must be reported to the program that started this one
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    pids: dict[str, int] = {}
    for name, module, own_in, out in orders:
        pid = _divided()
        if not pid:
            _take_streams(own_in, out, {fd for _, _, *both in orders for fd in both})
            _leave_home(nursery, stack)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
            _rename(module)
            runpy.run_module(module, run_name="__main__", alter_sys=True)
            return
        pids[name] = pid
    os.write(1, json.dumps(pids).encode())
    os._exit(0)


def _divided() -> int:
    with warnings.catch_warnings():
        # the only threads are those of numpy's OpenBLAS, which ends them before a fork
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _take_streams(own_in: int, out: int, descriptors: set[int]) -> None:
    # uvloop gives a process its standard output twice, and whoever reads from the nursery waits until all are closed
    report = os.fstat(1)
    for fd in map(int, os.listdir("/proc/self/fd")):
        with contextlib.suppress(OSError):  # the listing's own descriptor
            if fd > 2 and os.path.samestat(os.fstat(fd), report):
                os.close(fd)
    os.dup2(own_in, 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    for descriptor in descriptors:
        os.close(descriptor)


def _leave_home(nursery: int, stack: int) -> None:
    """Wait until the nursery has ended; from then on, end together with the stack."""
    os.setsid()
    while os.getppid() == nursery:  # the signal of the parent's death would come when the nursery ends
        time.sleep(_A_MOMENT_SECONDS)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != stack:  # the stack ended before the line above took effect
        os._exit(1)


def _rename(module: str) -> None:
    """Show this process as `python -m module`, by writing over its command line, as setproctitle does."""
    with contextlib.suppress(OSError, ValueError, IndexError):  # without it only the name is wrong
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        start, end = int(fields[45]), int(fields[46])  # arg_start and arg_end (proc_pid_stat(5))
        words = "\0".join((sys.executable, "-m", module, ""))
        ctypes.memmove(start, words.encode()[: end - start - 1].ljust(end - start, b"\0"), end - start)


if __name__ == "__main__":
    main()
