"""Ties a process to the life of its parent, then becomes the program it was given.

A script, not a module to import: `python -I -S guard.py PARENT_PID PROGRAM ARGUMENT…`. It stands between fork and
exec because Python code of the parent (preexec_fn) is unsafe there once threads or gRPC run.
Where the kernel has no parent-death signal (not Linux) it only executes the program.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        # SIGKILL, not SIGTERM: a parent that was killed cannot wait for a drain, and stores survive it
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above took effect
            os._exit(1)
    os.execv(program[0], program)


main()
