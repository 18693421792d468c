"""What every process says of itself each two seconds: that it lives, and for whom it waits.

It is the look at the database, too: a write, and a read of what was written, where an answer to a greeting would prove
nothing. Ages are differences of the server's times, so no clock of a process counts.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from pymongo import WriteConcern
from pymongo.errors import OperationFailure

from ..deadlines import LOOK_SECONDS, SILENT_SECONDS
from ..errors import UnavailableError
from ..model.service import ServiceUser
from ..telemetry.hops import Wait
from .client import LOGIN_CODES, Store, budget, translated
from .collections import PROCESS
from .documents import ProcessDocument, ProcessReport, Program

# Who is silent for longer was removed from the deployment, by whatever kept it from saying so.
FORGOTTEN: Final = timedelta(minutes=10)
# Hops that every process looks at itself: that another does not reach them is said with its name.
_SHARED: Final = ("MongoDB", "NATS")


async def report(
    store: Store, process: str, service: str, waits: Sequence[Wait], program: Program | None = None
) -> list[ProcessDocument]:
    """Write what `process` waits for and read what all do; UnavailableError when the database does not do that."""
    number = time.time_ns()
    said: ProcessReport = {
        "service": service,
        "number": number,
        "left": False,
        "waits": [{"hop": wait.hop, "text": wait.text} for wait in waits],
    }
    if program is not None:
        said["program"] = program
    # not journaled: what is lost with the server is said again at once
    collection = store[PROCESS].with_options(write_concern=WriteConcern(w=1))
    try:
        with translated(), budget(LOOK_SECONDS):
            await collection.update_one({"_id": process}, {"$set": said, "$currentDate": {"time": True}}, upsert=True)
            found = await collection.find({}).to_list()
            if service == ServiceUser.INDEXER and (gone := forgotten(found)):  # who alone may remove them
                await collection.delete_many({"_id": {"$in": gone}})
    except OperationFailure as error:
        if error.code not in LOGIN_CODES:
            raise
        return []  # rights that an older version gave do not name this collection; a refusal is an answer, too
    if not any(document["_id"] == process and document["number"] == number for document in found):
        raise UnavailableError("MongoDB", "MongoDB: what was written is not read back.")
    return found


async def leave(store: Store, process: str) -> None:
    """Say nothing any more, and not be missed. UnavailableError when the database does not answer."""
    try:
        with translated(), budget(LOOK_SECONDS):
            await store[PROCESS].update_one({"_id": process}, {"$set": {"left": True}})
    except OperationFailure as error:
        if error.code not in LOGIN_CODES:
            raise


def heard(documents: Iterable[ProcessDocument], me: str, *, silent: bool) -> tuple[Wait, ...]:
    """What others wait for, a hop once, by the documents of `report`.

    With `silent` also services of which no process has said anything for a while; not to be asked for before `me`
    itself has reported for as long, since all are silent together while the database is away.
    """
    documents = [document for document in documents if not document["left"]]
    newest = _newest(documents)
    found: dict[str, Wait] = {}
    last: dict[str, datetime] = {}
    for document in sorted(documents, key=lambda document: str(document["_id"])):
        service, told = document["service"], document["time"]
        last[service] = max(told, last.get(service, told))
        if document["_id"] == me or newest - told > timedelta(seconds=SILENT_SECONDS):
            continue
        for wait in document["waits"]:
            text = f"The {service} says: {wait['text']}" if wait["hop"] in _SHARED else wait["text"]
            found.setdefault(wait["hop"], Wait(wait["hop"], text))
    for service, told in sorted(last.items()) if silent else ():
        if timedelta(seconds=SILENT_SECONDS) < newest - told < FORGOTTEN:
            text = (
                f"The {service} has not been heard of since {told:%H:%M:%S} UTC; nothing is lost, and work goes on "
                "when it is there again (its log and `seisbus doctor` may say why)."
            )
            found[service] = Wait(service, text)
    return tuple(found.values())


def forgotten(documents: Iterable[ProcessDocument]) -> list[str]:
    """Ids of processes that are gone for good."""
    documents = list(documents)
    newest = _newest(documents)
    return [document["_id"] for document in documents if newest - document["time"] >= FORGOTTEN]


def _newest(documents: Iterable[ProcessDocument]) -> datetime:
    """The server's time when one of them was written last."""
    times: list[datetime] = [document["time"] for document in documents]
    return max(times, default=datetime.min.replace(tzinfo=UTC))
