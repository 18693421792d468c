"""`python -m seisbus.indexer`: plans jobs and, under a lease, reconciles them."""

from __future__ import annotations

import sys
from typing import Final

from ..extras import program

with program("indexer"):
    from ..app import IndexerContext, Service, run_service
    from ..app.lag import watch_lag
    from ..bus import Delivery
    from ..bus.codec import decode_plan
    from ..bus.topology import plan_consumer
    from ..settings import IndexerSettings
    from .planner import plan_job
    from .reconciler import Reconciler

# What planning a job needs: its code, the archive's client, tables (pyarrow asks pandas about every list it is given).
_WANTED: Final = (
    "seisbus.indexer.kinds.window",
    "aiobotocore.session",
    "aiobotocore.config",
    "pyarrow.parquet",
    "pyarrow.compute",
    "pandas",
)
# Jobs planned side by side by one process; each holds its plan message while its campaign runs.
_JOBS_AT_ONCE = 64


async def build(context: IndexerContext) -> Service:
    """The indexer's worker and its reconciler."""

    async def handle(delivery: Delivery) -> None:
        order = decode_plan(delivery.body)
        await plan_job(context, order.job, order.attempt)

    # so that jobs on other archives are planned while one archive does not answer
    slots = context.settings.concurrency or _JOBS_AT_ONCE
    worker = context.worker(plan_consumer(), handle, slots=slots, apart=frozenset({"S3"}))
    reconciler = Reconciler(context)
    loops = [reconciler.run, reconciler.follow, lambda: watch_lag(context)]
    return Service(workers=[worker], loops=loops, wanted=_WANTED)


if __name__ == "__main__":
    sys.exit(run_service("indexer", IndexerSettings, build))
