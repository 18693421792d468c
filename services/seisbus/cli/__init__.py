"""The command line `seisbus`: commands of the client, the local stack and the administration, errors as sentences."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path


def _age() -> float:
    """Seconds since this process was started, if the system tells, because Python's start is slow on a busy machine."""
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK"))
    except (OSError, AttributeError, ValueError, IndexError):  # no Linux
        return 0.0


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        from .application import run  # takes a second, in which Ctrl-C must not show a traceback either
    except KeyboardInterrupt:
        sys.exit(130)
    run(began=time.monotonic() - _age())
