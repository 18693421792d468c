"""Every two seconds each process reports that it lives, and what it waits for.

The report is also the check of the database: it writes and reads, because an answer to a greeting would not prove much.
Ages are differences of the server's times, so the clocks of processes do not matter.
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

# A process that is silent for longer counts as removed from the deployment.
FORGOTTEN: Final = timedelta(minutes=10)
# Hops that every process checks itself, so the report of another process about them has its name.
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
    # not journaled, because a lost report is repeated at once
    collection = store[PROCESS].with_options(write_concern=WriteConcern(w=1))
    try:
        with translated(), budget(LOOK_SECONDS):
            await collection.update_one({"_id": process}, {"$set": said, "$currentDate": {"time": True}}, upsert=True)
            found = await collection.find({}).to_list()
            if service == ServiceUser.INDEXER and (gone := forgotten(found)):  # only the indexer may remove them
                await collection.delete_many({"_id": {"$in": gone}})
    except OperationFailure as error:
        if error.code not in LOGIN_CODES:
            raise
        # rights of an older version do not name this collection; then a refusal shows that the database answers
        return []
    if not any(document["_id"] == process and document["number"] == number for document in found):
        raise UnavailableError("MongoDB", "MongoDB: what was written is not read back.")
    return found


async def leave(store: Store, process: str) -> None:
    """Report that this process stops, so that nobody misses it. UnavailableError if the database does not answer."""
    try:
        with translated(), budget(LOOK_SECONDS):
            await store[PROCESS].update_one({"_id": process}, {"$set": {"left": True}})
    except OperationFailure as error:
        if error.code not in LOGIN_CODES:
            raise


def heard(documents: Iterable[ProcessDocument], me: str, *, silent: bool) -> tuple[Wait, ...]:
    """What other processes wait for, each hop once, from the documents of `report`.

    With `silent` also services of which no process has reported for a while. Ask for this only after `me` has reported
    for as long, because all are silent while the database is away.
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
    """Ids of processes that will not come back."""
    documents = list(documents)
    newest = _newest(documents)
    return [document["_id"] for document in documents if newest - document["time"] >= FORGOTTEN]


def _newest(documents: Iterable[ProcessDocument]) -> datetime:
    """The server's time of the newest report."""
    times: list[datetime] = [document["time"] for document in documents]
    return max(times, default=datetime.min.replace(tzinfo=UTC))
