"""The command line `seisbus`: commands of the client, the local stack and the administration, errors as sentences."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        from .application import run  # takes a second, in which Ctrl-C must not show a traceback either
    except KeyboardInterrupt:
        sys.exit(130)
    run()
