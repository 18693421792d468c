"""The NATS subjects that each service's user may use, and the server configuration for them.

Permissions are made from the topology, so that both always agree. Subjects of JetStream's API: docs.nats.io, "NATS API
Reference".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..model.service import ServiceUser
from .names import CLAIMS, CLAIMS_STREAM, FETCH, PLAN, WINDOW, WORK_STREAMS, WRITE, event_subject, inbox_prefix

_EVENTS: Final = event_subject("*")
_API: Final = "$JS.API"


@dataclass(frozen=True, slots=True)
class Permissions:
    """Subjects that a user may publish and subscribe to; the server refuses everything else."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def _works_on(stream: str) -> tuple[str, ...]:
    """Subjects to pull from the consumers of a stream and to acknowledge, but not to change stream or consumers."""
    return f"{_API}.CONSUMER.MSG.NEXT.{stream}.*", f"$JS.ACK.{stream}.>"


# Subjects to read and remove claims; each reader makes a consumer to get the chunks.
_TAKES_CLAIMS: Final = (
    f"{_API}.STREAM.INFO.{CLAIMS_STREAM}",
    f"{_API}.STREAM.MSG.GET.{CLAIMS_STREAM}",
    f"{_API}.CONSUMER.CREATE.{CLAIMS_STREAM}",
    f"{_API}.CONSUMER.CREATE.{CLAIMS_STREAM}.>",
    f"{_API}.CONSUMER.DELETE.{CLAIMS_STREAM}.*",
    f"{_API}.STREAM.PURGE.{CLAIMS_STREAM}",
    f"$JS.FC.{CLAIMS_STREAM}.>",
    f"$O.{CLAIMS}.M.>",  # a removal is a message too
)
_GIVES_CLAIMS: Final = (*_TAKES_CLAIMS, f"$O.{CLAIMS}.C.>")
_COUNTS: Final = tuple(f"{_API}.STREAM.INFO.{stream}" for stream in WORK_STREAMS)
_PURGES: Final = tuple(f"{_API}.STREAM.PURGE.{stream}" for stream in WORK_STREAMS)
_LOOKS_AT_CONSUMERS: Final = tuple(f"{_API}.CONSUMER.LIST.{stream}" for stream in WORK_STREAMS)

_PUBLISH: Final[Mapping[ServiceUser, tuple[str, ...]]] = {
    ServiceUser.CONTROL: ("seis.plan.*", *_COUNTS, *_LOOKS_AT_CONSUMERS),
    ServiceUser.INDEXER: (
        "seis.plan.*", "seis.fetch.*.*", "seis.write.*.*", _EVENTS,
        *_works_on(PLAN), *_COUNTS, *_LOOKS_AT_CONSUMERS, *_PURGES, *_GIVES_CLAIMS,
    ),
    ServiceUser.FETCHER: ("seis.window.*.*", "seis.write.*.*", *_works_on(FETCH), *_GIVES_CLAIMS),
    ServiceUser.WINDOWER: ("seis.write.*.*", *_works_on(WINDOW), *_GIVES_CLAIMS),
    ServiceUser.WRITER: (_EVENTS, *_works_on(WRITE), *_TAKES_CLAIMS),
    ServiceUser.TOPOLOGY: (f"{_API}.>",),
}  # fmt: skip


def permissions(user: ServiceUser) -> Permissions:
    """The permissions of a user on the bus."""
    heard = () if user is ServiceUser.TOPOLOGY else (_EVENTS,)
    return Permissions(_PUBLISH[user], (f"{inbox_prefix(user)}.>", *heard))


def server_users(passwords: Mapping[ServiceUser, str]) -> str:
    """The `authorization` block of nats-server's configuration; `passwords` are bcrypt hashes."""
    users = []
    for user, hashed in passwords.items():
        allowed = permissions(user)
        users.append(
            "    {\n"
            f'      user: "{user}", password: "{hashed}"\n'
            "      permissions: {\n"
            f"        publish: {{ allow: {json.dumps(allowed.publish)} }}\n"
            f"        subscribe: {{ allow: {json.dumps(allowed.subscribe)} }}\n"
            "      }\n"
            "    }"
        )
    return "authorization {\n  timeout: 5\n  users: [\n" + "\n".join(users) + "\n  ]\n}\n"
