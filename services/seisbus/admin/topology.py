"""`python -m seisbus.admin.topology`: streams, consumers, collections and indexes, once before the services start."""

from __future__ import annotations

import asyncio
import sys

from ..app import archives_of, configure_logging
from ..bus import Bus
from ..bus.topology import fetch_consumer, plan_consumer, window_consumer, write_consumer
from ..errors import SeisbusError, UserError
from ..settings import Settings, load_settings
from ..store.client import Store


async def create(settings: Settings) -> None:
    """Make NATS and MongoDB what the services expect; safe to repeat."""
    consumers = [
        plan_consumer(),
        *(fetch_consumer(archive.name, archive.max_in_flight) for archive in archives_of(settings).values()),
        window_consumer(),
        write_consumer(),
    ]
    async with await Bus.connect(settings.nats_url, name="seisbus-topology") as bus:
        await bus.ensure_topology(
            consumers,
            store_bytes=settings.jetstream_bytes,
            ack_wait=settings.ack_wait_seconds,
            replicas=settings.stream_replicas,
        )
    async with await Store.connect(settings.mongodb_uri, settings.database) as store:
        await store.ensure_indexes()


def main() -> int:
    """The exit code: 2 for wrong settings, 1 for a server that is away."""
    try:
        settings = load_settings()
        configure_logging(settings)
        asyncio.run(create(settings))
    except SeisbusError as error:
        print(f"seisbus topology: {error}", file=sys.stderr)
        return 2 if isinstance(error, UserError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
