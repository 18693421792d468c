"""`python -m seisbus.fetcher`: one consumer an archive, so that a slow archive cannot block a fast one."""

from __future__ import annotations

import sys
from functools import partial

from ..extras import program

with program("fetcher"):
    from ..app import Context, Service, run_service
    from ..bus.topology import fetch_consumer, misfit_consumer
    from ..telemetry.metrics import ARCHIVE_ALLOWED
    from .fetch import Fetcher
    from .learned_positions import Learned
    from .misfit import MisfitInputs

# Objects read side by side by one process and archive: 16-32 requests fill 100 Mbit/s at 30 ms (measured).
_OBJECTS_AT_ONCE = 16

# Stations to measure that are gathered side by side; each holds its waveforms in memory.
_STATIONS_AT_ONCE = 4


async def build(context: Context) -> Service:
    """A worker for every archive of this deployment."""
    learned = Learned(context.store)
    fetcher = Fetcher(context, learned)
    for archive in context.archives.values():
        limit = context.objects.limit(archive)
        ARCHIVE_ALLOWED.labels(archive.name).set_function(partial(getattr, limit, "now"))
    workers = [
        context.worker(
            fetch_consumer(archive.name, archive.max_in_flight),
            fetcher.handle,
            slots=min(context.settings.concurrency or _OBJECTS_AT_ONCE, archive.max_in_flight),
        )
        for archive in context.archives.values()
    ]
    workers.append(context.worker(misfit_consumer(), MisfitInputs(context).handle, slots=_STATIONS_AT_ONCE))
    return Service(workers=workers, loops=[learned.run], on_drained=learned.flush)


if __name__ == "__main__":
    sys.exit(run_service("fetcher", build))
