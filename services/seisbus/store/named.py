"""Finds things by a name that is shorter than an id: the beginning of an id, or `@last` for the newest job."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from ..errors import NotFoundError, UserError
from .client import Store, translated
from .collections import JOB
from .documents import Document
from .jobs import no_job

D = TypeVar("D", bound=Mapping[str, Any])

# If a beginning fits several ids, so many are named; one more is looked for, to know that there are more.
CANDIDATES: Final = 5
LAST: Final = "@last"
"""The newest job."""
# The form of a whole id (`model.ids`), which is not looked up.
_WHOLE_ID = re.compile(r"[0-9a-z]{18}")


async def job_id(store: Store, text: str) -> str:
    """The id of a job, given its id, the beginning of its id, or `@last` for the newest job.

    NotFoundError when there is no such job, UserError when there are several.
    """
    if _WHOLE_ID.fullmatch(text):
        return text
    jobs = store[JOB]
    with translated():
        if text == LAST:
            newest = await jobs.find({}, {"_id": 1}).sort("_id", -1).to_list(1)
            if not newest:
                raise NotFoundError("There is no job yet; `seisbus submit FILE` starts one.")
            return str(newest[0]["_id"])
        if await jobs.find_one({"_id": text}, {"_id": 1}) is not None:
            return text
        some = await jobs.find({"_id": beginning(text)}, {"_id": 1}).sort("_id", -1).to_list(CANDIDATES + 1)
    if not some:
        raise no_job(text)
    return str(one_of(some, text, "jobs")["_id"])


def beginning(text: str) -> Document:
    """The condition that an `_id` begins with a text."""
    return {"$gte": text, "$lt": f"{text}\U0010ffff"}


def one_of(found: Sequence[D], text: str, what: str) -> D:
    """The document whose id begins with a text; UserError if there are several."""
    if len(found) > 1:
        names = ", ".join(str(document["_id"]) for document in found[:CANDIDATES])
        more = " and more" if len(found) > CANDIDATES else ""
        raise UserError(f"Several {what} have an id that begins with {text}: {names}{more}; give more of it.")
    return found[0]
