"""`python -m seisbus.writer`: outcomes to the stores."""

from __future__ import annotations

import sys

from ..extras import program

with program("writer"):
    from ..app import Context, Service, run_service
    from ..bus.topology import build_consumer, write_consumer
    from .building import Builder
    from .cleaning import Cleaner
    from .commit import Committer
    from .measuring import MeasurementWriter
    from .purging import Purger

# Datasets built side by side: each is mostly compression, and holds a waveform and its draft in memory.
_DATASETS_AT_ONCE = 2
# Measurements committed side by side, a transaction each.
_STATIONS_AT_ONCE = 8
# Jobs removed side by side: deleting should not slow down writing.
_PURGES_AT_ONCE = 1
# Messages held at once; a commit takes up to 1,000 windows and the next batch gathers meanwhile.
_MESSAGES_AT_ONCE = 300


async def build(context: Context) -> Service:
    """The writer's worker, its committer and its progress reports."""
    committer = Committer(context)

    worker = context.worker(write_consumer(), committer.commit, slots=context.settings.concurrency or _MESSAGES_AT_ONCE)
    builder = context.worker(build_consumer(), Builder(context).handle, slots=_DATASETS_AT_ONCE)
    measurements = context.worker(write_consumer("misfit"), MeasurementWriter(context).handle, slots=_STATIONS_AT_ONCE)
    purges = context.worker(write_consumer("purge"), Purger(context).handle, slots=_PURGES_AT_ONCE)
    loops = [committer.run, committer.report]
    if context.sink is not None:
        loops.append(Cleaner(context, context.sink).run)
    return Service(workers=[worker, builder, measurements, purges], loops=loops, on_drained=committer.close)


if __name__ == "__main__":
    sys.exit(run_service("writer", build))
