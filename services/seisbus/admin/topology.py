"""`python -m seisbus.admin.topology`: streams, consumers, collections, indexes, MongoDB's users; before services.

It is safe to repeat. To migrate to a new version, run it again.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from ..extras import program

with program("topology"):
    from ..app import archives_of
    from ..bus import Bus
    from ..bus import Login as BusLogin
    from ..bus.topology import consumer_of, fetch_consumer, plan_consumer
    from ..errors import SeisbusError, UserError
    from ..held import held
    from ..model.kind import all_queues
    from ..model.service import WORKING, ServiceUser
    from ..model.stages import allow_kinds
    from ..security import read_secret
    from ..settings import TopologySettings, load_settings
    from ..store.client import Store
    from ..store.login import Login as StoreLogin
    from ..store.permissions import ensure_users
    from ..store.replica_set import initiate_replica_set
    from ..telemetry.logs import configure_logging


async def create(settings: TopologySettings) -> None:
    """Create in NATS and MongoDB everything that the services need; safe to repeat."""
    consumers = [
        plan_consumer(),
        *(fetch_consumer(archive.name, archive.max_in_flight) for archive in archives_of(settings).values()),
        *map(consumer_of, all_queues()),
    ]
    async with await Bus.connect(settings.nats_url, name="seisbus-topology", login=BusLogin.of(settings)) as bus:
        await bus.ensure_topology(
            consumers,
            store_bytes=settings.jetstream_bytes,
            ack_wait=settings.ack_wait_seconds,
            replicas=settings.stream_replicas,
        )
    login = StoreLogin.of(settings)
    await initiate_replica_set(settings.mongodb_uri, login)
    async with await Store.connect(settings.mongodb_uri, settings.database, login=login, timeout=30) as store:
        await store.ensure_indexes()
        if settings.mongodb_users_folder is not None:
            await ensure_users(store, service_passwords(settings.mongodb_users_folder))


def service_passwords(folder: Path) -> dict[ServiceUser, str]:
    """The password of every service's user, from `folder`/{service}.password; SecretError when one is missing."""
    variable = "SEISBUS_MONGODB_USERS_FOLDER"
    return {user: read_secret(folder / f"{user}.password", variable) for user in WORKING}


def main() -> int:
    """The exit code: 2 for wrong settings, 1 for a server that is away."""
    try:
        held()
        settings = load_settings(TopologySettings)
        configure_logging(settings)
        allow_kinds(settings.job_kinds)
        asyncio.run(create(settings))
    except SeisbusError as error:
        print(f"seisbus topology: {error}", file=sys.stderr)
        return 2 if isinstance(error, UserError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
