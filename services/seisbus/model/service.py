"""The names under which the processes of a deployment log in to NATS and MongoDB."""

from __future__ import annotations

from enum import StrEnum


class ServiceUser(StrEnum):
    """One user per service, and one for the command that creates streams, collections and users."""

    CONTROL = "control"
    INDEXER = "indexer"
    FETCHER = "fetcher"
    WINDOWER = "windower"
    WRITER = "writer"
    TOPOLOGY = "topology"


WORKING: tuple[ServiceUser, ...] = tuple(user for user in ServiceUser if user is not ServiceUser.TOPOLOGY)
