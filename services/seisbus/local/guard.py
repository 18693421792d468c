"""Start a program that ends when its parent process ends.

A script, not a module to import: `python -I -S guard.py PARENT_PID PROGRAM ARGUMENT…`. It is a separate program,
because Python code of the parent between fork and exec (preexec_fn) is unsafe if threads or gRPC run. On systems other
than Linux, which have no parent-death signal, it only executes the program.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        # SIGKILL, because a killed parent cannot wait for a drain, and the stores survive SIGKILL
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent died before the line above took effect
            os._exit(1)
    os.execv(program[0], program)


main()
