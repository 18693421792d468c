"""Prepares a new MongoDB that has the name of a replica set but no members yet: transactions need a set, even of one
member."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from pymongo import AsyncMongoClient
from pymongo.errors import ConfigurationError, OperationFailure, PyMongoError
from pymongo.uri_parser import parse_uri

from .login import Login

_ALREADY_INITIALIZED: Final = 23
_NOT_INITIALIZED: Final = 94
_ELECTION_LOOKS: Final = 150
_LOOK_SECONDS: Final = 0.2


async def initiate_replica_set(uri: str, login: Login) -> None:
    """If `uri` names one server and a replica set, make the server the only member of the set, unless it is a member
    already.

    It does nothing for other URIs, or if the server does not answer: connecting will then say what is wrong.
    """
    try:
        parsed = parse_uri(uri)
    except (PyMongoError, ValueError):
        return
    nodes, name = parsed["nodelist"], parsed["options"].get("replicaset")
    if len(nodes) != 1 or not name:
        return
    host, port = nodes[0]
    try:
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            host, port, directConnection=True, serverSelectionTimeoutMS=10_000, **login.options()
        )
    except ConfigurationError:
        return
    try:
        await _initiate(client, name, f"{host}:{port}")
    except PyMongoError:
        return
    finally:
        await client.close()


async def _initiate(client: AsyncMongoClient[dict[str, Any]], name: str, member: str) -> None:
    try:
        await client.admin.command("replSetGetStatus")
        return
    except OperationFailure as error:
        if error.code != _NOT_INITIALIZED:
            return
    try:
        await client.admin.command(
            {"replSetInitiate": {"_id": name, "members": [{"_id": 0, "host": member}]}},
        )
    except OperationFailure as error:
        if error.code != _ALREADY_INITIALIZED:
            raise
    for _ in range(_ELECTION_LOOKS):
        if (await client.admin.command("hello")).get("isWritablePrimary"):
            return
        await asyncio.sleep(_LOOK_SECONDS)
