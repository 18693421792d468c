"""Window jobs and scans: a worker for every archive of this deployment, so that a slow one cannot block a fast one."""

from __future__ import annotations

from functools import partial
from typing import Final

from ...app import FetcherContext, Service, ServiceKind
from ...bus.topology import fetch_consumer
from ...settings import FetcherSettings
from ...telemetry.metrics import ARCHIVE_ALLOWED
from ..fetch import Fetcher
from ..learned_positions import Learned

# So many objects are read at once per process and archive: 16 to 32 requests fill 100 Mbit/s at 30 ms (measured).
OBJECTS_AT_ONCE: Final = 16


class WindowFetcher(ServiceKind[FetcherSettings]):
    """Objects of archives."""

    async def service(self, context: FetcherContext) -> Service:
        """One worker per archive."""
        learned = Learned(context.store)
        fetcher = Fetcher(context, learned)
        for archive in context.archives.values():
            limit = context.objects.limit(archive)
            ARCHIVE_ALLOWED.labels(archive.name).set_function(partial(getattr, limit, "now"))
        workers = [
            context.worker(
                fetch_consumer(archive.name, archive.max_in_flight),
                fetcher.handle,
                slots=min(context.settings.concurrency or OBJECTS_AT_ONCE, archive.max_in_flight),
                in_turn=True,  # so that messages in progress are the objects that are read at once
            )
            for archive in context.archives.values()
        ]
        return Service(workers=workers, loops=[learned.run], on_drained=learned.flush)


KIND: Final = WindowFetcher()
