"""Which collections each service's user may read and write, as roles of MongoDB; and the function that makes them.

Actions: mongodb.com/docs, "Privilege Actions". No service may drop, rename or create a collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pymongo.errors import OperationFailure

from ..model.service import WORKING, ServiceUser
from . import collections as c
from .client import Store, translated
from .login import USERS_DATABASE
from .purge import OF_JOB

_READ: Final = ("find",)
_ADD: Final = ("find", "insert")
_CHANGE: Final = ("find", "update")
_KEEP: Final = ("find", "insert", "update")
_ALL: Final = ("find", "insert", "update", "remove")
# GridFS checks its indexes before the first upload.
_BLOBS: Final = ("find", "insert", "listIndexes", "createIndex")
FILES: Final = "fs.files"
CHUNKS: Final = "fs.chunks"

_ARCHIVES: Final[tuple[str, ...]] = (
    c.CATALOG_INDEX,
    c.WAVEFORM_INDEX,
    c.DAY_INDEX,
    c.DAY_FILE,
    c.SOURCE,
    c.SITE,
    c.CHANNEL,
)
_RESULTS: Final[tuple[str, ...]] = (
    c.OUTCOME,
    c.OUTCOME_SUPERSEDED,
    c.SUMMARY,
    *c.WAVEFORMS,
    c.CEMETERY,
    c.ELOG,
    c.ASDF_DATASET,
    c.MISFIT_WINDOW,
    c.ADJOINT_SOURCE,
    c.SYNTHETIC,
    c.REJECTED_WINDOW,
    c.HISTORY_GLOBAL,
    c.HISTORY_OBJECT,
)
_EVERY_WORKER: Final[Mapping[str, tuple[str, ...]]] = {c.JOB: _READ, c.DEAD_LETTER: _ADD}
_RIGHTS: Final[Mapping[ServiceUser, Mapping[str, tuple[str, ...]]]] = {
    ServiceUser.CONTROL: {
        **dict.fromkeys((*_ARCHIVES, *_RESULTS, FILES, CHUNKS), _READ),
        c.JOB: _KEEP,
        c.HISTORY_GLOBAL: _ADD,
        c.TASK: _READ,
        c.DEAD_LETTER: _READ,
    },
    ServiceUser.INDEXER: {
        **_EVERY_WORKER,
        c.JOB: _CHANGE,
        c.TASK: _KEEP,
        c.OUTCOME: _ALL,
        c.OUTCOME_SUPERSEDED: _ADD,
        c.SUMMARY: _ALL,
        c.LEASE: _ALL,
        **dict.fromkeys(c.WAVEFORMS, _CHANGE),  # to note that a later job has them too
        **dict.fromkeys(_ARCHIVES, _ALL),
    },
    ServiceUser.FETCHER: {
        **_EVERY_WORKER,
        c.DAY_FILE: _KEEP,
        **dict.fromkeys((*c.WAVEFORMS, c.SOURCE, c.SITE, c.CHANNEL, c.MISFIT_WINDOW, FILES, CHUNKS), _READ),
    },
    ServiceUser.WINDOWER: {**_EVERY_WORKER, **dict.fromkeys((c.SOURCE, c.SITE, c.CHANNEL), _READ)},
    ServiceUser.WRITER: {
        **_EVERY_WORKER,
        c.JOB: _CHANGE,
        c.TASK: _CHANGE,
        c.OUTCOME: _ADD,
        c.SUMMARY: _ADD,
        **dict.fromkeys(c.WAVEFORMS, _KEEP),
        c.CEMETERY: _ADD,
        c.ELOG: _ADD,
        c.HISTORY_OBJECT: _ADD,
        c.ASDF_DATASET: _ADD,
        c.MISFIT_WINDOW: _ADD,
        c.ADJOINT_SOURCE: _ADD,
        c.SYNTHETIC: _ADD,
        c.REJECTED_WINDOW: _ADD,
        c.LEASE: _ALL,
        **dict.fromkeys((c.SOURCE, c.SITE, c.CHANNEL), _READ),
        FILES: _BLOBS,
        CHUNKS: _BLOBS,
    },
}  # fmt: skip


def rights(user: ServiceUser) -> Mapping[str, tuple[str, ...]]:
    """Collection -> actions of a service's user; the writer also removes what belongs to a purged job."""
    # the indexers remove reports of processes that are gone
    found = {**_RIGHTS[user], c.PROCESS: _ALL if user is ServiceUser.INDEXER else _KEEP}
    if user is not ServiceUser.WRITER:
        return found
    purged = {name: (*found.get(name, ("find",)), "remove") for name in (c.JOB, FILES, CHUNKS, *OF_JOB)}
    return {**found, **purged}


def role_name(user: ServiceUser, database: str) -> str:
    """The role that only a service's user has."""
    return f"{database}-{user}"


def privileges(user: ServiceUser, database: str) -> list[dict[str, Any]]:
    """The privileges of a role in the form of createRole. It may list names, because a login is checked by that."""
    allowed = [
        {"resource": {"db": database, "collection": name}, "actions": list(actions)}
        for name, actions in rights(user).items()
    ]
    return [{"resource": {"db": database, "collection": ""}, "actions": ["listCollections"]}, *allowed]


async def ensure_users(store: Store, passwords: Mapping[ServiceUser, str]) -> None:
    """Create or bring up to date the role and the user of every service; needs an administrator's login."""
    admin = store.database.client[USERS_DATABASE]
    database = store.database.name
    for user in WORKING:
        role = role_name(user, database)
        what = {"privileges": privileges(user, database), "roles": []}
        login = {"pwd": passwords[user], "roles": [{"role": role, "db": USERS_DATABASE}]}
        with translated():
            await _made(admin, "Role", role, what)
            await _made(admin, "User", str(user), login)


async def _made(admin: Any, kind: str, name: str, content: dict[str, Any]) -> None:
    try:
        await admin.command({f"create{kind}": name, **content})
    except OperationFailure as error:
        if error.code not in (51002, 51003):  # role, user exists
            raise
        await admin.command({f"update{kind}": name, **content})
