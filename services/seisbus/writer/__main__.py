"""`python -m seisbus.writer`: outcomes to the stores."""

from __future__ import annotations

import sys

from ..app import Context, Service, run_service
from ..bus.topology import write_consumer
from .commit import Committer

# Messages held at once; a commit takes up to 100 windows and the next batch gathers meanwhile.
_MESSAGES_AT_ONCE = 300


async def build(context: Context) -> Service:
    """The writer's worker, its committer and its progress reports."""
    committer = Committer(context)

    worker = context.worker(write_consumer(), committer.commit, slots=context.settings.concurrency or _MESSAGES_AT_ONCE)
    return Service(workers=[worker], loops=[committer.run, committer.report], on_drained=committer.close)


if __name__ == "__main__":
    sys.exit(run_service("writer", build))
